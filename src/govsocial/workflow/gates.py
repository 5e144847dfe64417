"""What stands between a post and a transition: conditions, rules, approvals, times; each with who or what lifts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.messages import Text, say
from govsocial.policy.message import shown
from govsocial.workflow.case import Case, Refusal
from govsocial.workflow.entry import Actor
from govsocial.workflow.words import joined, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.cel.evaluate import Closure
    from govsocial.finding import Finding
    from govsocial.workflow.entry import Entry
    from govsocial.workflow.model import Gate, Transition
    from govsocial.workflow.schema import Approval

NOTHING: Final = Text("", {})
FILL_IN: Final = say("fill it in, or give what the post refers to with --with")


def refusals(case: Case, transition: Transition) -> Iterator[Refusal]:
    """Yield what stands between the post of *case* and *transition*."""
    for name in transition.gates:
        gate = case.workflow.gates[name]
        condition = case.conditions[name]
        if condition.outcome == "not-applicable":
            continue
        yield from _condition(case, gate, condition)
        yield from (_broken(case, gate, finding) for finding in case.broken(gate))
        for approval in gate.approvals:
            yield from _approval(case, gate, transition, approval)
        yield from _times(case, gate)


def roles(case: Case, names: Iterable[str]) -> tuple[Text, ...]:
    """Return how the roles *names* are called."""
    return tuple(case.workflow.roles[name] for name in names)


def _refusal(case: Case, gate: Gate, text: Text, step: Text = NOTHING, who: tuple[Text, ...] = ()) -> Refusal:
    """Return a refusal of *gate*; where nobody is named, those who may lift it, else those who write."""
    return Refusal(gate.id, f"{case.workflow.id}/{gate.id}", text, step, who or _lifters(case, gate))


def _lifters(case: Case, gate: Gate) -> tuple[Text, ...]:
    writers = (role for one in case.workflow.leaving(case.workflow.start) for role in one.by[:1])
    return roles(case, gate.lifted_by or tuple(writers)[:1])


def _condition(case: Case, gate: Gate, finding: Finding) -> Iterator[Refusal]:
    if finding.outcome == "violation":
        yield _refusal(case, gate, told(finding.message), told(finding.help))
    elif finding.outcome != "pass":
        yield _undecided(case, gate, finding.missing)


def _undecided(case: Case, gate: Gate, missing: Iterable[str]) -> Refusal:
    text = say("'{gate}' cannot be decided: {missing} is not known", gate=gate.title, missing=", ".join(missing))
    return _refusal(case, gate, text, FILL_IN)


def _broken(case: Case, gate: Gate, finding: Finding) -> Refusal:
    if finding.outcome == "error":
        text = say("the rule {rule} broke; please tell its author", rule=finding.rule)
        return _refusal(case, gate, text, say("mend the rule, or the plugin that it comes from"))
    message, step = told(finding.message), told(finding.help)
    return Refusal(gate.id, finding.rule, message, step, _lifters(case, gate), finding.severity)


def _times(case: Case, gate: Gate) -> Iterator[Refusal]:
    if gate.after is not None:
        yield from _after(case, gate, gate.after)
    if gate.before is not None:
        yield from _before(case, gate, gate.before)


def _after(case: Case, gate: Gate, run: Closure) -> Iterator[Refusal]:
    start = case.value(run)
    if isinstance(start, Unknown | BrokenCodeError):
        yield _undecided(case, gate, _reasons(start))
    elif case.as_of < start:
        text = say("it is {now}, too early for this: {gate}", gate=gate.title, now=shown(case.as_of))
        yield Refusal(gate.id, f"{case.workflow.id}/{gate.id}", text, say("wait until {time}", time=shown(start)))


def _before(case: Case, gate: Gate, run: Closure) -> Iterator[Refusal]:
    end = case.value(run)
    if isinstance(end, Unknown | BrokenCodeError):
        yield _undecided(case, gate, _reasons(end))
    elif case.as_of >= end:
        text = say("it is too late for this: {gate}; the time was over at {time}", gate=gate.title, time=shown(end))
        yield _refusal(case, gate, text, say("choose another time"))


def _reasons(error: Unknown | BrokenCodeError) -> tuple[str, ...]:
    return error.reasons if isinstance(error, Unknown) else (str(error),)


def _approval(case: Case, gate: Gate, transition: Transition, wanted: Approval) -> Iterator[Refusal]:
    if wanted.each is None:
        names: tuple[str, ...] | None = ("",)
    else:
        names = institutions(case)
    if names is None:
        yield _undecided(case, gate, [f"event:{case.post.event}"])
        return
    for name in names:
        if not any(approves(case, one, wanted, name) for one in _given(case, transition, wanted)):
            yield _missing(case, gate, transition, wanted, name)


def institutions(case: Case) -> tuple[str, ...] | None:
    """Return the institutions of the post's event, None where they are not known."""
    if case.post.event == "":
        return ()
    if case.event is None or case.event.institutions is None:
        return None
    return tuple(dict.fromkeys(case.event.institutions))


def _given(case: Case, transition: Transition, wanted: Approval) -> Iterator[Entry | Actor]:
    """Yield who gave the approval to this very content, the one who is asking for the transition included."""
    event = wanted.on or transition.event
    yield from (one for one in case.round if one.event == event and one.content == case.content)
    if transition.event == event:
        yield case.actor


def approves(case: Case, one: Entry | Actor, wanted: Approval, institution: str) -> bool:
    """Whether *one* may give the approval *wanted*, for an *institution* where it is not empty."""
    speaks = not institution or one.institution == institution
    return one.role == wanted.by and speaks and not _barred(case, one, wanted)


def _barred(case: Case, one: Entry | Actor, wanted: Approval) -> bool:
    """Whether *one* acted in a role that excludes the approval; who has no name may be anybody."""
    if not wanted.but_not:
        return False
    others = {_folded(entry.actor) for entry in case.history if entry.role in wanted.but_not}
    name = _folded(one.name if isinstance(one, Actor) else one.actor)
    return not name or name in others or "" in others


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _missing(case: Case, gate: Gate, transition: Transition, wanted: Approval, institution: str) -> Refusal:
    """Return why the approval *wanted* is not there: void, given by the wrong person, or not given at all."""
    event, role = wanted.on or transition.event, case.workflow.roles[wanted.by]
    before = [one for one in case.round if one.event == event and approves(case, one, wanted, institution)]
    whose = say("{role} of {institution}", role=role, institution=institution) if institution else role
    if before:
        text = say(
            "the approval of {time} by {whose} is void: the post was changed since",
            time=shown(before[-1].time), whose=whose,
        )  # fmt: skip
        return _refusal(case, gate, text, _again(case, event), (whose,))
    if transition.event == event and _self_barred(case, wanted):
        text = say("{name} took part in writing this post and cannot approve it", name=case.actor.name or "?")
        step = say("have someone else do it; --actor says who you are")
        return _refusal(case, gate, text, step, (whose,))
    if institution:
        text = say("{institution} has not agreed to this version yet", institution=institution)
    else:
        text = say("the approval by {whose} is missing", whose=whose)
    return _refusal(case, gate, text, _ask(case, event), (whose,))


def _self_barred(case: Case, wanted: Approval) -> bool:
    return case.actor.role == wanted.by and _barred(case, case.actor, wanted)


def _ask(case: Case, event: str) -> Text:
    return say("ask for '{event}'", event=case.workflow.events[event])


def _again(case: Case, event: str) -> Text:
    """Return how a void approval is given again: here, or after going back to where it can be."""
    here = {one.event for one in case.workflow.leaving(case.state)}
    if event in here:
        return say("ask for '{event}' again", event=case.workflow.events[event])
    back = [one.event for one in case.workflow.leaving(case.state) if one.to == case.workflow.start]
    names = joined(case.workflow.events[one] for one in back[:1])
    return say(
        "send the post back ('{back}') and ask for '{event}' again", back=names, event=case.workflow.events[event]
    )
