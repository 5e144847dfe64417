"""Thirty rules on a million posts: our columns against Polars and SQL by hand, with equally many threads."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from bench.figures import Figure
from bench.hand_polars import BY_HAND
from bench.hand_sql import select
from bench.point import ours, same
from bench.posts import posts
from bench.timing import race, ratio, timed
from govsocial import Post
from govsocial.cel.column_frame import frame
from govsocial.cel.columns import Layout, column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.point import Answers

    Judge = Callable[[], Any]

DISTINCT: Final = 50_000
"""How many posts differ; more are drawn from these, each in its place in the frame."""
SAMPLE: Final = 300
MOST_ROUNDS: Final = 9
READ: Final = (
    "network kind text language hashtags mentions links length bytes media published_at institution source_institution"
    " event topics audience".split()
)
"""The columns that the rules read."""


def columns(rounds: int, size: int) -> Iterator[Figure]:
    """Yield the figures of the rules as columns of *size* posts against Polars and SQL by hand."""
    sample, written = posts(SAMPLE), ours()
    rules = [column(clause.node, Layout("post")) for clause in written.clauses]
    expected = written.on(sample)()
    for name, judge in _sides(frame(sample, Post), rules).items():
        same(name, _answers(judge()), expected)
    sides = _sides(_many(size), rules)
    walls: dict[str, list[float]] = {name: [] for name in sides}
    contest = {name: _on_both_clocks(judge, size, walls[name]) for name, judge in sides.items()}
    times = race(contest, min(rounds, MOST_ROUNDS))
    yield _figure(f"30 rules, {size:,} posts: Polars by hand / columns", "Polars by hand", times, walls,
                  target=0.9, aim=1.0)  # fmt: skip
    title = f"30 rules, {size:,} posts: DuckDB SQL by hand / columns"
    known = [name for name in times if name.startswith("DuckDB")]
    if known:
        best = min(known, key=lambda name: median(times[name]))
        yield _figure(title, best, times, walls, target=2, aim=None)
    else:
        yield Figure("columns", title, None, 2, at_least=True, note="not installed: pip install -e '.[bench]'")


def _many(size: int) -> pl.DataFrame:
    """Return *size* posts as a frame."""
    distinct = frame(posts(min(size, DISTINCT)), Post).select(READ)
    return distinct if size <= DISTINCT else distinct.sample(size, with_replacement=True, seed=7).rechunk()


def _sides(table: pl.DataFrame, rules: Sequence[pl.Expr]) -> dict[str, Judge]:
    """Return what judges *table*, each with as many threads as Polars has, and each answering as it likes best."""
    sides: dict[str, Judge] = {"columns": _selecting(table, rules), "Polars by hand": _selecting(table, BY_HAND)}
    try:
        duckdb = import_module("duckdb")
    except ImportError:
        return sides
    connection = duckdb.connect(config={"threads": pl.thread_pool_size()})
    connection.register("given", table.to_arrow())
    connection.sql("CREATE TABLE own AS FROM given")
    for name, of in (("DuckDB on Arrow", "given"), ("DuckDB on a table of its own", "own")):
        sides[name] = partial(_asked, connection, select(of))
    return sides


def _asked(connection: Any, query: str) -> Any:  # noqa: ANN401 - DuckDB may not be there
    return connection.sql(query).to_arrow_table()


def _selecting(table: pl.DataFrame, rules: Sequence[pl.Expr]) -> Judge:
    return table.lazy().select(rule.alias(f"r{nth:02}") for nth, rule in enumerate(rules, 1)).collect


def _answers(found: Any) -> Answers:  # noqa: ANN401 - a frame, or a table of Arrow
    return [list(row) for row in pl.DataFrame(found).rows()]


def _on_both_clocks(judge: Judge, size: int, walls: list[float]) -> Callable[[], float]:
    """Return the runner that takes the processor's time of *judge*, and adds that on the wall to *walls*."""
    measure = timed(judge, size)

    def run() -> float:
        start = perf_counter()
        found = measure()
        walls.append((perf_counter() - start) / size)
        return found

    return run


def _figure(
    name: str,
    side: str,
    times: Mapping[str, list[float]],
    walls: Mapping[str, list[float]],
    **wanted: Any,  # noqa: ANN401 - what is to be reached
) -> Figure:
    wall = ratio(walls[side], walls["columns"])
    note = f"{pl.thread_pool_size()} threads each; on the wall {wall.value:.2f} ({wall.low:.2f}–{wall.high:.2f})"
    seconds = {one: median(times[one]) for one in (side, "columns")}
    return Figure("columns", name, ratio(times[side], times["columns"]), at_least=True, seconds=seconds, note=note,
                  **wanted)  # fmt: skip
