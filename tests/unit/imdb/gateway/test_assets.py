"""The layer's files come from the registry that this machine knows, and only if they are the pinned ones."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from layers.graphiql import fetch_assets
from layers.graphiql.fetch_assets import PUBLIC_REGISTRY, CannotFetch, fill, registry_url

REGISTRY = "https://user:secret@registry.example"


def archive(**files: bytes) -> bytes:
    """A package with a licence and these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in {"LICENSE": b"You may.", **files}.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


CONTENT = archive(**{"a.min.js": b"alert()"})
PACKAGE = {
    "name": "a",
    "version": "1.0.0",
    "license": "MIT",
    "integrity": "sha512-" + base64.b64encode(hashlib.sha512(CONTENT).digest()).decode(),
    "files": {"a.min.js": "a.js"},
}
LOCK = {"packages": [PACKAGE]}


class Registry:
    """Answers with one content, and remembers what was asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[str] = []

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        return self.content


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    found = Registry(CONTENT)
    monkeypatch.setattr(fetch_assets, "fetch", found)
    return found


def test_files_are_compressed_and_notices_kept(registry: Registry, tmp_path: Path) -> None:
    fill(tmp_path / "layer", tmp_path / "cache", REGISTRY, LOCK)
    assert gzip.decompress((tmp_path / "layer/a.js.gz").read_bytes()) == b"alert()"
    assert "a 1.0.0 (MIT)\n\nYou may." in (tmp_path / "layer/NOTICES.txt").read_text()
    assert registry.asked == [f"{REGISTRY}/a/-/a-1.0.0.tgz"]


def test_two_builds_give_the_same_bytes_and_fetch_once(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fill(tmp_path / name, tmp_path / "cache", REGISTRY, LOCK)
    one, two = ((tmp_path / name / "a.js.gz").read_bytes() for name in ("one", "two"))
    assert (one == two, len(registry.asked)) == (True, 1)


def test_a_package_that_is_not_the_pinned_one_is_not_used(registry: Registry, tmp_path: Path) -> None:
    registry.content = archive(**{"a.min.js": b"steal()"})
    with pytest.raises(CannotFetch, match=r"from https://registry\.example has sha512-") as refused:
        fill(tmp_path / "layer", tmp_path / "cache", REGISTRY, LOCK)
    assert "secret" not in str(refused.value)
    assert not list((tmp_path / "cache").glob("*"))


def test_a_cache_that_was_damaged_is_fetched_again(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/a-1.0.0.tgz").write_bytes(b"half")
    fill(tmp_path / "layer", tmp_path / "cache", REGISTRY, LOCK)
    assert len(registry.asked) == 1


def test_a_file_that_the_package_lacks_is_named(registry: Registry, tmp_path: Path) -> None:
    assert registry.asked == []
    missing: dict[str, Any] = {"packages": [{**PACKAGE, "files": {"b.js": "b.js"}}]}
    with pytest.raises(CannotFetch, match=r"package/b\.js"):
        fill(tmp_path / "layer", tmp_path / "cache", REGISTRY, missing)


@pytest.mark.parametrize(
    ("environment", "npmrc", "expected"),
    [
        ({"npm_config_registry": "https://a/"}, "registry=https://b", "https://a"),
        ({"NPM_CONFIG_REGISTRY": "https://a"}, None, "https://a"),
        ({}, "fund=false\nregistry = 'https://b/npm/'\n", "https://b/npm"),
        ({}, "@scope:registry=https://c\n", PUBLIC_REGISTRY),
        ({}, None, PUBLIC_REGISTRY),
    ],
)
def test_the_registry_is_the_one_that_this_machine_is_set_up_for(
    environment: dict[str, str], npmrc: str | None, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / ".npmrc"
    if npmrc is not None:
        path.write_text(npmrc)
    assert registry_url(environment, path) == expected


def test_without_a_network_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("urllib.request.urlopen", away)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(CannotFetch, match=r"cannot fetch https://registry\.example/a.*set npm_config_registry"):
        fill(tmp_path / "layer", tmp_path / "cache", REGISTRY, LOCK)


def test_every_locked_package_is_pinned_and_has_a_licence() -> None:
    lock = json.loads(fetch_assets.LOCK.read_text(encoding="utf-8"))
    for package in lock["packages"]:
        assert package["integrity"].startswith("sha512-")
        assert package["license"]
        assert package["files"]
