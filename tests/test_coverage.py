"""What the cases beside rules reach: outcomes and clauses, each counted as an author would by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.coverage import RuleSeen, coverage, expected, percent
from govsocial.authoring.tests import all_cases
from govsocial.outputs.policy_tests import coverage as told
from houses import HEADER, house, rule
from running import Run

if TYPE_CHECKING:
    from pathlib import Path


def seen(text: str) -> RuleSeen:
    engine = house(text)
    (policy,) = engine.policies.policies
    cases = [case for _, case in all_cases([policy.written])]
    return coverage(policy.rules, cases, engine)[0]


def sides(of: RuleSeen) -> dict[tuple[str, int], set[str]]:
    return {(clause.key, clause.number): set(clause.seen) for clause in of.clauses}


def test_outcomes_are_those_that_the_cases_had_and_not_those_that_they_hoped_for() -> None:
    found = seen(rule('passes = ["ab", "abcd"]', require="post.length < 3"))

    assert found.seen == {"pass", "violation"}
    assert found.missing == ("not-applicable",)


def test_a_case_on_another_network_shows_that_a_rule_does_not_apply() -> None:
    found = seen(rule('networks = ["twitter"]', "[[rule.test]]", 'post = { network = "facebook" }', 'expect = "pass"'))

    assert found.seen == {"not-applicable"}


def test_a_clause_is_seen_true_and_false_by_the_cases_that_come_to_it() -> None:
    found = seen(
        rule('when = ["post.length > 1", "post.length < 9"]', 'passes = ["ab", "a"]', require="post.length < 9")
    )

    assert sides(found) == {("when", 1): {"pass", "fail"}, ("when", 2): {"pass"}, ("require", 1): {"pass"}}


def test_a_rule_that_does_not_apply_says_nothing_of_what_must_hold() -> None:
    found = seen(rule("when = 'post.length > 1'", 'passes = ["a"]', require="post.length > 1"))

    assert sides(found) == {("when", 1): {"fail"}, ("require", 1): set()}


def test_a_kind_that_is_not_judged_says_nothing_of_any_clause() -> None:
    found = seen(rule("when = 'post.length > 1'", 'passes = [{ kind = "repost", text = "ab" }]'))

    assert sides(found) == {("when", 1): set(), ("require", 1): set()}


def test_a_day_on_which_the_rule_is_not_in_force_says_nothing_of_any_clause() -> None:
    found = seen(rule("when = 'post.length > 1'", "valid = { until = 2020-01-01 }", 'passes = ["ab"]'))

    assert sides(found) == {("when", 1): set(), ("require", 1): set()}


def test_what_is_unknown_is_shown_and_not_asked_for() -> None:
    found = seen(rule('passes = [{ event = "elsewhere" }]', require='event.name != ""'))

    assert found.seen == {"unknown"}
    assert "unknown" not in found.expected
    assert found.clauses[0].missing == ("pass", "fail")


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        (rule(), ("pass", "violation", "not-applicable")),
        (rule('kinds = ["*"]'), ("pass", "violation")),
        (rule('on = "event"'), ("pass", "violation")),
        (rule('on = "event"', "valid = { from = 2020-01-01 }"), ("pass", "violation", "not-applicable")),
        ('[[duty]]\nid = "a"\non = "event"\nmessage = "Do."', ("open",)),
        ('[[duty]]\nid = "a"\non = "event"\nrequire = "true"\nmessage = "Do."', ("open", "violation")),
        ('[[opportunity]]\nid = "a"\nwhen = "true"\nmessage = "Do."', ("offered", "not-applicable")),
        ('[[live]]\nid = "a"\nplatform = "twitter"', ("offered",)),
    ],
)
def test_the_outcomes_to_be_seen_are_those_that_a_rule_can_have(text: str, outcomes: tuple[str, ...]) -> None:
    assert expected(next(house(text).policies.rules())) == outcomes


def test_all_outcomes_and_both_sides_of_all_clauses_are_a_hundred_percent() -> None:
    whole = seen(rule('passes = ["ab"]', 'fails = ["abcd"]', 'kinds = ["*"]', require="post.length < 3"))
    half = seen(rule('passes = ["ab"]', 'kinds = ["*"]', require="post.length < 3"))

    assert (percent([whole]), percent([half]), percent([whole, half]), percent([])) == (100, 50, 75, 100)


def test_what_was_not_seen_is_told_below_its_rule() -> None:
    found = seen(rule('passes = ["ab"]', require="post.length < 3"))

    assert list(told([found], "en")) == [
        "house/a: pass; not seen: violation, not-applicable",
        "    require 1 never false: post.length < 3",
        "40 % of outcomes and clauses seen",
    ]


@pytest.fixture
def half(tmp_path: Path) -> str:
    path = tmp_path / "house.toml"
    path.write_text(HEADER + rule('passes = ["ab"]', 'kinds = ["*"]', require="post.length < 3"), encoding="utf-8")
    return str(path)


def test_the_command_tells_what_the_tests_reach(half: str) -> None:
    run = Run("policy", "test", half, "--coverage")

    assert run.code == 0
    assert run.out.splitlines() == [
        "1 test run, 0 failed",
        "house/a: pass; not seen: violation",
        "    require 1 never false: post.length < 3",
        "50 % of outcomes and clauses seen",
    ]


@pytest.mark.parametrize(("threshold", "code"), [("0", 0), ("50", 0), ("51", 1), ("101", 2)])
def test_the_command_fails_below_the_threshold(half: str, threshold: str, code: int) -> None:
    assert Run("policy", "test", half, "--threshold", threshold).code == code


def test_the_tests_beside_the_built_in_rules_reach_all_there_is() -> None:
    run = Run("policy", "test", "--threshold", "100")

    assert run.code == 0, run.out


def test_a_word_selects_tests_by_the_name_of_their_rule_or_their_own(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    named = ("[[rule.test]]", 'name = "Short enough"', 'post = { text = "ab" }', 'expect = "pass"')
    text = HEADER + rule(*named) + rule('passes = ["ab", "cd"]', name="length-limit")
    path.write_text(text, encoding="utf-8")

    assert Run("policy", "test", str(path)).out == "3 tests run, 0 failed\n"
    assert Run("policy", "test", str(path), "-k", "SHORT").out == "1 test run, 0 failed\n"
    assert Run("policy", "test", str(path), "-k", "limit").out == "2 tests run, 0 failed\n"
    assert "length-limit" not in Run("policy", "test", str(path), "-k", "short", "--coverage").out


def test_a_word_that_no_test_has_is_told(half: str) -> None:
    run = Run("policy", "test", half, "-k", "hashtag")

    assert run.code == 5
    assert run.err == "no test has 'hashtag' in its name or that of its rule\n"
