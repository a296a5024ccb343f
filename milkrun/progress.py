"""Shows long work while it goes on: a live list on a terminal, a line per finished step elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.spinner import Spinner
from rich.text import Text

from milkrun.console import printer

_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red")}


class _Mark(ProgressColumn):
    """A spinner while a step runs, and then how it ended."""

    def __init__(self) -> None:
        super().__init__()
        self._spinner = Spinner("dots")

    def render(self, task: Task) -> RenderableType:
        if state := task.fields["state"]:
            return Text(*_MARKS[state])
        return self._spinner.render(task.get_time())


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{elapsed or 0:.1f} s", style="dim", justify="right")


class Step:
    """One piece of work; ``say`` replaces the detail beside its name."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def say(self, detail: str) -> None:
        self._progress.update(self._task, detail=detail)


class Steps:
    """The steps of one command, on stderr, so that stdout stays for what the command answers."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or printer(stderr=True)
        self._progress = Progress(
            _Mark(),
            TextColumn("{task.description:<34}"),
            TextColumn("[dim]{task.fields[detail]}"),
            _Seconds(),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show ``name`` as running until the block ends, then as done or failed."""
        task = self._progress.add_task(name, total=1, detail="", state="")
        began = time.monotonic()
        state = "failed"
        try:
            yield Step(self._progress, task)
            state = "done"
        finally:
            detail = next(one.fields["detail"] for one in self._progress.tasks if one.id == task)
            self._progress.update(task, completed=1, state=state)
            if not self._console.is_terminal:
                mark = _MARKS[state][0]
                self._console.print(f"{mark} {name:<34} {detail}  {time.monotonic() - began:.1f} s".rstrip())
