"""What facts, params, messages, periods and networks of a policy come to."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.cel.library import Fact
from govsocial.defaults import assemble as set_up
from govsocial.model import Account, Event, Post
from govsocial.outputs.lines import View
from govsocial.outputs.policies import rules
from govsocial.policy.circles import circles
from govsocial.policy.compile import compile_policy
from govsocial.policy.load import parse_policy
from govsocial.validation import HOME
from houses import HEADER, LANGUAGES, NOW, POST, complaints, engine, findings, house, outcome, rule, vocabulary

# -- facts


def test_a_circle_of_facts_is_told_once_with_its_members_only() -> None:
    text = (
        "[fact]\nz = 'fact.a'\na = 'fact.b'\nb = 'fact.c'\nc = 'fact.a'\n"
        + rule(require="fact.z")
        + rule(name="b", require="fact.b")
    )

    assert complaints(text) == ["8:5 fact.a: these facts rest on one another: a → b → c → a"]


def test_each_circle_of_facts_is_told() -> None:
    text = "[fact]\na = 'fact.a'\nb = '!fact.c'\nc = 'fact.b && fact.a'\n"

    assert complaints(text) == [
        "7:5 fact.a: these facts rest on one another: a → a",
        "8:5 fact.b: these facts rest on one another: b → c → b",
    ]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_circles_are_found_where_there_are_some(pairs: list[tuple[int, int]]) -> None:
    needs = {str(one): [str(other) for name, other in pairs if name == one] for one in range(7)}
    found = circles(needs)

    assert all(after in needs[before] for circle in found for before, after in itertools.pairwise(circle))
    assert bool(found) == any(name in reached(needs, name) for name in needs)


def reached(needs: dict[str, list[str]], start: str) -> set[str]:
    """Return all that *start* rests on, itself too where it lies in a circle."""
    seen: set[str] = set()
    waiting = list(needs[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += needs[name]
    return seen


def test_a_broken_fact_is_told_once_however_many_rest_on_it() -> None:
    facts = "[fact]\nm = 'fact.n + 1'\nn = 'size(post.hastags)'\n"
    both = rule(require="fact.n > 1") + rule(name="b", require="fact.m > 1").replace("No.", "{fact.m} and {fact.n}")

    assert complaints(facts + both) == ["8:16 fact.n: undefined field 'hastags' of post; did you mean 'hashtags'?"]


def test_a_fact_that_only_rules_on_accounts_can_use_is_no_fault_in_a_policy_of_posts() -> None:
    text = "[fact]\nn = 'size(account.languages)'\nm = 'size(posts)'\n" + rule(require="fact.n > 0")

    assert outcome(house(text), POST) == "violation"


def test_a_fact_may_not_be_called_like_one_of_a_plugin() -> None:
    lucky = Fact("lucky", "post", "int", lambda _: 7)
    text = "[fact]\nlucky = '1'\n" + rule(require="fact.lucky > 0")

    assert complaints(text, facts=(lucky,)) == ["7:9 fact.lucky: a plugin already has a fact called 'lucky'"]


def test_facts_rest_on_facts_in_any_order() -> None:
    text = "[fact]\nc = 'fact.b + 1'\na = '1'\nb = 'fact.a + 1'\n" + rule(require="fact.c == 3")

    assert outcome(house(text), POST) == "pass"


# -- params


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        ("3", "param.x + 1 == 4"),
        ("2.5", "param.x * 2.0 == 5.0"),
        ("true", "param.x"),
        ('"é"', "param.x.contains('é')"),
        ("2026-11-24", "param.x < context.as_of"),
        ('["a", "b"]', "'a' in param.x"),
        ("[1, 2]", "param.x[1] == 2"),
        ("[2026-11-24, 2026-11-25T08:00:00Z]", "param.x.all(t, t > timestamp('2026-11-23T00:00:00Z'))"),
    ],
)
def test_a_param_has_the_type_of_its_value(value: str, condition: str) -> None:
    text = f"[param.x]\nvalue = {value}\n" + rule().replace("'true'", f'"{condition}"')

    assert outcome(house(text), POST, as_of=NOW) == "pass"


DATED = """[param.x]
values = [
  { from = 2020-01-01, until = 2021-01-01, value = 1 },
  { from = 2021-01-01, until = 2022-01-01, value = 2 },
]
"""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2019-12-31T23:59:59", "unknown"),
        ("2020-01-01T00:00:00", "violation"),
        ("2020-12-31T23:59:59", "violation"),
        ("2021-01-01T00:00:00", "pass"),
        ("2021-12-31T23:59:59", "pass"),
        ("2022-01-01T00:00:00", "unknown"),
    ],
)
def test_a_dated_param_holds_from_its_first_day_up_to_its_last(moment: str, expected: str) -> None:
    found = findings(house(DATED + rule(require="param.x == 2")), POST, datetime.fromisoformat(moment))["house/a"]

    assert expected == found.outcome
    assert ("param.x",) * (expected == "unknown") == found.missing


def test_days_are_those_of_the_time_zone_of_the_policy() -> None:
    header = HEADER + 'timezone = "America/New_York"\n'
    day = 'valid = { from = 2026-01-01, until = "2026-01-02" }'
    new_york = engine(header + "[param.x]\nvalue = 2026-01-01\n" + rule(day, require="param.x == context.as_of"))

    assert outcome(new_york, POST, as_of=datetime(2026, 1, 1, 4, 59, tzinfo=UTC)) == "not-applicable"
    assert outcome(new_york, POST, as_of=datetime(2026, 1, 1, 5, tzinfo=UTC)) == "pass"
    assert outcome(new_york, POST, as_of=datetime(2026, 1, 2, 4, 59, tzinfo=UTC)) == "violation"
    assert outcome(new_york, POST, as_of=datetime(2026, 1, 2, 5, tzinfo=UTC)) == "not-applicable"


days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(start=st.none() | days, length=st.none() | st.integers(1, 900), offset=st.integers(-900, 900))
def test_every_period_holds_from_its_first_moment_up_to_its_last(
    start: date | None, length: int | None, offset: int
) -> None:
    first = start or date(2010, 1, 1)
    until = None if length is None else first + timedelta(days=length)
    ends = [*([f"from = {start}"] if start else []), *([f"until = {until}"] if until else [])]
    period = ", ".join(ends)
    moment = datetime(first.year, first.month, first.day, tzinfo=HOME) + timedelta(days=offset)
    holds = (start is None or start <= moment.date()) and (until is None or moment.date() < until)
    policy = f"valid = {{ {period} }}\n"
    value = f"[param.x]\nvalues = [{{ {', '.join([*ends, 'value = true'])} }}]\n"

    assert ("pass" if holds else "not-applicable") == outcome(house(policy + rule()), POST, as_of=moment)
    assert ("pass" if holds else "not-applicable") == outcome(house(rule(policy)), POST, as_of=moment)
    assert ("pass" if holds else "unknown") == outcome(house(value + rule(require="param.x")), POST, as_of=moment)


# -- messages


def message(text: str, language: str = "en", post: Post = POST, facts: str = "", require: str = "false") -> str:
    return findings(house(facts + rule(require=require).replace('"No."', text)), post)["house/a"].message(language)


@pytest.mark.parametrize(
    ("placeholder", "shown"),
    [
        ("{post.length}", "5"),
        ("{post.hashtags.size}", "0"),
        ("{post.network}", "twitter"),
        ("{post.extra.theme}", "rail"),
        ("{post.published_at}", "24/11/2026 09:30"),
        ("{post.topics}", "bus, tram"),
        ("{post.bytes}", "?"),
        ("{post.audience.international}", "false"),
        ("{{}}", "{}"),
    ],
)
def test_a_placeholder_shows_its_value(placeholder: str, shown: str) -> None:
    fields = {"extra": {"theme": "rail"}, "topics": ["bus", "tram"], "published_at": "2026-11-24T09:30", "bytes": None}
    post = Post.parse({"network": "twitter", "text": "Hello", **fields})

    assert shown == message(f'"{placeholder}"', post=post)


def test_a_message_names_the_elements_that_broke_a_rule() -> None:
    post = Post(network="twitter", text="#ok #toolong #longer")
    text = message('"{failing}: too long."', post=post, require="post.hashtags.all(h, size(h) < 5)")

    assert text == "toolong, longer: too long."


FORMS = """{
  nl = { one = "{post.length} teken", other = "{post.length} tekens" },
  fr = { one = "{post.length} caractère", other = "{post.length} caractères" },
  fr-BE = { one = "{post.length} caractère", other = "{post.length} caractères" },
  de = { one = "{post.length} Zeichen!", other = "{post.length} Zeichen" },
  en = { one = "{post.length} character", other = "{post.length} characters" },
}
plural = "post.length\""""


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("nl", ["0 tekens", "1 teken", "2 tekens"]),
        ("fr", ["0 caractère", "1 caractère", "2 caractères"]),
        ("fr-BE", ["0 caractère", "1 caractère", "2 caractères"]),
        ("de", ["0 Zeichen", "1 Zeichen!", "2 Zeichen"]),
        ("en", ["0 characters", "1 character", "2 characters"]),
    ],
)
def test_a_number_takes_the_form_that_its_language_gives_it(language: str, texts: list[str]) -> None:
    forms = FORMS.replace("\n  ", " ").replace(",\n}", " }").replace("{ nl", "{ nl")
    posts = [Post(network="twitter", text="x" * size) for size in range(3)]

    assert texts == [message(forms, language, post) for post in posts]


def test_a_message_falls_back_to_the_first_language_of_its_policy() -> None:
    assert message('{ nl = "Nee.", fr = "Non." }', "en") == "Nee."
    assert message('{ nl = "Nee.", fr = "Non." }', "fr") == "Non."


def test_one_text_is_in_the_first_language_of_its_policy() -> None:
    compiled = compile_policy(parse_policy(LANGUAGES + rule()), vocabulary())

    assert list(compiled.rules[0].message.texts) == ["nl"]


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (LANGUAGES, ("nl", "fr")),
        (HEADER.replace('"House rules"', '{ de = "Haus", nl = "Huis" }'), ("de", "nl")),
        (HEADER, ("en",)),
    ],
)
def test_a_policy_is_in_the_languages_that_it_says_else_those_of_its_texts(
    header: str, languages: tuple[str, ...]
) -> None:
    assert languages == compile_policy(parse_policy(header), vocabulary()).languages


# -- which rules apply


def test_a_rule_is_silent_where_one_that_it_yields_to_speaks() -> None:
    strict = rule(name="b", require="post.length < 3")
    yielding = rule('yields_to = ["house/b"]', require="post.length < 2")
    both = house(yielding + strict)

    assert outcome(both, Post(network="twitter", text="abcd")) == "superseded"
    assert outcome(both, Post(network="twitter", text="ab")) == "violation"


def test_a_rule_may_yield_to_one_of_a_policy_that_is_not_there() -> None:
    found = set_up([parse_policy(HEADER + rule('yields_to = ["elsewhere/b"]'), "house.toml")], others=False)
    told = [note.render() for note in found.notes]

    assert told == ["house.toml:10:14 house/a: no policy is called 'elsewhere', so 'elsewhere/b' is never yielded to"]


def test_a_live_option_may_go_without_words() -> None:
    told = rules(house('[[live]]\nid = "a"\nplatform = "twitter"\n').policies.policies, View("en"), None, NOW)

    assert told.split() == ["house/a", "live", "option", "event", "*"]


def test_rules_on_posts_are_for_originals_and_quotes() -> None:
    kinds = {kind: outcome(house(rule()), POST.model_copy(update={"kind": kind})) for kind in ("quote", "repost")}

    assert kinds == {"quote": "pass", "repost": "not-applicable"}


def test_a_rule_may_be_for_all_kinds() -> None:
    assert outcome(house(rule('kinds = ["*"]')), POST.model_copy(update={"kind": "repost"})) == "pass"


def test_rules_on_others_ask_for_no_kind() -> None:
    assert outcome(house(rule('on = "account"')), Account(network="twitter")) == "pass"


def test_what_rules_share_holds_where_a_rule_says_nothing_else() -> None:
    defaults = '[defaults]\non = "account"\nnetworks = ["facebook"]\nseverity = "note"\n'
    shared = house(defaults + rule(require="false") + rule('severity = "error"', 'on = "post"', name="b"))

    assert {name: one.severity for name, one in findings(shared, Account(network="facebook")).items()} == {
        "house/a": "note"
    }
    assert {name: one.severity for name, one in findings(shared, Post(network="facebook")).items()} == {
        "house/b": "error"
    }
    assert findings(shared, POST) == {}


def test_a_network_may_go_by_its_other_name() -> None:
    assert outcome(house(rule('networks = ["x"]')), POST) == "pass"


STRANGE = (
    '[defaults]\nnetworks = ["mastodon"]\n'
    + rule()
    + rule('on = "event"', name="b")
    + rule('networks = ["mastodon", "twitter"]', name="c")
)


def test_rules_for_a_network_that_nobody_provides_are_inactive() -> None:
    shared = house(STRANGE)

    assert findings(shared, Post(network="mastodon")) == {}
    assert findings(shared, Event()) == {}
    assert list(findings(shared, POST)) == ["house/c"]


def test_an_opportunity_on_a_network_that_nobody_provides_is_inactive() -> None:
    assert findings(house('[[opportunity]]\nid = "a"\nnetwork = "mastodon"\nmessage = "Go."\n'), POST) == {}


def test_a_network_that_nobody_provides_is_told_once() -> None:
    found = set_up([parse_policy(HEADER + STRANGE, "house.toml")], others=False)
    line = "house.toml:7:13 defaults.networks[0]: nobody provides the network 'mastodon', so its rules never apply"

    assert [line] == [note.render() for note in found.notes]
    assert found.problems == ()


def test_an_inactive_rule_may_be_yielded_to() -> None:
    text = rule('networks = ["mastodon"]', name="b") + rule('yields_to = ["house/b"]', require="false")

    assert outcome(house(text), POST) == "violation"
