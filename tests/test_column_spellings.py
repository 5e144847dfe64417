"""Where case does not count, a comparison with what is written out becomes a pattern that says the same."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govsocial.cel.column_frame import frame
from govsocial.cel.column_spellings import MOST_TEXTS, spelled
from govsocial.cel.columns import Layout, column
from govsocial.cel.tree import Call, Const, ListOf, Node, Var
from govsocial.cel.types import BOOL, STRING, CelType, list_of
from govsocial.model import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TAG = CelType("string", folded=True)
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
CHANGES: dict[str, Callable[[str], str]] = {
    "": str.casefold,
    "lowerAscii": lambda text: text.translate(LOWER),
    "upperAscii": lambda t: t.translate(UPPER),
}
# what several characters fold to, what folds to several, and what only looks as if it did
NASTY = [*"ßẞſsSkKKİiıéÉﬆﬁﬃ.]", "st", "fi", "ff", "\n"]
texts = st.lists(st.sampled_from(NASTY), max_size=5).map("".join)


def said(change: str, texts: Sequence[str], given: Sequence[str]) -> list[object]:
    """Return which of *given* is one of *texts* once its case is changed, as columns say."""
    name = Var(TAG if not change else STRING, 0, "post.text")
    text: Node = Call(STRING, 0, change, (name,)) if change else name
    written = ListOf(list_of(STRING), 0, tuple(Const(STRING, 0, one) for one in texts))
    node = Call(BOOL, 0, "@in", (text, written))
    layout = Layout("post", frozenset({"post.text"}))
    rows = frame([Post(network="x", text=one) for one in given], Post).rename({"text": "post.text"})
    return rows.with_columns(column(node, layout).alias("said"))["said"].to_list()


@given(st.sampled_from(sorted(CHANGES)), st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1))
@example("", ["strasse"], ["STRAẞE", "ﬆraße", "ſtrasse", "strase"])
@example("", ["ffi"], ["ﬃ", "fﬁ", "ﬀi", "FFI"])
@example("upperAscii", ["é", "A"], ["É", "é", "a", "A\n"])
def test_a_pattern_finds_what_changing_the_case_would_find(change: str, wanted: list[str], given: list[str]) -> None:
    every = [Post(network="x", text=one).text or "" for one in [*given, *wanted]]
    folded = wanted if change else [one.casefold() for one in wanted]

    assert said(change, wanted, every) == [CHANGES[change](one) in folded for one in every]


@pytest.mark.parametrize(
    ("function", "text", "written", "becomes"),
    [
        ("_==_", Var(TAG, 0, "t"), "été", "matches"),
        ("_!=_", Var(TAG, 0, "t"), "strasse", "!_"),
        ("_==_", Call(STRING, 0, "lowerAscii", (Var(STRING, 0, "t"),)), "a", "matches"),
        ("_==_", Call(STRING, 0, "lowerAscii", (Var(STRING, 0, "t"),)), "A", "_==_"),
        ("_==_", Var(STRING, 0, "t"), "a", "_==_"),
        ("_==_", Var(TAG, 0, "t"), "sss", "_==_"),
        ("_<_", Var(TAG, 0, "t"), "a", "_<_"),
    ],
)
def test_only_what_can_be_said_by_a_pattern_becomes_one(function: str, text: Node, written: str, becomes: str) -> None:
    one = Const(STRING, 0, written)

    assert spelled(Call(BOOL, 0, function, (text, one))).function == becomes
    assert function == "_<_" or spelled(Call(BOOL, 0, function, (one, text))).function == becomes


def test_many_texts_stay_a_comparison() -> None:
    many = ListOf(list_of(STRING), 0, tuple(Const(STRING, 0, f"t{number}") for number in range(MOST_TEXTS + 1)))

    assert spelled(Call(BOOL, 0, "@in", (Var(TAG, 0, "t"), many))).function == "@in"
