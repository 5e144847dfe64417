"""Plain texts: the text of one post, below its other fields as TOML between ``+++`` lines where it has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from govsocial import toml
from govsocial.errors import InputError, Place, Problem
from govsocial.messages import say
from govsocial.readers.base import Reader, Record, Shifted
from govsocial.readers.tables import placed
from govsocial.readers.toml import places_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.readers.base import Places

_OPENING: Final = re.compile(r"\+\+\+[ \t]*\n")
_CLOSING: Final = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
_YAML: Final = re.compile(r"---[ \t]*\n(?:\w[\w-]*:.*\n)+---")


@dataclass(frozen=True, slots=True)
class _TextPlaces(Shifted):
    """The places of the fields above a text, and the line where the text begins, unless it is one of the fields."""

    below: int | None

    def of(self, path: Sequence[str | int]) -> Place:
        return Place(self.below, 1) if self.below and path[:1] == ("text",) else Shifted.of(self, path)


def read(text: str, name: str) -> Iterator[Record]:
    """
    Yield the post that *text* is, none where it is blank; one line end at its end is no part of it.

    Raises:
        InputError: with what is wrong with the fields above the text, each with its line and column.
    """
    text = text.replace("\r\n", "\n")
    if _YAML.match(text):
        raise InputError([Problem(say("the fields above a text stand between +++ lines, in TOML"), name, 1, 1)])
    if opening := _OPENING.match(text):
        yield _with_fields(text, name, opening.end())
    elif text.strip():
        yield Record("post", {"text": text.removesuffix("\n")}, 1)


def _with_fields(text: str, name: str, start: int) -> Record:
    closing = _CLOSING.search(text, start)
    if not closing:
        raise InputError([Problem(say("the +++ of this line is never closed with a second +++ line"), name, 1, 1)])
    head, body = text[start : closing.start()], text[closing.end() :]
    fields, below = _fields(head, name), text.count("\n", 0, closing.end()) + 1
    if "text" not in fields:
        whole = {**fields, "text": body.removesuffix("\n")}
        return Record("post", whole, 1, (), partial(_places, head, below))
    if body.strip():
        text_twice = say("the text stands here and below the +++ lines; leave out one of them")
        raise InputError([placed(text_twice, ("text",), partial(_places, head), at_key=True)])
    return Record("post", fields, 1, (), partial(_places, head))


def _places(head: str, below: int | None = None) -> Places | None:
    known = places_in(head)
    return known and _TextPlaces(known, 1, below)


def _fields(head: str, name: str) -> dict[str, Any]:
    try:
        return toml.parse(head, name)
    except InputError as error:
        shifted = (replace(one, line=one.line + 1) if one.line else one for one in error.problems)
        raise InputError(shifted) from None


READER: Final = Reader("text", (".txt", ".md"), read)
