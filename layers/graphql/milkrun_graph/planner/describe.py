"""Plans for people and for machines."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, parse, print_ast

from milkrun_graph.planner.plan import Entry, Fetch, Plan, RepresentationField, Segment


def describe(plan: Plan, names: dict[str, str]) -> str:
    """A plan as text: stage by stage, what is asked of whom. ``names``: what the subgraphs are called."""
    count = len(plan.fetches)
    head = f"{plan.kind.value}: {count} {'fetch' if count == 1 else 'fetches'} in {_stages(plan.stages)}"
    parts = [head]
    if plan.introspection:
        parts.append("the schema itself answers the introspection fields")
    for fetch in plan.fetches:
        parts.append("\n".join(_lines(fetch, names)))
    return "\n\n".join(parts)


def plan_data(plan: Plan, names: dict[str, str]) -> dict[str, Any]:
    """A plan as plain data."""
    return {
        "operation": plan.kind.value,
        "stages": plan.stages,
        "fetches": [_fetch_data(fetch, names) for fetch in plan.fetches],
        "introspection": plan.introspection,
    }


def path_text(path: tuple[Segment, ...]) -> str:
    """``products[].reviews[]|Book`` : lists are marked, and what types of objects count."""
    return ".".join(
        segment.key + "[]" * segment.lists + ("|" + "|".join(sorted(segment.types)) if segment.types else "")
        for segment in path
    )


def _stages(count: int) -> str:
    return "1 stage" if count == 1 else f"{count} stages"


def _lines(fetch: Fetch, names: dict[str, str]) -> Iterator[str]:
    after = f", after {', '.join(map(str, fetch.needs))}" if fetch.needs else ""
    yield f"fetch {fetch.id}: {names.get(fetch.graph, fetch.graph)} (stage {fetch.stage}{after})"
    for entry in fetch.entries:
        yield f"  ${entry.variable}: {path_text(entry.path)} as {_representation(entry)}"
        for context in entry.contexts:
            yield f"  ${context.variable}: from {path_text(entry.path[: context.depth]) or 'the root'}"
    yield from ("    " + line for line in _pretty(fetch.query).splitlines())


def _pretty(query: str) -> str:
    try:
        return print_ast(parse(query, no_location=True))
    except GraphQLError:
        return query


def _representation(entry: Entry) -> str:
    shape = entry.representation
    fields = " ".join(_field(one) for one in (*shape.keys, *shape.requires))
    return f"{shape.typename or '__typename'} {{ {fields} }}"


def _field(one: RepresentationField) -> str:
    name = one.name if one.name == one.source else f"{one.name} = {one.source}"
    inner = " { " + " ".join(_field(inner) for inner in one.fields) + " }" if one.fields else ""
    return name + inner + ("|" + "|".join(sorted(one.types)) if one.types else "")


def _fetch_data(fetch: Fetch, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": fetch.id,
        "graph": names.get(fetch.graph, fetch.graph),
        "stage": fetch.stage,
        "needs": list(fetch.needs),
        "query": fetch.query,
        "variables": list(fetch.variables),
        "entities": [
            {
                "alias": entry.alias,
                "variable": entry.variable,
                "path": path_text(entry.path),
                "representation": _representation(entry),
                "contexts": [context.variable for context in entry.contexts],
            }
            for entry in fetch.entries
        ],
    }
