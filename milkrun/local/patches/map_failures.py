"""Step Functions: a Map state that has failed starts no further item.

The gap: when an item fails, the others still run, one after the other, before the state fails.
AWS: "If any iteration fails, the Map state fails and all of its iterations are terminated" (unless a tolerated failure
is set, which only a Distributed Map has).
Conformance: tests/integration/local/test_step_functions.py

Known rest: an item that already runs is not interrupted; it ends, and its result is dropped.
"""

import contextvars
from typing import Any

from milkrun.local.patches import hooks


class _Run:
    """One run of a Map state: the error that ended it, once there is one."""

    error: Exception | None = None


_current: contextvars.ContextVar[_Run | None] = contextvars.ContextVar("milkrun_map_run", default=None)


def apply() -> None:
    """Let the items of one run know of each other's failure."""
    hooks.when_imported("ministack.services.stepfunctions", _patch)


def _patch(service: hooks.Module) -> None:
    hooks.wrap(service, "_run_map_items", "state_def raw_input execution ctx", _run_items)
    hooks.wrap(service, "_run_sub_machine", "states start_at input_data execution ctx", _run_item)
    parameters = "state_def raw_input effective iterator execution ctx"
    hooks.wrap(service, "_run_distributed_map", parameters, _run_apart)


def _run_items(real: Any) -> Any:
    def run_items(*arguments: Any) -> Any:
        run = _Run()
        token = _current.set(run)
        try:
            return real(*arguments)
        except Exception:
            if run.error is not None:
                # The emulator names the first error by position; what ended the state is the first by time.
                raise run.error from None
            raise
        finally:
            _current.reset(token)

    return run_items


def _run_item(real: Any) -> Any:
    def run_item(*arguments: Any) -> Any:
        run = _current.get()
        if run is None:
            return real(*arguments)
        if run.error is not None:
            raise run.error
        # Branches and inner Maps of the item are no items of this run: their errors may yet be caught.
        token = _current.set(None)
        try:
            return real(*arguments)
        except Exception as error:
            run.error = run.error or error
            raise
        finally:
            _current.reset(token)

    return run_item


def _run_apart(real: Any) -> Any:
    def run_apart(*arguments: Any) -> Any:
        token = _current.set(None)
        try:
            return real(*arguments)
        finally:
            _current.reset(token)

    return run_apart
