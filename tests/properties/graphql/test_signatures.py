"""A signature is the same as the SDK's, whatever is signed."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given, settings
from hypothesis import strategies as st
from milkrun_graph.executor.sigv4 import Credentials, Signer

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()


def of_the_sdk(url: str, headers: dict[str, str], body: bytes, token: str | None) -> str:
    request = AWSRequest("POST", url, headers, body)
    auth.SigV4Auth(SdkCredentials("AKIDEXAMPLE", SECRET, token), "lambda", "eu-west-1").add_auth(request)
    authorization: str = request.headers["Authorization"]
    return authorization


NAMES = st.text(st.sampled_from("abcXYZ019:-_. é"), min_size=1, max_size=20).filter(lambda name: name.strip("."))
VALUES = st.text(st.sampled_from("ab 1,;=é\t"), max_size=20)


@settings(deadline=None)
@given(
    name=NAMES,
    query=st.dictionaries(st.sampled_from("abc"), st.text(st.sampled_from("a b/&=~é"), max_size=5), max_size=3),
    more=st.dictionaries(st.sampled_from(["x-a", "x-b", "content-type"]), VALUES, max_size=3),
    body=st.binary(max_size=50),
    turn=st.tuples(st.none() | st.just("a+token/=="), st.integers(0, 3)),
)
def test_a_signature_is_the_same_as_the_sdks(
    name: str, query: dict[str, str], more: dict[str, str], body: bytes, turn: tuple[str | None, int]
) -> None:
    token, day = turn
    path = f"/functions/{quote(name, safe='')}/invocations"
    sorted_query = urlencode(sorted(query.items()), quote_via=quote, safe="~")
    now = NOON + day * 43_200
    signer = Signer(Credentials("AKIDEXAMPLE", SECRET, token), "eu-west-1", "lambda")
    signed = signer.sign("POST", path, sorted_query, {"host": "example.com", **more}, body, now=now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "get_current_datetime", lambda: datetime.fromtimestamp(now, UTC))
        expected = of_the_sdk(f"https://example.com{path}?{sorted_query}", more, body, token)
    assert signed["authorization"] == expected
