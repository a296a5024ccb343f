"""A synthetic award goes in by the import and comes out of the graphlet: the test that gates a release.

It is a client like any other: it knows the two functions and no table, and needs nothing that was loaded before.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.functions import call
from milkrun_core.logs import module_logger
from milkrun_core.smoke import expect, passed

from awards.settings import SmokeSettings

NOBODY = "nm00000000"  # eight zeros: no dataset has it
ROW = {
    "awardId": "aw-smoke",
    "event": "Smoke Awards",
    "category": "Best Test",
    "year": "1900",
    "outcome": "winner",
    "titles": [],
    "names": [NOBODY],
}
FIELDS = "id event category year outcome names { id }"
AWARD = {
    "id": "aw-smoke",
    "event": "Smoke Awards",
    "category": "Best Test",
    "year": 1900,
    "outcome": "WINNER",
    "names": [{"id": NOBODY}],
}
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Name {{ awards {{ {FIELDS} }} }} }} }}"

type Call = Callable[[str, dict[str, Any]], Any]

logger = module_logger()


def run(call: Call, graphlet: str, importer: str) -> dict[str, Any]:
    """All checks; the first that fails raises."""
    written = call(importer, {"file": "award.list", "rows": [ROW]})
    expect("import", written, {"written": 1})
    asked = {"query": f'{{ awards(owner: "{NOBODY}") {{ {FIELDS} }} }}'}
    expect("by owner", call(graphlet, {"graphql": asked, "headers": {}}), {"data": {"awards": [AWARD]}})
    keys = [{"__typename": "Name", "id": identity} for identity in (NOBODY, "nm000000001")]
    asked_of = {"query": ENTITIES, "variables": {"r": keys}}
    expected = {"data": {"_entities": [{"awards": [AWARD]}, {"awards": []}]}}
    expect("by key", call(graphlet, {"graphql": asked_of, "headers": {}}), expected)
    return passed(dict.fromkeys(("import", "by owner", "by key"), ""))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    result = run(call, settings.graphlet_function, settings.import_function)
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
