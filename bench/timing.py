"""How things are timed against one another: in turns, within one run, so that what the machine does hits all alike."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from statistics import median, quantiles
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median over all rounds of one time divided by the other of the same round, and the middle half of them."""

    value: float
    low: float
    high: float


def race(runners: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Return what each of *runners* measured in each of *rounds*, after one turn that is not counted."""
    for run in runners.values():
        run()
    gc.collect()
    gc.freeze()  # what stands ready is nobody's rubbish
    times: dict[str, list[float]] = {name: [] for name in runners}
    names = list(runners)
    for nth in range(rounds):
        first = nth % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(runners[name]())
    gc.unfreeze()
    return times


def timed(run: Callable[[], object], per: int = 1, clock: Callable[[], float] = process_time) -> Callable[[], float]:
    """
    Return the runner that takes the time of *run*, in seconds for each of *per* things that it does.

    The *clock* counts the processor's time in this process, which others cannot stretch; where another process works
    for us it has to be the clock on the wall.
    """

    def measure() -> float:
        start = clock()
        run()
        return (clock() - start) / per

    return measure


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Return how *above* compares with *below*, round by round."""
    each = [a / b for a, b in zip(above, below, strict=True)]
    low, _, high = quantiles(each, n=4) if len(each) > 1 else (each[0],) * 3
    return Ratio(median(each), low, high)
