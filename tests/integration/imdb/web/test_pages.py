"""The deployed pages: by their name, through the edge, the API and the function."""

import json
from typing import Any

import boto3
import pytest

from tests.integration.imdb.web.conftest import ACCOUNT, Site
from tests.support.edge import request
from tests.support.pages import JACKIE_CHAN, SampleGraph

NAME = f"/name/{JACKIE_CHAN}"


@pytest.mark.parametrize("path", ["/", NAME, "/title/tt9000015"])
def test_a_page_is_a_document_with_its_headers(site: Site, path: str) -> None:
    answer = request(site.edge, site.host, path)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.body.startswith(b"<!doctype html>")


def test_a_page_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    etag = request(site.edge, site.host, NAME).headers["ETag"]
    again = request(site.edge, site.host, NAME, If_None_Match=etag)

    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/name/nm0000000", "/name/Jackie", "/no/such/page", "/name"])
def test_what_is_not_there_is_a_page(site: Site, path: str) -> None:
    answer = request(site.edge, site.host, path)

    assert answer.status == 404
    assert b"This page is not on our route" in answer.body


def test_a_broken_graphlet_leaves_the_rest_of_the_page(site: Site, graph: SampleGraph) -> None:
    graph.broken.add("ratings")
    answer = request(site.edge, site.host, NAME)

    assert answer.status == 200
    assert b"cannot be shown right now: ratings" in answer.body
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_person_whom_nobody_can_tell_of_now_is_worth_another_try(site: Site, graph: SampleGraph) -> None:
    graph.broken.add("people")
    answer = request(site.edge, site.host, NAME)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def client(site: Site, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=site.endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local-cloud",
    )


def test_the_smoke_test_passes(site: Site) -> None:
    (stack,) = client(site, "cloudformation").describe_stacks(StackName="imdb-web")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    payload = json.dumps({"release": "r-1", "target": "imdb"})
    reply = client(site, "lambda").invoke(FunctionName=outputs["SmokeFunctionName"], Payload=payload)

    assert json.loads(reply["Payload"].read())["ok"] is True
