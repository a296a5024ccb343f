"""Reads fleet.yaml and its overlay, and tells on which line a place stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from milkrun.errors import FleetInvalid
from milkrun.quick_yaml import SafeLoader


@dataclass(frozen=True)
class _Layer:
    path: Path
    data: dict[str, Any]
    tree: yaml.Node | None

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            text = path.read_text()
            tree = yaml.compose(text, Loader=SafeLoader)
            data = yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a safe one
        except FileNotFoundError as error:
            raise FleetInvalid(f"{path}: there is no such file: run this from the root of the repository") from error
        except yaml.YAMLError as error:
            raise FleetInvalid(f"{path.name} is not YAML: {error}") from error
        if not isinstance(data, dict):
            raise FleetInvalid(f"{path.name} must be a mapping with accounts, pipelines and services")
        return cls(path, data, tree)

    def line(self, place: str) -> tuple[int, int]:
        """How deep ``place`` could be followed, and the line (from 1) of the deepest node found."""
        node, depth, line = self.tree, 0, 1
        rest = place.split(".")
        while rest and (found := _child(node, rest)):
            node, line, used = found
            rest = rest[used:]
            depth += used
        return depth, line


def _child(node: yaml.Node | None, rest: list[str]) -> tuple[yaml.Node, int, int] | None:
    if isinstance(node, yaml.SequenceNode) and rest[0].isdigit() and int(rest[0]) < len(node.value):
        item = node.value[int(rest[0])]
        return item, item.start_mark.line + 1, 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            # a key may itself hold dots (cell-1.us-east-1), so the longest match of the path counts
            for used in range(len(rest), 0, -1):
                if key.value == ".".join(rest[:used]):
                    return value, key.start_mark.line + 1, used
    return None


@dataclass(frozen=True)
class FleetFile:
    """fleet.yaml and what overrides it."""

    layers: tuple[_Layer, ...]

    @classmethod
    def read(cls, base: Path, overlay: Path | None = None) -> Self:
        return cls(tuple(_Layer.read(path) for path in (base, overlay) if path))

    def merged(self, override: Mapping[str, Any]) -> dict[str, Any]:
        """One mapping: later layers win, mappings are merged, lists are replaced."""
        merged: dict[str, Any] = {}
        for data in (*(layer.data for layer in self.layers), override):
            merged = _merge(merged, data)
        return merged

    def where(self, place: str) -> str:
        """``file:line`` of the layer that says most about the place; the overlay wins a draw, as its values do."""
        best = max(reversed(self.layers), key=lambda layer: layer.line(place)[0])
        return f"{best.path.name}:{best.line(place)[1]}"


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged
