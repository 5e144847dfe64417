"""
Posts in a table, as spreadsheets write it: one post a row, below a first row that names the columns.

A column is called like a field of ``Post``: ``network``, ``text``, ``scheduled_at``. A field that is a table takes a
dot: ``question.institution``, ``audience.languages``, ``extra.campaign``; of a list of tables a row holds one:
``media.type``, ``media.alt``. The items of a list stand in one cell, between semicolons: ``health;travel``. An empty
cell is left out, a row of empty cells too. Times are written as 2026-11-24 or 2026-11-24T09:30, switches as true and
false. Cells are separated by commas, semicolons or tabs, whichever the first row has most of. Accounts, events and
institutions do not fit in a table: they stand in TOML or JSON.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, Place, Problem, did_you_mean
from govsocial.messages import Text, say
from govsocial.readers.base import NotADraftError, Reader, Record
from govsocial.readers.csv_columns import Column, column, columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SIGNS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its *cells*, the *line* on which it begins, and its *source*, in which *sign* stands between cells."""

    cells: Sequence[str]
    line: int
    source: str
    sign: str

    def place(self, number: int) -> Place:
        """Return where cell *number* begins; the last cell for one that is not there."""
        starts = self._starts()
        before = self.source[: starts[min(number, len(starts) - 1)]]
        return Place(self.line + before.count("\n"), len(before) - before.rfind("\n"))

    def _starts(self) -> list[int]:
        """Return the offsets of the cells; a cell that is not closed as it should be is the last one."""
        starts, offset = [0], 0
        while (offset := self._end(offset)) < len(self.source) and self.source[offset] == self.sign:
            offset += 1
            starts.append(offset)
        return starts

    def _end(self, offset: int) -> int:
        """Return where the cell at *offset* ends."""
        if self.source[offset : offset + 1] != '"':
            stops = (self.source.find(stop, offset) for stop in (self.sign, "\n"))
            return min((stop for stop in stops if stop >= 0), default=len(self.source))
        end = self.source.find('"', offset + 1)
        while end >= 0 and self.source[end + 1 : end + 2] == '"':
            end = self.source.find('"', end + 2)
        return end + 1 if end >= 0 else len(self.source)


@dataclass(frozen=True, slots=True)
class Header:
    """The *names* in the first row, empty where a column has none, and what those with a meaning mean, by number."""

    names: Sequence[str]
    columns: Mapping[int, Column]


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """The places of the fields of the post in *row*, by its *header*."""

    row: Row
    header: Header

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of the cell for *path*, that of the row where it has none."""
        field, *keys = (part for part in path if isinstance(part, str))
        wanted = (field, ".".join(keys))
        found = (number for number, one in self.header.columns.items() if (one.field, one.key) == wanted)
        number = next(found, None)
        return Place(self.row.line, 1) if number is None else self.row.place(number)

    key = of


def read(text: str, name: str) -> Iterator[Record]:
    """
    Yield the posts in *text*.

    Raises:
        NotADraftError: where no column is a field of a post.
        InputError: after the last one, with all that is wrong, each with its line and column.
    """
    problems: list[Problem] = []
    try:
        yield from _posts(_rows(text.replace("\r\n", "\n").replace("\r", "\n")), name, problems)
    except NotADraftError:
        raise
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)


def _posts(rows: Iterator[Row], name: str, problems: list[Problem]) -> Iterator[Record]:
    """Yield the posts in *rows*, the first of which is the header; what is wrong with them is added to *problems*."""
    for first in rows:
        header = _header(first, name, problems)
        for row in rows:
            yield Record("post", _fields(row, header, problems), row.line, (), partial(RowPlaces, row, header))


def sign_of(text: str) -> str:
    """Return what stands between the cells of *text*, by its first row that is not blank."""
    header = text.lstrip("\n").partition("\n")[0]
    return max(_SIGNS, key=header.count)


def is_table(text: str) -> bool:
    """Return whether *text* begins with two or more names of columns, and nothing but those."""
    first = text.lstrip().partition("\n")[0]
    names = [cell.strip() for cell in first.split(sign_of(first))]
    return len(names) > 1 and all(map(column, names))


def _rows(text: str) -> Iterator[Row]:
    """
    Yield the rows of *text* that are not blank.

    Raises:
        InputError: at the first that cannot be read; nobody knows where the next one begins.
    """
    sign, lines, line = sign_of(text), list[str](), 1
    cells = csv.reader(_kept(StringIO(text), lines), delimiter=sign, strict=True)
    try:
        for found in cells:
            if any(map(str.strip, found)):
                yield Row(found, line, "".join(lines), sign)
            line = cells.line_num + 1
            lines.clear()
    except csv.Error as error:
        raise InputError([_torn(error, Row((), line, "".join(lines), sign))]) from None


def _kept(lines: Iterable[str], into: list[str]) -> Iterator[str]:
    for line in lines:
        into.append(line)
        yield line


def _torn(error: csv.Error, row: Row) -> Problem:
    """Return what the library found wrong with *row*, as its author would put it."""
    if "limit" in str(error):
        most = csv.field_size_limit()
        text = say("a cell of this row has more than {most} characters, the most it may have", most=most)
        return Problem(text, "", row.line, 1)
    text = say('the quote that opens here is never closed, or is closed inside the text; write "" for one in a text')
    return _at(row, len(row.source), text)


def _header(row: Row, name: str, problems: list[Problem]) -> Header:
    """Return what *row* says of the columns; those that mean nothing are added to *problems*."""
    names = [cell.strip() for cell in row.cells]
    known = {number: found for number, one in enumerate(names) if (found := column(one))}
    if not known:
        text = say("no column is called like a field of a post, such as network, text or scheduled_at")
        raise NotADraftError([Problem(text, name, row.line, 1)])
    for number, one in enumerate(names):
        if one and one in names[:number]:
            problems.append(_at(row, number, say("the column '{name}' stands here a second time", name=one)))
        elif one and number not in known:
            hint = did_you_mean(one.casefold(), columns())
            problems.append(_at(row, number, say("unknown column '{name}'{hint}", name=one, hint=hint)))
    return Header(names, known)


def _fields(row: Row, header: Header, problems: list[Problem]) -> dict[str, Any]:
    """Return the fields of the post in *row*; what is wrong with its cells is added to *problems*."""
    data: dict[str, Any] = {}
    cells = ((number, value) for number, cell in enumerate(row.cells) if (value := cell.strip()))
    for number, value in cells:
        if not "".join(header.names[number : number + 1]):
            problems.append(_at(row, number, _nameless(row, header)))
            break
        if found := header.columns.get(number):
            content = found.convert(value)
            if isinstance(content, Text):
                problems.append(_at(row, number, content, found.path))
            else:
                found.put(data, content)
    return data


def _nameless(row: Row, header: Header) -> Text:
    if len(row.cells) <= len(header.names):
        return say("the column of this cell has no name in the first row")
    sign = say("a tab") if row.sign == "\t" else row.sign
    n, names = len(row.cells), len(header.names)
    return say(
        "this row has {n} cells, the first row {names}; a text with {sign} in it stands in quotes",
        n=n,
        names=names,
        sign=sign,
    )


def _at(row: Row, number: int, text: Text, path: str = "") -> Problem:
    place = row.place(number)
    return Problem(text, "", place.line, place.column, path)


READER: Final = Reader("csv", (".csv", ".tsv"), read)
