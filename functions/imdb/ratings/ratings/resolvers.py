"""How the fields of schema.graphql get their values; the context is Ports."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milkrun_graph.subgraph import References, Resolvers

from ratings.domain.model import Rating, check_first
from ratings.ports import Ports

SCHEMA = Path(__file__).parents[1] / "schema.graphql"


def top_rated(_: None, ports: Ports, first: int) -> list[dict[str, Any]]:
    check_first(first)
    return [rated(rating.title_id, rating) for rating in ports.ratings.top(first)]


def titles_of(representations: Sequence[Mapping[str, Any]], ports: Ports) -> list[dict[str, Any]]:
    """Titles that the gateway has keys of, with their ratings in one read; others know whether they exist."""
    ids = [str(one["id"]) for one in representations]
    found = ports.ratings.find(ids)
    return [rated(one, found.get(one)) for one in ids]


def rated(title: str, rating: Rating | None) -> dict[str, Any]:
    return {"id": title, "rating": rating}


def weighted(rating: Rating, ports: Ports) -> float:
    return ports.prior.weighted(rating)


RESOLVERS: Resolvers = {"Query": {"topRated": top_rated}, "Rating": {"weighted": weighted}}
REFERENCES: References = {"Title": titles_of}
