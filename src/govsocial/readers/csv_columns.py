"""What the columns of a table mean: their names are those of a post's fields. Knows nothing of rows and places."""

from __future__ import annotations

import re
import types
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin

from govsocial.messages import say
from govsocial.model import Post
from govsocial.validation import models_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LIST_SIGN: Final = ";"
_EXTRA: Final = "extra"
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_DAY: Final = re.compile(
    r"(?P<one>[0-9]{1,2})[/.-](?P<other>[0-9]{1,2})[/.-](?P<year>[0-9]{4}|[0-9]{2})"
    r"(?:[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """
    Where a cell goes: the *field* of a post, and the key in its table, or in the one table of its list (*many*).

    *convert* gives the value of a cell that is not empty: what it cannot read stays as it is, for the model to refuse,
    and a ``Text`` says why it is refused here.
    """

    field: str
    key: str
    many: bool
    convert: Callable[[str], object]

    @property
    def path(self) -> str:
        """The name of the column, as the path of a problem has it."""
        return f"{self.field}{'[0]' if self.many else ''}{'.' if self.key else ''}{self.key}"

    def put(self, data: dict[str, Any], value: object) -> None:
        """Write *value* where it belongs in *data*, the fields of a post."""
        if not self.key:
            data[self.field] = value
        elif self.many:
            data.setdefault(self.field, [{}])[0][self.key] = value
        else:
            data.setdefault(self.field, {})[self.key] = value


def column(name: str) -> Column | None:
    """Return what a column called *name* means, None where it means nothing."""
    field, _, key = name.partition(".")
    return Column(_EXTRA, key, many=False, convert=str) if field == _EXTRA and key else columns().get(name)


@cache
def columns() -> Mapping[str, Column]:
    """Return the columns that a table may have by name, all but those of an institution's own fields."""
    return dict(_columns())


def _columns() -> Iterator[tuple[str, Column]]:
    for field, info in Post.model_fields.items():
        kind = _kind(info.annotation)
        inner = next(iter(models_in(info.annotation)), None)
        for key, of_key in inner.model_fields.items() if inner else ():
            many = get_origin(kind) is tuple
            yield f"{field}.{key}", Column(field, key, many, _converter(_kind(of_key.annotation)))
        if not inner and field != _EXTRA:
            yield field, Column(field, "", many=False, convert=_converter(kind))


def _kind(annotation: object) -> object:
    """Return the type behind *annotation*, without what limits it and without None."""
    if get_origin(annotation) in (Annotated, Union, types.UnionType):
        return _kind(get_args(annotation)[0])
    return annotation


def _converter(kind: object) -> Callable[[str], object]:
    if get_origin(kind) is tuple:
        return _list
    known: dict[object, Callable[[str], object]] = {int: _whole, float: _number, bool: _switch, datetime: _time}
    return known.get(kind, str)


def _list(cell: str) -> object:
    return [part.strip() for part in cell.split(LIST_SIGN) if part.strip()]


def _whole(cell: str) -> object:
    return int(cell) if _WHOLE.fullmatch(cell) else cell


def _number(cell: str) -> object:
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def _switch(cell: str) -> object:
    return {"true": True, "false": False}.get(cell.lower(), cell)


def _time(cell: str) -> object:
    """Return *cell*, or how to write it where it has no fixed order of day and month: a guess would be wrong unseen."""
    found = _DAY.fullmatch(cell)
    readings = list(_readings(found)) if found else []
    if not readings:
        return cell
    if len(readings) == 1:
        return say("write '{found}' as {day}", found=cell, day=readings[0])
    day, other = readings
    return say(
        "'{found}' may be read as {day} and as {other}; write the one that is meant", found=cell, day=day, other=other
    )


def _readings(found: re.Match[str]) -> Iterator[str]:
    """Yield the dates that readers see who begin with the day, and with the month, each once."""
    one, other, year = int(found["one"]), int(found["other"]), int(found["year"])
    year += 2000 if len(found["year"]) == len("26") else 0  # drafts and archives of social media are of this century
    time = f"T{found['hour']:0>2}:{found['minute']}" if found["hour"] else ""
    for day, month in dict.fromkeys([(one, other), (other, one)]):
        with suppress(ValueError):
            yield f"{date(year, month, day)}{time}"
