"""Work in processes beside this one: started afresh, ended with it, replaced where one dies. Knows no resource."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar

from govsocial.errors import InputError, Problem
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

MOST_LOSSES: Final = 3
"""How often in a row workers may die without anything being done, until their work is given up."""
_AHEAD: Final = 2
"""How many pieces of work for each worker are on their way at once, so that none waits and none piles up."""
_THREADS: Final = "POLARS_MAX_THREADS"


def in_order(work: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """
    Yield what *work* makes of each of *items*, in their order: in so many *workers*, in this process where 1.

    No more of *items* are taken than the workers are about to need; what one that died was about to do, others do.

    Raises:
        InputError: where workers die again and again; and whatever *work* raises.
    """
    if workers > 1:
        yield from _elsewhere(work, iter(items), workers)
    else:
        yield from map(work, items)


def _elsewhere(work: Callable[[T], R], items: Iterator[T], workers: int) -> Iterator[R]:
    begun, losses = deque[T](), 0
    while losses < MOST_LOSSES:
        try:
            for found in _round(work, begun, items, workers):
                losses = 0
                yield found
        except BrokenProcessPool:
            losses += 1
        else:
            return
    text = say("{times} times a worker died, perhaps for want of memory: run it again with --workers 1", times=losses)
    raise InputError([Problem(text)])


def _round(work: Callable[[T], R], begun: deque[T], items: Iterator[T], workers: int) -> Iterator[R]:
    """Yield what *work* makes of those *begun* before and of *items*, until a worker dies; *begun* has what is left."""
    with pool(workers) as processes:
        waiting: deque[Future[R]] = deque(processes.submit(work, one) for one in begun)
        while True:
            for one in islice(items, workers * _AHEAD - len(waiting)):
                begun.append(one)
                waiting.append(processes.submit(work, one))
            if not waiting:
                return
            found = waiting.popleft().result()
            begun.popleft()
            yield found


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """
    Give so many processes that know nothing of this one; what was not begun when the block ends is not done.

    Where it is broken off, by Ctrl-C or since nobody asks for more, what was begun is not done either.
    """
    others = active_children()
    with _one_thread_each(), ProcessPoolExecutor(workers, get_context("spawn"), _begin) as processes:
        try:
            yield processes
        except (KeyboardInterrupt, GeneratorExit):
            for one in active_children():
                if one not in others:
                    one.terminate()  # Ctrl-C is not enough: Polars has a handler of its own
            raise
        finally:
            processes.shutdown(cancel_futures=True)  # waits, so that nothing is written behind one's back


def _begin() -> None:
    """
    Prepare this worker: it ends with the process that started it, quietly on Ctrl-C, and writes no answers.

    It would else wait for ever where that one is killed, or write beside the next one.
    """
    sys.stdout = sys.stderr  # what a plugin prints is no part of an answer
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if parent := parent_process():
        Thread(target=_leave_after, args=(parent.join,), daemon=True).start()


def _leave_after(ended: Callable[[], object]) -> None:
    ended()
    os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let each worker use one thread: N workers with N threads each would wait for one another."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
