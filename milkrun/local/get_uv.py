"""Put the pinned uv at .milkrun/bin/uv, with nothing but a bare Python 3.9 or newer.

Debian's python3 has neither pip nor ensurepip, and every environment of milkrun is made by uv, so this one file
begins everything: ``python3 -I milkrun/local/get_uv.py``.  It takes the wheel from the package index
(UV_DEFAULT_INDEX or PIP_INDEX_URL where one is set), compares its SHA-256 with the one below, and unpacks the binary.
Standard library only, and no newer syntax than 3.9 reads.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "0.13.9"
# Platform, as the standard library names it → wheel and its SHA-256 in the index.  A new version means both lines anew.
WHEELS = {
    "Linux x86_64": (
        f"uv-{VERSION}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    "Linux aarch64": (
        f"uv-{VERSION}-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
}
PUBLIC_INDEX = "https://pypi.org/simple"
INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
SIMPLE_API = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
TIMEOUT_SECONDS = 60
TRIES = 3


class CannotGetUv(Exception):
    """One sentence for the person at the terminal: what is wrong, and the mend."""


def main() -> int:
    """Print the path of uv, fetching it first where it is missing or of another version."""
    target = Path(__file__).resolve().parents[2] / ".milkrun" / "bin" / "uv"
    try:
        if version_of(target) != VERSION:
            install(target)
    except CannotGetUv as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{target}\n")
    return 0


def version_of(uv: Path) -> str | None:
    """What the binary itself says, so that a half-written or foreign one counts as missing."""
    try:
        said = subprocess.run(  # noqa: S603 — the path is ours
            [str(uv), "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    words = said.split()
    return words[1] if len(words) > 1 else None


def install(target: Path) -> None:
    """Fetch, verify, unpack; the file appears under its name only when it is whole and has run once."""
    wheel, sha256 = wheel_for(f"{platform.system()} {platform.machine()}")
    index = index_url(dict(os.environ))
    sys.stderr.write(f"fetching uv {VERSION}\n")
    content = fetch_verified(index, wheel, sha256)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        binary = archive.read(f"uv-{VERSION}.data/scripts/uv")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".uv-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(binary)
        Path(unfinished).chmod(0o755)
        if version_of(Path(unfinished)) != VERSION:
            raise CannotGetUv(
                f"uv {VERSION} does not start on this machine; milkrun needs Linux with glibc 2.17 or newer."
            )
        Path(unfinished).replace(target)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def wheel_for(here: str) -> tuple[str, str]:
    """Name and SHA-256 of the wheel for one platform."""
    if here not in WHEELS:
        known = " and ".join(WHEELS)
        raise CannotGetUv(f"no uv is pinned for {here}, only for {known}; add its wheel to {Path(__file__).name}.")
    return WHEELS[here]


def index_url(environment: dict[str, str]) -> str:
    """The package index that this machine is set up for, or the public one."""
    for variable in INDEX_VARIABLES:
        if environment.get(variable):
            return environment[variable].rstrip("/")
    return PUBLIC_INDEX


def fetch_verified(index: str, wheel: str, sha256: str) -> bytes:
    """Bytes of the wheel, which are the pinned ones or nothing."""
    page = f"{index}/uv/"
    body = fetch(page)
    address = find_link(body.decode(errors="replace"), wheel, page)
    if address is None:
        raise CannotGetUv(
            f"the package index {shown(index)} does not list {wheel}; "
            f"set UV_DEFAULT_INDEX to an index that has uv {VERSION}."
        )
    content = fetch(address)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CannotGetUv(
            f"{wheel} from {shown(index)} has SHA-256 {found} where {sha256} is pinned, so it is not used; "
            "try again, or set UV_DEFAULT_INDEX to an index that you trust."
        )
    return content


def find_link(page: str, wheel: str, base: str) -> str | None:
    """Address of the wheel in a page of the simple API, in its JSON form (PEP 691) or its HTML form (PEP 503)."""
    if page.lstrip().startswith("{"):
        links = [file["url"] for file in json.loads(page)["files"]]
    else:
        links = [html.unescape(link) for link in re.findall(r"""href\s*=\s*["']([^"']+)""", page)]
    for link in links:
        address = urllib.parse.urljoin(base, link)
        if urllib.parse.unquote(urllib.parse.urlsplit(address).path).rpartition("/")[2] == wheel:
            return keep_credentials(address, base)
    return None


def keep_credentials(address: str, base: str) -> str:
    """An index with a user name in its URL wants it for its files too, and no other host gets to see it."""
    wanted, here = urllib.parse.urlsplit(address), urllib.parse.urlsplit(base)
    if wanted.hostname != here.hostname or "@" in wanted.netloc or "@" not in here.netloc:
        return address
    user = here.netloc.rpartition("@")[0]
    return wanted._replace(netloc=f"{user}@{wanted.netloc}").geturl()


def fetch(address: str) -> bytes:
    """Body of one GET; a network that stutters is asked again, one that is not there is named."""
    for tried in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request_for(address), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 — an index may be a folder
                body: bytes = answer.read()
                return body
        except (OSError, urllib.error.URLError) as error:
            if tried == TRIES or (isinstance(error, urllib.error.HTTPError) and error.code < 500):  # noqa: PLR2004
                raise CannotGetUv(
                    f"cannot fetch {shown(address)} ({error}); check the network, the proxy (HTTPS_PROXY) and the "
                    "certificates (SSL_CERT_FILE), or set UV_DEFAULT_INDEX to an index that this machine reaches."
                ) from error
            time.sleep(tried)
    raise AssertionError("unreachable: the last try returns or raises")


def request_for(address: str) -> urllib.request.Request:
    """A request with the credentials of the URL moved to where urllib looks for them."""
    parts = urllib.parse.urlsplit(address)
    user, _, host = parts.netloc.rpartition("@")
    headers = {"Accept": SIMPLE_API, "User-Agent": f"milkrun-get-uv/{VERSION}"}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(urllib.parse.unquote(user).encode()).decode()
    return urllib.request.Request(parts._replace(netloc=host).geturl(), headers=headers)  # noqa: S310


def shown(address: str) -> str:
    """The address without user name and password: it goes to a terminal and to the logs of a build."""
    parts = urllib.parse.urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


if __name__ == "__main__":
    sys.exit(main())
