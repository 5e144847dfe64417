"""A month of one institution: what stands on each day, weeks without a post, and what is in one another's way. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, say
from govsocial.policy.message import shown
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govsocial.model import Event, Post
    from govsocial.workflow.due import Due
    from govsocial.workspace import Workspace

CLOSE: Final = timedelta(hours=1)
"""Two posts on one account in less than this take each other's readers away."""


@dataclass(frozen=True, slots=True)
class Item:
    """
    What stands on a day: *kind* is ``post``, ``event``, ``closure``, ``holiday`` or ``shift``.

    It lasts from *start* up to *end*, exclusive; a post has no length, a holiday is a whole day.
    """

    kind: str
    name: Text
    start: datetime
    end: datetime
    id: str = ""
    detail: str = ""

    @property
    def whole_days(self) -> bool:
        """Whether it goes from midnight to midnight in Brussels."""
        ends = (self.start.astimezone(HOME), self.end.astimezone(HOME))
        return self.start != self.end and all((one.hour, one.minute) == (0, 0) for one in ends)

    def days(self) -> Iterator[date]:
        """Yield the days in Brussels that it touches."""
        day = self.start.astimezone(HOME).date()
        last = max(self.start, self.end - timedelta(microseconds=1)).astimezone(HOME).date()
        while day <= last:
            yield day
            day += timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """
    A month of the institution with the id *institution*; an empty one is for posts that name none.

    *gaps* are the Mondays of weeks without a post, *clashes* say what is in one another's way, *undated* counts posts
    without a day.
    """

    year: int
    month: int
    institution: str
    name: str
    items: tuple[Item, ...]
    gaps: tuple[date, ...] = ()
    clashes: tuple[Text, ...] = ()
    undated: int = 0
    by_day: Mapping[date, tuple[Item, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[date, list[Item]] = {}
        for item in self.items:
            for day in item.days():
                found.setdefault(day, []).append(item)
        object.__setattr__(self, "by_day", {day: tuple(items) for day, items in found.items()})

    @property
    def weeks(self) -> Sequence[Sequence[date]]:
        """The weeks of the month, from Monday to Sunday, with the days of other months that complete them."""
        return calendar.Calendar().monthdatescalendar(self.year, self.month)

    def on(self, day: date) -> tuple[Item, ...]:
        """Return what stands on *day*, in the order of the clock."""
        return tuple(sorted(self.by_day.get(day, ()), key=lambda item: (item.start, item.kind, item.id)))


def months(
    workspace: Workspace, year: int, month: int, holidays: Mapping[date, Text], shifts: Iterable[Due] = ()
) -> tuple[Month, ...]:
    """Return a month for each institution that *workspace* knows of."""
    shared = [*_closures(workspace), *_holidays(holidays)]
    duties = [*shifts]
    return tuple(_month(workspace, (year, month), name, shared, duties) for name in _institutions(workspace))


def _month(
    workspace: Workspace, when: tuple[int, int], name: str, shared: Sequence[Item], shifts: Sequence[Due]
) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(*when)
    first, last = midnight(weeks[0][0]), midnight(weeks[-1][-1] + timedelta(days=1))
    posts = [post for post in workspace.posts if institution_of(post, workspace) == name]
    items = [*shared, *_posts(posts), *_events(workspace, name), *_shifts(shifts, posts, workspace, name)]
    kept = tuple(item for item in items if item.start < last and item.end >= first)
    busy = {day for item in kept if item.kind == "post" for day in item.days()}
    institution = workspace.find("institution", name)
    return Month(
        *when,
        institution=name,
        name=(institution and institution.name) or name,
        items=kept,
        gaps=tuple(week[0] for week in weeks if busy.isdisjoint(week)),
        clashes=tuple(_clashes(posts, kept, when)),
        undated=sum(time_of(post) is None for post in posts),
    )


def exported(
    workspace: Workspace, shifts: Iterable[Due], when: tuple[int, int] | None = None
) -> Iterator[tuple[str, Item]]:
    """Yield posts, events and shifts, each with the name of its institution; of the month *when*, else of all times."""
    duties = [*shifts]
    for name in _institutions(workspace):
        posts = [post for post in workspace.posts if institution_of(post, workspace) == name]
        institution = workspace.find("institution", name)
        for item in (*_posts(posts), *_events(workspace, name), *_shifts(duties, posts, workspace, name)):
            if when is None or any((day.year, day.month) == when for day in item.days()):
                yield (institution and institution.name) or name, item


def midnight(day: date) -> datetime:
    """Return the beginning of *day* in Brussels."""
    return datetime(day.year, day.month, day.day, tzinfo=HOME)


def time_of(post: Post) -> datetime | None:
    """Return when *post* was or will be published, None where nobody knows."""
    return post.published_at or post.scheduled_at


def institution_of(post: Post, workspace: Workspace) -> str:
    """Return whose *post* is: its own institution, else that of its account."""
    account = workspace.find("account", post.account or "")
    return post.institution or (account and account.institution) or ""


def _institutions(workspace: Workspace) -> list[str]:
    """Return the ids of institutions in *workspace*: those that it holds, then those that are only named."""
    held = [one.id for one in workspace.institutions]
    posts = [institution_of(post, workspace) for post in workspace.posts]
    events = [name for event in workspace.events for name in participants(event)]
    return list(dict.fromkeys([*held, *sorted({*posts, *events} - {*held})]))


def participants(event: Event) -> tuple[str, ...]:
    """Return the institutions that *event* is of; where it names none, its organiser."""
    return tuple(dict.fromkeys(event.institutions or ([event.organiser] if event.organiser else [])))


def _posts(posts: Iterable[Post]) -> Iterator[Item]:
    for post in posts:
        if time := time_of(post):
            yield Item("post", say("{name}", name=post.id or "?"), time, time, post.id, post.network)


def _events(workspace: Workspace, institution: str) -> Iterator[Item]:
    for event in workspace.events:
        if institution in participants(event) and event.starts_at:
            end = event.ends_at or event.starts_at
            yield Item("event", say("{name}", name=event.name or event.id), event.starts_at, end, event.id)


def _shifts(shifts: Iterable[Due], posts: Sequence[Post], workspace: Workspace, institution: str) -> Iterator[Item]:
    for one in shifts:
        event: Event | None = workspace.find("event", one.resource.id)
        own = event is not None and event is one.resource and institution in participants(event)
        if own or any(post is one.resource for post in posts):
            name = (event.name if own and event else "") or one.resource.id
            yield Item("shift", say("{name}", name=name), one.start, one.end, one.resource.id, one.person)


def _closures(workspace: Workspace) -> Iterator[Item]:
    for one in workspace.closures:
        if one.start and one.end:
            yield Item("closure", say("{name}", name=one.name or one.id), one.start, one.end, one.id)


def _holidays(holidays: Mapping[date, Text]) -> Iterator[Item]:
    for day, name in holidays.items():
        yield Item("holiday", name, midnight(day), midnight(day + timedelta(days=1)), day.isoformat())


def _clashes(posts: Sequence[Post], items: Sequence[Item], when: tuple[int, int]) -> Iterator[Text]:
    dated = sorted(((time, post) for post in posts if (time := time_of(post))), key=lambda one: one[0])
    here = [(time, post) for time, post in dated if _month_of(time) == when]
    yield from _crowded(here)
    yield from _closed(here, items)
    yield from _twice(here)


def _month_of(time: datetime) -> tuple[int, int]:
    local = time.astimezone(HOME)
    return local.year, local.month


def _crowded(dated: Sequence[tuple[datetime, Post]]) -> Iterator[Text]:
    for (before, one), (after, other) in combinations(dated, 2):
        if after - before < CLOSE and (one.network, one.account) == (other.network, other.account):
            yield say(
                "{one} and {other} come within an hour on the same account ({network}, {time})",
                one=one.id, other=other.id, network=one.network, time=shown(before),
            )  # fmt: skip


def _closed(dated: Sequence[tuple[datetime, Post]], items: Sequence[Item]) -> Iterator[Text]:
    for time, post in dated:
        for item in items:
            if item.kind in ("closure", "holiday") and item.start <= time < item.end:
                yield say("{post} comes while services are closed ({name})", post=post.id, name=item.name)


def _twice(dated: Sequence[tuple[datetime, Post]]) -> Iterator[Text]:
    for (_, one), (_, other) in combinations(dated, 2):
        if one.calendar_entry and one.calendar_entry == other.calendar_entry:
            yield say("{one} and {other} have the same place in the calendar", one=one.id, other=other.id)
