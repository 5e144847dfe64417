"""Archives to audit: posts written by the program itself, then the same ones again under other ids."""

from __future__ import annotations

import json
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.posts import written
from bench.processes import taken
from govsocial.readers import parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_archive(target: Path, number: int, govsocial: Callable[..., list[str]]) -> float:
    """Write *number* posts to *target*, in Parquet, with the command *govsocial*; return how long that one took."""
    with TemporaryDirectory(dir=target.parent) as folder:
        lines = target.parent.joinpath(folder) / "drafts.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps({'post': one}, default=str)}\n" for one in written(number))
        return taken(govsocial("convert", str(lines), str(target))).wall


def write_copies(archive: Path, folder: Path, number: int) -> Path:
    """Write the posts of *archive* to *folder* as so many files, under other ids in each."""
    folder.mkdir()
    arrow: Any = parquet.arrow()
    table = arrow.parquet.read_table(archive)
    place = table.schema.get_field_index("id")
    for nth in range(number):
        ids = arrow.compute.binary_join_element_wise(table["id"], str(nth), "-")
        copied = table.set_column(place, table.schema.field(place), ids)
        arrow.parquet.write_table(copied, folder / f"{nth}.parquet", row_group_size=parquet.ROWS, compression="zstd")
    return folder
