"""Between which moments the rules and params of a policy stay as they are. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.policy.period import Period
    from govsocial.policy.rules import CompiledPolicy, Rule, Waiver


@dataclass(frozen=True, slots=True)
class Regimes:
    """The *turns* at which something of a policy changes: in the time between two of them nothing does."""

    turns: tuple[datetime, ...]

    def moment(self, number: int) -> datetime:
        """Return a moment in the time before turn *number*, counted from 0, and after the turn before that."""
        if not self.turns:
            return datetime(2000, 1, 1, tzinfo=UTC)
        return self.turns[number - 1] if number else self.turns[0] - timedelta(microseconds=1)


def regimes_of(policy: CompiledPolicy, waivers: Iterable[Waiver] = ()) -> Regimes:
    """Return the regimes of *policy*: of its params, its rules, what overrides changed, and the *waivers* beside it."""
    periods = [*_periods(policy), *(one.period for one in waivers)]
    ends = {end for one in periods for end in (one.start, one.until) if end}
    return Regimes(tuple(sorted(ends | set(policy.params.turns))))


def _periods(policy: CompiledPolicy) -> Iterator[Period]:
    yield policy.valid
    for rule in policy.rules:
        yield from (period for period, _ in rule.dated)
        yield from (one.valid for one in (rule, *(dated for _, dated in rule.dated)) if one.valid)


def label(policy: CompiledPolicy, rule: Rule, time: datetime) -> str:
    """
    Return which values the params have that *rule* reads at *time*: since which day; empty where they never change.

    Before the first turn it is ``< 2010-10-06``.
    """
    turns = _turns(policy, rule)
    before = bisect_right(turns, time)
    if not turns:
        return ""
    return _day(turns[before - 1]) if before else f"< {_day(turns[0])}"


def _turns(policy: CompiledPolicy, rule: Rule) -> list[datetime]:
    read = {path.removeprefix("param.") for path in rule.fields if path.startswith("param.")}
    dated = [
        one.period
        for name, values in zip(policy.params.names, policy.params.values, strict=True)
        if name in read
        for one in values
    ]
    return sorted({end for one in dated for end in (one.start, one.until) if end})


def _day(turn: datetime) -> str:
    return turn.astimezone(HOME).date().isoformat()
