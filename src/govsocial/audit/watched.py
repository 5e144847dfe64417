"""What each rule on accounts, events and institutions takes: its own clauses, and its share of what all rules need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from govsocial.audit.manifest import ONE_BY_ONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from govsocial.audit.kernel import Costs
    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.model import Resource
    from govsocial.policy.rules import Clause, CompiledPolicy, Rule
    from govsocial.workspace import Workspace

_POST: Final = "post"


def verdicts(
    engine: Engine, items: Sequence[Resource], workspace: Workspace, as_of: datetime | None, costs: Costs
) -> list[Finding]:
    """Return what *engine* says of *items*, which are no posts, one by one; add what that takes to *costs*."""
    watched = _watched(engine, costs)
    found: list[Finding] = []
    for item in items:
        started, before = perf_counter(), _spent(costs)
        said = watched.verdicts(item, workspace, as_of)
        shared = perf_counter() - started - (_spent(costs) - before)
        for one in said:
            cost = costs.of[one.rule]
            cost.seconds += shared / len(said)
            cost.rows, cost.why = cost.rows + 1, ONE_BY_ONE
        found += said
    return found


def _spent(costs: Costs) -> float:
    return sum(one.seconds for one in costs.of.values())


def _watched(engine: Engine, costs: Costs) -> Engine:
    """Return *engine* with a stopwatch at the clauses of each rule that is not on posts."""
    policies = tuple(_policy(one, costs) for one in engine.policies.policies)
    return replace(engine, policies=replace(engine.policies, policies=policies))


def _policy(policy: CompiledPolicy, costs: Costs) -> CompiledPolicy:
    return replace(policy, rules=tuple(one if one.on == _POST else _rule(one, costs) for one in policy.rules))


def _rule(rule: Rule, costs: Costs) -> Rule:
    return replace(
        rule,
        when=_clauses(rule.when, rule.id, costs),
        require=_clauses(rule.require, rule.id, costs),
        dated=tuple((period, _rule(one, costs)) for period, one in rule.dated),
    )


def _clauses(clauses: Sequence[Clause], rule: str, costs: Costs) -> tuple[Clause, ...]:
    return tuple(
        replace(one, run=_Timed(one.run, rule, costs), code=tuple(_Timed(run, rule, costs) for run in one.code))
        for one in clauses
    )


@dataclass(frozen=True, slots=True)
class _Timed:
    """A closure of a *rule*, with a stopwatch."""

    run: Closure
    rule: str
    costs: Costs

    def __call__(self, frame: Frame) -> Any:  # noqa: ANN401 - whatever the closure gives
        started = perf_counter()
        try:
            return self.run(frame)
        finally:
            self.costs.of[self.rule].seconds += perf_counter() - started
