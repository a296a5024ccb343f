"""How the fields of schema.graphql get their values; the context is the port Titles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milkrun_graph.subgraph import References, Resolvers, batched

from titles.domain.model import Credit, Title, check_number, first_credits
from titles.ports import Titles

SCHEMA = Path(__file__).parents[1] / "schema.graphql"


def title(_: None, titles: Titles, id: str) -> Title | None:
    return titles.find([id]).get(id)


def titles_of_ids(_: None, titles: Titles, ids: Sequence[str]) -> list[Title | None]:
    check_number(ids)
    found = titles.find(ids)
    return [found.get(one) for one in ids]


def titles_of(representations: Sequence[Mapping[str, Any]], titles: Titles) -> list[Title | None]:
    """The titles that the gateway has keys of, in one read."""
    ids = [str(one["id"]) for one in representations]
    found = titles.find(ids)
    return [found.get(one) for one in ids]


@batched
def cast(asked: Sequence[Title], titles: Titles, first: int) -> list[list[Credit]]:
    """The casts of all titles, in one read."""
    found = titles.credits({one.id for one in asked})
    return [first_credits(found.get(one.id, ()), first) for one in asked]


def name(credit: Credit, _: Titles) -> dict[str, str]:
    return {"id": credit.name_id}


RESOLVERS: Resolvers = {
    "Query": {"title": title, "titles": titles_of_ids},
    "Title": {"cast": cast},
    "Credit": {"name": name},
}
REFERENCES: References = {"Title": titles_of}
