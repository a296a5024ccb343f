"""Files of the graph commands: reading them, and one sentence where that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from milkrun.errors import MilkrunError

if TYPE_CHECKING:
    from graphql import GraphQLSchema


class GraphInputInvalid(MilkrunError):
    """A file of a graph command cannot be read as what it should be."""

    exit_code = 2


@contextmanager
def one_sentence(what: object) -> Iterator[None]:
    """The library's errors, and the file system's, become one sentence that names the input."""
    from milkrun_graph.errors import GraphError  # noqa: PLC0415 - the commands start without the library

    try:
        yield
    except (GraphError, OSError, UnicodeDecodeError) as error:
        raise GraphInputInvalid(f"{what}: {error}") from error


def read_schema(path: Path) -> "GraphQLSchema":
    """The API schema in a file, or of the supergraph in it.  Raises GraphInputInvalid."""
    from milkrun_graph.checks import api_schema  # noqa: PLC0415

    with one_sentence(path):
        return api_schema(path.read_text(encoding="utf-8"))
