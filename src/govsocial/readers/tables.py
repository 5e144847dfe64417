"""The tables that TOML and JSON share: post, account, event, institution and closure, one or a list of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import Text, say
from govsocial.model import RESOURCES, Post
from govsocial.readers.base import Record
from govsocial.validation import joined, short

if TYPE_CHECKING:
    from govsocial.readers.base import Path, Places

FORMAT: Final = 1
VERSION_KEY: Final = "govsocial"


def records(
    data: Mapping[str, object],
    places: Callable[[], Places | None],
    line: Callable[[Path], int | None],
    *,
    lists: bool = True,
) -> Iterator[Record]:
    """
    Yield the resources in *data*; *line* tells where the one at a path begins.

    Raises:
        InputError: after the last one, with what else stands in *data*.
    """
    problems: list[Problem] = []
    for key, value in data.items():
        if key not in RESOURCES:
            problems += _other(key, value, places)
            continue
        for path, table in _each(key, value, lists=lists):
            if isinstance(table, Mapping):
                yield Record(key, table, line(path), path, places)
            else:
                text = say("expected {expected}, found {found}", expected=say("a table"), found=short(table))
                problems.append(placed(text, path, places))
    if problems:
        raise InputError(problems)


def _each(key: str, value: object, *, lists: bool) -> Iterator[tuple[Path, object]]:
    if lists and isinstance(value, list):
        yield from (((key, number), table) for number, table in enumerate(value))
    else:
        yield (key,), value


def _other(key: str, value: object, places: Callable[[], Places | None]) -> Iterator[Problem]:
    """Yield what is wrong with a key that names no resources."""
    if key != VERSION_KEY:
        yield placed(_unknown(key), (key,), places, at_key=True)
    elif type(value) is int and value > FORMAT:
        text = say(
            "this file is for a newer govsocial: its format is {found}, this one reads {n}", found=value, n=FORMAT
        )
        yield placed(text, (key,), places)
    elif type(value) is not int or value != FORMAT:
        yield placed(
            say("expected {n}, the version of the format; found {found}", n=FORMAT, found=short(value)), (key,), places
        )


def _unknown(key: str) -> Text:
    if key in Post.model_fields:
        return say("'{key}' stands outside of any table; does it belong in 'post'?", key=key)
    return say("unknown key '{key}'{hint}", key=key, hint=did_you_mean(key, RESOURCES))


def placed(text: Text, path: Path, places: Callable[[], Places | None] | None, *, at_key: bool = False) -> Problem:
    """Return the problem that *text* tells of the value at *path* or of its key, with its place where that is known."""
    known = places() if places else None
    if known is None:
        return Problem(text, path=joined("", path))
    place = known.key(path) if at_key else known.of(path)
    return Problem(text, "", place.line, place.column, joined("", path))
