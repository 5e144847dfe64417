"""The next step of a post: taken, or refused with who or what lifts each refusal. Pure: time and history come in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from govsocial.messages import Text, say
from govsocial.policy.message import shown
from govsocial.workflow.case import Case, Refusal
from govsocial.workflow.entry import Actor, Entry
from govsocial.workflow.gates import approves, institutions, refusals, roles
from govsocial.workflow.words import joined
from govsocial.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from govsocial.engine import Engine
    from govsocial.model import Post
    from govsocial.workflow.model import Transition, Workflow


@dataclass(frozen=True, slots=True)
class Moved:
    """
    The post went on: *entries* are what its history gains, *state* is where it is now.

    *notes* tell what the rules say otherwise than on submission.
    """

    entries: tuple[Entry, ...]
    state: str
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """
    The post stays in *state*, for the reasons that *findings* give.

    *kept* is what the history gains all the same: the agreement of one institution, while that of others is missing.
    """

    findings: tuple[Refusal, ...]
    state: str
    kept: Entry | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A transition that leaves the state in which the post is, and what is missing for it."""

    transition: Transition
    findings: tuple[Refusal, ...]


def decide(  # noqa: PLR0913, PLR0917 - all that it depends on comes in
    workflow: Workflow,
    post: Post,
    history: Sequence[Entry],
    event: str,
    actor: Actor,
    as_of: datetime,
    *,
    engine: Engine,
    workspace: Workspace | None = None,
    reason: str = "",
) -> Moved | Refused:
    """
    Decide whether *actor* may do *event* to *post* at the moment *as_of*.

    The rules of *engine* judge the post and what it refers to in *workspace*.

    Raises:
        InputError: where *history* does not hold together.
    """
    case = Case(workflow, post, history, actor, as_of, engine, workspace or Workspace([post]))
    transition = workflow.find(case.state, event, actor.role)
    if transition is None:
        return Refused((_no_way(case, event),), case.state)
    found = (*_too_early(case), *refusals(case, transition))
    entry = _entry(case, transition, reason)
    if found:
        kept = replace(entry, to=case.state) if _is_kept(case, transition, found) else None
        return Refused(found, case.state, kept, case.changes())
    entries = (entry, *_by_itself(replace(case, history=(*history, entry))))
    return Moved(entries, entries[-1].to, case.changes())


def options(case: Case) -> tuple[Option, ...]:
    """Return the transitions that the actor of *case* could take, each with what is missing for it."""
    leaving = (one for one in case.workflow.leaving(case.state) if case.actor.role in one.by)
    return tuple(Option(one, (*_too_early(case), *refusals(case, one))) for one in leaving)


def _entry(case: Case, transition: Transition, reason: str = "") -> Entry:
    leaves = case.state == case.workflow.start
    return Entry(
        time=case.as_of,
        event=transition.event,
        start=case.state,
        to=_onward(case, transition.to),
        role=case.actor.role,
        actor=case.actor.name,
        institution=case.actor.institution,
        content=case.content,
        policies=case.policies,
        workflow=case.workflow.digest,
        reason=reason,
        verdict=case.verdict if leaves else None,
    )


def _onward(case: Case, name: str) -> str:
    """Return the state *name*, or where its first transition leads while a state is skipped."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        state = case.workflow.states[name]
        ways = [one.to for one in case.workflow.leaving(name)]
        if not (state.skip_when and ways and all(case.value(run) is True for run in state.skip_when)):
            return name
        name = ways[0]
    return name


def _by_itself(case: Case) -> tuple[Entry, ...]:
    """Return the steps that follow by themselves, each once."""
    entries: list[Entry] = []
    taken: set[int] = set()
    while step := _next_by_itself(case, taken):
        case, entry = step
        entries.append(entry)
    return tuple(entries)


def _next_by_itself(case: Case, taken: set[int]) -> tuple[Case, Entry] | None:
    for number, one in enumerate(case.workflow.transitions):
        acting = replace(case, actor=Actor(one.by[0]))
        if one.auto and case.state in one.start and number not in taken and not any(refusals(acting, one)):
            taken.add(number)
            entry = _entry(acting, one)
            return replace(acting, history=(*case.history, entry)), entry
    return None


def _no_way(case: Case, event: str) -> Refusal:
    """Return why there is no such step: it is not for this role, or not from this state."""
    workflow, rule = case.workflow, f"{case.workflow.id}/{case.state}"
    others = [role for one in workflow.leaving(case.state) if one.event == event for role in one.by]
    if others:
        who = roles(case, dict.fromkeys(others))
        text = say(
            "'{event}' is not for this role ({role})",
            event=workflow.events[event], role=workflow.roles.get(case.actor.role, case.actor.role),
        )  # fmt: skip
        return Refusal("by", rule, text, say("ask one of those who may"), who)
    text = say(
        "'{event}' is not possible in the state '{state}'",
        event=workflow.events.get(event, event), state=workflow.states[case.state].title,
    )  # fmt: skip
    ways = {one.event: one for one in workflow.leaving(case.state)}
    if not ways:
        return Refusal("from", rule, text, say("nothing follows this state; start with a new post"))
    names = joined(workflow.events[one] for one in ways)
    who = roles(case, dict.fromkeys(role for one in ways.values() for role in one.by))
    return Refusal("from", rule, text, say("possible now: {events}", events=names), who)


def _too_early(case: Case) -> tuple[Refusal, ...]:
    """Return the refusal of a step before the last one: a history goes forward."""
    last = case.history[-1].time if case.history else case.as_of
    if case.as_of >= last:
        return ()
    text = say("the history already goes to {last}; this is earlier: {now}", last=shown(last), now=shown(case.as_of))
    return (Refusal("time", f"{case.workflow.id}/time", text, say("say a later moment")),)


def _is_kept(case: Case, transition: Transition, found: Sequence[Refusal]) -> bool:
    """Whether the actor's own agreement is new, and nothing is missing but that of others."""
    gates = [case.workflow.gates[name] for name in transition.gates]
    wanted = [one for gate in gates for one in gate.approvals if one.each and one.on in (None, transition.event)]
    waiting = {gate.id for gate in gates if any(one in wanted for one in gate.approvals)}
    if not wanted or any(one.gate not in waiting or one.rule != f"{case.workflow.id}/{one.gate}" for one in found):
        return False
    name = case.actor.institution
    may = name in (institutions(case) or ()) and any(approves(case, case.actor, one, name) for one in wanted)
    known = [(one.event, one.role, one.institution, one.content) for one in case.round]
    return may and (transition.event, case.actor.role, name, case.content) not in known
