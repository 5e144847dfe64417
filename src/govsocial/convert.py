"""
From any readable format to JSON lines or Parquet, with what is derived from texts worked out once.

A large file goes through part by part. What cannot be read is left out and told; what is there is whole or not at all.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import say
from govsocial.model import Post
from govsocial.networks import prepare
from govsocial.readers import parquet
from govsocial.readers.files import shown
from govsocial.readers.stream import stream
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO, Self

    from govsocial.engine import Engine
    from govsocial.model import Resource
    from govsocial.readers import Reader

LINES: Final = ".jsonl"
TARGETS: Final = (LINES, parquet.SUFFIX)
MOST_TOLD: Final = 1000
"""How many faults are kept to be told; the others are counted only."""
_PART: Final = 4096


@dataclass
class Conversion:
    """What came of it: how many were *written*, how many were not (*skipped*), and *problems*, the first of these."""

    written: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    """What does not fit into a table of posts, by type."""


class Sink(Protocol):
    """Takes resources one by one."""

    def add(self, resource: Resource) -> None:
        """Write *resource*."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Write what is left, and close."""


def convert(
    source: Path, target: Path, engine: Engine, extra: Sequence[Reader] = (), done: Callable[[], None] = lambda: None
) -> Conversion:
    """
    Write what lies in *source* to the file *target*, with what *engine* derives; call *done* after each resource.

    The languages of every text are worked out too, whether or not a rule asks for them today.

    Raises:
        InputError: where *source* cannot be read, *target* cannot be written, or its ending is not known.
    """
    result = Conversion()
    with replacing(target) as path, sink_for(target, path) as sink:
        for part in stream(source, extra):
            result.notes += part.notes
            result.skipped += len({(one.file, one.line) for one in part.problems})
            result.problems += part.problems[: MOST_TOLD - len(result.problems)]
            for one in part.found:
                _write(prepare(one.resource, engine.networks, engine.detect), sink, result)
                done()
        if not result.written:
            raise InputError(result.problems or [Problem(say("there is no draft in this file"), shown(str(source)))])
    return result


def _write(resource: Resource, sink: Sink, result: Conversion) -> None:
    if isinstance(sink, _Table) and not isinstance(resource, Post):
        result.others[type_of(resource)] += 1
        return
    sink.add(resource)
    result.written += 1


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """
    Give a name to write to, which becomes *target* in one step once all is written, and is gone where something fails.

    Raises:
        InputError: where it cannot be written.
    """
    whole = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield whole
        with whole.open("rb+") as file:
            os.fsync(file.fileno())
        whole.replace(target)
    except OSError as error:
        text = say("{file} cannot be written: {reason}", file=shown(str(target)), reason=error.strerror or error)
        raise InputError([Problem(text)]) from None
    finally:
        whole.unlink(missing_ok=True)


def sink_for(target: Path, path: Path) -> Sink:
    """
    Return what writes to *path* in the format that the ending of *target* names.

    Raises:
        InputError: where it names none.
    """
    suffix = target.suffix.casefold()
    if suffix == parquet.SUFFIX:
        return _Table(path)
    if suffix == LINES:
        return _Lines(path)
    text = say(
        "govsocial writes {known}, not {found}{hint}",
        known=" ".join(TARGETS),
        found=suffix or shown(target.name),
        hint=did_you_mean(suffix, TARGETS),
    )
    raise InputError([Problem(text, shown(str(target)))])


class _Lines:
    """Writes one resource a line, with the fields that were given or derived."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")

    def add(self, resource: Resource) -> None:
        body = resource.model_dump_json(exclude_unset=True)
        self._file.write(f'{{"{type_of(resource)}":{body}}}\n'.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._file.close()


class _Table:
    """Writes posts as rows; a row group is what an audit holds at once."""

    def __init__(self, path: Path) -> None:
        self._arrow = parquet.arrow()
        self._writer = self._arrow.parquet.ParquetWriter(path, parquet.schema(), compression="zstd")
        self._posts: list[Post] = []
        self._parts: list[object] = []

    def add(self, resource: Resource) -> None:
        if isinstance(resource, Post):
            self._posts.append(resource)
        if len(self._posts) == _PART:
            self._gather()
        if len(self._parts) * _PART == parquet.ROWS:
            self._flush()

    def _gather(self) -> None:
        if self._posts:
            self._parts.append(parquet.table_of(self._posts))
            self._posts.clear()

    def _flush(self) -> None:
        if self._parts:
            self._writer.write_table(self._arrow.Table.from_batches(self._parts), row_group_size=parquet.ROWS)
            self._parts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if kind is None:
            self._gather()
            self._flush()
        self._writer.close()
