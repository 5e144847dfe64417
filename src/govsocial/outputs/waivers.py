"""Waivers put into words: which are in force, which end soon, which have ended or last too long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, say
from govsocial.outputs.lines import entry, paint
from govsocial.policy.rules import LONGEST_WAIVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from govsocial.outputs.lines import View
    from govsocial.policy.rules import Waiver
    from govsocial.report import Report

STATES: Final = {
    "expiring": say("ends soon"),
    "active": say("in force"),
    "upcoming": say("not yet in force"),
    "expired": say("ended: remove it"),
}
"""How a waiver stands on a day, in the order in which they are listed."""
_ROLES: Final = {"expiring": "warn", "expired": "bad"}


def state(waiver: Waiver, day: datetime, within: timedelta) -> str:
    """Return how *waiver* stands on *day*; it is ``expiring`` where it ends *within* a time."""
    if waiver.period.until is not None and waiver.period.until <= day:
        return "expired"
    if not waiver.period.holds(day):
        return "upcoming"
    return "expiring" if waiver.period.until is not None and waiver.period.until <= day + within else "active"


def too_long(waiver: Waiver, day: datetime) -> bool:
    """Whether *waiver* lasts longer than ``LONGEST_WAIVER`` days; from *day* on, where it does not say since when."""
    start, until = waiver.period.start or day, waiver.period.until
    return until is not None and until - start > timedelta(days=LONGEST_WAIVER, hours=1)  # summer time may end in it


def render(waivers: Iterable[Waiver], view: View, day: datetime, within: timedelta) -> str:
    """Return *waivers* as they stand on *day*: those that end soon first, those that have ended last."""
    order = list(STATES)
    stated = [(state(one, day, within), one) for one in waivers]
    stated.sort(key=lambda pair: (order.index(pair[0]), pair[1].until.isoformat(), pair[1].name))
    return "".join(line + "\n" for how, one in stated for line in _lines(one, how, view, day))


def _lines(waiver: Waiver, how: str, view: View, day: datetime) -> Iterator[str]:
    told = view.words(say("{state}, {period}", state=STATES[how], period=until(waiver)))
    yield f"{paint(waiver.name, 'label', view)}: {paint(told, _ROLES.get(how, ''), view)}"
    yield from entry(", ".join(waiver.rules), view, "    ")
    yield from entry(waiver.why(view.language), view, "    ")
    if waiver.approved_by:
        yield from entry(say("approved by {name}", name=waiver.approved_by), view, "    ")
    if too_long(waiver, day):
        text = say("longer than {n} days: let it end sooner, and look at it again then", n=LONGEST_WAIVER)
        yield from entry(text, view, "    ")


def until(waiver: Waiver) -> Text:
    """Return when *waiver* ends, as its author wrote it."""
    return say("until {day}", day=f"{waiver.until:%d/%m/%Y}")


def unused(report: Report, view: View) -> Iterator[str]:
    """Yield the waivers that were in force and had nothing to waive, where waivers are opened."""
    if view.opens("waived"):
        for waiver in report.unused_waivers:
            text = say("The waiver {name} was not needed here ({period}).", name=waiver.name, period=until(waiver))
            yield from entry(text, view)
