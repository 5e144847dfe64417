"""Changes to policies that cases should notice: which are tried, which survive, and how they are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from govsocial.authoring.anatomy import Body, bodies
from govsocial.authoring.mutants import mutants
from govsocial.authoring.mutation import Trial, trial
from govsocial.authoring.tests import all_cases, run
from govsocial.cel.tree import render
from govsocial.defaults import assemble
from houses import HEADER, house, rule
from running import Run

SETUP = assemble(others=False)
BODIES = bodies(SETUP.engine.policies, [one.id for one in SETUP.policies])

each_body = pytest.mark.parametrize("body", [pytest.param(body, id=body.policy.id) for body in BODIES])


def tried(text: str) -> dict[str, str]:
    """Return each change to a house policy by its key, with the expression after it."""
    (body,) = bodies(house(text).policies, ["house"])
    return {one.key: one.after for one in mutants(body)}


def judged(text: str) -> Trial:
    engine = house(text)
    (body,) = bodies(engine.policies, ["house"])
    failed = [case.name for _, case in all_cases([body.policy.written]) if run(case, engine)]
    assert failed == [], "the cases must pass before a change is made"
    return trial(body, engine)


def surviving(text: str) -> list[str]:
    return [one.key for one in judged(text).survivors]


@pytest.mark.parametrize(
    ("require", "after"),
    [
        ("post.length < 3", ["post.length <= 3", "post.length < 2", "post.length < 4", ""]),
        ("post.length >= post.bytes", ["post.length > post.bytes", ""]),
        ("post.text == 'a'", ["post.text != 'a'", ""]),
        ("!has(post.date)", ["has(post.date)", ""]),
        (
            "post.media.exists(m, m.alt != '' && m.type == 'gif')",
            [
                "post.media.exists(m, m.alt != '' || m.type == 'gif')",
                "post.media.exists(m, m.alt == '' && m.type == 'gif')",
                "post.media.exists(m, m.alt != '' && m.type != 'gif')",
                "",
            ],
        ),
        ("true", [""]),
    ],
)
def test_each_comparison_connective_number_and_negation_is_changed_and_each_clause_left_out(
    require: str, after: list[str]
) -> None:
    text = rule().replace("'true'", f'"{require}"')

    assert list(tried(text).values()) == after


def test_a_key_names_the_smallest_part_that_is_changed() -> None:
    text = "[param.most]\nvalues = [{ until = 2020-01-01, value = 5 }, { from = 2020-01-01, value = 9 }]\n"
    text += "[fact]\nshort = 'post.length <= param.most'\n" + rule(require="fact.short || post.bytes > 1")

    assert list(tried(text)) == [
        "param.most[0] = 4",
        "param.most[0] = 6",
        "param.most[1] = 8",
        "param.most[1] = 10",
        "fact.short: post.length < param.most",
        "fact.short && post.bytes > 1",
        "post.bytes >= 1",
        "post.bytes > 0",
        "post.bytes > 2",
        "without fact.short || post.bytes > 1",
    ]


def test_what_only_a_next_step_says_is_not_changed_since_no_case_can_see_it() -> None:
    text = "[param.shown]\nvalue = 5\n[fact]\nleft = 'post.length - 5'\n" + rule('help = "{fact.left} {param.shown}"')

    assert list(tried(text)) == ["without true"]


def test_cases_on_both_sides_of_a_limit_notice_every_change() -> None:
    assert surviving(rule('passes = ["abc"]', 'fails = ["abcd"]', require="post.length <= 3")) == []


def test_a_limit_without_a_case_on_it_survives() -> None:
    text = rule('passes = ["ab"]', 'fails = ["abcd"]', require="post.length <= 3")

    assert surviving(text) == ["post.length < 3", "post.length <= 2"]


def test_a_change_to_a_fact_is_noticed_by_the_cases_of_every_rule_that_rests_on_it() -> None:
    facts = "[fact]\nshort = 'post.length < 3'\nfine = 'fact.short'\n"
    first = rule('passes = ["ab"]', require="fact.fine")
    second = rule('fails = ["abc"]', require="fact.fine", name="b")

    assert surviving(facts + first + second) == ["without fact.fine"]
    assert "fact.short: post.length < 4" in surviving(facts + first)


def test_a_change_to_a_fact_shows_in_the_message_too() -> None:
    text = "[fact]\nlong = 'post.media.map(m, size(m.alt)).filter(n, n > 2)'\n" + rule(
        "[[rule.test]]",
        'post = { media = [{ alt = "ab" }, { alt = "abc" }] }',
        'message = "Too long: 3."',
        require="size(post.media) == 0",
    ).replace('"No."', '"Too long: {fact.long}."')

    assert [key for key in surviving(text) if key.startswith("fact.")] == []


def test_a_clause_that_is_left_out_leaves_the_numbers_of_the_others() -> None:
    cases = ("[[rule.test]]", 'post = { text = "abcd" }', "clauses = [2]")
    text = rule('passes = ["ab"]', *cases).replace("'true'", "['post.text != \"x\"', 'post.length < 4']")

    assert "without post.text != 'x'" in surviving(text)


def test_a_rule_that_yields_is_judged_beside_the_one_that_it_yields_to() -> None:
    strict = rule('fails = ["abcd"]', 'passes = ["abc"]', require="post.length < 4", name="b")
    cases = ("[[rule.test]]", 'post = { text = "abcd" }', 'expect = "superseded"')
    text = rule('yields_to = ["house/b"]', 'passes = ["a"]', *cases, require="post.length < 2") + strict

    assert surviving(text) == ["post.length <= 2", "post.length < 3"]


def test_the_order_of_live_platforms_notices_what_decides_it() -> None:
    platform = (
        '[[live]]\nid = "{name}"\nplatform = "{name}"\neligible = \'event.name == "{name}"\'\nreach = \'{reach}\'\n'
    )
    case = "[[live.test]]\nevent = { id = 'e', name = 'b' }\nlive = ['house/b', 'house/c', 'house/a']\n"
    text = platform.format(name="a", reach=5) + platform.format(name="c", reach=6) + case
    text += platform.format(name="b", reach=1)

    assert [one.key for one in judged(text).survivors if one.place.path == "house/c"] == ["7"]


def test_a_clause_of_a_waiver_is_left_out_too() -> None:
    waiver = '[[waiver]]\nid = "w"\nrules = ["house/a"]\nmatch = ["post.account == \'\'", "post.id != \'\'"]\n'
    waiver += 'until = 2030-01-01\nreason = "Moving."\n'
    cases = (
        'passes = ["ab"]',
        'fails = [{ text = "abc" }]',
        "[[rule.test]]",
        'post = { id = "p", text = "abc" }',
        'expect = "waived"',
    )

    found = surviving(rule(*cases, require="post.length < 3") + waiver)

    assert found == ["waiver w: without post.account == ''"]


def test_a_reason_beside_the_rule_explains_what_no_case_need_notice() -> None:
    reasons = """survives = { "post.length < 3" = "nobody writes 3", "post.length <= 2" = 'nor "2"' }"""
    found = judged(rule(reasons, 'passes = ["ab"]', 'fails = ["abcd"]', require="post.length <= 3"))

    assert (found.tried, found.explained, found.survivors, found.stale) == (4, 2, (), ())
    assert found.clean


def test_a_reason_for_what_a_case_notices_is_told_at_its_place() -> None:
    reasons = 'survives = { "post.length < 3" = "why" }'
    found = judged(rule(reasons, 'passes = ["abc"]', 'fails = ["abcd"]', require="post.length <= 3"))

    assert [problem.render() for problem in found.stale] == [
        "house.toml:10:34 house/a: 'post.length < 3' is noticed by a case, or is no change that is tried; take it out"
    ]
    assert not found.clean


def test_a_survivor_has_the_place_of_its_operator() -> None:
    text = rule('passes = ["ab"]', 'fails = ["abcd"]', require="post.length <= 3")
    first = judged(text).survivors[0]

    assert (first.place.line, first.place.column, first.place.path) == (8, 24, "house/a")
    assert first.place.message() == "add a case in which 'post.length' is exactly 3"


@each_body
def test_a_change_is_shown_as_an_expression_that_means_it(body: Body) -> None:
    ons = {rule.id: rule.on for rule in body.policy.rules}
    changes = [one for one in mutants(body) if one.after and one.path[0] != "param"]
    read = [body._tree(ons[min(one.rules)], one.after) for one in changes]

    assert [node and render(node) for node in read] == [one.after for one in changes]


@each_body
def test_every_change_to_a_built_in_policy_is_noticed_or_explained(body: Body) -> None:
    found = trial(body, SETUP.engine)

    assert found.tried > 0
    assert [(one.place.render(), one.key) for one in found.survivors] == []
    assert [problem.render() for problem in found.stale] == []


@pytest.fixture
def loose(tmp_path: Path) -> str:
    path = tmp_path / "house.toml"
    text = rule('passes = ["ab"]', 'fails = ["abcd"]', require="post.length <= 3") + rule(name="b")
    path.write_text(HEADER + text, encoding="utf-8")
    return str(path)


def test_the_command_shows_what_survives_and_which_case_is_missing(loose: str) -> None:
    run = Run("policy", "test", loose, "--mutate", "-k", "house/a")

    assert run.code == 1
    assert run.out.splitlines() == [
        "2 tests run, 0 failed",
        f"{loose}:8:24 house/a: no case notices this change",
        "    - post.length <= 3",
        "    + post.length < 3",
        "    add a case in which 'post.length' is exactly 3",
        '    or say beside the rule why none is needed: survives = { "post.length < 3" = "…" }',
        f"{loose}:8:27 house/a: no case notices this change",
        "    - post.length <= 3",
        "    + post.length <= 2",
        "    add a case that comes out differently with 2 than with 3",
        '    or say beside the rule why none is needed: survives = { "post.length <= 2" = "…" }',
        "4 changes tried, 2 not noticed, 0 explained",
    ]


def test_the_command_changes_nothing_while_a_test_fails(loose: str) -> None:
    path = Path(loose)
    path.write_text(path.read_text(encoding="utf-8").replace('["ab"]', '["abcde"]'), encoding="utf-8")
    run = Run("policy", "test", loose, "--mutate")

    assert run.code == 1
    assert "tried" not in run.out
    assert run.err == "no change is tried while a test fails\n"


def test_the_command_is_content_with_the_built_in_policies() -> None:
    run = Run("policy", "test", "--mutate")

    assert run.code == 0, run.out
    assert " changes tried, 0 not noticed, " in run.out
