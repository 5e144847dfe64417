"""Archives cut into shards: the same parts of the same files each time, known by what is in them. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.readers import jsonl, parquet, toml
from govsocial.readers.files import find, shown
from govsocial.readers.sniff import known_to
from govsocial.readers.stream import LINES, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from govsocial.readers import Reader

    Other = Callable[[bytes, str, int], None]

ROWS: Final = parquet.ROWS
_POST: Final = b'{"post":'


@dataclass(frozen=True, slots=True)
class Shard:
    """
    So many *rows* of a file from row *start* on, counted from 0; of JSON lines also which bytes these are.

    *digest* follows from what is in them; *name* is what the file goes by.
    """

    number: int
    path: str
    name: str
    start: int
    rows: int
    digest: str
    offset: int = 0
    size: int = 0

    @property
    def is_table(self) -> bool:
        """Whether it is a part of a Parquet file."""
        return self.path.casefold().endswith(parquet.SUFFIX)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an archive, and a digest of its content."""

    name: str
    digest: str
    rows: int


def archives(source: Path) -> list[Path]:
    """
    Return the files to be judged in *source*: itself, or what lies below it in Parquet and JSON lines, by name.

    Raises:
        InputError: where there is none.
    """
    if source.is_dir():
        found = [one for one in sorted(source.rglob("*")) if _is_archive(one) and not _is_hidden(one, source)]
    elif source.exists():
        found = [source] if _is_archive(source) else []
    else:
        raise InputError([Problem(say("there is no such file or folder"), shown(str(source)))])
    if not found:
        text = say(
            "an audit reads {known}; write one of them with 'govsocial convert'", known=f"{parquet.SUFFIX} {LINES}"
        )
        raise InputError([Problem(text, shown(str(source)))])
    return found


def _is_archive(path: Path) -> bool:
    name = path.name.casefold()
    return path.is_file() and name.endswith((parquet.SUFFIX, LINES)) and not name.endswith(".history.jsonl")


def _is_hidden(path: Path, source: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(source).parts)


def drafts_in(source: Path, extra: Sequence[Reader], out: Path) -> list[Path]:
    """Return the files in the folder *source*, but not in *out*, that may hold posts and are not read by an audit."""
    found = find([source], known_to(extra))[0] if source.is_dir() else ()
    read = (jsonl.READER, toml.READER)
    return [one.path for one in found if one.reader not in read and out.resolve() not in one.path.resolve().parents]


def cut(paths: list[Path], other: Other = lambda _, __, ___: None) -> tuple[list[Shard], list[Source]]:
    """
    Return the shards of *paths*, numbered through, and what the files are; call *other* for lines that are no posts.

    Raises:
        InputError: with all that is wrong with the files.
    """
    shards: list[Shard] = []
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found = list(_rows(path, len(shards)) if _is_table(path) else _lines(path, len(shards), other))
        except InputError as error:
            problems += error.problems
            continue
        digest = sha256("".join(one.digest for one in found).encode()).hexdigest()
        sources.append(Source(shown(str(path)), digest, sum(one.rows for one in found)))
        shards += found
    if problems:
        raise InputError(problems)
    return shards, sources


def _is_table(path: Path) -> bool:
    return path.name.casefold().endswith(parquet.SUFFIX)


def _rows(path: Path, first: int) -> Iterator[Shard]:
    name = shown(str(path))
    table = parquet.Table(path, name)
    try:
        with path.open("rb") as file:
            whole = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None
    for number, start in enumerate(range(0, table.rows, ROWS), first):
        rows = min(ROWS, table.rows - start)
        digest = sha256(f"{whole} {start} {rows}".encode()).hexdigest()
        yield Shard(number, str(path), name, start, rows, digest)


def _lines(path: Path, first: int, other: Other) -> Iterator[Shard]:
    """Yield the shards of a file of JSON lines, reading it line by line."""
    name = shown(str(path))
    start = offset = 0
    try:
        with path.open("rb") as file:
            while found := _part(file, name, start, other):
                rows, size, digest = found
                yield Shard(first, str(path), name, start, rows, digest, offset, size)
                first, start, offset = first + 1, start + rows, offset + size
    except OSError as error:
        raise unreadable(path, error) from None


def _part(file: Iterable[bytes], name: str, start: int, other: Other) -> tuple[int, int, str] | None:
    """Return how many lines come next, at most a shard of them, how many bytes these are, and their digest."""
    digest, rows, size = sha256(str(start).encode()), 0, 0
    for line in file:
        digest.update(line)
        rows, size = rows + 1, size + len(line)
        if not line.startswith(_POST):
            other(line, name, start + rows)
        if rows == ROWS:
            break
    return (rows, size, digest.hexdigest()) if rows else None
