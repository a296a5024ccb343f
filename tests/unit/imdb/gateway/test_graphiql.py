"""The editor's page and its files."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from gateway import graphiql

from tests.support.front import event, heads
from tests.support.packing import LambdaContextStub


@pytest.fixture(autouse=True)
def _layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A layer with one file, and the page switched on."""
    folder = tmp_path / "graphiql_assets"
    folder.mkdir()
    (folder / "graphiql.css.gz").write_bytes(gzip.compress(b"body { margin: 0 }"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("MILKRUN_GRAPHIQL_PAGE", "true")
    monkeypatch.setenv("MILKRUN_RELEASE", "r-7")
    graphiql.compressed.cache_clear()


def ask(sent: dict[str, Any]) -> dict[str, Any]:
    return graphiql.handler(sent, LambdaContextStub())  # type: ignore[arg-type]


def asset(name: str, **headers: str) -> dict[str, Any]:
    found = event("http-graphiql-asset")
    said = {"Accept-Encoding": "gzip"} | headers
    return {
        **found,
        "path": f"/assets/{name}",
        "headers": said,
        "multiValueHeaders": {key: [value] for key, value in said.items()},
        "pathParameters": {"file": name},
    }


def content(answer: dict[str, Any]) -> bytes:
    assert answer["isBase64Encoded"] is True
    return base64.b64decode(answer["body"])


def test_the_page_loads_nothing_from_anywhere_else() -> None:
    answer = ask(event("http-graphiql"))
    assert answer["statusCode"] == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer["body"])
    assert {one.partition("?")[0] for one in addresses if not one.startswith("data:")} == {
        f"assets/{name}" for name in graphiql.ASSETS
    }
    (policy,) = heads(answer, "content-security-policy")
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_the_page_names_its_files_with_its_release() -> None:
    assert "assets/start.js?v=r-7" in ask(event("http-graphiql"))["body"]


def test_the_page_can_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILKRUN_GRAPHIQL_PAGE", "false")
    answer = ask(event("http-graphiql"))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "NotFound")


def test_a_file_of_the_layer_is_sent_as_it_is_kept() -> None:
    answer = ask(event("http-graphiql-asset"))
    assert heads(answer, "content-encoding") == ["gzip"]
    assert heads(answer, "content-type") == ["text/css; charset=utf-8"]
    assert gzip.decompress(content(answer)) == b"body { margin: 0 }"


def test_who_takes_no_compressed_files_gets_plain_ones() -> None:
    answer = ask(asset("graphiql.css", **{"Accept-Encoding": "identity"}))
    assert heads(answer, "content-encoding") == []
    assert content(answer) == b"body { margin: 0 }"


def test_the_script_that_starts_it_is_ours() -> None:
    assert b"GraphiQL.createFetcher" in gzip.decompress(content(ask(asset("start.js"))))


@pytest.mark.parametrize("name", ["other.js", "..", "NOTICES.txt", "graphiql.css.gz"])
def test_there_are_no_other_files(name: str) -> None:
    assert ask(asset(name))["statusCode"] == 404
