"""
How the third answer goes through logic: ``&&``, ``||``, ``?:`` and the macros, as closures.

One part that decides is enough, whatever the others are; where none decides, the reasons of the unknown ones remain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.library import MAX_ITEMS_AT_RUN, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govsocial.cel.evaluate import Closure, Frame

    Condition = Callable[[Frame], bool]


def connective(parts: Sequence[Condition], *, decides: bool) -> Condition:
    """Return ``||`` of *parts* where true *decides*, else ``&&``."""
    if len(parts) == 2:  # noqa: PLR2004 - by far the most common, and worth its own closures
        return _either(*parts) if decides else _both(*parts)

    def run(frame: Frame) -> bool:
        reasons: tuple[str, ...] = ()
        for part in parts:
            try:
                if part(frame) is decides:
                    return decides
            except Unknown as error:
                reasons += error.reasons
        if reasons:
            raise Unknown(*reasons)
        return not decides

    return run


def _either(left: Condition, right: Condition) -> Condition:
    def run(frame: Frame) -> bool:
        try:
            if left(frame):
                return True
        except Unknown as error:
            return _second(right, frame, error.reasons, decides=True)
        return right(frame)

    return run


def _both(left: Condition, right: Condition) -> Condition:
    def run(frame: Frame) -> bool:
        try:
            if not left(frame):
                return False
        except Unknown as error:
            return _second(right, frame, error.reasons, decides=False)
        return right(frame)

    return run


def _second(right: Condition, frame: Frame, reasons: tuple[str, ...], *, decides: bool) -> bool:
    try:
        if right(frame) is decides:
            return decides
    except Unknown as error:
        raise Unknown(*reasons, *error.reasons) from None
    raise Unknown(*reasons)


def negation(condition: Condition) -> Condition:
    """Return ``!condition``."""
    return lambda frame: not condition(frame)


def choice(condition: Condition, yes: Closure, no: Closure) -> Closure:
    """Return ``condition ? yes : no``."""
    return lambda frame: yes(frame) if condition(frame) else no(frame)


def _too_many() -> Unknown:
    return Unknown(f"more than {MAX_ITEMS_AT_RUN} items")


def _search(items: Closure, body: Condition, slot: int, *, decides: bool) -> Condition:
    def run(frame: Frame) -> bool:
        found = items(frame)
        if len(found) > MAX_ITEMS_AT_RUN:
            raise _too_many()
        reasons: tuple[str, ...] = ()
        for frame[slot] in found:
            try:
                if body(frame) is decides:
                    return decides
            except Unknown as error:
                reasons = reasons or error.reasons
        if reasons:
            raise Unknown(*reasons)
        return not decides

    return run


def _exists(items: Closure, body: Condition, slot: int) -> Closure:
    return _search(items, body, slot, decides=True)


def _all(items: Closure, body: Condition, slot: int) -> Closure:
    return _search(items, body, slot, decides=False)


def _exists_one(items: Closure, body: Condition, slot: int) -> Closure:
    every = _map(items, body, slot)
    return lambda frame: sum(every(frame)) == 1


def _filter(items: Closure, body: Condition, slot: int) -> Closure:
    def run(frame: Frame) -> tuple[Any, ...]:
        found = items(frame)
        if len(found) > MAX_ITEMS_AT_RUN:
            raise _too_many()
        return tuple([frame[slot] for frame[slot] in found if body(frame)])

    return run


def _map(items: Closure, body: Closure, slot: int) -> Closure:
    def run(frame: Frame) -> tuple[Any, ...]:
        found = items(frame)
        if len(found) > MAX_ITEMS_AT_RUN:
            raise _too_many()
        return tuple([body(frame) for frame[slot] in found])

    return run


MACROS: Final[dict[str, Callable[[Closure, Closure, int], Closure]]] = {
    "exists": _exists, "all": _all, "exists_one": _exists_one, "filter": _filter, "map": _map,
}  # fmt: skip
"""Macros by kind: from the closures of the list and of the body, and the slot of the element."""
