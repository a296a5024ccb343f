"""Fields that need claims, and progressive overrides."""

import pytest
from milkrun_graph.executor import Claims
from milkrun_graph.executor.claims import active, allows
from milkrun_graph.supergraph.tables import Authorization

from tests.support.gateways import MEMBER, Subgraphs, ask, codes, data, paths

QUERY = "{ person(id: 1) { name salary diary } }"
PERSON = {"name": "Ann", "salary": 7, "diary": "dear"}


async def test_a_protected_field_is_null_with_an_error_and_not_asked_for() -> None:
    subgraphs = Subgraphs({"people": data(person={"name": "Ann"})})
    response = await ask(subgraphs, QUERY)
    assert response["data"] == {"person": {"name": "Ann", "salary": None, "diary": None}}
    assert codes(response) == ["UNAUTHORIZED_FIELD_OR_TYPE"] * 2
    assert paths(response) == [["person", "salary"], ["person", "diary"]]
    assert "salary" not in subgraphs.asked[0][1]["query"]


async def test_claims_open_what_they_are_for() -> None:
    response = await ask(Subgraphs({"people": data(person=PERSON)}), QUERY, claims=MEMBER)
    assert paths(response) == [["person", "diary"]]
    admin = Claims(authenticated=True, scopes=frozenset({"admin", "unheard"}))
    assert await ask(Subgraphs({"people": data(person=PERSON)}), QUERY, claims=admin) == {"data": {"person": PERSON}}


@pytest.mark.parametrize(
    ("scopes", "allowed"), [(set(), False), ({"a"}, False), ({"a", "b"}, True), ({"c"}, True), ({"c", "x"}, True)]
)
def test_of_the_alternatives_one_must_be_complete(scopes: set[str], allowed: bool) -> None:
    claims = Claims(scopes=frozenset(scopes), policies=frozenset(scopes))
    groups = (("a", "b"), ("c",))
    assert allows(claims)(Authorization(scopes=groups)) is allowed
    assert allows(claims)(Authorization(policies=groups)) is allowed


def test_an_override_is_on_when_chosen_or_by_its_percentage() -> None:
    labels = frozenset({"percent(100)", "percent(0)", "percent(x)", "beta", "alpha"})
    assert active(labels, frozenset({"beta"})) == {"percent(100)", "beta"}
