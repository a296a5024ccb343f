"""Documents by name: Apollo's protocol, ``documentId``, and lists of what may run."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.artefact import dump, load
from milkrun_graph.executor.messages import MalformedRequest, read_request
from milkrun_graph.executor.persisted import Documents, document_hash

from tests.support.gateways import SUPERGRAPH, Subgraphs, codes, data

QUERY = "{ person(id: 1) { name } }"
OTHER = "{ person(id: 2) { name } }"
HASH = document_hash(QUERY)
ANSWER = {"data": {"person": {"name": "Ann"}}}


def gateway(documents: Documents | None = None, **more: Any) -> Gateway:
    return Gateway(SUPERGRAPH, Subgraphs({"people": data(person={"name": "Ann"})}), documents=documents, **more)


def by_hash(name: str = HASH, query: str = "", version: int = 1) -> Request:
    return Request(query, extensions={"persistedQuery": {"version": version, "sha256Hash": name}})


def by_id(name: str) -> Request:
    return Request("", document_id=name)


async def answer(of: Gateway, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((await of.execute(request)).body)
    return found


async def test_a_document_is_sent_once_and_named_from_then_on() -> None:
    one = gateway()
    unknown = await answer(one, by_hash())
    assert codes(unknown) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert await answer(one, by_hash(query=QUERY)) == ANSWER
    assert await answer(one, by_hash()) == ANSWER
    assert await answer(one, by_hash(HASH.upper())) == ANSWER
    assert await answer(one, by_id(f"sha256:{HASH}")) == ANSWER


async def test_a_hash_that_is_not_the_documents_is_refused_and_nothing_is_kept() -> None:
    one = gateway()
    assert codes(await answer(one, by_hash(query=OTHER))) == ["PERSISTED_QUERY_HASH_MISMATCH"]
    assert codes(await answer(one, by_hash())) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_document_that_is_not_valid_is_not_kept() -> None:
    one, wrong = gateway(), "{ nobody }"
    assert codes(await answer(one, by_hash(document_hash(wrong), wrong))) == ["GRAPHQL_VALIDATION_FAILED"]
    assert codes(await answer(one, by_hash(document_hash(wrong)))) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_where_nothing_is_remembered_clients_are_told_to_stop_trying() -> None:
    one = gateway(Documents(automatic=False))
    assert codes(await answer(one, by_hash())) == ["PERSISTED_QUERY_NOT_SUPPORTED"]
    assert await answer(one, by_hash(query=QUERY)) == ANSWER
    assert codes(await answer(one, by_hash())) == ["PERSISTED_QUERY_NOT_SUPPORTED"]


@pytest.mark.parametrize(
    "listed", [Documents(only_listed=True, listed={HASH: QUERY, "who/1": QUERY}), Documents(only_listed=True)]
)
async def test_only_listed_documents_run(listed: Documents) -> None:
    one = gateway(listed)
    known = ANSWER if "who/1" in str(vars(listed)) else None
    for request in (by_hash(), by_id(f"sha256:{HASH}"), Request(QUERY), by_hash(query=QUERY), by_id("who/1")):
        found = await answer(one, request)
        assert found == known or codes(found) == ["PERSISTED_QUERY_NOT_IN_LIST"]
    for request in (Request(OTHER), by_hash(document_hash(OTHER), OTHER), by_hash(document_hash(OTHER)), by_id("no")):
        assert codes(await answer(one, request)) == ["PERSISTED_QUERY_NOT_IN_LIST"]


async def test_what_an_artefact_knows_is_listed_and_needs_no_reading() -> None:
    first = gateway()
    await answer(first, Request(QUERY))
    known = load(dump(first.artefact()), SUPERGRAPH)
    second = gateway(Documents(only_listed=True), known=known)
    assert await answer(second, by_hash()) == ANSWER
    assert codes(await answer(second, Request(OTHER))) == ["PERSISTED_QUERY_NOT_IN_LIST"]


@dataclass
class Store:
    """A store that several gateways share."""

    texts: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def get(self, name: str) -> str | None:
        self.asked.append(name)
        return self.texts.get(name)

    async def put(self, name: str, text: str) -> None:
        self.texts[name] = text


async def test_a_store_is_shared_and_asked_once_per_gateway() -> None:
    store = Store()
    first, second = gateway(Documents(store=store)), gateway(Documents(store=store))
    await answer(first, by_hash(query=QUERY))
    assert store.texts == {HASH: QUERY}
    assert await answer(second, by_hash()) == await answer(second, by_hash()) == ANSWER
    assert store.asked == [HASH]


async def test_a_list_in_a_store_is_not_added_to() -> None:
    store = Store({HASH: QUERY})
    one = gateway(Documents(only_listed=True, store=store))
    assert await answer(one, Request(QUERY)) == ANSWER
    assert codes(await answer(one, by_hash(document_hash(OTHER), OTHER))) == ["PERSISTED_QUERY_NOT_IN_LIST"]
    assert store.texts == {HASH: QUERY}


@pytest.mark.parametrize("sent", [7, {}, {"version": 2, "sha256Hash": HASH}, {"version": 1, "sha256Hash": ""}])
async def test_an_extension_of_another_form_is_malformed(sent: Any) -> None:
    with pytest.raises(MalformedRequest):
        read_request(orjson.dumps({"query": QUERY, "extensions": {"persistedQuery": sent}}))
    assert codes(await answer(gateway(), Request("", extensions={"persistedQuery": sent}))) == ["BAD_REQUEST"]


def test_a_request_may_come_without_its_text_if_it_names_it() -> None:
    assert read_request(b'{"documentId":"sha256:ab"}') == by_id("sha256:ab")
    named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}}
    assert read_request(orjson.dumps(named)) == by_hash()
    for body in (b'{"documentId":7}', b'{"documentId":""}', b'{"extensions":{}}', b'{"query":7,"documentId":"a"}'):
        with pytest.raises(MalformedRequest):
            read_request(body)


NAMED = """
import asyncio, sys
from pathlib import Path
from milkrun_graph.executor import Gateway, Request
from milkrun_graph.executor.artefact import load
from milkrun_graph.executor.persisted import Documents

class People:
    async def fetch(self, graph, body, headers, deadline):
        return b'{"data":{"person":{"name":"Ann"}}}'

sdl, known, name = Path(sys.argv[1]).read_text(), Path(sys.argv[2]).read_bytes(), sys.argv[3]
gateway = Gateway(sdl, People(), known=load(known, sdl), documents=Documents(only_listed=True))
response = asyncio.run(gateway.execute(Request("", document_id="sha256:" + name)))
sys.stdout.buffer.write(response.body)
assert "graphql" not in sys.modules
"""


async def test_a_known_document_is_answered_by_name_without_a_parser(tmp_path: Path) -> None:
    first = gateway()
    await answer(first, Request(QUERY))
    sdl, known = tmp_path / "sdl", tmp_path / "known"
    sdl.write_text(SUPERGRAPH)
    known.write_bytes(dump(first.artefact()))
    done = subprocess.run(
        [sys.executable, "-c", NAMED, str(sdl), str(known), HASH], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    assert orjson.loads(done.stdout) == ANSWER
