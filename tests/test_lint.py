"""Remarks on policies that work: each kind is made at its line, and none where all is well."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.anatomy import bodies
from govsocial.authoring.lint import lint
from govsocial.defaults import assemble
from houses import HEADER, LANGUAGES, engine
from running import Run

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCED = '[source.norm]\ntitle = "Norm"\n[defaults]\nsource = { ref = "norm" }\n'
"""Four lines, after which a rule that stands first begins on line 10."""
KEEP = "take it out, or add a case of that time where it is kept for old posts"
CASES = 'passes = ["ab"]\nfails = ["abcdefghij"]\n'


def rule(*lines: str, name: str = "a", require: str = "post.length < 9", cases: str = CASES) -> str:
    """Return a rule of four lines, its cases, and *lines*."""
    head = ["[[rule]]", f'id = "{name}"', f"require = '{require}'", 'message = "No."']
    return "\n".join([*head, *lines, cases])


def remarks(text: str, header: str = HEADER, as_of: datetime = TODAY) -> list[str]:
    of = engine(header + text)
    (body,) = bodies(of.policies, ["house"])
    return [
        f"{one.problem.line}:{one.problem.column} [{one.code}] {one.problem.path}: {one.problem.message()}"
        for one in lint(body, of.networks, as_of)
    ]


def test_a_rule_with_cases_and_a_source_gives_no_cause_for_remarks() -> None:
    assert remarks(SOURCED + rule()) == []


@pytest.mark.parametrize(
    ("cases", "remark"),
    [
        ('passes = ["ab"]', "11:6 [no-firing-case] house/a: no case shows this rule speaking; add one"),
        ('fails = ["abcdefghij"]', "11:6 [no-silent-case] house/a: no case shows this rule silent; add one"),
    ],
)
def test_a_rule_without_a_case_that_fires_or_one_that_is_silent_is_remarked(cases: str, remark: str) -> None:
    assert remarks(SOURCED + rule(cases=cases)) == [remark]


def test_a_case_in_the_long_form_counts_by_what_it_expects() -> None:
    cases = '[[rule.test]]\npost = { text = "ab" }\nclauses = []\n[[rule.test]]\npost = {}\nmessage = "No."'

    assert remarks(SOURCED + rule(cases=cases)) == []


def test_what_no_rule_uses_is_remarked_and_what_only_that_uses_too() -> None:
    text = "[param.idle]\nvalue = 1\n[param.shown]\nvalue = 2\n[fact]\none = 'param.idle'\ntwo = 'fact.one'\n"

    assert remarks(text + SOURCED + rule('help = "{param.shown}"')) == [
        "6:1 [unused-param] param.idle: no rule uses it; take it out",
        "11:7 [unused-fact] fact.one: no rule uses it; take it out",
        "12:7 [unused-fact] fact.two: no rule uses it; take it out",
    ]


def test_what_a_waiver_or_a_fact_in_use_names_is_in_use() -> None:
    waiver = (
        '[[waiver]]\nid = "w"\nrules = ["house/a"]\nmatch = "post.account == param.account"\n'
        'until = 2027-01-01\nreason = "Moving."\n'
    )
    text = "[param.account]\nvalue = 'x'\n[param.most]\nvalue = 9\n[fact]\nmost = 'param.most'\n"

    assert remarks(text + SOURCED + rule(require="post.length < fact.most") + waiver) == []


def test_a_norm_or_a_dated_value_without_a_source_is_remarked() -> None:
    values = "{ until = 2020-01-01, value = 5 }, { from = 2020-01-01, value = 9, source = 'us' }"
    text = f"[param.most]\nvalues = [{values}]\n"

    assert remarks(text + rule(require="post.length < param.most")) == [
        "7:11 [missing-source] param.most.values[0]: no source says where this value comes from; add one",
        '9:6 [missing-source] house/a: no source says where this norm comes from; add source = { ref = "…", at = "…" }',
    ]


def test_a_text_that_is_in_one_language_of_several_is_remarked() -> None:
    assert remarks(SOURCED + rule(), LANGUAGES) == ["14:11 [missing-language] house/a: the text is missing in: fr"]


def test_forms_for_several_things_that_say_different_things_are_remarked() -> None:
    dutch = "{ one = '{post.bytes}', other = '{post.length}' }"
    french = "{ one = '{post.length}', other = '{post.bytes}' }"
    text = rule("plural = 'post.length'", f"help.nl = {dutch}", f"help.fr = {french}")

    assert remarks(SOURCED + text.replace('"No."', '{ nl = "Nee.", fr = "Non." }'), LANGUAGES) == [
        "16:11 [differing-placeholders] house/a: in 'nl' the form 'other' lacks {post.bytes}",
        "17:11 [differing-placeholders] house/a: in 'fr' the form 'other' lacks {post.length}",
    ]


def test_the_form_for_one_thing_may_leave_the_number_out() -> None:
    dutch = "{ one = 'Een teken.', other = '{post.length} tekens.' }"
    french = "{ one = '{post.length} signe.', other = '{post.length} signes.' }"
    text = rule("plural = 'post.length'", f"help.nl = {dutch}", f"help.fr = {french}")

    assert remarks(SOURCED + text.replace('"No."', '{ nl = "Nee.", fr = "Non." }'), LANGUAGES) == []


def test_a_clause_of_several_is_to_be_split() -> None:
    text = rule('when = \'post.text != "" && (post.length > 0 && post.kind == "original")\'')

    parts = """["post.text != ''", "post.length > 0", "post.kind == 'original'"]"""
    told = f"write these as clauses of their own, so that each can be told apart: {parts}"
    assert remarks(SOURCED + text) == [f"14:25 [split-clause] house/a: {told}"]


def test_or_and_a_condition_inside_a_macro_need_no_split() -> None:
    text = rule('when = \'post.text != "" || post.media.exists(m, m.alt == "" && m.type == "photo")\'')

    assert remarks(SOURCED + text) == []


@pytest.mark.parametrize(
    ("lines", "remark"),
    [
        (
            ['networks = ["twitter"]', "when = 'post.network == \"facebook\"'"],
            "15:22 [never-applies] house/a: the rule never applies: here network is one of twitter",
        ),
        (
            ["when = ['post.length > 0', '\"repost\" == post.kind']"],
            "14:38 [never-applies] house/a: the rule never applies: here kind is one of original, quote",
        ),
        (
            ["kinds = ['reply']", 'when = \'!(post.kind in ["reply", "message"])\''],
            "15:9 [never-applies] house/a: the rule never applies: here kind is one of reply",
        ),
        (
            ["when = ['post.network in [\"twitter\"]', 'post.network != \"twitter\"']"],
            "14:54 [never-applies] house/a: the rule never applies: here network is one of twitter",
        ),
        (["when = 'false'"], "14:9 [never-applies] house/a: this is never true, so the rule never applies"),
    ],
)
def test_a_rule_that_can_never_apply_is_remarked(lines: list[str], remark: str) -> None:
    assert remarks(SOURCED + rule(*lines)) == [remark]


@pytest.mark.parametrize(
    "lines",
    [
        ['networks = ["twitter", "facebook"]', "when = 'post.network != \"facebook\"'"],
        ['when = \'post.network == "twitter" || post.kind == "repost"\''],
        ["when = 'account.network == \"facebook\"'", 'networks = ["twitter"]'],
    ],
)
def test_a_rule_that_may_apply_is_left_alone(lines: list[str]) -> None:
    assert remarks(SOURCED + rule(*lines)) == []


def test_a_rule_outside_the_period_of_its_policy_is_never_in_force() -> None:
    header = HEADER + "valid = { from = 2024-01-01 }\n"

    assert remarks(SOURCED + rule("valid = { until = 2023-01-01 }"), header) == [
        "15:9 [never-applies] house/a: this rule is never in force: its policy is not in that period"
    ]


def test_what_has_ended_is_remarked_on_the_day_and_not_before() -> None:
    text = SOURCED + rule("valid = { until = 2026-11-24 }")
    before = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)

    assert remarks(text, as_of=before) == []
    assert remarks(text) == [f"14:9 [expired-rule] house/a: it ended on 24/11/2026; {KEEP}"]


def test_a_rule_that_ended_and_is_kept_for_old_posts_is_no_cause_for_remarks() -> None:
    cases = CASES + '[[rule.test]]\nas_of = 2020-01-01\npost = { text = "ab" }\nexpect = "pass"'

    assert remarks(SOURCED + rule("valid = { until = 2026-01-01 }", cases=cases)) == []


def test_a_policy_that_ended_is_remarked_once() -> None:
    header = HEADER + "valid = { until = 2026-01-01 }\n"

    assert remarks(SOURCED + rule() + rule(name="b"), header) == [
        f"6:9 [expired-policy] policy.valid: it ended on 01/01/2026; {KEEP}"
    ]


def test_a_waiver_that_ended_is_to_be_taken_out() -> None:
    waiver = '[[waiver]]\nid = "w"\nrules = ["house/a"]\nuntil = 2026-11-01\nreason = "Moving."\n'

    assert remarks(SOURCED + rule() + waiver) == ["19:9 [expired-waiver] house/w: it ended on 01/11/2026; take it out"]


def test_a_network_that_nobody_provides_is_remarked_where_it_is_named() -> None:
    text = '[fact]\nelsewhere = \'post.network in ["mastodon", "twitter"]\'\n' + SOURCED
    text += rule("when = ['fact.elsewhere', 'post.network != \"x\"']")
    text += rule('networks = ["bluesky"]', name="b")

    assert remarks(text) == [
        "7:31 [unknown-network] fact.elsewhere: nobody provides the network 'mastodon'",
        "16:44 [unknown-network] house/a: 'x' is another name of 'twitter'; rules see 'twitter' only",
        "23:13 [unknown-network] house/b: nobody provides the network 'bluesky', so its rules never apply",
    ]


def test_the_policies_that_ship_with_govsocial_give_no_cause_for_remarks() -> None:
    setup = assemble(others=False)
    linted = bodies(setup.engine.policies, [one.id for one in setup.policies])

    assert [one.problem.render() for body in linted for one in lint(body, setup.engine.networks, TODAY)] == []


@pytest.fixture
def house(tmp_path: Path) -> str:
    path = tmp_path / "house, a:b.toml"
    path.write_text(HEADER + rule(), encoding="utf-8")
    return str(path)


def test_the_command_tells_each_remark_and_how_many_there_are(house: str) -> None:
    run = Run("policy", "lint", house)

    assert run.code == 1
    assert run.out == (
        f'{house}:7:6 house/a: no source says where this norm comes from; add source = {{ ref = "…", at = "…" }} '
        "[missing-source]\n1 policy read, 1 remark\n"
    )


def test_the_command_answers_programs_in_json(house: str) -> None:
    told = json.loads(Run("policy", "lint", house, "--format", "json").out)

    assert told["govsocial"] == 1
    assert [(one["code"], one["rule"], one["file"], one["line"], one["column"]) for one in told["remarks"]] == [
        ("missing-source", "house/a", house, 7, 6)
    ]


def test_the_command_annotates_the_lines_on_github(house: str) -> None:
    file = house.replace(",", "%2C").replace(":", "%3A")

    assert Run("policy", "lint", house, "--format", "github").out.startswith(
        f"::warning file={file},line=7,col=6,title=missing-source::house/a: no source says"
    )


def test_the_command_judges_what_has_ended_by_the_day_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(HEADER + SOURCED + rule("valid = { until = 2030-01-01 }"), encoding="utf-8")

    assert Run("policy", "lint", str(path), "--as-of", "2029-12-31").code == 0
    assert "[expired-rule]" in Run("policy", "lint", str(path), "--as-of", "2030-01-01").out


@pytest.mark.parametrize(("text", "code"), [("govsocial = 1", 2), (None, 5)])
def test_the_command_says_when_there_is_nothing_that_it_can_read(tmp_path: Path, text: str | None, code: int) -> None:
    if text:
        (tmp_path / "house.toml").write_text(text, encoding="utf-8")

    assert Run("policy", "lint", str(tmp_path)).code == code
