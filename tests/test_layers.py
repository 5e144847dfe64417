"""Overrides: what a policy may change in the rules and params of another, in which order, and what it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.defaults import assemble as set_up
from govsocial.defaults import under_test
from govsocial.engine import Engine
from govsocial.errors import PolicyError
from govsocial.model import Account, Post
from govsocial.outputs.lines import View
from govsocial.outputs.policies import page, rules
from govsocial.policy.load import parse_policy
from govsocial.policy.period import Period
from govsocial.workspace import Workspace
from houses import HEADER, NOW, POST, complaints, engine, findings, house, outcome, rule

if TYPE_CHECKING:
    from pathlib import Path

BASE = HEADER.replace('"house"', '"base"')
PARAM = "[param.most]\nvalue = 3\n"
DATED = """[param.most]
stricter = "lower"
values = [{ until = 2020-01-01, value = 30 }, { from = 2020-01-01, value = 5 }]
"""
COUNTED = rule(require="size(post.hashtags) <= param.most").replace("No.", "At most {param.most}.")
TAGS = Post(network="twitter", text="#aa #bb #cc")


def top(name: str, text: str) -> str:
    """Return the policy *name* that has *text* from line 6 on."""
    return HEADER.replace('"house"', f'"{name}"') + text


def override(*lines: str, reason: str = '"Ours."') -> str:
    return "\n".join(["[[override]]", *lines, f"reason = {reason}", ""])


def refused(base: str, *tops: str) -> list[str]:
    """Return what the authors of *tops*, which lie on *base*, are told."""
    with pytest.raises(PolicyError) as error:
        engine(BASE + base, *(top(f"top{number}", text) for number, text in enumerate(tops)))
    return [line.removeprefix("house.toml:") for line in str(error.value).splitlines()]


def most(*texts: str) -> object:
    """Return the value that the only param of the policy ``base`` has now."""
    return engine(*texts).policies.policies[0].params.at(NOW)[0]


# -- rules


def test_an_override_changes_the_severity_and_nothing_else() -> None:
    base = BASE + rule(require="false")
    plain = findings(engine(base), POST)["base/a"].to_dict()
    changed = findings(engine(base, top("top", override('rule = "base/a"', 'severity = "error"'))), POST)["base/a"]

    assert changed.to_dict() == plain | {"severity": "error"}


def test_an_override_changes_the_decision() -> None:
    base = BASE + rule(require="false")
    on_top = top("top", override('rule = "base/a"', 'severity = "note"'))

    assert [engine(base).check(POST).decision, engine(base, on_top).check(POST).decision] == ["review", "allow"]


def test_the_words_of_an_override_see_what_the_rule_sees() -> None:
    text = "{post.length} of {param.most}, {fact.twice}, {account.name}"
    words = f'message = {{ en = "{text}", fr = "{text.replace(" of ", "/")}" }}'
    base = BASE + PARAM + "[fact]\ntwice = 'param.most * 2'\n" + rule(require="false")
    on_top = top("top", override('rule = "base/a"', words))
    post = Post(network="twitter", text="Hello", account="finbel")
    workspace = Workspace(accounts=(Account(id="finbel", network="twitter", name="FinBel"),))
    (finding,) = engine(base, on_top).check(post, workspace).findings

    assert (finding.message("en"), finding.message("fr")) == ("5 of 3, 6, FinBel", "5/3, 6, FinBel")


def test_the_words_of_an_override_take_the_count_of_the_rule() -> None:
    base = BASE + rule('plural = "size(post.hashtags)"', require="false").replace("No.", "Tags.")
    on_top = top("top", override('rule = "base/a"', 'message.en = { one = "One tag.", other = "Tags." }'))
    one, several = (Post(network="twitter", text=text) for text in ("#aa", "#aa #bb"))
    layered = engine(base, on_top)

    assert [findings(layered, post)["base/a"].message() for post in (one, several)] == ["One tag.", "Tags."]


def test_a_rule_that_is_disabled_is_neither_listed_nor_counted() -> None:
    base = BASE + rule(require="false") + rule(name="b")
    layered = engine(base, top("top", override('rule = "base/a"', "enabled = false")))
    report = layered.check(POST, keep_all=True)

    assert report.counts == {"pass": 1}
    assert [one.rule for one in report.findings] == ["base/b"]
    assert "base/a" not in rules(layered.policies.policies, View(), None, NOW)


def test_a_later_layer_may_enable_what_an_earlier_one_disabled() -> None:
    off, on = (override('rule = "base/a"', f"enabled = {word}") for word in ("false", "true"))
    base = BASE + rule(require="false")

    assert outcome(engine(base, top("one", off), top("two", on)), POST, "base/a") == "violation"
    assert outcome(engine(base, top("one", off + on)), POST, "base/a") == "violation"
    assert findings(engine(base, top("one", on), top("two", off)), POST) == {}


def test_a_rule_may_yield_to_one_that_is_disabled() -> None:
    base = BASE + rule('yields_to = ["base/b"]', require="false") + rule(name="b", require="false")
    layered = engine(base, top("top", override('rule = "base/b"', "enabled = false")))

    assert outcome(engine(base), POST, "base/a") == "superseded"
    assert outcome(layered, POST, "base/a") == "violation"


@given(st.lists(st.lists(st.sampled_from(["error", "warning", "note"]), max_size=3), max_size=4))
def test_the_last_layer_wins_file_by_file_and_line_by_line(layers: list[list[str]]) -> None:
    tops = [
        top(f"z{9 - number}", "".join(override('rule = "base/a"', f'severity = "{each}"') for each in severities))
        for number, severities in enumerate(layers)
    ]
    found = findings(engine(BASE + rule(require="false"), *tops), POST)["base/a"]

    assert found.severity == [each for severities in ([["warning"], *layers]) for each in severities][-1]


# -- params


def test_a_param_is_another_for_all_rules_of_its_policy_and_for_no_other() -> None:
    base = BASE + PARAM + COUNTED + COUNTED.replace('"a"', '"b"')
    layered = engine(base, top("top", PARAM + COUNTED + override('param = "base/most"', "value = 2")))
    found = {name: one.outcome for name, one in findings(layered, TAGS).items()}

    assert found == {"base/a": "violation", "base/b": "violation", "top/a": "pass"}
    assert findings(layered, TAGS)["base/a"].message() == "At most 2."


def test_a_value_stands_on_every_day_of_a_dated_param() -> None:
    base = BASE + DATED.replace('stricter = "lower"\n', "") + COUNTED
    layered = engine(base, top("top", override('param = "base/most"', "value = 2")))

    assert [outcome(layered, TAGS, "base/a", date(year, 1, 1)) for year in (2019, 2020)] == ["violation", "violation"]


@given(st.integers(-5, 40), st.integers(-5, 40), st.sampled_from(["lower", "higher"]))
def test_a_param_only_gets_stricter(base: int, value: int, stricter: str) -> None:
    text = f'[param.most]\nvalue = {base}\nstricter = "{stricter}"\n'
    policies = (BASE + text, top("top", override('param = "base/most"', f"value = {value}")))
    if value > base if stricter == "lower" else value < base:
        with pytest.raises(PolicyError, match=f"8:9 .*{value} is too .* 'base/most' is {base}"):
            engine(*policies)
    else:
        assert most(*policies) == value


def test_a_plain_value_has_to_be_stricter_than_every_dated_one() -> None:
    assert refused(DATED, override('param = "base/most"', "value = 6")) == [
        "8:9 override[0].value: 6 is too high: 'base/most' is 5, and may only be lowered"
    ]
    assert most(BASE + DATED, top("top", override('param = "base/most"', "value = 5"))) == 5


def test_a_layer_does_not_loosen_what_the_one_beneath_has_tightened() -> None:
    tight, loose = (override('param = "base/most"', f"value = {value}") for value in (2, 4))

    assert refused(DATED, tight, loose) == [
        "8:9 override[0].value: 4 is too high: 'base/most' is 2, and may only be lowered"
    ]
    assert most(BASE + DATED, top("one", loose), top("two", tight)) == 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"3"', "this is string, 'base/most' is int"),
        ("3.0", "this is double, 'base/most' is int"),
        ("[3]", "this is list(int), 'base/most' is int"),
        ("[]", "an empty list does not say what it is a list of; give it one value at least"),
    ],
)
def test_a_value_of_another_type_is_told(value: str, reason: str) -> None:
    assert refused(PARAM, override('param = "base/most"', f"value = {value}")) == [f"8:9 override[0].value: {reason}"]


def test_a_date_is_one_in_the_zone_of_the_policy_that_gives_it() -> None:
    base = BASE + "[param.day]\nvalue = 2026-01-01\n" + rule(require="context.as_of < param.day")
    on_top = HEADER.replace('"house"', '"top"') + 'timezone = "America/New_York"\n'
    layered = engine(base, on_top + override('param = "base/day"', "value = 2026-06-01"))
    before, after = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (3, 4))  # midnight there is 4 o'clock UTC

    assert [outcome(layered, POST, "base/a", time) for time in (before, after)] == ["pass", "violation"]


# -- what is binding


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("enabled = false", "8:11 override[0].enabled: 'base/a' is binding: it cannot be disabled"),
        (
            'severity = "note"',
            "8:12 override[0].severity: 'base/a' is binding: its severity 'warning' cannot be lowered",
        ),
    ],
)
def test_a_binding_rule_is_not_loosened(line: str, told: str) -> None:
    assert refused(rule("binding = true"), override('rule = "base/a"', line)) == [told]
    assert engine(BASE + rule(), top("top", override('rule = "base/a"', line))).check(POST).decision == "allow"


@pytest.mark.parametrize("line", ['severity = "error"', 'severity = "warning"', "enabled = true", 'message = "Never."'])
def test_a_binding_rule_may_get_stricter_and_have_other_words(line: str) -> None:
    layered = engine(BASE + rule("binding = true", require="false"), top("top", override('rule = "base/a"', line)))

    assert outcome(layered, POST, "base/a") == "violation"


def test_a_binding_rule_is_not_loosened_through_a_param() -> None:
    base = PARAM + COUNTED + "binding = true\n"
    change = override('param = "base/most"', "value = 9")

    assert refused(base, change) == [
        "8:9 override[0].value: the rule 'base/a' is binding and rests on it; 'most' says nothing of 'stricter'"
    ]
    assert most(BASE + base.replace("value = 3", 'value = 3\nstricter = "higher"'), top("top", change)) == 9


# -- dates


def test_a_policy_that_is_valid_for_a_time_changes_rules_and_params_in_that_time() -> None:
    base = BASE + DATED + COUNTED
    header = top("top", "valid = { from = 2019-01-01, until = 2021-01-01 }\n")
    changes = override('rule = "base/a"', 'severity = "error"') + override('param = "base/most"', "value = 2")
    layered = engine(base, header + changes)
    days = (date(2018, 12, 31), date(2019, 1, 1), date(2020, 12, 31), date(2021, 1, 1))
    found = [findings(layered, TAGS, day)["base/a"] for day in days]

    assert [one.severity for one in found] == ["warning", "error", "error", "warning"]
    assert [one.message() for one in found] == ["At most 30.", "At most 2.", "At most 2.", "At most 5."]


def test_a_rule_that_is_disabled_for_a_time_is_there_before_and_after() -> None:
    header = top("top", "valid = { from = 2019-01-01, until = 2020-01-01 }\n")
    layered = engine(BASE + rule(require="false"), header + override('rule = "base/a"', "enabled = false"))
    days = (date(2018, 12, 31), date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 1))

    assert [layered.check(POST, as_of=day).counts for day in days] == [{"violation": 1}, {}, {}, {"violation": 1}]
    assert [
        bool(rules(layered.policies.policies, View(), datetime(year, 6, 1, tzinfo=UTC), NOW)) for year in (2018, 2019)
    ] == [True, False]


TIMES = st.none() | st.integers(0, 12).map(lambda days: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days))
PERIODS = st.builds(Period, TIMES, TIMES).filter(lambda one: not one.start or not one.until or one.start < one.until)


@given(PERIODS, PERIODS, st.integers(-1, 13))
def test_what_two_periods_share_and_what_one_has_alone_is_all_of_it(one: Period, other: Period, day: int) -> None:
    time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    common, alone = one.common(other), one.without(other)

    assert (common is not None and common.holds(time)) == (one.holds(time) and other.holds(time))
    assert sum(part.holds(time) for part in alone) == (one.holds(time) and not other.holds(time))


# -- mistakes


PLANTED = {
    "a rule": (
        override('rule = "base/aa"', "enabled = false"),
        "7:8 override[0].rule: there is no rule 'base/aa'; did you mean 'base/a'?",
    ),
    "the policy of a rule": (
        override('rule = "bas/a"', "enabled = false"),
        "7:8 override[0].rule: there is no rule 'bas/a'; did you mean 'base/a'?",
    ),
    "a rule without its policy": (
        override('rule = "a"', "enabled = false"),
        "7:8 override[0].rule: there is no rule 'a'",
    ),
    "a param": (
        override('param = "base/mots"', "value = 2"),
        "7:9 override[0].param: there is no param 'base/mots'; did you mean 'base/most'?",
    ),
    "a severity": (
        override('rule = "base/a"', 'severity = "eror"'),
        "8:12 override[0].severity: 'eror' is not one of: error, warning, note; did you mean 'error'?",
    ),
    "a switch": (
        override('rule = "base/a"', 'enabled = "no"'),
        "8:11 override[0].enabled: expected true or false, found no",
    ),
    "a key": (
        override('rule = "base/a"', "enable = false", "enabled = false"),
        "8:1 override[0].enable: unknown key 'enable'; did you mean 'enabled'?",
    ),
    "no reason": (
        '[[override]]\nrule = "base/a"\nenabled = false\n',
        "6:1 override[0].reason: 'reason' is missing",
    ),
    "an empty reason": (
        override('rule = "base/a"', "enabled = false", reason='""'),
        "9:10 override[0].reason: the text is empty",
    ),
    "neither rule nor param": (override("enabled = false"), "6:1 override[0]: give either 'rule' or 'param'"),
    "a rule with a value": (
        override('rule = "base/a"', "value = 2"),
        "6:1 override[0]: an override of a rule gives 'severity', 'message' or 'enabled', and no 'value'",
    ),
    "a param without a value": (
        override('param = "base/most"'),
        "6:1 override[0]: an override of a param gives its 'value', and nothing else",
    ),
    "a placeholder": (
        override('rule = "base/a"', 'message = "{post.lenght} signs."'),
        "8:11 override[0].message: placeholder {post.lenght}: undefined field 'lenght' of post; did you mean 'length'?",
    ),
    "two forms without a count": (
        override('rule = "base/a"', 'message.en = { one = "One.", other = "Several." }'),
        "8:14 override[0].message: say what is counted, such as plural = 'fact.n', or write one text instead of two",
    ),
    "the severity of an opportunity": (
        override('rule = "base/chance"', 'severity = "note"'),
        "8:12 override[0].severity: 'base/chance' breaks no norm, so it has no severity",
    ),
}
CHANCE = '[[opportunity]]\nid = "chance"\nmessage = "Go."\n'


@pytest.mark.parametrize(("text", "line"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_told_in_one_line(text: str, line: str) -> None:
    assert refused(PARAM + COUNTED + CHANCE, text) == [line]


def test_stricter_goes_with_what_has_an_order() -> None:
    assert complaints('[param.x]\nvalue = "a"\nstricter = "lower"\n') == [
        "8:12 param.x.stricter: 'stricter' goes with a number or a date; this is string"
    ]


def test_a_fact_that_is_not_for_the_rule_cannot_be_named_in_its_words() -> None:
    base = "[fact]\nn = 'size(posts)'\n" + rule() + rule('on = "account"', name="b", require="fact.n > 0")

    assert refused(base, override('rule = "base/a"', 'message = "{fact.n}"')) == [
        "8:11 override[0].message: a fact that the text names is not for rules on post"
    ]


def test_an_override_of_a_policy_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(HEADER + override('rule = "snapchat/duration"', "enabled = false"), encoding="utf-8")
    (note,) = set_up([path], ["snapchat"], others=False).notes

    assert note.render() == (
        f"{path}:7:8 override[0].rule: no policy is called 'snapchat', so 'snapchat/duration' is left out"
    )


def test_mistakes_in_a_file_and_between_files_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    text = override('rule = "twitter/hashtag-max"', "enabled = false") + rule(require="size(post.hastags) > 0")
    path.write_text(HEADER + text, encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        set_up([path], others=False)

    assert [line.removeprefix(f"{path}:") for line in str(error.value).splitlines()] == [
        "7:8 override[0].rule: there is no rule 'twitter/hashtag-max'; did you mean 'twitter/hashtags-max'?",
        "12:22 house/a: undefined field 'hastags' of post; did you mean 'hashtags'?",
    ]


# -- the built-in policies


def test_a_house_may_lower_the_number_of_hashtags_and_not_raise_it() -> None:
    lower, higher = (
        parse_policy(HEADER + override('param = "twitter/max_hashtags"', f"value = {value}"), "house.toml")
        for value in (2, 4)
    )

    assert [one.rule for one in Engine.default([lower]).check(TAGS).findings if one.severity == "error"] == [
        "twitter/hashtags-max"
    ]
    with pytest.raises(PolicyError, match=r"house.toml:8:9 .*4 is too high: 'twitter/max_hashtags' is 3"):
        Engine.default([higher])


def test_a_policy_under_test_keeps_its_place_among_the_layers(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.toml" for name in ("one", "two")]
    for path, severity in zip(paths, ("error", "note"), strict=True):
        change = override('rule = "twitter/hashtags-max"', f'severity = "{severity}"')
        path.write_text(top(path.stem, change), encoding="utf-8")
    setup = set_up(paths, others=False)
    tested = under_test(paths[:1], setup)
    found = [one.engine.policies.find("twitter/hashtags-max") for one in (setup, tested)]

    assert [one and (one.severity, len(one.layers)) for one in found] == [("note", 2), ("note", 2)]


def test_a_rule_is_shown_with_the_place_of_each_of_its_layers() -> None:
    changes = override('rule = "base/a"', 'severity = "error"') + override('param = "base/most"', "value = 2")
    layered = engine(BASE + PARAM + COUNTED, top("top", changes))
    policy = layered.policies.policies[0]
    told = page(policy.rules[0], policy, policy.written, View(width=200), NOW).splitlines()

    assert "  error, post, *" in told
    assert "  written in house.toml:8" in told
    assert "  severity = error: override in house.toml:6, because: Ours." in told
    assert "  param.most = 2 (always); override in house.toml:10, because: Ours." in told
    assert "  without override: 3, house.toml:6" in told


def test_a_rule_that_is_disabled_can_be_shown() -> None:
    layered = engine(BASE + rule(), top("top", override('rule = "base/a"', "enabled = false")))
    found, policy = layered.policies.find("base/a"), layered.policies.policies[0]

    assert found
    assert "  disabled" in page(found, policy, policy.written, View(), NOW).splitlines()


def test_an_engine_with_some_of_the_rules_keeps_their_layers() -> None:
    layered = house(rule(require="false") + override('rule = "house/a"', 'severity = "error"'))

    assert findings(layered.selecting(["house/*"]), POST)["house/a"].severity == "error"
