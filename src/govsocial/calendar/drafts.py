"""A template of drafts for the days of a month that are known beforehand: holidays and events. Pure text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from govsocial.calendar.month import participants
from govsocial.messages import Text, say
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govsocial.model import Account, Event
    from govsocial.workspace import Workspace

HOUR: Final = time(10)
SATURDAY: Final = 5
ANY: Final = "facebook"
"""The network of a draft for an institution whose accounts are not known."""


def template(workspace: Workspace, year: int, month: int, holidays: Mapping[date, Text], language: str) -> str:
    """
    Return the drafts for *month* as TOML, with comments in *language*; their texts are for people to write.

    A holiday is announced on the working day before it, an event on the day on which it begins.
    """
    head = say(
        "Drafts for the known days of {month}: fill in the texts, and delete what you do not need.",
        month=f"{year}-{month:02}",
    )
    blocks = [f"# {head.render(language)}\ngovsocial = 1\n"]
    for name, post in _drafts(workspace, year, month, holidays):
        blocks.append(f"# {_line(name.render(language))}\n{tomli_w.dumps({'post': [post]})}")
    return "\n".join(blocks)


def _line(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(char) == "Cc" else char for char in text).split())


def _drafts(
    workspace: Workspace, year: int, month: int, holidays: Mapping[date, Text]
) -> Iterator[tuple[Text, dict[str, Any]]]:
    institutions = [one.id for one in workspace.institutions] or [""]
    for day, name in holidays.items():
        if (day.year, day.month) == (year, month):
            for institution in institutions:
                yield _holiday(workspace, day, name, institution)
    for event in workspace.events:
        start = event.starts_at and event.starts_at.astimezone(HOME)
        if start and (start.year, start.month) == (year, month):
            for institution in participants(event) or ("",):
                yield _event(workspace, event, start, institution)


def _holiday(workspace: Workspace, day: date, name: Text, institution: str) -> tuple[Text, dict[str, Any]]:
    before = day - timedelta(days=1)
    while before.weekday() >= SATURDAY:
        before -= timedelta(days=1)
    post = _post(workspace, f"{day.isoformat()}-{slug(name.render('en'))}", institution, before)
    told = say("{day} {name}: when are you closed, and where can people turn to?", day=f"{day:%d/%m/%Y}", name=name)
    return told, post | {"content_type": "service"}


def _event(workspace: Workspace, event: Event, start: datetime, institution: str) -> tuple[Text, dict[str, Any]]:
    post = _post(workspace, f"{start:%Y-%m-%d}-{slug(event.id)}", institution, start.date())
    told = say(
        "{day} {name}: what can people see there, and how do they take part?",
        day=f"{start:%d/%m/%Y}",
        name=event.name or event.id,
    )
    tags = " ".join(f"#{one.tag}" for one in event.hashtags or () if one.tag)
    return told, post | {"event": event.id, "content_type": "event", "text": tags}


def _post(workspace: Workspace, name: str, institution: str, day: date) -> dict[str, Any]:
    accounts: Sequence[Account] = workspace.group("account", "institution", institution)
    account = accounts[0] if accounts else None
    languages = (account.languages or ()) if account else ()
    given = {
        "id": f"{name}-{institution}" if institution else name,
        "network": account.network if account else ANY,
        "institution": institution,
        "account": account.id if account else "",
        "language": languages[0] if len(languages) == 1 else "",
        "scheduled_at": datetime.combine(day, HOUR, HOME).isoformat(),
        "text": "",
    }
    return {key: value for key, value in given.items() if value or key == "text"}


def slug(text: str) -> str:
    """Return *text* as a part of an id: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
