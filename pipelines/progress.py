"""How a long step tells a person that it moves on."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import TaskID


class Progress(Protocol):
    """What the stages of a refresh or an ingest tell."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; ``total`` is its number of steps, None when it is not known."""

    def advance(self, n: int = 1) -> None:
        """``n`` more steps are done."""

    def note(self, message: str) -> None:
        """Something that a person should read now."""


class SilentProgress:
    """Says nothing: for tests and for callers that report in their own way."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignored."""

    def advance(self, n: int = 1) -> None:
        """Ignored."""

    def note(self, message: str) -> None:
        """Ignored."""


class RichProgress:
    """A bar with the time left on a terminal, elsewhere one line a stage; on standard error, so that output stays clean."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._console = Console(stderr=True)
        self._is_terminal = sys.stderr.isatty()
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self._bars = Bars(*columns, console=self._console, disable=not self._is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> RichProgress:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._end_stage()
        self._bars.stop()

    def stage(self, name: str, total: int | None) -> None:
        """Begin a bar, or print the line."""
        self._end_stage()
        if not self._is_terminal:
            self._print(f"{name}: {total:,} to do" if total is not None else f"{name} …")
        self._task = self._bars.add_task(name, total=total)

    def advance(self, n: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bars.advance(self._task, n)

    def note(self, message: str) -> None:
        """Print the message above the bars."""
        self._print(message, style="yellow")

    def _end_stage(self) -> None:
        """Fill the bar of a stage whose number of steps was not known: the next one has begun."""
        if self._task is not None and self._bars.tasks[self._task].total is None:
            self._bars.update(self._task, total=1, completed=1)

    def _print(self, message: str, style: str | None = None) -> None:
        self._console.print(message, style=style, highlight=False, markup=False, soft_wrap=True)
