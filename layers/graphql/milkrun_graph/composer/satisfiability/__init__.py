"""Satisfiability."""

from typing import Any


def check_satisfiability(*args: Any) -> None:
    """Not yet."""
