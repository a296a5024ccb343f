"""How the fields of schema.graphql get their values; the context is the port Awards.

A title or a person is no more than an id here, so an entity is its representation.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from milkrun_graph.subgraph import Resolvers, batched

from awards.domain.model import Award, latest_first
from awards.ports import Awards

SCHEMA = Path(__file__).parents[1] / "schema.graphql"

type Owner = Mapping[str, str]


def awards_of_one(_: None, awards: Awards, owner: str) -> list[Award]:
    return latest_first(awards.find([owner]).get(owner, ()))


@batched
def awards_of(owners: Sequence[Owner], awards: Awards) -> list[list[Award]]:
    """The awards of all owners, in one read."""
    found = awards.find({str(owner["id"]) for owner in owners})
    return [latest_first(found.get(str(owner["id"]), ())) for owner in owners]


def titles(award: Award, _: Awards) -> list[Owner]:
    return [{"id": one} for one in award.titles]


def names(award: Award, _: Awards) -> list[Owner]:
    return [{"id": one} for one in award.names]


RESOLVERS: Resolvers = {
    "Query": {"awards": awards_of_one},
    "Title": {"awards": awards_of},
    "Name": {"awards": awards_of},
    "Award": {"titles": titles, "names": names},
}
