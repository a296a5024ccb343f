"""What a start costs must not grow with what is known: connections share their trust, plans wait to be asked for."""

import ssl
from collections.abc import Mapping

import pytest
from milkrun_graph.executor import Gateway, Options, Request, gateway
from milkrun_graph.executor.artefact import dump, load
from milkrun_graph.executor.compiled import ReadyPlan, ready
from milkrun_graph.executor.connections import Origins
from milkrun_graph.executor.prepare import prepare
from milkrun_graph.planner.plan import Plan

from tests.support.front import KNOWN_FOR, Graphlets, content

TEXTS = (KNOWN_FOR, KNOWN_FOR.replace("KnownFor {", "Another {"))


def test_an_origin_is_made_once_and_certificates_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []
    real = ssl.create_default_context

    def counted() -> ssl.SSLContext:
        made.append(real())
        return made[-1]

    monkeypatch.setattr("ssl.create_default_context", counted)
    origins = Origins()
    one, again = origins.at("https", "a.example", None), origins.at("https", "a.example", 443)
    origins.at("https", "b.example", None)
    assert one is again
    assert len(made) <= 1


async def test_a_known_plan_is_made_ready_when_it_is_first_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Plan] = []

    def counted(plan: Plan, options: Options, names: Mapping[str, str]) -> ReadyPlan:
        made.append(plan)
        return ready(plan, options, names)

    monkeypatch.setattr(gateway, "ready", counted)
    sdl = content().sdl
    known = load(dump(prepare(sdl, TEXTS).artefact), sdl)
    served = Gateway(sdl, Graphlets(), known=known)
    assert made == []
    for _ in range(2):
        assert b"Jackie Chan" in (await served.execute(Request(KNOWN_FOR))).body
    assert len(made) == 1


async def test_plans_that_were_never_asked_for_are_handed_on() -> None:
    sdl = content().sdl
    known = load(dump(prepare(sdl, TEXTS).artefact), sdl)
    served = Gateway(sdl, Graphlets(), known=known)
    await served.execute(Request(KNOWN_FOR))
    assert {(one.text, len(one.plans)) for one in served.artefact().operations} == {(text, 1) for text in TEXTS}
