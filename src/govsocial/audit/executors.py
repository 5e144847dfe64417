"""Where shards are judged: here, or in processes beside this one. What comes of a shard is the same."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar

from govsocial.errors import InputError, Problem
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard

T = TypeVar("T")

ENGINES: Final = ("inline", "pool")
MOST_LOSSES: Final = 3
"""How often in a row workers may die without one shard being done, until an audit gives up."""
_THREADS: Final = "POLARS_MAX_THREADS"


def run(
    work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str, workers: int = 0
) -> Iterator[T]:
    """
    Yield what *work* makes of each of *shards*, as they are done: in so many *workers*, in this process where 0.

    Raises:
        InputError: what *work* raises; and where workers die again and again.
    """
    if workers:
        yield from _pool(work, shards, bundle, out, min(workers, len(shards)))
    else:
        yield from (work(shard, bundle, out) for shard in shards)


def _pool(
    work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str, workers: int
) -> Iterator[T]:
    """Yield what *work* makes of *shards*; what a worker that died was about to do, others do."""
    left, losses = {shard.number: shard for shard in shards}, 0
    while left:
        try:
            for number, found in _round(work, list(left.values()), bundle, out, workers):
                del left[number]
                losses = 0
                yield found
        except BrokenProcessPool:
            losses += 1
            if losses >= MOST_LOSSES:
                raise _lost(left) from None


def _lost(left: Mapping[int, Shard]) -> InputError:
    first = next(iter(left.values()))
    text = say(
        "{times} times a worker died with nothing done, perhaps for want of memory; {n} parts are left, from row"
        " {row} of {file} on: run it again with --workers 1",
        times=MOST_LOSSES,
        n=len(left),
        row=first.start + 1,
        file=first.name,
    )
    return InputError([Problem(text)])


def _round(
    work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str, workers: int
) -> Iterator[tuple[int, T]]:
    with _one_thread_each(), ProcessPoolExecutor(workers, get_context("spawn"), _leave_with_parent) as pool:
        try:
            futures = {pool.submit(work, shard, bundle, out): shard.number for shard in shards}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_with_parent() -> None:
    """Let this worker end when the audit is killed: it would wait for ever, or write beside the next one."""
    parent = parent_process()
    if parent:
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
