"""
From any readable format to JSON lines or Parquet, with what is derived from texts worked out once.

A large file goes through part by part. What cannot be read is left out and told; what is there is whole or not at all.
"""

from __future__ import annotations

import pickle
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from govsocial.convert.pieces import MOST_TOLD, Deriving, Told, piece
from govsocial.convert.sinks import LINES, TARGETS, ending_of, written
from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.processes import in_order
from govsocial.readers.files import shown
from govsocial.readers.stream import source as source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from govsocial.convert.pieces import Piece
    from govsocial.engine import Engine
    from govsocial.readers import Reader
    from govsocial.readers.stream import Source

    Started = Callable[[int], Callable[[int, int], None]]

__all__ = ["MOST_TOLD", "TARGETS", "Told", "convert"]

SMALL: Final = 4_000_000
"""How many bytes are done sooner here than other processes are started."""


def convert(  # noqa: PLR0913 - from, to, by what; the others are how
    source: Path,
    target: Path,
    engine: Engine,
    extra: Sequence[Reader] = (),
    *,
    workers: int = 1,
    started: Started = lambda _: lambda _, __: None,
) -> Told:
    """
    Write what lies in *source* to the file *target*, with what *engine* derives; return what came of it.

    The languages of every text are worked out too, whether or not a rule asks for them today. Where it is worth it,
    as many processes as there are *workers* do so; the file is the same to the byte. *started* is told how many bytes
    there are, about, 0 where nobody knows; what it gives is called with how many more are done, and entries written.

    Raises:
        InputError: where *source* cannot be read, *target* cannot be written, or its ending is not known.
    """
    deriving = Deriving(engine.networks, engine.detect, table=ending_of(target) != LINES)
    result = Told()
    with written(target) as write:
        found = source_of(source, extra)
        done = started(found.size)
        done(0, 0)
        for one in _pieces(deriving, found, workers if _travels((deriving, extra)) else 1):
            write(one.body)
            result.add(one.told)
            done(one.size, one.told.written)
        if not result.written:
            raise InputError(result.problems or [Problem(say("there is no draft in this file"), shown(str(source)))])
    return result


def _pieces(deriving: Deriving, found: Source, workers: int) -> Iterator[Piece]:
    """Yield what comes of each part of what was *found*, in their order."""
    first = list(islice(found.parts, 2))
    pays = len(first) > 1 and found.size >= SMALL
    return in_order(partial(piece, deriving), chain(first, found.parts), workers if pays else 1)


def _travels(value: object) -> bool:
    """Whether *value* can be sent to another process: what a plugin brings may be of any kind."""
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True
