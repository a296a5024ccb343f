"""The questions that the pages ask: documents of GraphQL beside the code, each known to the gateway by its digest."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "operations"


@dataclass(frozen=True, slots=True)
class Question:
    """One operation; ``digest`` is the SHA-256 of its text, by which a gateway may know it already."""

    name: str
    text: str
    digest: str


@cache
def question(name: str) -> Question:
    """The operation in the file of its name."""
    text = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    return Question(name, text, hashlib.sha256(text.encode()).hexdigest())
