"""Draws a world: which types there are, which graph serves what, and how one gets from graph to graph."""

from dataclasses import dataclass
from random import Random

from tests.support.federation.worlds.abstracts import draw_abstracts
from tests.support.federation.worlds.borrowing import draw_overrides, draw_provides, draw_requires
from tests.support.federation.worlds.model import CHOOSING, ECHOED, Abstract, Field, Key, Object, World

LEAVES = ("String", "Int", "Boolean", "Color", "String!", "Int!", "[Int]", "[String!]", "Color!")
WRAPS = ("{}", "{}", "{}", "[{}]", "[{}!]", "[{}]!", "[{}!]!", "{}!", "[[{}]]")


@dataclass(frozen=True, slots=True)
class Taste:
    """What a world may contain.

    `plain` gives every field to one graph and every entity one key, and requires nothing: then it is certain what
    is lost with a graph.
    """

    graphs: int = 3
    entities: int = 3
    values: int = 1
    abstracts: int = 2
    fields: int = 4
    plain: bool = False


def draw_world(random: Random, taste: Taste) -> World:
    world = World([chr(ord("a") + number) for number in range(taste.graphs)])
    for number in range(taste.entities):
        _draw_entity(random, world, f"E{number}", taste)
    for number in range(random.randint(0, taste.values)):
        _draw_value(random, world, f"V{number}", taste)
    draw_abstracts(random, world, taste.abstracts, with_objects=not taste.plain)
    for entity in world.entities:
        _draw_references(random, world, entity, taste)
    if not taste.plain:
        draw_requires(random, world)
    _draw_roots(random, world, taste)
    if not taste.plain:
        draw_provides(random, world)
        draw_overrides(random, world)
    return world


def some(random: Random, choices: list[str], least: int = 1) -> list[str]:
    """A sorted, random part of them, more often large than small."""
    return sorted(random.sample(choices, max(random.randint(least, len(choices)), random.randint(least, len(choices)))))


def _draw_entity(random: Random, world: World, name: str, taste: Taste) -> None:
    entity = Object(name, some(random, world.graphs))
    world.objects[name] = entity
    entity.keys = {graph: [Key(("id",))] for graph in entity.graphs}
    if not taste.plain and random.random() < 0.5:
        _draw_keys(random, entity)
    for key in ("id", "sku"):
        graphs = [graph for graph, keys in entity.keys.items() if any(key in each.fields for each in keys)]
        if graphs:
            entity.fields.append(Field(key, "ID!" if key == "id" else "String!", graphs))
    for number in random.sample(range(taste.fields + 2), random.randint(1, taste.fields)):
        entity.fields.append(_leaf(random, number, entity.graphs, taste))


def _draw_keys(random: Random, entity: Object) -> None:
    """Several keys per graph, not all to be entered by, but so that every graph leads to every other."""
    choices = [Key(("id",)), Key(("sku",)), Key(("id", "sku")), Key(("id",), False), Key(("sku",), False)]
    keys = {graph: random.sample(choices, random.randint(1, 2)) for graph in entity.graphs}
    if all(_reaches_all(graph, keys) for graph in entity.graphs):
        entity.keys = {graph: _once(each) for graph, each in keys.items()}


def _once(keys: list[Key]) -> list[Key]:
    return list({key.text: key for key in sorted(keys, key=lambda key: key.resolvable)}.values())


def _reaches_all(start: str, keys: dict[str, list[Key]]) -> bool:
    reached, known = {start}, {name for key in keys[start] for name in key.fields}
    for _ in keys:
        for graph, each in keys.items():
            if any(key.resolvable and known.issuperset(key.fields) for key in each):
                reached.add(graph)
                known |= {name for key in each for name in key.fields}
    return reached == set(keys)


def _leaf(random: Random, number: int, graphs: list[str], taste: Taste) -> Field:
    """Fields of one name have nearly always one type, so that interfaces find them and selections merge."""
    kind = LEAVES[number % len(LEAVES)]
    if random.random() < 0.1:
        kind = kind.removesuffix("!") if kind.endswith("!") else f"{kind}!"
    served = [random.choice(graphs)] if taste.plain or random.random() < 0.7 else some(random, graphs)
    argument = CHOOSING if random.random() < 0.2 else ""
    if kind == "String" and random.random() < 0.4:
        argument = ECHOED
    found = Field(f"n{number}", kind, served, argument)
    if len(served) > 1 and not kind.endswith("!") and random.random() < 0.4:
        found.types = {served[0]: f"{kind}!"}
    return found


def _draw_change(random: Random, world: World, number: int) -> Field:
    name = f"change{number}"
    if random.random() < 0.3:
        return Field(name, "String", [random.choice(world.graphs)], ECHOED)
    targets: list[Object | Abstract] = [*world.entities, *world.abstracts.values()]
    target = random.choice(targets)
    return Field(name, random.choice(WRAPS).format(target.name), [random.choice(target.graphs)], CHOOSING)


def _draw_value(random: Random, world: World, name: str, taste: Taste) -> None:
    """A type without key. Where its graphs differ in fields, whoever has it must be asked in all of them."""
    host = random.choice(world.entities)
    graphs = [random.choice(host.graphs)] if taste.plain else some(random, host.graphs)
    value = Object(name, graphs)
    split = len(graphs) > 1 and random.random() < 0.5
    for number, graph in enumerate(graphs):
        served = [graph] if split else list(graphs)
        value.fields.append(Field(f"v{number}", random.choice(("String", "Int", "Int!")), served))
    world.objects[name] = value
    wrap = random.choice(WRAPS)
    host.fields.append(Field(f"has{name}", wrap.format(name), list(graphs)))


def _draw_references(random: Random, world: World, entity: Object, taste: Taste) -> None:
    targets: list[Object | Abstract] = [*world.entities, *world.abstracts.values()]
    for number, target in enumerate(random.sample(targets, min(len(targets), random.randint(0, 3)))):
        shared = [graph for graph in entity.graphs if graph in target.graphs]
        if not shared:
            continue
        served = [random.choice(shared)]
        if isinstance(target, Object) and not taste.plain and random.random() < 0.3:
            served = some(random, shared)
        wrap = random.choice(WRAPS)
        argument = CHOOSING if random.random() < 0.15 else ""
        entity.fields.append(Field(f"to{target.name}_{number}", wrap.format(target.name), served, argument))


def _draw_roots(random: Random, world: World, taste: Taste) -> None:
    targets: list[Object | Abstract] = [*world.entities, *world.abstracts.values()]
    for target in targets:
        for graph in some(random, target.graphs):
            kind = random.choice(WRAPS).format(target.name)
            argument = CHOOSING if random.random() < 0.2 else ""
            name = f"{target.name.lower()}_{graph}"
            world.query.fields.append(Field(name, kind, [graph], argument))
    for entity in world.entities:
        if not taste.plain and len(entity.graphs) > 1 and random.random() < 0.3:
            kind = random.choice(WRAPS).format(entity.name)
            world.query.fields.append(Field(f"any{entity.name}", kind, some(random, entity.graphs, 2)))
    for number in range(random.choice((0, 2, 4))):
        world.mutation.fields.append(_draw_change(random, world, number))
    world.query.graphs = world.graphs
    world.mutation.graphs = sorted({graph for each in world.mutation.fields for graph in each.graphs})
