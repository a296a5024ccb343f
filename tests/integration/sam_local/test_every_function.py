"""Every function runs in the runtime's image under ``sam local invoke``, with its built artifact and layers.

Each is given the first event that its template names, the environment that it has where it is deployed, and the local
cloud to talk to: so its answer is a real one, and at worst an error of our own types.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from milkrun.where import Module, find_modules
from tests.support.sam import ROOT, with_endpoint
from tests.support.stacks import Stacks, read_template


def functions() -> Iterator[Any]:
    """Every function of every template, found in the tree: module, logical id, and its events."""
    for module in find_modules(ROOT):
        for logical_id, resource in read_template(ROOT / module.template)["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                events = resource.get("Metadata", {}).get("Milkrun", {}).get("Events", [])
                yield pytest.param(module, logical_id, events, id=f"{module.name}:{logical_id}")


class Containers:
    """Invokes functions in containers that see the local cloud."""

    def __init__(self, stacks: Stacks, bridge: str, folder: Path) -> None:
        self.stacks, self.bridge, self.folder = stacks, bridge, folder

    def invoke(self, module: Module, function: str, event: str) -> Any:
        stack = self.stacks.deployed(module.name)
        options = with_endpoint(stack.template, self._environments(stack.environments), self.folder)
        hosts = [
            option for name in self._hosts(stack.environments) for option in ("--add-host", f"{name}:{self.bridge}")
        ]
        return self.stacks.sam_in(module.name).invoke(function, ROOT / event, *options, *hosts)

    def _environments(self, deployed: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        # 127.0.0.1 is the container itself in there; the bridge's address leads to the same ports out here.
        endpoint = {"AWS_ENDPOINT_URL": str(self.stacks.cloud.fleet.cloud.endpoint_url)}
        return {
            function: {
                name: value.replace("//127.0.0.1:", f"//{self.bridge}:").replace("//localhost:", f"//{self.bridge}:")
                for name, value in {**values, **endpoint}.items()
            }
            for function, values in deployed.items()
        }

    def _hosts(self, deployed: dict[str, dict[str, str]]) -> set[str]:
        """Names that only the local cloud's edge knows: those of the services' domains."""
        names = {
            urlsplit(value).hostname for values in deployed.values() for value in values.values() if "://" in value
        }
        return {name for name in names if name and name.endswith(".localhost")}


@pytest.fixture
def containers(stacks: Stacks, bridge: str, tmp_path: Path) -> Containers:
    return Containers(stacks, bridge, tmp_path)


@pytest.mark.parametrize(("module", "function", "events"), list(functions()))
def test_answers_its_event_in_the_runtime_image(
    module: Module, function: str, events: list[str], containers: Containers
) -> None:
    assert events, f"{module.template}: name an event file of {function} under Metadata, Milkrun, Events"

    answer = containers.invoke(module, function, events[0])

    # Kept with the test's report: pytest -rP shows what every function answered.
    sys.stdout.write(f"{function} answered {events[0]} with {json.dumps(answer)[:1000]}\n")
    trigger = Path(events[0]).name.partition("-")[0]
    assert why_wrong(trigger, answer, names_of_our_errors(module)) is None, (
        f"{function} answered {events[0]} with {answer}"
    )


def test_the_packing_api_plans_with_the_local_clouds_table(containers: Containers) -> None:
    module = next(module for module in find_modules(ROOT) if module.name == "fulfillment/pack")
    folder = f"events/{module.name}"

    boxes = containers.invoke(module, "PackApiFunction", f"{folder}/http-put-boxes.json")
    plan = containers.invoke(module, "PackApiFunction", f"{folder}/http-create-plan.json")

    assert boxes["statusCode"] // 100 == 2, boxes
    assert plan["statusCode"] == 201, plan
    assert json.loads(plan["body"])["boxes"]


def why_wrong(trigger: str, answer: Any, our_errors: set[str]) -> str | None:
    """What is wrong with an answer to an event of that trigger; None where it is as promised."""
    if isinstance(answer, dict) and "errorType" in answer:
        known = answer["errorType"] in our_errors and trigger not in ("http", "sqs", "smoke")
        return None if known else f"it ended with {answer['errorType']}"
    match trigger, answer:
        case "http", {"statusCode": int(status), "body": str()}:
            return None if 200 <= status < 500 else f"status {status}"
        case ("sqs", {"batchItemFailures": list()}) | ("smoke", {"ok": True, "checks": [_, *_]}):
            return None
        case ("graphql", {"data": _}) | ("import", {"written": int()}):
            return None
        case (("http" | "sqs" | "smoke" | "graphql" | "import"), _):
            return f"this is no answer to {trigger}"
    return None


def names_of_our_errors(module: Module) -> set[str]:
    """Classes of the module and of the layers: a typed error is an answer, an accident is not."""
    folders = (ROOT / module.package, ROOT / "layers/core/milkrun_core", ROOT / "layers/graphql/milkrun_graph")
    return {
        node.name
        for folder in folders
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
