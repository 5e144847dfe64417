"""The figures of an audit, from its two tables: who breaks what, when, and what could not be judged. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit.answers import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, Any]

MINIMUM: Final = 20
"""How many judgements a rate takes: of fewer, one more or less would turn it."""
FIXES: Final = 50
"""How many fixes are told, the biggest."""
OF_RULE: Final = 5
"""How many fixes of one rule are told, so that what everybody does hides nothing else."""
EXAMPLES: Final = 3
"""How many examples of a fix, and of absent resources, are told."""
TOGETHER: Final = 16
"""How many parts are read at once: what is held while they are read grows with them."""
DECISIVE: Final = ("error", "warning")
"""The severities that are listed one by one; notes are counted."""
_WEIGHTS: Final = {"error": 0, "warning": 1, "note": 2}
_JUDGED: Final = ("pass", "violation", "waived")
_KEPT: Final = ("open", "attested")
"""The outcomes of a duty of which what a machine sees was kept."""
_BROKEN: Final = ("violation", "waived")
_WHO: Final = ("rule", "institution", "account")
_ABSENT: Final = r"^(post|account|event|institution):"
"""How a closure says that something which is referred to is not there."""


def figures(outcomes: Sequence[pl.LazyFrame], findings: Iterable[pl.LazyFrame]) -> Row:
    """
    Return what *outcomes* and *findings*, each given in parts, come to; the same whatever order their rows are in.

    Only examples follow the order of *findings*. No more is held in memory than some parts, and rows that were counted.
    """
    wide = _collected(outcomes, (*_WHO, "effect", "severity", "outcome"))
    checked = _checked(wide)
    dated = pl.col("month") != ""
    monthly = _collected(outcomes, ("rule", "effect", "severity", "month", "outcome"), dated)
    return {
        "counts": _counts(wide),
        "period": _period(monthly, wide),
        "severities": sorted(_rates(wide, checked, ["severity"]), key=lambda one: _WEIGHTS[one["severity"]]),
        "rules": _rates(wide, checked, ["rule"]),
        "institutions": _rates(wide, checked, ["institution", "severity"]),
        "rates": {
            "institutions": _rates(wide, checked, ["rule", "institution"]),
            "accounts": _rates(wide, checked, ["rule", "institution", "account"]),
        },
        "trend": {
            "severities": _judged(_rates(monthly, checked, ["severity", "month"])),
            "rules": _judged(_rates(monthly, checked, ["rule", "month"])),
        },
        "regimes": _regimes(outcomes),
        "fixes": _fixes(wide, findings),
        "unknown": _unknown(outcomes, wide),
        "waived": _summed(wide.filter(pl.col("outcome") == "waived"), ["rule", "institution"]),
        "errors": _summed(wide.filter(pl.col("outcome") == "error"), ["rule"]),
    }


def _collected(outcomes: Sequence[pl.LazyFrame], by: Sequence[str], which: pl.Expr | None = None) -> pl.DataFrame:
    """Return how many *outcomes* there are of each kind, those *which* are meant, in a fixed order."""
    found = OUTCOMES.to_frame().select(*by, "n")
    for start in range(0, len(outcomes), TOGETHER):
        some = pl.concat(outcomes[start : start + TOGETHER])
        meant = some if which is None else some.filter(which)
        counted = meant.group_by(by).agg(pl.col("n").sum()).collect(engine="streaming")
        found = pl.concat([found, counted]).group_by(by).agg(pl.col("n").sum())
    return found.sort(by)


def _summed(frame: pl.DataFrame, by: list[str]) -> list[Row]:
    return frame.group_by(by).agg(pl.col("n").sum()).sort("n", *by, descending=[True, *[False] * len(by)]).to_dicts()


def _counts(wide: pl.DataFrame) -> dict[str, int]:
    return dict(wide.group_by("outcome").agg(pl.col("n").sum()).sort("outcome").iter_rows())


def _period(monthly: pl.DataFrame, wide: pl.DataFrame) -> Row:
    """Return the first and the last month, and how many judgements are of something without a date."""
    undated = int(wide["n"].sum()) - int(monthly["n"].sum())
    return {"first": monthly["month"].min(), "last": monthly["month"].max(), "undated": undated}


def _checked(wide: pl.DataFrame) -> list[str]:
    """Return the duties that a machine checks a part of: their rates count those where that part was kept."""
    broken = wide.filter((pl.col("effect") == "duty") & pl.col("outcome").is_in(_BROKEN))
    return broken["rule"].unique().sort().to_list()


def _rates(frame: pl.DataFrame, checked: list[str], by: list[str]) -> list[Row]:
    """Return how often rules and duties were broken of those times that they were judged, for each of *by*."""
    outcome, n = pl.col("outcome"), pl.col("n")
    kept = outcome.is_in(_KEPT) & pl.col("rule").is_in(checked)
    found = (
        frame.filter(pl.col("effect").is_in(("violation", "duty")))
        .group_by(by)
        .agg(
            n.filter(outcome == "violation").sum().alias("violations"),
            n.filter(outcome == "waived").sum().alias("waived"),
            n.filter(outcome.is_in(_JUDGED) | kept).sum().alias("judged"),
            n.filter(outcome == "unknown").sum().alias("unknown"),
            n.filter(outcome == "error").sum().alias("errors"),
            n.filter(outcome != "not-applicable").sum().alias("applicable"),
        )
    )
    rate = pl.when(pl.col("judged") >= MINIMUM).then((pl.col("violations") / pl.col("judged")).round(6))
    return found.with_columns(rate.alias("rate")).sort(by).to_dicts()


def _judged(rows: list[Row]) -> list[Row]:
    return [one for one in rows if one["judged"]]


def _regimes(outcomes: Sequence[pl.LazyFrame]) -> list[Row]:
    """Return since when the params of rules stood as they did, for each rule that met more than one state of them."""
    met = _collected(outcomes, ("rule", "regime"), pl.col("regime") != "").drop("n")
    days: dict[str, list[str]] = {}
    for rule, day in sorted(met.iter_rows(), key=lambda row: (row[0], not row[1].startswith("<"), row[1])):
        days.setdefault(rule, []).append(day)
    return [{"rule": rule, "since": since[1:]} for rule, since in days.items() if since[1:]]


def _fixes(wide: pl.DataFrame, findings: Iterable[pl.LazyFrame]) -> Row:
    """Return which account has to mend what, most violations first, a few of each rule, with examples."""
    listed = wide.filter((pl.col("outcome") == "violation") & pl.col("severity").is_in(DECISIVE))
    every = listed.group_by(_WHO).agg(pl.col("n").sum().alias("violations"))
    total = int(every["violations"].sum())
    sorted_ = every.sort("violations", *_WHO, descending=[True, False, False, False])
    first = sorted_.filter(pl.int_range(pl.len()).over("rule") < OF_RULE).head(FIXES)
    examples = _examples(first, findings)
    rows = [
        {
            **row,
            "share": round(row["violations"] / total, 6),
            "examples": examples.get(tuple(row[one] for one in _WHO), []),
        }
        for row in first.to_dicts()
    ]
    return {"n": every.height, "violations": total, "first": rows}


def _examples(wanted: pl.DataFrame, findings: Iterable[pl.LazyFrame]) -> dict[tuple[str, ...], list[Row]]:
    """Return the first examples of what is *wanted*; no further part of *findings* is read than they take."""
    names = ("resource_type", "resource_id", "url")
    found = pl.DataFrame(schema=dict.fromkeys((*_WHO, *names), pl.String))
    enough = wanted["violations"].clip(upper_bound=EXAMPLES).sum()
    for part in findings:
        if found.height >= enough:
            break
        broken = part.filter(pl.col("outcome") == "violation").select(*_WHO, *names)
        known = broken.with_columns(pl.col(_WHO).fill_null("")).join(wanted.lazy().select(_WHO), on=_WHO, how="semi")
        found = pl.concat([found, known.collect()]).group_by(_WHO, maintain_order=True).head(EXAMPLES)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for rule, institution, account, kind, name, url in found.iter_rows():
        groups.setdefault((rule, institution, account), []).append({"type": kind, "id": name, "url": url or None})
    return groups


def _unknown(outcomes: Sequence[pl.LazyFrame], wide: pl.DataFrame) -> Row:
    """Return what could not be judged, of all that applies, and for want of what."""
    asked = wide.filter(pl.col("outcome") != "not-applicable")
    total = int(asked["n"].sum())
    of_rule = dict(asked.group_by("rule").agg(pl.col("n").sum()).iter_rows())
    absent = pl.col("missing").str.contains(_ABSENT)
    what = pl.when(absent).then(pl.col("missing").str.extract(_ABSENT) + ":*").otherwise(pl.col("missing"))
    met = _collected(outcomes, ("rule", "missing"), pl.col("outcome") == "unknown")
    named = met.with_columns(what.alias("what"), absent.alias("absent"))
    rows = [{**one, **_missing(named, one["missing"], of_rule)} for one in _by_size(named, "what", "missing")]
    n = int(met["n"].sum())
    missing = [{**one, "share": _share(one["n"], total)} for one in rows]
    return {"n": n, "applicable": total, "share": _share(n, total), "missing": missing}


def _by_size(frame: pl.DataFrame, by: str, name: str) -> list[Row]:
    counted = frame.group_by(pl.col(by).alias(name)).agg(pl.col("n").sum())
    return counted.sort("n", name, descending=[True, False]).to_dicts()


def _missing(named: pl.DataFrame, what: str, of_rule: dict[str, int]) -> Row:
    """Return which rules wait for *what*, and where that is absent resources, which ones, most missed first."""
    rows = named.filter(pl.col("what") == what)
    absent = _by_size(rows.filter("absent"), "missing", "name")
    rules = [
        {**one, "applicable": of_rule[one["rule"]], "share": _share(one["n"], of_rule[one["rule"]])}
        for one in _by_size(rows, "rule", "rule")
    ]
    return {"absent": {"n": len(absent), "first": [one["name"] for one in absent[:EXAMPLES]]}, "rules": rules}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0
