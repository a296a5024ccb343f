"""The front page of deployed cells."""

from typing import Any

import pytest


@pytest.mark.parametrize("name", ["cell-1", "cell-2"])
def test_every_cell_answers_for_itself_and_lists_its_services(cells: dict[str, Any], name: str) -> None:
    answer = cells[name].call("GET", "/")
    assert answer.status == 200
    assert answer.body == {
        "cell": name,
        "region": "us-east-1",
        "release": "r-1",
        "services": [{"name": "pack", "path": "/pack"}],
    }


def test_the_smoke_function_passes(cell: Any) -> None:
    assert cell.smoke("fulfillment-cell")["ok"] is True
