"""openapi.yaml, template and code of the pages agree."""

import re

import yaml
from cfnlint.decode.cfn_yaml import load as load_template  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from web import api

from tests.support.pages import ROOT

MODULE = ROOT / "functions" / "imdb" / "web"
ANYTHING_ELSE = ("GET", "/{proxy+}")


def test_contract_template_and_code_have_the_same_routes() -> None:
    contract = yaml.safe_load((MODULE / "openapi.yaml").read_text(encoding="utf-8"))
    validate(contract)
    events = load_template(str(MODULE / "template.yaml"))["Resources"]["WebApiFunction"]["Properties"]["Events"]
    promised = {(method.upper(), path) for path, item in contract["paths"].items() for method in item}
    routes = {
        (route.method, re.sub(r"<(\w+)>", r"{\1}", route.path))
        for route in (*api.app._static_routes, *api.app._dynamic_routes)
    }

    assert {(one["Properties"]["Method"], one["Properties"]["Path"]) for one in events.values()} == promised
    assert routes | {ANYTHING_ELSE} == promised
