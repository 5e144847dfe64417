"""From a part of the input to what is to be written of it. Pure, so that it may happen anywhere; opens no file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from govsocial.model import Post
from govsocial.networks import prepare
from govsocial.readers import parquet
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from govsocial.errors import Problem
    from govsocial.language import Detect
    from govsocial.model import Resource
    from govsocial.networks import Networks
    from govsocial.readers.gather import Contents
    from govsocial.readers.stream import Part

    Body: TypeAlias = "bytes | pa.RecordBatch"

MOST_TOLD: Final = 1000
"""How many faults are kept to be told; the others are counted only."""


@dataclass(frozen=True, slots=True)
class Deriving:
    """
    What resources are prepared by: the *networks*, and what tells languages; and whether they become rows of a *table*.

    These are values, so that they travel to another process as they are.
    """

    networks: Networks
    detect: Detect | None
    table: bool = False


@dataclass
class Told:
    """What came of entries: how many were *written*, how many not (*skipped*), and *problems*, the first of these."""

    written: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    """What does not fit into a table of posts, by type."""

    def add(self, other: Told) -> None:
        """Add what came of *other* entries."""
        self.written += other.written
        self.skipped += other.skipped
        self.problems += other.problems[: MOST_TOLD - len(self.problems)]
        self.notes += other.notes
        self.others += other.others


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of a part that was *size* bytes, about: the *body* to be written, and what is *told* of it."""

    body: Body
    told: Told
    size: int


def piece(deriving: Deriving, part: Part) -> Piece:
    """Return what comes of *part*."""
    told = Told()
    found: list[Resource] = []
    for one in part.read():
        told.add(_told(one))
        found += (prepare(each.resource, deriving.networks, deriving.detect) for each in one.found)
    if not deriving.table:
        told.written = len(found)
        return Piece(b"".join(_lines(found)), told, part.size)
    posts = [one for one in found if isinstance(one, Post)]
    told.written = len(posts)
    told.others.update(type_of(one) for one in found if not isinstance(one, Post))
    return Piece(parquet.table_of(posts), told, part.size)


def _told(found: Contents) -> Told:
    skipped = len({(one.file, one.line) for one in found.problems})
    return Told(0, skipped, list(found.problems), list(found.notes))


def _lines(resources: Sequence[Resource]) -> Iterator[bytes]:
    """Yield a line for each of *resources*, with the fields that were given or derived."""
    for one in resources:
        yield f'{{"{type_of(one)}":{one.model_dump_json(exclude_unset=True)}}}\n'.encode()
