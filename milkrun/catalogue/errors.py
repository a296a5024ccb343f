"""What can be wrong with the catalogue's files, and with whoever takes their rows.

CatalogueError             exit code 1
├── FileUnusable           exit code 2   not there, damaged, or with columns that cannot be used
├── Throttled                            the importer is busy or away for a moment: worth another try
├── Refused                              the importer does not take these rows
├── ImporterAway           exit code 3   … and stayed so for too long
└── ImporterBroken                       it refuses so much that the rows are not to blame
"""

from milkrun.errors import MilkrunError


class CatalogueError(MilkrunError):
    """The base of what the catalogue's tools raise on purpose."""


class FileUnusable(CatalogueError):
    """A file cannot be read to its end; the message names the file and the mend."""

    exit_code = 2


class Throttled(CatalogueError):
    """The importer did not take the rows now, and may take them soon."""


class Refused(CatalogueError):
    """The importer did not take the rows; the message is its reason."""


class ImporterAway(CatalogueError):
    """The importer took nothing for as long as is worth waiting for."""

    exit_code = 3


class ImporterBroken(CatalogueError):
    """The importer refuses rows one after the other."""
