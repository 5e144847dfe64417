"""Circles among things that rest on one another."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def circles(needs: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Return the circles in *needs*, none with a member of another; each starts and ends with its first name."""
    left, found = dict(needs), list[tuple[str, ...]]()
    while circle := _circle(left):
        found.append(circle)
        left = {name: rests_on for name, rests_on in left.items() if name not in circle}
    return found


def _circle(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        _, *around = reversed(error.args[1])  # from each to what it needs; the first is there twice
        start = around.index(next(name for name in needs if name in around))
        return (*around[start:], *around[:start], around[start])
    return ()
