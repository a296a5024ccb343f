"""Signatures: the values that AWS publishes."""

from datetime import UTC, datetime

import pytest
from milkrun_graph.executor.sigv4 import Credentials, Signer, signing_key

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
EXAMPLE = Credentials("AKIDEXAMPLE", SECRET)
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()


def signature(signed: dict[str, str]) -> str:
    return signed["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("20120215", "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"),
        ("20150830", "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"),
    ],
)
def test_a_signing_key_is_the_one_in_the_documentation(day: str, key: str) -> None:
    assert signing_key(SECRET, day, "us-east-1", "iam").hex() == key


@pytest.mark.parametrize(
    ("method", "query", "expected"),
    [
        ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "Param1=value1&Param2=value2", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
)
def test_a_signature_is_the_one_in_the_published_test_suite(method: str, query: str, expected: str) -> None:
    signer = Signer(EXAMPLE, "us-east-1", "service")
    signed = signer.sign(method, "/", query, {"host": "example.amazonaws.com"}, b"", now=NOON)
    assert signature(signed) == expected
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    assert f"Credential={scope}, SignedHeaders=host;x-amz-date, " in signed["authorization"]


def test_a_key_is_derived_again_on_the_next_day() -> None:
    signer = Signer(EXAMPLE, "us-east-1", "service")
    host = {"host": "example.amazonaws.com"}
    first = signer.sign("GET", "/", "", host, b"", now=NOON)
    assert signer.sign("GET", "/", "", host, b"", now=NOON + 86_400) != first
    assert signer.sign("GET", "/", "", host, b"", now=NOON) == first


def test_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(EXAMPLE)
