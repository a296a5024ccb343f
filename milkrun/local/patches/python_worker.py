"""Runs one Python function, invocation after invocation, as AWS's runtime would.

A copy of this file is written beside the unpacked function and started by the emulator, which speaks with it in JSON
lines over stdin and stdout. It knows nothing but the standard library; the names in "@…@" are filled in by the patch.
"""

import importlib
import json
import logging
import os
import socket
import sys
import sysconfig
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

RUNTIME_PACKAGES = "@RUNTIME_PACKAGES@"
END_OF_LOG = "@END_OF_LOG@"
KEPT = {"PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "LAMBDA_TASK_ROOT"}
KEPT_PREFIXES = ("AWS_", "_LAMBDA_")

Json = Any
Handler = Callable[[Json, Any], Json]


class Context:
    """What AWS passes as the second argument."""

    identity = None
    client_context = None

    def __init__(self, init: Json, invocation: Json) -> None:
        self.function_name: str = init["function_name"]
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.invoked_function_arn: str = invocation.get("invoked_function_arn") or init["arn"]
        self.aws_request_id: str = invocation.get("request_id", "")
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self._deadline = time.time() + float(os.environ.get("_LAMBDA_TIMEOUT", "3"))

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self._deadline - time.time()) * 1000))


class LogHandler(logging.Handler):
    """The root handler that AWS installs: one line per record, beginning with its level."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self.request_id
        sys.stdout.write(self.format(record) + "\n")


def prepare_environment(init: Json) -> None:
    """Hide what belongs to the emulator; add what AWS defines."""
    for name in list(os.environ):
        if name not in KEPT and name not in init["env"] and not name.startswith(KEPT_PREFIXES):
            del os.environ[name]
    scratch = os.path.join(os.path.dirname(init["code_dir"]), "tmp")
    os.makedirs(scratch, exist_ok=True)
    os.environ.update(
        {
            "TZ": ":UTC",
            "TMPDIR": scratch,
            "_HANDLER": f"{init['module']}.{init['handler']}",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            **init["env"],
        }
    )
    os.environ.setdefault("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{init['function_name']}")
    time.tzset()


def prepare_path(code_dir: str) -> None:
    """The function's own code, its layers, the standard library, AWS's packages: in this order, and nothing else."""
    library = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    standard = [p for p in sys.path if p.endswith(".zip") or p in library or os.path.basename(p) == "lib-dynload"]
    layers = []
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        python = os.path.join(layer, "python")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        layers += [os.path.join(python, "lib", version, "site-packages"), python]
    sys.path[:] = [code_dir, *filter(os.path.isdir, layers), *standard, RUNTIME_PACKAGES]


def resolve_localhost_names() -> None:
    """Every name under `.localhost` is this machine (RFC 6761); not every system's resolver knows."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        is_local = isinstance(text, str) and text.rstrip(".").endswith(".localhost")
        return real("127.0.0.1" if is_local else host, *rest, **named)

    socket.getaddrinfo = getaddrinfo


def failure(error: BaseException, kind: str | None = None, message: str | None = None) -> Json:
    """The error object that a caller of the function sees; also written to its log, as AWS does."""
    kind = kind or type(error).__name__
    message = message if message is not None else str(error)
    lines = traceback.format_list(_own_frames(error.__traceback__))
    sys.stdout.write(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):\n{''.join(lines)}")
    return {"errorMessage": message, "errorType": kind, "stackTrace": lines}


def _own_frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(trace) if frame.filename != __file__]


def load(module: str, name: str) -> tuple[Handler | None, Json]:
    """The handler, or why there is none, in AWS's words."""
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        text = f"Unable to import module '{module}': {error}"
        return None, failure(error, "Runtime.ImportModuleError", text)
    except SyntaxError as error:
        text = f"Syntax error in module '{module}': {error}"
        return None, failure(error, "Runtime.UserCodeSyntaxError", text)
    except Exception as error:  # noqa: BLE001 - whatever the function's own module raises is the answer
        return None, failure(error)
    try:
        return getattr(loaded, name), None
    except AttributeError as error:
        text = f"Handler '{name}' missing on module '{module}'"
        return None, failure(error, "Runtime.HandlerNotFound", text)


def run_once(handler: Handler, event: Json, context: Context) -> Json:
    """Invoke; what the handler raises, or returns that is not JSON, is a failure that this process survives."""
    try:
        result = handler(event, context)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
        return {"status": "ok", "failure": failure(error)}
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        text = f"Unable to marshal response: {error}"
        return {"status": "ok", "failure": failure(error, "Runtime.MarshalError", text)}
    return {"status": "ok", "result": result}


def answer(channel: TextIO, message: Json) -> None:
    """Send a line to the emulator, after the invocation's log is complete."""
    sys.stderr.flush()
    sys.stderr.write(f"{END_OF_LOG}\n")
    sys.stderr.flush()
    channel.write(json.dumps(message) + "\n")
    channel.flush()


def take_channel() -> TextIO:
    """Keep stdout for the protocol alone: what the function or its children print goes to the log."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def follow_trace(trace_id: str | None) -> None:
    """AWS puts the trace header of the present invocation into the environment."""
    os.environ.pop("_X_AMZN_TRACE_ID", None)
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def main() -> None:
    """Serve invocations until stdin ends."""
    channel = take_channel()
    init = json.loads(sys.stdin.readline())
    prepare_environment(init)
    prepare_path(init["code_dir"])
    resolve_localhost_names()
    log = LogHandler()
    log.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s\t%(aws_request_id)s\t%(message)s"))
    logging.getLogger().addHandler(log)
    handler, reason = load(init["module"], init["handler"])
    channel.write(json.dumps({"status": "ready", "cold": True}) + "\n")
    channel.flush()
    for line in sys.stdin:
        message = json.loads(line)
        invocation = message.get("ctx") or {}
        log.request_id = invocation.get("request_id", "")
        follow_trace(invocation.get("trace_id"))
        if handler is None:
            answer(channel, {"status": "ok", "failure": reason, "spent": True})
            return
        answer(channel, run_once(handler, message["event"], Context(init, invocation)))


if __name__ == "__main__":
    main()
