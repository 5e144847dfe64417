"""The params of a policy as expressions see them: one type each, and one value for a day, or none."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.library import INT_MAX, INT_MIN
from govsocial.cel.types import BOOL, DOUBLE, INT, STRING, TIMESTAMP, CelType, list_of
from govsocial.messages import Text, say
from govsocial.policy.period import Period, in_zone
from govsocial.policy.schema import DatedValue, Param
from govsocial.validation import clean, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from govsocial.policy.faults import Path
    from govsocial.policy.rules import Layer

_TYPES: Final[Mapping[type, CelType]] = {
    bool: BOOL,
    int: INT,
    float: DOUBLE,
    str: STRING,
    datetime: TIMESTAMP,
    date: TIMESTAMP,
}
_NO_VALUE: Final = say("a param is true or false, a number, a text, a date, or a list of one of these")
_NO_ORDER: Final = say("'stricter' goes with a number or a date; this is {type}")
_NO_ITEMS: Final = say("an empty list does not say what it is a list of; give it one value at least")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value, the period in which it stands, and what gave it."""

    period: Period
    value: Any
    origin: DatedValue | Param | Layer


@dataclass(frozen=True)
class ParamTable:
    """Names, types and dated values of all params of a policy."""

    names: tuple[str, ...]
    types: tuple[CelType, ...]
    values: tuple[tuple[Dated, ...], ...]
    turns: tuple[datetime, ...]
    _known: dict[int, tuple[Any, ...]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, time: datetime) -> tuple[Any, ...]:
        """Return the values at *time*, in the order of the names; None where a param has none then."""
        regime = bisect_right(self.turns, time)
        if regime not in self._known:
            self._known[regime] = tuple(_value_at(values, time) for values in self.values)
        return self._known[regime]


def _value_at(values: Sequence[Dated], time: datetime) -> Any:  # noqa: ANN401 - of the param's own type
    return next((one.value for one in values if one.period.holds(time)), None)


def table_of(params: Mapping[str, Param], zone: ZoneInfo) -> tuple[ParamTable, list[tuple[Path, Text]]]:
    """Return the table of *params*, and what is wrong with them, each by its path below ``param``."""
    wrong: list[tuple[Path, Text]] = []
    types: list[CelType] = []
    values: list[tuple[Dated, ...]] = []
    for name, param in params.items():
        dated = param.values or (DatedValue(value=param.value),)
        kinds = [type_of_value(one.value) for one in dated]
        wrong += [((name, *path), text) for path, text in _faults(param, dated, kinds, zone)]
        types.append(kinds[0] or INT)
        values.append(
            tuple(Dated(one.period(zone), converted(one.value, zone), one if param.values else param) for one in dated)
        )
    return ParamTable(tuple(params), tuple(types), tuple(values), turns(values)), wrong


def turns(values: Iterable[Sequence[Dated]]) -> tuple[datetime, ...]:
    """Return the moments at which one of *values* changes."""
    ends = {end for known in values for one in known for end in (one.period.start, one.period.until) if end}
    return tuple(sorted(ends))


def _faults(
    param: Param, dated: Sequence[DatedValue], kinds: Sequence[CelType | None], zone: ZoneInfo
) -> Iterator[tuple[Path, Text]]:
    if param.stricter and kinds[0] not in (None, INT, DOUBLE, TIMESTAMP):
        yield ("stricter",), replace(_NO_ORDER, values={"type": str(kinds[0])})
    for number, (one, kind) in enumerate(zip(dated, kinds, strict=True)):
        path: Path = ("values", number) if param.values else ()
        if kind is None:
            yield (*path, "value"), no_value(one.value)
        elif kind != kinds[0]:
            yield (
                (*path, "value"),
                say("this is {kind}, the first value is {first}", kind=str(kind), first=str(kinds[0])),
            )
        for before, other in enumerate(dated[:number]):
            if one.period(zone).overlaps(other.period(zone)):
                yield path, say("two values for one day: this one and {other}", other=joined("", ("values", before)))


def no_value(value: object) -> Text:
    """Return why *value*, which has no type, cannot be that of a param."""
    return _NO_ITEMS if value == [] else _NO_VALUE


def type_of_value(value: object) -> CelType | None:
    """Return the type of a TOML value, None where a param cannot have it."""
    if isinstance(value, list):
        kinds = {type_of_value(item) for item in value}
        inner = kinds.pop() if len(kinds) == 1 else None
        return list_of(inner) if inner and inner.name != "list" else None
    if isinstance(value, float) and not isfinite(value):
        return None
    if type(value) is int and not INT_MIN <= value <= INT_MAX:
        return None
    return _TYPES.get(type(value))


def converted(value: object, zone: ZoneInfo) -> Any:  # noqa: ANN401 - of the param's own type
    """Return a TOML value as expressions see it; a bare date is midnight in *zone*."""
    if isinstance(value, list):
        return tuple(converted(item, zone) for item in value)
    return clean(value) if isinstance(value, str) else in_zone(value, zone) if isinstance(value, date) else value
