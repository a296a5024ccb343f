"""Draws unions, interfaces and interface objects over the entities of a world."""

from random import Random

from tests.support.federation.worlds.model import Abstract, Field, Object, World


def draw_abstracts(random: Random, world: World, number: int, *, with_objects: bool) -> None:
    for each in range(random.randint(0, number)):
        kind = random.choice(("union", "interface", "object") if with_objects else ("union", "interface"))
        if kind == "union":
            _draw_union(random, world, f"U{each}")
        elif kind == "interface":
            _draw_interface(random, world, f"I{each}")
        else:
            _draw_interface_object(random, world, f"J{each}")


def _members(random: Random, world: World) -> dict[str, list[str]]:
    """Each graph may know other members."""
    names = random.sample([each.name for each in world.entities], random.randint(1, len(world.entities)))
    found = {}
    for graph in world.graphs:
        known = sorted(name for name in names if graph in world.objects[name].graphs)
        if known and random.random() < 0.8:
            found[graph] = sorted(random.sample(known, random.randint(1, len(known))))
    return found


def _draw_union(random: Random, world: World, name: str) -> None:
    if members := _members(random, world):
        world.abstracts[name] = Abstract(name, members)


def _draw_interface(random: Random, world: World, name: str) -> None:
    """In each graph the fields that all its members there define; merged, those that all members have."""
    members = _members(random, world)
    merged = [world.objects[each] for each in sorted({each for names in members.values() for each in names})]
    common = [each for each in _common(merged) if random.random() < 0.8]
    fields = {}
    for graph, names in members.items():
        here = [field for field in common if all(graph in world.objects[each].get(field).graphs for each in names)]
        if here:
            fields[graph] = here
    members = {graph: names for graph, names in members.items() if graph in fields}
    if members:
        world.abstracts[name] = Abstract(name, members, fields)


def _common(objects: list[Object]) -> list[str]:
    """Names that all of them have with one type, in every graph, and with one argument list."""
    if not objects:
        return []
    shapes = [
        {(each.name, each.type, each.argument) for each in entity.fields if each.is_leaf and not each.types}
        for entity in objects
    ]
    return sorted(name for name, _, _ in set.intersection(*shapes))


def _draw_interface_object(random: Random, world: World, name: str) -> None:
    """One graph has the interface and all its members, another knows the interface as an object and adds to it."""
    real, other = random.sample(world.graphs, 2) if len(world.graphs) > 1 else ("", "")
    members = [
        each
        for each in world.entities
        if real in each.graphs
        and other not in each.graphs
        and any(key.text == "id" and key.resolvable for key in each.keys[real])
    ]
    if not members or any(each.object_in == other for each in world.abstracts.values()):
        return
    lent = [Field(f"{name.lower()}{number}", random.choice(("String", "Int!")), [other]) for number in range(2)]
    names = [each.name for each in members]
    world.abstracts[name] = Abstract(name, {real: names}, {real: ["id"]}, "id", other, lent)
    for each in members:
        each.borrowed += lent
