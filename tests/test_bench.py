"""What is timed says the same: a time for other answers is worth nothing. Nothing here looks at a clock."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from bench import chart, figures, hand, hand_polars, hand_sql
from bench.columns import columns
from bench.figures import Figure
from bench.point import ours, same
from bench.posts import posts, written
from bench.rego import REGO, rego
from bench.timing import Ratio

from govsocial import Post
from govsocial.cel.column_frame import frame
from govsocial.cel.columns import Layout, column

if TYPE_CHECKING:
    from bench.point import Answers

ROOT = Path(__file__).parent.parent
POSTS = posts(200)
TABLE = frame(POSTS, Post)


def answers(table: pl.DataFrame) -> Answers:
    return [list(row) for row in table.rows()]


def selected(rules: list[pl.Expr]) -> Answers:
    return answers(TABLE.select(rule.alias(str(number)) for number, rule in enumerate(rules)))


@pytest.fixture(scope="module")
def expected() -> Answers:
    return ours().on(POSTS)()


def test_each_rule_holds_for_some_posts_and_not_for_others(expected: Answers) -> None:
    never_broken = [number for number, told in enumerate(zip(*expected, strict=True), 1) if len(set(told)) == 1]

    assert never_broken == [15, 28]


def test_python_by_hand_says_the_same(expected: Answers) -> None:
    assert [[rule(post) for rule in hand.BY_HAND] for post in POSTS] == expected
    assert [[rule(post) for rule in hand.BY_HAND_RE2] for post in POSTS] == expected


def test_columns_and_polars_by_hand_say_the_same(expected: Answers) -> None:
    assert selected([column(one.node, Layout("post")) for one in ours().clauses]) == expected
    assert selected([*hand_polars.BY_HAND]) == expected


@pytest.mark.skipif(not find_spec("duckdb"), reason="needs duckdb, which the extra 'bench' brings")
def test_sql_by_hand_says_the_same(expected: Answers) -> None:
    import duckdb  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - an extra

    with duckdb.connect() as connection:
        connection.register("posts", TABLE.to_arrow())
        found = connection.sql(hand_sql.select("posts")).to_arrow_table()

    assert answers(pl.DataFrame(found)) == expected


@pytest.mark.skipif(not find_spec("regopy"), reason="needs regopy, which the extra 'bench' brings")
def test_rego_says_the_same_where_it_can(expected: Answers) -> None:
    with rego(POSTS) as ask:
        alike = [nth for nth, rule in enumerate(REGO) if rule and ask([rule])[0] == [[one[nth]] for one in expected]]

    assert len(alike) == len(REGO) - 2  # it counts bytes, and has no classes of Unicode


def test_an_answer_that_differs_ends_the_run(expected: Answers) -> None:
    other = [row[:] for row in expected]
    other[3][4] = not other[3][4]

    with pytest.raises(SystemExit, match="someone answers differently, first on post 3, rule 5"):
        same("someone", other, expected)


def test_drafts_are_the_same_each_time_and_hold_nothing_derived() -> None:
    assert list(written(5)) == list(written(5))
    assert all("hashtags" not in one for one in written(5))


def test_columns_are_measured_against_each_side_there_is() -> None:
    found = list(columns(1, 500))

    assert [one.target for one in found] == [0.9, 2]
    assert all(one.ratio or one.note for one in found)


SVG = "{http://www.w3.org/2000/svg}"
SOME = [
    Figure("point", "30 rules: closures / Python by hand", Ratio(1.5, 1.4, 1.6), 3, 2,
           seconds={"closures": 3e-5, "by hand": 2e-5}),
    Figure("peers", "30 rules: zen-engine / closures", Ratio(40.0, 39, 41), 1, at_least=True,
           seconds={"zen-engine": 1.0, "closures": 0.025}),
    Figure("columns", "30 rules: DuckDB <SQL> / columns", Ratio(1.5, 1, 2), 2, at_least=True,
           seconds={"DuckDB": 1.5, "columns": 1.0}, note="a | b"),
    Figure("audit", "killed", None, told="yes"),
    Figure("derive", "tags", None, 2.5, 1, note="needs node"),
]  # fmt: skip


def test_the_page_says_what_was_missed_and_what_was_not_measured() -> None:
    page = chart.page(json.loads(json.dumps(figures.to_dict(SOME, 9))))

    assert "2 of 3 targets were reached; missed: 30 rules: DuckDB <SQL> / columns." in page
    assert "Not measured: tags (needs node)." in page
    assert (
        "| 30 rules: DuckDB &lt;SQL&gt; / columns<br><sub>a \\| b</sub> | **1.50** | 1.00–2.00 | ≥ 2 |  | missed |"
        in page
    )
    assert "| audit | killed | yes |" in page


def test_the_picture_has_a_bar_for_each_side_and_no_script() -> None:
    drawn = chart.picture(figures.to_dict(SOME, 9)["figures"])
    names = {one.text for one in ET.fromstring(drawn).iter(f"{SVG}text")}  # noqa: S314 - our own

    assert {"Python by hand", "zen-engine", "DuckDB <SQL>", "0.67", "40", "1.50"} <= names
    assert "script" not in drawn


def test_names_of_benchmarks_that_are_not_there_are_refused() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "bench", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert found.returncode == 2
    assert "there is no nothing" in found.stderr
