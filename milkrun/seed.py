"""Gives a fresh fleet its first data: the boxes of every warehouse, in the cell that owns it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from milkrun.errors import MilkrunError
from milkrun.fleet import Fleet, Target
from milkrun.http import Call, Reply, call_all

WAREHOUSES = Path(__file__).with_name("data") / "warehouses.yaml"
SERVICE = "fulfillment/pack"
DONE = (200, 201)


class SeedRefused(MilkrunError):
    """A service did not take its seed data."""


def place(areas: Mapping[str, list[str]], targets: tuple[Target, ...]) -> dict[str, list[str]]:
    """FCs by target name: those of one area go to as many different targets as there are."""
    placed: dict[str, list[str]] = {target.name: [] for target in targets}
    for shift, fcs in enumerate(areas.values()):
        for number, fc in enumerate(fcs):
            placed[targets[(shift + number) % len(targets)].name].append(fc)
    return placed


def fcs_by_target(fleet: Fleet) -> dict[str, list[str]]:
    """Which FCs each cell, and pre-production, is seeded with."""
    areas = _warehouses()["areas"]
    return place(areas, fleet.targets("preprod")) | place(areas, fleet.targets("cell"))


def seed_boxes(fleet: Fleet) -> int:
    """Put the box catalogue of every FC where it belongs; the number of FCs.  Repeating it changes nothing.

    Raises SeedRefused with the first reason that a service gives.
    """
    boxes = catalogue()
    targets = {target.name: target for kind in ("preprod", "cell") for target in fleet.targets(kind)}
    calls = [
        Call("PUT", f"{service_url(fleet, targets[name])}/fcs/{fc}/boxes", boxes)
        for name, fcs in fcs_by_target(fleet).items()
        for fc in fcs
    ]
    for call, reply in zip(calls, call_all(calls), strict=True):
        if reply.status not in DONE:
            raise SeedRefused(f"{call.method} {call.url} answered {reply.status}: {_reason(reply)}")
    return len(calls)


def service_url(fleet: Fleet, target: Target) -> str:
    """Where the packing service of a target answers."""
    return fleet.parameters(SERVICE, target)["ServiceUrl"]


def catalogue() -> dict[str, Any]:
    """The body of a PUT of boxes."""
    data = _warehouses()
    return {"boxes": [_box(entry, 2 * data["wall_mm"]) for entry in data["boxes"]]}


def _box(entry: dict[str, Any], walls: int) -> dict[str, Any]:
    edges = dict(zip(("length", "width", "height"), entry["inner"], strict=True))
    return {
        "ref": entry["ref"],
        **{f"inner_{edge}_mm": size for edge, size in edges.items()},
        **{f"outer_{edge}_mm": size + walls for edge, size in edges.items()},
        "tare_g": entry["tare_g"],
        "max_gross_g": entry["max_gross_g"],
    }


def _warehouses() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(WAREHOUSES.read_text())
    return loaded


def _reason(reply: Reply) -> object:
    return reply.body.get("detail", reply.body) if isinstance(reply.body, dict) else reply.body
