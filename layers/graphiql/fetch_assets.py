"""Puts the files of GraphiQL that a browser loads into the layer, each compressed, with the notices of their licences.

Packages come from the npm registry that this machine is set up for (npm_config_registry, NPM_CONFIG_REGISTRY, the line
``registry=`` of ~/.npmrc) or the public one, once: what was fetched is kept in the cache.  Nothing is used whose
SHA-512 is not the one in assets.json.  Standard library only.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path(__file__).with_name("assets.json")
PUBLIC_REGISTRY = "https://registry.npmjs.org"
VARIABLES = ("npm_config_registry", "NPM_CONFIG_REGISTRY")
LICENSE = "package/LICENSE"
TIMEOUT_SECONDS = 60
TRIES = 3
SERVER_FAULT = 500


class CannotFetch(Exception):
    """One sentence for the person at the terminal: what is wrong, and the mend."""


def main(argv: list[str]) -> int:
    """Fill the folder; 1 and one line on stderr when that cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="where fetched packages are kept")
    parser.add_argument("--into", type=Path, required=True, help="where the files go")
    arguments = parser.parse_args(argv)
    registry = registry_url(os.environ, Path.home() / ".npmrc")
    try:
        fill(arguments.into, arguments.cache, registry, json.loads(LOCK.read_text(encoding="utf-8")))
    except CannotFetch as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def fill(folder: Path, cache: Path, registry: str, lock: Mapping[str, Any]) -> None:
    """Write every file of every locked package, compressed, and NOTICES.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    notices = []
    for package in lock["packages"]:
        with tarfile.open(fileobj=io.BytesIO(cached(package, cache, registry))) as archive:
            for source, name in package["files"].items():
                (folder / f"{name}.gz").write_bytes(gzip.compress(member(archive, f"package/{source}"), mtime=0))
            text = member(archive, LICENSE).decode()
        notices.append(f"{package['name']} {package['version']} ({package['license']})\n\n{text}")
    (folder / "NOTICES.txt").write_text("\n\n---\n\n".join(notices), encoding="utf-8")


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of a package."""
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise CannotFetch(f"the package has no {name}; mend `files` in {LOCK.name}.")
    return found.read()


def cached(package: Mapping[str, Any], cache: Path, registry: str) -> bytes:
    """The package's archive, which is the pinned one or nothing; fetched where the cache does not hold it."""
    name, version = package["name"], package["version"]
    kept = cache / f"{name.replace('/', '-')}-{version}.tgz"
    if kept.is_file() and integrity(kept.read_bytes()) == package["integrity"]:
        return kept.read_bytes()
    sys.stderr.write(f"fetching {name} {version}\n")
    content = fetch(f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz")
    if integrity(content) != package["integrity"]:
        raise CannotFetch(
            f"{name} {version} from {shown(registry)} has {integrity(content)} where {package['integrity']} is pinned, "
            "so it is not used; try again, or set npm_config_registry to a registry that you trust."
        )
    keep(kept, content)
    return content


def keep(path: Path, content: bytes) -> None:
    """Write a file that appears under its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".fetch-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(unfinished).replace(path)


def integrity(content: bytes) -> str:
    """As lock files of npm write it (Subresource Integrity)."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def registry_url(environment: Mapping[str, str], npmrc: Path) -> str:
    """The registry that this machine is set up for, or the public one."""
    for variable in VARIABLES:
        if environment.get(variable):
            return environment[variable].rstrip("/")
    for line in npmrc.read_text(encoding="utf-8").splitlines() if npmrc.is_file() else []:
        key, _, value = line.partition("=")
        if key.strip() == "registry" and value.strip():
            return value.strip().strip("\"'").rstrip("/")
    return PUBLIC_REGISTRY


def fetch(address: str) -> bytes:
    """Body of one GET; a network that stutters is asked again, one that is not there is named."""
    for tried in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request_for(address), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - a registry may be anywhere
                body: bytes = answer.read()
                return body
        except OSError as error:
            final = isinstance(error, urllib.error.HTTPError) and error.code < SERVER_FAULT
            if final or tried == TRIES:
                raise CannotFetch(
                    f"cannot fetch {shown(address)} ({error}); check the network and the proxy (HTTPS_PROXY), or set "
                    "npm_config_registry to a registry that this machine reaches."
                ) from error
            time.sleep(tried)
    raise AssertionError("unreachable: the last try returns or raises")


def request_for(address: str) -> urllib.request.Request:
    """A request with the credentials of the URL moved to where urllib looks for them."""
    parts = urllib.parse.urlsplit(address)
    user, _, host = parts.netloc.rpartition("@")
    headers = {"User-Agent": "milkrun-fetch-assets/1"}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(urllib.parse.unquote(user).encode()).decode()
    return urllib.request.Request(parts._replace(netloc=host).geturl(), headers=headers)  # noqa: S310


def shown(address: str) -> str:
    """The address without user name and password: it goes to a terminal and to the logs of a build."""
    parts = urllib.parse.urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
