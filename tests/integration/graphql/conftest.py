"""What tests of the server share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.serving import subgraphs


@pytest.fixture
async def supergraph(tmp_path: Path) -> AsyncIterator[Path]:
    """A supergraph file whose subgraphs are there."""
    async with subgraphs(tmp_path) as file:
        yield file
