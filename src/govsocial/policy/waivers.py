"""Waivers: which violations they are for, made ready to run, or what is wrong with them. Reads no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial.messages import say
from govsocial.policy.between import no_rule
from govsocial.policy.building import Builder, by_language
from govsocial.policy.faults import Faults
from govsocial.policy.message import Message
from govsocial.policy.period import Period
from govsocial.policy.rules import Match, Waiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.messages import Text
    from govsocial.policy.between import Told
    from govsocial.policy.rules import CompiledPolicy, Rule


def waivers_of(policies: Sequence[CompiledPolicy]) -> tuple[tuple[Waiver, ...], list[Told]]:
    """Return the waivers in *policies*, in their order, and what is wrong with them, each with its policy."""
    found: list[Waiver] = []
    told: list[Told] = []
    for policy in policies:
        faults = Faults(policy.written)
        for number, written in enumerate(policy.written.document.waiver):
            rules = tuple(_rules(policy, number, policies, faults))
            found.append(_compiled(policy, number, rules, faults))
            if any(written.id == other.id for other in policy.written.document.waiver[:number]):
                text = say("two waivers have the id '{id}'", id=written.id)
                faults.add(("waiver", number, "id"), text, found[-1].name)
        told += [(policy, problem) for problem in faults.problems]
    return tuple(found), told


def _rules(policy: CompiledPolicy, number: int, policies: Sequence[CompiledPolicy], faults: Faults) -> Iterator[Rule]:
    """Yield the rules that a waiver names, and note those that there are not, or that cannot be waived."""
    known = {rule.id: rule for one in policies for rule in one.rules}
    written = policy.written.document.waiver[number]
    for place, name in enumerate(written.rules):
        rule = known.get(name)
        text = _unfit(rule) if rule else no_rule(name, policies)
        if text:
            faults.add(("waiver", number, "rules", place), text, f"{policy.id}/{written.id}")
        if rule:
            yield rule


def _unfit(rule: Rule) -> Text | None:
    """Return why *rule* cannot be waived, None where it can."""
    if rule.binding:
        return say("'{rule}' is binding: it cannot be waived", rule=rule.id)
    if not rule.waivable:
        return say("'{rule}' cannot be waived: its policy says so", rule=rule.id)
    if rule.effect not in ("violation", "duty"):
        return say("'{rule}' breaks no norm, so there is nothing to waive", rule=rule.id)
    return None


def _compiled(policy: CompiledPolicy, number: int, rules: Sequence[Rule], faults: Faults) -> Waiver:
    path, written = ("waiver", number), policy.written.document.waiver[number]
    name = f"{policy.id}/{written.id}"
    reason = by_language(faults, (*path, "reason"), written.reason, policy.languages, name)
    period = written.period(policy.zone)
    return Waiver(
        id=written.id,
        policy=policy.id,
        rules=written.rules,
        matches={on: _match(policy, number, on, faults) for on in sorted({rule.on for rule in rules})},
        period=period.common(policy.valid) or Period(period.until, period.until),  # never, where they do not meet
        until=written.until,
        reason=Message(reason),
        approved_by=written.approved_by,
        params=policy.params,
    )


def _match(policy: CompiledPolicy, number: int, on: str, faults: Faults) -> Match:
    """Return for which resources of type *on* a waiver is, by what expressions of its own policy see."""
    written = policy.written.document.waiver[number]
    if not written.match:
        return Match()
    scope = policy.scopes(faults).on(on)
    builder = Builder(faults, policy.languages, ("waiver", number), f"{policy.id}/{written.id}", scope)
    clauses = builder.clauses("match", written.match)
    return Match(clauses, scope.layout)
