"""Where each part of a JSON text stands; looked up only when there is something to say about it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from govsocial.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govsocial.readers.base import Path

_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_LARGEST: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """A value: its path, the offsets of its key and of itself, its first sign, and whether its key came before."""

    path: Path
    key: int
    value: int
    sign: str
    again: bool


@dataclass(frozen=True, slots=True)
class JsonPlaces:
    """The places of the parts of one text, by path; *starts* are those of its lines."""

    starts: Sequence[int]
    offsets: Mapping[Path, tuple[int, int]]

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value at *path*, or of the nearest part around it."""
        return place(self.starts, self._nearest(path)[1])

    def key(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key at *path*, or of the nearest part around it."""
        return place(self.starts, self._nearest(path)[0])

    def _nearest(self, path: Sequence[str | int]) -> tuple[int, int]:
        around = (tuple(path[:size]) for size in range(len(path), -1, -1))
        return next((self.offsets[one] for one in around if one in self.offsets), (0, 0))


@lru_cache(maxsize=1)  # the problems of one text come in a row
def places(text: str) -> JsonPlaces | None:
    """Return the places of the parts of *text*, which is valid JSON; None where it is too long to keep them all."""
    if len(text) > _LARGEST:
        return None
    return JsonPlaces(line_starts(text), {part.path: (part.key, part.value) for part in parts(text)})


def line_starts(text: str) -> list[int]:
    """Return the offset where each line of *text* begins."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


def place(starts: Sequence[int], offset: int) -> Place:
    """Return the line and the column of *offset* in the text whose lines begin at *starts*."""
    line = bisect_right(starts, offset)
    return Place(line, offset - starts[line - 1] + 1)


def parts(text: str) -> Iterator[Part]:
    """Yield the values in *text* in their order, each before what lies in it; up to where it stops being JSON."""
    path: list[str | int] = []
    keys: list[set[str] | None] = []  # those seen in each open table, None for an open list
    key_at, at_key, again = 0, False, False
    for found in _TOKEN.finditer(text):
        sign, here, seen = found[0], found.start(), keys[-1] if keys else None
        if sign in "]}":
            path, keys, at_key = path[:-1], keys[:-1], False
        elif sign == ",":
            at_key = seen is not None
            path[-1:] = [last + 1 if isinstance(last, int) else last for last in path[-1:]]
        elif at_key and seen is not None:
            name = _name(sign)
            if name is None:
                return
            path[-1], key_at, at_key, again = name, here, False, name in seen
            seen.add(name)
        elif sign != ":":
            named = seen is not None
            yield Part(tuple(path), key_at if named else here, here, sign, named and again)
            if sign == "[":
                path, keys = [*path, 0], [*keys, None]
            elif sign == "{":
                path, keys, at_key = [*path, ""], [*keys, set()], True


def _name(sign: str) -> str | None:
    try:
        return str(json.loads(sign, strict=False))
    except ValueError:
        return None
