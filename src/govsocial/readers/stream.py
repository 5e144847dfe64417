"""Large files bit by bit: JSON lines line by line, Parquet batch by batch, others whole. Keeps what is wrong."""

from __future__ import annotations

from dataclasses import replace
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
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from govsocial.readers.base import Record
    from govsocial.readers.files import File

LINES: Final = ".jsonl"


def stream(path: Path, extra: Sequence[Reader] = ()) -> Iterator[Contents]:
    """
    Yield what lies in *path*, a file or a folder, part by part: resources, what is wrong with others, notes.

    Raises:
        InputError: where a file cannot be read at all.
    """
    if path.suffix.casefold() == parquet.SUFFIX and path.is_file():
        yield from _batches(path)
        return
    files, problems, notes = find([path], known_to(extra))
    if problems:
        raise InputError(problems)
    yield Contents(notes=tuple(notes))
    for file in files:
        yield from _lines(file.path, file.name) if file.reader is jsonl.READER else _whole(file)


def _lines(path: Path, name: str) -> Iterator[Contents]:
    try:
        with path.open("rb") as file:
            yield from lines(file, name)
    except OSError as error:
        raise unreadable(path, error) from None


def lines(source: Iterable[bytes], name: str, before: int = 0) -> Iterator[Contents]:
    """Yield what stands in each line of *source*, of the file *name*, in which so many lines stand *before* it."""
    for number, data in enumerate(source, before + 1):
        if not data.isspace():
            yield _line(data, name, number)


def _line(data: bytes, name: str, number: int) -> Contents:
    try:
        line = decode(data, name)
    except InputError as error:
        return Contents(problems=tuple(replace(one, line=number) for one in error.problems))
    found = contents(Reader("jsonl", (), lambda text, _: jsonl.read_line(text, number)), line, name, {})
    return replace(found, problems=tuple(replace(one, line=number) for one in found.problems))


def _batches(path: Path) -> Iterator[Contents]:
    name = shown(str(path))
    first = 1
    for batch in parquet.Table(path, name).batches():
        yield rows(batch, name, first)
        first += batch.num_rows


def rows(batch: pa.RecordBatch, name: str, first: int) -> Contents:
    """Return the posts in *batch*, a part of the file *name* whose first row has the number *first*."""

    def read(_: str, __: str) -> Iterator[Record]:
        return parquet.records(batch, first)

    return contents(Reader("parquet", (), read), "", name, {})


def _whole(file: File) -> Iterator[Contents]:
    try:
        yield contents(file.reader, file.text(), file.name, {})
    except InputError as error:
        yield Contents(problems=error.problems)


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that the system does not let us read."""
    return InputError([Problem(say("this cannot be read: {reason}", reason=error.strerror or error), shown(str(path)))])
