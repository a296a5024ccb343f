"""The plan: which subgraph requests answer an operation, and how their answers become the response.

All of it is immutable, picklable and free of graphql-core, so a plan can be made when a supergraph is
published and run by a process that never imports a parser.

How a plan is run
-----------------
Answers are merged into one *working object*, nested like the response but keyed by *source keys*: mostly
the client's response keys, otherwise reserved aliases (``_m0``) for what only the plan needs.  A fetch may
start when all fetches of ``needs`` have ended.  A root fetch merges its ``data`` into the working object.
An entity fetch has one or more *entries*; each collects its target objects by ``path``, makes one
representation per target, de-duplicates them, sends them in the variable ``entry.variable`` and merges item
i of the answer's ``entry.alias`` into the targets of representation i.  All entries travel in one request, and
those with one alias in one list.
Merging is deep: objects by key, lists by index, the first of two scalars wins; except ``__typename`` of an
entry with ``overwrites_typename``, which replaces what an interface object's graph said.
Finally ``projection`` completes the working object into the response (GraphQL specification, section 6.4).
"""

from dataclasses import dataclass
from enum import StrEnum

type Types = frozenset[str] | None
"""Names of object types of the supergraph; None stands for every type."""


class OperationKind(StrEnum):
    """What the operation is."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path through the working object.

    ``key`` is entered, then ``lists`` levels of lists are walked, then only objects whose ``__typename`` is
    in ``types`` go on.  An object without ``__typename`` is an error where there are ``types``.
    """

    key: str
    lists: int = 0
    types: Types = None


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """``name`` in the representation is what the target holds under ``source``.

    A field with ``types`` is left out for an object whose ``__typename`` is another.  With ``fields`` the
    value is an object, or lists of them at any depth, and is rebuilt from these fields.
    """

    name: str
    source: str
    types: Types = None
    fields: tuple["RepresentationField", ...] = ()


@dataclass(frozen=True, slots=True)
class Representation:
    """What ``_entities`` is told about a target: ``__typename`` and the fields of a key and of ``@requires``.

    ``typename`` is a constant (the subgraph may know the type as an interface object); None means the
    target's own ``__typename``.  A target in which a field with ``key`` semantics (``keys``) is null or
    absent is skipped; of ``requires`` a null is sent as null, and an absent one skips the target.
    """

    typename: str | None
    keys: tuple[RepresentationField, ...]
    requires: tuple[RepresentationField, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextChoice:
    """Where the value is in an ancestor of one of ``types``: a chain of source keys."""

    types: Types
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """A variable whose value is found above the target (``@fromContext``).

    The ancestor is the object reached by the first ``depth`` segments of the entry's path (0 is the root);
    the first choice that fits its type counts.  Targets with different values need requests of their own.
    """

    variable: str
    depth: int
    choices: tuple[ContextChoice, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Entities at one place in an entity fetch: ``alias: _entities(representations: $variable)``.

    Entries of a fetch that ask the same have one alias, and so one list of representations.

    ``types`` are the concrete types that a target may have; None if ``path`` settles it.
    """

    alias: str
    variable: str
    path: tuple[Segment, ...]
    types: Types
    representation: Representation
    overwrites_typename: bool = False
    contexts: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    ``variables`` are the client's variables that ``query`` uses, by the client's names; those that the client
    left out are left out here too.  A root fetch has no entries.  ``path`` is where a root fetch's data goes:
    empty, except for a ``query: Query`` field below another one; ``needs`` are ids of other fetches, ``stage``
    is the longest chain of them, counted from 1.  ``exact``: values of custom scalars come with it, and in those
    long integers keep all digits.
    """

    id: int
    graph: str
    kind: OperationKind
    query: str
    variables: tuple[str, ...]
    entries: tuple[Entry, ...]
    needs: tuple[int, ...]
    stage: int
    path: tuple[Segment, ...] = ()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ProjectedField:
    """One response key of one selection set.

    ``wrap`` is the API type outside in: ``!`` for non-null, ``[`` for a list; ``[User!]!`` is ``"![!"``.
    ``types`` are the object types that the field is selected on.  Of all fields with one ``key`` at most one
    fits an object.  ``typename``: the value is the name of the object's type.  ``values`` are the values of an
    enum that the API has: any other becomes null.  ``unauthorized``: null, with the error
    UNAUTHORIZED_FIELD_OR_TYPE; nothing was fetched.  ``introspection``: the value is the introspection result's,
    under the same key.
    """

    key: str
    source: str
    wrap: str = ""
    named: str = ""
    types: Types = None
    projection: "Projection | None" = None
    typename: bool = False
    values: frozenset[str] | None = None
    unauthorized: bool = False
    introspection: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """A selection set as the client sees it.

    ``typename`` is the type's name where the API says it is an object type, else None: then the object's
    ``__typename`` decides, and if it is not in ``possible`` (hidden by ``@inaccessible``, or unknown) the object is
    null.  With ``told`` the plan asks every object for its ``__typename``: one without is null, with an error.
    Otherwise nothing depends on it, and an object without one counts as fitting.
    """

    typename: str | None
    possible: frozenset[str]
    fields: tuple[ProjectedField, ...]
    told: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer one operation, for one outcome of its ``@skip`` and ``@include`` directives.

    ``introspection`` is the client's whole operation, if it has ``__schema`` or ``__type`` fields: run it
    against the API schema, with a root value that has no fields, and take from it what the projection marks.
    """

    kind: OperationKind
    fetches: tuple[Fetch, ...]
    projection: Projection
    introspection: str | None = None

    @property
    def stages(self) -> int:
        """How many requests wait for one another at most."""
        return max((fetch.stage for fetch in self.fetches), default=0)
