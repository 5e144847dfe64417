"""What the cases of rules reach: which outcomes each rule had, which clauses were true and false. Judges no case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.authoring.anatomy import CONDITIONS
from govsocial.authoring.tests import findings_of
from govsocial.errors import InputError
from govsocial.finding import outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govsocial.authoring.tests import Case
    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.policy.rules import Clause, Rule

ABSENT: Final = "not-applicable"
SIDES: Final = ("pass", "fail")
"""What a clause has to be seen as."""


@dataclass(frozen=True, slots=True)
class ClauseSeen:
    """A clause under *key*, its *number* from 1 there and its *text*; *seen* is how it came out."""

    key: str
    number: int
    text: str
    seen: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """How it never came out."""
        return tuple(side for side in SIDES if side not in self.seen)


@dataclass(frozen=True, slots=True)
class RuleSeen:
    """
    What the cases of one *rule* reach: the outcomes *seen*, those *expected* of it, and its *clauses*.

    ``unknown`` may be seen but is not expected: what is unknown is for the engine to get right, not for the policy.
    """

    rule: str
    expected: tuple[str, ...]
    seen: frozenset[str]
    clauses: tuple[ClauseSeen, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The outcomes that were expected and not seen."""
        return tuple(one for one in self.expected if one not in self.seen)

    @property
    def wanted(self) -> int:
        """How many things are to be seen: outcomes, and two sides of each clause."""
        return len(self.expected) + len(SIDES) * len(self.clauses)

    @property
    def reached(self) -> int:
        """How many of these were seen."""
        return self.wanted - len(self.missing) - sum(len(clause.missing) for clause in self.clauses)


def percent(rules: Iterable[RuleSeen]) -> int:
    """Return how much is seen of what is to be seen, in whole percent, rounded down; 100 where that is nothing."""
    every = tuple(rules)
    wanted = sum(one.wanted for one in every)
    return 100 * sum(one.reached for one in every) // wanted if wanted else 100


def coverage(rules: Iterable[Rule], cases: Iterable[Case], engine: Engine) -> tuple[RuleSeen, ...]:
    """Return what *cases* reach of *rules*, each case counting for the rule that it stands beside."""
    by_rule: dict[str, list[Finding | None]] = {}
    for case in cases:
        by_rule.setdefault(case.rule, []).append(_finding(case, engine))
    return tuple(_seen(rule, by_rule.get(rule.id, [])) for rule in rules)


def _finding(case: Case, engine: Engine) -> Finding | None:
    """Return what the rule of *case* says, None where it is not asked."""
    if not case.resources.get(case.on):
        return None
    try:
        return next((one for one in findings_of(case, engine) if one.rule == case.rule), None)
    except InputError:
        return None


def _seen(rule: Rule, found: Sequence[Finding | None]) -> RuleSeen:
    sides: dict[tuple[str, int], set[str]] = {}
    for finding in (one for one in found if one is not None):
        for key, number, clause in _reached(finding):
            sides.setdefault((key, number), set()).add(outcome_of(clause, finding.frame))
    outcomes = frozenset(finding.outcome if finding else ABSENT for finding in found)
    return RuleSeen(rule.id, expected(rule), outcomes, tuple(_clauses(rule, sides)))


def _clauses(rule: Rule, sides: Mapping[tuple[str, int], set[str]]) -> Iterator[ClauseSeen]:
    for key in CONDITIONS:
        for number, clause in enumerate(getattr(rule, key), 1):
            yield ClauseSeen(key, number, clause.text, frozenset(sides.get((key, number), ())))


def _reached(finding: Finding) -> Iterator[tuple[str, int, Clause]]:
    """Yield the clauses that had a say: none on a kind or a day that is not judged, of the others those of ``when``."""
    rule = finding.compiled
    judged = rule.kinds is None or getattr(finding.resource, "kind", None) in rule.kinds
    in_force = rule.valid is None or rule.valid.holds(finding.subject.as_of)
    keys = CONDITIONS if finding.outcome != ABSENT else ("when",) if judged and in_force else ()
    yield from ((key, number, clause) for key in keys for number, clause in enumerate(getattr(rule, key), 1))


def expected(rule: Rule) -> tuple[str, ...]:
    """Return the outcomes that the cases of *rule* should show."""
    apart = (ABSENT,) if rule.when or rule.kinds or rule.networks or rule.valid else ()
    if rule.effect == "violation":
        return ("pass", "violation", *apart)
    if rule.effect == "duty":
        return ("open", *(("violation",) if rule.require else ()), *apart)
    return ("offered", *apart)
