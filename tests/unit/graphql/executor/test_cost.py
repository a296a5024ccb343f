"""The cost of an operation, by weights and sizes of lists."""

from typing import Any

import pytest
from graphql import parse
from milkrun_graph.executor.cost import Cost
from milkrun_graph.supergraph import read_supergraph

from tests.support.gateways import SUPERGRAPH

TABLES = read_supergraph(
    SUPERGRAPH.replace(
        "title(id: ID!): Title",
        """title(id: ID!): Title
  page(size: Int = 4): Page
    @join__field(graph: PEOPLE) @cost__listSize(slicingArguments: ["size"], sizedFields: ["nodes"])
  fixed: [Title!] @join__field(graph: PEOPLE) @cost__listSize(assumedSize: 3)

""",
    ).replace("enum Role", "type Page @join__type(graph: PEOPLE) { nodes: [Title!] total: Int }\nenum Role", 1)
)


EITHER = "query ($no: Boolean!) { person(id: 1) @skip(if: $no) { id } ... @include(if: $no) { fixed { id } } }"


@pytest.mark.parametrize(
    ("query", "values", "cost"),
    [
        ("{ __typename }", {}, 0),
        ("{ person(id: 1) { name age } }", {}, 1),
        ("{ person(id: 1) { knownFor { id } } }", {}, 1 + 10),
        ("{ person(id: 1) { favorite { stars } } }", {}, 1 + 1 + 5),
        ("{ people { name } }", {}, 10),
        ("{ people(first: 3) { name } }", {}, 3),
        ("query ($n: Int) { people(first: $n) { knownFor { id } } }", {"n": 2}, 2 * (1 + 10)),
        ("{ people(first: -5) { name } }", {}, 0),
        ("{ fixed { stars } }", {}, 3 * (1 + 5)),
        ("{ page(size: 2) { nodes { stars } total } }", {}, 1 + 2 * (1 + 5)),
        ("{ page { nodes { id } } }", {}, 1 + 4),
        ("{ ...A ...A } fragment A on Query { person(id: 1) { id } }", {}, 2),
        (EITHER, {"no": True}, 3),
        (EITHER, {"no": False}, 1),
        ('mutation { rename(id: "1", name: "x") { id } }', {}, 11),
    ],
)  # fmt: skip
def test_an_operation_costs_what_it_may_bring(query: str, values: dict[str, Any], cost: int) -> None:
    document = parse(query)
    assert Cost(TABLES, document, values, 10).of(document.definitions[0]) == cost  # type: ignore[arg-type]  # the operation
