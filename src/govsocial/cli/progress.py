"""Shows on a terminal how far a long run is. Says nothing on a short one, and nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import inf
from threading import Timer
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from contextlib import ExitStack

    from rich.progress import Progress

    from govsocial.messages import Text

T = TypeVar("T")
Later = Callable[[float, Callable[[], None]], Timer]


class Advance(Protocol):
    """Counts *n* more, and shows other *words* from now on where some are given."""

    def __call__(self, n: int = 1, words: str = "", /) -> None:
        """Do so."""


PATIENCE: Final = 1.0
"""Seconds after which a person wants to know."""
_BAR: Final = 20


@contextmanager
def progress(
    words: str,
    total: int | None = None,
    *,
    share: bool = False,
    later: Later = Timer,
) -> Iterator[Advance]:
    """
    Show *words* on stderr from the first second on, while the block runs: how much of *total* is done, and time left.

    Gives a function to call whenever more is done. What the first call tells was done before, and says nothing of how
    long the rest will take. *share* shows a percentage rather than numbers. *later* starts the display.
    """
    if not sys.stderr.isatty():
        yield _unseen
        return
    bar = _Bar(words, total, share=share)
    timer = later(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.advance
    finally:
        timer.cancel()
        timer.join()  # it may be starting the display
        bar.stop()


def tally(
    stack: ExitStack,
    words: Callable[[int], Text],
    lang: str,
    *,
    share: bool = False,
    later: Later = Timer,
) -> Callable[[int], Callable[[int, int], None]]:
    """
    Return what shows how far a run is, on *stack*, once it is known how much there is to do; 0 is not known.

    It gives what is called with how much more is done, and how many things more came of it; *words* say how many.
    """

    def started(total: int) -> Callable[[int, int], None]:
        advance = stack.enter_context(progress(words(0).render(lang), total or None, share=share, later=later))
        found = 0

        def done(more: int, things: int) -> None:
            nonlocal found
            found += things
            advance(more, words(found).render(lang))

        return done

    return started


def _unseen(_: int = 1, __: str = "") -> None:
    """Show nothing."""


def counted(items: Iterable[T], done: Advance) -> Iterator[T]:
    """Yield *items*, and call *done* when the next one is asked for."""
    for item in items:
        yield item
        done()


class _Bar:
    """A line on stderr that is drawn only once it is started; counts from the beginning."""

    def __init__(self, words: str, total: int | None, *, share: bool) -> None:
        self._words = words
        self._total = total
        self._share = share
        self._done = 0
        self._is_told = False
        self._shown: Progress | None = None

    def start(self) -> None:
        """Draw the line."""
        from rich.console import Console  # noqa: PLC0415 - only where there is something to wait for
        from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

        self._shown = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            *(self._numbers() if self._total else ()),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            speed_estimate_period=inf,  # a part of an audit may take minutes
        )
        task = self._shown.add_task(self._words, total=self._total, completed=self._done)
        if self._is_told:  # what is done from here on tells the speed
            self._shown.advance(task, 0)
        self._shown.start()

    def _numbers(self) -> list[Any]:
        from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TimeRemainingColumn  # noqa: PLC0415

        return [BarColumn(_BAR), TaskProgressColumn() if self._share else MofNCompleteColumn(), TimeRemainingColumn()]

    def advance(self, n: int = 1, words: str = "", /) -> None:
        """Count *n* more, and say other *words* from now on."""
        self._done += n
        self._words = words or self._words
        self._is_told = True
        if self._shown:
            for task in self._shown.tasks:
                self._shown.update(task.id, description=self._words)
                self._shown.advance(task.id, self._done - task.completed)

    def stop(self) -> None:
        """Take the line away."""
        if self._shown:
            self._shown.stop()
