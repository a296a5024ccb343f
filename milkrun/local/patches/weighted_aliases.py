"""Lambda: an alias with two versions sends each its share.

The gap: RoutingConfig is stored, and every invocation goes to the alias's first version.
AWS: Lambda picks a version at random by the weights of AdditionalVersionWeights, at every invocation.
Conformance: tests/integration/local/test_lambda_aliases.py

Known rest: the context's invoked_function_arn then names the version instead of the alias.
"""

import contextvars
import random
from collections.abc import Mapping
from typing import Any

from milkrun.local.patches import hooks

# Reading an alias's configuration is no invocation: it describes the first version.
_describing = contextvars.ContextVar("milkrun_describing", default=False)


def apply() -> None:
    """Pick wherever a qualifier becomes the record that is executed."""
    hooks.when_imported("ministack.services.lambda_svc", _patch)


def _patch(service: hooks.Module) -> None:
    hooks.wrap(service, "_get_function", "name qualifier", _describe)
    hooks.wrap(service, "_get_function_config", "name qualifier", _describe)
    hooks.wrap(service, "_effective_func_record_for_qualifier", "func qualifier", _resolve)
    parameters = "name event headers path_qualifier query_params"
    hooks.wrap(service, "_invoke", parameters, lambda real: _invoke(real, service))


def pick(alias: Mapping[str, Any], chance: float) -> str:
    """The version that serves an invocation; `chance` is drawn evenly from [0, 1)."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for version, weight in weights.items():
        if chance < float(weight):
            return str(version)
        chance -= float(weight)
    return str(alias.get("FunctionVersion", "$LATEST"))


def _picked(func: Any, qualifier: str | None) -> str | None:
    alias = (func or {}).get("aliases", {}).get(qualifier)
    if not alias or not alias.get("RoutingConfig"):
        return qualifier
    return pick(alias, random.random())  # noqa: S311 - shares of traffic, not secrets


def _describe(real: Any) -> Any:
    def describe(*arguments: Any, **named: Any) -> Any:
        token = _describing.set(True)
        try:
            return real(*arguments, **named)
        finally:
            _describing.reset(token)

    return describe


def _resolve(real: Any) -> Any:
    def resolve(func: Any, qualifier: str | None) -> Any:
        return real(func, qualifier if _describing.get() else _picked(func, qualifier))

    return resolve


def _invoke(real: Any, service: hooks.Module) -> Any:
    async def invoke(
        name: str, event: Any, headers: Any, path_qualifier: str | None = None, query_params: Any = None
    ) -> Any:
        asked = path_qualifier or service._qp_first(query_params or {}, "Qualifier") or None
        version = _picked(service._functions.get(name), asked)
        return await real(name, event, headers, version, query_params)

    return invoke
