"""The demonstration's edits fit the code that they edit."""

from pathlib import Path

import pytest

from milkrun.demo.changes import DEFECT, Change, ChangeDoesNotApply, good_change, scratch_copy

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("change", [DEFECT, good_change("2026-11-23")], ids=["defect", "good"])
def test_a_change_applies_to_the_code_as_it_is(tmp_path: Path, change: Change) -> None:
    copy = scratch_copy(ROOT, tmp_path / "copy", change)

    edited = (copy / change.file).read_text()

    assert change.new in edited
    assert change.new not in (ROOT / change.file).read_text()


def test_a_change_whose_place_is_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("other\n")

    with pytest.raises(ChangeDoesNotApply, match=r"code.py holds 'mine' 0 times"):
        Change("code.py", "mine", "yours", "an edit").apply(tmp_path)
