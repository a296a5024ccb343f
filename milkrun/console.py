"""Consoles for people: as wide as the terminal, and wide enough for every column where there is none."""

from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 160


def printer(*, stderr: bool = False) -> Console:
    """A console that neither colors numbers nor cuts a table short in a log."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=WIDTH_WITHOUT_TERMINAL)
