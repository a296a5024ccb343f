"""How the fields of schema.graphql get their values; the context is the port People."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milkrun_graph.subgraph import References, Resolvers

from people.domain.model import Person, check_number
from people.ports import People

SCHEMA = Path(__file__).parents[1] / "schema.graphql"


def name(_: None, people: People, id: str) -> Person | None:
    return people.find([id]).get(id)


def names(_: None, people: People, ids: Sequence[str]) -> list[Person | None]:
    check_number(ids)
    found = people.find(ids)
    return [found.get(one) for one in ids]


def known_for(person: Person, _: People, first: int) -> list[dict[str, str]]:
    return [{"id": title} for title in person.best_known(first)]


def people_of(representations: Sequence[Mapping[str, Any]], people: People) -> list[Person | None]:
    """The people that the gateway has keys of, in one read."""
    ids = [str(one["id"]) for one in representations]
    found = people.find(ids)
    return [found.get(one) for one in ids]


RESOLVERS: Resolvers = {"Query": {"name": name, "names": names}, "Name": {"knownFor": known_for}}
REFERENCES: References = {"Name": people_of}
