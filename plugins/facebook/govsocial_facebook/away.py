"""When services are closed, and what of that the auto-replies of an account leave open. Knows no networks, no words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from holidays import HolidayBase

    from govsocial import Account, Closure

LOOK_AHEAD: Final = timedelta(days=60)
"""How far ahead closures are looked for: early enough to prepare an auto-reply, late enough not to nag."""
YEAR_END: Final = ((12, 25), (1, 1))
"""First and last day (month, day) on which services are taken to be closed at the turn of the year. Our choice."""
SLACK: Final = timedelta(minutes=1)
"""A gap as short as this is a way to write midnight: a reply up to 23:59 is one up to the end of the day."""
KNOWN_YEARS: Final = range(1950, 2151)
"""The years whose holidays can be told; outside them the answer is unknown."""
HOME: Final = ZoneInfo("Europe/Brussels")
DAY: Final = timedelta(days=1)
ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Span(NamedTuple):
    """From *start* up to *end*, exclusive; both in UTC, so that differences survive the change of the clocks."""

    start: datetime
    end: datetime


def uncovered_closures(account: Account, closures: tuple[Closure, ...], as_of: datetime) -> list[str] | None:
    """
    Return the closures of the next 60 days that no auto-reply covers, such as ``24/12/2026 – 03/01/2027 (fr)``.

    Each has its first and last day, a time where it is not midnight, and the languages of *account* in which nothing
    answers. None, for unknown, where that depends on something nobody knows. Norm: Aanbevelingen, Facebook, 1.
    """
    if account.languages is None or account.auto_replies is None or as_of.year not in KNOWN_YEARS:
        return None
    certain = _open(account, _away(closures, as_of, doubtful=False), doubtful=True)
    possible = _open(account, _away(closures, as_of, doubtful=True), doubtful=False)
    if possible and not certain:
        return None
    return [_shown(span, languages) for span, languages in sorted(certain.items())]


def _open(account: Account, away: Iterable[Span], *, doubtful: bool) -> dict[Span, list[str]]:
    """Return the parts of *away* in which some language of *account* gets no reply, each with those languages."""
    found: dict[Span, list[str]] = {}
    languages = dict.fromkeys(map(_primary, account.languages or ()))
    for language in languages or ("",):
        replies = merged(_replies(account, language, doubtful=doubtful))
        for gap in (gap for period in away for gap in gaps(period, replies)):
            found.setdefault(gap, []).append(language)
    return found


def _replies(account: Account, language: str, *, doubtful: bool) -> Iterator[Span]:
    """Yield when replies come in *language* (any, where empty); where *doubtful*, also when they perhaps do."""
    for one in account.auto_replies or ():
        speaks = not language or (doubtful if one.languages is None else language in map(_primary, one.languages))
        if speaks:
            yield from _span(one.start, one.end, doubtful=doubtful)


def _span(start: datetime | None, end: datetime | None, *, doubtful: bool) -> Iterator[Span]:
    """Yield the span of two known bounds; of unknown ones the widest that it may be, where *doubtful*."""
    if doubtful or (start and end):
        yield Span(*(bound.astimezone(UTC) if bound else far for bound, far in zip((start, end), ALWAYS, strict=True)))


def _primary(language: str) -> str:
    """Return what nl and nl-BE have in common."""
    return language.split("-", maxsplit=1)[0].casefold()


def _away(closures: Iterable[Closure], as_of: datetime, *, doubtful: bool) -> list[Span]:
    """Return when services are closed, from *as_of* on, for periods that begin within the look-ahead."""
    now = as_of.astimezone(UTC)
    given = [span for one in closures for span in _span(one.start, one.end, doubtful=doubtful)]
    periods = merged([*breaks(now.astimezone(HOME).year), *given])
    return [Span(max(now, one.start), one.end) for one in periods if one.start < now + LOOK_AHEAD and one.end > now]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return *spans* in order, with those that overlap or touch made one; empty and reversed ones are dropped."""
    found: list[Span] = []
    for one in sorted(span for span in spans if span.start < span.end):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def gaps(period: Span, covers: Iterable[Span]) -> Iterator[Span]:
    """Yield the parts of *period* that none of *covers*, in order and apart, takes up; a minute is no part."""
    start = period.start
    for cover in covers:
        if cover.end > start and cover.start < period.end:
            if cover.start - start > SLACK:
                yield Span(start, cover.start)
            start = cover.end
    if period.end - start > SLACK:
        yield Span(start, period.end)


@cache
def breaks(year: int) -> tuple[Span, ...]:
    """
    Return the federal breaks of three days or more around *year*, the years before and after included.

    Public holidays of Belgium with weekends, bridge days and the year-end closure; not the days of the communities.
    """
    from holidays import country_holidays  # noqa: PLC0415 - slow to import, and only accounts on Facebook need it
    from holidays.utils import list_long_breaks  # noqa: PLC0415

    years = range(year - 1, year + 2)
    calendar = country_holidays("BE", years=years, language="nl")
    calendar.update(dict.fromkeys((day for one in years for day in _year_end(one)), "year-end closure"))
    calendar.update(dict.fromkeys(list(_bridges(calendar)), "bridge day"))
    return tuple(Span(_midnight(days[0]), _midnight(days[-1] + DAY)) for days in list_long_breaks(calendar))


def _year_end(year: int) -> Iterator[date]:
    first, last = date(year, *YEAR_END[0]), date(year + 1, *YEAR_END[1])
    yield from (first + number * DAY for number in range((last - first).days + 1))


def _bridges(calendar: HolidayBase) -> Iterator[date]:
    """Yield the working days that stand alone between a holiday and another day off."""
    for day in sorted(calendar):
        for step in (-DAY, DAY):
            if calendar.is_working_day(day + step) and not calendar.is_working_day(day + 2 * step):
                yield day + step


def _midnight(day: date) -> datetime:
    """Return the moment at which *day* begins in Brussels."""
    return datetime.combine(day, time(), HOME).astimezone(UTC)


def _shown(span: Span, languages: Iterable[str]) -> str:
    start, end = (bound.astimezone(HOME) for bound in span)
    last = f"{end:%d/%m/%Y %H:%M}" if end.time() > time() else f"{end.date() - DAY:%d/%m/%Y}"
    first = f"{start:%d/%m/%Y %H:%M}" if start.time() > time() else f"{start:%d/%m/%Y}"
    named = ", ".join(filter(None, languages))
    return (first if first == last else f"{first} – {last}") + (f" ({named})" if named else "")
