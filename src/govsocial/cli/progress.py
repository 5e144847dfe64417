"""Shows on a terminal how far a long run is. Says nothing on a short one, and nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

PATIENCE: Final = 1.0
"""Seconds after which a person wants to know."""


@contextmanager
def progress(
    words: str, total: int | None = None, *, later: Callable[[float, Callable[[], None]], Timer] = Timer
) -> Iterator[Callable[[], None]]:
    """
    Show *words* on stderr from the first second on, with how many of *total* are done, while the block runs.

    Gives a function to call whenever one more is done. *later* starts the display.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    bar = _Bar(words, total)
    timer = later(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.advance
    finally:
        timer.cancel()
        timer.join()  # it may be starting the display
        bar.stop()


def counted(items: Iterable[T], done: Callable[[], None]) -> Iterator[T]:
    """Yield *items*, and call *done* when the next one is asked for."""
    for item in items:
        yield item
        done()


class _Bar:
    """A line on stderr that is drawn only once it is started; counts from the beginning."""

    def __init__(self, words: str, total: int | None) -> None:
        self._words = words
        self._total = total
        self._done = 0
        self._shown: Progress | None = None

    def start(self) -> None:
        """Draw the line."""
        from rich.console import Console  # noqa: PLC0415 - only where there is something to wait for
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

        numbers: list[Any] = [BarColumn(), MofNCompleteColumn()] if self._total else []
        columns = (SpinnerColumn(), TextColumn("{task.description}"), *numbers)
        console = Console(stderr=True)
        self._shown = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        self._shown.add_task(self._words, total=self._total, completed=self._done)
        self._shown.start()

    def advance(self) -> None:
        """Count one more."""
        self._done += 1
        if self._shown:
            for task in self._shown.task_ids:
                self._shown.update(task, completed=self._done)

    def stop(self) -> None:
        """Take the line away."""
        if self._shown:
            self._shown.stop()
