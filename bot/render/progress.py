"""A progress bar with rate and time left; nothing at all where standard error is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from bot.terminal import Terminal
from retrieval.models import IndexProgress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_STAGES = {"scan": "Looking for articles", "read": "Reading", "embed": "Embedding", "finish": "Finishing"}


class IndexProgressBar:
    """Shows `IndexProgress` as it comes; one line a stage, used as a context manager."""

    def __init__(self, stream: TextIO, terminal: Terminal) -> None:
        self._stream = stream
        self._terminal = terminal
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._terminal.width is not None:
            self._progress = self._make()
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, progress: IndexProgress) -> None:
        """Moves the bar; called from the thread that indexes."""
        if self._progress is None:
            return
        if progress.stage not in self._tasks:
            label = _STAGES[progress.stage]
            self._tasks[progress.stage] = self._progress.add_task(
                label, total=progress.total, unit=progress.unit, rate=""
            )
        task = self._tasks[progress.stage]
        speed = self._progress.tasks[self._progress.task_ids.index(task)].speed
        rate = f"{speed:,.1f} {progress.unit}/s" if speed else ""
        self._progress.update(task, completed=progress.done, total=progress.total, unit=progress.unit, rate=rate)

    def _make(self) -> Progress:
        from rich.console import Console  # late: .2 s, and only on a terminal
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        return Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=Console(
                file=self._stream,
                force_terminal=True,  # `Terminal` has found out
                no_color=not self._terminal.colour,
                width=self._terminal.width,
            ),
            transient=True,
        )
