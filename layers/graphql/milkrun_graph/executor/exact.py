"""JSON with long integers: up to 308 digits, which is where orjson refuses them.

orjson reads an integer of more than 64 bits as a float, and so loses digits.  Only values of custom scalars may be such
integers, and only answers that have them are looked through: that takes longer than reading them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_LONG = re.compile(rb"[0-9]{19}")
_DIGITS = 20


def exactly(text: bytes) -> Any:
    """What the text holds; integers that are too long for orjson as fragments, which it writes as they were.

    Raises orjson.JSONDecodeError.
    """
    read = orjson.loads(text)
    return json.loads(text, parse_int=_integer) if _LONG.search(text) else read


def _integer(digits: str) -> int | orjson.Fragment:
    if len(digits) <= _DIGITS and -(2**63) <= int(digits) < 2**64:
        return int(digits)
    return orjson.Fragment(digits.encode())


def digits_of(value: Any) -> str | None:
    """The digits of an integer that was too long; None for anything else."""
    return orjson.dumps(value).decode() if isinstance(value, orjson.Fragment) else None
