"""openapi.yaml, template and code of the drawings agree."""

import yaml
from images import api
from openapi_spec_validator import validate

from tests.support.graphlets import ROOT
from tests.support.stacks import read_template

MODULE = ROOT / "functions" / "imdb" / "images"


def test_contract_template_and_code_have_the_same_routes() -> None:
    contract = yaml.safe_load((MODULE / "openapi.yaml").read_text(encoding="utf-8"))
    validate(contract)
    resources = read_template(MODULE / "template.yaml")["Resources"]
    events = resources["ImagesApiFunction"]["Properties"]["Events"].values()
    promised = {(method.upper(), path) for path, item in contract["paths"].items() for method in item}
    assert {(one["Properties"]["Method"], one["Properties"]["Path"]) for one in events} == promised
    routes = {(route.method, route.path.replace("<", "{").replace(">", "}")) for route in api.app._dynamic_routes}
    assert routes == promised
