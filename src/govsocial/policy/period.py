"""Days and periods as policies write them; which zone a bare date is in, the policy says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import PlainValidator

from govsocial.messages import say
from govsocial.validation import TextError, from_iso

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """From *start* up to *until*, exclusive; open where None."""

    start: datetime | None = None
    until: datetime | None = None

    def holds(self, time: datetime) -> bool:
        """Whether *time* lies in it."""
        return (self.start is None or self.start <= time) and (self.until is None or time < self.until)

    def overlaps(self, other: Period) -> bool:
        """Whether there is a moment in both."""
        first, second = (self, other) if _before(self.start, other.start) else (other, self)
        return first.until is None or second.start is None or second.start < first.until

    def common(self, other: Period) -> Period | None:
        """Return what lies in both, None where nothing does."""
        if not self.overlaps(other):
            return None
        start = other.start if _before(self.start, other.start) else self.start
        ends = [end for end in (self.until, other.until) if end is not None]
        return Period(start, min(ends, default=None))

    def without(self, other: Period) -> tuple[Period, ...]:
        """Return what of it lies outside *other*."""
        outside = [Period(None, other.start)] if other.start else []
        outside += [Period(other.until, None)] if other.until else []
        return tuple(part for one in outside if (part := self.common(one)))


def _before(one: datetime | None, other: datetime | None) -> bool:
    return one is None or (other is not None and one <= other)


def in_zone(day: date, zone: ZoneInfo) -> datetime:
    """Return the time that *day* is in *zone*: midnight where it has no time, its own zone where it has one."""
    time = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone follows
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _day(value: object) -> object:
    """Return a date or a time as it is written: the zone of one without is the policy's."""
    if isinstance(value, str):
        time = from_iso(value)
        return time if any(sign in value for sign in "T: ") else time.date()
    if isinstance(value, date):
        return value
    raise TextError(say("write a date such as 2026-11-24"))


Day = Annotated[date, PlainValidator(_day, json_schema_input_type=date)]
