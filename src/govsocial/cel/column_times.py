"""
Times and durations in columns.

Polars knows how clocks change, but no rule for years far ahead: what is outside of the years in which it agrees with
Python is computed in Python.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from govsocial.cel.column_values import CannotSay, computing, dtype, let, microseconds
from govsocial.cel.fused import literal
from govsocial.cel.literals import MAX_DURATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.tree import Call

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = datetime(2038, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "timestamp": (
        microseconds(datetime.min.replace(tzinfo=UTC)),
        microseconds(datetime.max.replace(tzinfo=UTC)),
    ),
    "duration": (-microseconds(MAX_DURATION), microseconds(MAX_DURATION)),
}
_PARTS: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "getFullYear": lambda time: time.dt.year(),
    "getMonth": lambda time: time.dt.month() - 1,
    "getDate": lambda time: time.dt.day(),
    "getDayOfMonth": lambda time: time.dt.day() - 1,
    "getDayOfWeek": lambda time: time.dt.weekday() % 7,
    "getDayOfYear": lambda time: time.dt.ordinal_day() - 1,
    "getHours": lambda time: time.dt.hour(),
    "getMinutes": lambda time: time.dt.minute(),
    "getSeconds": lambda time: time.dt.second(),
    "getMilliseconds": lambda time: time.dt.millisecond(),
}
_TOTALS: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "getHours": lambda time: time.dt.total_hours(),
    "getMinutes": lambda time: time.dt.total_minutes(),
    "getSeconds": lambda time: time.dt.total_seconds(),
}


def moved(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return a sum or difference of times and durations; unknown out of their range."""
    left, right = (arg.cast(pl.Int64()) for arg in args)
    low, high = _LIMITS[node.type.name]
    value = left + right if node.function == "_+_" else left - right
    return let(lambda value: pl.when(value.is_between(low, high)).then(value), value).cast(dtype(node.type))


def part_of(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return a part of a time as clocks in a zone show it, or of a duration."""
    if node.args[0].type.name == "duration":
        return _part_of_duration(node, args[0])
    written = literal(node.args[1])
    zone = str(written.value) if written else ""
    part, slow = _PARTS[node.function], computing(node)
    if not _agrees(zone):
        raise CannotSay(f"the time zone {zone}, in which Polars reads clocks otherwise")

    def compute(times: pl.Series) -> pl.Series:
        if ((times >= _FIRST) & (times < _END)).all():
            return times.to_frame("t").select(part(pl.col("t").dt.convert_time_zone(zone)).cast(pl.Int64()))["t"]
        return slow([times, pl.repeat(zone, len(times), dtype=pl.String(), eager=True)])

    return args[0].map_batches(compute, return_dtype=pl.Int64(), is_elementwise=True)


def _part_of_duration(node: Call, value: pl.Expr) -> pl.Expr:
    if node.function != "getMilliseconds":
        return _TOTALS[node.function](value)
    return let(lambda value: value.dt.total_milliseconds() - 1000 * value.dt.total_seconds(), value)


@cache
def _agrees(zone: str) -> bool:
    """Whether Polars reads the clocks of *zone* as Python does, at the start of each day of these years."""
    days = pl.Series([_FIRST + number * _DAY for number in range((_END - _FIRST).days)], dtype=pl.Datetime("us", "UTC"))
    home = ZoneInfo(zone)
    try:
        found = days.dt.convert_time_zone(zone).dt.replace_time_zone(None).to_list()
    except pl.exceptions.ComputeError:
        return False
    return found == [day.astimezone(home).replace(tzinfo=None) for day in days.to_list()]
