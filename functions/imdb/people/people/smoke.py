"""A synthetic person goes in by the import and comes out of the graphlet: the test that gates a release.

It is a client like any other: it knows the two functions and no table, and needs nothing that was loaded before.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.functions import call
from milkrun_core.logs import module_logger
from milkrun_core.smoke import expect, passed

from people.settings import SmokeSettings

NOBODY = "nm00000000"  # eight zeros: no dataset has it
ROW = {
    "nconst": NOBODY,
    "primaryName": "Smoke Test",
    "birthYear": "1900",
    "deathYear": None,
    "primaryProfession": ["actor"],
    "knownForTitles": ["tt00000000"],
}
FIELDS = "id nameText birthYear deathYear professions knownFor(first: 1) { id }"
EXPECTED = {
    "id": NOBODY,
    "nameText": "Smoke Test",
    "birthYear": 1900,
    "deathYear": None,
    "professions": ["actor"],
    "knownFor": [{"id": "tt00000000"}],
}
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Name {{ {FIELDS} }} }} }}"

type Call = Callable[[str, dict[str, Any]], Any]

logger = module_logger()


def run(call: Call, graphlet: str, importer: str) -> dict[str, Any]:
    """All checks; the first that fails raises."""
    written = call(importer, {"file": "name.basics", "rows": [ROW]})
    expect("import", written, {"written": 1})
    asked = {"query": f'{{ name(id: "{NOBODY}") {{ {FIELDS} }} }}'}
    expect("by id", call(graphlet, {"graphql": asked, "headers": {}}), {"data": {"name": EXPECTED}})
    keys = [{"__typename": "Name", "id": identity} for identity in (NOBODY, "nm000000001")]
    asked_of = {"query": ENTITIES, "variables": {"r": keys}}
    expect("by key", call(graphlet, {"graphql": asked_of, "headers": {}}), {"data": {"_entities": [EXPECTED, None]}})
    return passed(dict.fromkeys(("import", "by id", "by key"), ""))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    settings = SmokeSettings()
    result = run(call, settings.graphlet_function, settings.import_function)
    logger.info("smoke test passed", extra={"tested_release": event.get("release"), "checks": len(result["checks"])})
    return result
