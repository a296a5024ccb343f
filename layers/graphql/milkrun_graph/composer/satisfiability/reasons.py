"""Why a query cannot be answered, in words and with the query."""

from collections.abc import Iterable, Mapping

from milkrun_graph.composer.issues import human
from milkrun_graph.composer.satisfiability.moves import Moves, Position, resolvable, subgraph_names


def sample_query(path: tuple[str, ...], leaf: str = "") -> str:
    """A query that follows a path."""
    lines = []
    for depth, step in enumerate(path):
        last = depth == len(path) - 1 and not leaf
        head = "" if step == "query" else step
        lines.append("  " * depth + (head if last else f"{head} {{".lstrip()))
    if leaf:
        lines.append("  " * len(path) + leaf)
    depth = len(path) if leaf else len(path) - 1
    lines += ["  " * level + "}" for level in reversed(range(depth))]
    return "\n".join(lines)


def describe_failure(moves: Moves, type_: str, positions: Iterable[Position], path: tuple[str, ...]) -> str:
    """Why no position leads to the last field of the path."""
    name = path[-1]
    coordinate = f"{type_}.{name}"
    lines = []
    for position in sorted(positions, key=lambda one: (one.subgraph, one.type)):
        lines.append(f'- from subgraph "{position.subgraph}":')
        lines += [f"  - {one}" for one in _reasons(moves, type_, position, name, coordinate)]
    return (
        f"The following supergraph API query:\n{sample_query(path)}\ncannot be satisfied by the subgraphs because:\n"
        + ("\n".join(lines))
    )


def _reasons(moves: Moves, type_: str, position: Position, name: str, coordinate: str) -> Iterable[str]:
    reached = moves.reach(type_, position)
    here = moves.subgraphs[position.subgraph].type(position.type)
    own = here.fields.get(name) if here is not None else None
    if own is None:
        yield f'cannot find field "{coordinate}".'
    elif own.has("requires"):
        yield f'cannot satisfy the @requires conditions on field "{coordinate}", or enter the subgraph again.'
    else:
        yield f'field "{coordinate}" is not resolvable because it is marked @external or overridden.'
    for other, subgraph in moves.subgraphs.items():
        there = subgraph.type(type_)
        if there is None or name not in there.fields or other in subgraph_names(reached):
            continue
        has_keys = bool(resolvable(subgraph, there))
        reason = "none of its keys can be filled in" if has_keys else f'type "{type_}" has no resolvable @key there'
        yield f'cannot move to subgraph "{other}", which has field "{coordinate}", because {reason}.'


def describe_object_failure(moves: Moves, positions: Iterable[Position], path: tuple[str, ...]) -> str:
    """Why nobody can say which implementation an interface object is."""
    lines = [
        f'- from subgraph "{one.subgraph}": no subgraph can be reached to resolve the implementation type of '
        f'@interfaceObject type "{one.type}".'
        for one in sorted(positions, key=lambda one: one.subgraph)
        if moves.subgraphs[one.subgraph].is_interface_object(one.type)
    ]
    query = sample_query(path, "...")
    return f"The following supergraph API query:\n{query}\ncannot be satisfied by the subgraphs because:\n" + "\n".join(
        lines
    )


def describe_mismatch(path: tuple[str, ...], coordinate: str, type_: str, types: Mapping[str, frozenset[str]]) -> str:
    """What the subgraphs think that a shared field can return."""
    lines = [
        f"- in {human([name])}: {human(sorted(one), 'type', 'types') if one else 'nothing'}"
        for name, one in types.items()
    ]
    return (
        f'For the following supergraph API query:\n{sample_query(path, "...")}\nShared field "{coordinate}" '
        f'return type "{type_}" '
        "has different sets of possible runtime types across subgraphs:\n" + "\n".join(lines) + "\n"
        "Shared fields must resolve the same way in all subgraphs."
    )
