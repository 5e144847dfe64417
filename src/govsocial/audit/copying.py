"""The pass over an archive that looks for copies, and the posts of a shard with the information it found for them."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.audit.batch import Batch, read
from govsocial.audit.bundle import engine_of
from govsocial.audit.copies import NOTES, ROWS, library, noted
from govsocial.audit.copy_groups import INFOS, ROW, found_in
from govsocial.audit.manifest import WORK, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.executors import Executor
    from govsocial.audit.shards import Shard, Source
    from govsocial.model import Post

COPIES: Final = f"{WORK}/copies.parquet"
_NOTES: Final = f"{WORK}/notes"
_NARROW: Final = ("id", "institution", "date", "info", "digest")
_LIBRARIES: Final = {"rensa": "rensa", "rapidfuzz.fuzz": "rapidfuzz"}


def key(beside: str, sources: Sequence[Source]) -> str:
    """
    Return what differs as soon as other copies may be found: in another archive, or by other libraries.

    Raises:
        InputError: where the extra is not installed.
    """
    for name in _LIBRARIES:
        library(name)
    editions = [version(name) for name in _LIBRARIES.values()]
    return sha256(f"{beside} {[one.digest for one in sources]} {editions}".encode()).hexdigest()


def find(shards: Sequence[Shard], bundle: Bundle, out: Path, executor: Executor) -> dict[str, object]:
    """
    Look for copies in *shards*, write down below *out* what they spread, and return what the manifest tells of it.

    Raises:
        InputError: where a file cannot be read, or *out* cannot be written.
    """
    shutil.rmtree(out / _NOTES, ignore_errors=True)
    rejected: Counter[str] = Counter()
    for counts in executor.run(note_shard, shards, bundle, str(out)):
        rejected.update(counts)
    notes = _notes(out)

    def band(number: int) -> pl.DataFrame:
        return notes.select(ROW, *(f"{number}.{row}" for row in range(ROWS))).collect()

    def texts(rows: pl.DataFrame) -> pl.DataFrame:
        return notes.select(ROW, "text").join(rows.lazy(), on=ROW, how="semi").collect()

    found = found_in(notes.select(ROW, *_NARROW).collect(), band, texts)
    write(out / COPIES, _encoded(found.infos))
    shutil.rmtree(out / _NOTES, ignore_errors=True)
    return found.to_dict(rejected)


def _notes(out: Path) -> pl.LazyFrame:
    files = sorted((out / _NOTES).glob("part-*.parquet"))
    return pl.scan_parquet(files, row_index_name=ROW) if files else NOTES.to_frame().lazy().with_row_index(ROW)


def note_shard(shard: Shard, bundle: Bundle, out: str) -> dict[str, int]:
    """Write down what is compared of the posts of *shard*; return how many are not compared, by reason."""
    engine = engine_of(bundle)
    found, rejected = noted(read(shard, engine).frame, engine.networks.profile)
    write(Path(out, _NOTES, f"part-{shard.number:05}.parquet"), _encoded(found))
    return dict(rejected)


def _encoded(frame: pl.DataFrame) -> bytes:
    target = BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def filled(batch: Batch, out: Path) -> Batch:
    """Return *batch* with what was found of those of its posts that name no information of their own."""
    ids = batch.frame["id"].unique()
    found = pl.scan_parquet(out / COPIES).filter(pl.col("id").is_in(ids.implode())).collect()
    if found.is_empty():
        return batch
    known = {name: (info, source) for name, info, source in found.iter_rows()}

    def posts(numbers: Sequence[int]) -> Sequence[Post]:
        return [_filled(post, known) for post in batch.posts(numbers)]

    beside = found.rename({name: f"#{name}" for name in INFOS[1:]})
    named = batch.frame.join(beside, on="id", how="left", maintain_order="left")
    fills = (pl.col("info").fill_null("") == "") & pl.col("#info").is_not_null()
    info = pl.when(fills).then("#info").otherwise("info").alias("info")
    unnamed = fills & (pl.col("source_institution").fill_null("") == "") & pl.col("#source_institution").is_not_null()
    source = pl.when(unnamed).then("#source_institution").otherwise("source_institution").alias("source_institution")
    frame = named.with_columns(info, source).drop("#info", "#source_institution")
    return replace(batch, frame=frame, posts=posts)


def _filled(post: Post, known: Mapping[str, tuple[str, str | None]]) -> Post:
    if post.info or post.id not in known:
        return post
    info, source = known[post.id]
    return post.model_copy(update={"info": info, "source_institution": post.source_institution or source})
