"""The calendar of institutions as iCalendar: posts, events and stand-by shifts, for the calendars that people have."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from icalendar import Calendar
from icalendar import Event as Entry

from govsocial.messages import say
from govsocial.outputs.calendar import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.calendar.month import Item

LENGTH: Final = timedelta(minutes=15)
"""How long a post is in a calendar, which does not show what has no length."""


def render(items: Iterable[tuple[str, Item]], language: str, now: datetime) -> bytes:
    """Return *items*, each with the name of its institution, in *language*; *now* is when the calendar was made."""
    made = Calendar()
    made.add("prodid", "-//govsocial//publication calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", say("Publication calendar").render(language))
    for item, names in _once(items).items():
        made.add_component(_entry(item, names, language, now))
    return bytes(made.to_ical())


def _once(items: Iterable[tuple[str, Item]]) -> dict[Item, list[str]]:
    """Return each item with the institutions that it is of: a shared event is one event."""
    found: dict[tuple[str, str, datetime], Item] = {}
    names: dict[Item, list[str]] = {}
    for name, item in items:
        first = found.setdefault((item.kind, item.id, item.start), item)
        names.setdefault(first, []).append(name)
    return names


def _entry(item: Item, names: Sequence[str], language: str, now: datetime) -> Entry:
    entry = Entry()
    key = hashlib.sha256(f"{item.kind}\0{item.id}".encode()).hexdigest()[:32]
    entry.add("uid", f"{key}@govsocial")  # the same in every export, so that a calendar moves it and adds no other
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", item.start.astimezone(UTC))
    entry.add("dtend", (item.end if item.end > item.start else item.start + LENGTH).astimezone(UTC))
    detail = f" ({item.detail})" if item.detail else ""
    entry.add("summary", f"{KINDS[item.kind].render(language)}: {item.name.render(language)}{detail}")
    entry.add("categories", [KINDS[item.kind].render(language)])
    if described := ", ".join(name for name in names if name):
        entry.add("description", described)
    return entry
