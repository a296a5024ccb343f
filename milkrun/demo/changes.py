"""The two versions that the demonstration ships: code changes in a scratch copy of the repository."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from milkrun.errors import MilkrunError

# What is built or installed, and what is not ours to copy.
_LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".milkrun", ".aws-sam", "__pycache__", ".*_cache", ".hypothesis")


class ChangeDoesNotApply(MilkrunError):
    """The code that the demonstration edits has become another."""


@dataclass(frozen=True)
class Change:
    """An edit of one file, and in a sentence what it is."""

    file: str
    old: str
    new: str
    summary: str

    def apply(self, root: Path) -> None:
        """Edit the file below ``root``.  Raises ChangeDoesNotApply unless the old text stands there exactly once."""
        path = root / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ChangeDoesNotApply(
                f"{self.file} holds {self.old!r} {text.count(self.old)} times, not once: "
                "mend the edit in milkrun/demo/changes.py"
            )
        path.write_text(text.replace(self.old, self.new))


def good_change(stamp: str) -> Change:
    """A change that nobody outside notices; ``stamp`` makes every demonstration a version of its own."""
    old = '"order planned",'
    return Change(
        "functions/fulfillment/pack/pack/api.py",
        old,
        f'"order planned ({stamp})",',
        "another wording in a log line",
    )


DEFECT = Change(
    "functions/fulfillment/pack/pack/packvium_packer.py",
    "keep_upright=item.keep_upright,",
    "keep_upright=False,",
    "the packer is no longer told which items must stand upright",
)


def scratch_copy(root: Path, folder: Path, change: Change) -> Path:
    """A copy of the repository below ``folder``, with the change made in it."""
    shutil.copytree(root, folder, ignore=_LEFT_BEHIND, dirs_exist_ok=True)
    change.apply(folder)
    return folder
