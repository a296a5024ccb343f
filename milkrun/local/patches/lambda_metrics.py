"""Lambda: every invocation is counted once, whatever invoked it.

The gap: only calls of the Invoke API are counted; those by API Gateway, Step Functions, queues and streams are not, an
asynchronous one is counted before it ran, and a throttled one counts as an invocation, twice.
AWS: namespace AWS/Lambda, dimension FunctionName: Invocations, Errors and Duration per execution, by any trigger;
"throttled requests and other invocation errors don't count as either Invocations or Errors".
Conformance: tests/integration/local/test_lambda_metrics.py
"""

import time
from typing import Any

from milkrun.local.patches import hooks, metric_points

NAMESPACE = "AWS/Lambda"


def apply() -> None:
    """Count where all executors meet."""
    hooks.when_imported("ministack.services.lambda_svc", _patch)


def _patch(service: hooks.Module) -> None:
    hooks.wrap(service, "_emit_lambda_metrics", "function_name duration_ms error throttle", lambda _: _count_nothing)
    hooks.wrap(service, "_acquire_execution_slot", "func config", _count_throttles)
    hooks.wrap(service, "_execute_function_dispatch", "func config event request_id started", _count_execution)


def _count_nothing(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:
    """The emulator's own counting, on some paths only."""


def _count_throttles(real: Any) -> Any:
    def acquire(func: Any, config: Any) -> Any:
        slot, limit = real(func, config)
        if slot is None:
            metric_points.record(NAMESPACE, {"FunctionName": config["FunctionName"]}, {"Throttles": (1, "Count")})
        return slot, limit

    return acquire


def _count_execution(real: Any) -> Any:
    def execute(func: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        begun = time.perf_counter()
        result = real(func, config, event, request_id, started)
        failed = isinstance(result, dict) and bool(result.get("error"))
        values = {
            "Invocations": (1, "Count"),
            "Errors": (int(failed), "Count"),
            "Throttles": (0, "Count"),
            "Duration": (round((time.perf_counter() - begun) * 1000, 1), "Milliseconds"),
        }
        metric_points.record(NAMESPACE, {"FunctionName": config["FunctionName"]}, values)
        return result

    return execute
