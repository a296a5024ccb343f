"""Random operations that are valid for a schema: aliases, arguments, variables, fragments of both kinds, conditions."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInputType,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    VariablesInAllowedPositionRule,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse,
    validate,
)

from tests.support.federation.worlds.model import COLORS

ATTEMPTS = 4
UNKNOWN = object()
ROOTS = ("Query", "Mutation")
VALUES: dict[str, tuple[Any, ...]] = {"Int": (1, 2, 3), "String": ("", "a", 'b"'), "Color": COLORS}
# What the drawing does not see to by itself; all rules together take most of a case's time.
DOUBTFUL = [OverlappingFieldsCanBeMergedRule, VariablesInAllowedPositionRule]
NOTHING = "{ __typename }"


@dataclass(frozen=True, slots=True)
class Operation:
    query: str
    variables: dict[str, Any] = field(default_factory=dict)


def draw_operation(random: Random, schema: GraphQLSchema, depth: int = 5) -> Operation:
    """Selections that cannot be merged are drawn again: after a few attempts, without aliases."""
    for attempt in range(ATTEMPTS):
        draw = _Draw(random, schema, aliases=attempt < ATTEMPTS - 1)
        operation = draw.operation(depth)
        if not validate(schema, parse(operation.query, no_location=True), DOUBTFUL):
            return operation
    return Operation(NOTHING)


class _Draw:
    def __init__(self, random: Random, schema: GraphQLSchema, *, aliases: bool) -> None:
        self.random = random
        self.schema = schema
        self.aliases = aliases
        self.budget = 40
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []
        self.fragments: list[str] = []

    def operation(self, depth: int) -> Operation:
        root, kind = self.schema.query_type, "query"
        if self.schema.mutation_type and self.chance(0.3):
            root, kind = self.schema.mutation_type, "mutation"
        assert root
        body = self.selection_set(root, depth)
        head = f"{kind} Q({', '.join(self.declared)}) " if self.declared else f"{kind} Q "
        return Operation("\n".join([head + body, *self.fragments]), self.variables)

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def selection_set(self, parent: GraphQLCompositeType, depth: int) -> str:
        parts = [part for _ in range(self.random.randint(1, 5)) if (part := self.selection(parent, depth))]
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def selection(self, parent: GraphQLCompositeType, depth: int) -> str:
        self.budget -= 1
        if self.budget < 0:
            return ""
        if self.chance(0.08):
            return self.alias("__typename") + self.condition()
        if parent.name not in ROOTS and self.chance(0.35 if is_abstract_type(parent) else 0.12):
            return self.fragment(parent, depth)
        fields = getattr(parent, "fields", {})
        if not fields:
            return self.fragment(parent, depth)
        name = self.random.choice(sorted(fields))
        return self.field(name, fields[name], depth)

    def field(self, name: str, definition: GraphQLField, depth: int) -> str:
        named = get_named_type(definition.type)
        composite = is_composite_type(named)
        if composite and depth <= 0:
            return ""
        arguments = self.arguments(definition) if definition.args and self.chance(0.7) else ""
        below = " " + self.selection_set(named, depth - 1) if is_composite_type(named) else ""
        return f"{self.alias(name)}{arguments}{self.condition()}{below}"

    def alias(self, name: str) -> str:
        if not self.aliases or not self.chance(0.15):
            return name
        return f"{self.random.choice(('x', 'y', 'id', 'n0', 'n1', '_m0'))}: {name}"

    def arguments(self, definition: GraphQLField) -> str:
        given = [f"{name}: {self.value(arg.type)}" for name, arg in definition.args.items() if self.chance(0.6)]
        return f"({', '.join(given)})" if given else ""

    def value(self, kind: GraphQLInputType, depth: int = 2) -> str:
        """A literal, or a variable; inside of lists and input objects as well."""
        if self.chance(0.15):
            return f"${self.given(kind, depth)}"
        literal, plain = self.literal(kind, depth)
        if plain is UNKNOWN or self.chance(0.6):
            return literal
        return f"${self.variable(str(kind), literal, plain)}"

    def given(self, kind: GraphQLInputType, depth: int) -> str:
        """A variable that holds all of it."""
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = self.plain(kind, depth)
        return name

    def plain(self, kind: GraphQLInputType, depth: int) -> Any:
        if is_non_null_type(kind):
            kind = kind.of_type
        elif self.chance(0.15):
            return None
        if is_list_type(kind):
            return [self.plain(kind.of_type, depth) for _ in range(self.random.randint(0, 2))]
        if is_input_object_type(kind):
            fields = [name for name in kind.fields if self.chance(0.4 if depth else 0)]
            return {name: self.plain(kind.fields[name].type, depth - 1) for name in fields}
        return self.random.choice(VALUES[get_named_type(kind).name])

    def literal(self, kind: GraphQLInputType, depth: int) -> tuple[str, Any]:
        """The text, and the same as JSON if there is no variable in it."""
        if is_non_null_type(kind):
            kind = kind.of_type
        elif self.chance(0.15):
            return "null", None
        if is_list_type(kind):
            return f"[{', '.join(self.value(kind.of_type, depth) for _ in range(self.random.randint(0, 2)))}]", UNKNOWN
        if is_input_object_type(kind):
            fields = [name for name in kind.fields if self.chance(0.4 if depth else 0)]
            return (
                f"{{{', '.join(f'{each}: {self.value(kind.fields[each].type, depth - 1)}' for each in fields)}}}",
                UNKNOWN,
            )
        plain = self.random.choice(VALUES[get_named_type(kind).name])
        return plain if plain in COLORS else json.dumps(plain), plain

    def variable(self, kind: str, literal: str, plain: Any) -> str:
        """Given, left to its default, or left out altogether."""
        name = f"v{len(self.declared)}"
        how = self.random.choice(("given", "default", "both", "neither"))
        if how == "neither" and kind.endswith("!"):
            how = "given"
        self.declared.append(f"${name}: {kind}" + (f" = {literal}" if how in ("default", "both") else ""))
        if how in ("given", "both"):
            self.variables[name] = plain
        return name

    def condition(self) -> str:
        if not self.chance(0.12):
            return ""
        name = self.random.choice(("skip", "include"))
        value = self.chance(0.5)
        if self.chance(0.3):
            return f" @{name}(if: {str(value).lower()})"
        variable = f"v{len(self.declared)}"
        self.declared.append(f"${variable}: Boolean!" + (f" = {str(value).lower()}" if self.chance(0.5) else ""))
        self.variables[variable] = self.chance(0.5)
        return f" @{name}(if: ${variable})"

    def fragment(self, parent: GraphQLCompositeType, depth: int) -> str:
        kinds = [
            each
            for name, each in sorted(self.schema.type_map.items())
            if is_composite_type(each) and not name.startswith("__") and self.overlaps(parent, each)
        ]
        kind = self.random.choice(kinds)
        assert is_composite_type(kind)
        body = self.selection_set(kind, depth)
        if self.chance(0.25):
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {kind.name} {body}")
            return f"...{name}{self.condition()}"
        on = "" if kind is parent and self.chance(0.3) else f" on {kind.name}"
        return f"...{on}{self.condition()} {body}"

    def overlaps(self, one: GraphQLCompositeType, other: Any) -> bool:
        return bool(self.objects(one) & self.objects(other))

    def objects(self, kind: Any) -> set[str]:
        return {kind.name} if is_object_type(kind) else {each.name for each in self.schema.get_possible_types(kind)}
