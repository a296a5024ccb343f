"""The pages as a browser gets them: status, headers and document."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from web import api
from web.domain.answer import Answer
from web.domain.errors import GatewayAway, GatewayRefused
from web.rendering import Renderer
from web.wiring import Site

from tests.support.packing import LambdaContextStub
from tests.support.pages import EVENTS, FEATURED, JACKIE_CHAN, SampleGraph
from tests.unit.imdb.web.conftest import Visit

HOSTILE = "<script>alert('x')</script>\"'&</title></style>"
PAGES = ("/", f"/name/{JACKIE_CHAN}", "/title/tt9000015")


class Markup(HTMLParser):
    """What a document consists of: the tags with their attributes, and what is read."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(reply: Mapping[str, Any]) -> str:
    """What a visitor reads, in one line."""
    body = re.sub(r"<(style|script).*?</\1>", "", reply["body"], flags=re.DOTALL)
    return " ".join(" ".join(Markup(body).text).split())


def test_the_name_page_has_the_known_for_widget(visit: Visit) -> None:
    reply = visit(f"/name/{JACKIE_CHAN}")
    said = read(reply)

    assert reply["statusCode"] == 200
    assert reply["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "Jackie Chan Actor Director Producer Born 1954" in said
    assert "Known for Police Story 1985 Rated 7.6 out of 10, by 115K votes Rush Hour 1998" in said


def test_a_page_is_one_question_to_the_graph(visit: Visit, graph: SampleGraph) -> None:
    for path in PAGES:
        visit(path)

    assert [(operation, variables) for operation, variables in graph.asked] == [
        ("FrontPage", {"names": list(FEATURED[:8]), "titles": list(FEATURED[8:])}),
        ("NamePage", {"id": JACKIE_CHAN}),
        ("TitlePage", {"id": "tt9000015"}),
    ]


def test_the_title_page_shows_facts_and_cast(visit: Visit) -> None:
    said = read(visit("/title/tt9000015"))

    assert "Police Story Original title: Ging chaat goo si Movie · 1985 · 1 h 40 min Action Comedy Crime" in said
    assert "Cast and crew Jackie Chan Chan Ka-kui, Director Brigitte Lin" in said


def test_the_front_page_leads_to_people_and_titles(visit: Visit) -> None:
    links = [link["href"] for link in Markup(visit("/")["body"]).named("a")]

    assert f"/name/{JACKIE_CHAN}" in links
    assert sum(str(link).startswith("/title/") for link in links) == 8


@pytest.mark.parametrize("broken", ["titles", "ratings", "images", "awards"])
def test_one_broken_graphlet_costs_its_part_and_no_more(visit: Visit, graph: SampleGraph, broken: str) -> None:
    part = {"images": "pictures"}.get(broken, broken)
    whole = read(visit(f"/name/{JACKIE_CHAN}"))
    graph.broken.add(broken)
    reply = visit(f"/name/{JACKIE_CHAN}")
    said = read(reply)

    assert reply["statusCode"] == 200
    assert f"Some things cannot be shown right now: {part}." in said
    assert ("Police Story" in said) == (broken != "titles")
    assert ("Rated 7.6" in said) == (broken != "ratings")
    assert ("Awards 2016 Honorary Award Academy Awards" in said) == (broken != "awards")
    assert ("<img" in reply["body"]) == (broken != "images")
    assert "cannot be shown" not in whole
    assert "No rating" not in said


def test_a_title_without_votes_says_so(visit: Visit, graph: SampleGraph) -> None:
    graph.changed["tt9000015"] = {"rating": None}

    assert "Police Story 1985 No rating Rush Hour 1998 Rated 7.0" in read(visit(f"/name/{JACKIE_CHAN}"))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/name/nm0000000", "There is no person with the id nm0000000."),
        ("/title/tt0000000", "There is no title with the id tt0000000."),
        ("/name/Jackie", "That is not the id of a person"),
        ("/title/nm0000329", "That is not the id of a title"),
        ("/no/such/page", "There is nothing at /no/such/page."),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(visit: Visit, path: str, reason: str) -> None:
    reply = visit(path)

    assert reply["statusCode"] == 404
    assert reply["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert reason in read(reply)


def test_an_id_that_cannot_be_one_costs_no_question(visit: Visit, graph: SampleGraph) -> None:
    visit("/name/Jackie")

    assert graph.asked == []


@pytest.mark.parametrize("path", PAGES)
def test_what_the_graph_says_is_text_and_never_markup(visit: Visit, graph: SampleGraph, path: str) -> None:
    expected = [tag for tag, _ in Markup(visit(path)["body"]).tags]
    for one in (*FEATURED, "tt9000015", "tt9000032"):
        image = {"url": f'https://images.example/"onload="x{HOSTILE}', "width": 1, "height": 1, "caption": HOSTILE}
        graph.changed[one] = {"nameText" if one.startswith("nm") else "titleText": HOSTILE, "primaryImage": image}
    reply = visit(path)
    found = Markup(reply["body"])

    assert HOSTILE in "".join(found.text)
    assert HOSTILE not in reply["body"]
    assert [tag for tag, _ in found.tags] == expected
    assert all(not name.startswith("on") for _, attributes in found.tags for name in attributes)


def test_the_path_of_a_missing_page_is_text(visit: Visit) -> None:
    assert "<script>" not in visit("/<script>alert(1)</script>")["body"]


def test_machines_are_told_who_the_person_is(visit: Visit, graph: SampleGraph) -> None:
    graph.changed[JACKIE_CHAN] = {"nameText": HOSTILE}
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', visit(f"/name/{JACKIE_CHAN}")["body"])

    assert json.loads(block) == {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": HOSTILE,
        "birthDate": "1954",
        "jobTitle": ["Actor", "Director", "Producer"],
        "image": "https://images.example/im9000361.svg",
    }


@pytest.mark.parametrize("path", [*PAGES, "/name/nm0000000"])
def test_a_browser_runs_no_script_and_takes_our_style_alone(visit: Visit, path: str) -> None:
    reply = visit(path)
    policy = dict(rule.split(" ", 1) for rule in reply["headers"]["Content-Security-Policy"].split("; "))
    (style,) = re.findall(r"<style>(.*?)</style>", reply["body"], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert policy["img-src"] == "'self' data: https://images.example"
    assert reply["headers"]["X-Content-Type-Options"] == "nosniff"
    assert " style=" not in reply["body"]


def test_a_page_that_the_reader_has_is_not_sent_again(visit: Visit, graph: SampleGraph) -> None:
    first = visit(f"/name/{JACKIE_CHAN}")
    again = visit(f"/name/{JACKIE_CHAN}", If_None_Match=f'"other", {first["headers"]["ETag"]}')
    graph.changed["tt9000015"] = {"rating": {"average": 9.9, "votes": 5}}
    changed = visit(f"/name/{JACKIE_CHAN}", If_None_Match=first["headers"]["ETag"])

    assert first["headers"]["Cache-Control"] == "public, max-age=30, stale-while-revalidate=300"
    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["ETag"] == first["headers"]["ETag"]
    assert (changed["statusCode"], changed["headers"]["ETag"] != first["headers"]["ETag"]) == (200, True)


def test_a_page_that_lacks_a_part_is_not_kept(visit: Visit, graph: SampleGraph) -> None:
    graph.broken.add("ratings")
    reply = visit(f"/name/{JACKIE_CHAN}")

    assert reply["headers"]["Cache-Control"] == "no-store"
    assert visit(f"/name/{JACKIE_CHAN}", If_None_Match=reply["headers"]["ETag"])["statusCode"] == 200


class GraphThat:
    """A graph with no answer but an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def ask(self, *_: object) -> Answer:
        raise self._error


def site_over(graph: Any) -> Site:
    return Site(graph, Renderer(""), FEATURED, "r-1")


@pytest.mark.parametrize("error", [GatewayAway("no answer"), GatewayRefused("no data", first_error="<b>")])
@pytest.mark.parametrize("path", PAGES)
def test_without_an_answer_the_page_says_when_to_come_again(
    visit: Visit, path: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "live_site", lambda: site_over(GraphThat(error)))
    reply = visit(path)

    assert reply["statusCode"] == 503
    assert reply["headers"]["Retry-After"] == "5"
    assert reply["headers"]["Cache-Control"] == "no-store"
    assert "We are back in a moment" in read(reply)


def test_a_person_whom_the_broken_graphlet_alone_knows_is_away_and_not_missing(
    visit: Visit, graph: SampleGraph
) -> None:
    graph.broken.add("people")

    assert visit(f"/name/{JACKIE_CHAN}")["statusCode"] == 503


def test_a_fault_of_ours_is_a_page_that_tells_nothing(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "live_site", lambda: site_over(GraphThat(KeyError("secret"))))
    reply = visit("/")

    assert reply["statusCode"] == 500
    assert "secret" not in reply["body"]


def test_health_asks_nobody(visit: Visit, graph: SampleGraph) -> None:
    reply = visit("/health")

    assert (reply["statusCode"], json.loads(reply["body"])) == (200, {"status": "ok", "release": "r-1"})
    assert graph.asked == []


def test_the_callers_trace_goes_on(visit: Visit, graph: SampleGraph) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    visit("/", traceparent=f"00-{trace_id}-00f067aa0ba902b7-01")
    visit("/")
    continued, new = graph.traces

    assert (continued.trace_id, continued.flags) == (trace_id, "01")
    assert continued.span_id != "00f067aa0ba902b7"
    assert new.trace_id != trace_id


@pytest.mark.parametrize("event", sorted(EVENTS.glob("http-*.json")), ids=lambda path: path.stem)
def test_every_sample_event_is_answered(visit: Visit, event: Path) -> None:
    reply = api.handler(json.loads(event.read_text(encoding="utf-8")), LambdaContextStub())  # type: ignore[arg-type]

    assert reply["statusCode"] == (404 if "missing" in event.stem else 200)


@pytest.mark.parametrize("path", [*PAGES, "/name/nm0000000"])
def test_a_page_has_one_heading_of_the_first_rank_landmarks_and_a_language(visit: Visit, path: str) -> None:
    found = Markup(visit(path)["body"])
    ranks = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]

    assert found.named("html") == [{"lang": "en"}]
    assert all(len(found.named(landmark)) == 1 for landmark in ("header", "main", "footer"))
    assert ranks.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(ranks))
    assert all(image.get("alt") for image in found.named("img"))
    assert found.named("a")[0] == {"class": "skip", "href": "#content"}
