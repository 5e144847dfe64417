"""Workflows put into words: what a step came to, what is possible next, what is due, and the workflow as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, count, say
from govsocial.outputs.lines import called, entry, paint
from govsocial.policy.message import shown
from govsocial.workflow.decide import Moved
from govsocial.workflow.words import joined
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta

    from govsocial.outputs.lines import View
    from govsocial.workflow.case import Case, Refusal
    from govsocial.workflow.decide import Option, Refused
    from govsocial.workflow.due import Due
    from govsocial.workflow.model import Gate, Obligation, Transition, Workflow
    from govsocial.workflow.schema import Approval

_THROUGH: Final = {
    "nothing": say("lets nothing through"),
    "note": say("lets tips through"),
    "warning": say("lets warnings through"),
    "error": say("lets all through"),
}


def outcome(found: Moved | Refused, name: str, workflow: Workflow, view: View) -> str:
    """Return what a step came to, for the post called *name*."""
    lines: list[str] = []
    state = workflow.states[found.state].title
    post = called("post", name)
    if isinstance(found, Moved):
        lines += entry(say("{post}: now in '{state}'", post=post, state=state), view, "✓ ", "good")
        for one in found.entries[1:]:
            lines += entry(say("by itself: {event}", event=workflow.events[one.event]), view, "  ")
    else:
        lines += entry(say("{post}: stays in '{state}'", post=post, state=state), view, "✗ ", "bad")
        lines += refusals(found.findings, view)
        if found.kept:
            whose = found.kept.institution
            lines += entry(say("The agreement of {institution} is noted.", institution=whose), view, "  ")
    lines += notes(found.notes, view)
    return "\n".join(lines) + "\n"


def notes(given: Iterable[Text], view: View) -> Iterator[str]:
    """Yield what a person should know though it stops nothing."""
    for one in given:
        yield from entry(one, view, "! ", "warn")


def refusals(findings: Sequence[Refusal], view: View) -> Iterator[str]:
    """Yield what stands in the way, with who or what lifts it."""
    for one in findings:
        yield from entry(one.message(view.language), view, "  ")
        step, who = one.help(view.language), ", ".join(one.lifted_by(view.language))
        told = " ".join(part for part in (step, who and f"({who})") if part)
        yield from entry(told, view, "  → ", "label") if told else ()


def following(case: Case, found: Sequence[Option], name: str, view: View) -> str:
    """Return what the actor of *case* can do next with the post called *name*, and what is missing for the rest."""
    workflow = case.workflow
    state = workflow.states[case.state]
    head = say("{post}: in '{state}'", post=called("post", name), state=state.title)
    lines = [*entry(head, view, "", "label"), *notes(case.changes(), view)]
    for option in found:
        mark, role = ("✗ ", "bad") if option.findings else ("✓ ", "good")
        lines += entry(_way(option.transition, workflow), view, mark, role)
        lines += refusals(option.findings, view)
    if not found:
        lines += _others(case, view)
    return "\n".join(lines) + "\n"


def _way(one: Transition, workflow: Workflow) -> Text:
    event, state = workflow.events[one.event], workflow.states[one.to].title
    return say("{id}: {event} → {state}", id=one.event, event=event, state=state)


def _others(case: Case, view: View) -> Iterator[str]:
    """Yield who else can do what, where the role of the actor can do nothing."""
    ways = list(case.workflow.leaving(case.state))
    role = case.workflow.roles[case.actor.role]
    if not ways:
        yield from entry(say("This is the end: nothing follows."), view, "  ")
        return
    yield from entry(say("There is nothing to do here for this role ({role}); others can:", role=role), view, "  ")
    for one in ways:
        who = joined(case.workflow.roles[name] for name in one.by)
        yield from entry(say("{way} ({who})", way=_way(one, case.workflow), who=who), view, "  - ")


def due(found: Sequence[Due], view: View) -> str:
    """Return what is to be done now, late things first."""
    lines: list[str] = []
    for one in found:
        lead, role = ("✗ ", "bad") if one.late else ("• ", "label")
        until = (
            say("overdue since {time}", time=shown(one.end)) if one.late else say("until {time}", time=shown(one.end))
        )
        if one.late and one.shift and not one.who:
            until = say("begun {time}, and nobody is named", time=shown(one.start))
        lines += entry(say("{post}: {until}", post=_called(one), until=until), view, lead, role)
        who = [*one.who, *([say("{name}", name=one.person)] if one.person else [])]
        told = say("{what} ({who})", what=one.what, who=joined(who)) if who else one.what
        lines += entry(told, view, "  ")
    late = sum(one.late for one in found)
    total = say("{due}, {late}", due=count("{n} thing to do", "{n} things to do", n=len(found)), late=_late(late))
    return "\n".join([*lines, *([""] if lines else []), *entry(total, view)]) + "\n"


def _late(number: int) -> Text:
    return count("{n} overdue", "{n} overdue", n=number)


def _called(one: Due) -> Text:
    return called(type_of(one.resource), one.resource.id)


def page(workflow: Workflow, view: View) -> str:
    """Return the whole of *workflow*: its states, the ways on from each, and what the gates ask."""
    head = say("{title} ({id} {version})", title=workflow.title, id=workflow.id, version=workflow.version)
    lines = entry(head, view, "", "label")
    for name, state in workflow.states.items():
        end = " ∎" if state.final else ""
        lines += ["", paint(f"{view.words(state.title)} [{name}]{end}", "label", view)]
        if state.skip_when:
            lines += entry(say("is passed over where it is not needed"), view, "  ")
        lines += [line for one in state.obligations for line in entry(_obliged(one, workflow), view, "  ◷ ")]
        lines += [line for one in workflow.leaving(name) for line in _leaving(one, workflow, view)]
    return "\n".join(lines) + "\n"


def _obliged(one: Obligation, workflow: Workflow) -> Text:
    who = workflow.roles[one.owner]
    return say("{what} ({who}, within {time})", what=one.message, who=who, time=length(one.within))


def length(time: timedelta) -> Text:
    """Return how long *time* is, in days where it is some, else in hours or minutes."""
    minutes = int(time.total_seconds() // 60)
    if minutes % (24 * 60) == 0:
        return count("{n} day", "{n} days", n=minutes // (24 * 60))
    if minutes % 60 == 0:
        return count("{n} hour", "{n} hours", n=minutes // 60)
    return count("{n} minute", "{n} minutes", n=minutes)


def _leaving(one: Transition, workflow: Workflow, view: View) -> Iterator[str]:
    who = joined(workflow.roles[name] for name in one.by)
    by_itself = say("{who}, by itself", who=who) if one.auto else who
    yield from entry(say("{way} ({who})", way=_way(one, workflow), who=by_itself), view, "  → ", "label")
    for name in one.gates:
        yield from entry(_asked(workflow.gates[name], one, workflow), view, "      ")


def _asked(gate: Gate, transition: Transition, workflow: Workflow) -> Text:
    parts = [_approval(one, transition, workflow) for one in gate.approvals]
    if gate.rules:
        told = say("rules {patterns}, {through}", patterns=", ".join(gate.rules), through=_THROUGH[gate.through])
        parts.append(told)
    return say("{gate}: {parts}", gate=gate.title, parts=joined(parts, "; ")) if parts else gate.title


def _approval(one: Approval, transition: Transition, workflow: Workflow) -> Text:
    who = workflow.roles[one.by]
    if one.each:
        who = say("{role} of each institution", role=who)
    if one.but_not:
        others = joined(workflow.roles[name] for name in one.but_not)
        who = say("{role}, but not who acted as {others}", role=who, others=others)
    event = workflow.events[one.on or transition.event]
    return say("'{event}' by {who}", event=event, who=who)


def failed(name: str, fault: Text, file: str) -> Text:
    """Return the line for a test that failed."""
    return replace(say("{file} {name}: {fault}"), values={"file": file, "name": name, "fault": fault})
