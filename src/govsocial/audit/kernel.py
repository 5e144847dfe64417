"""
The rules on a batch of posts: columns where they can say it, closures for the other rows. Pure but for its stopwatch.

Any cut of an archive into batches gives the same: nothing here looks from one row to another, and what posts have to do
with one another comes in as the workspace of the batch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.audit.applicable import applicable
from govsocial.audit.clauses import AS_OF, ASK, NAMES, ON, ROW, Said, layout_at, said
from govsocial.audit.faults import FAULTS
from govsocial.audit.outcomes import code_of, facts_of
from govsocial.audit.reasons import reason
from govsocial.audit.regimes import Regimes, label, regimes_of
from govsocial.audit.rowwise import Closures, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from govsocial.cel.library import Fact, Function
    from govsocial.cel.tree import Node
    from govsocial.engine import Engine
    from govsocial.policy.rules import CompiledPolicy, Rule

RULE: Final = "#rule"
_REGIME: Final = "#regime"
_NONE: Final = pl.Series(ROW, [], dtype=pl.UInt32)


@dataclass
class Cost:
    """What a rule took: *seconds*, how many *rows* closures judged, and why they did."""

    seconds: float = 0.0
    rows: int = 0
    why: str = ""


@dataclass
class Costs:
    """What each rule took, by its id."""

    of: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))


@dataclass(frozen=True, slots=True)
class Part:
    """How one *rule* of a *policy* came out in rows of one regime: *rows* has them, the outcomes, what is missing."""

    policy: CompiledPolicy
    rule: Rule
    regime: str
    rows: pl.DataFrame

    def where(self, outcome: str) -> pl.Series:
        """Return the numbers of the rows that came out as *outcome*."""
        return self.rows.filter(pl.col("outcome") == outcome)[ROW]

    def changed(self, numbers: pl.Series, outcome: str) -> Part:
        """Return this with another *outcome* in the rows *numbers*."""
        new = pl.when(pl.col(ROW).is_in(numbers.implode())).then(pl.lit(outcome)).otherwise(pl.col("outcome"))
        return Part(self.policy, self.rule, self.regime, self.rows.with_columns(new.alias("outcome")))


@dataclass(frozen=True, slots=True)
class Plan:
    """What columns need to know of a policy, worked out once in a process."""

    policy: CompiledPolicy
    regimes: Regimes
    facts: Mapping[str, Node]
    code: Mapping[str, Fact | Function]
    known: dict[tuple[str, int], tuple[Said, pl.Expr | None]]

    def said(self, rule: Rule, time: datetime) -> tuple[Said, pl.Expr | None]:
        """Return what columns say of *rule* in the regime of *time*, and how they say what is missing."""
        key = (rule.id, bisect_right(self.regimes.turns, time))
        if key not in self.known:
            layout = layout_at(self.policy, self.facts, self.code, time)
            self.known[key] = said(rule, layout), reason(rule, self.facts, layout.values)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Kernel:
    """What judges in one process, made once: the *engine*, rules one by one, and a plan for each policy by its id."""

    engine: Engine
    closures: Closures
    plans: Mapping[str, Plan]


def kernel_of(engine: Engine) -> Kernel:
    """Return what judges as *engine* does."""
    policies = engine.policies.policies
    plans = {one.id: Plan(one, regimes_of(one), facts_of(one, ON), code_of(one, ON), {}) for one in policies}
    return Kernel(engine, Closures(engine), plans)


def judged(kernel: Kernel, rows: Rows, costs: Costs) -> list[Part]:
    """Return how each rule came out in each of *rows*, rule by rule in the order of their policies."""
    parts: list[Part] = []
    for (network,), group in rows.frame.partition_by("network", as_dict=True, maintain_order=True).items():
        found = [
            part
            for policy, rules in kernel.engine.rules_on(ON, str(network))
            for part in _Judging(kernel, rows, costs).of_policy(kernel.plans[policy.id], rules, group)
        ]
        parts += _waived(kernel, _superseded(found), rows)
    return parts


@dataclass(frozen=True, slots=True)
class _Judging:
    """One batch being judged: by what, which rows, and what it costs."""

    kernel: Kernel
    rows: Rows
    costs: Costs

    def of_policy(self, plan: Plan, rules: Sequence[Rule], group: pl.DataFrame) -> Iterator[Part]:
        """Yield how each of *rules* came out in *group*, some of the rows, regime by regime."""
        for number, part in _by_regime(group, plan.regimes):
            time = plan.regimes.moment(number)
            for rule in (one.at(time) if plan.policy.dated else one for one in rules):
                if rule.enabled:
                    started = perf_counter()
                    found = self._of_rule(plan, rule, time, part)
                    self.costs.of[rule.id].seconds += perf_counter() - started
                    yield Part(plan.policy, rule, label(plan.policy, rule, time), found)

    def _of_rule(self, plan: Plan, rule: Rule, time: datetime, part: pl.DataFrame) -> pl.DataFrame:
        """Return the outcome of *rule* in each row of *part*, in their order, and what is missing where unknown."""
        if not plan.policy.valid.holds(time) or (rule.valid and not rule.valid.holds(time)):
            return _same(part, "not-applicable")
        (found, missing), cost = plan.said(rule, time), self.costs.of[rule.id]
        cost.why = cost.why or found.refused
        outcome = _by_columns(part, found, cost)
        if missing is not None:
            outcome = _reasoned(outcome, part, missing)
        asks, unknown = pl.col("outcome") == ASK, pl.col("outcome") == "unknown"
        still_open = outcome.filter(asks | (unknown & (pl.col("missing") == "")))[ROW]
        if still_open.is_empty():
            return outcome
        cost.rows += outcome.filter(asks).height
        told = self.kernel.closures.asked(rule, self.rows, still_open)
        return outcome.update(told, on=ROW, how="left", maintain_order="left")


def _by_regime(group: pl.DataFrame, regimes: Regimes) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the rows of *group* that are judged by a moment before one turn and after the last, for each turn."""
    if not regimes.turns:
        yield 0, group
        return
    passed = [(pl.col(AS_OF) >= pl.lit(turn).cast(pl.Datetime("us", "UTC"))).cast(pl.UInt16) for turn in regimes.turns]
    numbered = group.with_columns(pl.sum_horizontal(passed).alias(_REGIME))
    for (number,), part in sorted(numbered.partition_by(_REGIME, as_dict=True, include_key=False).items()):
        yield int(str(number)), part


def _by_columns(frame: pl.DataFrame, found: Said, cost: Cost) -> pl.DataFrame:
    try:
        some = applicable(frame, found.applies)
        if some.is_empty():
            return _same(frame, "not-applicable")
        codes = some.with_columns(found.code.alias("outcome"))["outcome"]
    except FAULTS as error:  # closures are right, and slower
        cost.why = str(error).partition("\n")[0]
        return _same(frame, ASK)
    told = some.select(ROW).with_columns(NAMES.gather(codes), pl.lit("").alias("missing"))
    if some.height == frame.height:
        return told
    return _same(frame, "not-applicable").update(told, on=ROW, how="left", maintain_order="left")


def _reasoned(outcome: pl.DataFrame, frame: pl.DataFrame, missing: pl.Expr) -> pl.DataFrame:
    """Return *outcome* with what is missing where columns can tell."""
    unknown = frame.filter(outcome["outcome"] == "unknown")
    if unknown.is_empty():
        return outcome
    try:
        told = unknown.with_columns(missing.cast(pl.String).alias("missing")).select(ROW, "missing")
    except FAULTS:  # closures are asked where nothing is told
        return outcome
    return outcome.update(told, on=ROW, how="left", maintain_order="left")


def _same(frame: pl.DataFrame, outcome: str) -> pl.DataFrame:
    return frame.select(ROW).with_columns(pl.lit(outcome).alias("outcome"), pl.lit("").alias("missing"))


def _superseded(parts: list[Part]) -> list[Part]:
    """Silence each violation that yields to a rule which speaks on the same row; the silenced speak no more."""
    if not any(part.rule.yields_to for part in parts):
        return parts
    broken: dict[str, pl.Series] = {}
    yields: dict[str, frozenset[str]] = {}
    for part in parts:
        broken[part.rule.id] = pl.concat([broken.get(part.rule.id, _NONE), part.where("violation")])
        yields[part.rule.id] = part.rule.yields_to
    known: dict[str, pl.Series] = {}

    def speaking(name: str) -> pl.Series:
        if name not in known:
            over = [speaking(other) for other in yields[name] if other in broken]
            known[name] = _without(broken[name], over)
        return known[name]

    return [
        part.changed(_without(part.where("violation"), [speaking(part.rule.id)]), "superseded")
        if part.rule.yields_to
        else part
        for part in parts
    ]


def _without(numbers: pl.Series, others: Iterable[pl.Series]) -> pl.Series:
    for other in others:
        numbers = numbers.filter(~numbers.is_in(other.implode()))
    return numbers


def _waived(kernel: Kernel, parts: list[Part], rows: Rows) -> list[Part]:
    """Mark what is waived; whether a waiver is for a row, closures say."""
    names = {name for waiver in kernel.engine.policies.waivers for name in waiver.rules}
    return [_marked(kernel, part, rows) if part.rule.id in names else part for part in parts]


def _marked(kernel: Kernel, part: Part, rows: Rows) -> Part:
    broken = part.where("violation")
    if broken.is_empty():
        return part
    told = kernel.closures.asked(part.rule, rows, broken, waivers=True)
    return part.changed(told.filter(pl.col("outcome") == "waived")[ROW], "waived")
