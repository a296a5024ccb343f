"""`milkrun graph serve` with what an owner may switch on."""

import asyncio
import re
import sys
from pathlib import Path

import aiohttp
import orjson
import pytest
from milkrun_graph.executor.persisted import document_hash

from tests.support.serving import ANSWER, MAIN, QUERY, post, start, stop

SITE = "https://pages.example"


async def test_only_listed_documents_run_and_pages_of_an_allowed_site_may_ask(supergraph: Path, tmp_path: Path) -> None:
    listed = tmp_path / "documents.json"
    listed.write_bytes(orjson.dumps({document_hash(QUERY): QUERY}))
    options = ("--documents", str(listed), "--allow-origin", SITE, "--resilient")
    process, address = await start("--supergraph", str(supergraph), *options)
    async with aiohttp.ClientSession() as client:
        named = {"documentId": f"sha256:{document_hash(QUERY)}"}
        assert (await post(client, address, named))[:2] == (200, ANSWER)
        assert (await post(client, address, {"query": QUERY}))[:2] == (200, ANSWER)
        _, refused, _ = await post(client, address, {"query": "{ __typename }"})
        assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_IN_LIST"
        asking = {"origin": SITE, "access-control-request-method": "POST"}
        async with client.options(f"{address}/graphql", headers=asking) as response:
            assert (response.status, response.headers["access-control-allow-origin"]) == (204, SITE)
        async with client.get(f"{address}/graphql", params=named, headers={"origin": SITE}) as response:
            assert (await response.json(), response.headers["access-control-allow-origin"]) == (ANSWER, SITE)
    assert await stop(process) == 0


@pytest.mark.parametrize("listed", ["[]", "{", '{"a": 7}'])
async def test_a_list_of_documents_that_is_none_ends_the_command(supergraph: Path, tmp_path: Path, listed: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(listed)
    process, said = await refused("--supergraph", str(supergraph), "--documents", str(file))
    assert process == 2
    assert said.startswith(b"error: ")


async def test_a_subgraph_at_an_address_of_no_known_kind_ends_the_command(tmp_path: Path, supergraph: Path) -> None:
    supergraph.write_text(supergraph.read_text().replace('url: "http:', 'url: "gopher:'))
    process, said = await refused("--supergraph", str(supergraph))
    assert process == 2
    assert b"gopher" in said


async def refused(*arguments: str) -> tuple[int | None, bytes]:
    """How the command ends, and what it says."""
    command = [sys.executable, "-c", MAIN, "graph", "serve", "--port", "0", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, said


async def test_what_clients_do_not_see_is_on_standard_error(supergraph: Path) -> None:
    supergraph.write_text(re.sub(r"http://127.0.0.1:\d+/titles", "http://127.0.0.1:1/titles", supergraph.read_text()))
    process, address = await start("--supergraph", str(supergraph), "--mask-errors")
    async with aiohttp.ClientSession() as client:
        _, answer, _ = await post(client, address, {"query": QUERY}, x_request_id="r-7")
    assert answer["errors"][0]["extensions"] == {"code": "SUBREQUEST_FAILED", "correlationId": "r-7"}
    process.terminate()
    _, said = await asyncio.wait_for(process.communicate(), 10)
    (line,) = said.splitlines()
    logged = orjson.loads(line)
    assert (logged["correlation_id"], logged["causes"][0]["service"]) == ("r-7", "titles")
