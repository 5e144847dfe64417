"""Drafts and archives in JSON lines: one resource a line, as ``{"post": {…}}``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.readers.base import Reader, Shifted
from govsocial.readers.json import table
from govsocial.readers.json_places import places
from govsocial.readers.tables import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.readers.base import Record


def read(text: str, name: str) -> Iterator[Record]:
    """
    Yield the resources in *text*; blank lines are skipped.

    Raises:
        InputError: after the last one, with what is wrong with the other lines.
    """
    problems: list[Problem] = []
    for number, line in enumerate(StringIO(text), 1):
        if line.isspace():
            continue
        try:
            yield from read_line(line, number)
        except InputError as error:
            problems += [replace(one, file=name, line=number) for one in error.problems]
    if problems:
        raise InputError(problems)


def read_line(line: str, number: int) -> Iterator[Record]:
    """
    Yield the resources in one *line*, which has this *number* in its file.

    Raises:
        InputError: after the last one, with what is wrong with the line.
    """
    yield from records(table(line), partial(_places, line, number), lambda _: number, lists=False)


def _places(line: str, number: int) -> Shifted | None:
    known = places(line)
    return Shifted(known, number - 1) if known else None


READER: Final = Reader("jsonl", (".jsonl",), read)
