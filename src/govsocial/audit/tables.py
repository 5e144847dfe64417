"""
Posts in a table that something else governs, judged row by row as they come out of it. Knows Arrow, and no files.

Any cut of the rows gives the same. Other posts of the table are not looked at: what rules ask of them is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from govsocial.audit.answers import FINDINGS, OUTCOMES
from govsocial.audit.batch import of_contents
from govsocial.audit.kernel import Costs
from govsocial.audit.relations import grouped
from govsocial.audit.work import answer, kernel_for
from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.readers import parquet
from govsocial.readers.stream import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from govsocial.audit.bundle import Bundle
    from govsocial.model import Resource

    Beside = tuple[Resource, ...]

ROWS: Final = parquet.ROWS
_SKIPPED: Final = pl.Schema({"resource_id": pl.String(), "reason": pl.String()})


def check(columns: pa.Schema) -> None:
    """
    See to it that *columns* are those of a table of posts that have names.

    Raises:
        InputError: with all that is wrong with them.
    """
    wrong = [Problem(text) for text in parquet.strange(columns)]
    if not wrong and "id" not in columns.names:
        wrong.append(Problem(say("this table has no column 'id': nobody could tell which post a finding is about")))
    if wrong:
        raise InputError(wrong)


def findings(bundle: Bundle, beside: Beside, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield what an audit lists of the posts in *batches*, which refer to what is *beside* them."""
    for found, _ in _judged(bundle, beside, batches):
        yield _row_batch(found)


def outcomes(bundle: Bundle, beside: Beside, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield how often each outcome was met, some rows at a time: what is met again later is to be added."""
    for _, counted in _judged(bundle, beside, batches):
        yield _row_batch(counted)


def skipped(_: Bundle, __: Beside, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield which rows cannot be read as posts, and why."""
    for batch in regrouped(batches):
        names = batch.column("id").to_pylist()
        wrong = rows(batch, "", 1).problems
        found = [(names[(one.line or 1) - 1], replace(one, line=None).render()) for one in wrong]
        yield _row_batch(pl.DataFrame(found, schema=_SKIPPED, orient="row"))


def _judged(
    bundle: Bundle, beside: Beside, batches: Iterable[pa.RecordBatch]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    kernel = kernel_for(bundle)
    workspace = grouped((kernel.engine.prepare(one) for one in beside), posts_elsewhere=True)
    for batch in regrouped(batches):
        yield answer(of_contents([rows(batch, "", 1)], kernel.engine), bundle, workspace, kernel, Costs())


def regrouped(batches: Iterable[pa.RecordBatch], most: int = ROWS) -> Iterator[pa.RecordBatch]:
    """Yield the rows of *batches*, typed as ours, *most* at a time: an engine cuts them as it likes, and too small."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in chain.from_iterable(_sliced(one, most) for one in batches):
        if count + batch.num_rows > most:
            yield _one(waiting)
            waiting, count = [], 0
        waiting.append(batch)
        count += batch.num_rows
    if count:
        yield _one(waiting)


def _sliced(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, most) for start in range(0, batch.num_rows, most))


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    table = parquet.arrow().Table.from_batches(batches).combine_chunks()
    return parquet.as_wanted(table.to_batches()[0])


def _row_batch(frame: pl.DataFrame) -> pa.RecordBatch:
    """Return *frame* with the types that any engine knows."""
    columns = arrow_schema(frame.schema)
    table = frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).cast(columns)
    return parquet.arrow().RecordBatch.from_arrays([one.combine_chunks() for one in table.columns], schema=columns)


def arrow_schema(columns: pl.Schema) -> pa.Schema:
    """Return *columns*, those of an answer, as Arrow has them."""
    pyarrow = parquet.arrow()
    types = {
        pl.String(): pyarrow.string(),
        pl.Int64(): pyarrow.int64(),
        pl.Datetime("us", "UTC"): pyarrow.timestamp("us", "UTC"),
        pl.List(pl.String()): pyarrow.list_(pyarrow.string()),
    }
    return pyarrow.schema([(name, types[cast("pl.String", kind)]) for name, kind in columns.items()])


@dataclass(frozen=True, slots=True)
class Table:
    """A table that an engine can make of posts: how to *judge* batches of them, and the columns of what comes of it."""

    judge: Callable[[Bundle, Beside, Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]
    schema: pl.Schema

    def columns(self) -> pa.Schema:
        """Return its columns as Arrow has them."""
        return arrow_schema(self.schema)


TABLES: Final = {
    "findings": Table(findings, FINDINGS),
    "outcomes": Table(outcomes, OUTCOMES),
    "skipped": Table(skipped, _SKIPPED),
}
