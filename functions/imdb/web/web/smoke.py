"""Looks at the site as a visitor does, by its own address, at pages that need no data: the test that gates a release.

A person whom nobody knows is the synthetic case: the page is a real one, made of a real answer of the gateway.  Before
that, the gateway is asked every question of the pages: what they name may have been published a moment ago only, and a
page that could not be shown would count as a fault of the site.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import Unavailable
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, passed

from web.graph import HttpGraph, pool
from web.ports import Graph
from web.questions import question
from web.settings import SmokeSettings
from web.tracing import continued

NOBODY = "nm0000000"
QUESTIONS: dict[str, dict[str, Any]] = {
    "FrontPage": {"names": [NOBODY], "titles": []},
    "NamePage": {"id": NOBODY},
    "TitlePage": {"id": "tt0000000"},
}
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.5

logger = module_logger()


class Site:
    """The site as its visitors see it."""

    def __init__(self, url: str, http: urllib3.PoolManager) -> None:
        self._url = url.rstrip("/")
        self._http = http

    def expect(self, status: int, path: str, content_type: str, words: str) -> str:
        """The body of a page that must have this status and type, and hold these words."""
        try:
            reply = self._http.request("GET", self._url + path)
        except urllib3.exceptions.HTTPError as error:
            raise SmokeTestFailed(f"GET {path} had no answer: {error}", path=path) from error
        if reply.status != status:
            raise SmokeTestFailed(f"GET {path} answered {reply.status}, not {status}", path=path)
        found = reply.headers.get("content-type", "")
        if not found.startswith(content_type):
            raise SmokeTestFailed(f"GET {path} is {found or 'of no type'}, not {content_type}", path=path)
        body = reply.data.decode(errors="replace")
        if words not in body:
            raise SmokeTestFailed(f"GET {path} does not say {words!r}", path=path)
        return body


class Patience:
    """Asks until there is an answer, or the time is over."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._pause = clock, pause
        self._end = clock() + PATIENCE_SECONDS

    def ask(self, graph: Graph, name: str, variables: Mapping[str, Any]) -> None:
        """The gateway must give data, whole or in part."""
        while True:
            try:
                graph.ask(question(name), variables, continued(None))
            except Unavailable as error:
                if self._clock() > self._end:
                    why = error.details.get("first_error") or error.message
                    raise SmokeTestFailed(f"the graph does not answer {name}: {why}", question=name) from error
                self._pause(PAUSE_SECONDS)
            else:
                return


def run(site: Site, graph: Graph, release: str, patience: Patience) -> dict[str, Any]:
    """All checks; the first that fails raises."""
    for name, variables in QUESTIONS.items():
        patience.ask(graph, name, variables)
    health = json.loads(site.expect(200, "/health", "application/json", "release"))
    if health["release"] != release:
        raise SmokeTestFailed(f"the site runs release {health['release']}, not {release}")
    site.expect(404, f"/name/{NOBODY}", "text/html", f"There is no person with the id {NOBODY}.")
    site.expect(200, "/", "text/html", "<h1>")
    details = {
        "questions": f"the graph answers all {len(QUESTIONS)}",
        "health": f"release {release}",
        "unknown person": "the gateway knows nobody of that id, and a page says so",
        "front page": "is there",
    }
    return passed(details)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1, read=9), retries=False)
    graph = HttpGraph(settings.gateway_url, pool(), logger, settings.release)
    result = run(Site(settings.site_url, http), graph, settings.release, Patience())
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
