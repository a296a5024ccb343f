"""AWS Signature Version 4, for requests whose headers and body are at hand.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import gmtime, strftime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and the session token that temporary ones come with."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class Signer:
    """Signs requests to one service in one Region.  The key of a day is derived once."""

    def __init__(self, credentials: Credentials, region: str, service: str) -> None:
        self._credentials = credentials
        self._region, self._service = region, service
        self._day, self._key, self._scope = "", b"", ""

    def sign(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> dict[str, str]:
        """The headers to add: date, token and authorization.

        ``path`` and ``query`` are as they are sent (encoded, without dot segments, the query sorted); the names of
        ``headers`` are in lower case, all of them are signed, ``host`` must be one.  ``now`` is in seconds since 1970.
        """
        stamp = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        added = {"x-amz-date": stamp}
        if self._credentials.token is not None:
            added["x-amz-security-token"] = self._credentials.token
        signed = sorted({**headers, **added}.items())
        names = ";".join(name for name, _ in signed)
        lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in signed)
        request = f"{method}\n{quote(path, '/~')}\n{query}\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        self._turn(stamp[:8])
        text = f"{ALGORITHM}\n{stamp}\n{self._scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key, text.encode(), "sha256").hex()
        who = f"{self._credentials.access_key}/{self._scope}"
        added["authorization"] = f"{ALGORITHM} Credential={who}, SignedHeaders={names}, Signature={signature}"
        return added

    def _turn(self, day: str) -> None:
        if day != self._day:
            self._day = day
            self._key = signing_key(self._credentials.secret_key, day, self._region, self._service)
            self._scope = f"{day}/{self._region}/{self._service}/aws4_request"


def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """The key of one day (``20150830``), Region and service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
