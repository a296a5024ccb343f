"""Artefacts made before any request: what a gateway started with one knows already."""

from typing import Any

import orjson
import pytest
from milkrun_graph.composer import Subgraph, compose
from milkrun_graph.errors import SupergraphInvalid
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor import gateway as gateway_module
from milkrun_graph.executor.artefact import dump, load
from milkrun_graph.executor.prepare import prepare

ONE = Subgraph("one", "http://one.example", "type Query { a: Int b: Int c(x: Int!): Int }")
SUPERGRAPH = compose([ONE]).supergraph_sdl or ""


class _Echo:
    """A subgraph whose every field is 7."""

    async def fetch(self, *call: Any) -> bytes:
        query = orjson.loads(call[1])["query"]
        return orjson.dumps({"data": {name: 7 for name in ("a", "b") if name in query.replace("query", "")}})


async def test_a_prepared_operation_is_neither_read_nor_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = load(dump(prepare(SUPERGRAPH, ["{ a b }"]).artefact), SUPERGRAPH)
    gateway = Gateway(SUPERGRAPH, _Echo(), known=made)
    for name in ("_read", "_make_plan"):
        monkeypatch.setattr(gateway_module.Gateway, name, lambda *_: pytest.fail("it was known"))
    response = await gateway.execute(Request("{ a b }"))
    assert orjson.loads(response.body) == {"data": {"a": 7, "b": 7}}


@pytest.mark.parametrize("wanted", [True, False])
async def test_every_outcome_of_a_condition_is_prepared(monkeypatch: pytest.MonkeyPatch, wanted: bool) -> None:
    text = "query($w: Boolean!) { a b @include(if: $w) }"
    gateway = Gateway(SUPERGRAPH, _Echo(), known=prepare(SUPERGRAPH, [text]).artefact)
    monkeypatch.setattr(gateway_module.Gateway, "_make_plan", lambda *_: pytest.fail("it was known"))
    response = await gateway.execute(Request(text, {"w": wanted}))
    assert orjson.loads(response.body) == {"data": {"a": 7, "b": 7} if wanted else {"a": 7}}


def test_what_is_not_valid_is_left_out_and_subscriptions_have_no_plan() -> None:
    made = prepare(SUPERGRAPH, ["{ nothing }", "{", "query One { a } query Two { b }", "{ b }"])
    assert [operation.text for operation in made.artefact.operations] == ["{ b }"]
    assert made.unplanned == {}


def test_what_is_no_supergraph_is_refused() -> None:
    with pytest.raises(SupergraphInvalid):
        prepare("type Query { a: Int }", [])
