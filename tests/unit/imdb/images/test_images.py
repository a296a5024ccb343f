"""The graphlet of images and the drawings: pictures that can be read by everybody, before each origin."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from images import api, graphlet, importer, smoke
from images.domain.drawing import LETTERS_PER_LINE, MOST_LINES, PALETTES, draw, words_of
from images.domain.model import Image
from images.monolith import Monolith
from images.ports import Ports
from images.settings import Origin, SmokeSettings
from images.store import ImageStore
from milkrun_core.errors import InvalidRequest, Unavailable
from milkrun_core.rest import Rest

from tests.support.graphlets import CountedTable, Functions, a_table, event

URL = "https://images.example"
POSTER = Image("im9000001", "tt9000001", 600, 900, "Poster of Tom & Jerry <3 (1940)")
SVG = "{http://www.w3.org/2000/svg}"
call = Functions({"graphlet": graphlet.handler, "import": importer.handler, "api": api.handler})


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedTable]:
    with a_table("images") as made:
        counted = CountedTable(made)
        store = ImageStore(counted)  # type: ignore[arg-type]
        monkeypatch.setattr(importer, "live_store", lambda: store)
        from_(monkeypatch, store)
        yield counted


def from_(monkeypatch: pytest.MonkeyPatch, images: Any) -> None:
    for entry_point in (graphlet, api):
        monkeypatch.setattr(entry_point, "live_ports", lambda: Ports(images, URL))


def get(owner: str, file: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    asked = event("images", "http-poster") | {"path": f"/{owner}/{file}", "headers": headers}
    reply = call("api", asked | {"multiValueHeaders": {name: [value] for name, value in headers.items()}})
    return reply["statusCode"], reply["body"], {name: values[0] for name, values in reply["multiValueHeaders"].items()}


@pytest.mark.usefixtures("table")
def test_an_image_is_answered_as_imported_and_leads_to_its_drawing() -> None:
    call("import", event("images", "import-image-list"))
    caption = "Poster of Enter the Dragon (1973)"
    image = {"url": f"{URL}/tt9000001/im9000001.svg", "width": 600, "height": 900, "caption": caption}
    assert call("graphlet", event("images", "graphql-image")) == {"data": {"image": image}}
    entities = call("graphlet", event("images", "graphql-entities"))["data"]["_entities"]
    assert entities == [{"primaryImage": image}, {"primaryImage": None}]
    status, body, headers = get("tt9000001", "im9000001.svg")
    assert (status, "Enter the" in body) == (200, True)
    assert headers["Content-Type"].startswith("image/svg+xml")
    assert "max-age" in headers["Cache-Control"]


@pytest.mark.usefixtures("table")
def test_an_image_that_lies_elsewhere_keeps_its_address_and_belongs_to_all_its_owners() -> None:
    row = event("images", "import-image-list")["rows"][0] | {"url": "https://x.example/1.jpg", "names": ["nm0000329"]}
    for _ in range(2):
        call("import", {"file": "image.list", "rows": [row]})
    keys = [{"__typename": "Title", "id": "tt9000001"}, {"__typename": "Name", "id": "nm0000329"}]
    query = """query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Title { images { url } } ... on Name { images { url } } } }"""
    entities = call("graphlet", {"graphql": {"query": query, "variables": {"r": keys}}})["data"]["_entities"]
    assert entities == [{"images": [{"url": "https://x.example/1.jpg"}]}] * 2


def test_two_hundred_owners_are_one_read(table: CountedTable) -> None:
    asked = event("images", "graphql-entities")
    asked["graphql"]["variables"]["r"] = [{"__typename": "Title", "id": f"tt{9000001 + n}"} for n in range(200)]
    assert len(call("graphlet", asked)["data"]["_entities"]) == 200
    assert table.reads == [200]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("wrong", [{"imageId": "a/b"}, {"width": "0"}, {"height": None}])
def test_a_row_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    rows = [event("images", "import-image-list")["rows"][0] | wrong]
    with pytest.raises(InvalidRequest, match=r"rows\[0\]"):
        call("import", {"file": "image.list", "rows": rows})


@pytest.mark.usefixtures("table")
def test_a_drawing_that_the_caller_has_is_not_sent_again() -> None:
    call("import", event("images", "import-image-list"))
    tag = get("tt9000001", "im9000001.svg")[2]["ETag"]
    status, body, headers = get("tt9000001", "im9000001.svg", **{"If-None-Match": tag})
    assert (status, body, headers["ETag"]) == (304, "", tag)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("file", ["im9000009.svg", "im9000001", "im9000001.png"])
def test_a_drawing_that_there_is_not_is_not_found(file: str) -> None:
    call("import", event("images", "import-image-list"))
    status, body, _ = get("tt9000001", file)
    assert (status, json.loads(body)["code"]) == (404, "NoSuchImage")


images = st.builds(
    Image,
    st.text(min_size=1),
    st.sampled_from(["tt9000001", "nm9000001"]),
    st.integers(1, 10_000),
    st.integers(1, 10_000),
    st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)


@given(image=images.filter(lambda image: image.id.isprintable()))
def test_a_drawing_is_an_xml_document_of_its_size_with_its_caption_in_words(image: Image) -> None:
    root = ElementTree.fromstring(draw(image))  # noqa: S314 - our own
    assert (root.get("width"), root.get("height")) == (str(image.width), str(image.height))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == (image.caption or image.id)
    assert draw(image) == draw(image)


def test_a_caption_is_text_whatever_is_in_it() -> None:
    root = ElementTree.fromstring(draw(POSTER))  # noqa: S314 - our own
    lines = [line.text or "" for line in root.iter(f"{SVG}tspan")]
    assert " ".join(lines) == "Tom & Jerry <3 (1940)"


def test_a_long_title_is_cut_and_fits() -> None:
    lines = words_of("Poster of " + "word " * 100)
    assert len(lines) == MOST_LINES
    assert max(map(len, lines)) <= LETTERS_PER_LINE


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette[0])
def test_white_can_be_read_on_every_background(palette: tuple[str, str, str]) -> None:
    background, shape, _ = palette
    assert contrast("#ffffff", background) >= 7
    assert contrast("#ffffff", shape) >= 7


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class OldService:
    """The older service, which has one poster."""

    def __init__(self, body: bytes | None = None) -> None:
        self.body = body

    def request(self, method: str, url: str) -> Any:  # noqa: ARG002 - the protocol
        one = {"id": "im9", "owner": "tt9000001", "width": 6, "height": 9, "caption": "c", "href": "/x"}
        found = {"images": [one] if "tt9000001" in url else []}
        return type(
            "Reply", (), {"status": 200, "data": json.dumps(found).encode() if self.body is None else self.body}
        )


def test_images_of_the_older_service_are_drawn_here_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from_(monkeypatch, Monolith(Rest("http://old.example", OldService())))
    first, second = call("graphlet", event("images", "graphql-entities"))["data"]["_entities"]
    assert first["primaryImage"]["url"] == f"{URL}/tt9000001/im9.svg"
    assert second == {"primaryImage": None}
    assert get("tt9000001", "im9.svg")[0] == 200


def test_an_older_service_that_makes_no_sense_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense = Monolith(Rest("http://old.example", OldService(b'{"images": 1}')))
    with pytest.raises(Unavailable):
        nonsense.find(["tt1"])
    from_(monkeypatch, nonsense)
    assert get("tt9000001", "im9.svg")[0] == 503


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("origin", list(Origin))
def test_the_smoke_test_needs_nothing_loaded_whatever_the_origin(
    monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    if origin is Origin.MONOLITH:
        from_(monkeypatch, Monolith(Rest("http://old.example", OldService())))
    settings = SmokeSettings(
        cell="c", release="r", graphlet_function="graphlet", import_function="import", images_url=URL, origin=origin
    )

    def fetch(url: str) -> tuple[int, str]:
        owner, file = url.removeprefix(f"{URL}/").split("/")
        return get(owner, file)[:2]

    assert smoke.run(call, fetch, settings)["ok"] is True
