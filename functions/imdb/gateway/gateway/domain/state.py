"""What the gateway reads in the registry's state (``state/current.json``): which supergraph is current, and where."""

import json
import re
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import RegistryUnusable

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SupergraphRef:
    """Keys and SHA-256 of a supergraph and of the tables and plans made of it; ``generation`` counts states."""

    generation: int
    digest: str
    key: str
    artefact: str
    artefact_digest: str


def read_state(body: bytes) -> SupergraphRef | None:
    """The current supergraph; None where nothing is published.  Raises RegistryUnusable."""
    try:
        state = json.loads(body)
        found = state["supergraph"]
        return _reference(state["generation"], found) if found is not None else None
    except (KeyError, TypeError, ValueError) as error:
        raise RegistryUnusable(f"state/current.json of the registry cannot be read: {error!r}") from error


def _reference(generation: Any, found: dict[str, Any]) -> SupergraphRef:
    if not isinstance(generation, int):
        raise TypeError("generation is no whole number")
    values = {name: found[name] for name in ("digest", "key", "artefact", "artefact_digest")}
    for name, value in values.items():
        if not isinstance(value, str) or not value:
            raise TypeError(f"supergraph.{name} is no text")
        if name.endswith("digest") and not _DIGEST.fullmatch(value):
            raise ValueError(f"supergraph.{name} is no SHA-256")
    return SupergraphRef(generation, **values)
