"""Messages of those who have no catalogue here: plugins bring their words by language."""

from __future__ import annotations

import pickle

import pytest

from govsocial import InputError, Problem, say

WORDS = {"en": "{n} characters too many", "nl": "{n} tekens te veel"}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "10,000 characters too many"),
        ("nl", "10.000 tekens te veel"),
        ("fr", "10\u202f000 characters too many"),
    ],
)
def test_words_by_language_are_rendered_in_that_of_the_reader_or_in_english(language: str, told: str) -> None:
    assert say(WORDS, n=10_000).render(language) == told


def test_a_problem_of_a_plugin_is_told_with_its_place() -> None:
    error = InputError([Problem(say(WORDS, n=3), line=7, path="posts[2]")])

    assert str(error) == "7 posts[2]: 3 characters too many"
    assert pickle.loads(pickle.dumps(error)).problems[0].render("nl") == "7 posts[2]: 3 tekens te veel"  # noqa: S301


def test_words_without_english_are_refused() -> None:
    with pytest.raises(KeyError, match="en"):
        say({"nl": "{n} tekens te veel"}, n=3)
