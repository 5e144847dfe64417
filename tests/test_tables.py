"""Posts that come out of a table row by row: they are judged as in an archive, and what is not looked at is unknown."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import ACCOUNTS, HOUSE, SETUP, a_post, lines
from govsocial import readers
from govsocial.audit import tables
from govsocial.audit.answers import FINDINGS, OUTCOMES
from govsocial.audit.bundle import Choices, asked
from govsocial.audit.run import Order, audit
from govsocial.convert import convert
from govsocial.errors import InputError
from govsocial.readers import parquet
from test_audit import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.model import Resource

ALONE = ("house/alone", "house/first")
"""The rules that ask other posts."""
BUNDLE = asked([HOUSE], Choices(select=("house/*",), as_of=datetime(2020, 5, 5, tzinfo=UTC)))


def beside() -> tuple[Resource, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "beside.toml")
        path.write_text(ACCOUNTS, encoding="utf-8")
        return tuple(readers.read([str(path)]).workspace)


def rows_of(name: str, batches: Iterable[pa.RecordBatch], bundle: Any = BUNDLE) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the rows of one of the tables that come of *batches*."""
    table = tables.TABLES[name]
    found = pa.Table.from_batches(table.judge(bundle, beside(), batches), schema=table.columns())
    return [row for row in found.to_pylist() if row.get("rule") not in ALONE]


def bag(found: Iterable[dict[str, Any]]) -> Counter[str]:
    return Counter(str(sorted(row.items())) for row in found)


def added(found: Iterable[dict[str, Any]]) -> Counter[str]:
    """Return how often each outcome was met, whatever it was added up from."""
    total: Counter[str] = Counter()
    for row in found:
        total[str(sorted((name, value) for name, value in row.items() if name != "n"))] += row["n"]
    return total


def of_audit(folder: Path, kind: str) -> list[dict[str, Any]]:
    found = pl.read_parquet(folder / kind / "*.parquet").filter(~pl.col("rule").is_in(ALONE))
    return list(found.to_arrow().to_pylist())


def batches_of(path: Path, sizes: Sequence[int]) -> list[pa.RecordBatch]:
    """Return the posts in the Parquet file *path* as an engine might cut them: into *sizes*, then the rest."""
    table, found, start = pa.parquet.read_table(path), [], 0
    for size in (*sizes, table.num_rows):
        found += table.slice(start, size).combine_chunks().to_batches()
        start += size
    return found


@given(st.lists(drawn, min_size=1, max_size=9), st.lists(st.integers(1, 4), max_size=3), st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_rows_of_a_table_are_judged_as_those_of_an_archive_however_they_are_cut(
    posts: list[dict[str, Any]], sizes: list[int], most: int
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "regrouped", lambda given_, cut=tables.regrouped: cut(given_, most))
        folder = Path(name)
        source = lines(folder / "in.jsonl", (a_post(str(n), **one) for n, one in enumerate(posts)))
        (folder / "beside.toml").write_text(ACCOUNTS, encoding="utf-8")
        convert(source, folder / "archive.parquet", SETUP.engine)
        given_ = batches_of(folder / "archive.parquet", sizes)

        audit(
            Order(folder / "archive.parquet", folder / "out", (folder / "beside.toml",)), SETUP, [HOUSE], BUNDLE.choices
        )

        assert bag(rows_of("findings", given_)) == bag(of_audit(folder / "out", "findings"))
        assert added(rows_of("outcomes", given_)) == added(of_audit(folder / "out", "outcomes"))
        assert rows_of("skipped", given_) == []


def a_table(*posts: dict[str, Any]) -> list[pa.RecordBatch]:
    names = {name for post in posts for name in post}
    schema = pa.schema([one for one in parquet.schema() if one.name in names])
    return [pa.RecordBatch.from_pylist(list(posts), schema=schema)]


def test_what_a_rule_asks_of_other_posts_is_unknown_and_never_a_pass() -> None:
    posts = a_table(
        {"id": "a", "network": "twitter", "info": "i", "institution": "a"},
        {"id": "b", "network": "twitter", "info": "i", "institution": "b"},
        {"id": "c", "network": "twitter", "info": "", "institution": "b"},
    )
    found = pa.Table.from_batches(tables.outcomes(BUNDLE, (), posts)).to_pylist()

    assert {(one["rule"], one["outcome"], one["missing"], one["n"]) for one in found if one["rule"] in ALONE} == {
        ("house/alone", "unknown", "peers", 1),
        ("house/alone", "not-applicable", "", 1),
        ("house/first", "unknown", "siblings", 1),
        ("house/first", "not-applicable", "", 1),
    }


def test_a_row_that_is_no_post_is_skipped_and_told() -> None:
    posts = a_table({"id": "a", "network": "twitter"}, {"id": "b", "network": None}, {"id": "c", "network": "twitter"})

    [told] = rows_of("skipped", posts)

    assert told["resource_id"] == "b"
    assert "network" in told["reason"]
    assert {one["n"] for one in rows_of("outcomes", posts) if one["rule"] == "house/polite"} == {2}


def test_no_rows_give_no_rows() -> None:
    assert [rows_of(name, []) for name in tables.TABLES] == [[], [], []]


def test_the_columns_of_what_comes_of_a_table_are_those_of_an_audit() -> None:
    assert tables.TABLES["findings"].columns().names == FINDINGS.names()
    assert tables.TABLES["outcomes"].columns().names == OUTCOMES.names()


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 7))
def test_batches_of_any_size_become_batches_of_ours_with_the_same_rows(sizes: list[int], most: int) -> None:
    numbers = iter(range(100))
    given_ = [batch for size in sizes for batch in a_table(*({"id": str(next(numbers))} for _ in range(size)))]

    found = list(tables.regrouped(given_, most))

    ids = [one["id"] for batch in found for one in batch.to_pylist()]
    assert ids == [str(number) for number in range(sum(sizes))]
    assert all(0 < batch.num_rows <= most for batch in found)
    assert all(a.num_rows + b.num_rows > most for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"name": pa.string()}, "no column 'network'"),
        ({"network": pa.string(), "hastags": pa.list_(pa.string())}, "unknown column 'hastags'"),
        ({"network": pa.string(), "text": pa.int64()}, "'text' is int64; it has to be string"),
        ({"network": pa.string()}, "no column 'id'"),
    ],
)
def test_a_table_of_something_else_is_refused(columns: dict[str, pa.DataType], told: str) -> None:
    with pytest.raises(InputError, match=told):
        tables.check(pa.schema(columns))
