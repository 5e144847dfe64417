"""Which files hold drafts, and their bytes: the one place where files and standard input are opened."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import Text, say
from govsocial.readers.base import PARQUET
from govsocial.readers.encoding import decode
from govsocial.readers.sniff import SNIFFING, reader_for, suffixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govsocial.readers.base import Reader

MEGABYTE: Final = 1_000_000
LARGEST: Final = 100 * MEGABYTE
STDIN: Final = "-"
_PROJECT_FILES: Final = ("readme", "changelog")
_OTHER_FORMATS: Final = (".workflow.toml", ".history.jsonl")
_CONFIGURATION: Final = ("govsocial.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read: the *name* it goes by, how to read it, and whether it was *met* in a folder or was named."""

    name: str
    path: Path
    reader: Reader
    met: bool = False

    def text(self) -> str:
        """
        Return what the file holds.

        Raises:
            InputError: where it cannot be read, is too large, or is no UTF-8.
        """
        try:
            return decode(_bytes(self), self.name)
        except OSError as error:
            raise _unreadable(error, self.name) from None


def find(
    given: Iterable[str | os.PathLike[str]], readers: Sequence[Reader]
) -> tuple[list[File], list[Problem], list[Problem]]:
    """Return the files that *given* names or that lie in its folders, each once; what is wrong; what is to be said."""
    files: dict[str, File] = {}
    problems: list[Problem] = []
    notes: list[Problem] = []
    for path in given:
        name = os.fspath(path)
        try:
            found = list(_files(name, readers))
        except InputError as error:
            problems += error.problems
        except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
            problems += _unreadable(error, shown(getattr(error, "filename", None) or name)).problems
        else:
            notes += [] if found else [_no_drafts(name, readers)]
            for file in found:
                files.setdefault(os.path.realpath(file.path), file)
    return list(files.values()), problems, notes


def _files(name: str, readers: Sequence[Reader]) -> Iterator[File]:
    path = Path(name)
    if name == STDIN:
        yield File(STDIN, path, SNIFFING)
    elif not name or not path.exists():
        raise InputError([Problem(_no_such(path) if name else say("a file name is empty"), shown(name))])
    elif path.is_dir():
        yield from _drafts(path, readers)
    elif reader := reader_for(path.name, readers):
        yield File(shown(name), path, reader)
    elif path.is_file():
        raise InputError([Problem(_no_reader(path, readers), shown(name))])
    else:  # a pipe or a device has no ending
        yield File(shown(name), path, SNIFFING)


def _drafts(folder: Path, readers: Sequence[Reader]) -> Iterator[File]:
    for path in _walk(folder):
        if reader := reader_for(path.name, readers):
            yield File(shown(str(path)), path, reader, met=True)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below *folder* that may be drafts, by name; links to folders may circle and are not followed."""
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if _left_out(path.name.casefold()):
            continue
        if path.is_dir():
            yield from () if path.is_symlink() else _walk(path)
        elif path.is_file():
            yield path


def _left_out(name: str) -> bool:
    return name.startswith((".", *_PROJECT_FILES)) or name.endswith(_OTHER_FORMATS) or name in _CONFIGURATION


def _bytes(file: File) -> bytes:
    if file.name == STDIN:
        return _limited(sys.stdin.buffer, STDIN)
    with file.path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > LARGEST:
            raise _too_large(file.name)
        return _limited(stream, file.name)


def _limited(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_large(name)
    return data


def _too_large(name: str) -> InputError:
    text = say(
        "the file is larger than {most} MB, the most that is read at once; split it,"
        " or judge it with 'govsocial audit'",
        most=LARGEST // MEGABYTE,
    )
    return InputError([Problem(text, name)])


def _no_such(path: Path) -> Text:
    try:
        beside = [one.name for one in path.parent.iterdir()]
    except OSError:
        beside = []
    return say("there is no such file or folder{hint}", hint=did_you_mean(path.name, beside))


def _no_drafts(name: str, readers: Sequence[Reader]) -> Problem:
    text = say("no drafts in this folder; govsocial reads {known}", known=" ".join(suffixes(readers)))
    return Problem(text, shown(name))


def _no_reader(path: Path, readers: Sequence[Reader]) -> Text:
    known = suffixes(readers)
    if path.suffix.casefold() == PARQUET:
        return say(
            "this is an archive: judge it with 'govsocial audit', or write it as .jsonl with 'govsocial convert'"
        )
    if not path.suffix:
        return say("the name has no ending that tells the format; govsocial reads {known}", known=" ".join(known))
    hint = did_you_mean(path.suffix, known)
    return say("govsocial reads {known}, not {suffix}{hint}", known=" ".join(known), suffix=path.suffix, hint=hint)


def _unreadable(error: OSError | ValueError, name: str) -> InputError:
    if isinstance(error, PermissionError):
        return InputError([Problem(say("you have no right to read this; ask its owner"), name)])
    reason = getattr(error, "strerror", None) or error
    return InputError([Problem(say("this cannot be read: {reason}", reason=reason), name)])


def shown(name: str) -> str:
    """Return a file name as text; bytes in it that are no text become question marks."""
    return name.encode(errors="surrogateescape").decode(errors="replace").replace("\N{REPLACEMENT CHARACTER}", "?")
