"""What the page of an audit says rule by rule, and its charts: each with the same figures in a table. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from govsocial.audit.charts import Chart, chart, is_shown, months_shown
from govsocial.audit.phrases import SEVERITIES, day, graduation, percent, violations
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govsocial.audit.charts import Rates
    from govsocial.audit.speech import Speech

    Row = dict[str, Any]

TALL: Final = 240
LOW: Final = 150
LONGEST: Final = 60
"""How many characters of the value of a param are shown."""


def of_severities(summary: Row, speech: Speech) -> Row | None:
    """Return the chart of all months by severity, None where no month has enough to say."""
    series = _series(summary["trend"]["severities"], "severity")
    span = months_shown(series.values())
    if span is None:
        return None
    named = {severity: series[severity] for severity in SEVERITIES if severity in series}
    heads = {severity: speech.words(SEVERITIES[severity]) for severity in named}
    drawn = _drawn(chart([*named.items()], (), span, TALL), speech)
    grids = [{"name": heads[severity], "years": _grid(rates, speech)} for severity, rates in named.items()]
    return {**drawn, "legend": [{"kind": kind, "name": name} for kind, name in heads.items()], "grids": grids}


def cards(summary: Row, speech: Speech, most: int, most_lines: int) -> Row:
    """Return the rules that were broken, at most so many of them in full; and those that were not."""
    plain = [one for one in summary["rules"] if one["effect"] in ("violation", "duty")]
    broken = sorted((one for one in plain if one["violations"]), key=lambda one: (-one["violations"], one["id"]))
    series = _series(summary["trend"]["rules"], "rule")
    span = months_shown(series.values())
    groups = {name: _by(summary["rates"][name], "rule") for name in ("institutions", "accounts")}
    full = [
        {
            **_line(one, speech),
            "chart": _chart(one, series.get(one["id"], []), span, speech),
            **_accounts(groups["institutions"][one["id"]], groups["accounts"][one["id"]], speech, most_lines),
        }
        for one in broken[:most]
    ]
    kept = [one for one in plain if one["judged"] and not one["violations"]]
    silent = [one for one in plain if not one["judged"] and one["unknown"]]
    return {
        "full": full,
        "further": [_line(one, speech) for one in broken[most:]],
        "kept": [_line(one, speech) for one in kept],
        "silent": [_line(one, speech) for one in silent],
    }


def _line(one: Row, speech: Speech) -> Row:
    return {
        "rule": speech.rule(one["id"]),
        "rate": speech.rate(one),
        "violations": speech.words(violations(one["violations"], one["judged"])),
        "checks": speech.number(one["judged"]),
        "unknown": speech.number(one["unknown"]),
    }


def _by(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def _series(rows: Iterable[Row], name: str) -> dict[str, Rates]:
    return {key: [(one["month"], one["rate"]) for one in found] for key, found in _by(rows, name).items()}


def _chart(one: Row, rates: Rates, span: tuple[int, int] | None, speech: Speech) -> Row | None:
    if span is None or months_shown([rates]) is None:
        return None
    changes = [change for change in one["changes"] if is_shown(change["day"], span)]
    drawn = _drawn(chart([(one["severity"], rates)], [change["day"] for change in changes], span, LOW), speech)
    return {**drawn, "changes": [_change(change, speech) for change in changes], "years": _grid(rates, speech)}


def _change(change: Row, speech: Speech) -> Row:
    params = [
        f"{one['name']}: {_value(one['before'], speech)} → {_value(one['after'], speech)}" for one in change["params"]
    ]
    return {"day": day(change["day"]), "iso": change["day"], "params": params}


def _value(value: str | None, speech: Speech) -> str:
    if value is None:
        return speech.words(say("none"))
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _drawn(found: Chart, speech: Speech) -> Row:
    rates = [{"y": y, "text": graduation(rate, speech.language)} for y, rate in found.rates]
    return {"drawing": found, "scale": rates}


def _grid(rates: Rates, speech: Speech) -> list[Row]:
    """Return *rates* as a table: a year a row, a month a column; · where there is too little to say."""
    years = groupby(sorted(rates), key=lambda one: one[0].partition("-")[0])
    return [{"year": year, "months": _months(dict(months), year, speech)} for year, months in years]


def _months(rates: Mapping[str, float | None], year: str, speech: Speech) -> list[str]:
    found = [rates.get(f"{year}-{month:02}", -1.0) for month in range(1, 13)]
    return ["·" if rate is None else "" if rate < 0 else percent(rate, speech.language) for rate in found]


def _accounts(institutions: Sequence[Row], accounts: Sequence[Row], speech: Speech, most: int) -> Row:
    """Return the rates of institutions, the highest first, each with those of its accounts below it."""
    below = _by(accounts, "institution")
    rows = [row for one in _highest(institutions) for row in _lines(one, below[one["institution"]], speech)]
    return {"rows": rows[:most], "more": speech.more(len(rows) - most)}


def _lines(institution: Row, accounts: Sequence[Row], speech: Speech) -> Iterator[Row]:
    yield _told(institution, speech.institution(institution["institution"]), speech, of_account=False)
    for one in _highest(accounts):
        if one["account"]:
            yield _told(one, one["account"], speech, of_account=True)


def _told(row: Row, name: str, speech: Speech, *, of_account: bool) -> Row:
    rate = speech.rate(row)
    numbers = {key: speech.number(row[key]) for key in ("violations", "judged", "unknown")}
    return {
        "name": name,
        "of_account": of_account,
        "rate": rate,
        "width": round(100 * (row["rate"] or 0), 1),
        **numbers,
    }


def _highest(rows: Iterable[Row]) -> list[Row]:
    """Return *rows* that apply, those with the highest rates first, those with too few checks last."""
    told = (one for one in rows if one["judged"] or one["unknown"])
    return sorted(told, key=lambda one: (-1 if one["rate"] is None else one["rate"], one["judged"]), reverse=True)
