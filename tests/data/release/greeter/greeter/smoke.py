"""Shows that the greeter works."""

from typing import Any

FAILS_IN: tuple[str, ...] = ()


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """The smoke test: one check."""
    if event["target"] in FAILS_IN:
        raise RuntimeError(f"the greeter does not greet in {event['target']}")
    return {"ok": True, "checks": [{"name": "greets", "ok": True, "detail": "hello"}]}
