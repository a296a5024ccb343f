"""A synthetic rating goes in by the import and comes out of the graphlet: the test that gates a release.

It is a client like any other: it knows the two functions and no table, and needs nothing that was loaded before.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.functions import call
from milkrun_core.logs import module_logger
from milkrun_core.smoke import expect, passed

from ratings.settings import Origin, SmokeSettings

NOTHING = "tt00000000"  # eight zeros: no dataset has it
ROW = {"tconst": NOTHING, "averageRating": "7.0", "numVotes": "0"}
FIELDS = "id rating { average votes weighted }"
EXPECTED = {"id": NOTHING, "rating": {"average": 7.0, "votes": 0}}
UNRATED = {"id": "tt000000001", "rating": None}
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Title {{ {FIELDS} }} }} }}"

type Call = Callable[[str, dict[str, Any]], Any]

logger = module_logger()


def run(call: Call, graphlet: str, importer: str, origin: Origin) -> dict[str, Any]:
    """All checks; the first that fails raises.  What is imported can be asked for once the table is the origin."""
    expect("import", call(importer, {"file": "title.ratings", "rows": [ROW]}), {"written": 1})
    keys = [{"__typename": "Title", "id": identity} for identity in (NOTHING, UNRATED["id"])]
    answer = call(graphlet, {"graphql": {"query": ENTITIES, "variables": {"r": keys}}, "headers": {}})
    rated = EXPECTED if origin is Origin.TABLE else {"id": NOTHING, "rating": None}
    expect(f"by key from the {origin}", without_weight(answer), {"data": {"_entities": [rated, UNRATED]}})
    return passed(dict.fromkeys(("import", "by key"), str(origin)))


def without_weight(answer: Any) -> Any:
    """The answer without what depends on the stack's parameters."""
    for entity in (answer.get("data") or {}).get("_entities") or ():
        if entity and entity["rating"]:
            entity["rating"].pop("weighted")
    return answer


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    result = run(call, settings.graphlet_function, settings.import_function, settings.origin)
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
