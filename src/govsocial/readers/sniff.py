"""Which reader a file name asks for, and which one fits a text that comes without a name, such as standard input."""

from __future__ import annotations

import json
import re
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import Text, say
from govsocial.model import RESOURCES
from govsocial.readers import csv as csv_reader
from govsocial.readers import json as json_reader
from govsocial.readers import jsonl, plain
from govsocial.readers import toml as toml_reader
from govsocial.readers.base import Reader, Record
from govsocial.readers.tables import VERSION_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BUILT_IN: Final = (toml_reader.READER, json_reader.READER, jsonl.READER, csv_reader.READER, plain.READER)
_TOML_HEADER: Final = re.compile(rf"(?:\s|#.*\n)*\[\[?[ \t]*(?:policy|{'|'.join(RESOURCES)})[ \t]*\]")


def reader_for(name: str, readers: Iterable[Reader]) -> Reader | None:
    """Return the reader for a file called *name*: that of the longest ending, of equals the first; None without one."""
    fitting = [
        (len(suffix), reader)
        for reader in readers
        for suffix in reader.suffixes
        if suffix and name.casefold().endswith(suffix.casefold())
    ]
    return max(fitting, key=lambda one: one[0], default=(0, None))[1]


def suffixes(readers: Iterable[Reader]) -> tuple[str, ...]:
    """Return the endings that *readers* know, each once, in their order."""
    return tuple(dict.fromkeys(suffix for reader in readers for suffix in reader.suffixes))


def sniff(text: str) -> Reader:
    """Return the reader for *text*, judged by its content: JSON, JSON lines, TOML, a table, else a plain text."""
    if text.lstrip().startswith("{"):
        return jsonl.READER if _is_lines(text) else json_reader.READER
    if _TOML_HEADER.match(text) or _is_draft(text):
        return toml_reader.READER
    return csv_reader.READER if csv_reader.is_table(text) else plain.READER


def _is_lines(text: str) -> bool:
    """Return whether the first line is complete in itself, and more follow."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _is_draft(text: str) -> bool:
    if "=" not in text:  # parsing a long text would be for nothing
        return False
    try:
        keys = tomllib.loads(text).keys()
    except (ValueError, RecursionError):
        return False
    return bool(keys) and keys <= {*RESOURCES, VERSION_KEY}


def _read(text: str, name: str) -> Iterable[Record]:
    return sniff(text).read(text, name)


SNIFFING: Final = Reader("sniffing", (), _read)
"""For what comes without a name."""


def guarded(reader: Reader) -> Reader:
    """Return a plugin's *reader* so that whatever it does wrong becomes a problem that names it."""
    return Reader(reader.name, reader.suffixes, partial(_guardedly, reader))


def _guardedly(reader: Reader, text: str, name: str) -> Iterator[Record]:
    try:
        for found in reader.read(text, name):
            yield _checked(found, reader)
    except InputError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise _broken(reader, say("{reason}", reason=reason)) from error


def _checked(found: object, reader: Reader) -> Record:
    if isinstance(found, Record) and found.kind in RESOURCES:
        return found
    raise _broken(reader, say("it returned {found}", found=repr(found)[:60]))


def _broken(reader: Reader, reason: Text) -> InputError:
    text = say("the reader '{name}' broke on this file ({reason})", name=reader.name, reason=reason)
    return InputError([Problem(text)])


def known_to(extra: Sequence[Reader]) -> tuple[Reader, ...]:
    """Return the readers that a run has: the built-in ones, which win, and those of plugins."""
    return (*BUILT_IN, *map(guarded, extra))
