"""A module's places follow from its name, and a name that is wrong gets suggestions."""

from pathlib import Path

import pytest

from milkrun.fleet import load_fleet
from milkrun.where import UnknownModule, find_module, find_modules, owner_of, places

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a module of two levels, one of one level, and the one whose template is the root's."""
    for path in (
        "template.yaml",
        "functions/delivery/delivery/step.py",
        "functions/account/template.yaml",
        "functions/fulfillment/pack/template.yaml",
        "functions/fulfillment/pack/openapi.yaml",
        "functions/fulfillment/pack/pack/api.py",
        "tests/unit/fulfillment/pack/test_api.py",
        "events/fulfillment/pack/http-create-plan.json",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "CODEOWNERS").write_text("* @x/everybody\n/functions/account/ @x/delivery-platform # them\n")
    return tmp_path


def test_finds_every_module_with_its_template(tree: Path) -> None:
    assert {module.name: str(module.template) for module in find_modules(tree)} == {
        "account": "functions/account/template.yaml",
        "delivery": "template.yaml",
        "fulfillment/pack": "functions/fulfillment/pack/template.yaml",
    }


def test_says_where_everything_is_and_leaves_out_what_is_not(tree: Path) -> None:
    found = places(tree, find_module(tree, "fulfillment/pack"), load_fleet(ROOT))

    assert found["code"] == "functions/fulfillment/pack/pack"
    assert found["contract"] == "functions/fulfillment/pack/openapi.yaml"
    assert found["tests"] == ["tests/unit/fulfillment/pack"]
    assert found["config environment"] == "fulfillment-pack"
    assert found["targets"][0] == "preprod"
    assert str(found["owner"]).startswith("packing (")
    assert "runbook" not in found


@pytest.mark.parametrize("name", ["fulfillment/pack", "fulfillment-pack", "functions/fulfillment/pack/"])
def test_takes_a_name_a_stack_or_a_path(name: str, tree: Path) -> None:
    assert find_module(tree, name).name == "fulfillment/pack"


@pytest.mark.parametrize("name", ["pack", "pakc", "fulfilment/pack"])
def test_suggests_the_nearest(name: str, tree: Path) -> None:
    with pytest.raises(UnknownModule, match="did you mean fulfillment/pack"):
        find_module(tree, name)


def test_lists_what_there_is_where_nothing_is_near(tree: Path) -> None:
    with pytest.raises(UnknownModule, match="there are: account, delivery, fulfillment/pack"):
        find_module(tree, "zzz")


def test_the_last_line_of_codeowners_that_matches_counts(tree: Path) -> None:
    assert owner_of(tree, Path("functions/account")) == "delivery-platform"
    assert owner_of(tree, Path("functions/delivery")) == "everybody"
