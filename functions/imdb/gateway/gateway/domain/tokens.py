"""What an access token of the user pool must say.  That it is signed by the pool was seen before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import TokenRefused

LEEWAY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks: ``scopes`` are ``<resource server>/<scope>``; ``until`` is in seconds since 1970."""

    subject: str
    client: str
    scopes: frozenset[str]
    until: float


def read_claims(claims: Mapping[str, Any], issuer: str, clients: Collection[str], now: float) -> Bearer:
    """The bearer of a token with these claims.  Raises TokenRefused with what is wrong.

    Access tokens of Cognito name their client in ``client_id`` and have no ``aud``; an ID token is for the client
    itself and opens nothing here.
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    until, since = _time(claims, "exp"), _time(claims, "nbf", 0.0)
    scope = claims.get("scope", "")
    if claims.get("iss") != issuer:
        raise TokenRefused("the token is of another issuer")
    if claims.get("token_use") != "access":
        raise TokenRefused("this is no access token")
    if now >= until + LEEWAY_SECONDS:
        raise TokenRefused("the token has expired")
    if now < since - LEEWAY_SECONDS:
        raise TokenRefused("the token is not valid yet")
    client = claims.get("client_id")
    if not isinstance(client, str) or client not in clients:
        raise TokenRefused("the token is for another client")
    if not isinstance(scope, str):
        raise TokenRefused("the token's scope is no text")
    return Bearer(str(claims.get("sub", client)), client, frozenset(scope.split()), until)


def _time(claims: Mapping[str, Any], name: str, missing: float | None = None) -> float:
    value = claims.get(name, missing)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"the token says no {name}")
    return float(value)
