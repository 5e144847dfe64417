"""Waivers: which violations they are for, by which day, what they leave as it is, and what their authors are told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govsocial.cel.library import Fact
from govsocial.errors import PolicyError
from govsocial.model import Account, Post
from govsocial.outputs import explain, render
from govsocial.outputs.lines import View
from govsocial.outputs.waivers import render as listed
from govsocial.workspace import Workspace
from houses import HEADER, LANGUAGES, POST, complaints, engine, findings, house, outcome, rule
from running import Run

if TYPE_CHECKING:
    from pathlib import Path

    from govsocial.engine import Engine
    from govsocial.model import Resource

UNTIL = "until = 2027-01-01"
NO = rule(require="false")


def waiver(*lines: str, rules: str = '["house/a"]', ends: str = UNTIL, name: str = "w") -> str:
    """Return a waiver whose *lines* begin on the sixth."""
    return "\n".join(["[[waiver]]", f'id = "{name}"', f"rules = {rules}", ends, 'reason = "Ours."', *lines, ""])


def told(of: Engine, *resources: Resource, day: date | None = None) -> dict[str, Any]:
    """Return the report in JSON without the digests of policies, which change with their text."""
    data = of.check(resources, as_of=day, keep_all=True).to_dict()
    return data | {"policies": None}


# -- what is waived


def test_a_waived_violation_is_kept_and_marked_and_decides_nothing() -> None:
    policy = NO + waiver('approved_by = "The director"')
    report = house(policy).check(POST)
    (finding,) = report.findings
    (plain,) = house(NO).check(POST).findings
    given = {"id": "w", "reason": "Ours.", "until": "2027-01-01", "approved_by": "The director"}

    assert (report.decision, report.counts) == ("allow", {"waived": 1})
    assert finding.to_dict() == plain.to_dict() | {"outcome": "waived", "waiver": given}


def test_a_waiver_gives_its_reason_in_the_language_of_the_reader() -> None:
    words = NO.replace('"No."', '{ nl = "Nee.", fr = "Non." }')
    text = words + waiver().replace('"Ours."', '{ nl = "Zomer.", fr = "Été." }')
    (finding,) = engine(LANGUAGES + text).check(POST).findings

    assert [finding.to_dict(language)["waiver"]["reason"] for language in ("nl", "fr", "de")] == [
        "Zomer.",
        "Été.",
        "Zomer.",
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 31), "violation"),
        (date(2026, 2, 1), "waived"),
        (date(2026, 12, 31), "waived"),
        (date(2027, 1, 1), "violation"),
    ],
)
def test_a_waiver_is_in_force_by_the_day_by_which_a_resource_is_judged(day: date, expected: str) -> None:
    of = house(NO + waiver("from = 2026-02-01"))

    assert outcome(of, POST, as_of=day) == expected
    assert outcome(of, Post.parse({"network": "twitter", "published_at": day.isoformat()})) == expected


def test_a_waiver_of_a_policy_ends_with_that_policy() -> None:
    text = HEADER + "valid = { until = 2026-06-01 }\n" + waiver(rules='["base/a"]')
    of = engine(HEADER.replace('"house"', '"base"') + NO, text)

    assert [outcome(of, POST, "base/a", date(2026, month, 1)) for month in (5, 6)] == ["waived", "violation"]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("'post.text == \"Hello\"'", "waived"),
        ("'post.text == \"Bye\"'", "violation"),
        ("['post.text == \"Hello\"', 'post.account == \"finbel\"']", "violation"),
        ("'account.id == \"finbel\"'", "violation"),  # unknown: the account is not there
        ("'fact.short && size(post.text) < param.long'", "waived"),
        ("'fact.broken'", "violation"),
    ],
)
def test_a_waiver_is_for_what_its_whole_match_is_true_of(match: str, expected: str) -> None:
    def broken(_: Post) -> bool:
        raise ValueError

    text = "[param.long]\nvalue = 9\n[fact]\nshort = 'size(post.text) < 6'\n" + waiver(
        f"match = {match}", rules='["base/a"]'
    )
    facts = (Fact("broken", "post", "bool", broken),)
    of = engine(HEADER.replace('"house"', '"base"') + NO, HEADER + text, facts=facts)
    post = Post(network="twitter", text="Hello", account="finbel" if "account.id" in match else "")

    assert outcome(of, post, "base/a") == expected


def test_a_match_reads_relations_that_the_rule_does_not() -> None:
    of = house(NO + waiver("match = 'account.institution == \"ncc\"'"))
    accounts = (Account(id="a", network="twitter", institution="ncc"), Account(id="b", network="twitter"))
    posts = [Post(network="twitter", account=name) for name in ("a", "b")]

    assert [one.outcome for one in of.check(posts, Workspace(accounts=accounts)).findings] == ["waived", "violation"]


def test_a_match_asks_for_the_languages_of_a_text() -> None:
    of = house(NO + waiver("match = '\"nl\" in post.detected_languages'"))
    asked = type(of)(of.policies, of.networks, of.clock, detect=lambda _: ("nl",))

    assert outcome(asked, POST) == "waived"


def test_one_waiver_is_for_rules_on_several_types_of_resources() -> None:
    text = NO + rule('on = "account"', name="b", require="false")
    of = house(text + waiver("match = 'institution.id == \"\"'", rules='["house/a", "house/b"]'))

    assert outcome(of, POST) == "waived"
    assert outcome(of, Account(id="a", network="twitter"), "house/b") == "waived"


def test_the_seen_part_of_a_duty_can_be_waived_and_what_is_open_stays_open() -> None:
    duty = '[[duty]]\nid = "{}"\nrequire = "{}"\nmessage = "Do."\n'
    text = duty.format("a", "false") + duty.format("b", "true") + waiver(rules='["house/a", "house/b"]')
    found = {name: one.outcome for name, one in findings(house(text), POST).items()}

    assert found == {"house/a": "waived", "house/b": "open"}


def test_what_is_superseded_stays_so_whichever_of_the_two_is_waived() -> None:
    text = rule('yields_to = ["house/b"]', require="false") + rule(name="b", require="false")
    by_waiver = {
        name: {key: one.outcome for key, one in findings(house(text + waiver(rules=f'["{name}"]')), POST).items()}
        for name in ("house/a", "house/b")
    }

    assert by_waiver == {
        "house/a": {"house/a": "superseded", "house/b": "violation"},
        "house/b": {"house/a": "superseded", "house/b": "waived"},
    }


def test_the_first_of_two_waivers_is_named() -> None:
    (finding,) = house(NO + waiver(name="v") + waiver(name="w")).check(POST).findings

    assert finding.waiver
    assert finding.waiver.name == "house/v"


NAMES = ("a", "b", "c")


@given(st.dictionaries(st.sampled_from(NAMES), st.booleans()), st.sets(st.sampled_from(NAMES), min_size=1))
def test_nothing_but_its_violations_is_touched(holds: dict[str, bool], names: set[str]) -> None:
    text = "".join(rule(name=name, require=str(value).lower()) for name, value in sorted(holds.items()))
    named = sorted(names & holds.keys())
    before = told(house(text), POST)["findings"]
    after = told(house(text + (waiver(rules=json.dumps([f"house/{name}" for name in named])) if named else "")), POST)
    changed = [new for old, new in zip(before, after["findings"], strict=True) if old != new]

    assert [one["rule"] for one in changed] == [f"house/{name}" for name in named if not holds[name]]
    assert all(one["outcome"] == "waived" for one in changed)


# -- a waiver that is not in force

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
TEXTS = st.text("Hé #!", max_size=8)


@given(DAYS, DAYS, TEXTS, st.sampled_from(["", "match = 'post.text.contains(\"!\")'"]))
def test_a_waiver_that_has_ended_gives_the_report_of_none(day: date, until: date, text: str, match: str) -> None:
    policy = rule(require="size(post.text) < 4")
    post = Post(network="twitter", text=text)
    with_one = house(policy + waiver(match, ends=f"until = {until}"))
    without = house(policy)
    if day >= until:
        assert told(with_one, post, day=day) == told(without, post, day=day)
        texts = [
            (
                render(of.check(post, as_of=day), show=frozenset({"all"})),
                explain.render(of.verdicts(post, None, day), View()),
            )
            for of in (with_one, without)
        ]
        assert texts[0] == texts[1]
    elif len(text) > 3:
        assert told(with_one, post, day=day)["counts"] == {"waived" if not match or "!" in text else "violation": 1}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 3))
def test_the_command_says_of_an_ended_waiver_what_it_says_of_none(tmp_path: Path, late: int) -> None:
    day = date(2027, 1, 1) + timedelta(days=late)
    path = tmp_path / "house.toml"
    said = []
    for text in (NO, NO + waiver()):
        path.write_text(HEADER + text, encoding="utf-8")
        options = ("--text", "#aa #bb #cc #dd", "--network", "twitter", "--policy", str(path), "--as-of", str(day))
        report = Run("check", *options, "--format", "json", "--show", "all")
        data = json.loads(report.out)
        said.append((report.code, data | {"policies": None}, Run("check", *options).out, Run("explain", *options).out))

    assert said[0] == said[1]
    assert any(one["rule"] == "house/a" for one in said[0][1]["findings"])


# -- what people see


def test_a_waived_violation_is_told_with_its_end_and_its_reason() -> None:
    report = house(NO + waiver()).check(POST)
    shown = render(report, judged=1, show=frozenset({"waived"}))

    assert "until 01/01/2027: Ours." in shown
    assert "1 waived" in render(report, judged=1)
    assert "not needed" not in shown


def test_a_waiver_that_had_nothing_to_waive_is_told_where_waivers_are_opened() -> None:
    report = house(rule() + waiver() + waiver(name="old", ends="until = 2020-01-01")).check(POST)

    assert [one.name for one in report.unused_waivers] == ["house/w"]
    assert "The waiver house/w was not needed here (until 01/01/2027)." in render(report, show=frozenset({"waived"}))
    assert "house/w" not in render(report)


def test_an_explanation_names_the_end_and_the_reason() -> None:
    text = explain.render(house(NO + waiver()).verdicts(POST), View())

    assert "house/a: waived" in text
    assert "until 01/01/2027: Ours." in text


MANY = (
    waiver(name="long", ends="from = 2026-01-01\nuntil = 2027-01-03")
    + waiver('approved_by = "The director"', name="soon", ends="until = 2026-12-24")
    + waiver(name="later", ends="from = 2026-12-01\nuntil = 2027-03-01")
    + waiver(name="old", ends="until = 2026-11-24")
    + waiver(name="year", ends="from = 2026-01-01\nuntil = 2027-01-02")
)


def test_waivers_are_listed_as_they_stand_on_a_day() -> None:
    of = house(rule() + MANY)
    text = listed(of.policies.waivers, View(), datetime(2026, 11, 24, 12, tzinfo=UTC), timedelta(days=30))
    heads = [line for line in text.splitlines() if line.startswith("house/")]

    assert heads == [
        "house/soon: ends soon, until 24/12/2026",
        "house/year: in force, until 02/01/2027",
        "house/long: in force, until 03/01/2027",
        "house/later: not yet in force, until 01/03/2027",
        "house/old: ended: remove it, until 24/11/2026",
    ]
    assert text.count("longer than 366 days") == 1
    assert "    approved by The director" in text.splitlines()


def test_the_command_lists_waivers(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(HEADER + rule() + MANY, encoding="utf-8")
    arguments = ("policy", "waivers", "--policy", str(path), "--as-of", "2026-11-24")

    assert "house/soon: ends soon" in Run(*arguments).out
    assert "house/soon: in force" in Run(*arguments, "--within", "7d").out
    assert Run(*arguments).code == 0


def test_the_command_says_that_there_are_none() -> None:
    run = Run("policy", "waivers")

    assert (run.code, run.out, run.err) == (0, "", "there are no waivers\n")


@pytest.mark.parametrize("within", ["soon", "-1", "30w", "99999999999"])
def test_a_time_that_is_none_is_wrong_use(within: str) -> None:
    run = Run("policy", "waivers", f"--within={within}")

    assert (run.code, run.err) == (2, f"--within: '{within}' is no number of days; write it as 30d\n")


# -- mistakes

PLANTED = {
    "a rule": (
        waiver(rules='["house/a", "house/aa"]'),
        "13:21 house/w: there is no rule 'house/aa'; did you mean 'house/a'?",
    ),
    "a rule without its policy": (
        waiver(rules='["a"]'),
        "13:10 house/w: there is no rule 'a'",
    ),
    "no rules": (waiver(rules="[]"), "13:9 house/w: it is empty; leave it out, or fill it in"),
    "no reason": (waiver().replace('reason = "Ours."\n', ""), "11:1 house/w: 'reason' is missing"),
    "no end": (waiver(ends="from = 2026-01-01"), "11:1 house/w: 'until' is missing"),
    "a date that does not exist": (waiver(ends="until = 2027-02-30"), "14:9: the date 2027-02-30 does not exist"),
    "a date in quotes that does not exist": (
        waiver(ends='until = "2027-02-30"'),
        "14:9 house/w: '2027-02-30' is no date or time; write it as 2026-11-24 or 2026-11-24T09:30",
    ),
    "an end before the start": (
        waiver("from = 2027-01-01"),
        "11:1 house/w: 'until' (2027-01-01) is not after 'from' (2027-01-01)",
    ),
    "a key": (waiver('aproved_by = "X"'), "16:1 house/w: unknown key 'aproved_by'; did you mean 'approved_by'?"),
    "a field": (
        waiver("match = 'post.txt == \"\"'"),
        "16:15 house/w: undefined field 'txt' of post; did you mean 'text'?",
    ),
    "the type of a condition": (
        waiver("match = 'post.text'"),
        "16:10 house/w: a condition is true or false; this is string",
    ),
    "an id twice": (waiver() + waiver(), "17:6 house/w: two waivers have the id 'w'"),
}


@pytest.mark.parametrize(("text", "line"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_told_in_one_line(text: str, line: str) -> None:
    assert complaints(rule("") + text) == [line]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("binding = true", "'house/a' is binding: it cannot be waived"),
        ("waivable = false", "'house/a' cannot be waived: its policy says so"),
    ],
)
def test_a_rule_that_cannot_be_waived_is_not(key: str, reason: str) -> None:
    assert complaints(rule(key) + waiver()) == [f"13:10 house/w: {reason}"]


def test_there_is_nothing_to_waive_in_an_opportunity() -> None:
    text = '[[opportunity]]\nid = "a"\nmessage = "Go."\n' + waiver()

    assert complaints(text) == ["11:10 house/w: 'house/a' breaks no norm, so there is nothing to waive"]


def test_a_waiver_for_a_policy_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(HEADER + waiver(rules='["elsewhere/a"]'), encoding="utf-8")
    run = Run("policy", "waivers", "--policy", str(path), "--as-of", "2026-11-24")

    assert run.err == (
        f"{path}:8:10 waiver[0].rules[0]: no policy is called 'elsewhere', so 'elsewhere/a' is left out\n"
    )


def test_what_is_wrong_with_a_waiver_and_an_override_is_told_at_once() -> None:
    change = '[[override]]\nrule = "house/aa"\nenabled = false\nreason = "Ours."\n'
    with pytest.raises(PolicyError) as error:
        house(rule() + waiver(rules='["house/ab"]') + change)

    assert {problem.line for problem in error.value.problems} == {12, 16}
