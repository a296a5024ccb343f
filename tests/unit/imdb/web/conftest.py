"""The pages over a graph that knows the sample."""

from collections.abc import Callable
from typing import Any

import pytest
from web import api
from web.rendering import Renderer
from web.wiring import Site

from tests.support.packing import LambdaContextStub
from tests.support.pages import FEATURED, SampleGraph, an_event

type Visit = Callable[..., dict[str, Any]]


@pytest.fixture
def graph() -> SampleGraph:
    return SampleGraph()


@pytest.fixture
def visit(graph: SampleGraph, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """What the handler answers to a GET, its headers flat."""
    site = Site(graph, Renderer("https://images.example"), FEATURED, "r-1")
    monkeypatch.setattr(api, "live_site", lambda: site)

    def answer(path: str, **headers: str) -> dict[str, Any]:
        reply = api.handler(an_event(path, **headers), LambdaContextStub())  # type: ignore[arg-type]
        flat = {name: ", ".join(values) for name, values in reply["multiValueHeaders"].items()}
        return {**reply, "headers": flat}

    return answer
