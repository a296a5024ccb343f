"""uv comes from an index, verified, or not at all, with one sentence that says why."""

import hashlib
import io
import json
import platform
import zipfile
from pathlib import Path

import pytest

from milkrun.local import get_uv

WHEEL = "uv-1.0-py3-none-toy.whl"
INDEX = "https://user:secret@index.example/simple"
SCRIPT = f"#!/bin/sh\necho uv {get_uv.VERSION}\n"


def wheel(script: str = SCRIPT) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"uv-{get_uv.VERSION}.data/scripts/uv", script)
    return content.getvalue()


class Index:
    """An index with one wheel, listed in JSON or HTML; remembers what it was asked for."""

    def __init__(self, content: bytes, page: str) -> None:
        self.content, self.page, self.asked = content, page, list[str]()

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        return self.page.encode() if address.endswith("/uv/") else self.content


def json_page(link: str) -> str:
    return json.dumps({"files": [{"url": "../other.whl"}, {"url": link}]})


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's platform has the toy wheel pinned, and the index is ours."""
    here = f"{platform.system()} {platform.machine()}"
    monkeypatch.setattr(get_uv, "WHEELS", {here: (WHEEL, hashlib.sha256(wheel()).hexdigest())})
    monkeypatch.setenv("UV_DEFAULT_INDEX", INDEX)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(json_page(f"https://index.example/files/{WHEEL}"), id="json"),
        pytest.param(f'<a href="../../files/{WHEEL}#sha256=0">{WHEEL}</a>', id="html"),
    ],
)
@pytest.mark.usefixtures("pinned")
def test_puts_the_pinned_binary_in_place(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(wheel(), page)
    monkeypatch.setattr(get_uv, "fetch", index)

    get_uv.install(tmp_path / "bin/uv")

    assert get_uv.version_of(tmp_path / "bin/uv") == get_uv.VERSION
    assert [file.name for file in (tmp_path / "bin").iterdir()] == ["uv"]
    assert index.asked[1].startswith("https://user:secret@index.example/")


@pytest.mark.usefixtures("pinned")
def test_a_wheel_of_another_hash_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_uv, "fetch", Index(wheel("#!/bin/sh\necho evil\n"), json_page(WHEEL)))

    with pytest.raises(get_uv.CannotGetUv, match="is pinned, so it is not used") as caught:
        get_uv.install(tmp_path / "bin/uv")

    assert "secret" not in str(caught.value)
    assert not (tmp_path / "bin/uv").exists()


@pytest.mark.usefixtures("pinned")
def test_an_index_without_the_wheel_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_uv, "fetch", Index(b"", json_page("uv-0.1.whl")))

    with pytest.raises(get_uv.CannotGetUv, match=r"https://index\.example/simple does not list"):
        get_uv.install(tmp_path / "bin/uv")


def test_a_platform_without_a_pin_is_named() -> None:
    with pytest.raises(get_uv.CannotGetUv, match="no uv is pinned for Plan9 mips"):
        get_uv.wheel_for("Plan9 mips")


def test_credentials_of_the_index_stay_with_its_host() -> None:
    assert get_uv.keep_credentials("https://cdn.example/x.whl", INDEX) == "https://cdn.example/x.whl"


def test_the_users_index_comes_before_the_public_one() -> None:
    assert get_uv.index_url({"PIP_INDEX_URL": "https://mine.example/simple/"}) == "https://mine.example/simple"
    assert get_uv.index_url({}) == get_uv.PUBLIC_INDEX
