"""Where the lines, the marks and the scales of a chart of months lie. Numbers only: a page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH: Final = 720
LEFT: Final = 56
RIGHT: Final = 16
TOP: Final = 18
BOTTOM: Final = 24
MOST_YEARS: Final = 10
"""How many years are written below a chart at most."""
APART: Final = 12
"""How far the names of two marks are apart."""
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_CEILINGS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Rates = list[tuple[str, float | None]]
"""Months, such as ``2019-05``, with their rates; None where a month has too little to say."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: its unbroken *parts*, as SVG writes points, and *dots* for months that stand alone."""

    name: str
    parts: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its size, its *lines*, years and rates with their places; *marks*: where they and their names are."""

    width: int
    height: int
    lines: tuple[Line, ...]
    years: tuple[tuple[float, int], ...]
    rates: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """From the *first* month to the *last*, counted from the year 0, and from no rate to the *highest*."""

    first: int
    last: int
    highest: float
    height: int

    def across(self, month: float) -> float:
        """Return where *month* lies from left to right."""
        return round(LEFT + (month - self.first) / max(self.last - self.first, 1) * (WIDTH - LEFT - RIGHT), 1)

    def down(self, rate: float) -> float:
        """Return where *rate* lies from the top down."""
        return round(TOP + (1 - rate / self.highest) * (self.height - TOP - BOTTOM), 1)


def months_shown(series: Iterable[Rates]) -> tuple[int, int] | None:
    """Return the first and the last month with a rate in any of *series*, None where there is none."""
    months = [number_of(month) for rates in series for month, rate in rates if rate is not None]
    return (min(months), max(months)) if months else None


def chart(series: Sequence[tuple[str, Rates]], days: Sequence[str], span: tuple[int, int], height: int = 220) -> Chart:
    """Return the chart of *series*, named, over the months of *span*, with a mark at each of *days*."""
    highest = max((rate for _, rates in series for _, rate in rates if rate), default=0.0)
    scale = Scale(*span, next((one for one in _CEILINGS if one >= highest), 1.0), height)
    marks = (_place_of(day) for day in days)
    return Chart(
        width=WIDTH,
        height=height,
        lines=tuple(_line(name, rates, scale) for name, rates in series),
        years=tuple(_years(scale)),
        rates=tuple((scale.down(rate), rate) for rate in (0.0, scale.highest / 2, scale.highest)),
        marks=tuple(_apart(scale.across(one) for one in marks if span[0] <= one <= span[1] + 1)),
    )


def is_shown(day: str, span: tuple[int, int]) -> bool:
    """Whether a mark at *day* is within the months of *span*."""
    return span[0] <= _place_of(day) <= span[1] + 1


def _apart(marks: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Yield where marks are and where their names are, which may not lie upon one another."""
    place = -1.0 * APART
    for mark in marks:
        place = max(mark, place + APART)
        yield mark, place


def number_of(month: str) -> int:
    """Return how many months *month* is after the year 0."""
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest[:2]) - 1


def _place_of(day: str) -> float:
    return number_of(day) + (int(day[-2:]) - 1) / 31


def _line(name: str, rates: Rates, scale: Scale) -> Line:
    runs = list(_runs(sorted((number_of(month), rate) for month, rate in rates if rate is not None)))
    points = [[(scale.across(month), scale.down(rate)) for month, rate in run] for run in runs]
    return Line(
        name,
        tuple(" ".join(f"{x},{y}" for x, y in run) for run in points if run[1:]),
        tuple(run[0] for run in points if not run[1:]),
    )


def _runs(rates: Sequence[tuple[int, float]]) -> Iterator[Sequence[tuple[int, float]]]:
    """Yield the parts of *rates* in which no month is missing."""
    ends = [number for number, (one, other) in enumerate(pairwise(rates), 1) if other[0] - one[0] > 1]
    yield from (rates[start:end] for start, end in pairwise([0, *ends, len(rates)]) if start < end)


def _years(scale: Scale) -> Iterator[tuple[float, int]]:
    """Yield the years to be written, each where its January lies."""
    first, last = -(-scale.first // 12), scale.last // 12
    step = next(one for one in _STEPS if (last - first) / one < MOST_YEARS)
    years = range(-(-first // step) * step, last + 1, step)
    yield from ((scale.across(year * 12), year) for year in years)
    if not years:  # a few months of one year
        yield scale.across(scale.first), last
