"""Settings are a type: what is missing is named before anything is done."""

import pytest
from milkrun_core.settings import CoreSettings
from pydantic import ValidationError


class TableSettings(CoreSettings):
    """A module's settings."""

    some_table: str


def test_a_missing_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILKRUN_CELL", "cell-1")
    monkeypatch.setenv("MILKRUN_RELEASE", "r-1")
    with pytest.raises(ValidationError, match="some_table"):
        TableSettings()
    monkeypatch.setenv("MILKRUN_SOME_TABLE", "t")
    assert TableSettings().some_table == "t"
