"""Lambda: a new version takes over without disturbing an invocation that is under way.

The gap: an update kills all workers of the function at once, those that are serving a request included; an invocation
that read the old code just before the update may leave a worker with it in the pool for ever; workers of published
versions are never given back.
AWS: an update does not interrupt running invocations; for a moment requests are served by either version, and none
fails for it. Idle execution environments are reclaimed.
Conformance: tests/integration/local/test_lambda_updates.py
"""

import threading
import time
from typing import Any

from milkrun.local.patches import hooks

_DECISIVE = ("Handler", "Runtime", "Environment", "Layers", "Role", "Timeout", "MemorySize")
_leased = threading.local()


def apply() -> None:
    """Retire workers instead of killing them."""
    hooks.when_imported("ministack.core.lambda_runtime", _patch_runtime)
    hooks.when_imported("ministack.services.lambda_svc", _patch_service)


def _patch_runtime(runtime: hooks.Module) -> None:
    hooks.wrap(runtime, "invalidate_worker", "func_name qualifier account region", lambda _: _invalidate(runtime))
    hooks.wrap(runtime, "release_worker", "worker", lambda real: _release(real, runtime))
    parameters = "func_name config code_zip qualifier max_concurrency"
    hooks.wrap(runtime, "acquire_worker", parameters, lambda real: _acquire(real, runtime))
    hooks.wrap(runtime, "reap_idle_workers", "ttl", lambda real: _reap(real, runtime))


def _patch_service(service: hooks.Module) -> None:
    hooks.wrap(service, "_execute_function_warm", "func event request_id", _release_always(service))


def _invalidate(runtime: hooks.Module) -> Any:
    def invalidate(
        func_name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        from ministack.core.responses import get_account_id, get_region  # type: ignore[import-not-found]  # noqa: PLC0415

        prefix = f"{account or get_account_id()}:{region or get_region()}:{func_name}:"
        with runtime._lock:
            keys = [key for key in runtime._workers if key.startswith(prefix)]
            chosen = [key for key in keys if qualifier is None or key == prefix + qualifier]
            doomed = [worker for key in chosen for worker in runtime._workers.pop(key)]
            for worker in doomed:
                worker.retired = True
            idle = [worker for worker in doomed if not worker.in_use]
        runtime.kill_workers(idle)

    return invalidate


def _release(real: Any, runtime: hooks.Module) -> Any:
    def release(worker: Any) -> None:
        real(worker)
        if getattr(worker, "retired", False):
            # Its last invocation has been answered: nobody shall wait for the process to end.
            threading.Thread(target=runtime.kill_workers, args=([worker],), daemon=True).start()

    return release


def _acquire(real: Any, runtime: hooks.Module) -> Any:
    def acquire(func_name: str, config: Any, code_zip: bytes, *rest: Any, **named: Any) -> Any:
        while True:
            worker, reason = real(func_name, config, code_zip, *rest, **named)
            if reason != "reused" or _runs(worker, config, code_zip):
                _leased.worker = worker
                return worker, reason
            with runtime._lock:
                worker.retired = True
                for workers in runtime._workers.values():
                    if worker in workers:
                        workers.remove(worker)
            runtime.release_worker(worker)

    return acquire


def _runs(worker: Any, config: Any, code_zip: bytes) -> bool:
    same_code = worker.code_zip is code_zip or worker.code_zip == code_zip
    return same_code and all(worker.config.get(name) == config.get(name) for name in _DECISIVE)


def _release_always(service: hooks.Module) -> Any:
    """A worker that could not even start is dropped from the pool, but not released, by the emulator."""

    def make(real: Any) -> Any:
        def execute(func: Any, event: Any, request_id: str) -> Any:
            _leased.worker = None
            try:
                return real(func, event, request_id)
            finally:
                worker = _leased.worker
                if worker is not None and getattr(worker, "retired", False) and worker.in_use:
                    service.release_worker(worker)

        return execute

    return make


def _reap(real: Any, runtime: hooks.Module) -> Any:
    def reap(ttl: float | None = None) -> int:
        count = int(real(ttl))
        oldest = time.time() - (runtime._LOCAL_WORKER_TTL if ttl is None else ttl)
        with runtime._lock:
            published = [key for key in runtime._workers if not key.endswith(":$LATEST")]
            idle = [key for key in published if all(_is_idle(w, oldest) for w in runtime._workers[key])]
            doomed = [worker for key in idle for worker in runtime._workers.pop(key)]
        runtime.kill_workers(doomed)
        return count + len(doomed)

    return reap


def _is_idle(worker: Any, oldest: float) -> bool:
    return not worker.in_use and float(worker.last_used) < oldest
