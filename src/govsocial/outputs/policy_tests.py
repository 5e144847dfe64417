"""What came of the tests of policies, put into words: failures, coverage, changes that no case notices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from govsocial.authoring.coverage import percent
from govsocial.authoring.remarks import quoted
from govsocial.messages import Text, count, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govsocial.authoring.coverage import ClauseSeen, RuleSeen
    from govsocial.authoring.mutation import Survivor, Trial
    from govsocial.authoring.tests import Case
    from govsocial.policy.schema import Policy

_NEVER: Final = {
    ("pass", "fail"): say("never judged"),
    ("pass",): say("never true"),
    ("fail",): say("never false"),
}


def failures(found: Iterable[tuple[Policy, Case, Text]], ran: int, language: str) -> Iterator[str]:
    """Yield a line for each failed test, and how many ran and failed."""
    every = list(found)
    for policy, case, fault in every:
        yield f"{policy.file} {case.rule}, {case.name}: {fault.render(language)}"
    failed = count("{n} failed", "{n} failed", n=len(every))
    tests = count("{n} test run", "{n} tests run", n=ran)
    yield say("{ran}, {failed}", ran=tests, failed=failed).render(language)


def coverage(rules: Sequence[RuleSeen], language: str) -> Iterator[str]:
    """Yield what was seen of each rule, what was not, and how much that is of the whole."""
    for one in rules:
        yield f"{one.rule}: {_outcomes(one).render(language)}"
        yield from (f"    {_clause(clause).render(language)}" for clause in one.clauses if clause.missing)
    yield say("{n} % of outcomes and clauses seen", n=percent(rules)).render(language)


def _outcomes(one: RuleSeen) -> Text:
    seen = ", ".join(sorted(one.seen)) or "-"
    if not one.missing:
        return say("{seen}", seen=seen)
    return say("{seen}; not seen: {missing}", seen=seen, missing=", ".join(one.missing))


def _clause(one: ClauseSeen) -> Text:
    never = _NEVER[one.missing]
    return say("{key} {n} {never}: {text}", key=one.key, n=one.number, never=never, text=" ".join(one.text.split()))


def mutation(trials: Sequence[Trial], language: str) -> Iterator[str]:
    """Yield each change that no case notices, with a case that would; reasons that are stale; how many were tried."""
    for one in trials:
        yield from (line for survivor in one.survivors for line in _survivor(survivor, language))
        yield from (problem.render(language) for problem in one.stale)
    tried = count("{n} change tried", "{n} changes tried", n=sum(one.tried for one in trials))
    left = count("{n} not noticed", "{n} not noticed", n=sum(len(one.survivors) for one in trials))
    explained = count("{n} explained", "{n} explained", n=sum(one.explained for one in trials))
    yield say("{tried}, {left}, {explained}", tried=tried, left=left, explained=explained).render(language)


def _survivor(one: Survivor, language: str) -> Iterator[str]:
    yield replace(one.place, text=say("no case notices this change")).render(language)
    yield f"    - {one.before}"
    if one.after:
        yield f"    + {one.after}"
    yield f"    {one.place.message(language)}"
    key = f'survives = {{ {quoted(one.key)} = "…" }}'
    yield "    " + say("or say beside the rule why none is needed: {key}", key=key).render(language)
