"""Files that grow piece by piece, and bear their name once they are whole. Any pieces give the same bytes."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import say
from govsocial.readers import parquet
from govsocial.readers.files import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    import pyarrow as pa

LINES: Final = ".jsonl"
TARGETS: Final = (LINES, parquet.SUFFIX)


def ending_of(target: Path) -> str:
    """
    Return the ending of *target*, which says in what format it is to be written.

    Raises:
        InputError: where govsocial does not write that.
    """
    suffix = target.suffix.casefold()
    if suffix in TARGETS:
        return suffix
    text = say(
        "govsocial writes {known}, not {found}{hint}",
        known=" ".join(TARGETS),
        found=suffix or shown(target.name),
        hint=did_you_mean(suffix, TARGETS),
    )
    raise InputError([Problem(text, shown(str(target)))])


@contextmanager
def written(target: Path) -> Iterator[Callable[[Any], object]]:
    """
    Give what adds a piece to *target*: bytes, or rows where that is a table.

    The file is there in one step once all is written; where something fails, what was there before stays.

    Raises:
        InputError: where it cannot be written.
    """
    whole = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with whole.open("wb") as file:
            if ending_of(target) == LINES:
                yield file.write
            else:
                with _table(file) as add:
                    yield add
            file.flush()
            os.fsync(file.fileno())
        whole.replace(target)
    except OSError as error:
        text = say("{file} cannot be written: {reason}", file=shown(str(target)), reason=error.strerror or error)
        raise InputError([Problem(text)]) from None
    finally:
        with suppress(OSError):  # it is not there; on a disk that is only read, removing what is not there fails too
            whole.unlink()


@contextmanager
def _table(file: BinaryIO) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Give what adds rows to *file*; a row group is what an audit holds at once."""
    pyarrow = parquet.arrow()
    with pyarrow.parquet.ParquetWriter(file, parquet.schema(), compression="zstd") as writer:
        waiting = parquet.schema().empty_table()

        def add(batch: pa.RecordBatch) -> None:
            nonlocal waiting
            waiting = pyarrow.concat_tables([waiting, pyarrow.Table.from_batches([batch])])
            while waiting.num_rows >= parquet.ROWS:
                write(waiting.slice(0, parquet.ROWS))
                waiting = waiting.slice(parquet.ROWS)

        def write(rows: pa.Table) -> None:
            # in one chunk: how the rows came must not show in the pages
            writer.write_table(rows.combine_chunks(), row_group_size=parquet.ROWS)

        yield add
        if waiting.num_rows:
            write(waiting)
