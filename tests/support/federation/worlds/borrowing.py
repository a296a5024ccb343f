"""Draws @requires and @provides: what one graph is given of another's fields."""

from random import Random

from tests.support.federation.worlds.model import CHOOSING, ECHOED, Field, Object, World

# With every argument, so that it does not matter what the defaults are.
ALL_GIVEN = {
    "": "",
    CHOOSING: "(n: {})",
    ECHOED: '(filter: {{n: {}, tags: [], color: RED, more: null}}, list: [3], color: BLUE, text: \\"b\\")',
}


def draw_requires(random: Random, world: World) -> None:
    """A required field is always older than the one that requires it, so there are no circles."""
    for entity in world.entities:
        for number in range(random.randint(0, 3)):
            graph = random.choice(entity.graphs)
            wanted = [each for each in entity.fields if graph not in each.graphs]
            random.shuffle(wanted)
            texts = [text for each in wanted[:2] if (text := _required(random, world, each, graph))]
            if texts:
                kind = random.choice(("String", "Int", "String!"))
                entity.fields.append(Field(f"r{number}", kind, [graph], requires=" ".join(texts)))


def _required(random: Random, world: World, wanted: Field, graph: str) -> str:
    argument = ALL_GIVEN[wanted.argument].format(random.randint(1, 3))
    if wanted.is_leaf:
        wanted.external.add(graph)
        return f"{wanted.name}{argument}"
    if graph not in world.graphs_of(wanted.named):
        return ""
    below = _required_below(random, world, wanted, graph)
    if not below:
        return ""
    wanted.external.add(graph)
    return f"{wanted.name}{argument} {{ {below} }}"


def _required_below(random: Random, world: World, wanted: Field, graph: str) -> str:
    if wanted.named in world.objects:
        return _leaf_of(random, world.objects[wanted.named], graph)
    abstract = world.abstracts[wanted.named]
    if abstract.object_in or not all(
        set(abstract.members[each]) <= set(abstract.members[graph]) for each in wanted.graphs
    ):
        return ""
    possible = set.intersection(*(set(abstract.members[each]) for each in wanted.graphs))
    name = random.choice(sorted(possible))
    leaf = _leaf_of(random, world.objects[name], graph)
    return leaf and f"... on {name} {{ {leaf} }}"


def _leaf_of(random: Random, owner: Object, graph: str) -> str:
    leaves = [each for each in owner.fields if each.is_leaf and not each.argument and not each.requires]
    if not leaves:
        return ""
    leaf = random.choice(leaves)
    if graph not in leaf.graphs:
        leaf.external.add(graph)
    return leaf.name


def draw_overrides(random: Random, world: World) -> None:
    """Some fields move from another graph to theirs, some that are required elsewhere hide from clients."""
    seen = {name for each in world.abstracts.values() for names in each.fields.values() for name in names}
    for entity in world.entities:
        for each in entity.fields:
            others = [graph for graph in entity.graphs if not each.declared_in(graph)]
            movable = len(each.graphs) == 1 and each.is_leaf and not each.requires and not each.types
            if others and movable and each.name not in ("id", "sku") and random.random() < 0.25:
                each.overridden = random.choice(others)
            each.hidden = bool(each.external) and each.name not in seen and random.random() < 0.2


def draw_provides(random: Random, world: World) -> None:
    hosts = [field for owner in [*world.entities, world.query] for field in owner.fields]
    for host in hosts:
        if host.is_leaf or random.random() < 0.7 or host.requires:
            continue
        graph = random.choice(host.graphs)
        below = _provided(random, world, host, graph)
        if below:
            host.provides[graph] = below


def _provided(random: Random, world: World, host: Field, graph: str) -> str:
    if host.named in world.objects:
        return _foreign_leaf(random, world.objects[host.named], graph)
    if world.abstracts[host.named].object_in:
        return ""
    name = random.choice(world.abstracts[host.named].members[graph])
    leaf = _foreign_leaf(random, world.objects[name], graph)
    return leaf and f"... on {name} {{ {leaf} }}"


def _foreign_leaf(random: Random, owner: Object, graph: str) -> str:
    leaves = [
        each
        for each in owner.fields
        if each.is_leaf and not each.requires and not each.argument and graph not in each.graphs
    ]
    if not leaves:
        return ""
    leaf = random.choice(leaves)
    leaf.external.add(graph)
    return leaf.name
