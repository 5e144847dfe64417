"""Large files part by part: JSON lines by some of them, Parquet by rows, others whole. Keeps what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.readers import jsonl, parquet
from govsocial.readers.base import Reader
from govsocial.readers.encoding import decode
from govsocial.readers.files import find, shown
from govsocial.readers.gather import Contents, contents
from govsocial.readers.sniff import known_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from govsocial.readers.base import Record
    from govsocial.readers.files import File

LINES: Final = ".jsonl"
_END: Final = b"\n"
BYTES: Final = 1_000_000
"""How many bytes of JSON lines are a part, and what is left of the last line."""
ROWS: Final = 4096
"""How many rows of a table are a part."""
_ROW: Final = 250
"""How many bytes a row would be as a text, about."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file, which *read* understands without opening it; *size* is how many bytes it is, about."""

    read: Callable[[], Iterable[Contents]]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The *parts* of what is to be read, which are taken from their files one by one, and the *size* of all of them."""

    parts: Iterator[Part]
    size: int


def source(path: Path, extra: Sequence[Reader] = ()) -> Source:
    """
    Return the parts of what lies in *path*, a file or a folder.

    Raises:
        InputError: here or while the parts are taken, where a file cannot be read at all.
    """
    if path.suffix.casefold() == parquet.SUFFIX and path.is_file():
        table = parquet.Table(path, shown(str(path)))
        return Source(_of_table(table), table.rows * _ROW)
    files, problems, notes = find([path], known_to(extra))
    if problems:
        raise InputError(problems)
    said = (Part(partial(iter, (Contents(notes=tuple(notes)),))),) if notes else ()
    return Source(chain(said, _of_files(files)), sum(map(_size, files)))


def stream(path: Path, extra: Sequence[Reader] = ()) -> Iterator[Contents]:
    """
    Yield what lies in *path*, a file or a folder, part by part: resources, what is wrong with others, notes.

    Raises:
        InputError: where a file cannot be read at all.
    """
    return (found for part in source(path, extra).parts for found in part.read())


def _of_files(files: Iterable[File]) -> Iterator[Part]:
    for file in files:
        yield from _of_lines(file.path, file.name) if file.reader is jsonl.READER else _whole(file)


def _size(file: File) -> int:
    try:
        return file.path.stat().st_size
    except OSError:  # standard input, or a file that is gone, which is told when it is read
        return 0


def _of_lines(path: Path, name: str) -> Iterator[Part]:
    before = 0
    try:
        with path.open("rb") as file:
            while data := file.read(BYTES):
                data += file.readline()
                yield Part(partial(_lines, data, name, before), len(data))
                before += data.count(_END)
    except OSError as error:
        raise unreadable(path, error) from None


def _lines(data: bytes, name: str, before: int) -> Iterator[Contents]:
    return lines(BytesIO(data), name, before)


def lines(given: Iterable[bytes], name: str, before: int = 0) -> Iterator[Contents]:
    """Yield what stands in each line that was *given*, of the file *name*, in which so many lines stand *before* it."""
    for number, data in enumerate(given, before + 1):
        if not data.isspace():
            yield _line(data, name, number)


def _line(data: bytes, name: str, number: int) -> Contents:
    try:
        line = decode(data, name)
    except InputError as error:
        return Contents(problems=tuple(replace(one, line=number) for one in error.problems))
    found = contents(Reader("jsonl", (), lambda text, _: jsonl.read_line(text, number)), line, name, {})
    return replace(found, problems=tuple(replace(one, line=number) for one in found.problems))


def _of_table(table: parquet.Table) -> Iterator[Part]:
    first = 1
    for batch in table.batches(most=ROWS):
        yield Part(partial(_rows, batch, table.name, first), batch.num_rows * _ROW)
        first += batch.num_rows


def _rows(batch: pa.RecordBatch, name: str, first: int) -> Iterator[Contents]:
    yield rows(batch, name, first)


def rows(batch: pa.RecordBatch, name: str, first: int) -> Contents:
    """Return the posts in *batch*, a part of the file *name* whose first row has the number *first*."""

    def read(_: str, __: str) -> Iterator[Record]:
        return parquet.records(batch, first)

    return contents(Reader("parquet", (), read), "", name, {})


def _whole(file: File) -> Iterator[Part]:
    try:
        text = file.text()
    except InputError as error:
        yield Part(partial(iter, (Contents(problems=error.problems),)))
    else:
        yield Part(partial(_understood, file.reader, text, file.name), len(text))


def _understood(reader: Reader, text: str, name: str) -> Iterator[Contents]:
    try:
        yield contents(reader, text, name, {})
    except InputError as error:
        yield Contents(problems=error.problems)


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that the system does not let us read."""
    return InputError([Problem(say("this cannot be read: {reason}", reason=error.strerror or error), shown(str(path)))])
