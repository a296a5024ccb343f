"""Small supergraphs, written as the join specification has them, for tests of the reader and the planner."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import parse
from milkrun_graph.planner import Plan, PlanOptions, plan_operation
from milkrun_graph.supergraph import Supergraph, read_supergraph

LINK = '@link(url: "https://specs.apollo.dev/link/v1.0")'


def supergraph_sdl(graphs: Iterable[str], body: str, *, join: str = "v0.5", links: Iterable[str] = ()) -> str:
    """A supergraph of the graphs A, B, …; ``body`` may write ``@type`` for ``@join__type``, and so on."""
    values = " ".join(f'{name} @join__graph(name: "{name.lower()}", url: "http://{name.lower()}")' for name in graphs)
    others = " ".join(f'@link(url: "https://specs.apollo.dev/{link}")' for link in links)
    roots = "query: Query" + (" mutation: Mutation" if "type Mutation" in body else "")
    for short in ("type", "field", "implements", "unionMember"):
        body = body.replace(f"@{short}(", f"@join__{short}(")
    return (
        f'schema {LINK} @link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION) {others} {{ {roots} }}\n'
        f"enum join__Graph {{ {values} }}\n{body}"
    )


def a_supergraph(graphs: Iterable[str], body: str) -> Supergraph:
    return read_supergraph(supergraph_sdl(graphs, body))


def a_plan(
    tables: Supergraph,
    query: str,
    variables: Mapping[str, Any] | None = None,
    options: PlanOptions = PlanOptions(),  # noqa: B008 - it is frozen
) -> Plan:
    return plan_operation(tables, parse(query), None, variables, options)


def asked(plan: Plan) -> list[tuple[str, int, str]]:
    """Graph, stage and text of every fetch."""
    return [(fetch.graph, fetch.stage, fetch.query) for fetch in plan.fetches]
