"""The state machines, read as Step Functions reads them, before anything deploys them."""

import inspect
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from delivery import deployer, errors, judge, ledger
from delivery.domain.pace import BAKE_SLOWING, STACK_SLOWING, looks_within
from milkrun_core.errors import MilkrunError

from milkrun.release.start import DEPLOY_SECONDS

ROOT = Path(__file__).resolve().parents[3]
MACHINES = sorted((ROOT / "statemachines").glob("*.asl.json"))
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and the Lambda, states integrations
DOCUMENTED = {
    "States.ALL",
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "StepFunctions.ExecutionLimitExceededException",
    "StepFunctions.SdkClientException",
}
MAX_EVENTS = 2_500
MAX_BYTES = 1_000_000
EVENTS_OF_A_TASK, EVENTS_OF_ANOTHER_STATE = 5, 2
FUNCTIONS: dict[str, Collection[str]] = {
    "LedgerFunctionArn": {**ledger.OF_RELEASES, **ledger.OF_STOPS},
    "DeployerFunctionArn": deployer.STEPS,
    "JudgeFunctionArn": judge.STEPS,
}
every_machine = pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)


def scopes(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The machine itself, and what it runs for the items of its maps."""
    yield definition
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            yield from scopes(state["ItemProcessor"])


def targets_of(state: dict[str, Any]) -> Iterator[str]:
    for place in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in place:
            yield place["Next"]
    if "Default" in state:
        yield state["Default"]


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def tasks(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for scope in scopes(read(path)):
        yield from ((name, state) for name, state in scope["States"].items() if state["Type"] == "Task")


@every_machine
def test_every_state_exists_and_is_reached(path: Path) -> None:
    for scope in scopes(read(path)):
        states, reached, ahead = scope["States"], set(), [scope["StartAt"]]
        while ahead:
            name = ahead.pop()
            assert name in states, f"{name} is named as a next state and is not there"
            if name not in reached:
                reached.add(name)
                ahead += targets_of(states[name])
        assert set(states) == reached


@every_machine
def test_every_path_comes_to_an_end(path: Path) -> None:
    for scope in scopes(read(path)):
        for name, state in scope["States"].items():
            ends = state["Type"] in {"Succeed", "Fail"} or state.get("End") is True
            assert ends != bool(list(targets_of(state)) and state.get("End") is not True), name


@every_machine
def test_every_task_has_a_timeout_and_tries_again_what_is_transient(path: Path) -> None:
    for name, state in tasks(path):
        assert state["TimeoutSeconds"] > 0, name
        assert state["Retry"], name


@every_machine
def test_every_task_that_may_leave_something_behind_is_caught(path: Path) -> None:
    """What only writes the last word is not: if it cannot, the execution fails and the janitor takes over."""
    last_words = {"settle", "close", "open"}
    for name, state in tasks(path):
        step = state["Arguments"].get("Payload", {}).get("step")
        assert step in last_words or state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


@every_machine
def test_every_error_that_is_named_exists(path: Path) -> None:
    ours = {name for name, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, MilkrunError)}
    for scope in scopes(read(path)):
        for state in scope["States"].values():
            for rule in (*state.get("Retry", []), *state.get("Catch", [])):
                assert set(rule["ErrorEquals"]) <= ours | DOCUMENTED


@every_machine
def test_every_step_is_one_that_its_function_has(path: Path) -> None:
    for name, state in tasks(path):
        if "Payload" in state["Arguments"]:
            function = state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("}")
            assert state["Arguments"]["Payload"]["step"] in FUNCTIONS[function], name


@every_machine
def test_a_task_waits_longer_than_its_function_may_run(path: Path) -> None:
    template = (ROOT / "template.yaml").read_text()
    timeouts = {
        f"{name}Arn": int(seconds)
        for name, seconds in re.findall(r"\n  (\w+Function):\n(?:    .*\n)*?      Timeout: (\d+)", template)
    }
    for name, state in tasks(path):
        if "Payload" in state["Arguments"]:
            function = state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("}")
            assert state["TimeoutSeconds"] >= timeouts[function], name


@every_machine
def test_every_variable_is_assigned_somewhere(path: Path) -> None:
    text = path.read_text()
    used = set(re.findall(r"\$(?!states\b|not\b)([a-z_]\w*)", text))
    assigned = {name for scope in scopes(read(path)) for name in _assigned(scope)}
    assert used <= assigned


def _assigned(scope: dict[str, Any]) -> Iterator[str]:
    for state in scope["States"].values():
        for place in (state, *state.get("Catch", []), *state.get("Choices", [])):
            yield from place.get("Assign", {})


def test_a_stop_gives_up_before_the_release_gives_up_on_it() -> None:
    """The other way round the parent would go on while its child still writes."""
    stop = read(ROOT / "statemachines" / "deploy_target.asl.json")["TimeoutSeconds"]
    waits = dict(tasks(ROOT / "statemachines" / "release.asl.json"))["DeployTarget"]
    assert stop < waits["TimeoutSeconds"]


@every_machine
def test_a_definition_fits(path: Path) -> None:
    assert len(path.read_bytes()) < MAX_BYTES


def test_no_stop_writes_more_events_than_a_history_may_hold() -> None:
    """The worst stop: every loop runs to its limit, there and back, and every state is visited."""
    states = read(ROOT / "statemachines" / "deploy_target.asl.json")["States"].values()
    once = sum(EVENTS_OF_A_TASK if state["Type"] == "Task" else EVENTS_OF_ANOTHER_STATE for state in states)
    turn = EVENTS_OF_A_TASK + 2 * EVENTS_OF_ANOTHER_STATE
    for pipeline in yaml.safe_load((ROOT / "fleet.yaml").read_text())["pipelines"].values():
        poll, bake = pipeline["poll_seconds"], pipeline["bake"]["max_seconds"]
        # waiting until the target is ready, deploying, and both of them again on the way back
        stack = 4 * looks_within(poll, DEPLOY_SECONDS, STACK_SLOWING)
        assert once + turn * (stack + looks_within(poll, bake, BAKE_SLOWING)) < MAX_EVENTS
