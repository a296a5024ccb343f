"""The directives of the federation specifications, by the version that brought them, and where they may stand."""

from collections.abc import Mapping
from dataclasses import dataclass

Version = tuple[int, int]
FEDERATION_1: Version = (1, 0)
LATEST: Version = (2, 14)
BUILT_IN = ("deprecated", "specifiedBy", "skip", "include")
SPECIFICATION_HOST = "https://specs.apollo.dev"

_MARKED = (
    "FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE"
    " | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_GUARDED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"


@dataclass(frozen=True, slots=True)
class Definition:
    """A directive's definition from one version on; `type` inside is the local name of the type it needs."""

    since: Version
    args: str
    on: str

    def sdl(self, name: str, types: Mapping[str, str]) -> str:
        """The definition under a local name, with the local names of its types."""
        args = self.args
        for spec, local in types.items():
            args = args.replace(f"<{spec}>", local)
        return f"directive @{name}{args} {self.on}"


DIRECTIVES: Mapping[str, tuple[Definition, ...]] = {
    "key": (
        Definition((1, 0), "(fields: <FieldSet>!, resolvable: Boolean = true)", "repeatable on OBJECT | INTERFACE"),
    ),
    "requires": (Definition((1, 0), "(fields: <FieldSet>!)", "on FIELD_DEFINITION"),),
    "provides": (Definition((1, 0), "(fields: <FieldSet>!)", "on FIELD_DEFINITION"),),
    "external": (Definition((1, 0), "(reason: String)", "on OBJECT | FIELD_DEFINITION"),),
    "extends": (Definition((1, 0), "", "on OBJECT | INTERFACE"),),
    "tag": (
        Definition((1, 0), "(name: String!)", f"repeatable on {_MARKED}"),
        Definition((2, 3), "(name: String!)", f"repeatable on {_MARKED} | SCHEMA"),
    ),
    "inaccessible": (Definition((2, 0), "", f"on {_MARKED}"),),
    "shareable": (
        Definition((2, 0), "", "on FIELD_DEFINITION | OBJECT"),
        Definition((2, 2), "", "repeatable on FIELD_DEFINITION | OBJECT"),
    ),
    "override": (
        Definition((2, 0), "(from: String!)", "on FIELD_DEFINITION"),
        Definition((2, 7), "(from: String!, label: String)", "on FIELD_DEFINITION"),
    ),
    "composeDirective": (Definition((2, 1), "(name: String!)", "repeatable on SCHEMA"),),
    "interfaceObject": (Definition((2, 3), "", "on OBJECT"),),
    "authenticated": (Definition((2, 5), "", f"on {_GUARDED}"),),
    "requiresScopes": (Definition((2, 5), "(scopes: [[<Scope>!]!]!)", f"on {_GUARDED}"),),
    "policy": (Definition((2, 6), "(policies: [[<Policy>!]!]!)", f"on {_GUARDED}"),),
    "context": (Definition((2, 8), "(name: String!)", "repeatable on INTERFACE | OBJECT | UNION"),),
    "fromContext": (Definition((2, 8), "(field: <ContextFieldValue>)", "on ARGUMENT_DEFINITION"),),
    "cost": (
        Definition(
            (2, 9),
            "(weight: Int!)",
            "on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
        ),
    ),
    "listSize": (
        Definition(
            (2, 9),
            "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
            " requireOneSlicingArgument: Boolean = true)",
            "on FIELD_DEFINITION",
        ),
    ),
    "cacheTag": (Definition((2, 12), "(format: String!)", "repeatable on FIELD_DEFINITION | OBJECT"),),
}
TYPES: Mapping[str, Version] = {
    "FieldSet": (1, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}
# What a supergraph says about the directives that it carries: feature, version, purpose.
FEATURES: Mapping[str, tuple[str, str, str | None]] = {
    "tag": ("tag", "v0.3", None),
    "inaccessible": ("inaccessible", "v0.2", "SECURITY"),
    "authenticated": ("authenticated", "v0.1", "SECURITY"),
    "requiresScopes": ("requiresScopes", "v0.1", "SECURITY"),
    "policy": ("policy", "v0.1", "SECURITY"),
    "context": ("context", "v0.1", "SECURITY"),
    "cost": ("cost", "v0.1", None),
    "listSize": ("cost", "v0.1", None),
    "cacheTag": ("cacheTag", "v0.1", "EXECUTION"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """A specification that may be linked beside federation: what it brings, in which versions, and since when.

    To link it is to follow the version of federation that it `implies`, if the subgraph says an older one.
    """

    directives: tuple[str, ...]
    versions: tuple[Version, ...] = ((0, 1),)
    implies: Version = FEDERATION_1


STANDALONE: Mapping[str, Feature] = {
    "tag": Feature(("tag",), ((0, 1), (0, 2), (0, 3))),
    "inaccessible": Feature(("inaccessible",), ((0, 1), (0, 2))),
    "authenticated": Feature(("authenticated",), implies=(2, 5)),
    "requiresScopes": Feature(("requiresScopes",)),
    "policy": Feature(("policy",)),
    "context": Feature(("context", "fromContext"), implies=(2, 8)),
    "cost": Feature(("cost", "listSize"), implies=(2, 9)),
}
UNSUPPORTED = frozenset({"connect"})


def definition(name: str, version: Version) -> Definition | None:
    """A directive as a version of federation defines it; None if it does not."""
    known = [one for one in DIRECTIVES.get(name, ()) if one.since <= version]
    return known[-1] if known else None
