"""The house rules by the cases beside them, and what they change in the recommendations."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govsocial_health
from govsocial import Account, Post
from govsocial.testing import PolicyCase, accounts, check_columns, check_pure, engine_with, policy_cases, posts
from govsocial_health.register import owners, owners_in

ENGINE = engine_with(govsocial_health)
OWNER, WORDS = govsocial_health.govsocial_facts()
DAY = date(2026, 11, 24)


@pytest.mark.parametrize("case", policy_cases(govsocial_health), ids=str)
def test_a_rule_holds_the_case_beside_it(case: PolicyCase) -> None:
    case.check()


@given(accounts())
def test_the_owner_of_an_account_is_unknown_only_where_its_handle_is(account: Account) -> None:
    assert (check_pure(OWNER, account) is None) == (account.handle is None)


@settings(deadline=None)
@given(st.lists(posts(), max_size=5))
def test_columns_count_words_and_sentences_as_python_does(drawn: list[Post]) -> None:
    check_columns(WORDS, drawn)


def test_a_post_has_so_many_words_a_sentence() -> None:
    assert check_pure(WORDS, Post(network="twitter", text="Stay at home. Call 112! See www.example.be")) == 2
    assert check_pure(WORDS, Post(network="twitter", text=None)) is None


@pytest.mark.parametrize(("handle", "owner"), [("@HEALTHexample", "press"), ("health", ""), (None, None)])
def test_handles_are_compared_without_regard_to_capitals(handle: str | None, owner: str | None) -> None:
    owner_of = owners_in({("twitter", "healthexample"): "press"})

    assert owner_of(Account(network="twitter", handle=handle)) == owner


def test_the_register_names_the_owner_of_each_account() -> None:
    assert owners() == {("twitter", "healthexample"): "press", ("facebook", "health.example"): "campaigns"}


@pytest.mark.parametrize(("tags", "decision"), [("#aa #bb", "allow"), ("#aa #bb #cc", "deny")])
def test_two_hashtags_are_allowed_where_the_recommendations_allow_three(tags: str, decision: str) -> None:
    report = ENGINE.selecting(["twitter/hashtags-max"]).check(Post(network="twitter", text=tags), as_of=DAY)

    assert report.decision == decision


@pytest.mark.parametrize(("day", "outcome"), [(DAY, "waived"), (date(2026, 12, 1), "violation")])
def test_the_exception_for_the_campaign_ends(day: date, outcome: str) -> None:
    post = Post(network="twitter", event="vaccination-week-2026", text="#aa #bb #cc")
    report = ENGINE.selecting(["twitter/hashtags-max"]).check(post, as_of=day)

    assert [one.outcome for one in report.findings] == [outcome]
