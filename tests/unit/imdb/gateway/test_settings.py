"""What the stack tells the gateway, read with care."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from gateway import wiring
from gateway.domain.errors import SettingInvalid
from gateway.settings import GatewaySettings
from milkrun_graph.executor.propagate import CACHE_CONTROL

from tests.support.stacks import read_template

ROOT = Path(__file__).parents[4]
TEMPLATE = read_template(ROOT / "functions/imdb/gateway/template.yaml")


def told(**changes: str) -> dict[str, str]:
    """The environment of the function with the template's defaults."""
    defaults = {name: str(one.get("Default", "")) for name, one in TEMPLATE["Parameters"].items()}
    function = TEMPLATE["Resources"]["GatewayFunction"]["Properties"]
    variables: dict[str, Any] = {
        **TEMPLATE["Globals"]["Function"]["Environment"]["Variables"],
        **function["Environment"]["Variables"],
    }
    return {name: _value(name, defaults) for name in variables} | {"AWS_REGION": "us-east-1"} | changes


def _value(name: str, defaults: dict[str, str]) -> str:
    raw = _references()[name]
    return defaults.get(raw.removeprefix("!Ref "), raw)


def _references() -> dict[str, str]:
    """The variables as they are written: ``!Ref Name`` or text."""
    text = (ROOT / "functions/imdb/gateway/template.yaml").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines() if line.strip().startswith(("MILKRUN_", "POWERTOOLS_")))
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_templates_defaults_make_sense() -> None:
    settings = GatewaySettings.read(told())
    assert (settings.cell, settings.poll_seconds, settings.only_known) == ("standalone", 2, False)
    assert settings.options.subgraph_errors is False
    assert settings.options.limits.cost is None
    assert settings.options.response_headers == ()
    assert settings.cors.origins == frozenset()


def test_lists_and_pairs_are_read() -> None:
    settings = GatewaySettings.read(
        told(
            MILKRUN_OWNERS="people=catalogue-people, titles = catalogue-titles",
            MILKRUN_FETCH_SECONDS_BY_GRAPHLET="images=1.5,awards=1",
            MILKRUN_FORWARD_HEADERS="Accept-Language",
            MILKRUN_ANSWER_HEADERS="Cache-Control,x-served-by",
            MILKRUN_CORS_ORIGINS="https://a.example,https://b.example",
            MILKRUN_MAX_COST="100",
        )
    )
    assert settings.owners == {"people": "catalogue-people", "titles": "catalogue-titles"}
    assert settings.options.seconds == {"images": 1.5, "awards": 1.0}
    assert "accept-language" in settings.options.forward_headers
    assert settings.options.response_headers[0] == CACHE_CONTROL
    assert settings.options.response_headers[1].name == "x-served-by"
    assert settings.cors.origins == {"https://a.example", "https://b.example"}
    assert settings.options.limits.cost == 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILKRUN_REGISTRY_BUCKET", ""),
        ("MILKRUN_POLL_SECONDS", "soon"),
        ("MILKRUN_POLL_SECONDS", "-1"),
        ("MILKRUN_INTROSPECTION", "yes"),
        ("MILKRUN_OWNERS", "people"),
        ("MILKRUN_FETCH_SECONDS_BY_GRAPHLET", "people=fast"),
        ("MILKRUN_OWNERS", "=nobody"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        GatewaySettings.read(told(**{name: value}))


def test_services_are_where_the_sdks_find_them() -> None:
    assert wiring.endpoint({}, "s3", "eu-west-1").url == "https://s3.eu-west-1.amazonaws.com"
    assert wiring.endpoint({}, "sqs", "cn-north-1").url == "https://sqs.cn-north-1.amazonaws.com.cn"
    assert wiring.endpoint({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "s3", "us-east-1").url == "http://127.0.0.1:1"


def test_every_graphlet_has_an_owner_there_and_it_is_the_fleets() -> None:
    services = yaml.safe_load((ROOT / "fleet.yaml").read_text(encoding="utf-8"))["services"]
    told = dict(pair.split("=") for pair in services["imdb/gateway"]["parameters"]["Owners"].split(","))
    graphlets = {schema.parent.name for schema in (ROOT / "functions/imdb").glob("*/schema.graphql")}
    assert told == {name: services[f"imdb/{name}"]["owner"] for name in graphlets}
