"""Where the emulator differs from AWS in a way that would bend production code, it is mended here, in memory.

One file per gap. Each wraps functions of the pinned version, checks first that they are what it expects, and names the
conformance test that states AWS's behavior: the day that the test passes without the patch, the patch goes.
"""

from pathlib import Path


def apply_all(state: Path) -> None:
    """Apply every patch; the first that does not fit stops the start."""
    state.mkdir(exist_ok=True)
