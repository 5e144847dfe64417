"""Policies put into words for their authors and readers: a list of rules, and one rule with all that it rests on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from govsocial.cel.tree import variables
from govsocial.messages import Text, say
from govsocial.outputs.explain import about, period
from govsocial.outputs.lines import entry, listed, paint, table
from govsocial.outputs.origins import origins, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from govsocial.outputs.lines import View
    from govsocial.policy.message import Message
    from govsocial.policy.rules import CompiledPolicy, Rule
    from govsocial.policy.schema import Policy

KINDS: Final = {"duty": say("duty"), "opportunity": say("opportunity"), "live": say("live option")}
SEVERITIES: Final = {"error": say("error"), "warning": say("warning"), "note": say("note")}


def rules(policies: Iterable[CompiledPolicy], view: View, as_of: datetime | None, today: datetime) -> str:
    """Return the rules of *policies*, where *as_of* is given those in force then; values are those of that day."""
    every = [(one, rule.at(as_of or today)) for one in policies for rule in one.rules]
    told = [(one, rule) for one, rule in every if rule.enabled and (as_of is None or _holds(one, rule, as_of))]
    rows = table(
        [(rule.id, _weight(rule, view), rule.on, _where(rule)) for _, rule in told], replace(view, width=1000), ""
    )
    lines: list[str] = []
    for (policy, rule), row in zip(told, rows, strict=True):
        since = f" ({view.words(period(rule.valid))})" if rule.valid else ""
        lines.append(paint(row, "label", view))
        lines += entry(title(rule.message, view, _params(policy, as_of or today)) + since, view, "    ")
    return "".join(line + "\n" for line in lines)


def _holds(policy: CompiledPolicy, rule: Rule, as_of: datetime) -> bool:
    return policy.valid.holds(as_of) and (rule.valid is None or rule.valid.holds(as_of))


def _weight(rule: Rule, view: View) -> str:
    """Return how heavy a rule weighs, or what it is where it is no plain rule."""
    return view.words(SEVERITIES[rule.severity] if rule.effect == "violation" else KINDS[rule.effect])


def _where(rule: Rule) -> str:
    return "*" if rule.networks is None else ", ".join(sorted(rule.networks))


def _params(policy: CompiledPolicy, time: datetime) -> dict[str, object]:
    return {f"param.{name}": value for name, value in zip(policy.params.names, policy.params.at(time), strict=True)}


def title(message: Message, view: View, params: Mapping[str, object]) -> str:
    """Return *message* without a resource: params have their values, all else is left open."""
    return message.outline(view.language, params)


def page(rule: Rule, policy: CompiledPolicy, written: Policy | None, view: View, today: datetime) -> str:
    """Return all of *rule*: its words, what it reads, its conditions, where it comes from, its params by date."""
    now = rule.at(today)
    lines = [paint(rule.id, "label", view), f"  {_weight(now, view)}, {rule.on}, {_where(rule)}"]
    lines += [] if now.enabled else entry(say("disabled"), view, "  ", "warn")
    told = [title(text, view, _params(policy, today)) for text in (now.message, now.help) if text]
    lines += [line for text in told for line in entry(text, view, "  ")]
    for label, clauses in (("when", rule.when), ("require", rule.require), ("eligible", rule.eligible)):
        for clause in clauses:
            lines += entry(" ".join(clause.text.split()), view, f"  {label}: ", "label")
    about_it: tuple[str | Text, ...] = (
        *_facts(rule, written),
        *_facets(rule, policy, view),
        *origins(rule, policy, view),
        *values(rule, policy, view),
    )
    return "\n".join([*lines, *(line for text in about_it for line in entry(text, view, "  "))]) + "\n"


def _facets(rule: Rule, policy: CompiledPolicy, view: View) -> Iterator[Text]:
    if rule.kinds is not None:
        yield say("judges posts of these kinds: {kinds}", kinds=listed(sorted(rule.kinds), view, None))
    if rule.fields:
        yield say("reads: {fields}", fields=", ".join(rule.fields))
    if rule.yields_to:
        yield say("silent where these speak: {rules}", rules=", ".join(sorted(rule.yields_to)))
    yield from about(rule)
    yield say("policy: {id} {version}", id=policy.id, version=policy.version)


def _facts(rule: Rule, written: Policy | None) -> Iterator[str]:
    """Yield the policy's own facts that the conditions name, and those that these rest on."""
    known = written.document.fact if written else {}
    clauses = (*rule.when, *rule.require, *rule.eligible)
    waiting = sorted(name.removeprefix("fact.") for clause in clauses for name in variables(clause.node))
    seen: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in seen:
            seen[name] = None
            waiting += re.findall(r"\bfact\.(\w+)", known[name])
    yield from (f"fact.{name} = {' '.join(known[name].split())}" for name in seen)
