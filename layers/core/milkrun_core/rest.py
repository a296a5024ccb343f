"""A client for an older HTTP service: short timeouts, one retry of what never got an answer, JSON back."""

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3

from milkrun_core.errors import Unavailable

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0


class Pool(Protocol):
    """The part of urllib3's pool that is used."""

    def request(self, method: str, url: str) -> urllib3.BaseHTTPResponse:
        """One request."""


def pool() -> Pool:
    """Connections that are kept between calls."""
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=urllib3.Retry(connect=1, read=1, redirect=0, status=0, other=0),
    )


class Rest:
    """One service, by its address."""

    def __init__(self, url: str, connections: Pool | None = None) -> None:
        self._url = url.rstrip("/")
        self._pool = connections or pool()

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON of a GET.  Raises Unavailable for anything but a 200."""
        url = f"{self._url}{path}?{urlencode(query, safe=',')}"
        try:
            reply = self._pool.request("GET", url)
            if reply.status == 200:  # noqa: PLR2004 - HTTP's own number
                return json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise Unavailable(f"{self._url}{path} did not answer: {error}", service=self._url) from error
        raise Unavailable(f"{self._url}{path} answered {reply.status}", service=self._url, answered=reply.status)
