"""The policies that ship with govsocial: each case beside each rule, and what all rules have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.tests import Case, all_cases, findings_of, run
from govsocial.defaults import assemble
from govsocial.messages import LANGUAGES

if TYPE_CHECKING:
    from govsocial.policy.rules import Rule
    from govsocial.policy.schema import Item, Policy
    from govsocial.policy.shapes import Words

SETUP = assemble(others=False)  # a plugin that happens to be installed here is not tested
CASES = [case for _, case in all_cases(SETUP.policies)]
RULES = list(SETUP.engine.policies.rules())
ITEMS = [(policy, item) for policy in SETUP.policies for _, _, item in policy.document.items()]
SILENT = {"pass", "not-applicable", "attested", "superseded"}
FIRING = {"violation", "open", "offered"}

each_case = pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.rule}: {case.name}") for case in CASES])
each_rule = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
each_item = pytest.mark.parametrize("item", [pytest.param(item, id=f"{policy.id}/{item.id}") for policy, item in ITEMS])
each_policy = pytest.mark.parametrize("policy", [pytest.param(policy, id=policy.id) for policy in SETUP.policies])


def outcomes(rule: Rule) -> set[str]:
    return {outcome for case in CASES if case.rule == rule.id for outcome in case.outcomes}


def test_every_built_in_policy_can_be_used() -> None:
    assert {"facebook", "general", "instagram", "livestream", "snapchat", "twitter"} <= {p.id for p in SETUP.policies}
    assert SETUP.problems == ()
    assert SETUP.notes == ()


@each_case
def test_a_case_beside_a_rule_holds(case: Case) -> None:
    fault = run(case, SETUP.engine)

    assert fault is None, fault.render()


def test_the_cases_of_a_rule_have_names_of_their_own() -> None:
    names = [(case.rule, case.name) for case in CASES]

    assert len(set(names)) == len(names)


@each_rule
def test_a_rule_has_a_case_in_which_it_speaks_and_one_in_which_it_is_silent(rule: Rule) -> None:
    assert outcomes(rule) & FIRING
    assert outcomes(rule) & SILENT


def in_all_languages(words: Words | None) -> bool:
    return bool(words) and set(LANGUAGES) == set(words or ())


@each_policy
def test_a_policy_has_a_title_in_all_languages(policy: Policy) -> None:
    assert in_all_languages(policy.document.policy.title)


@each_item
def test_a_rule_has_its_message_in_all_languages(item: Item) -> None:
    assert in_all_languages(item.message)


@each_item
def test_a_rule_has_its_next_step_in_all_languages(item: Item) -> None:
    assert in_all_languages(item.help)


@each_case
def test_a_rule_that_speaks_in_a_case_has_words_in_all_languages(case: Case) -> None:
    spoken = [one for one in findings_of(case, SETUP.engine) if one.rule == case.rule and one.outcome in FIRING]
    told = [text for one in spoken for lang in LANGUAGES for text in (one.message(lang), one.help(lang))]

    assert all(told)
    assert [text for text in told if "{" in text or "}" in text] == []


@each_rule
def test_a_rule_says_which_norm_is_behind_it(rule: Rule) -> None:
    assert rule.source
    assert all((rule.source[0].title, rule.source[1].at))


def test_no_two_rules_have_one_id() -> None:
    ids = [rule.id for rule in RULES]

    assert len(set(ids)) == len(ids)
