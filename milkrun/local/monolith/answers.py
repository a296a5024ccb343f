"""What the old service answers: a function of its data, the request's target, and what it answered before."""

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from milkrun.local.monolith.data import Catalogue, Image, Rating

MAX_IDS = 200
RESOURCES = ("/ratings", "/images")
JSON = "application/json"
PROBLEM = "application/problem+json"
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int
    content_type: str
    body: bytes


class Tally:
    """How many requests were answered, by resource: who replaces the service sees here that nobody needs it."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(RESOURCES, 0)
        self._lock = threading.Lock()

    def count(self, target: str) -> None:
        """Count an answered request, unless it was for something else than a resource."""
        resource = "/" + target.partition("?")[0].strip("/").partition("/")[0]
        if resource in self.counts:
            with self._lock:
                self.counts[resource] += 1


def answer(catalogue: Catalogue, target: str, tally: Tally) -> Answer:
    """The answer to a GET of ``target``, a path with its query.

    Ids that are not known are left out of a list; a single one is a 404.
    """
    given = _answer(catalogue, target, tally)
    if given.status == HTTPStatus.OK:
        tally.count(target)
    return given


def _answer(catalogue: Catalogue, target: str, tally: Tally) -> Answer:
    path, _, query = target.partition("?")
    path = path.rstrip("/")
    if path == "/health":
        held = {"ratings": len(catalogue.ratings), "images": len(catalogue.images)}
        return _json({"status": "ok", **held, "answered": tally.counts})
    if path in RESOURCES:
        return _list(catalogue, path, parse_qs(query, keep_blank_values=True).get("ids"))
    folder, _, name = path.rpartition("/")
    if folder == "/ratings" and name in catalogue.ratings:
        return _json(_rating(catalogue.ratings[name]))
    image = catalogue.images.get(name.removesuffix(".svg"))
    if folder == "/images" and image and name.endswith(".svg"):
        return Answer(200, SVG, _picture(image).encode())
    return problem(404, "Not found", f"there is no {path[:200] or '/'}; there are /ratings?ids=, /images?ids=, /health")


def problem(status: int, title: str, detail: str) -> Answer:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Answer(status, PROBLEM, json.dumps(body).encode())


def _list(catalogue: Catalogue, path: str, given: list[str] | None) -> Answer:
    if given is None:
        return problem(400, "Bad request", f"ids is missing: {path}?ids=tt9000001,tt9000002")
    ids = list(dict.fromkeys(one for part in given for one in part.split(",") if one))
    if len(ids) > MAX_IDS:
        return problem(400, "Bad request", f"{len(ids)} ids are asked for, {MAX_IDS} at most: ask twice")
    if path == "/ratings":
        return _json({"ratings": [_rating(catalogue.ratings[one]) for one in ids if one in catalogue.ratings]})
    return _json({"images": list(_images(catalogue, ids))})


def _rating(rating: Rating) -> dict[str, Any]:
    return {"tconst": rating.tconst, "averageRating": rating.average, "numVotes": rating.votes}


def _images(catalogue: Catalogue, ids: Iterable[str]) -> Iterable[dict[str, Any]]:
    for one in ids:
        for image in catalogue.images_of.get(one, ()):
            yield {
                "id": image.id,
                "owner": image.owner,
                "width": image.width,
                "height": image.height,
                "caption": image.caption,
                "href": f"/images/{image.id}.svg",
            }


def _picture(image: Image) -> str:
    """A plain card with the caption on it: the old service never had better."""
    caption = escape(image.caption or image.id)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{image.width}" height="{image.height}" role="img">'
        f'<title>{caption}</title><rect width="100%" height="100%" fill="#39424e"/>'
        f'<text x="50%" y="50%" fill="#fff" font-family="sans-serif" font-size="{image.width // 24}" '
        f'text-anchor="middle">{caption}</text></svg>'
    )


def _json(body: object) -> Answer:
    return Answer(200, JSON, json.dumps(body).encode())
