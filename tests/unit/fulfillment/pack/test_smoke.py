"""The smoke test against the real entry points on fakes: it passes a sound service and fails a sick one."""

import json
from typing import Any

import pytest
from milkrun_core.errors import MilkrunError
from milkrun_core.smoke import SmokeTestFailed
from pack import api, smoke, worker

from tests.support.packing import CarelessPacker, FakePorts, LambdaContextStub, event


class ServiceInProcess(smoke.Service):
    """The service without the network between: every call is an event for the API's handler."""

    def __init__(self) -> None:
        self.url = "in-process"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        route, _, query = path.partition("?")
        request = event("http-read-plan") | {"httpMethod": method, "path": f"/pack{route}", "body": json.dumps(body)}
        request["queryStringParameters"] = {"order_id": query.removeprefix("order_id=")} if query else None
        reply = api.handler(request, LambdaContextStub())  # type: ignore[arg-type]
        return reply["statusCode"], json.loads(reply["body"])


def send(body: str) -> None:
    record = event("sqs-order-to-pack")["Records"][0] | {"body": body}
    worker.handler({"Records": [record]}, LambdaContextStub())  # type: ignore[arg-type]


def test_a_sound_service_passes_every_check(fake: FakePorts) -> None:
    result = smoke.run(ServiceInProcess(), send)
    assert result["ok"] is True
    assert [check["name"] for check in result["checks"]] == ["put boxes", "plan over http", "plan through the queue"]
    assert {fc for fc, _ in fake.plans.kept} == {"SMOKE"}


@pytest.mark.usefixtures("fake")
def test_it_can_be_run_again() -> None:
    smoke.run(ServiceInProcess(), send)
    assert smoke.run(ServiceInProcess(), send)["ok"] is True


def test_a_service_that_answers_500_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "live_ports", FakePorts(packer=CarelessPacker()).ports)
    with pytest.raises(SmokeTestFailed, match="answered 500"):
        smoke.run(ServiceInProcess(), send)


@pytest.mark.usefixtures("fake")
def test_a_queue_that_nobody_works_on_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "QUEUE_SECONDS", 0.01)
    with pytest.raises(SmokeTestFailed, match="not planned within"):
        smoke.run(ServiceInProcess(), lambda _: None)


@pytest.mark.usefixtures("fake")
def test_it_does_not_take_the_service_at_its_word() -> None:
    class Flattering(ServiceInProcess):
        """Moves one piece of every plan into another."""

        def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
            status, document = super().call(method, path, body)
            if "packing-plans" in path and status < 300:
                items = document["boxes"][0]["items"]
                items[0] |= {axis: items[1][axis] for axis in ("x_mm", "y_mm", "z_mm")}
            return status, document

    with pytest.raises(MilkrunError, match="no overlap"):
        smoke.run(Flattering(), send)


def test_the_smoke_order_has_nothing_that_must_stay_upright() -> None:
    """What a smoke test does not cover must be caught by the bake: the demonstration of a release leans on it."""
    assert not any(line.get("keep_upright") for line in smoke.ITEMS)
