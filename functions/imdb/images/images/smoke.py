"""A synthetic picture goes in by the import, comes out of the graphlet and is drawn: the test that gates a release.

It is a client like any other: it knows functions and an address, no table, and needs nothing that was loaded before.
"""

from collections.abc import Callable
from typing import Any

import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.functions import call
from milkrun_core.logs import module_logger
from milkrun_core.smoke import SmokeTestFailed, expect, passed

from images.settings import Origin, SmokeSettings

NOTHING = "tt00000000"  # eight zeros: no dataset has it
ROW = {"imageId": "im-smoke", "url": None, "width": "60", "height": "90", "caption": "Poster of a smoke test"}
FIELDS = "id primaryImage { id url width height caption }"
NONE = {"id": "tt000000001", "primaryImage": None}
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Title {{ {FIELDS} }} }} }}"

type Call = Callable[[str, dict[str, Any]], Any]
type Get = Callable[[str], tuple[int, str]]

logger = module_logger()


def run(call: Call, get: Get, settings: SmokeSettings) -> dict[str, Any]:
    """All checks; the first that fails raises.  What is imported can be asked for once the table is the origin."""
    url, is_table = f"{settings.images_url}/{NOTHING}/im-smoke.svg", settings.origin is Origin.TABLE
    rows = [{**ROW, "titles": [NOTHING], "names": []}]
    expect("import", call(settings.import_function, {"file": "image.list", "rows": rows}), {"written": 1})
    keys = [{"__typename": "Title", "id": identity} for identity in (NOTHING, NONE["id"])]
    asked = {"query": ENTITIES, "variables": {"r": keys}}
    answer = call(settings.graphlet_function, {"graphql": asked, "headers": {}})
    image = {"id": "im-smoke", "url": url, "width": 60, "height": 90, "caption": "Poster of a smoke test"}
    expected = {"id": NOTHING, "primaryImage": image if is_table else None}
    expect(f"by key from the {settings.origin}", answer, {"data": {"_entities": [expected, NONE]}})
    status, body = get(url)
    expect("drawing", (status, "smoke test" in body), (200, True) if is_table else (404, False))
    done = ("import", "by key", "drawing")
    return passed(dict.fromkeys(done, str(settings.origin)))


def fetch(url: str) -> tuple[int, str]:
    """Status and text of an address.  Raises SmokeTestFailed without any."""
    try:
        reply = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=25), retries=False).request("GET", url)
    except urllib3.exceptions.HTTPError as error:
        raise SmokeTestFailed(f"drawing: GET {url} had no answer: {error}", url=url) from error
    return reply.status, reply.data.decode()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    result = run(call, fetch, settings)
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
