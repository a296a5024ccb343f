"""What counts as a change of a service."""

from pathlib import Path

from milkrun.sources import source_digest, stack_sources

ROOT = Path(__file__).parents[3]


def test_a_service_is_built_from_its_folder_and_the_layers_that_its_template_names() -> None:
    assert stack_sources(ROOT, "fulfillment/pack") == ("functions/fulfillment/pack", "layers/core", "samconfig.toml")
    assert "layers/core" in stack_sources(ROOT, "delivery")


def test_the_digest_knows_names_and_contents_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.py").write_text("1")
    first = source_digest(tmp_path, ["a"])
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "x.pyc").write_text("compiled")

    assert source_digest(tmp_path, ["a"]) == first

    (tmp_path / "a" / "x.py").rename(tmp_path / "a" / "y.py")
    assert source_digest(tmp_path, ["a"]) != first
