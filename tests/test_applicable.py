"""Rows in which a rule does not apply are found first, and that changes no answer."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import a_post, counted, lines, of_check, of_closures, told, verdicts
from govsocial import readers
from govsocial.audit.applicable import Condition, applicable
from govsocial.audit.bundle import Choices
from govsocial.audit.run import Order, audit
from govsocial.defaults import assemble
from govsocial.policy.load import parse_policy

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[param.tongue]
value = "nl"
[fact]
tongues = 'account.languages.filter(l, l != "")'
[[rule]]
id = "tongue"
when = ['param.tongue in fact.tongues']
require = 'size(post.text) > 3'
message = "Short."
[[rule]]
id = "both"
kinds = ["reply"]
when = ['event.name != "" || account.name != ""', 'post.language == "nl"', '100 / size(post.text) > 0']
require = 'post.text.contains("!")'
message = "Dull."
[[rule]]
id = "asked"
when = ['concerned.name != ""']
require = 'post.question.institution != post.institution'
message = "Your own."
"""
BESIDE = """
[[account]]
id = "one"
network = "x"
name = "One"
languages = ["nl"]
[[account]]
id = "two"
network = "x"
languages = ["fr"]
[[event]]
id = "fair"
name = "Fair"
[[institution]]
id = "a"
name = "A"
[[institution]]
id = "b"
"""
HOUSE = parse_policy(POLICY, "house.toml")
SETUP = assemble([HOUSE])
ids = st.sampled_from(["", "one", "two", "gone"]) | st.none()
asked = st.sampled_from(["", "a", "b", "gone"]) | st.none()
drawn = st.fixed_dictionaries(
    {"network": st.sampled_from(["x", "facebook"])},
    optional={
        "kind": st.sampled_from(["original", "reply"]) | st.none(),
        "text": st.sampled_from(["", "Hi!", "Hello"]) | st.none(),
        "language": st.sampled_from(["nl", "fr"]) | st.none(),
        "account": ids,
        "event": st.sampled_from(["", "fair", "gone"]) | st.none(),
        "institution": st.sampled_from(["", "a", "b"]) | st.none(),
        "question": st.fixed_dictionaries({"institution": st.sampled_from(["", "a", "b", "gone"]) | st.none()})
        | st.none(),
    },
)


@given(st.lists(drawn, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_rules_for_few_posts_come_out_as_closures_say(posts: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = lines(folder / "in.jsonl", (a_post(str(nth), **one) for nth, one in enumerate(posts)))
        beside = folder / "beside.toml"
        beside.write_text(BESIDE, encoding="utf-8")
        workspace = readers.read([str(source), str(beside)]).workspace

        audit(Order(source, folder / "out", (beside,)), SETUP, [HOUSE], Choices())

        expected = verdicts(SETUP.engine, [*workspace.posts], workspace)
        assert told(folder / "out") == of_check(expected)
        assert counted(folder / "out") == of_closures(expected)


def rows(**columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"kind": ["reply"] + ["original"] * 5} | columns)


def test_few_rows_are_kept_with_those_that_are_unknown() -> None:
    frame = rows(number=[1, 2, 3, None, 4, 5])

    assert applicable(frame, (Condition(pl.col("number") == 1),))["number"].to_list() == [1, None]
    assert applicable(frame, (Condition(pl.col("number") == 9), Condition(pl.col("kind") == "reply"))).is_empty()


def test_many_rows_are_left_as_they_are() -> None:
    frame = rows(number=[1, 2, 3, None, 4, 5])

    assert applicable(frame, (Condition(pl.col("number") < 4),)) is frame


def test_what_only_an_account_decides_is_computed_once_for_each() -> None:
    seen: list[int] = []

    def some(given: pl.Series) -> pl.Series:
        seen.append(len(given))
        return given == "b"

    frame = rows(account=["a", "b", None, "a", "a", "a"])
    holds = pl.col("account").map_batches(some, return_dtype=pl.Boolean())

    assert applicable(frame, (Condition(holds, ("account",)),))["account"].to_list() == ["b", None]
    assert seen == [3]
