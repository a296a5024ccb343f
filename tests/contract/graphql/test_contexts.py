"""``@context`` and ``@fromContext``, from the subgraphs' SDL to the response.

A price says in which currency it was asked for, and a label in which language too.
"""

from typing import Any

from tests.support.federation.resolved import Record, Service, Services

SHOPS = """
type Query { shops: [Shop!]! owners: [Owner] user: User }
interface Owner { cart: [Item!] }
type Shop implements Owner @key(fields: "id") {
  id: ID! main: Item items: [Item!]! grid: [[Item]] branch: Shop cart: [Item!]
}
type User implements Owner @key(fields: "id") { id: ID! cart: [Item!] }
type Item @key(fields: "id") { id: ID! }
"""
PRICES = """
type Shop @key(fields: "id") @context(name: "money") @context(name: "speech") {
  id: ID! currency: String language: String
}
type User @key(fields: "id") @context(name: "money") @context(name: "speech") { id: ID! prefs: Prefs language: String }
type Prefs { currency: String }
type Item @key(fields: "id") {
  id: ID!
  price(in: String @fromContext(field: "$money ... on Shop { currency } ... on User { prefs { currency } }")): String
  label(
    n: Int
    in: String @fromContext(field: "$money ... on Shop { currency } ... on User { prefs { currency } }")
    as: String @fromContext(field: "$speech { language }")
  ): String
}
"""


def shop(key: str, *items: str, **more: Any) -> Record:
    made = list(map(item, items))
    return {"__typename": "Shop", "id": key, "main": item(items[0]), "items": made, "cart": made, **more}


def user(key: str, *items: str) -> Record:
    return {"__typename": "User", "id": key, "cart": list(map(item, items))}


def item(key: str) -> Record:
    return {"__typename": "Item", "id": key}


def priced(key: str) -> Record:
    def price(_: Any, **given: Any) -> str:
        return f"{key} {given.get('in', 'nothing')}"

    def label(_: Any, **given: Any) -> str:
        return f"{key} {given.get('in', 'nothing')}/{given.get('as', 'nothing')}/{given.get('n')}"

    return {"price": price, "label": label}


def services(**root: Any) -> Services:
    entities: dict[tuple[str, str], Record] = {
        ("Shop", "eu"): {"currency": "EUR", "language": "de"},
        ("Shop", "us"): {"currency": "USD", "language": "en"},
        ("Shop", "no"): {"currency": None, "language": None},
        ("User", "ann"): {"prefs": {"currency": "GBP"}, "language": "en"},
        ("User", "bob"): {"prefs": None, "language": None},
        **{("Item", key): priced(key) for key in "abc"},
    }
    return Services(shops=Service(SHOPS, root), prices=Service(PRICES, {}, entities))


async def data(of: Services, query: str) -> Any:
    answer = await of.ask(query)
    assert "errors" not in answer, answer
    return answer["data"]


async def test_a_value_from_above_becomes_an_argument_of_an_entity_elsewhere() -> None:
    made = services(shops=[shop("eu", "a")])
    assert await data(made, "{ shops { main { price } } }") == {"shops": [{"main": {"price": "a EUR"}}]}


async def test_one_entity_under_two_values_has_two_answers() -> None:
    made = services(shops=[shop("eu", "a", "b"), shop("us", "a")])
    assert await data(made, "{ shops { currency items { id price } } }") == {
        "shops": [
            {"currency": "EUR", "items": [{"id": "a", "price": "a EUR"}, {"id": "b", "price": "b EUR"}]},
            {"currency": "USD", "items": [{"id": "a", "price": "a USD"}]},
        ]
    }


async def test_equal_values_travel_together() -> None:
    made = services(shops=[shop("eu", "a"), shop("us", "b"), shop("eu", "c", "a")])
    await data(made, "{ shops { items { price } } }")
    sent = [request["variables"] for _, request in made.asked if "price" in request["query"]]
    assert [[each["id"] for each in variables["representations"]] for variables in sent] == [["a", "c"], ["b"]]


async def test_lists_of_lists_are_walked_and_nulls_in_them_stay() -> None:
    made = services(shops=[shop("eu", "a", grid=[[item("a"), None], None, [item("b")]])])
    assert await data(made, "{ shops { grid { price } } }") == {
        "shops": [{"grid": [[{"price": "a EUR"}, None], None, [{"price": "b EUR"}]]}]
    }


async def test_the_nearest_value_counts() -> None:
    made = services(shops=[shop("eu", "a", branch=shop("us", "a", branch=shop("no", "a")))])
    inner = "main { price }"
    found = await data(made, f"{{ shops {{ {inner} branch {{ {inner} branch {{ {inner} }} }} }} }}")
    (outer,) = found["shops"]
    assert outer["main"] == {"price": "a EUR"}
    assert outer["branch"]["main"] == {"price": "a USD"}
    assert outer["branch"]["branch"]["main"] == {"price": "a None"}


async def test_objects_of_different_types_set_the_value_each_in_its_way() -> None:
    made = services(owners=[shop("us", "a"), user("ann", "a", "b"), user("bob", "a"), None])
    query = "{ owners { ... on Shop { items { price } } ... on User { cart { price } } } }"
    assert await data(made, query) == {
        "owners": [
            {"items": [{"price": "a USD"}]},
            {"cart": [{"price": "a GBP"}, {"price": "b GBP"}]},
            {"cart": [{"price": "a None"}]},
            None,
        ]
    }


async def test_an_interface_is_no_reason_to_mistake_one_type_for_another() -> None:
    made = services(owners=[shop("us", "a"), user("ann", "a"), shop("no", "a"), None, user("bob", "b")])
    prices = {
        "owners": [[{"price": "a USD"}], [{"price": "a GBP"}], [{"price": "a None"}], None, [{"price": "b None"}]]
    }
    found = await data(made, "{ owners { cart { price } } }")
    assert [one and one["cart"] for one in found["owners"]] == prices["owners"]


async def test_a_value_that_is_null_is_an_argument_that_is_null() -> None:
    made = services(shops=[shop("no", "a")], user=user("bob", "b"))
    assert await data(made, "{ shops { main { price } } user { cart { price } } }") == {
        "shops": [{"main": {"price": "a None"}}], "user": {"cart": [{"price": "b None"}]},
    }  # fmt: skip


async def test_a_client_may_call_the_value_and_other_values_what_it_likes() -> None:
    made = services(shops=[shop("eu", "a")])
    query = "{ s: shops { money: currency currency: id m: main { p: price price: id } } }"
    assert await data(made, query) == {"s": [{"money": "EUR", "currency": "eu", "m": {"p": "a EUR", "price": "a"}}]}


async def test_a_field_may_take_several_arguments_from_above_and_others_from_the_client() -> None:
    made = services(shops=[shop("eu", "a"), shop("us", "a"), shop("no", "b")])
    assert await data(made, "{ shops { main { label(n: 7) price } } }") == {
        "shops": [
            {"main": {"label": "a EUR/de/7", "price": "a EUR"}},
            {"main": {"label": "a USD/en/7", "price": "a USD"}},
            {"main": {"label": "b None/None/7", "price": "b None"}},
        ]
    }


async def test_a_shop_that_is_not_known_where_its_value_is_leaves_the_argument_null() -> None:
    made = services(shops=[shop("lost", "a")])
    assert await data(made, "{ shops { main { price } } }") == {"shops": [{"main": {"price": "a None"}}]}


HOLDERS = """
type Query { holders: [Holder] nested: Holder cases: [Case] }
interface Holder { held: Item inner: Holder }
type Box implements Holder @context(name: "money") { held: Item inner: Holder size: String }
type Bag implements Holder @context(name: "money") { held: Item inner: Holder tag: String }
type Case @context(name: "money") { size: String content: Thing }
interface Thing { held: Item }
type Pouch implements Thing @context(name: "money") { held: Item tag: String }
type Crate implements Thing { held: Item }
type Item @key(fields: "id") {
  id: ID!
  price(
    in: String
    @fromContext(field: "$money ... on Box { size } ... on Bag { tag } ... on Case { size } ... on Pouch { tag }")
  ): String
}
"""


def holders(**root: Any) -> Services:
    return Services(one=Service(HOLDERS, root, {("Item", key): priced(key) for key in "abc"}))


def box(held: str, size: str | None, inner: Record | None = None) -> Record:
    return {"__typename": "Box", "held": item(held), "size": size, "inner": inner}


def bag(held: str, tag: str | None, inner: Record | None = None) -> Record:
    return {"__typename": "Bag", "held": item(held), "tag": tag, "inner": inner}


async def test_values_of_one_subgraph_are_told_apart_by_the_types_that_set_them() -> None:
    made = holders(holders=[box("a", "big"), bag("a", "red"), None, bag("b", None)])
    assert await data(made, "{ holders { held { price } } }") == {
        "holders": [{"held": {"price": "a big"}}, {"held": {"price": "a red"}}, None, {"held": {"price": "b None"}}]
    }


async def test_one_field_of_an_interface_below_another_takes_the_nearest() -> None:
    made = holders(nested=box("a", "big", bag("b", "red", box("c", "small"))))
    assert await data(made, "{ nested { inner { held { price } inner { held { price } } } held { price } } }") == {
        "nested": {
            "inner": {"held": {"price": "b red"}, "inner": {"held": {"price": "c small"}}},
            "held": {"price": "a big"},
        }
    }


async def test_where_only_some_types_set_a_value_the_others_take_it_from_further_up() -> None:
    pouch = {"__typename": "Pouch", "held": item("a"), "tag": "red"}
    crate = {"__typename": "Crate", "held": item("a")}
    made = holders(cases=[{"size": "big", "content": pouch}, {"size": "small", "content": crate}])
    assert await data(made, "{ cases { content { held { price } } } }") == {
        "cases": [{"content": {"held": {"price": "a red"}}}, {"content": {"held": {"price": "a small"}}}]
    }
