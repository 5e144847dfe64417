"""What the texts inside expressions mean: patterns, times, durations and time zones, all read at load."""

from __future__ import annotations

import re as syntax
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DURATION: Final = timedelta(microseconds=2**63 // 1000)
"""The longest duration that CEL knows: what 64 bits of nanoseconds hold, 292 years."""

_TIME: Final = syntax.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", syntax.ASCII)
_DURATION: Final = syntax.compile(r"(-?)((?:\d+(?:\.\d*)?(?:h|ms|us|m|s))+|0)", syntax.ASCII)
_PART: Final = syntax.compile(r"(\d+(?:\.\d*)?)(h|ms|us|m|s)", syntax.ASCII)
_MICROSECONDS: Final = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}


@cache
def search(pattern: str) -> Callable[[str], object]:
    """
    Return what looks for the RE2 *pattern* in a text, in linear time, and returns None where it is not there.

    A set of one pattern asks whether, not where, which takes half the time. It has room for all that RE2 takes alone.

    Raises:
        re2.error: where it is no pattern, or one too large.
    """
    options = _quiet()
    options.max_mem *= 4
    patterns = _re2().Set.SearchSet(options)
    patterns.Add(pattern)
    patterns.Compile()
    return patterns.Match  # type: ignore[no-any-return]


def pattern_fault(pattern: str) -> str:
    """Return why RE2 refuses *pattern*, empty where it does not."""
    re2 = _re2()
    try:
        re2.compile(pattern, _quiet())  # says why, which a set does not
        search(pattern)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode() if isinstance(reason, bytes) else str(reason)
    return ""


def _quiet() -> Any:  # noqa: ANN401 - re2 carries no types
    options = _re2().Options()
    options.log_errors = False
    return options


def _re2() -> Any:  # noqa: ANN401
    import re2  # noqa: PLC0415 - only rules with patterns pay for it

    return re2


def epoch(text: str) -> datetime:
    """
    Return the time that an RFC 3339 text names.

    Raises:
        ValueError: where it names none, or one finer than a microsecond.
        OverflowError: where it lies outside the years 1 to 9999.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def span(text: str) -> timedelta:
    """
    Return the duration that a text such as ``1h30m`` names.

    Raises:
        ValueError: where it names none, one finer than a microsecond, or one too long.
        OverflowError: where it is much too long.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    parts = (Fraction(amount.rstrip(".")) * _MICROSECONDS[unit] for amount, unit in _PART.findall(text))
    microseconds = sum(parts, Fraction(0))
    whole = timedelta(microseconds=int(microseconds))
    if microseconds.denominator != 1 or whole > MAX_DURATION:
        raise ValueError(text)
    return -whole if match[1] else whole


def known_zone(name: str) -> bool:
    """Whether *name* is a time zone such as ``Europe/Brussels``."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
