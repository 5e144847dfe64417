"""What an audit answers: findings in long form, and how often each outcome was met. Its columns are a contract."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit.clauses import AS_OF, ROW
from govsocial.audit.regimes import label
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from govsocial.audit.kernel import Part
    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.policy.rules import CompiledPolicy

TIME: Final = pl.Datetime("us", "UTC")
_TEXTS: Final = (
    "resource_type resource_id rule effect outcome severity institution account network language kind".split()
)
FINDINGS: Final = pl.Schema(
    {name: pl.String() for name in _TEXTS}
    | {"date": TIME, "url": pl.String(), "fields": pl.List(pl.String()), "as_of": TIME}
    | {"policy_version": pl.String(), "fingerprint": pl.String()}
)
"""A row for each violation, waived or not, of a warning or an error, and for each rule that broke."""
DIMENSIONS: Final = (
    *("institution", "account", "network", "language", "rule", "effect", "severity", "month", "outcome", "missing"),
    "regime",
)
OUTCOMES: Final = pl.Schema({name: pl.String() for name in DIMENSIONS} | {"n": pl.Int64()})
"""
How many resources came out how: *month* is that of their date in Brussels, empty without one; *missing* is the first
thing that is not known, for what is unknown; *regime* the day since which the params have stood that the rule reads.
"""
_LISTED: Final = ("violation", "waived")
_OWN: Final = ("institution", "account", "network", "language")
_ORDER: Final = "#order"


def findings_of(parts: Sequence[Part], frame: pl.DataFrame, order: Mapping[str, int]) -> pl.DataFrame:
    """Return what is listed of *parts*, rules on the posts in *frame*: post by post, rules in their *order*."""
    found = [_listed(part, frame).with_columns(pl.lit(order[part.rule.id]).alias(_ORDER)) for part in parts]
    every = [one for one in found if one.height]
    if not every:
        return FINDINGS.to_frame()
    return pl.concat(every).sort(ROW, _ORDER).select(list(FINDINGS))


def _listed(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    rule = part.rule
    listed = ["error"] if rule.severity == "note" else [*_LISTED, "error"]
    rows = part.rows.filter(pl.col("outcome").is_in(listed))
    posts = frame[rows[ROW].to_list()].with_columns(rows["outcome"])
    prints = [fingerprint(rule.id, "post", name) for name in posts["id"]]
    constant = {"resource_type": "post", "rule": rule.id, "effect": rule.effect, "severity": rule.severity}
    constant |= {"policy_version": part.policy.version}
    return posts.with_columns(
        *(pl.lit(value).alias(name) for name, value in constant.items()),
        pl.col("id").alias("resource_id"),
        pl.col(AS_OF).alias("as_of"),
        pl.lit(pl.Series([list(rule.fields)], dtype=pl.List(pl.String))).first().alias("fields"),
        pl.Series("fingerprint", prints, dtype=pl.String),
    ).select(ROW, *FINDINGS)


def fingerprint(rule: str, kind: str, name: str) -> str:
    """Return what stays the same from run to run for the same rule on the same resource, as a finding has it."""
    return hashlib.sha256(f"{rule}\0{kind}\0{name}".encode()).hexdigest()[:32]


def outcomes_of(parts: Iterable[Part], frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Return how often each outcome of *parts* was met among the posts in *frame*, part by part."""
    month = pl.col("date").dt.convert_time_zone(str(HOME)).dt.strftime("%Y-%m").alias("month")
    own = frame.select(*_OWN, month).with_columns(pl.all().fill_null(""))
    return [_counted(part, own) for part in parts]


def _counted(part: Part, own: pl.DataFrame) -> pl.DataFrame:
    rows = part.rows
    met = own[rows[ROW].to_list()].with_columns(rows["outcome"], rows["missing"])
    counted = met.group_by(met.columns).len("n")
    constant = {"rule": part.rule.id, "effect": part.rule.effect, "severity": part.rule.severity, "regime": part.regime}
    named = counted.with_columns(pl.lit(value).alias(name) for name, value in constant.items())
    return named.select(list(OUTCOMES)).cast(dict(OUTCOMES))  # type: ignore[arg-type]


def added(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return *tables* of outcomes as one, in a fixed order."""
    every = pl.concat([OUTCOMES.to_frame(), *tables])
    return every.group_by(DIMENSIONS).agg(pl.col("n").sum()).sort(DIMENSIONS)


def tables_of(found: Sequence[Finding], engine: Engine) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what closures *found* of single resources, as the two tables have it."""
    policies = {one.id: one for one in engine.policies.policies}
    listed = [_row(one, policies) for one in found if _is_listed(one)]
    counted = [_count(one, policies) for one in found]
    outcomes = pl.DataFrame(counted, schema=OUTCOMES, orient="row")
    return pl.DataFrame(listed, schema=FINDINGS, orient="row"), added([outcomes])


def _is_listed(one: Finding) -> bool:
    return one.outcome == "error" or (one.outcome in _LISTED and one.severity != "note")


def _row(one: Finding, policies: Mapping[str, CompiledPolicy]) -> dict[str, Any]:
    told = one.subject.to_dict()
    return {
        "resource_type": told["type"],
        "resource_id": told["id"],
        **{name: getattr(one, name) for name in ("rule", "effect", "outcome", "severity", "fingerprint")},
        **{name: told[name] for name in (*_OWN, "url")},
        "kind": None,
        "date": _date(one),
        "fields": list(one.fields),
        "as_of": one.subject.as_of,
        "policy_version": _policy(one, policies).version,
    }


def _count(one: Finding, policies: Mapping[str, CompiledPolicy]) -> dict[str, Any]:
    told, date = one.subject.to_dict(), _date(one)
    return {
        **{name: told[name] or "" for name in _OWN},
        **{name: getattr(one, name) for name in ("rule", "effect", "severity", "outcome")},
        "month": date.astimezone(HOME).strftime("%Y-%m") if date else "",
        "missing": one.missing[0] if one.outcome == "unknown" and one.missing else "",
        "regime": label(_policy(one, policies), one.compiled, one.subject.as_of),
        "n": 1,
    }


def _policy(one: Finding, policies: Mapping[str, CompiledPolicy]) -> CompiledPolicy:
    return policies[one.rule.partition("/")[0]]


def _date(one: Finding) -> Any:  # noqa: ANN401 - a time, or None
    return getattr(one.resource, "date", None) or getattr(one.resource, "starts_at", None)
