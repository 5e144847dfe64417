"""Columns say of every row what closures say of one resource, or nothing at all."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from govsocial import readers
from govsocial.audit.outcomes import OUTCOMES, code_of, facts_of, outcome
from govsocial.authoring.tests import cases, findings_of
from govsocial.cel.column_frame import beside, frame, schema
from govsocial.cel.column_patterns import translated
from govsocial.cel.columns import CannotSay, Layout, column
from govsocial.cel.frontend import Checker, ExpressionError
from govsocial.cel.library import Function
from govsocial.cel.types import INT, TIMESTAMP, CelType, list_of, message_of
from govsocial.engine import Engine
from govsocial.judging import judge
from govsocial.model import RESOURCES, Account, Attestation, Institution, Media, Monitoring, Post
from govsocial.workspace import RELATIONS
from rows import RESULT, table, told
from test_cel_oracle import (
    AT_ONCE,
    CHECKER,
    EXAMPLES,
    HALF,
    LISTS,
    RULES,
    VARIABLES,
    Writer,
    ours,
    some_text,
    some_world,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from govsocial.cel.tree import Node
    from govsocial.finding import Finding
    from govsocial.policy.rules import CompiledPolicy, Rule

TWEETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "tweets" / "obama.jsonl"
MOST_REFUSED = 0.15
ROWS = 6
PARAMS = frozenset(name for name in VARIABLES if name.startswith("param."))
BESIDE = frozenset({"account", "siblings"})
# what the CEL library does not have, or means otherwise
OURS: Mapping[str, tuple[str, ...]] = {
    "bool": (
        *(
            "(post.hashtags[0] {same} {string})",
            "({string} {same} siblings[0].hashtags[0])",
            "({string} in post.hashtags)",
        ),
        *(
            "(post.hashtags {same} {strings})",
            "(post.hashtags[0] in {strings})",
            "post.hashtags.exists(t, t == {string})",
        ),
        *("(post.hashtags[0] == '\\u00DF' || post.hashtags[0] == 'ss' || {bool})", "(post.hashtags[0] in {map})"),
    ),
    "strings": ("words({string})", "distinct({strings})", "distinct(post.hashtags + {strings})") * 3,
    **{kinds: (f"distinct({{{kinds}}})",) * 2 for kinds in LISTS if kinds != "strings"},
}


def with_nasty_tags(post: Any, random: Random) -> Any:  # noqa: ANN401 - a post
    tags = tuple(some_text(random) for _ in range(random.randint(0, 3)))
    return post if post.hashtags is None else post.model_copy(update={"hashtags": tags})


def some_rows(random: Random) -> tuple[list[dict[str, Any]], Layout]:
    """Return a few worlds; in half of the cases the params are the same in all of them, and no columns."""
    worlds = [some_world(random) for _ in range(random.choice([1, ROWS]))]
    for world in worlds:
        world["post"] = with_nasty_tags(world["post"], random)
        world["siblings"] = tuple(with_nasty_tags(one, random) for one in world["siblings"])
    if random.random() < HALF:
        return worlds, Layout("post", BESIDE | PARAMS)
    same = {name: worlds[0][name] for name in PARAMS}
    return [world | same for world in worlds], Layout("post", BESIDE, same)


def compiled(text: str) -> Node | None:
    try:
        node = CHECKER.check(text, None)
    except ExpressionError:
        return None
    return None if node.type.mentions_message else node


def test_columns_say_what_closures_say() -> None:
    answers: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, derandomize="GOVSOCIAL_FUZZ" not in os.environ, database=None)
    @given(st.randoms(use_true_random=True))
    def hold(random: Random) -> None:
        worlds, layout = some_rows(random)
        rows = table(worlds, VARIABLES, layout)
        for _ in range(AT_ONCE):
            kind = random.choice(["bool"] * 4 + sorted(RULES.keys() & OURS.keys()))
            text = Writer(random, OURS).write(kind, random.randint(1, 4), tuple(VARIABLES.items()))
            node = compiled(text)
            if node is not None:
                answers[answer(text, node, worlds, layout, rows)] += 1

    hold()
    assert answers["refused"] <= answers.total() * MOST_REFUSED, "what columns refuse is not tested"


def answer(text: str, node: Node, worlds: Sequence[dict[str, Any]], layout: Layout, rows: pl.DataFrame) -> str:
    """Hold what columns say to what closures say, of all rows and of none; return whether they say something."""
    try:
        found = told(node, layout, rows)
    except CannotSay:
        return "refused"
    assert found == [ours(node, {name: world[name] for name in VARIABLES}) for world in worlds], text
    assert told(node, layout, rows.clear()) == [], text
    return "said"


# Single expressions


def said(text: str, *posts: Post, checker: Checker = CHECKER, layout: Layout | None = None) -> list[object]:
    """Return what columns say that *text* is for each of *posts*."""
    found = column(checker.check(text, None), layout or Layout("post"))
    return frame(posts, Post).with_columns(found.alias(RESULT))[RESULT].to_list()


def post(**fields: Any) -> Post:  # noqa: ANN401
    return Post(network="twitter", **fields)


def test_an_operand_is_not_computed_twice_for_each_operation_above_it() -> None:
    second = datetime(2026, 1, 1, tzinfo=UTC)
    choice = "has(post.date)"
    for _ in range(12):
        choice = f"({choice} ? post.text == 'a' : post.text == 'b')"

    assert said("post.length" + " + post.length" * 29, post(length=2)) == [60]
    assert said("post.date" + " + duration('1s')" * 29, post(date=second)) == [second.replace(second=29)]
    assert said("post.length" + " % 7" * 29, post(length=20)) == [6]
    assert said(choice, post(date=second, text="b")) == [True]


def test_a_long_chain_of_conditions_is_not_deep() -> None:
    chain = " && ".join(f"post.text != '{number}'" for number in range(300))

    assert said(chain, post(text="7"), post(text="x"), post(text=None)) == [False, True, None]


@pytest.mark.parametrize("text", ["[post].exists(p, p.text == '')", "shout(post.text) == ''", "shout('a') == 'A'"])
def test_a_whole_resource_and_the_code_of_a_plugin_are_refused(text: str) -> None:
    shout = Function("shout", ("string",), "string", str.upper)
    checker = Checker({"post": message_of(Post)}, [shout], [Post])

    with pytest.raises(CannotSay):
        column(checker.check(text, None), Layout("post"))


@pytest.mark.parametrize("text", ["account.name == ''", "param.word == ''", "post.text == param.word"])
def test_what_the_frame_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(CannotSay, match="no column"):
        column(CHECKER.check(text, None), Layout("post"))


def test_a_relation_may_be_called_like_a_field_of_the_resource() -> None:
    layout = Layout("post", frozenset({"account"}))
    rows = frame([post(account="own")], Post)
    rows = beside(rows, VARIABLES, {"account": [Account(network="twitter", name="Its name")]})
    found = column(CHECKER.check("post.account == 'own' && account.name == 'Its name'"), layout)

    assert rows.with_columns(found.alias(RESULT))[RESULT].to_list() == [True]


def test_facts_stand_for_their_trees_also_inside_macros() -> None:
    checker = Checker(VARIABLES | {"fact.tags": list_of(CelType("string"))}, models=[Post, Account])
    facts = {"fact.tags": CHECKER.check("post.topics.map(t, t.lowerAscii())", None)}

    found = said(
        "post.hashtags.all(h, h in fact.tags) && size(fact.tags) == 2",
        *(post(topics=["A", "b"], hashtags=["a", "B"]), post(topics=["A", "b"], hashtags=["c"]), post(topics=None)),
        checker=checker,
        layout=Layout("post", facts=facts),
    )

    assert found == [True, False, None]


def test_facts_that_pile_up_are_refused() -> None:
    names = [f"fact.f{number}" for number in range(14)]
    checker = Checker(VARIABLES | dict.fromkeys(names, INT), models=[Post, Account])
    facts = {"fact.f0": CHECKER.check("post.length", None)}
    for below, name in pairwise(names):
        facts[name] = checker.check(f"{below} + {below}", None)

    with pytest.raises(CannotSay, match="parts"):
        column(checker.check(f"{names[-1]} > 0"), Layout("post", facts=facts))


def test_a_list_that_is_too_long_for_a_macro_is_unknown() -> None:
    within, beyond = post(text="a" * 100_000), post(text="a" * 100_001)

    assert said("post.text.split('').exists(t, t == 'a')", within, beyond) == [True, None]
    assert said("post.text.split('').map(t, post.url + t)[0] == 'a'", within, beyond) == [True, None]
    assert said("size(post.text.split(''))", within, beyond) == [100_000, 100_001]


def test_clocks_are_read_as_python_reads_them_in_any_year() -> None:
    years = [datetime(year, month, 1, 12, tzinfo=UTC) for year in (1, 1850, 1915, 2026, 2150, 9999) for month in (1, 7)]
    brussels = "post.date.getHours('Europe/Brussels')"

    found = said(brussels, *(post(date=time) for time in years))

    assert found == [one for time in years for one in said(brussels, post(date=time))]
    assert found[-6:-2] == [13, 14, 13, 14]


# Patterns

TOKENS = (
    *(r"\w", r"\W", r"\d", r"\s", r"\S", r"\b", r"\pL", r"\PN", r"\p{Lu}", r"\p{^Greek}", r"\x41", r"\x{130}", r"\101"),
    *(
        ".",
        "^",
        "$",
        "|",
        "*",
        "+?",
        "{2}",
        "{1,}",
        "{,2}",
        "(",
        ")",
        "(?i)",
        "(?s)",
        "(?m)",
        "(?i:",
        "(?-i:",
        "(?P<n>",
    ),
    *(
        "[a-c]",
        "[^a]",
        r"[^\w]",
        "[a&&b]",
        "[[:alpha:]k]",
        "[]a]",
        r"[\]k]",
        r"[\x{e0}-\x{ff}]",
        "[k-s]",
        "[^[:^upper:]]",
    ),
    *(
        "a",
        "k",
        "ß",
        "ſ",
        "İ",
        "{",
        "}",
        "]",
        "-",
        "&",
        "~",
        "#",
        " ",
        "\\.",
        "\\-",
        "\\n",
        "\\A",
        "\\z",
        "\\B",
        "\\Qa.\\E",
    ),
)
LETTERS = "aAbkKſsSßẞéÉİıK١Zzǅ_#9.-&~{}], \n\t\xa0\u2028α"


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(TOKENS), max_size=6).map("".join), st.lists(st.text(LETTERS, max_size=5), min_size=4))
def test_a_pattern_finds_in_columns_what_it_finds_in_re2(pattern: str, texts: list[str]) -> None:
    options = re2.Options()
    options.log_errors = False
    try:
        expected = re2.compile(pattern, options)
        made = translated(pattern)
    except (re2.error, CannotSay):
        return
    found = pl.Series(texts, dtype=pl.String).str.contains(made).to_list()

    assert found == [expected.search(text) is not None for text in texts]


def test_few_patterns_are_refused() -> None:
    refused = [token for token in TOKENS if is_pattern(token) and not is_translated(token)]

    assert refused == [r"\B", r"\Qa.\E"]


def is_pattern(text: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error:
        return False
    return True


def is_translated(pattern: str) -> bool:
    try:
        translated(pattern)
    except CannotSay:
        return False
    return True


@pytest.mark.parametrize("characters", [r"\w", r"[\p{N}_]", r"(?i)[a-z]", r"(?i)\w", r"\p{Lu}", r"(?i)ſ"])
def test_a_class_has_the_same_characters_in_the_whole_of_unicode(characters: str) -> None:
    every = "".join(chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000)
    ours = pl.Series([every]).str.extract_all(translated(characters)).explode()

    assert ours.to_list() == re2.findall(characters, every)


# Frames


def test_a_frame_has_each_field_with_its_type_and_null_for_unknown() -> None:
    time = datetime(2026, 7, 1, 9, tzinfo=UTC)
    given = post(
        text=None,
        media=[Media(type="photo", alt=None)],
        published_at=time + timedelta(microseconds=1),
        extra={"a": "b"},
        attested=[Attestation(duty="d", on=time)],
    )
    rows = frame([given, post()], Post)

    assert rows.schema == schema(Post)
    assert rows["published_at"].dtype == pl.Datetime("us", "UTC")
    first, second = rows.to_dicts()
    assert (first["text"], second["text"]) == (None, "")
    assert first["media"] == [{"type": "photo", "alt": None, "duration_s": None, "captions": [], "url": ""}]
    assert first["published_at"] == time + timedelta(microseconds=1)
    assert first["extra"] == [{"key": "a", "value": "b"}]
    assert first["attested"] == [{"duty": "d", "by": "", "on": time, "until": None}]


# Rules

ENGINE = Engine.default()
POLICIES = {policy.id: policy for policy in ENGINE.policies.policies}
REFUSED = {
    "facebook/auto-reply-when-away": ("fact.uncovered_closures, which a plugin computes, and which has no column form"),
}


def types_on(policy: CompiledPolicy, on: str) -> Mapping[str, CelType]:
    """Return the variables beside the resource that rules of *policy* read."""
    seen = {name: message_of(relation.model) for name, relation in RELATIONS[on].items()}
    many = {name: list_of(kind) if RELATIONS[on][name].many else kind for name, kind in seen.items()}
    params = zip(policy.params.names, policy.params.types, strict=True)
    return {**many, "context.as_of": TIMESTAMP, **{f"param.{name}": kind for name, kind in params}}


def in_rows(rule: Rule, findings: Sequence[Finding]) -> list[str]:
    """Return the outcomes of *rule* that columns tell, for the resources of *findings*."""
    policy = POLICIES[rule.id.partition("/")[0]]
    used = {name: kind for name, kind in types_on(policy, rule.on).items() if name in rule.layout.used or "." in name}
    slots = rule.layout.slots.index
    rows = frame([one.resource for one in findings], RESOURCES[rule.on])
    rows = beside(rows, used, {name: [one.frame[slots[name]] for one in findings] for name in used})
    layout = Layout(rule.on, frozenset(used), facts=facts_of(policy, rule.on), code=code_of(policy, rule.on))
    codes = rows.with_columns(outcome(rule, layout).alias(RESULT))[RESULT]
    return [OUTCOMES[code] for code in codes.to_list()]


def compare(findings: Iterable[Finding]) -> tuple[Counter[str], dict[str, str]]:
    """Hold columns to what closures say for each rule; return how often which outcome came, and what is refused."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        by_rule[one.rule].append(one)
    met: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for name, found in by_rule.items():
        rule = found[0].compiled
        expected = [judge(rule, one.frame, one.subject)[0] for one in found]
        try:
            assert in_rows(rule, found) == expected, name
        except CannotSay as error:
            refused[name] = str(error)
        else:
            met.update(expected)
    return met, refused


def test_each_built_in_rule_comes_out_on_its_own_examples_as_closures_say_but_for_those_refused() -> None:
    examples = [case for policy in POLICIES.values() for case in cases(policy.written)]

    met, refused = compare(one for case in examples for one in findings_of(case, ENGINE))

    assert refused == REFUSED
    assert met.keys() == set(OUTCOMES)


@pytest.mark.skipif(not TWEETS.exists(), reason=f"needs {TWEETS}, which is not in the repository")
def test_each_rule_comes_out_on_real_tweets_as_closures_say() -> None:
    tweets = readers.read([str(TWEETS)])

    met, refused = compare(one for tweet in tweets.judged for one in ENGINE.verdicts(tweet, tweets.workspace))

    assert not refused
    assert met["pass"] > met["violation"] > 0


MOMENTS = st.sampled_from([None, *(datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2026, 2030))])
DUTIES = st.sampled_from([None, "", "standby-mentions", "general/standby-mentions", "other"])
ATTESTED = st.lists(st.builds(Attestation, duty=DUTIES, on=MOMENTS, until=MOMENTS), max_size=3).map(tuple)


@settings(max_examples=50)
@given(st.lists(ATTESTED | st.none(), min_size=1, max_size=6))
def test_a_duty_is_attested_for_the_moment_as_closures_say(attested: list[tuple[Attestation, ...] | None]) -> None:
    monitoring = Monitoring(owner="team", keywords=("klimaat",))
    resources = [
        Institution(id=f"i{number}", monitoring=monitoring, attested=one) for number, one in enumerate(attested)
    ]
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    found = [one for resource in resources for one in ENGINE.verdicts(resource, as_of=as_of)]

    met, _ = compare(one for one in found if one.rule == "general/standby-mentions")

    assert met.keys() <= {"open", "attested"}
