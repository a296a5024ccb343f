"""The fleet file: what it says, and what it says when it is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from milkrun.errors import FleetInvalid
from milkrun.fleet import Fleet, load_fleet

ROOT = Path(__file__).parents[3]


def write(folder: Path, change: dict[str, Any] | None = None, text: str | None = None) -> Path:
    """A copy of the repository's fleet.yaml, with one change deep in it."""
    data = yaml.safe_load((ROOT / "fleet.yaml").read_text())
    for path, value in (change or {}).items():
        *parents, last = path.split(".")
        node = data
        for parent in parents:
            node = node[int(parent)] if isinstance(node, list) else node[parent]
        node[last] = value
    (folder / "fleet.yaml").write_text(text if text is not None else yaml.safe_dump(data, sort_keys=False))
    return folder


def test_the_cells_are_released_one_after_the_other_behind_pre_production() -> None:
    fleet = load_fleet(ROOT)

    stops = [[target.name for target in wave.targets] for wave in fleet.stops("fulfillment/pack")]

    assert stops == [["preprod"], ["cell-1"], ["cell-2"], ["cell-3"]]


def test_targets_of_a_wave_go_together_when_at_once_allows_it(tmp_path: Path) -> None:
    fleet = load_fleet(write(tmp_path, {"pipelines.cells.waves.1.at_once": 2}))

    assert [len(wave.targets) for wave in fleet.stops("fulfillment/pack")] == [1, 2, 1]


def test_a_new_cell_is_one_entry(tmp_path: Path) -> None:
    fleet = load_fleet(write(tmp_path, {"accounts.cell-4": {"id": "700000000004", "runs": "cell"}}))

    assert fleet.stops("fulfillment/pack")[-1].targets[0].name == "cell-4"


def test_an_account_with_two_regions_is_two_targets() -> None:
    names = [target.name for target in load_fleet(ROOT).targets("relay")]

    assert names == ["relay.us-east-1", "relay.us-west-2"]


def test_parameters_are_filled_in_for_the_target() -> None:
    fleet = load_fleet(ROOT, ROOT / "fleet.local.yaml")

    parameters = fleet.parameters("fulfillment/pack", fleet.targets("cell")[1])

    assert parameters["DomainName"] == "cell-2.fulfillment.localhost"


def test_the_local_cloud_changes_times_and_names_but_no_order() -> None:
    aws, local = load_fleet(ROOT), load_fleet(ROOT, ROOT / "fleet.local.yaml")

    assert local.accounts == aws.accounts
    assert [wave.targets for wave in local.stops("fulfillment/pack")] == [
        wave.targets for wave in aws.stops("fulfillment/pack")
    ]
    assert local.stops("fulfillment/pack")[1].bake.seconds < aws.stops("fulfillment/pack")[1].bake.seconds


@pytest.mark.parametrize(
    ("change", "place", "mend"),
    [
        ({"services.fulfillment/pack.owner": "pakcing"}, "services.fulfillment/pack.owner", "'pakcing' is no owner"),
        ({"services.fulfillment/pack.pipeline": "cell"}, "services.fulfillment/pack.pipeline", "there are: cells"),
        ({"services.fulfillment/pack.after": ["fulfillment/cel"]}, "after.0", "is no service here"),
        ({"services.fulfillment/cell.after": ["fulfillment/pack"]}, "after", "wait for each other"),
        ({"services.fulfillment/pack.parameters.X": "{tarGet}"}, "parameters.X", "is no placeholder"),
        ({"accounts.cell-2.id": "700000000001"}, "accounts.cell-2.id", "is the number of cell-1 too"),
        ({"accounts.cell-2.id": 700000000002}, "accounts.cell-2.id", "put it in quotes"),
        ({"accounts.cell-2.id": "12"}, "accounts.cell-2.id", "should match pattern"),
        ({"accounts.delivery.runs": "nothing"}, "accounts", "no account runs delivery"),
        ({"pipelines.cells.waves.1.targets": "cels"}, "waves.1.targets", "is no kind of account"),
        ({"pipelines.cells.bake.max_seconds": 5}, "pipelines.cells", "no bake could ever pass"),
        ({"pipelines.cells.bake.secnods": 5}, "pipelines.cells.bake.secnods", "mend its spelling"),
        ({"services.fulfillment/pack": {"pipeline": "cells"}}, "services.fulfillment/pack.owner", "is missing"),
    ],
)
def test_a_mistake_is_named_with_its_line_its_place_and_its_mend(
    tmp_path: Path, change: dict[str, Any], place: str, mend: str
) -> None:
    with pytest.raises(FleetInvalid) as caught:
        load_fleet(write(tmp_path, change))

    message = str(caught.value)
    assert message.startswith("fleet.yaml:")
    assert place in message
    assert mend in message


def test_the_line_is_the_one_of_the_mistake(tmp_path: Path) -> None:
    folder = write(tmp_path, {"accounts.cell-2.id": "12"})
    line = next(
        number
        for number, text in enumerate((folder / "fleet.yaml").read_text().splitlines(), 1)
        if text.strip() == "id: '12'"
    )

    with pytest.raises(FleetInvalid, match=f"^fleet.yaml:{line}: "):
        load_fleet(folder)


def test_a_mistake_in_the_overlay_is_told_as_the_overlays(tmp_path: Path) -> None:
    overlay = tmp_path / "fleet.local.yaml"
    overlay.write_text("pipelines:\n  cells:\n    poll_seconds: 0\n")

    with pytest.raises(FleetInvalid, match=r"^fleet.local.yaml:3: pipelines.cells.poll_seconds"):
        load_fleet(write(tmp_path), overlay)


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "just words"])
def test_a_file_that_is_no_fleet_at_all_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(FleetInvalid, match=r"fleet\.yaml"):
        load_fleet(write(tmp_path, text=text))


def test_outside_the_repository_the_error_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(FleetInvalid, match="root of the repository"):
        load_fleet(tmp_path)


def test_an_unknown_service_is_answered_with_those_there_are() -> None:
    fleet: Fleet = load_fleet(ROOT)

    with pytest.raises(FleetInvalid, match="fulfillment/cell, fulfillment/pack"):
        fleet.service("fulfillment/pakc")
