"""Whatever the supergraph and the operation: the gateway answers as if there were one server with all the data.

A seed makes a supergraph, its data and operations; a failing test names the seed, and `python -m
tests.support.federation.worlds SEED` shows its world. MILKRUN_FUZZ multiplies the examples, with new seeds each time.
"""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.federation.faults import FAILURES, Faulty
from tests.support.federation.transport import InProcess
from tests.support.federation.worlds import Operation, Scene

FUZZ = int(os.environ.get("MILKRUN_FUZZ", "0"))
OPERATIONS = 4
seeds = st.integers(0, 2**32 - 1)


def examples(number: int) -> Callable[[Any], Any]:
    return settings(max_examples=number * max(FUZZ, 1), deadline=None, derandomize=not FUZZ)


def ask(scene: Scene, operation: Operation, transport: InProcess) -> dict[str, Any]:
    answer = asyncio.run(scene.ask(operation, transport))
    assert transport.complaints == []
    return answer


def reaches(data: Any, path: list[str | int]) -> bool:
    """An error's path leads to something in the answer, or to the null that took its place."""
    for step in path:
        if data is None:
            return True
        if (step not in data) if isinstance(data, dict) else (not isinstance(step, int) or step >= len(data)):
            return False
        data = data[step]
    return True


def is_null_at(data: Any, path: list[str | int]) -> bool:
    """An error's path leads to the null that it explains (GraphQL specification, section 7.1.2)."""
    for step in path:
        if data is None:
            return True
        data = data[step]
    return data is None


def is_part_of(data: Any, truth: Any) -> bool:
    """The same, but for nulls."""
    if data is None:
        return True
    if isinstance(truth, dict):
        return list(data) == list(truth) and all(is_part_of(data[key], truth[key]) for key in truth)
    if isinstance(truth, list):
        return len(data) == len(truth) and all(map(is_part_of, data, truth))
    return bool(data == truth)


@given(seeds)
@examples(250)
def test_the_gateway_answers_as_one_server_would(seed: int) -> None:
    scene = Scene.draw(seed)
    for _ in range(OPERATIONS):
        operation = scene.operation()
        answer, effects = ask(scene, operation, InProcess(scene.subgraphs())), scene.reference.dataset.taken_effects()
        want = scene.reference.execute(operation.query, operation.variables, valid=True)
        assert answer == {"data": want.data}, operation.query
        assert orjson.dumps(answer["data"]) == orjson.dumps(want.data), f"the order of {operation.query}"
        assert effects == scene.reference.dataset.taken_effects(), operation.query


@given(seeds)
@examples(150)
def test_a_field_that_fails_in_a_subgraph_nulls_what_it_would_null_in_one_server(seed: int) -> None:
    scene = Scene.draw(seed, errors=0.1)
    for _ in range(OPERATIONS):
        operation = scene.operation()
        answer = ask(scene, operation, InProcess(scene.subgraphs()))
        want = scene.reference.execute(operation.query, operation.variables, valid=True)
        assert answer["data"] == want.data, operation.query
        assert bool(answer.get("errors")) == bool(want.errors), operation.query
        assert all(is_null_at(answer["data"], each["path"]) for each in answer.get("errors", ()) if "path" in each)


@given(seeds)
@examples(150)
def test_without_a_subgraph_all_is_there_but_what_it_alone_has(seed: int) -> None:
    scene = Scene.draw(seed, plain=True)
    random = scene.random
    down = random.choice(scene.world.graphs)
    for _ in range(OPERATIONS):
        operation = scene.operation()
        transport = Faulty(scene.subgraphs(), random.choice(FAILURES), lambda _, graph: graph == down)
        answer = ask(scene, operation, transport)
        want = scene.reference.without(down).execute(operation.query, operation.variables, valid=True)
        assert answer["data"] == want.data, (down, transport.failure, operation.query)
        assert not want.errors or answer["errors"], operation.query
        assert all(reaches(answer["data"], each["path"]) for each in answer.get("errors", ()) if "path" in each)


def only(lost: int, number: int, _graph: str) -> bool:
    return number == lost


@given(seeds)
@examples(60)
def test_each_fetch_that_fails_leaves_a_part_of_the_truth_and_an_error(seed: int) -> None:
    scene = Scene.draw(seed)
    random = scene.random
    operation = scene.operation()
    truth = scene.reference.execute(operation.query, operation.variables, valid=True).data
    whole = InProcess(scene.subgraphs())
    ask(scene, operation, whole)
    for lost in range(len(whole.seen)):
        transport = Faulty(scene.subgraphs(), random.choice(FAILURES), partial(only, lost))
        answer = ask(scene, operation, transport)
        assert is_part_of(answer["data"], truth), (lost, transport.failure, operation.query)
        assert answer["errors"], (lost, transport.failure, operation.query)


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_every_kind_of_broken_subgraph_gives_a_well_formed_answer(failure: bytes | Exception) -> None:
    scene = Scene.draw(7)
    operation = scene.operation()
    answer = ask(scene, operation, Faulty(scene.subgraphs(), failure, lambda *_: True))
    assert answer["errors"]
    assert all(isinstance(each["message"], str) and each["extensions"]["code"] for each in answer["errors"])
