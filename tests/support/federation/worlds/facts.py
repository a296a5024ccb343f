"""The data of a world: a few objects of each entity, with nulls wherever a type allows them."""

from random import Random
from typing import Any

from tests.support.federation.worlds.model import COLORS, ECHOED, Field, Object, World

LEAVES: dict[str, tuple[Any, ...]] = {
    "String": ("one", "two", 'say "hi"\n', ""),
    "Int": (0, 1, -7, 2147483647),
    "Boolean": (True, False),
    "Color": COLORS,
}


def draw_facts(random: Random, world: World, errors: float = 0.0) -> dict[str, Any]:
    """Objects as a `Dataset` wants them; `errors` is how likely a field that nothing builds on fails."""
    facts = _Facts(random, world, errors)
    objects = {name: facts.one(world.objects[kind], name) for kind, names in facts.names.items() for name in names}
    return {each.name: facts.one(each, each.name) for each in world.roots} | objects


class _Facts:
    def __init__(self, random: Random, world: World, errors: float) -> None:
        self.random = random
        self.world = world
        self.errors = errors
        self.names = {each.name: [f"{each.name}_{n}" for n in range(random.randint(1, 3))] for each in world.entities}
        self.requires = any(each.requires for owner in world.entities for each in owner.fields)
        lent = {name for owner in world.objects.values() for each in owner.fields for name in _words(each)}
        self.built_on = lent | {name for each in world.query.fields for name in _words(each)} | {"id", "sku"}

    def one(self, owner: Object, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {"__typename": owner.name}
        for each in owner.fields + owner.borrowed:
            if each.name in ("id", "sku"):
                values[each.name] = f"{name}-{each.name}"
            elif each.argument == ECHOED:
                values[each.name] = {"$echo": True}
            elif each.argument:
                values[each.name] = {
                    "$by": "n",
                    **{str(n): self.field(each) for n in (1, 2)},
                    "$else": self.field(each),
                }
            else:
                values[each.name] = self.field(each)
        return values

    def field(self, each: Field) -> Any:
        # What is null in one subgraph takes along what another fetch wanted from the same object.
        alone = not each.type.endswith("!") or not self.requires
        safe = each.name not in self.built_on and not each.types and alone
        if safe and self.random.random() < self.errors:
            return {"$error": f"{each.name} failed"}
        strict = any(kind.endswith("!") for kind in each.types.values())
        return self.value(each.type + "!" * (strict and not each.type.endswith("!")), each)

    def value(self, kind: str, each: Field) -> Any:
        if kind.endswith("!"):
            kind = kind.removesuffix("!")
        elif self.random.random() < 0.2:
            return None
        if kind.startswith("["):
            return [self.value(kind[1:-1], each) for _ in range(self.random.randint(0, 3))]
        if each.is_leaf:
            return self.random.choice(LEAVES[kind])
        if kind in self.names:
            return "@" + self.random.choice(self.names[kind])
        if kind in self.world.objects:
            return self.one(self.world.objects[kind], kind)
        types = sorted(set.intersection(*(set(self.world.runtime_types(kind, graph)) for graph in each.graphs)))
        return "@" + self.random.choice(self.names[self.random.choice(types)])


def _words(each: Field) -> list[str]:
    text = " ".join([each.requires, *each.provides.values()])
    return text.replace("{", " ").replace("}", " ").replace("(", " ").split()
