"""Random operations that are valid for a schema: aliases, arguments, variables, fragments of both kinds, conditions."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    VariablesInAllowedPositionRule,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
    parse,
    validate,
)

ATTEMPTS = 4
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
        assert self.schema.query_type
        body = self.selection_set(self.schema.query_type, depth)
        head = f"query Q({', '.join(self.declared)}) " if self.declared else "query Q "
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
        if parent is not self.schema.query_type and self.chance(0.35 if is_abstract_type(parent) else 0.12):
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
        arguments = self.argument() if definition.args and self.chance(0.7) else ""
        below = " " + self.selection_set(named, depth - 1) if is_composite_type(named) else ""
        return f"{self.alias(name)}{arguments}{self.condition()}{below}"

    def alias(self, name: str) -> str:
        if not self.aliases or not self.chance(0.15):
            return name
        return f"{self.random.choice(('x', 'y', 'id', 'n0', 'n1', '_m0'))}: {name}"

    def argument(self) -> str:
        number = self.random.randint(1, 3)
        if self.chance(0.6):
            return f"(n: {self.random.choice((number, number, 'null'))})"
        return f"(n: ${self.variable('Int', number)})"

    def variable(self, kind: str, value: Any) -> str:
        """Given, left to its default, or both absent and without one where null may be."""
        name = f"v{len(self.declared)}"
        how = self.random.choice(("given", "default", "required"))
        literal = str(value).lower()
        self.declared.append(f"${name}: {kind}" + {"given": "", "default": f" = {literal}", "required": "!"}[how])
        if how != "default":
            self.variables[name] = value
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
