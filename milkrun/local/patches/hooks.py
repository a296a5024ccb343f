"""How a patch takes hold: after a module's import, around one named function, and only if that is what we expect."""

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

# The emulator's modules carry no types; what a patch reads from them is checked by `wrap` and by the conformance tests.
Module = Any
Action = Callable[[Module], None]


class PatchMismatch(Exception):
    """The place to be patched is not what the patch was written for."""


def when_imported(name: str, action: Action) -> None:
    """Run `action` on the module as soon as it is imported; services are imported at their first use."""
    if name in sys.modules:
        action(sys.modules[name])
        return
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    _FINDER.actions.setdefault(name, []).append(action)


def wrap(module: Module, name: str, parameters: str, make: Callable[[Any], Any]) -> None:
    """Replace a function by `make(original)`, having checked that it takes the parameters that we know."""
    owner, _, attribute = name.rpartition(".")
    holder = getattr(module, owner, None) if owner else module
    original = getattr(holder, attribute, None)
    if original is None:
        raise PatchMismatch(f"{module.__name__}.{name} is gone: its patch does not fit this version of the emulator.")
    found = " ".join(inspect.signature(original).parameters)
    if found != parameters:
        raise PatchMismatch(
            f"{module.__name__}.{name} takes ({found}), expected ({parameters}): "
            "its patch does not fit this version of the emulator."
        )
    setattr(holder, attribute, functools.update_wrapper(make(original), original))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self) -> None:
        self.actions: dict[str, list[Action]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        actions = self.actions.pop(fullname, None)
        if actions is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, actions)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads as the real loader does, then runs what waits for the module."""

    def __init__(self, real: importlib.abc.Loader, actions: list[Action]) -> None:
        self._real = real
        self._actions = actions

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        for action in self._actions:
            action(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


_FINDER = _Finder()
