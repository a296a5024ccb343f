"""Objects and messages of the registry as others read and write them: the contract as types."""

import hashlib
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from registry.domain.state import State

MAX_SDL_BYTES = 1024 * 1024
Graphlet = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
SubmissionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
Phase = Literal["stage", "publish", "withdraw", "check"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Submission(_Part):
    """submissions/<graphlet>/<id>.json: what a graphlet's release wants.  ``check`` changes nothing."""

    id: SubmissionId
    graphlet: Graphlet
    phase: Phase
    sdl: str = ""
    url: str = ""
    release: str = "none"

    @model_validator(mode="after")
    def _says_what_to_compose(self) -> Self:
        if self.phase != "withdraw" and not (self.sdl.strip() and self.url.strip()):
            raise ValueError(f"the phase {self.phase} needs sdl and url")
        return self


class Client(_Part):
    """A client that a change would break, and how many of its requests."""

    name: str
    count: int


class Problem(_Part):
    """One reason.  ``locations`` are ``graphlet:line:column``."""

    code: str
    message: str
    coordinate: str | None = None
    clients: tuple[Client, ...] = ()
    operations: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


class Verdict(_Part):
    """verdicts/<graphlet>/<id>.json.  ``supergraph`` is the generation of the state that answers from now on."""

    id: str
    accepted: bool
    graphlet_version: int | None = None
    supergraph: int | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class RecordedOperation(_Part):
    """Requests of one client for one text."""

    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    text: Annotated[str, Field(min_length=1)]
    client: str = "unknown"
    count: Annotated[int, Field(ge=0)]
    errors: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _hash_is_that_of_the_text(self) -> Self:
        if hashlib.sha256(self.text.encode()).hexdigest() != self.hash:
            raise ValueError(f"{self.hash} is not the SHA-256 of its text")
        return self


class FieldCount(_Part):
    """How often a graphlet was asked for a field."""

    graphlet: Graphlet
    coordinate: Annotated[str, Field(min_length=1, max_length=300)]
    count: Annotated[int, Field(ge=0)]


class UsageBatch(_Part):
    """A message of the usage queue: what one gateway has answered between two moments."""

    batch: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
    start: Annotated[datetime, Field(alias="from")]
    end: Annotated[datetime, Field(alias="to")]
    operations: tuple[RecordedOperation, ...] = ()
    fields: tuple[FieldCount, ...] = ()


STATE = TypeAdapter(State)
"""state/current.json and state/history/<generation>.json."""
