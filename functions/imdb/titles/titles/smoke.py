"""A synthetic title goes in by the import and comes out of the graphlet: the test that gates a release.

It is a client like any other: it knows the two functions and no table, and needs nothing that was loaded before.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.functions import call
from milkrun_core.logs import module_logger
from milkrun_core.smoke import expect, passed

from titles.settings import SmokeSettings

NOTHING = "tt00000000"  # eight zeros: no dataset has it
ROW = {
    "tconst": NOTHING,
    "titleType": "tvMovie",
    "primaryTitle": "Smoke Test",
    "originalTitle": "Rauchtest",
    "startYear": "1900",
    "endYear": None,
    "runtimeMinutes": "1",
    "genres": ["Short"],
}
CREDIT = {
    "tconst": NOTHING,
    "ordering": "1",
    "nconst": "nm00000000",
    "category": "actor",
    "job": None,
    "characters": ["Self"],
}
FIELDS = (
    "id titleText originalTitle releaseYear kind runtimeMinutes genres "
    "cast(first: 1) { category characters name { id } }"
)
EXPECTED = {
    "id": NOTHING,
    "titleText": "Smoke Test",
    "originalTitle": "Rauchtest",
    "releaseYear": 1900,
    "kind": "TV_MOVIE",
    "runtimeMinutes": 1,
    "genres": ["Short"],
    "cast": [{"category": "actor", "characters": ["Self"], "name": {"id": "nm00000000"}}],
}
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Title {{ {FIELDS} }} }} }}"

type Call = Callable[[str, dict[str, Any]], Any]

logger = module_logger()


def run(call: Call, graphlet: str, importer: str) -> dict[str, Any]:
    """All checks; the first that fails raises."""
    for file, row in (("title.basics", ROW), ("title.principals", CREDIT)):
        expect("import", call(importer, {"file": file, "rows": [row]}), {"written": 1})
    asked = {"query": f'{{ title(id: "{NOTHING}") {{ {FIELDS} }} }}'}
    expect("by id", call(graphlet, {"graphql": asked, "headers": {}}), {"data": {"title": EXPECTED}})
    keys = [{"__typename": "Title", "id": identity} for identity in (NOTHING, "tt000000001")]
    asked_of = {"query": ENTITIES, "variables": {"r": keys}}
    expect("by key", call(graphlet, {"graphql": asked_of, "headers": {}}), {"data": {"_entities": [EXPECTED, None]}})
    return passed(dict.fromkeys(("import", "by id", "by key"), ""))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    result = run(call, settings.graphlet_function, settings.import_function)
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
