"""What expressions may call: the functions of the language, those that plugins add, and how each is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.literals import MAX_DURATION
from govsocial.validation import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
MIDDLE: Final = 5000
MAX_ITEMS_AT_RUN: Final = 100_000
# the characters with the Unicode property White_Space; Python's own set also holds U+001C to U+001F
WHITE_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class Unknown(Exception):  # noqa: N818 - not a fault: CEL's error value, the third answer
    """
    A value that cannot be had: a field nobody knows, or an operation without a result.

    *reasons* are paths (``post.published_at``), resources that are not in the workspace (``account:finbel``) or
    names of operations (``division by zero``).
    """

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(", ".join(reasons))


class BrokenCodeError(Exception):
    """A Python fact or function of a plugin raised, or returned what it had not promised; never absorbed."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(f"{name}: {reason}")

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.name, str(self).removeprefix(f"{self.name}: "))


@dataclass(frozen=True, slots=True)
class Function:
    """
    A function that a plugin adds to the expression language.

    *parameters* and *returns* are type names: ``bool int double string timestamp duration`` or ``list(...)`` of one.
    *compute* is pure and gets tuples for lists; what it raises makes the rule an ``error``, never a pass. *column* says
    the same in columns, as that of a ``Fact`` does. Which *plugin* brought it, and in which version, is filled in.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    compute: Callable[..., Any]
    column: Callable[..., Any] | None = None
    plugin: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """
    A derived value that a plugin computes in Python, for what expressions cannot say; rules read ``fact.name``.

    *compute* is pure. It gets the resource of type *on*, then what *needs* names, as rules see it (``account``,
    ``posts``, ``context.as_of``, and also ``closures``). It returns a value of *type*, or None for unknown; what it
    raises makes the rules that read it an ``error``, never a pass.

    *column* says the same for all rows of an audit at once. It gets what *compute* gets, each field as a Polars
    expression, and returns one of the declared type, null for unknown. Its author promises that it raises in no row,
    and looks from no row to another; ``govsocial.testing.check_columns`` holds it to that.

    Which *plugin* brought it, and in which version, is filled in.
    """

    name: str
    on: str
    type: str
    compute: Callable[..., Any]
    needs: tuple[str, ...] = ()
    column: Callable[..., Any] | None = None
    plugin: str = field(default="", compare=False)


def checked_int(value: int) -> int:
    """Return *value* if it fits 64 bits; else it is unknown, as CEL defines."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise Unknown("integer overflow")


def moved(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:  # noqa: ANN401 - times and durations
    """Add or subtract times and durations, as instants: whatever clocks do in between."""
    try:
        value = compute(_instant(left), _instant(right))
    except OverflowError:
        raise Unknown("time out of range") from None
    if isinstance(value, timedelta) and abs(value) > MAX_DURATION:
        raise Unknown("duration out of range")
    return value


def _instant(value: Any) -> Any:  # noqa: ANN401
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def divide(left: int, right: int) -> int:
    """Divide whole numbers, towards zero."""
    if right == 0:
        raise Unknown("division by zero")
    quotient = abs(left) // abs(right)
    return checked_int(quotient if (left < 0) == (right < 0) else -quotient)


def divide_doubles(left: float, right: float) -> float:
    """Divide as IEEE 754 says."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: int, right: int) -> int:
    """Return the remainder, with the sign of *left*."""
    if right == 0:
        raise Unknown("division by zero")
    if left == INT_MIN and right == -1:
        raise Unknown("integer overflow")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def index(items: tuple[Any, ...] | dict[str, Any], key: Any) -> Any:  # noqa: ANN401
    """Return the element at *key*; unknown where there is none."""
    if isinstance(items, dict):
        if key in items:
            return items[key]
        raise Unknown(f"no key '{key}'")
    if 0 <= key < len(items):
        return items[key]
    raise Unknown("index out of range")


def split(text: str, separator: str, most: int = -1) -> tuple[str, ...]:
    """Split *text* into at most *most* parts; characters where the separator is empty."""
    if most == 0:
        return ()
    if separator == "":
        parts = list(text) or [text]
        return tuple(parts if most < 0 or most >= len(parts) else [*parts[: most - 1], "".join(parts[most - 1 :])])
    return tuple(text.split(separator, most - 1 if most > 0 else -1))


def join(parts: tuple[str, ...], separator: str = "") -> str:
    """Join *parts*."""
    return separator.join(parts)


def trim(text: str) -> str:
    """Remove Unicode white space at both ends."""
    return text.strip(WHITE_SPACE)


def lower_ascii(text: str) -> str:
    """Turn A to Z into small letters, nothing else."""
    return text.lower() if text.isascii() else text.encode().lower().decode()  # bytes know no other letters


def upper_ascii(text: str) -> str:
    """Turn a to z into capitals, nothing else."""
    return text.upper() if text.isascii() else text.encode().upper().decode()


def distinct(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return *items* without repetition, in the order of their first place."""
    return tuple(dict.fromkeys(items))


def distinct_by(key: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Return ``distinct`` for items that are the same where *key* is, each in its first spelling."""

    def run(items: tuple[Any, ...]) -> tuple[Any, ...]:
        first: dict[Any, Any] = {}
        for item in items:
            first.setdefault(key(item), item)
        return tuple(first.values())

    return run


distinct_folded: Final = distinct_by(str.casefold)
"""``distinct`` for tags and handles."""
distinct_doubles: Final = distinct_by(lambda value: None if math.isnan(value) else value)
"""``distinct`` for doubles; all that is not a number is one."""


TIME_PARTS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda time: time.year,
    "getMonth": lambda time: time.month - 1,
    "getDate": lambda time: time.day,
    "getDayOfMonth": lambda time: time.day - 1,
    "getDayOfWeek": lambda time: time.isoweekday() % 7,
    "getDayOfYear": lambda time: time.timetuple().tm_yday - 1,
    "getHours": lambda time: time.hour,
    "getMinutes": lambda time: time.minute,
    "getSeconds": lambda time: time.second,
    "getMilliseconds": lambda time: time.microsecond // 1000,
}
DURATION_PARTS: Final[dict[str, Callable[[timedelta], int]]] = {
    "getHours": lambda span: _towards_zero(span, timedelta(hours=1)),
    "getMinutes": lambda span: _towards_zero(span, timedelta(minutes=1)),
    "getSeconds": lambda span: _towards_zero(span, timedelta(seconds=1)),
    "getMilliseconds": lambda span: remainder(_towards_zero(span, timedelta(milliseconds=1)), 1000),
}


def _towards_zero(span: timedelta, unit: timedelta) -> int:
    return -(-span // unit) if span < timedelta(0) else span // unit


def part_at_edge(name: str, time: datetime, zone: ZoneInfo) -> int:
    """Return a part of a *time* that clocks in *zone* show as year 0 or 10000, which Python does not have."""
    years = 400 if time.year < MIDDLE else -400  # after which the calendar repeats
    days = timedelta(days=146_097)
    shown = (time + days if years > 0 else time - days).astimezone(zone)
    return TIME_PARTS[name](shown) - (years if name == "getFullYear" else 0)


def call(name: str, code: Fact | Function, values: list[Any], fits: Callable[[object], bool]) -> Any:  # noqa: ANN401
    """
    Run the *code* of a plugin, which rules call *name*, and hold it to its promise.

    Raises:
        BrokenCodeError: where it raised, or returned something else than its declared type.
    """
    try:
        result = code.compute(*values)
    except Unknown:
        raise
    except Exception as error:
        raise BrokenCodeError(_full(name, code), f"{type(error).__name__}: {error}") from error
    if result is None:
        raise Unknown(name)
    result = tuple(result) if isinstance(result, list) else result
    if not fits(result):
        raise BrokenCodeError(_full(name, code), f"returned {type(result).__name__}")
    return tuple(map(_settled, result)) if isinstance(result, tuple) else _settled(result)


def _full(name: str, code: Fact | Function) -> str:
    return f"{name} ({code.plugin})" if code.plugin else name


def _settled(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value


_PYTHON_TYPES: Final = {
    "bool": bool, "int": int, "double": float, "string": str, "timestamp": datetime, "duration": timedelta,
}  # fmt: skip


def python_type(name: str) -> Callable[[object], bool]:
    """Return the test whether a Python value is of the type *name*, such as ``list(int)``; times have a zone."""
    if name.startswith("list("):
        inner = python_type(name[5:-1])
        return lambda value: isinstance(value, tuple) and all(map(inner, value))
    exact = _PYTHON_TYPES[name]
    if exact is int:
        return lambda value: type(value) is int and INT_MIN <= value <= INT_MAX
    if exact is datetime:
        return lambda value: type(value) is datetime and value.utcoffset() is not None
    return lambda value: type(value) is exact
