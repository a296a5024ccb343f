"""The catalogue's site under test: a graph that knows the sample, and servers that a browser can visit."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from web.domain.answer import Answer
from web.questions import Question
from web.tracing import Trace

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "milkrun" / "data" / "catalogue"
EVENTS = ROOT / "events" / "imdb" / "web"
JACKIE_CHAN = "nm0000329"
FEATURED = (JACKIE_CHAN, *(f"nm{9000001 + at}" for at in range(7)), *(f"tt{9000011 + at}" for at in range(8)))

type Row = dict[str, str | None]
# A graphlet that is broken, and the first list (or object) on the way to what it should have given.
type Faults = list[dict[str, Any]]


@cache
def rows(file: str) -> tuple[Row, ...]:
    """The sample's rows, ``\\N`` being None."""
    with (SAMPLE / f"{file}.tsv").open(encoding="utf-8", newline="") as lines:
        found = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple({key: None if cell == "\\N" else cell for key, cell in row.items()} for row in found)


@cache
def by(file: str, key: str) -> Mapping[str, Row]:
    """The first row of each key."""
    return {str(row[key]): row for row in reversed(rows(file))}


def number(cell: str | None) -> int | None:
    return None if cell is None else int(cell)


def parts(cell: str | None) -> list[str]:
    return cell.split(",") if cell else []


@dataclass
class SampleGraph:
    """Answers the pages' questions from the sample, as the gateway does.  ``broken`` names graphlets that fail.

    ``changed`` replaces fields of every person and title by id, for what the sample has not.
    """

    images: str = "https://images.example"
    broken: set[str] = field(default_factory=set)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)

    def ask(self, question: Question, variables: Mapping[str, Any], trace: Trace) -> Answer:
        self.traces.append(trace)
        said = self.answer(question.name, variables)
        return Answer(said["data"], tuple(tuple(error["path"]) for error in said.get("errors", ())))

    def answer(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The response to one of the pages' operations."""
        self.asked.append((operation, variables))
        data, faults = getattr(self, f"_{operation}")(variables)
        errors = [{"message": "A subgraph reported an error", "path": path} for path in faults]
        return {"data": data} | ({"errors": errors} if errors else {})

    def _NamePage(self, variables: Mapping[str, Any]) -> tuple[Any, Any]:  # noqa: N802 - named for its operation
        if "people" in self.broken:
            return {"name": None}, [["name"]]
        name = self._name(variables["id"])
        if name is None:
            return {"name": None}, []
        name["awards"] = self._awards("names", name["id"])
        name["knownFor"] = [self._title(tconst) for tconst in name.pop("titles")[:4]]
        return {"name": name}, self._faults({"images": ["name"], "awards": ["name"]}, "name", "knownFor")

    def _TitlePage(self, variables: Mapping[str, Any]) -> tuple[Any, Any]:  # noqa: N802
        if "titles" in self.broken:
            return {"title": None}, [["title"]]
        title = self._title(variables["id"])
        if title is None:
            return {"title": None}, []
        row = by("title.basics", "tconst")[title["id"]]
        title = {
            "originalTitle": row["originalTitle"],
            "endYear": number(row["endYear"]),
            "kind": "MOVIE",
            "runtimeMinutes": number(row["runtimeMinutes"]),
            "genres": parts(row["genres"]),
            "cast": self._cast(title["id"]),
            "awards": self._awards("titles", title["id"]),
        } | title
        own = {graphlet: ["title"] for graphlet in ("images", "ratings", "awards")}
        return {"title": title}, self._faults(own, "title", "cast")

    def _FrontPage(self, variables: Mapping[str, Any]) -> tuple[Any, Any]:  # noqa: N802
        names = [self._name(name) for name in variables["names"]]
        titles = [self._title(title) for title in variables["titles"]]
        data: dict[str, Any] = {"names": names, "titles": titles}
        faults = self._faults({"images": ["names"]}, "titles")
        for graphlet, lost in (("people", "names"), ("titles", "titles")):
            if graphlet in self.broken:
                data[lost] = None
                faults.append([lost])
        return data, faults

    def _faults(self, first: Mapping[str, Sequence[str]], *items: str) -> list[Sequence[str]]:
        """Where the gateway says that a call was lost: at the first list above what it should have brought."""
        own = [path for graphlet, path in first.items() if graphlet in self.broken]
        below = [list(items)] if self.broken & {"titles", "ratings", "images", "people"} else []
        return own + below

    def _name(self, name_id: str) -> dict[str, Any] | None:
        row = by("name.basics", "nconst").get(name_id)
        if row is None:
            return None
        return {
            "id": name_id,
            "nameText": None if "people" in self.broken else row["primaryName"],
            "birthYear": number(row["birthYear"]),
            "deathYear": number(row["deathYear"]),
            "professions": parts(row["primaryProfession"]),
            "primaryImage": self._image("names", name_id),
            "titles": parts(row["knownForTitles"]),
        } | self.changed.get(name_id, {})

    def _title(self, title_id: str) -> dict[str, Any] | None:
        row, votes = by("title.basics", "tconst").get(title_id), by("title.ratings", "tconst").get(title_id)
        if row is None:
            return None
        told = "titles" not in self.broken
        rated = {"average": float(votes["averageRating"] or 0), "votes": int(votes["numVotes"] or 0)} if votes else None
        return {
            "id": title_id,
            "titleText": row["primaryTitle"] if told else None,
            "releaseYear": number(row["startYear"]) if told else None,
            "rating": rated if "ratings" not in self.broken else None,
            "primaryImage": self._image("titles", title_id),
        } | self.changed.get(title_id, {})

    def _cast(self, title_id: str) -> list[dict[str, Any]]:
        return [
            {
                "category": row["category"],
                "characters": json.loads(row["characters"] or "[]"),
                "job": row["job"],
                "name": self._name(str(row["nconst"])),
            }
            for row in rows("title.principals")
            if row["tconst"] == title_id
        ]

    def _awards(self, column: str, owner: str) -> list[dict[str, Any]] | None:
        if "awards" in self.broken:
            return None
        own = (row for row in rows("award.list") if owner in parts(row[column]))
        return [
            {
                "event": row["event"],
                "category": row["category"],
                "year": number(row["year"]),
                "outcome": str(row["outcome"]).upper(),
            }
            for row in sorted(own, key=lambda row: str(row["year"]), reverse=True)
        ]

    def _image(self, column: str, owner: str) -> dict[str, Any] | None:
        row = by("image.list", column).get(owner)
        if row is None or "images" in self.broken:
            return None
        return {
            "url": f"{self.images}/{row['imageId']}.svg",
            "width": number(row["width"]),
            "height": number(row["height"]),
            "caption": row["caption"],
        }


def drawn(image_id: str) -> str:
    """A picture in place of the one that the catalogue would draw: two colors, and the caption."""
    row = by("image.list", "imageId")[image_id]
    width, height = number(row["width"]) or 1, number(row["height"]) or 1
    hue = int(image_id[2:]) * 47 % 360
    words = escape(str(row["caption"]).removeprefix("Poster of ").removeprefix("Portrait of "))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="hsl({hue} 45% 30%)"/>'
        f'<circle cx="50%" cy="40%" r="{width // 4}" fill="hsl({hue + 40} 60% 62%)"/>'
        f'<text x="50%" y="85%" text-anchor="middle" font-size="{width // 18}" fill="#fff">{words}</text></svg>'
    )


def an_event(path: str, **headers: str) -> dict[str, Any]:
    """What API Gateway sends for a GET."""
    event: dict[str, Any] = json.loads((EVENTS / "http-show-front.json").read_text(encoding="utf-8"))
    sent = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return event | {
        "path": path,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "requestContext": event["requestContext"] | {"path": path, "requestId": str(uuid4())},
    }


type Reply = tuple[int, Mapping[str, str], bytes]


@contextmanager
def serving(answer: Callable[[str, str, bytes, Mapping[str, str]], Reply]) -> Iterator[str]:
    """An HTTP server on loopback; its URL.  ``answer`` is given method, path, body and headers (in lower case)."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])))

        def _answer(self, body: bytes) -> None:
            sent = {name.lower(): value for name, value in self.headers.items()}
            status, headers, content = answer(self.command, self.path, body, sent)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the tests say what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@contextmanager
def gateway_with(graph: SampleGraph) -> Iterator[str]:
    """A server with the graph at /graphql and its pictures; its origin."""

    def answer(method: str, path: str, body: bytes, _: Mapping[str, str]) -> Reply:
        if method == "POST":
            asked = json.loads(body)
            said = json.dumps(graph.answer(asked["operationName"], asked["variables"])).encode()
            return 200, {"content-type": "application/graphql-response+json"}, said
        image = path.removeprefix("/").removesuffix(".svg")
        if image not in by("image.list", "imageId"):
            return 404, {}, b""
        return 200, {"content-type": "image/svg+xml"}, drawn(image).encode()

    with serving(answer) as origin:
        graph.images = origin
        yield origin


@contextmanager
def site_with(handler: Callable[[dict[str, Any], Any], dict[str, Any]], context: Any) -> Iterator[str]:
    """The pages' Lambda handler behind a server that speaks as API Gateway does; its URL."""
    one_at_a_time = Lock()  # as in an execution environment

    def answer(_: str, path: str, __: bytes, headers: Mapping[str, str]) -> Reply:
        with one_at_a_time:
            reply = handler(an_event(path.partition("?")[0], **headers), context)
        merged = {name: ", ".join(values) for name, values in reply.get("multiValueHeaders", {}).items()}
        return reply["statusCode"], merged | reply.get("headers", {}), reply["body"].encode()

    with serving(answer) as url:
        yield url
