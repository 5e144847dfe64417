"""The month of an institution for a terminal: a grid of days, then what stands on them, gaps and clashes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, count, say
from govsocial.outputs.lines import entry
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.calendar.month import Item, Month
    from govsocial.outputs.lines import View

MONTHS: Final = (
    say("January"), say("February"), say("March"), say("April"), say("May"), say("June"),
    say("July"), say("August"), say("September"), say("October"), say("November"), say("December"),
)  # fmt: skip
WEEKDAYS: Final = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))
KINDS: Final = {
    "post": say("post"),
    "event": say("event"),
    "closure": say("closed"),
    "holiday": say("holiday"),
    "shift": say("stand-by"),
}
MARKS: Final = {"post": "●", "event": "◆", "closure": "×", "holiday": "☆", "shift": "○"}
_ROOM: Final = 4
"""How many marks a day shows before the rest is a plus."""


def render(months: Sequence[Month], view: View) -> str:
    """Return *months*, one below the other."""
    blocks = ["\n".join(_month(one, view)) for one in months]
    legend = "   ".join(f"{mark} {view.words(KINDS[kind])}" for kind, mark in MARKS.items())
    return "\n\n".join([*blocks, legend]) + "\n"


def heading(month: Month) -> Text:
    """Return whose month it is, and which."""
    name = say("{name}", name=month.name) if month.name else say("no institution")
    return say("{name}: {month} {year}", name=name, month=MONTHS[month.month - 1], year=month.year)


def _month(month: Month, view: View) -> Iterator[str]:
    yield from entry(heading(month), view, "", "label")
    width = max((view.width - 2) // 7, 7)
    yield _row([view.words(day) for day in WEEKDAYS], width)
    for week in month.weeks:
        yield _row([_cell(day, month) for day in week], width)
    yield ""
    for item in told(month):
        yield from entry(_item(item, view), view, f"  {_when(item, month, view)}  ")
    yield from _remarks(month, view)


def _row(cells: Sequence[str], width: int) -> str:
    return "  " + "".join(f"{cell:<{width}}" for cell in cells).rstrip()


def _cell(day: date, month: Month) -> str:
    if day.month != month.month:
        return ""
    marks = [MARKS[item.kind] for item in month.on(day)]
    return f"{day.day:>2} {''.join(marks[:_ROOM])}{'+' if len(marks) > _ROOM else ''}"


def told(month: Month) -> list[Item]:
    """Return what stands in the month itself, each once, in the order of the clock."""
    days = [day for week in month.weeks for day in week if day.month == month.month]
    return list(dict.fromkeys(item for day in days for item in month.on(day)))


def _when(item: Item, month: Month, view: View) -> str:
    first = next(day for day in item.days() if (day.year, day.month) == (month.year, month.month))
    start = item.start.astimezone(HOME)
    hour = "     " if item.whole_days or start.date() != first else f"{start:%H:%M}"
    return f"{view.words(WEEKDAYS[first.weekday()])} {first.day:>2}  {hour}"


def _item(item: Item, view: View) -> str:
    """Return *item* with its mark; where it goes on for days, with the last of them."""
    *_, last = item.days()
    until = view.words(say(" until {day}", day=f"{last:%d/%m}")) if len([*item.days()]) > 1 else ""
    detail = f" ({item.detail})" if item.detail else ""
    return f"{MARKS[item.kind]} {view.words(KINDS[item.kind])} {view.words(item.name)}{detail}{until}"


def _remarks(month: Month, view: View) -> Iterator[str]:
    for text in remarks(month):
        yield from entry(text, view, "  ! ", "warn")


def remarks(month: Month) -> Iterator[Text]:
    """Yield what is in one another's way, and what is missing."""
    yield from month.clashes
    if month.gaps:
        weeks = ", ".join(f"{day:%d/%m}–{day + timedelta(days=6):%d/%m}" for day in month.gaps)
        yield count(
            "{n} week without a post: {weeks}", "{n} weeks without a post: {weeks}", len(month.gaps), weeks=weeks
        )
    if month.undated:
        yield count("{n} post has no day yet", "{n} posts have no day yet", n=month.undated)
