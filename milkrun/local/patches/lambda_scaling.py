"""Lambda: a burst of requests does not drown the machine in cold starts.

The gap: every request that finds no free execution environment starts one, as on AWS, but here all of them start on the
processors of one laptop: each start slows all others down, so that still more requests find none free.
AWS: each environment starts on hardware of its own, so a burst costs each of its requests one cold start.
Here: with `_MOST` environments of a function busy, a request waits for one of them to be free. After `_PATIENCE`
seconds it starts one all the same, since the function may be waiting for itself.
Conformance: tests/integration/local/test_lambda_scaling.py
"""

import os
import time
from typing import Any

from milkrun.local.patches import hooks

_MOST = 2 * (os.cpu_count() or 1)
_PATIENCE = 10.0
_LOOK_SECONDS = 0.005


def apply() -> None:
    """Have requests wait for a busy environment."""
    hooks.when_imported("ministack.core.lambda_runtime", _patch)


def _patch(runtime: hooks.Module) -> None:
    parameters = "func_name config code_zip qualifier max_concurrency"
    hooks.wrap(runtime, "acquire_worker", parameters, lambda real: _acquire(real, runtime))


def _acquire(real: Any, runtime: hooks.Module) -> Any:
    def acquire(func_name: str, config: Any, code_zip: bytes, qualifier: str = "$LATEST", *rest: Any) -> Any:
        deadline = time.monotonic() + _PATIENCE
        key = runtime._worker_key(func_name, config, qualifier)
        while _is_crowded(runtime, key) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        return real(func_name, config, code_zip, qualifier, *rest)

    return acquire


def _is_crowded(runtime: hooks.Module, key: str) -> bool:
    with runtime._lock:
        workers = runtime._workers.get(key, ())
        return len(workers) >= _MOST and all(worker.in_use for worker in workers)
