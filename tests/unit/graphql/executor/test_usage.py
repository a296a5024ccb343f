"""Fields are found in whatever text the planner writes."""

import pytest
from milkrun_graph.executor.usage import FieldUse
from milkrun_graph.planner.plan import Fetch, OperationKind
from milkrun_graph.supergraph import read_supergraph

from tests.support.gateways import SUPERGRAPH

TABLES = read_supergraph(SUPERGRAPH)


def fields(text: str, kind: OperationKind = OperationKind.QUERY) -> list[str]:
    return list(FieldUse(TABLES).of(Fetch(1, "PEOPLE", kind, text, (), (), (), 1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{person(id:1){name}}", ["Query.person", "Person.name"]),
        ('query($i:ID!){a:person(id:$i){b:name c:name}}', ["Query.person", "Person.name", "Person.name"]),
        ('{person(id:"} { name ( \\" :"){name}}', ["Query.person", "Person.name"]),
        ('{search(filter:{role:ACTOR text:"x"}){__typename ...on Person{name knownFor{id}}...on Title{id}}}',
         ["Query.search", "Person.name", "Person.knownFor", "Title.id", "Title.id"]),
        ("query($representations:[_Any!]!){_entities(representations:$representations){...on Title{stars}}}",
         ["Title.stars"]),
        ("{person(id:1)@include(if:true){name}}", ["Query.person", "Person.name"]),
        ("{__typename}", []),
    ],
)  # fmt: skip
def test_coordinates_are_those_of_the_text(text: str, expected: list[str]) -> None:
    assert fields(text) == expected


def test_a_mutation_begins_at_the_mutations_root() -> None:
    text = 'mutation{rename(id:"1",name:"x"){name}}'
    assert fields(text, OperationKind.MUTATION) == ["Mutation.rename", "Person.name"]
