"""The files of a folder, each known by its name: ``title.basics.tsv``, or with ``.gz``."""

import re
from pathlib import Path

from milkrun.catalogue.errors import FileUnusable
from milkrun.catalogue.files import KINDS

SAMPLE = Path(__file__).parents[1] / "data" / "catalogue"
_ENDING = re.compile(r"\.tsv(\.gz)?$")


def find_files(folder: Path) -> dict[str, Path]:
    """Files by the name of their kind, in the order in which they are best read.

    Raises FileUnusable where there is none, or one twice.
    """
    if not folder.is_dir():
        raise FileUnusable(f"{folder} is no folder: name the one that holds {', '.join(KINDS)} as .tsv or .tsv.gz")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = _ENDING.sub("", path.name)
        if name in KINDS and name != path.name:
            if name in found:
                raise FileUnusable(f"{folder} holds {found[name].name} and {path.name}: move one of them away")
            found[name] = path
    if not found:
        raise FileUnusable(f"{folder} holds none of the files: {', '.join(KINDS)} as .tsv or .tsv.gz")
    return {name: found[name] for name in KINDS if name in found}


def only(files: dict[str, Path], wanted: list[str]) -> dict[str, Path]:
    """The files that are wanted: all of them where none is named.  Raises FileUnusable for one that is not there."""
    names = [_ENDING.sub("", name) for name in wanted]
    if missing := [name for name in names if name not in files]:
        raise FileUnusable(f"{', '.join(missing)} is not there; there are: {', '.join(files)}")
    return {name: files[name] for name in files if not names or name in names}
