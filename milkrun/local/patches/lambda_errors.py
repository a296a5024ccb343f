"""Lambda: what a Python handler raises reaches the caller under its own name, and the environment survives it.

The gap: every failure is reported as `Runtime.HandlerError` without a stack trace, the worker is killed by each
exception, an import error has no AWS name, and a handler that logs nothing waits 50 ms for a log line that may come.
AWS: the error object has errorType (the name of the exception's class), errorMessage and stackTrace; Step Functions
matches Retry and Catch on that name; an execution environment outlives an exception of its handler; a module that
cannot be imported is `Runtime.ImportModuleError`.
Conformance: tests/integration/local/test_lambda_errors.py

Python workers run `python_worker.py` beside this file instead of the emulator's own script. It marks the end of each
invocation's log, so that nobody waits and no line is lost.
"""

import queue
import sysconfig
import threading
import time
from pathlib import Path
from typing import Any

from milkrun.local.patches import hooks

# What AWS's Python runtime offers beside the standard library; all else a function must bring along.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
END_OF_LOG = "\x1emilkrun:end-of-invocation"

_LOG_SECONDS = 0.25
_failure = threading.local()


def apply(state: Path) -> None:
    """Use our worker script for Python functions, and pass on what it reports."""
    runtime_packages = _collect_runtime_packages(state / "runtime")

    def patch_runtime(runtime: hooks.Module) -> None:
        hooks.wrap(runtime, "_detect_runtime_binary", "runtime", lambda real: _detect(real, runtime_packages))
        parameters = "self first_line_wait idle_confirm hard_cap"
        hooks.wrap(runtime, "Worker._drain_stderr_bounded", parameters, _drain)
        parameters = "self event request_id trace_id depth durable invoked_function_arn"
        hooks.wrap(runtime, "Worker.invoke", parameters, lambda real: _invoke(real, runtime))

    hooks.when_imported("ministack.core.lambda_runtime", patch_runtime)
    hooks.when_imported(
        "ministack.services.lambda_svc",
        lambda service: hooks.wrap(service, "_execute_function_warm", "func event request_id", _execute),
    )


def _collect_runtime_packages(target: Path) -> Path:
    """A folder that holds just those packages of the emulator's environment that AWS's runtime has, too."""
    source = Path(sysconfig.get_path("purelib"))
    target.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_PACKAGES:
        link = target / name
        link.unlink(missing_ok=True)
        link.symlink_to(source / name)
    return target


def _detect(real: Any, packages: Path) -> Any:
    script = Path(__file__).with_name("python_worker.py").read_text()
    script = script.replace('"@RUNTIME_PACKAGES@"', repr(str(packages))).replace('"@END_OF_LOG@"', repr(END_OF_LOG))

    def detect(runtime: str) -> tuple[str, str]:
        binary, own_script = real(runtime)
        return binary, script if runtime.startswith("python") else own_script

    return detect


def _drain(real: Any) -> Any:
    def drain(worker: Any, *waits: float, **named_waits: float) -> str:
        if not str(worker.config.get("Runtime", "")).startswith("python"):
            return str(real(worker, *waits, **named_waits))
        lines: list[str] = []
        deadline = time.monotonic() + _LOG_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    return drain


def _invoke(real: Any, runtime: hooks.Module) -> Any:
    def invoke(worker: Any, event: Any, request_id: str, **context: Any) -> Any:
        response = real(worker, event, request_id, **context)
        # To the emulator a failure that the worker survived is an ordinary answer: `_execute` turns it back.
        _failure.found = response.pop("failure", None)
        if response.pop("spent", False):
            # It could not initialize: the next invocation gets a new process, as AWS initializes anew.
            process, worker._proc = worker._proc, None
            runtime._signal(process)
            runtime._collect(process, time.monotonic() + runtime._REAP_GRACE)
        return response

    return invoke


def _execute(real: Any) -> Any:
    def execute(func: Any, event: Any, request_id: str) -> Any:
        _failure.found = None
        result = real(func, event, request_id)
        if _failure.found is not None:
            return {"body": _failure.found, "error": True, "log": result.get("log", "")}
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorMessage") == "Worker process died":
            result["body"] = {
                "errorType": "Runtime.ExitError",
                "errorMessage": f"RequestId: {request_id} Error: Runtime exited without providing a reason",
            }
        return result

    return execute
