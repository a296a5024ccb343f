"""The front page of a cell and the smoke test that reads it."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError
from cell import api, smoke
from cell.mappings import ApiMappings
from cell.settings import CellSettings
from milkrun_core.errors import Unavailable
from milkrun_core.smoke import SmokeTestFailed
from moto import mock_aws

from tests.support.packing import ROOT, LambdaContextStub

DOMAIN = "cell-1.fulfillment.milkrun.example"
EVENT = json.loads((ROOT / "events/fulfillment/cell/http-describe-cell.json").read_text())


@pytest.fixture
def apigateway() -> Iterator[Any]:
    """A domain name with the cell's own page and the packing API under it."""
    with mock_aws():
        client = boto3.client("apigateway", region_name="us-east-1")
        client.create_domain_name(domainName=DOMAIN, certificateName="test")
        for path in ("", "pack"):
            api_id = client.create_rest_api(name=f"api-{path}")["id"]
            root = client.get_resources(restApiId=api_id)["items"][0]["id"]
            client.put_method(restApiId=api_id, resourceId=root, httpMethod="GET", authorizationType="NONE")
            client.put_integration(restApiId=api_id, resourceId=root, httpMethod="GET", type="MOCK")
            client.create_deployment(restApiId=api_id, stageName="live")
            client.create_base_path_mapping(domainName=DOMAIN, basePath=path, restApiId=api_id, stage="live")
        yield client


def test_lists_the_services_that_are_mapped_and_not_itself(apigateway: Any) -> None:
    assert ApiMappings(apigateway, DOMAIN).services() == ("pack",)


def test_asks_again_only_after_a_while(apigateway: Any) -> None:
    now = [0.0]
    mappings = ApiMappings(apigateway, DOMAIN, clock=lambda: now[0])
    mappings.services()
    apigateway.delete_base_path_mapping(domainName=DOMAIN, basePath="pack")
    assert mappings.services() == ("pack",)
    now[0] = 31.0
    assert mappings.services() == ()


class BrokenGateway:
    """API Gateway on a bad day."""

    def get_paginator(self, _: str) -> "BrokenGateway":
        return self

    def paginate(self, **_: str) -> list[Any]:
        raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "GetBasePathMappings")


def test_an_api_gateway_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        ApiMappings(BrokenGateway(), DOMAIN).services()


def test_the_front_page_says_which_cell_it_is(apigateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CellSettings(cell="cell-1", release="r-1", domain_name=DOMAIN, region="us-east-1")
    monkeypatch.setattr(api, "live_settings", lambda: settings)
    monkeypatch.setattr(api, "live_mappings", lambda: ApiMappings(apigateway, DOMAIN))
    reply = api.handler(EVENT, LambdaContextStub())  # type: ignore[arg-type]
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"]) == {
        "cell": "cell-1",
        "region": "us-east-1",
        "release": "r-1",
        "services": [{"name": "pack", "path": "/pack"}],
    }


class PageStub:
    """Answers every request with one page, or not at all."""

    def __init__(self, status: int = 200, body: bytes = b'{"cell": "cell-1"}', fails: bool = False) -> None:
        self._reply = SimpleNamespace(status=status, data=body)
        self._fails = fails

    def request(self, *_: str) -> SimpleNamespace:
        if self._fails:
            raise urllib3.exceptions.HTTPError("no route")
        return self._reply


def test_the_smoke_test_passes_on_its_own_cell() -> None:
    assert smoke.run(PageStub(), "http://c/", "cell-1")["ok"] is True  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (PageStub(body=b'{"cell": "cell-2"}'), "answered by cell cell-2, not cell-1"),
        (PageStub(status=503), "answered 503"),
        (PageStub(body=b"<html>"), "no sensible answer"),
        (PageStub(fails=True), "no sensible answer"),
    ],
)
def test_the_smoke_test_fails_on_anything_else(page: PageStub, reason: str) -> None:
    with pytest.raises(SmokeTestFailed, match=reason):
        smoke.run(page, "http://c/", "cell-1")  # type: ignore[arg-type]
