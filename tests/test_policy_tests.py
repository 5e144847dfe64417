"""The tests that stand beside a rule: what they compare, and what is told where one fails or cannot be read."""

from __future__ import annotations

import pytest

from govsocial.authoring.tests import all_cases, run
from govsocial.errors import PolicyError
from govsocial.policy.load import parse_policy
from houses import HEADER, engine, rule


def faults(*lines: str, require: str = "post.length < 3", networks: str = "") -> list[str | None]:
    policy = parse_policy(HEADER + networks + rule(*lines, require=require), "house.toml")
    rules = engine(policy.text)
    return [fault.render() if fault else None for fault in (run(case, rules) for _, case in all_cases([policy]))]


def test_texts_that_pass_and_fail_are_posts_on_the_network_of_the_rule() -> None:
    on_twitter = '[defaults]\nnetworks = ["twitter"]\n'
    cases = ('passes = ["ab", { text = "a" }]', 'fails = ["abcd"]')

    assert faults(*cases, networks=on_twitter, require='post.length < 3 && post.network == "twitter"') == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (['passes = ["abcd"]'], "expected pass, found violation"),
        (['fails = ["ab"]'], "expected violation, found pass"),
        (
            ["[[rule.test]]", 'post = { length = 9, text = "" }', 'expect = "pass"'],
            "expected pass, found violation",
        ),
        (
            ["[[rule.test]]", 'post = { kind = "repost" }', 'expect = "pass"'],
            "expected pass, found not-applicable",
        ),
        (
            ["[[rule.test]]", 'post = { text = "abcd" }', "clauses = [2]"],
            "expected the clauses [2] to fail, found [1]",
        ),
        (
            ["[[rule.test]]", 'post = { text = "abcd" }', 'message = "Too long."'],
            "expected the message 'Too long.', found 'No.'",
        ),
        (
            ["[[rule.test]]", 'post = { text = "ab" }', 'message = "No."'],
            "expected the message 'No.', found ''",
        ),
        (
            ["[[rule.test]]", 'post = { text = "ab" }', 'live = ["house/one"]'],
            "expected the live platforms house/one, found ",
        ),
        (
            ["[[rule.test]]", 'account = { languages = ["nl"] }', 'expect = "pass"'],
            "the test has no post, which is what the rule judges",
        ),
        (
            ["[[rule.test]]", 'post = [{ id = "p" }, { id = "p" }]', 'expect = "pass"'],
            "post.id: 2 resources of type post have the id 'p'; give each its own",
        ),
    ],
)
def test_a_test_that_fails_says_what_it_expected_and_what_it_found(lines: list[str], fault: str) -> None:
    assert [fault] == faults(*lines)


def test_an_unknown_outcome_says_what_is_missing() -> None:
    lines = ("[[rule.test]]", 'post = { event = "elsewhere" }', 'expect = "pass"')

    assert faults(*lines, require='event.name != ""') == ["expected pass, found unknown (event:elsewhere)"]


def test_a_test_may_ask_for_clauses_a_message_and_an_outcome_together() -> None:
    lines = (
        "[[rule.test]]",
        'post = { text = "abcd" }',
        'expect = "violation"',
        "clauses = [1]",
        'message = { en = "No" }',
    )

    assert faults(*lines) == [None]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            ['passes = ["ab", { kind = "repots" }]'],
            (
                "10:26 house/a: 'repots' is not one of: original, reply, repost, quote, story, live, message;"
                " did you mean 'repost'?"
            ),
        ),
        (
            ["[[rule.test]]", 'post = { media = [{ tpye = "photo" }] }', 'expect = "pass"'],
            "11:28 house/a: unknown key 'tpye'; did you mean 'type'?",
        ),
        (
            ["[[rule.test]]", "post = {}", 'account = [{ id = "a" }, { tier = 5 }]', 'expect = "pass"'],
            "12:35 house/a: expected a text in quotes, found 5",
        ),
    ],
)
def test_a_resource_of_a_test_that_cannot_be_read_is_told_with_its_place(lines: list[str], line: str) -> None:
    policy = parse_policy(HEADER + rule(*lines), "house.toml")
    with pytest.raises(PolicyError) as error:
        all_cases([policy, policy])

    assert [f"house.toml:{line}"] * 2 == str(error.value).splitlines()
