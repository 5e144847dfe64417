"""Drafts in JSON: the same tables as in TOML, and what is said of a text that is not JSON."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Never

from govsocial.errors import InputError, Problem
from govsocial.messages import Text, say
from govsocial.readers.base import Reader
from govsocial.readers.json_places import line_starts, parts, place, places
from govsocial.readers.tables import records
from govsocial.validation import joined, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.errors import Place
    from govsocial.readers.base import Path, Record

_CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")


class _RefusedError(ValueError):
    """Python's JSON would take it; we do not."""


def read(text: str, name: str) -> Iterator[Record]:  # noqa: ARG001 - every reader is given the name
    """
    Yield the resources in *text*.

    Raises:
        InputError: with what is wrong, each with its line and column.
    """
    yield from records(table(text), partial(places, text), _line)


def _line(path: Path) -> int | None:
    return None if len(path) > 1 else 1


def table(text: str) -> dict[str, Any]:
    """
    Return the table that *text* holds; keys that come twice and numbers that are none are refused.

    Raises:
        InputError: with what is wrong, each with its line and column.
    """
    try:
        found = json.loads(text.rstrip(), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InputError([_syntax(error)]) from None
    except RecursionError:
        raise InputError([Problem(say("the brackets lie too deep in one another"))]) from None
    except _RefusedError:
        raise InputError(_refusals(text)) from None
    except ValueError:
        raise InputError([Problem(say("a number has too many digits"))]) from None
    if isinstance(found, dict):
        return found
    text_ = say('expected a table such as {{"post": {{…}}}}, found {found}', found=short(found))
    raise InputError([Problem(text_, "", 1, 1)])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError
    return found


def _no_number(_: str) -> Never:
    raise _RefusedError


def _refusals(text: str) -> Iterator[Problem]:
    starts = line_starts(text)
    for part in parts(text):
        if part.again:
            yield _refusal(say("'{key}' is already set", key=part.path[-1]), place(starts, part.key), part.path)
        if part.sign in _CONSTANTS:
            reason = say("{found} is no number in JSON; write null for what is not known", found=part.sign)
            yield _refusal(reason, place(starts, part.value), part.path)


def _refusal(reason: Text, where: Place, path: Path) -> Problem:
    return Problem(reason, "", where.line, where.column, joined("", path))


def _syntax(error: json.JSONDecodeError) -> Problem:
    """Return what is not JSON, and where; a last comma is told alike on every version of Python."""
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("]", "}"):
        error = json.JSONDecodeError("Illegal trailing comma", error.doc, len(before) - 1)
    return Problem(_explain(error), "", error.lineno, error.colno)


def _explain(error: json.JSONDecodeError) -> Text:
    """Return the library's reason as an author would put it."""
    if error.msg == "Extra data" and error.doc.startswith("{", error.pos):
        return say("a second table begins here; a file with one table a line ends in .jsonl")
    plain = (text for reason, text in _plain_words().items() if error.msg.startswith(reason))
    return next(plain, say("this is not JSON: {reason}", reason=error.msg))


def _plain_words() -> dict[str, Text]:
    return {
        "Expecting value": say("a value is expected here: a text in double quotes, a number, true, false or null"),
        "Expecting property name": say("a key in double quotes is expected here"),
        "Expecting ',' delimiter": say("a comma or a closing bracket is expected here"),
        "Expecting ':' delimiter": say("a ':' is expected here, between the key and its value"),
        "Illegal trailing comma": say("leave out this comma: nothing follows it"),
        "Unterminated string": say('this text is never closed with "'),
        "Invalid control character": say("a line break or a tab stands in a text; write \\n or \\t"),
        "Invalid \\u": say("\\u takes four hexadecimal digits"),
        "Invalid \\escape": say("this backslash means nothing here; write \\\\ for a backslash"),
        "Extra data": say("nothing more may stand after the last bracket"),
    }


READER: Final = Reader("json", (".json",), read)
