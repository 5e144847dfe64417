"""A shard read: its posts as a frame and one by one, other resources, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit.clauses import AS_OF, JOINED, ROW
from govsocial.cel.column_frame import schema
from govsocial.cel.column_values import series
from govsocial.cel.columns import called
from govsocial.cel.types import message_of
from govsocial.model import Closure, Post
from govsocial.readers import parquet
from govsocial.readers.stream import lines, rows, unreadable
from govsocial.workspace import RELATIONS, Dangling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard
    from govsocial.engine import Engine
    from govsocial.errors import Problem
    from govsocial.model import Resource
    from govsocial.readers.gather import Contents
    from govsocial.workspace import Workspace

_REFERRED: Final = {"concerned": "question"}
KINDS: Final = ("original", "reply", "repost", "quote", "story", "live", "message")


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What a shard holds: its posts as a *frame* of what rules see, *posts* by their row numbers, *others* prepared.

    *read* is how many entries there were, *problems* are those that were skipped.
    """

    frame: pl.DataFrame
    posts: Callable[[Sequence[int]], Sequence[Post]]
    others: Sequence[Resource] = ()
    problems: tuple[Problem, ...] = ()


def read(shard: Shard, engine: Engine) -> Batch:
    """
    Return what *shard* holds, as *engine* prepares it.

    Raises:
        InputError: where its file cannot be read any more.
    """
    if not shard.is_table:
        return of_contents(list(_of_lines(shard)), engine)
    table = parquet.Table(Path(shard.path), shard.name)
    batches = list(table.batches(shard.start, shard.rows))
    if table.is_ours and (found := _taken(batches, engine)):
        return found
    firsts = accumulate((one.num_rows for one in batches), initial=shard.start + 1)
    return of_contents([rows(one, shard.name, first) for one, first in zip(batches, firsts, strict=False)], engine)


def _taken(batches: Sequence[pa.RecordBatch], engine: Engine) -> Batch | None:
    """Return rows that 'govsocial convert' wrote, and that need no reading one by one; None where they do."""
    table = parquet.arrow().Table.from_batches(batches)
    frame = pl.DataFrame(pl.from_arrow(table)).cast(dict(schema(Post)))  # type: ignore[arg-type]
    kinds = set(frame["kind"].unique()) - {None, *KINDS}
    if kinds or frame["id"].null_count() or frame["network"].null_count() or (frame["network"] == "").any():
        return None
    names = {name: engine.networks.resolve(name) for name in frame["network"].unique()}

    known: dict[int, Post] = {}

    def posts(numbers: Sequence[int]) -> Sequence[Post]:
        new = [number for number in numbers if number not in known]
        found = (one for part in table.take(new).to_batches() for one in parquet.records(part, 1)) if new else ()
        known.update(zip(new, (engine.prepare(Post.parse(one.data)) for one in found), strict=True))
        return [known[number] for number in numbers]

    return Batch(frame.with_columns(pl.col("network").replace(names)), posts)


def of_contents(parts: Sequence[Contents], engine: Engine) -> Batch:
    """Return what was read in *parts*, as *engine* prepares it."""
    found = [engine.prepare(one.resource) for part in parts for one in part.found]
    posts = [one for one in found if isinstance(one, Post)]
    frame = pl.DataFrame(pl.from_arrow(parquet.table_of(posts))).cast(dict(schema(Post)))  # type: ignore[arg-type]
    return Batch(
        frame,
        lambda numbers: [posts[number] for number in numbers],
        [one for one in found if not isinstance(one, Post | Closure)],
        tuple(problem for part in parts for problem in part.problems),
    )


def _of_lines(shard: Shard) -> Iterator[Contents]:
    path = Path(shard.path)
    try:
        with path.open("rb") as file:
            file.seek(shard.offset)
            yield from lines(islice(file, shard.rows), shard.name, shard.start)
    except OSError as error:
        raise unreadable(path, error) from None


def judgeable(frame: pl.DataFrame, bundle: Bundle) -> pl.DataFrame:
    """Return *frame* with the number of each row, and the moment by which it is judged."""
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW), _moment(bundle).alias(AS_OF))


def _moment(bundle: Bundle) -> pl.Expr:
    kind = pl.Datetime("us", "UTC")
    today = pl.lit(bundle.today).cast(kind)
    if bundle.choices.as_of:
        return pl.lit(bundle.choices.as_of).cast(kind)
    own = pl.col("date").fill_null(today)
    return pl.coalesce(pl.col(bundle.choices.as_of_field), own) if bundle.choices.as_of_field else own


def with_relations(frame: pl.DataFrame, workspace: Workspace, engine: Engine) -> pl.DataFrame:
    """Return *frame* with what each post refers to beside it: one join for each relation to one resource."""
    for name in JOINED:
        frame = _joined(frame, name, workspace, engine)
    return frame


def _joined(frame: pl.DataFrame, name: str, workspace: Workspace, engine: Engine) -> pl.DataFrame:
    key = pl.col("question").struct.field("institution") if name in _REFERRED else pl.col(name)
    keyed = frame.with_columns(key.alias("#key"))
    ids = keyed["#key"].unique(maintain_order=True)
    found = [_resource(name, one, workspace, engine) for one in ids]
    kind = message_of(RELATIONS["post"][name].model)
    table = pl.DataFrame([ids, series(called(name), kind, found)])
    return keyed.join(table, on="#key", how="left", nulls_equal=True, maintain_order="left").drop("#key")


def _resource(name: str, key: str | None, workspace: Workspace, engine: Engine) -> Any:  # noqa: ANN401
    """Return what a post refers to by *key* as rules see it, None where it is not known."""
    if key is None:
        return None
    field: dict[str, Any] = {"question": {"institution": key}} if name in _REFERRED else {name: key}
    found = RELATIONS["post"][name].find(Post(network="-", **field), workspace)
    return None if isinstance(found, Dangling) else engine.prepare(found)  # type: ignore[type-var]
