"""Where shards are judged: here, in processes beside this one, or on a cluster. What comes of a shard is the same."""

from __future__ import annotations

import os
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.processes import MOST_LOSSES, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard

T = TypeVar("T")


class Executor(Protocol):
    """
    What has shards judged somewhere. It only decides where and when: a shard says the same wherever it is judged.

    *work* may be called twice for one shard, and by two at a time: it writes the same files again, each in one step.
    """

    def run(
        self, work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str
    ) -> Iterator[T]:
        """
        Yield what ``work(shard, bundle, out)`` returns for each of *shards*, once, in any order.

        Raises:
            InputError: what *work* raises; and where workers die again and again.
        """
        ...


def executor(engine: str, workers: int | None = None) -> Executor:
    """
    Return the executor of the name *engine*, with so many *workers*: one for each processor where None.

    Raises:
        InputError: where what it needs is not installed here.
    """
    if engine == "inline":
        return INLINE
    workers = workers or os.cpu_count() or 1
    if engine == "pool":
        return Pool(workers)
    from govsocial.audit.spark import Spark  # noqa: PLC0415 - it needs what an extra brings
    from govsocial.audit.spark_session import check  # noqa: PLC0415

    check()
    return Spark(workers)


@dataclass(frozen=True, slots=True)
class Inline:
    """Judges in this process, shard by shard."""

    def run(
        self, work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str
    ) -> Iterator[T]:
        """Yield what *work* makes of each of *shards*, in their order."""
        return (work(shard, bundle, out) for shard in shards)


INLINE: Final = Inline()


@dataclass(frozen=True, slots=True)
class Pool:
    """Judges in so many processes beside this one."""

    workers: int

    def run(
        self, work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str
    ) -> Iterator[T]:
        """
        Yield what *work* makes of each of *shards*, as they are done.

        Raises:
            InputError: what *work* raises; and where workers die again and again.
        """
        return _pool(work, shards, bundle, out, min(self.workers, len(shards)))


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
    with pool(workers) as processes:
        futures = {processes.submit(work, shard, bundle, out): shard.number for shard in shards}
        for future in as_completed(futures):
            yield futures[future], future.result()
