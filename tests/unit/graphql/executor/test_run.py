"""What plans can ask for beyond the ordinary, by plans made by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from milkrun_graph.executor.compiled import ready
from milkrun_graph.executor.messages import NO_HEADERS
from milkrun_graph.executor.options import Options
from milkrun_graph.executor.run import Asking, Run
from milkrun_graph.planner.plan import (
    ContextArgument,
    ContextChoice,
    Entry,
    Fetch,
    OperationKind,
    Plan,
    ProjectedField,
    Projection,
    Representation,
    RepresentationField,
    Segment,
)

from tests.support.gateways import Subgraphs

KEY = (RepresentationField("id", "_m0"),)
ANY = Projection("Query", frozenset({"Query"}), (ProjectedField("a", "a", "", "Anything"),))


def fetch(at: int, graph: str, entries: tuple[Entry, ...] = (), **more: Any) -> Fetch:
    needs = more.pop("needs", (at - 1,) if at else ())
    return Fetch(at, graph, OperationKind.QUERY, f"{{ {graph} }}", (), entries, needs, at + 1, **more)


def entry(at: int, *path: Segment, **more: Any) -> Entry:
    shape = more.pop("representation", Representation("T", KEY))
    return Entry(f"_e{at}", f"r{at}", path, more.pop("types", None), shape, **more)


async def run(plan: tuple[Fetch, ...], **answers: Callable[[dict[str, Any]], Any]) -> tuple[Run, Subgraphs]:
    subgraphs = Subgraphs(answers)
    made = ready(Plan(OperationKind.QUERY, plan, ANY), Options(), {})
    running = Run(made, subgraphs.fetch, Asking({}, NO_HEADERS), {}, verbose=True)
    await running.finish()
    return running, subgraphs


def root(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda _: {"data": fields}


def echo(alias: str, variable: str, **more: Any) -> Callable[[dict[str, Any]], Any]:
    """Every entity says which representation it is the answer to."""
    return lambda sent: {"data": {alias: [{"of": each, **more} for each in sent["variables"][variable]]}}


async def test_lists_of_lists_are_walked() -> None:
    things = [[{"_m0": 1}, None], None, [{"_m0": 2}, {"_m0": 1}]]
    plan = (fetch(0, "one"), fetch(1, "two", (entry(0, Segment("a", 2)),)))
    running, subgraphs = await run(plan, one=root(a=things), two=echo("_e0", "r0"))
    assert subgraphs.asked[1][1]["variables"] == {"r0": [{"__typename": "T", "id": 1}, {"__typename": "T", "id": 2}]}
    assert [each and each.get("of", {}).get("id") for each in [*running.data["a"][0], *running.data["a"][2]]] == [
        1,
        None,
        2,
        1,
    ]


async def test_only_objects_of_the_types_of_a_path_go_on() -> None:
    things = [{"__typename": name, "_m0": name} for name in ("A", "B")]
    path = Segment("a", 1, frozenset({"A"}))
    _, subgraphs = await run(
        (fetch(0, "one"), fetch(1, "two", (entry(0, path),))), one=root(a=things), two=echo("_e0", "r0")
    )
    assert [each["id"] for each in subgraphs.asked[1][1]["variables"]["r0"]] == ["A"]


ONLY_A = frozenset({"A"})
OWN_TYPE = Representation(None, KEY)


@pytest.mark.parametrize(
    "told",
    [
        entry(0, Segment("a", 1, ONLY_A)),
        entry(0, Segment("a", 1), types=ONLY_A),
        entry(0, Segment("a", 1), representation=OWN_TYPE),
    ],
    ids=["of a path", "of an entry", "of a representation"],
)
async def test_an_object_that_does_not_say_its_type_is_an_error_where_types_matter(told: Entry) -> None:
    things = [{"__typename": "A", "_m0": "told"}, {"__typename": None, "_m0": "null"}, {"_m0": "missing"}]
    plan = (fetch(0, "one"), fetch(1, "two", (told,)), fetch(2, "three", (told,)))
    running, subgraphs = await run(plan, one=root(a=things), two=echo("_e0", "r0"), three=echo("_e0", "r0"))
    assert [each["id"] for each in subgraphs.asked[1][1]["variables"]["r0"]] == ["told"]
    assert [(each["path"], each["extensions"]["code"]) for each in running.faults.errors] == [
        (["a", 1], "INVALID_SUBGRAPH_VALUE"), (["a", 2], "INVALID_SUBGRAPH_VALUE"),
    ]  # fmt: skip


async def test_a_typename_that_is_no_name_fits_nothing() -> None:
    names: list[Any] = [["A"], {}, 7]
    things = [{"__typename": each, "_m0": 1} for each in names]
    path = Segment("a", 1, frozenset({"A"}))
    running, subgraphs = await run((fetch(0, "one"), fetch(1, "two", (entry(0, path),))), one=root(a=things))
    assert subgraphs.graphs == ["one"]
    assert running.faults.errors == []


async def test_a_transport_that_fails_at_once_ends_every_fetch_once() -> None:
    def refuse(*_: object) -> Any:
        raise OSError

    plan = (fetch(0, "one"), fetch(1, "two", (entry(0, Segment("a")),)), fetch(2, "three", needs=()))
    running = Run(
        ready(Plan(OperationKind.QUERY, plan, ANY), Options(), {}), refuse, Asking({}, NO_HEADERS), {}, verbose=True
    )
    await running.finish()
    assert [error["extensions"]["code"] for error in running.faults.errors] == ["SUBREQUEST_FAILED"] * 2


async def test_several_lists_of_entities_travel_in_one_request() -> None:
    entries = (entry(0, Segment("a")), entry(1, Segment("b"), representation=Representation(None, KEY)))
    a, b = {"_m0": 1}, {"_m0": 2, "__typename": "Own"}
    both = lambda sent: {"data": {"_e0": [{"x": 1}], "_e1": [{"x": 2}]}}  # noqa: E731, ARG005
    running, subgraphs = await run((fetch(0, "one"), fetch(1, "two", entries)), one=root(a=a, b=b), two=both)
    assert running.data["a"]["x"] == 1
    assert running.data["b"]["x"] == 2
    assert subgraphs.asked[1][1]["variables"] == {
        "r0": [{"__typename": "T", "id": 1}],
        "r1": [{"__typename": "Own", "id": 2}],
    }


async def test_what_an_interface_object_said_of_its_type_is_replaced() -> None:
    told = entry(0, Segment("a"), overwrites_typename=True)
    answer = lambda _: {"data": {"_e0": [{"__typename": "Real"}]}}  # noqa: E731
    running, _ = await run(
        (fetch(0, "one"), fetch(1, "two", (told,))), one=root(a={"_m0": 1, "__typename": "Never"}), two=answer
    )
    assert running.data["a"]["__typename"] == "Real"


async def test_required_values_are_rebuilt_with_their_names_and_types() -> None:
    home = RepresentationField("street", "_m3", frozenset({"Home"}))
    nested = RepresentationField("address", "_m1", None, (RepresentationField("__typename", "__typename"), home))
    shape = Representation("T", KEY, (nested, RepresentationField("price", "_m2")))
    thing = {"_m0": 1, "_m1": [{"__typename": "Home", "_m3": "x"}, {"__typename": "Work"}, None], "_m2": None}
    told = entry(0, Segment("a"), representation=shape)
    _, subgraphs = await run((fetch(0, "one"), fetch(1, "two", (told,))), one=root(a=thing), two=echo("_e0", "r0"))
    address = [{"__typename": "Home", "street": "x"}, {"__typename": "Work"}, None]
    assert subgraphs.asked[1][1]["variables"]["r0"] == [{"__typename": "T", "id": 1, "address": address, "price": None}]


async def test_an_entity_whose_requirement_was_never_fetched_is_skipped() -> None:
    shape = Representation("T", KEY, (RepresentationField("price", "_m2"),))
    deep = Representation("T", KEY, (RepresentationField("p", "_m2", None, (RepresentationField("q", "q"),)),))
    for told, thing in ((shape, {"_m0": 1}), (deep, {"_m0": 1, "_m2": {}}), (shape, {"_m2": 1})):
        plan = (fetch(0, "one"), fetch(1, "two", (entry(0, Segment("a"), representation=told),)))
        _, subgraphs = await run(plan, one=root(a=thing))
        assert subgraphs.graphs == ["one"]


async def test_entities_of_different_contexts_are_asked_for_apart() -> None:
    choices = (ContextChoice(frozenset({"User"}), ("prefs", "locale")), ContextChoice(None, ("locale",)))
    told = entry(0, Segment("a", 1), Segment("b"), contexts=(ContextArgument("c0", 1, choices),))
    users = [
        {"__typename": "User", "prefs": {"locale": "en"}, "b": {"_m0": 1}},
        {"__typename": "Shop", "locale": "de", "b": {"_m0": 1}},
        {"__typename": "User", "prefs": {"locale": "en"}, "b": {"_m0": 2}},
        {"__typename": "User", "prefs": None, "b": {"_m0": 3}},
    ]
    plan = (fetch(0, "one"), fetch(1, "two", (told,)), fetch(2, "three"))
    answer = lambda sent: {"data": {"_e0": [{"in": sent["variables"]["c0"]} for _ in sent["variables"]["r0"]]}}  # noqa: E731
    running, subgraphs = await run(plan, one=root(a=users), two=answer, three=root(c=1))
    assert [user["b"]["in"] for user in running.data["a"]] == ["en", "de", "en", None]
    assert subgraphs.graphs == ["one", "two", "two", "two", "three"]


async def test_a_query_below_another_field_is_merged_there() -> None:
    plan = (fetch(0, "one"), fetch(1, "two", path=(Segment("a", 1), Segment("query"))))
    running, _ = await run(plan, one=root(a=[{"query": {}}, {"query": {"x": 1}}]), two=root(x=2, y=3))
    assert running.data["a"] == [{"query": {"x": 2, "y": 3}}, {"query": {"x": 1, "y": 3}}]


async def test_answers_of_several_root_fetches_grow_together() -> None:
    first = {"a": {"x": 1, "l": [{"p": 1}, None, [1]], "n": None}}
    second = {"a": {"x": 2, "y": 2, "l": [{"q": 2}, {"q": 3}, [2]], "n": {"z": 1}}}
    plan = (fetch(0, "one"), fetch(1, "two", needs=()))
    running, _ = await run(plan, one=root(**first), two=root(**second))
    assert running.data == {"a": {"x": 1, "y": 2, "l": [{"p": 1, "q": 2}, {"q": 3}, [1]], "n": {"z": 1}}}


async def test_lists_that_differ_in_length_keep_the_first_and_say_so() -> None:
    running, _ = await run((fetch(0, "one"), fetch(1, "two", needs=())), one=root(a=[1]), two=root(a=[1, 2]))
    assert running.data == {"a": [1]}
    assert running.faults.errors[0]["extensions"]["code"] == "SUBREQUEST_MALFORMED_RESPONSE"


async def test_an_entity_at_two_places_is_two_objects_when_more_is_added_below_it() -> None:
    plan = (
        fetch(0, "one"),
        fetch(1, "two", (entry(0, Segment("a", 1)),)),
        fetch(2, "three", (entry(0, Segment("b"), Segment("in")),)),
    )
    things = [{"_m0": 1}, {"_m0": 1}]
    nested = lambda _: {"data": {"_e0": [{"in": {"_m0": 2}}]}}  # noqa: E731
    running, _ = await run(plan, one=root(a=things), two=nested, three=root())
    first, second = running.data["a"]
    assert first["in"] == second["in"]
    assert first["in"] is not second["in"]
