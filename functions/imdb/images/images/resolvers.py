"""How the fields of schema.graphql get their values; the context is Ports."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milkrun_graph.subgraph import References, Resolvers

from images.domain.model import Album, Image
from images.ports import Ports

SCHEMA = Path(__file__).parents[1] / "schema.graphql"


def image(_: None, ports: Ports, owner: str, id: str) -> Image | None:
    return Album.of(owner, ports.images.find([owner])).image(id)


def albums_of(representations: Sequence[Mapping[str, Any]], ports: Ports) -> list[Album]:
    """Titles or people that the gateway has keys of, with their pictures in one read."""
    owners = [str(one["id"]) for one in representations]
    found = ports.images.find(owners)
    return [Album.of(owner, found) for owner in owners]


def owner_id(album: Album, _: Ports) -> str:
    return album.owner


def images(album: Album, _: Ports, first: int) -> tuple[Image, ...]:
    return album.first(first)


def primary_image(album: Album, _: Ports) -> Image | None:
    return next(iter(album.images), None)


def url(picture: Image, ports: Ports) -> str:
    return picture.url or f"{ports.url}/{picture.owner}/{picture.id}.svg"


_OWNER: Mapping[str, Any] = {"id": owner_id, "images": images, "primaryImage": primary_image}
RESOLVERS: Resolvers = {"Query": {"image": image}, "Title": _OWNER, "Name": _OWNER, "Image": {"url": url}}
REFERENCES: References = {"Title": albums_of, "Name": albums_of}
