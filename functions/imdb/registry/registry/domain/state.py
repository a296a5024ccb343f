"""The registry's state, and what each step makes of it.  A step gives a new state, or None where nothing changes.

A graphlet's schema is *staged* before its new code serves anything and *current* once it does.  Version numbers of a
graphlet grow for ever: neither withdrawing it nor rolling the state back gives one out a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a graphlet's schema.  ``previous`` is the digest of the one that it replaces."""

    version: int
    digest: str
    key: str
    url: str
    release: str
    submission: str
    at: datetime
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class SupergraphRef:
    """Where the composed schema is, and the tables and plans made of it; both under their SHA-256."""

    digest: str
    key: str
    artefact: str
    artefact_digest: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is current.  It is replaced as a whole; ``generation`` counts how often."""

    generation: int
    at: datetime
    why: str
    supergraph: SupergraphRef | None = None
    graphlets: Mapping[str, Version] = field(default_factory=dict)
    staged: Mapping[str, Version] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


def proposed(state: State, name: str, schema: Version) -> Version:
    """The schema as the next version of its graphlet; the same text at the same place keeps the number it has."""
    current = state.graphlets.get(name)
    if current is None:
        return replace(schema, version=state.versions.get(name, 0) + 1, previous=None)
    if same(current, schema):
        return replace(schema, version=current.version, previous=current.previous)
    return replace(schema, version=state.versions.get(name, 0) + 1, previous=current.digest)


def same(one: Version, other: Version) -> bool:
    """Whether two versions compose to the same."""
    return (one.digest, one.url) == (other.digest, other.url)


def is_way_back(state: State, name: str, digest: str) -> bool:
    """Whether this is the schema that the current one replaced: the way back must always be open."""
    current = state.graphlets.get(name)
    return current is not None and current.previous == digest


def without_stale(state: State, now: datetime, keep: timedelta) -> State:
    """The state without what was staged so long ago that its release must have died."""
    kept = {name: version for name, version in state.staged.items() if now - version.at < keep}
    return replace(state, staged=kept) if len(kept) < len(state.staged) else state


def beside_current(state: State, name: str) -> dict[str, Version]:
    """The current schemas of all other graphlets."""
    return {other: version for other, version in state.graphlets.items() if other != name}


def beside_staged(state: State, name: str) -> dict[str, Version]:
    """The schemas of all other graphlets as they will be once everything that is staged is current."""
    return {other: version for other, version in {**state.graphlets, **state.staged}.items() if other != name}


def stage(state: State, name: str, schema: Version) -> State | None:
    """The schema waits for its code; one that is current already only takes the place of what was staged."""
    version = proposed(state, name, schema)
    current = state.graphlets.get(name)
    staged = {other: one for other, one in state.staged.items() if other != name}
    if current is None or not same(current, version):
        staged[name] = version
    if staged == state.staged:
        return None
    return _next(state, schema.at, f"stage {name} {version.version} ({schema.release})", staged=staged)


def publish(state: State, name: str, schema: Version, supergraph: SupergraphRef) -> State:
    """The schema is current from now on, and nothing of its graphlet is staged."""
    version = proposed(state, name, schema)
    return _next(
        state,
        schema.at,
        f"publish {name} {version.version} ({schema.release})",
        supergraph=supergraph,
        graphlets={**state.graphlets, name: version},
        staged={other: one for other, one in state.staged.items() if other != name},
        versions={**state.versions, name: max(version.version, state.versions.get(name, 0))},
    )


def withdraw(state: State, name: str, supergraph: SupergraphRef | None, at: datetime, release: str) -> State | None:
    """The graphlet is gone, staged or not."""
    if name not in state.graphlets and name not in state.staged:
        return None
    return _next(
        state,
        at,
        f"withdraw {name} ({release})",
        supergraph=supergraph,
        graphlets=beside_current(state, name),
        staged={other: one for other, one in state.staged.items() if other != name},
    )


def _next(state: State, at: datetime, why: str, **changes: object) -> State:
    return replace(state, generation=state.generation + 1, at=at, why=why, **changes)  # type: ignore[arg-type]
