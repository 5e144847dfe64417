"""
The records of a repository, as ``com.atproto.repo.listRecords`` gives them: where each begins, and what is wrong.

A record that is no post, such as a like, is passed by. One with a fault is left out and told with its line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from govsocial import InputError, Problem, Record, say
from govsocial_bluesky.posts import POST, REPOST, post, repost
from govsocial_bluesky.richtext import facets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Path = tuple[str | int, ...]
_DECODER: Final = json.JSONDecoder()
_BETWEEN: Final = re.compile(r"[ \t\n\r]*+[,:]?[ \t\n\r]*+")
_NO_JSON: Final = {
    "en": "this is not JSON: {reason}",
    "nl": "dit is geen JSON: {reason}",
    "fr": "ceci n’est pas du JSON : {reason}",
    "de": "das ist kein JSON: {reason}",
}
_NO_RECORD: Final = {
    "en": "expected a record: a table with '$type', or one with 'uri' and 'value'",
    "nl": "verwacht een record: een tabel met '$type', of een met 'uri' en 'value'",
    "fr": "un enregistrement est attendu : une table avec '$type', ou avec 'uri' et 'value'",
    "de": "erwartet wird ein Datensatz: eine Tabelle mit '$type' oder eine mit 'uri' und 'value'",
}
_NO_TEXT: Final = {
    "en": "a post has a 'text', which may be empty",
    "nl": "een post heeft een 'text', die leeg mag zijn",
    "fr": "une publication a un 'text', qui peut être vide",
    "de": "ein Beitrag hat einen 'text', der leer sein darf",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in a file: its *line* and *path* there, and a *problem* in place of what cannot be read."""

    line: int
    path: Path = ()
    value: object = None
    problem: Problem | None = None


def posts(entries: Iterable[Entry]) -> Iterator[Record]:
    """
    Yield the posts among *entries*.

    Raises:
        InputError: after the last one, with what is wrong with others.
    """
    problems: list[Problem] = []
    for entry in entries:
        found = [entry.problem] if entry.problem else list(_read(entry))
        problems += (one for one in found if isinstance(one, Problem))
        yield from (one for one in found if isinstance(one, Record))
    if problems:
        raise InputError(problems)


def _read(entry: Entry) -> Iterator[Record | Problem]:
    """Yield the post that *entry* is, or all that is wrong with it; nothing where it is some other record."""
    around = entry.value if isinstance(entry.value, dict) else {}
    bare = "$type" in around
    value, inside = (around, entry.path) if bare else (around.get("value"), (*entry.path, "value"))
    uri = "" if bare else str(around.get("uri") or "")
    if not isinstance(value, dict) or not isinstance(value.get("$type"), str):
        yield Problem(say(_NO_RECORD), "", entry.line, path=_shown(entry.path))
    elif value["$type"] == REPOST:
        yield Record("post", repost(value, uri), entry.line, entry.path)
    elif value["$type"] == POST:
        yield from _post(value, uri, entry, inside)


def _post(value: dict[str, Any], uri: str, entry: Entry, inside: Path) -> Iterator[Record | Problem]:
    if not isinstance(value.get("text"), str):
        yield Problem(say(_NO_TEXT), "", entry.line, path=_shown((*inside, "text")))
        return
    parts, faults = facets(value["text"], value.get("facets"))
    for fault in faults:
        yield Problem(say(fault.words, **fault.bytes), "", entry.line, path=_shown((*inside, "facets", fault.number)))
    if not faults:
        yield Record("post", post(value, uri, parts), entry.line, entry.path)


def in_lines(text: str) -> Iterator[Entry]:
    """Yield the value of each line of *text*; blank lines are passed by."""
    for number, line in enumerate(StringIO(text), 1):
        if line.isspace():
            continue
        try:
            yield Entry(number, value=json.loads(line.rstrip()))
        except (ValueError, RecursionError) as error:
            yield Entry(number, problem=_no_json(error, number))


def in_one(text: str) -> Iterator[Entry]:
    """Yield the value that *text* is, or where it is a list, or a table with ``records``, the values in that."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Entry(1, problem=_no_json(error, 1))
        return
    begin = len(text) - len(text.lstrip())
    listed = whole if isinstance(whole, list) else whole.get("records") if isinstance(whole, dict) else None
    if not isinstance(listed, list):
        yield Entry(1 + text.count("\n", 0, begin), value=whole)
    elif listed is whole:
        yield from _listed(text, begin, ())
    else:
        yield from _listed(text, _records_at(text, begin), ("records",))


def _listed(text: str, begin: int, path: Path) -> Iterator[Entry]:
    """Yield the values of the list that begins there in *text*, which is known to be JSON."""
    line, seen, offset, number = 1, 0, _next(text, begin + 1), 0
    while text[offset] != "]":
        line, seen = line + text.count("\n", seen, offset), offset
        value, end = _DECODER.raw_decode(text, offset)
        yield Entry(line, (*path, number), value)
        offset, number = _next(text, end), number + 1


def _records_at(text: str, begin: int) -> int:
    """Return where the list of records begins in the table that begins there; of several, the last one holds."""
    found, offset = begin, _next(text, begin + 1)
    while text[offset] != "}":
        key, end = _DECODER.raw_decode(text, offset)
        offset = _next(text, end)
        found = offset if key == "records" else found
        offset = _next(text, _DECODER.raw_decode(text, offset)[1])
    return found


def _next(text: str, offset: int) -> int:
    """Return where the next value begins: behind blanks, and the sign that sets values apart."""
    found = _BETWEEN.match(text, offset)
    return found.end() if found else offset


def _no_json(error: Exception, line: int) -> Problem:
    if isinstance(error, json.JSONDecodeError):
        return Problem(say(_NO_JSON, reason=error.msg), "", line + error.lineno - 1, error.colno)
    return Problem(say(_NO_JSON, reason=f"{type(error).__name__}: {error}"), "", line)


def _shown(path: Path) -> str:
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path).removeprefix(".")
