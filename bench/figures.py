"""What a benchmark found: ratios with the figure to reach, as a table for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from bench.machine import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.timing import Ratio


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One ratio. *target* and *aim* are at most, or with *at_least* at least, what it should be; None where there is none.

    *seconds* are medians of both sides for one thing. What is no ratio is *told* in words. A figure with neither was
    skipped; *note* says why.
    """

    bench: str
    name: str
    ratio: Ratio | None
    target: float | None = None
    aim: float | None = None
    at_least: bool = False
    seconds: Mapping[str, float] | None = None
    note: str = ""
    told: str = ""

    @property
    def verdict(self) -> str:
        """``aim``, ``target``, ``missed`` or ``skipped``; empty where nothing is to be reached."""
        if self.ratio is None:
            return "" if self.told else "skipped"
        if self._reached(self.aim):
            return "aim"
        if self.target is None:
            return ""
        return "target" if self._reached(self.target) else "missed"

    def _reached(self, wanted: float | None) -> bool:
        if wanted is None or self.ratio is None:
            return False
        return self.ratio.value >= wanted if self.at_least else self.ratio.value <= wanted

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as the JSON file tells it."""
        return {**asdict(self), "verdict": self.verdict}


def table(figures: Sequence[Figure]) -> Table:
    """Return *figures* as a table."""
    shown = Table(title="Ratios within one run", title_justify="left", expand=False)
    for column in ("bench", "figure"):
        shown.add_column(column)
    for column in ("ratio", "middle half", "target", "aim", "times"):
        shown.add_column(column, justify="right")
    shown.add_column("reached")
    for one in figures:
        shown.add_row(*_row(one), style={"missed": "red", "skipped": "dim", "aim": "green"}.get(one.verdict))
    return shown


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.at_least else "≤"
    wanted = [f"{sign} {limit:g}" if limit is not None else "" for limit in (figure.target, figure.aim)]
    name = escape(f"{figure.name}\n({figure.note})" if figure.note else figure.name)
    if figure.ratio is None:
        return figure.bench, name, escape(figure.told), "", *wanted, "", figure.verdict
    times = "\n".join(f"{side} {_time(seconds)}" for side, seconds in (figure.seconds or {}).items())
    spread = f"{figure.ratio.low:.2f}–{figure.ratio.high:.2f}"
    return figure.bench, name, f"{figure.ratio.value:.2f}", spread, *wanted, times, figure.verdict


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds > 0.01 else f"{seconds * 1e6:.1f} µs"


def to_dict(figures: Sequence[Figure], rounds: int) -> dict[str, Any]:
    """Return what the JSON file holds."""
    return {"bench": 1, "rounds": rounds, "machine": machine(), "figures": [one.to_dict() for one in figures]}
