"""
Spark as what judges: shards of an archive as its tasks, and posts in a table that it governs.

Spark decides where and when; what comes of a shard, or of a row, is what comes of it in one process. Needs the extra
``spark``.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from govsocial.audit.spark_session import session_for, told
from govsocial.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard
    from govsocial.model import Resource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spark:
    """
    Judges in the tasks of a Spark cluster, one for each shard: the one that is set up, else so many *workers* here.

    Every node has to see the files of the archive, and the folder of the answer, at the same absolute path.
    """

    workers: int = 1

    def run(
        self, work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str
    ) -> Iterator[T]:
        """
        Yield what *work* makes of each of *shards*, once all are done.

        Raises:
            InputError: what *work* raises; and where Spark is not there, or gives up.
        """
        if not shards:
            return
        session = session_for(self.workers)
        places = [_anywhere(shard) for shard in shards]
        payload = pickle.dumps((_of_shards, (work, places, bundle, str(Path(out).absolute()))))
        with told():
            numbers = session.range(
                0, len(places), 1, len(places)
            )  # one in each part; a repartition may put two in one
            found = numbers.mapInArrow(partial(_in_worker, payload), "found binary").collect()
        for row in found:
            yield _opened(row.found)


def _anywhere(shard: Shard) -> Shard:
    """Return *shard* with a path that means the same in another working directory."""
    return replace(shard, path=str(Path(shard.path).absolute()))


def _opened(found: bytes) -> Any:  # noqa: ANN401 - whatever work returned
    value = pickle.loads(found)  # noqa: S301 - our own tasks wrote it
    if isinstance(value, InputError):
        raise value
    return value


def _in_worker(payload: bytes, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield what comes of *batches*, in a task; *payload* says how, and is opened once Polars knows its place."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    work, arguments = pickle.loads(payload)  # noqa: S301 - the driver wrote it
    yield from work(*arguments, batches)


def _of_shards(
    work: Callable[[Shard, Bundle, str], T],
    shards: Sequence[Shard],
    bundle: Bundle,
    out: str,
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Yield what *work* makes of the shards that *batches* number; and what it refuses: another try mends nothing."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    for number in (one for batch in batches for one in batch.column(0).to_pylist()):
        found: object
        try:
            found = work(shards[number], bundle, out)
        except InputError as error:
            found = error
        yield pa.RecordBatch.from_pydict({"found": [pickle.dumps(found)]})


def findings(posts: DataFrame, bundle: Bundle, beside: Sequence[Resource] = ()) -> DataFrame:
    """
    Return what an audit lists of *posts*, a table with the columns of ours, in the columns of its findings.

    Rules on posts are judged, each row by itself; *beside* are the accounts, events and institutions that posts refer
    to. What a rule asks of other posts is not known here, so that it comes out as unknown, never as a pass. Nothing is
    read until Spark is asked for the rows; a worker on which other plugins are installed then ends the job.

    Raises:
        InputError: where *posts* is a table of something else.
    """
    return _table("findings", posts, bundle, beside)


def outcomes(posts: DataFrame, bundle: Bundle, beside: Sequence[Resource] = ()) -> DataFrame:
    """
    Return how often each outcome was met among *posts*, as ``findings`` judges them, in the columns of an audit's.

    Raises:
        InputError: where *posts* is a table of something else.
    """
    from pyspark.sql import functions  # noqa: PLC0415 - an extra

    counted = _table("outcomes", posts, bundle, beside)
    names = [name for name in counted.columns if name != "n"]
    return counted.groupBy(*names).agg(functions.sum("n").alias("n"))


def skipped(posts: DataFrame, bundle: Bundle) -> DataFrame:
    """
    Return the rows of *posts* that are no posts and that nobody judged: their ``resource_id`` and the ``reason``.

    Raises:
        InputError: where *posts* is a table of something else.
    """
    return _table("skipped", posts, bundle, ())


def _table(kind: str, posts: DataFrame, bundle: Bundle, beside: Sequence[Resource]) -> DataFrame:
    from govsocial.audit import tables  # noqa: PLC0415 - workers import this module before Polars

    tables.check(posts.limit(0).toArrow().schema)
    table = tables.TABLES[kind]
    payload = pickle.dumps((table.judge, (bundle, tuple(beside))))
    columns = ", ".join(f"{one.name} {_TYPES[str(one.type)]}" for one in table.columns())
    return posts.mapInArrow(partial(_in_worker, payload), columns)


_TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "int64": "bigint",
    "timestamp[us, tz=UTC]": "timestamp",
    "list<item: string>": "array<string>",
}
"""What Spark calls the types of the columns of an answer."""
