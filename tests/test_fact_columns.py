"""Code of plugins in both back ends: columns say what Python says, or Python is asked, and it is told why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govsocial_livestream
from govsocial.audit.bundle import Choices
from govsocial.audit.run import Order, audit
from govsocial.cel.library import Fact, Function
from govsocial.defaults import assemble
from govsocial.model import Account, Post
from govsocial.policy.load import parse_policy
from govsocial.testing import accounts, check_columns, engine_with, posts
from houses import HEADER, rule
from wheels import Point, installer, module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from govsocial.policy.schema import Policy

AS_OF = datetime(2026, 11, 25, tzinfo=UTC)
ENGINE = engine_with()
VERSIONS = count()


def shouts(post: Post) -> bool | None:
    return None if post.text is None else post.text.endswith("!")


def is_named(post: Post, account: Account) -> bool | None:
    return None if account.name is None or post.text is None else account.name in post.text


def in_columns(post: Any, account: Any) -> pl.Expr:  # noqa: ANN401
    found: pl.Expr = post.text.str.contains(account.name, literal=True)
    return found


def age(post: Post, as_of: datetime) -> int | None:
    return None if post.date is None else (as_of - post.date) // (as_of.resolution * 1000)


def code(*, column: Callable[..., Any] | None, compute: Callable[..., Any] = shouts, kind: str = "bool") -> Fact:
    return Fact("loud", "post", kind, compute, column=column)


SHOUTS = code(column=lambda post: post.text.str.ends_with("!"))
NAMED = Fact("named", "post", "bool", is_named, ("account",), in_columns)
(TOTAL,) = govsocial_livestream.govsocial_functions()


def post(text: str | None, name: str = "", **fields: Any) -> Post:  # noqa: ANN401
    return Post(id=name, network="twitter", text=text, **fields)


# what authors test with


@settings(deadline=None)
@given(st.lists(posts(), max_size=4))
def test_a_column_form_that_says_the_same_is_left_alone(drawn: list[Post]) -> None:
    check_columns(SHOUTS, drawn)


@settings(deadline=None)
@given(st.lists(st.tuples(posts(), accounts() | st.none()), max_size=4))
def test_what_a_fact_needs_stands_beside_each_resource(drawn: list[tuple[Post, Account | None]]) -> None:
    check_columns(NAMED, [one for one, _ in drawn], [account for _, account in drawn])


@settings(deadline=None)
@given(st.lists(posts(), max_size=4))
def test_the_moment_of_judgement_is_an_expression_too(drawn: list[Post]) -> None:
    def column(post: Any, as_of: pl.Expr) -> pl.Expr:  # noqa: ANN401
        found: pl.Expr = (as_of - post.date).dt.total_microseconds().floordiv(1000)
        return found

    fact = Fact("age", "post", "int", age, ("context.as_of",), column)

    check_columns(fact, [ENGINE.prepare(one) for one in drawn], [AS_OF] * len(drawn))


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 10**9), max_size=5).map(tuple) | st.none(), max_size=5))
def test_the_built_in_function_says_the_same_in_columns(lists: list[tuple[int, ...] | None]) -> None:
    check_columns(TOTAL, lists)


def test_a_function_without_arguments_has_one_value_for_all_rows() -> None:
    check_columns(Function("seven", (), "int", lambda: 7, column=lambda: pl.lit(7, pl.Int64())))


WRONG: dict[str, tuple[Fact, Sequence[Sequence[Any]], str]] = {
    "another value": (
        code(column=lambda post: post.text.str.starts_with("!")),
        [[post("Hi"), post("Hi!", "second")]],
        "post second: loud is True in Python, False in columns",
    ),
    "a value where nothing is known": (
        code(column=lambda post: post.text.str.ends_with("!").fill_null(value=False)),
        [[post("Hi"), post(None)]],
        "post 2: loud is None in Python, False in columns",
    ),
    "a value that depends on the other rows": (
        code(column=lambda post: post.text == post.text.first(), compute=lambda post: post.text == "a"),
        [[post("a"), post("b")]],
        "post 2: loud is False in Python, True in columns",
    ),
    "a value where Python breaks": (
        code(column=lambda post: post.text == "a", compute=lambda post: 1 // (post.text == "a")),
        [[post("b")]],
        "post 1: loud: ZeroDivisionError: integer division or modulo by zero; columns can break on no row",
    ),
    "another type": (
        code(column=lambda post: post.text.str.len_chars(), compute=len, kind="int"),
        [[]],
        "columns cannot say fact.loud, whose column form gives UInt32, not Int64",
    ),
    "a value of Python": (
        code(column=lambda _: True),
        [[]],
        "columns cannot say fact.loud, whose column form gives a Python bool, not Boolean",
    ),
    "a field that is not there": (
        code(column=lambda post: post.txt),
        [[]],
        "columns cannot say fact.loud, whose column form fails (AttributeError: Post has no field 'txt')",
    ),
    "a column that is not there": (
        code(column=lambda _: pl.col("txt")),
        [[]],
        "columns cannot say fact.loud, whose column form fails (ColumnNotFoundError: ",
    ),
    "nothing": (
        code(column=None),
        [[]],
        "columns cannot say fact.loud, which a plugin computes, and which has no column form",
    ),
    "what no frame has": (
        Fact("loud", "post", "bool", lambda *_: True, ("closures",), lambda *_: pl.lit(value=True)),
        [[], []],
        "columns cannot say fact.loud, which needs closures, which is no column",
    ),
}


@pytest.mark.parametrize(("fact", "values", "reason"), WRONG.values(), ids=WRONG)
def test_a_column_form_that_says_something_else_is_told_with_the_first_row(
    fact: Fact, values: Sequence[Sequence[Any]], reason: str
) -> None:
    with pytest.raises(AssertionError) as told:
        check_columns(fact, *values)

    assert str(told.value).startswith(reason)


# in an audit

RULES = (
    rule('severity = "error"', name="loud", require="!fact.loud")
    + rule(name="loud-or-named", require='fact.loud || account.name != ""')
    + rule(name="named", require="fact.named")
    + rule(name="twice", require="twice(size(post.text)) < 20")
    + rule(name="nothing", require="fact.loud == param.nothing")
    + '[param.nothing]\nvalues = [{ from = 2100-01-01, value = true, source = "a" }]\n'
)
HOUSE = parse_policy(HEADER + RULES, "house.toml")
TWICE = Function("twice", ("int",), "int", lambda number: 2 * number, column=lambda number: 2 * number)
ACCOUNT = {"account": {"id": "one", "network": "twitter", "name": "One"}}
ARCHIVE = [
    {"post": {"id": str(number), "network": "twitter", "text": text, "account": account}}
    for number, (text, account) in enumerate(
        (text, account)
        for text in ("Hi!", "Hi", "One says Hi", "Much longer than that!", "", None)
        for account in ("one", "", "gone", None)
    )
]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what installs facts and functions, as a plugin in a version of its own: an audit knows plugins by that."""

    def install(facts: Sequence[Fact], functions: Sequence[Function] = (TWICE,)) -> None:
        installer(monkeypatch)(Point("lucky", module(facts=facts, functions=functions), f"1.{next(VERSIONS)}"))

    return install


def audited(folder: Path, house: Policy = HOUSE) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """Return what an audit says of each rule of the house, and how often which came out how, and what is missing."""
    source = folder / "archive.jsonl"
    source.write_text("".join(json.dumps(one) + "\n" for one in [ACCOUNT, *ARCHIVE]), encoding="utf-8")
    setup, out = assemble([house]), folder / f"out{next(VERSIONS)}"
    manifest = audit(Order(source, out), setup, [house], Choices(select=("house/*",))).manifest
    rows = pl.read_parquet(out / "outcomes/*.parquet").group_by("rule", "outcome", "missing").agg(pl.sum("n"))
    return {one["rule"]: one for one in manifest["rules"]}, {row[:3]: row[3] for row in rows.iter_rows()}


def test_rules_on_code_with_column_forms_come_out_as_one_by_one(install: Callable[..., None], tmp_path: Path) -> None:
    install([SHOUTS, NAMED])
    columns, outcomes = audited(tmp_path)
    install([replace(one, column=None) for one in (SHOUTS, NAMED)], [replace(TWICE, column=None)])
    rows, expected = audited(tmp_path)

    assert outcomes == expected
    assert {one["outcome"] for one in map(_named, outcomes)} == {"pass", "violation", "unknown"}
    assert {one["how"] for one in columns.values()} == {"columns"}
    assert {one["rows_by_closures"] for one in columns.values()} == {0}
    assert {one["how"] for one in rows.values()} == {"columns, then row by row"}
    assert rows["house/loud"]["why"] == "fact.loud, which a plugin computes, and which has no column form"
    assert rows["house/twice"]["why"] == "twice(…), which a plugin computes, and which has no column form"


def _named(key: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("rule", "outcome", "missing"), key, strict=True))


def test_what_is_missing_is_what_python_says_is_missing(install: Callable[..., None], tmp_path: Path) -> None:
    install([SHOUTS, NAMED])
    _, outcomes = audited(tmp_path)

    assert {key[2] for key in outcomes if key[:2] == ("house/loud", "unknown")} == {"fact.loud"}
    assert {key[2] for key in outcomes if key[:2] == ("house/named", "unknown")} == {
        "fact.named",
        "account:gone",
        "post.account",
    }
    assert {key[2] for key in outcomes if key[:2] == ("house/twice", "unknown")} == {"post.text"}


def test_what_raises_without_a_column_form_is_an_error_even_where_columns_know_the_rest(
    install: Callable[..., None], tmp_path: Path
) -> None:
    facts = [code(column=None, compute=lambda _: 1 // 0), NAMED]
    install(facts)
    _, outcomes = audited(tmp_path)

    assert {key[1] for key in outcomes if key[0] == "house/nothing"} == {"error"}


def test_a_column_form_that_breaks_on_rows_leaves_them_to_python(install: Callable[..., None], tmp_path: Path) -> None:
    def breaks(post: Any) -> pl.Expr:  # noqa: ANN401
        return post.text.str.len_chars().cast(pl.String).str.strptime(pl.Date, "%Y", strict=True).is_not_null()  # type: ignore[no-any-return]

    facts = [code(column=breaks), NAMED]
    install(facts)
    rules, outcomes = audited(tmp_path)

    assert rules["house/loud"]["rows_by_closures"] == len(ARCHIVE)
    assert {key[1] for key in outcomes if key[0] == "house/loud"} == {"pass", "violation", "unknown"}
