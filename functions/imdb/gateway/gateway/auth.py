"""Who asks: bearer tokens of the stack's user pool.  Whoever brings none is anonymous, and costs nothing here."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from milkrun_graph.executor.messages import NOBODY, Claims

from gateway.calls import Calls
from gateway.domain.errors import RegistryUnusable, TokenRefused
from gateway.domain.tokens import Bearer, read_claims

if TYPE_CHECKING:
    import jwt.types
    from jwt import PyJWK

KEYS_SECONDS = 2.0
# A token of an unknown key makes us ask for the keys anew, but strangers must not make us ask all the time.
ASK_AGAIN_SECONDS = 30.0
MAX_TOKEN = 8192
REMEMBERED = 1000
SIGNATURE_ALONE: jwt.types.Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}

type Keys = Mapping[str, Mapping[str, Any]]


class KeysUnreachable(RegistryUnusable):
    """The user pool did not say its keys; the token may well be right."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Whose tokens count: the pool's issuer, and the clients that may ask here."""

    issuer: str
    clients: Collection[str]


class PoolKeys:
    """Asks a user pool for its keys (RFC 7517)."""

    def __init__(self, url: str, path: str) -> None:
        self._calls, self._path = Calls("the user pool", url), path

    async def __call__(self) -> Keys:
        reply = await self._calls.call("GET", self._path, KEYS_SECONDS)
        if reply.status != HTTPStatus.OK:
            raise reply.refusal("the user pool")
        return {key["kid"]: key for key in json.loads(reply.body)["keys"]}


class Tokens:
    """Turns a request's Authorization header into what it may see."""

    def __init__(self, pool: Pool, keys: Callable[[], Awaitable[Keys]], clock: Callable[[], float] = time.time) -> None:
        self._pool, self._fetch, self._clock = pool, keys, clock
        self._keys: dict[str, PyJWK] = {}
        self._asked: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._seen: OrderedDict[bytes, Bearer] = OrderedDict()

    async def claims(self, authorization: str) -> Claims:
        """The claims of whoever sends this header, empty for none.  Raises TokenRefused, KeysUnreachable."""
        if not authorization:
            return NOBODY
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenRefused("send the token as `Authorization: Bearer <token>`")
        bearer = await self._bearer(token.strip())
        return Claims(authenticated=True, scopes=bearer.scopes)

    async def _bearer(self, token: str) -> Bearer:
        if len(token) > MAX_TOKEN:
            raise TokenRefused("the token is too long")
        name = sha256(token.encode()).digest()
        known = self._seen.get(name)
        if known is None or self._clock() >= known.until:
            known = await self._verified(token)
            self._seen[name] = known
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return known

    async def _verified(self, token: str) -> Bearer:
        import jwt  # noqa: PLC0415 - it brings cryptography, which anonymous requests do not need

        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = await self._key(str(kid))
            # PyJWT judges the signature; times and names are for read_claims, in one place.
            claims = jwt.decode(token, key, algorithms=["RS256"], options=SIGNATURE_ALONE)
        except jwt.PyJWTError as error:
            raise TokenRefused(f"the token cannot be verified: {error}") from error
        return read_claims(claims, self._pool.issuer, self._pool.clients, self._clock())

    async def _key(self, kid: str) -> PyJWK:
        if kid not in self._keys and self._may_ask():
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask())
            await asyncio.shield(self._asking)
        if kid not in self._keys:
            raise TokenRefused("the token is signed with a key that the user pool does not have")
        return self._keys[kid]

    def _may_ask(self) -> bool:
        return self._asked is None or self._clock() - self._asked >= ASK_AGAIN_SECONDS

    async def _ask(self) -> None:
        from jwt import PyJWK, PyJWTError  # noqa: PLC0415 - as above

        try:
            keys = await self._fetch()
            self._keys = {kid: PyJWK(dict(key), "RS256") for kid, key in keys.items() if key.get("kty") == "RSA"}
        except (KeyError, TypeError, ValueError, PyJWTError) as error:
            raise KeysUnreachable(f"the user pool's keys cannot be read: {error!r}") from error
        else:
            self._asked = self._clock()
        finally:
            self._asking = None
