"""openapi.yaml, template and code of the front page agree."""

import yaml
from cell import api
from cfnlint.decode.cfn_yaml import load as load_template  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from tests.support.packing import ROOT

MODULE = ROOT / "functions" / "fulfillment" / "cell"


def test_contract_template_and_code_have_the_same_routes() -> None:
    contract = yaml.safe_load((MODULE / "openapi.yaml").read_text())
    validate(contract)
    events = load_template(str(MODULE / "template.yaml"))["Resources"]["CellApiFunction"]["Properties"][
        "Events"
    ].values()
    promised = {(method.upper(), path) for path, item in contract["paths"].items() for method in item}
    assert {(one["Properties"]["Method"], one["Properties"]["Path"]) for one in events} == promised
    assert {(route.method, route.path) for route in api.app._static_routes} == promised
