"""A policy changed in one place at a time: its params, facts, clauses, and its waivers. Runs no cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from govsocial.authoring.anatomy import CONDITIONS
from govsocial.authoring.remarks import line_and_column
from govsocial.authoring.variants import boundary, neighbours, variants
from govsocial.cel.evaluate import Slots, closure
from govsocial.cel.tree import Const, render
from govsocial.cel.types import BOOL
from govsocial.messages import say
from govsocial.policy.params import ParamTable
from govsocial.policy.schema import DatedValue, Param

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govsocial.authoring.anatomy import Anatomy, Body
    from govsocial.authoring.variants import Variant
    from govsocial.cel.tree import Node
    from govsocial.messages import Text
    from govsocial.policy.faults import Path
    from govsocial.policy.message import Message
    from govsocial.policy.params import Dated
    from govsocial.policy.rules import Clause, CompiledPolicy, Match, PolicySet, Rule, Waiver

    Change = Callable[[PolicySet], PolicySet]

TRUE: Final = Const(BOOL, -1, value=True)
"""What stands for a clause that is left out, so that the others keep their numbers."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One change to a policy, which the cases of *rules* should notice.

    It is at line and column *inside* the expression at *path*. *before* and *after* are the whole expression, or the
    value, *after* empty where a clause is left out; *key* is how a rule names the change where it explains it;
    *change* makes it in a set of policies.
    """

    rules: frozenset[str]
    path: Path
    inside: tuple[int, int]
    before: str
    after: str
    key: str
    hint: Text
    change: Change


@dataclass(frozen=True, slots=True)
class _Origin:
    """The expression that a variant is made of: whose it is, where it stands, its *text*, its name before a key."""

    rules: frozenset[str]
    path: Path
    text: str
    label: str = ""

    def mutant(self, node: Node, one: Variant, change: Change) -> Mutant:
        after = render(one.node)
        inside = line_and_column(self.text, one.at)
        key = f"{self.label}{one.after or after}"
        return Mutant(self.rules, self.path, inside, render(node), after, key, one.hint, change)

    def without(self, node: Node, change: Change) -> Mutant:
        before = render(node)
        hint = say("add a case in which this clause alone does not hold")
        return Mutant(self.rules, self.path, (1, 1), before, "", f"{self.label}without {before}", hint, change)


def mutants(body: Body, waivers: Sequence[Waiver] = ()) -> Iterator[Mutant]:
    """Yield every mutant of the policy: those of its params, of its facts, rule by rule, those of its *waivers*."""
    yield from _params(body)
    yield from _facts(body)
    for one in body.rules:
        yield from _clauses(one)
        yield from _reach(one)
    for waiver in waivers:
        yield from _waiver(body, waiver)


def _readers(body: Body, name: str) -> tuple[Anatomy, ...]:
    """Return the rules whose outcome or message rests on *name*; what only a help says no case can see."""
    return tuple(one for one in body.rules if name in body.rest_on(one.decides()))


def _ids(rules: Sequence[Anatomy]) -> frozenset[str]:
    return frozenset(one.rule.id for one in rules)


def _params(body: Body) -> Iterator[Mutant]:
    params = body.policy.params
    for slot, (name, kind) in enumerate(zip(params.names, params.types, strict=True)):
        rules = _ids(_readers(body, f"param.{name}"))
        for number, one in enumerate(params.values[slot] if rules and kind.name == "int" else ()):
            label, *path = _named(body.policy, name, one)
            for other in neighbours(one.value) if path else ():
                change = partial(_with_value, body.policy, slot, number, other)
                before, after = f"{label} = {one.value}", f"{label} = {other}"
                yield Mutant(rules, tuple(path), (1, 1), before, after, after, boundary(one.value, other), change)


def _named(policy: CompiledPolicy, name: str, one: Dated) -> tuple[str | int, ...]:
    """Return how a value of the param *name* is called, and its path; no path where another policy gave it."""
    match one.origin:
        case DatedValue():
            number = policy.written.document.param[name].values.index(one.origin)
            return (f"param.{name}[{number}]", "param", name, "values", number, "value")
        case Param():
            return (f"param.{name}", "param", name, "value")
    return (f"param.{name}",)


def _with_value(policy: CompiledPolicy, slot: int, number: int, value: int, every: PolicySet) -> PolicySet:
    table = policy.params
    dated = tuple(replace(one, value=value) if at == number else one for at, one in enumerate(table.values[slot]))
    values = (*table.values[:slot], dated, *table.values[slot + 1 :])
    return _in_place(every, replace(policy, params=ParamTable(table.names, table.types, values, table.turns)))


def _in_place(every: PolicySet, changed: CompiledPolicy) -> PolicySet:
    policies = tuple(changed if one.id == changed.id else one for one in every.policies)
    return replace(every, policies=policies)


def _facts(body: Body) -> Iterator[Mutant]:
    for name in body.policy.written.document.fact:
        rules = _readers(body, f"fact.{name}")
        node = next((found for one in rules if (found := body.facts(one.rule.on).get(name))), None)
        if node is None:
            continue
        for number, one in enumerate(variants(node)):
            change = partial(_with_fact, body, rules, name, number)
            origin = _Origin(_ids(rules), ("fact", name), body.policy.written.document.fact[name], f"fact.{name}: ")
            yield origin.mutant(node, one, change)


def _with_fact(body: Body, rules: Sequence[Anatomy], name: str, number: int, every: PolicySet) -> PolicySet:
    """Return *every* policy with variant *number* of a fact: its trees differ by resource in their types only."""
    slots = {one.rule.on: _slots(body, one.rule, name, number) for one in rules}
    rebuilt = {one.rule.id: _rebuilt(one, slots[one.rule.on]) for one in rules}
    return _with_rules(rebuilt, every)


def _slots(body: Body, rule: Rule, name: str, number: int) -> Slots:
    old = rule.layout.slots
    computed = dict(old.facts)
    slots = replace(old, facts=computed)
    for fact, node in body.facts(rule.on).items():
        if fact == name:
            computed[f"fact.{fact}"] = closure(next(islice(variants(node), number, None)).node, slots)
        elif f"fact.{name}" in body.rest_on([f"fact.{fact}"]):
            computed[f"fact.{fact}"] = closure(node, slots)
    return slots


def _rebuilt(one: Anatomy, slots: Slots) -> Rule:
    """Return the rule with all that it computes rebuilt on *slots*."""
    parts: dict[str, Any] = {
        key: tuple(replace(clause, run=closure(clause.node, slots)) for clause in getattr(one.rule, key))
        for key in CONDITIONS
    }
    return replace(
        one.rule,
        **parts,
        reach=_reach_by(one, one.reach, slots),
        message=_reworded(one.rule.message, one.message, one.plural, slots),
        help=_reworded(one.rule.help, one.help, one.plural, slots),
        layout=replace(one.rule.layout, slots=slots),
    )


def _reach_by(one: Anatomy, node: Node | None, slots: Slots) -> Clause | None:
    """Return the reach of the rule, computed by *node*."""
    old = one.rule.reach
    return replace(old, node=node, run=closure(node, slots)) if old and node else old


def _reworded(message: Message, nodes: Mapping[str, Node], plural: Node | None, slots: Slots) -> Message:
    places = dict(message.places) | {name: closure(node, slots) for name, node in nodes.items()}
    return replace(message, places=places, number=closure(plural, slots) if plural and message.number else None)


def _with_rules(changed: Mapping[str, Rule], every: PolicySet) -> PolicySet:
    """Return *every* policy with *changed* rules, on all days: what other policies change by date is left out."""
    changed = {name: replace(rule, dated=()) for name, rule in changed.items()}
    policies = (replace(one, rules=tuple(changed.get(rule.id, rule) for rule in one.rules)) for one in every.policies)
    return replace(every, policies=tuple(policies))


def _clauses(one: Anatomy) -> Iterator[Mutant]:
    for key, number, clause in one.clauses():
        origin = _Origin(_ids([one]), (*one.path, key, number), clause.text)
        for variant in variants(clause.node):
            yield origin.mutant(clause.node, variant, partial(_with_clause, one, key, number, variant.node))
        yield origin.without(clause.node, partial(_with_clause, one, key, number, TRUE))


def _with_clause(one: Anatomy, key: str, number: int, node: Node, every: PolicySet) -> PolicySet:
    parts: dict[str, Any] = {key: _swapped(getattr(one.rule, key), number, node, one.rule.layout.slots)}
    return _with_rules({one.rule.id: replace(one.rule, **parts)}, every)


def _swapped(clauses: Sequence[Clause], number: int, node: Node, slots: Slots) -> tuple[Clause, ...]:
    code = () if node is TRUE else clauses[number].code
    changed = replace(clauses[number], node=node, run=closure(node, slots), code=code)
    return (*clauses[:number], changed, *clauses[number + 1 :])


def _reach(one: Anatomy) -> Iterator[Mutant]:
    if one.reach is None:
        return
    origin = _Origin(_ids([one]), (*one.path, "reach"), getattr(one.item, "reach", ""))
    for variant in variants(one.reach):
        reach = _reach_by(one, variant.node, one.rule.layout.slots)
        change = partial(_with_rules, {one.rule.id: replace(one.rule, reach=reach)})
        yield origin.mutant(one.reach, variant, change)


def _waiver(body: Body, waiver: Waiver) -> Iterator[Mutant]:
    """Yield *waiver* without each clause of its match, where it is for rules of its own policy, which have cases."""
    rules = frozenset(waiver.rules) & _ids(body.rules)
    place = next(at for at, one in enumerate(body.policy.written.document.waiver) if one.id == waiver.id)
    clauses = next((match.clauses for match in waiver.matches.values()), ())
    for number, clause in enumerate(clauses if rules else ()):
        origin = _Origin(rules, ("waiver", place, "match", number), clause.text, f"waiver {waiver.id}: ")
        yield origin.without(clause.node, partial(_with_match, waiver, number))


def _with_match(waiver: Waiver, number: int, every: PolicySet) -> PolicySet:
    matches = {on: _matched(match, number) for on, match in waiver.matches.items()}
    changed = replace(waiver, matches=matches)
    return replace(every, waivers=tuple(changed if one.name == waiver.name else one for one in every.waivers))


def _matched(match: Match, number: int) -> Match:
    slots = match.layout.slots if match.layout else None
    return replace(match, clauses=_swapped(match.clauses, number, TRUE, slots)) if slots else match
