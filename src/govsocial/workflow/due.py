"""What has to be done now: the obligations of a state, and the stand-by shifts of posts and events. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.model import Event, Post, Resource
    from govsocial.workflow.case import Case
    from govsocial.workflow.entry import Entry
    from govsocial.workflow.model import Obligation
    from govsocial.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Due:
    """
    What *who* has to do about *resource* from *start* to *end*; *late* where that is over, or nobody was named.

    *shift* says that it is a time of standing by; *person* is who stands by, where a name is known.
    """

    resource: Resource
    what: Text
    who: tuple[Text, ...]
    start: datetime
    end: datetime
    late: bool
    shift: bool = False
    person: str = ""


def obligations(case: Case) -> tuple[Due, ...]:
    """Return what the state of the post asks of people, past and future."""
    state = case.workflow.states[case.state]
    return tuple(due for one in state.obligations if (due := _obligation(case, one)))


def _obligation(case: Case, one: Obligation) -> Due | None:
    start = case.value(one.since) if one.since else _entered(case.history)
    if not isinstance(start, datetime):  # nobody knows from when
        return None
    end = start + one.within
    late = case.as_of >= end
    owners = [one.owner, *([one.overdue] if late and one.overdue else [])]
    who = tuple(case.workflow.roles[name] for name in dict.fromkeys(owners))
    person = stand_by(case.post, case.workspace) if one.shift else ""
    return Due(case.post, one.message, who, start, end, late, one.shift, person)


def _entered(history: Iterable[Entry]) -> datetime | None:
    """Return when the post came into its state; agreements that left it there do not count."""
    times = [entry.time for entry in history if entry.start != entry.to]
    return times[-1] if times else None


def stand_by(post: Post, workspace: Workspace) -> str:
    """Return who keeps an eye on what is said about *post*: its account's, event's or institution's person."""
    for kind in ("account", "event", "institution"):
        found = workspace.find(kind, getattr(post, kind) or "")
        owner = found and found.monitoring and found.monitoring.owner
        if owner:
            return str(owner)
    return ""


def shifts(events: Iterable[Event], as_of: datetime) -> Iterator[Due]:
    """Yield the stand-by shift of each event whose times are known; one that has begun without a person is late."""
    for event in events:
        person = (event.monitoring.owner if event.monitoring else None) or ""
        if event.starts_at and event.ends_at:
            late = not person and event.starts_at <= as_of
            what = say("stand by for '{event}': know, react, share", event=event.name or event.id)
            yield Due(event, what, (), event.starts_at, event.ends_at, late, shift=True, person=person)


def now(dues: Iterable[Due], as_of: datetime) -> tuple[Due, ...]:
    """Return those of *dues* that have begun and are to be done, the late ones first; a shift that is over is done."""
    begun = [one for one in dues if one.start <= as_of and not (_over(one, as_of))]
    return tuple(sorted(begun, key=lambda one: (not one.late, one.end)))


def _over(one: Due, as_of: datetime) -> bool:
    """Whether *one* was an event's shift: when the event is over, so is the shift."""
    return one.shift and not one.who and one.end <= as_of
