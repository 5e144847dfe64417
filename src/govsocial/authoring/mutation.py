"""Whether the cases of a policy notice when it is changed: which changes survive, and which of them are explained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from govsocial.authoring.mutants import Mutant, mutants
from govsocial.authoring.tests import cases, run
from govsocial.messages import say
from govsocial.policy.faults import problem_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from govsocial.authoring.anatomy import Body
    from govsocial.authoring.tests import Case
    from govsocial.engine import Engine
    from govsocial.errors import Problem
    from govsocial.policy.rules import PolicySet, Rule


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no case notices: where, the expression *before* and *after* it, and how a case would notice."""

    place: Problem
    before: str
    after: str
    key: str


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What came of the mutants of one policy.

    *tried* counts all of them, *explained* those that survive with a reason beside a rule; *stale* are the reasons
    for what does not survive.
    """

    tried: int
    explained: int
    survivors: tuple[Survivor, ...]
    stale: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is left to do."""
        return not self.survivors and not self.stale


def trial(
    body: Body, engine: Engine, rules: Collection[str] | None = None, done: Callable[[], None] = lambda: None
) -> Trial:
    """
    Run each mutant of a policy against the cases of the rules that it concerns.

    *engine* holds the policy itself, whose cases pass. Where *rules* are given, only mutants that concern one of them
    are tried; *done* is called after each.
    """
    by_rule: dict[str, list[Case]] = {}
    for case in cases(body.policy.written):
        by_rule.setdefault(case.rule, []).append(case)
    quick = replace(engine, detect=cache(engine.detect) if engine.detect else None)
    waivers = [one for one in engine.policies.waivers if one.policy == body.policy.id]
    wanted = [one for one in mutants(body, waivers) if rules is None or one.rules & set(rules)]
    alive = []
    for one in wanted:
        if _survives(one, by_rule, quick):
            alive.append(one)
        done()
    return _judged(body, wanted, alive, rules)


def _survives(mutant: Mutant, by_rule: Mapping[str, list[Case]], engine: Engine) -> bool:
    changed = _around(engine, mutant.change(engine.policies), mutant.rules)
    return all(run(case, changed) is None for rule in sorted(mutant.rules) for case in by_rule.get(rule, ()))


def _around(engine: Engine, policies: PolicySet, rules: Collection[str]) -> Engine:
    """Return *engine* with *policies*, and no rules but those that *rules* depend on."""
    needed = _companions({rule.id: rule for rule in policies.rules()}, rules)
    kept = (replace(one, rules=tuple(rule for rule in one.rules if rule.id in needed)) for one in policies.policies)
    return replace(engine, policies=replace(policies, policies=tuple(one for one in kept if one.rules)))


def _companions(known: Mapping[str, Rule], rules: Collection[str]) -> set[str]:
    """Return *rules*, those that they yield to, and for a live option all others: their order is what is tested."""
    found: set[str] = set()
    waiting = list(rules)
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += known[name].yields_to
    if any(known[name].effect == "live" for name in found):
        found |= {name for name, rule in known.items() if rule.effect == "live"}
    return found


def _judged(body: Body, wanted: list[Mutant], alive: list[Mutant], rules: Collection[str] | None) -> Trial:
    reasons = {one.rule.id: one.item.survives for one in body.rules if rules is None or one.rule.id in rules}
    used = {(rule, one.key) for one in alive for rule in one.rules if one.key in reasons.get(rule, {})}
    explained = {one for one in alive if any((rule, one.key) in used for rule in one.rules)}
    survivors = tuple(_survivor(body, one) for one in alive if one not in explained)
    return Trial(len(wanted), len(explained), survivors, tuple(_stale(body, reasons, used)))


def _survivor(body: Body, one: Mutant) -> Survivor:
    place = problem_at(body.policy.written, one.path, one.hint, ", ".join(sorted(one.rules)), one.inside)
    return Survivor(place, one.before, one.after, one.key)


def _stale(body: Body, reasons: Mapping[str, Mapping[str, str]], used: set[tuple[str, str]]) -> Iterator[Problem]:
    for one in body.rules:
        for key in reasons.get(one.rule.id, {}):
            if (one.rule.id, key) not in used:
                text = say("'{key}' is noticed by a case, or is no change that is tried; take it out", key=key)
                yield problem_at(body.policy.written, (*one.path, "survives", key), text, one.rule.id)
