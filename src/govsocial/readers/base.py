"""What a reader is and what it hands over: the tables of a text, not yet validated. Knows no format and no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from govsocial.errors import InputError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PARQUET: Final = ".parquet"
Path: TypeAlias = "tuple[str | int, ...]"


class NotADraftError(InputError):
    """The file is something else that govsocial knows: refused when it is named, left out of a folder."""


class Places(Protocol):
    """Where the parts of a text stand, by path; the nearest part around one that is not there."""

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value at *path*."""

    def key(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key at *path*."""


@dataclass(frozen=True, slots=True)
class Record:
    """
    One resource as a file has it: its *kind*, such as ``post``, and its fields as ``Post.parse`` takes them.

    *line* is where it begins, counted from 1, None where the format has no lines; it names a resource without id.
    *path* is where it stands in its file, such as ``("post", 0)``; *places* is asked only when something is wrong.
    """

    kind: str
    data: Mapping[str, object]
    line: int | None = None
    path: Path = ()
    places: Callable[[], Places | None] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """
    A file format: its *name*, the endings of its files (``.json``), and how its text becomes records.

    *read* is given the text of a file and the file's name, and may be a generator. It raises ``InputError`` with all
    that is wrong; a problem that names no file is taken to be in this one.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[str, str], Iterable[Record]]


@dataclass(frozen=True, slots=True)
class Shifted:
    """The places of a text that begins so many *lines* below the beginning of its file."""

    places: Places
    lines: int

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value at *path*."""
        return self._moved(self.places.of(path))

    def key(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key at *path*."""
        return self._moved(self.places.key(path))

    def _moved(self, place: Place) -> Place:
        return Place(place.line + self.lines, place.column)
