"""Every sample event is well-formed, named by its trigger, and used."""

import json
from pathlib import Path
from typing import Any

import pytest

from milkrun.where import find_modules
from tests.support.stacks import read_template
from tests.support.tree import ROOT, below, text

EVENTS = below("events", suffix=".json")
TRIGGERS = (
    "http", "graphql", "import", "resource", "sqs", "sns", "s3", "stream", "schedule", "event", "alarm", "step",
    "smoke", "release",
)  # fmt: skip
every_event = pytest.mark.parametrize("event", EVENTS, ids=[str(event) for event in EVENTS])


def load(event: Path) -> Any:
    return json.loads(text(event))


@every_event
def test_it_is_json(event: Path) -> None:
    load(event)


@every_event
def test_its_name_is_trigger_and_case(event: Path) -> None:
    trigger, _, case = event.stem.partition("-")
    module = next(module for module in find_modules(ROOT) if module.events == event.parent)
    sources = {
        source.lower()
        for resource in read_template(ROOT / module.template)["Resources"].values()
        if isinstance(resource.get("Properties"), dict)
        for source in resource["Properties"].get("Events", {})
    }
    known = [*TRIGGERS, *sorted(sources)]
    assert trigger in known, f"begin its name with a kind of trigger or an event source: {', '.join(known)}"
    assert case, "say which case it is: <trigger>-<case>.json"


@every_event
def test_it_belongs_to_a_module(event: Path) -> None:
    assert event.parent in {module.events for module in find_modules(ROOT)}


@every_event
def test_it_looks_like_what_its_trigger_sends(event: Path) -> None:
    content = load(event)
    match event.stem.partition("-")[0]:
        case "http":
            assert {"httpMethod", "path", "requestContext"} <= set(content), "this is no event of a REST API's proxy"
        case "sqs" | "sns" | "s3" | "stream":
            assert content["Records"], "a batch has Records"
        case "graphql":
            assert content["graphql"]["query"], "this is no invocation by the gateway"
        case "import":
            assert {"file", "rows"} <= set(content), "a loader sends rows of a file"
        case "resource":
            assert {"RequestType", "ResponseURL", "ResourceProperties"} <= set(content), "this is no custom resource's"
        case "smoke":
            assert {"release", "target"} <= set(content), "a smoke function is told release and target"


@every_event
def test_it_is_used(event: Path) -> None:
    named = {
        name
        for module in find_modules(ROOT)
        for resource in read_template(ROOT / module.template)["Resources"].values()
        for name in resource.get("Metadata", {}).get("Milkrun", {}).get("Events", [])
    }
    in_tests = any(event.stem in text(path) for path in below("tests", "bench", suffix=".py"))
    assert str(event) in named or in_tests, "name it in a template's Metadata or in a test, or take it out"
