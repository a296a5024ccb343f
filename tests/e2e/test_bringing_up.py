"""`milkrun up` and `milkrun down`, as typed.  Runs before the demonstration, which ships other versions."""

from pathlib import Path

from milkrun.http import Call, call_all
from milkrun.seed import fcs_by_target, service_url
from tests.e2e.conftest import FleetUnderTest, run_milkrun


def test_up_ends_with_what_runs_where_and_what_to_try(fleet: FleetUnderTest) -> None:
    for target in ("preprod", "cell-1", "cell-2", "cell-3"):
        assert target in fleet.up.out
    assert "curl http://cell-1.fulfillment.localhost:" in fleet.up.out
    assert "make demo" in fleet.up.out


def test_everything_was_released_through_the_release_machines(fleet: FleetUnderTest) -> None:
    for service in ("fulfillment/cell", "fulfillment/pack"):
        (release,) = fleet.milkrun("release", "history", service, "--json").data
        shown = fleet.milkrun("release", "show", release["release_id"], "--json").data

        assert [(stop["target"], stop["verdict"]) for stop in shown["stops"]] == [
            ("preprod", "pass"),
            ("cell-1", "pass"),
            ("cell-2", "pass"),
            ("cell-3", "pass"),
        ]


def test_every_cell_says_who_it_is_and_what_it_serves(fleet: FleetUnderTest) -> None:
    cells = fleet.environment.fleet.targets("cell")
    urls = [service_url(fleet.environment.fleet, cell).removesuffix("pack") for cell in cells]

    replies = call_all([Call("GET", url) for url in urls])

    assert [reply.body["cell"] for reply in replies] == [cell.name for cell in cells]
    assert all(service["path"] == "/pack" for reply in replies for service in reply.body["services"])


def test_every_fc_has_its_boxes_in_its_cell_and_in_no_other(fleet: FleetUnderTest) -> None:
    model = fleet.environment.fleet
    cells = {cell.name: cell for cell in model.targets("cell")}
    placed = {name: fcs for name, fcs in fcs_by_target(model).items() if name in cells}

    for name, cell in cells.items():
        fcs = [fc for others in placed.values() for fc in others]
        replies = call_all([Call("GET", f"{service_url(model, cell)}/fcs/{fc}/boxes") for fc in fcs])
        assert [fc for fc, reply in zip(fcs, replies, strict=True) if reply.status == 200] == placed[name]


def test_a_second_up_changes_nothing(fleet: FleetUnderTest) -> None:
    before = fleet.milkrun("status", "--json").data
    releases = fleet.milkrun("release", "history", "--json").data

    again = fleet.milkrun("up")

    assert again.code == 0, again.err
    assert fleet.milkrun("status", "--json").data == before
    assert fleet.milkrun("release", "history", "--json").data == releases


def test_a_busy_port_is_told_in_one_sentence_and_nothing_is_left_behind(tmp_path: Path, taken_port: int) -> None:
    up = run_milkrun(tmp_path, "up", "--cloud-port", str(taken_port))

    assert up.code == 3
    assert f"Port {taken_port}" in up.err
    assert "Traceback" not in up.err
    assert "was not running" in run_milkrun(tmp_path, "down").out


def test_without_a_running_cloud_commands_say_how_to_start_it(tmp_path: Path) -> None:
    asked = run_milkrun(tmp_path, "status")

    assert asked.code == 3
    assert "make up" in asked.err
    assert "Traceback" not in asked.err
