"""Histories on disk: append-only JSON Lines beside a post, a line for each event. Never touches the post's own file."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.workflow.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

ENDING: Final = ".history.jsonl"
VERSION: Final = 1


def history_of(draft: Path) -> Path:
    """Return where the history of the posts in the file *draft* lies: ``post.toml`` has ``post.history.jsonl``."""
    return draft.with_name(draft.stem + ENDING)


@dataclass(frozen=True, slots=True)
class History:
    """What a history file holds: entries, each with the *key* of its post, and the *torn* lines that tell nothing."""

    lines: tuple[tuple[str, Entry], ...] = ()
    torn: tuple[Problem, ...] = ()

    def of(self, key: str) -> tuple[Entry, ...]:
        """Return the entries of the post *key*, the oldest first."""
        return tuple(entry for name, entry in self.lines if name == key)


def read(path: Path) -> History:
    """
    Return what the history file *path* holds; nothing where there is none.

    A line that was torn, by a crash or a full disk, is told in ``torn``; the others stand.

    Raises:
        InputError: where the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise _unusable(path, error) from None
    return parse(data, str(path))


def parse(data: bytes, name: str = "") -> History:
    """Return what the bytes of a history file hold; *name* is what its problems go by."""
    lines: list[tuple[str, Entry]] = []
    torn: list[Problem] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                lines.append(_parsed(line))
            except (ValueError, KeyError, TypeError):
                text = say("this line of the history is torn and left out; the others stand")
                torn.append(Problem(text, name, number))
    return History(tuple(lines), tuple(torn))


def _parsed(line: bytes) -> tuple[str, Entry]:
    told = json.loads(line.decode("utf-8"))
    if told["govsocial"] != VERSION or not isinstance(told["post"], str):
        raise ValueError(told)
    return told["post"], Entry.parse(told)


class Open:
    """A history file that nobody else writes to, until it is let go."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._file = number

    def read(self) -> History:
        """Return what the file holds."""
        return read(self._path)

    def append(self, key: str, entries: Sequence[Entry], recorded: datetime) -> None:
        """
        Add *entries* about the post *key*, in one piece, and see them on the disk; *recorded* is the hour of the clock.

        A line that was torn before is closed, and stays; one that does not fit is taken back.

        Raises:
            InputError: where it cannot be written.
        """
        lines = (line_of(key, entry, recorded) for entry in entries)
        data = "".join(line + "\n" for line in lines).encode()
        if _is_open_ended(self._path):
            data = b"\n" + data
        size = os.fstat(self._file).st_size
        try:
            while data:  # a signal may cut a write short
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            text = say("{file} cannot be written: {reason}", file=self._path, reason=error.strerror or error)
            raise InputError([Problem(text)]) from None


def line_of(key: str, entry: Entry, recorded: datetime) -> str:
    """Return the line that tells of *entry* about the post *key*, *recorded* by the clock."""
    told = {"govsocial": VERSION, "post": key, **entry.to_dict(), "recorded": recorded.isoformat()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _is_open_ended(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return False
        file.seek(size - 1)
        return file.read(1) != b"\n"


@contextmanager
def opened(path: Path) -> Iterator[Open]:
    """
    Open the history file *path* for one process at a time; others wait.

    Raises:
        InputError: where it cannot be written.
    """
    is_new = not path.exists()
    try:
        number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        _lock(number)
        yield Open(path, number)
        if is_new:
            _sync_folder(path.parent)
    finally:
        _unlock(number)
        os.close(number)


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError([Problem(say("the history cannot be used: {reason}", reason=error.strerror or error), str(path))])


if sys.platform == "win32":
    import msvcrt

    _FAR: Final = 2**30  # locks on Windows forbid reading too, so what is locked is a byte far behind the end

    def _lock(number: int) -> None:
        os.lseek(number, _FAR, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_LOCK, 1)

    def _unlock(number: int) -> None:
        os.lseek(number, _FAR, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

    def _sync_folder(folder: Path) -> None:
        """Do nothing: a folder cannot be opened there."""

else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX)

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)

    def _sync_folder(folder: Path) -> None:
        """See to it that the new file's name is on the disk too."""
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
