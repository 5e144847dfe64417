"""What expressions may say, what each part of them is worth, and why a condition fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from govsocial.cel.evaluate import MACRO_SLOTS, Absent, Slots, closure
from govsocial.cel.explain import MOST, failing, values
from govsocial.cel.frontend import MAX_EXPRESSION, Checker, ExpressionError
from govsocial.cel.library import BrokenCodeError, Function, Unknown
from govsocial.cel.tree import fields, render
from govsocial.cel.types import BOOL, DOUBLE, INT, STRING, TIMESTAMP, list_of, message_of
from govsocial.model import Account, Event, Post
from govsocial.validation import moment

BRUSSELS = ZoneInfo("Europe/Brussels")
VARIABLES = {
    "post": message_of(Post),
    "account": message_of(Account),
    "event": message_of(Event),
    "siblings": list_of(message_of(Post)),
    "context.as_of": TIMESTAMP,
    "param.limit": INT,
    "param.ratio": DOUBLE,
    "param.tags": list_of(STRING),
    "param.ratios": list_of(DOUBLE),
}
NETWORKS = frozenset({"facebook", "instagram", "twitter"})
POST = Post.parse(
    {
        "network": "twitter",
        "text": "Straße ÉTÉ, trein!",
        "language": "nl",
        "topics": ["a", "b", "a"],
        "media": [
            {"type": "photo", "alt": "A train", "captions": ["nl", "fr"]},
            {"type": "video", "url": "b.mp4", "duration_s": 12.5},
            {"type": "photo", "url": "c.jpg"},
        ],
        "published_at": "2026-10-25T02:30:00+02:00",
        "scheduled_at": "2026-10-25T02:30:00+01:00",
        "extra": {"ref": "7"},
        "hashtags": ["Klimaat", "STRASSE", "été"],
        "length": 18,
    }
)


def called(name: str, returns: str, result: object) -> Function:
    def compute(_: str) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    return Function(name, ("string",), returns, compute)


FUNCTIONS = {
    one.name: one
    for one in (
        Function("shout", ("string", "int"), "string", lambda text, times: text.upper() + "!" * times),
        Function("biggest", ("list(int)",), "int", max),
        called("nothing", "bool", None),
        called("raising", "bool", ValueError("no")),
        called("lying", "int", "three"),
        called("huge", "int", 2**63),
        called("listed", "list(string)", ["a", "b"]),
        called("naive", "timestamp", datetime(2026, 1, 1)),  # noqa: DTZ001 - what a plugin must not return
        called("first_half", "timestamp", datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS)),
        called("second_half", "timestamp", datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS, fold=1)),
    )
}
CHECKER = Checker(VARIABLES, tuple(FUNCTIONS.values()), [Post, Account, Event], NETWORKS)
SLOTS = Slots({name: slot for slot, name in enumerate(VARIABLES)}, len(VARIABLES), {}, FUNCTIONS)


def frame(**changes: Any) -> list[Any]:  # noqa: ANN401 - a value of any variable
    known = {
        "post": POST,
        "account": Account.parse({"network": "twitter", "handle": "Kanselarij", "languages": ["nl", "fr"]}),
        "event": Absent("event:fair"),
        "siblings": (POST,),
        "as_of": moment("2026-11-24T10:00:00+01:00"),
        "limit": 3,
        "ratio": 0.5,
        "tags": ("klimaat", "strasse"),
        "ratios": (0.5, float("nan")),
    }
    return [*(known | changes).values(), *[None] * MACRO_SLOTS]


def value(expression: str, **changes: Any) -> Any:  # noqa: ANN401
    return closure(CHECKER.check(expression, None), SLOTS)(frame(**changes))


def complaints(expression: str, checker: Checker = CHECKER) -> list[str]:
    """Return what is wrong with *expression* as a condition, each with its line and column."""
    try:
        checker.check(expression)
    except ExpressionError as error:
        return [f"{one.line}:{one.column} {one.text.render()}" for one in error.complaints]
    return []


# What is refused at load


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("size(post.hastags) > 3", "1:11 undefined field 'hastags' of post; did you mean 'hashtags'?"),
        ("post.media.all(m, m.altt != '')", "1:21 undefined field 'altt' of media; did you mean 'alt'?"),
        (
            "post.media.exists(m, m.captions.exists(c, c == m.typ))",
            "1:50 undefined field 'typ' of media; did you mean 'type'?",
        ),
        ("post.media.all(m,\n  m.kapsions == [])", "2:5 undefined field 'kapsions' of media; did you mean 'captions'?"),
        ("post.audience.age_mni > 3", "1:15 undefined field 'age_mni' of audience; did you mean 'age_min'?"),
        ("post.text == '😀é' && post.txt == ''", "1:27 undefined field 'txt' of post; did you mean 'text'?"),
        ("has(post.dat)", "1:10 undefined field 'dat' of post; did you mean 'date'?"),
        ("psot.text != ''", "1:1 unknown name 'psot.text'; did you mean 'post'?"),
        ("post.text != '' && acount.name == ''", "1:20 unknown name 'acount.name'; did you mean 'account'?"),
        ("'é😀' == acount.name", "1:9 unknown name 'acount.name'; did you mean 'account'?"),
        ("param.limt > 3", "1:1 unknown name 'param.limt'; did you mean 'param.limit'?"),
        ("has(fact.x)", "1:5 unknown name 'fact.x'"),
        ("context.as_off > post.date", "1:1 unknown name 'context.as_off'; did you mean 'context.as_of'?"),
        ("closures == []", "1:1 unknown name 'closures'"),
        ("post.text.lowerAsci() == 'a'", "1:11 unknown name 'lowerAsci'; did you mean 'lowerAscii'?"),
        ("post.topics.existsOne(t, t == 'a')", "1:13 unknown name 'existsOne'; did you mean 'exists_one'?"),
        ("shuot(post.text, 1) == ''", "1:1 unknown name 'shuot'; did you mean 'shout'?"),
    ],
)
def test_a_name_that_does_not_exist_is_told_with_its_place(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("post.length == 1.5", "1:13 '==' cannot be used on (int, double); write double(…) around the whole number"),
        (
            "post.length + 1.5 > 2.0",
            "1:13 '+' cannot be used on (int, double); write double(…) around the whole number",
        ),
        ("param.limit > 1.5", "1:13 '>' cannot be used on (int, double); write double(…) around the whole number"),
        (
            "[1].all(x, x + 1.5 > 2.0)",
            "1:14 '+' cannot be used on (int, double); write double(…) around the whole number",
        ),
        ("post.text > 3", "1:11 '>' cannot be used on (string, int)"),
        ("post.date > 3", "1:11 '>' cannot be used on (timestamp, int)"),
        ("post.media.join(', ') == ''", "1:16 'join' cannot be used on (list(Media), string)"),
        ("post.topics['a'] == 'a'", "1:12 '[…]' cannot be used on (list(string), string)"),
        ("true ? 1 : 'a'", "1:6 '? :' cannot be used on (bool, int, string)"),
        ("!post.text", "1:1 '!' cannot be used on (string)"),
        ("post.text && true", "1:11 '&&' cannot be used on (string, bool)"),
        ("post.topics.exists(t, 3)", "1:19 what stands inside exists, all or filter must be true or false"),
        ("size(post.topics.filter(t, t)) > 1", "1:24 what stands inside exists, all or filter must be true or false"),
        ("post.text.exists(t, t == 'a')", "1:5 exists, all, filter and map go through a list; this is string"),
        ("post.extra.exists(k, k == 'a')", "1:18 exists goes through a list; this is map(string)"),
        ("shout(post.text, 'a') == ''", "1:6 'shout' cannot be used on (string, string)"),
        ("post.text", "1:5 a condition is true or false; this is string"),
        ("size(post.topics)", "1:5 a condition is true or false; this is int"),
        ("double(1.5) > 1.0", "1:7 double(…) turns a whole number into one with decimals; this is double"),
        ("double('1.5') > 1.0", "1:7 double(…) turns a whole number into one with decimals; this is string"),
    ],
)
def test_a_type_that_does_not_fit_is_told_with_what_fits(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("size() > 1", "1:1 'size' is not used like this; write size(list)"),
        ("startsWith(post.text, 'a')", "1:1 'startsWith' is not used like this; write text.startsWith('a')"),
        ("post.text.split() == []", "1:11 'split' is not used like this; write text.split(',')"),
        ("shout(post.text) == ''", "1:1 'shout' is not used like this; write shout(string, int)"),
        ("post.topics.exists(t)", "1:13 'exists' is not used like this; write list.exists(x, x == 'a')"),
        ("has(post)", "1:5 has(…) takes a field, such as has(post.date)"),
        (
            "post.topics.exists(x.y, true)",
            "1:21 the first part must be a name for the element, such as list.exists(x, x == 'a')",
        ),
        ("post.date.getHours() > 9", "1:19 write getHours('Europe/Brussels'): without a time zone this would be UTC"),
        (
            "post.date.getHours('Europe/Bruxelles') > 9",
            "1:20 there is no time zone 'Europe/Bruxelles'; write for example 'Europe/Brussels'",
        ),
        (
            "post.date.getHours('+02:00') > 9",
            "1:20 there is no time zone '+02:00'; write for example 'Europe/Brussels'",
        ),
        ("post.date.getHours(post.language) > 9", "1:24 the time zone must be written out, between quotes"),
        ("duration('1h').getDate() > 0", "1:23 'getDate' cannot be used on (duration)"),
        (
            "timestamp('2026-01-01') < post.date",
            "1:11 '2026-01-01' is no timestamp; write timestamp('2026-11-24T09:30:00Z')",
        ),
        ("timestamp(post.text) < post.date", "1:10 timestamp(…) takes a text that is written out"),
        ("duration('3 days') > duration('1h')", "1:10 '3 days' is no duration; write duration('36h')"),
        ("duration(post.text) > duration('1h')", "1:9 duration(…) takes a text that is written out"),
        ("post.text.matches(post.language)", "1:18 the pattern of matches(…) must be written out, between quotes"),
        ("post.text.matches('a' + 'b')", "1:18 the pattern of matches(…) must be written out, between quotes"),
        ("post.text.matches('(')", "1:19 the pattern cannot be used: missing ): ("),
        ("post.text.matches('(?=a)')", "1:19 the pattern cannot be used: invalid perl operator: (?="),
        (r"post.text.matches('\d')", "1:20 '\\d' means nothing in a text; double the backslash, or write r'…'"),
    ],
)
def test_a_wrong_use_is_told_with_the_right_one(expression: str, complaint: str) -> None:
    assert complaints(expression)[:1] == [complaint]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        (
            "has(post.text)",
            "1:4 has(…) asks whether a value is known, and 'text' always is; compare it: post.text != ''",
        ),
        (
            "has(post.hashtags)",
            "1:4 has(…) asks whether a value is known, and 'hashtags' always is; compare it: size(post.hashtags) > 0",
        ),
        (
            "post.media.all(m, has(m.alt))",
            "1:22 has(…) asks whether a value is known, and 'alt' always is; compare it: m.alt != ''",
        ),
        (
            "has(post.length)",
            "1:4 has(…) asks whether a value is known, and 'length' always is; compare it: post.length == …",
        ),
        ("has(post.extra.ref)", "1:4 write 'ref' in post.extra instead of has(…)"),
        ("has(param.limit)", "1:4 has(param.limit) has no meaning; param.limit always has its value"),
        ("has(context.as_of)", "1:4 has(context.as_of) has no meaning; context.as_of always has its value"),
        ("post.date == null", "1:14 there is no null in policies; has(x) asks whether x is known"),
        ("post.date != null && true", "1:14 there is no null in policies; has(x) asks whether x is known"),
    ],
)
def test_what_is_known_anyway_cannot_be_asked_for(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("1 in [1, 'a']", "1:6 a list holds values of one kind; this one holds int, string"),
        ("[1, 'a'].exists(x, x == 1)", "1:1 a list holds values of one kind; this one holds int, string"),
        ("[[1]].exists(x, 1 in x)", "1:1 a list of lists cannot be made"),
        ("[post.topics].exists(x, 'a' in x)", "1:1 a list of lists cannot be made"),
        ("size(post.media.map(m, m.captions)) > 1", "1:20 a list of lists cannot be made"),
        ("post.media == []", "1:12 tables cannot be compared as a whole; compare a field, or size(…) == 0"),
        ("post == siblings[0]", "1:6 tables cannot be compared as a whole; compare a field, or size(…) == 0"),
        ("post in siblings", "1:6 tables cannot be compared as a whole; compare a field, or size(…) == 0"),
        ("{'a': 1}['a'] == 1", "1:1 '{…}' is not part of the expression language"),
        ("govsocial.Media{alt: 'a'}.alt == 'a'", "1:1 '{…}' is not part of the expression language"),
        ("post.length == 1u", "1:13 '==' cannot be used on (int, uint)"),
        ("1u == 1u", "1:1 a value of type uint cannot be used here"),
        ("b'a' == b'a'", "1:1 a value of type bytes cannot be used here"),
        ("int('3') == 3", "1:4 'int' is not part of the expression language"),
        ("post.text.replace('a', 'b') == ''", "1:18 'replace' is not part of the expression language"),
        ("dyn(post.text) == 3", "1:4 'dyn' is not part of the expression language"),
        ("type(3) == type(4)", "1:5 'type' is not part of the expression language"),
        ("post.?text == 'a'", "1:1 '.?' is not part of the expression language"),
        (
            "post.topics.exists(post, post == 'a')",
            "1:19 'post' already means something; give the element another name",
        ),
        (
            "post.topics.exists(param, param == 'a')",
            "1:19 'param' already means something; give the element another name",
        ),
        (
            "post.topics.exists(peers, peers == 'a')",
            "1:19 'peers' already means something; give the element another name",
        ),
        (
            "post.topics.exists(a, post.topics.exists(b, post.topics.exists(c, a == c)))",
            "1:63 at most 2 of exists, all, filter and map inside one another",
        ),
    ],
)
def test_what_no_back_end_could_say_exactly_is_refused(expression: str, complaint: str) -> None:
    assert complaints(expression)[:1] == [complaint]


KINDS = "original, reply, repost, quote, story, live, message"
TYPES = "photo, video, infographic, gif, audio, document"


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("post.kind == 'orginal'", f"1:14 'orginal' is no kind; one of: {KINDS}; did you mean 'original'?"),
        ("'tweet' != post.kind", f"1:1 'tweet' is no kind; one of: {KINDS}"),
        ("post.kind in ['reply', 'qoute']", f"1:24 'qoute' is no kind; one of: {KINDS}; did you mean 'quote'?"),
        ("post.media.exists(m, m.type == 'foto')", f"1:32 'foto' is no type; one of: {TYPES}; did you mean 'photo'?"),
        ("'foto' in post.media.map(m, m.type)", f"1:1 'foto' is no type; one of: {TYPES}; did you mean 'photo'?"),
        ("post.media.map(m, m.type)[0] == 'foto'", f"1:33 'foto' is no type; one of: {TYPES}; did you mean 'photo'?"),
        (
            "(post.text == '' ? post.kind : 'quote') == 'x'",
            f"1:44 'x' is no kind; one of: {KINDS}",
        ),
        ("post.network == 'twiter'", "1:17 there is no network 'twiter'; did you mean 'twitter'?"),
        ("account.network in ['facebok']", "1:21 there is no network 'facebok'; did you mean 'facebook'?"),
        ("'instagran' in event.livestream.networks", "1:1 there is no network 'instagran'; did you mean 'instagram'?"),
        ("event.pages.exists(p, p.network == 'twiter')", "1:36 there is no network 'twiter'; did you mean 'twitter'?"),
    ],
)
def test_a_value_that_a_field_can_never_have_is_refused(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("", "1:1 the expression ends too early"),
        ("1 ==", "1:5 the expression ends too early"),
        ("(1 == 1", "1:8 a ')' is missing"),
        ("post.text == 'a", "1:14 a quote is not closed"),
        ("post.text == “a”", "1:14 write straight quotes: ' or \""),
        ("post.text = 'a'", "1:11 '=' was not expected here; write =="),
        ("true and false", "1:6 'and' was not expected here; write &&"),
        ("true OR false", "1:6 'OR' was not expected here; write ||"),
        ("true & false", "1:6 '&' was not expected here; write &&"),
        ("not true", "1:5 'not' was not expected here; write !"),
        ("1 <> 2", "1:4 '<>' was not expected here; write !="),
        ("post.text == '' ;", "1:17 ';' was not expected here"),
        ("post..text == ''", "1:6 '..' was not expected here"),
        ("while == 1", "1:1 'while' means nothing in expressions"),
        ("9223372036854775808 == 1", "1:1 the number is too large"),
    ],
)
def test_of_a_faulty_syntax_the_first_fault_is_told(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_text() -> None:
    assert complaints("post.hastags == [] &&\n pst.x == 1 && post.text > 3") == [
        "1:6 undefined field 'hastags' of post; did you mean 'hashtags'?",
        "2:2 unknown name 'pst.x'; did you mean 'post'?",
        "2:26 '>' cannot be used on (string, int)",
    ]
    assert [one.partition(" ")[0] for one in complaints("post.kind == 'x' || null == null")] == ["1:14", "1:21", "1:29"]


DEEP = "1:1 the expression is nested too deeply; at most 32 levels, so make a [fact] of a part"


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        pytest.param("(" * 40 + "true" + ")" * 40, DEEP, id="brackets"),
        pytest.param("+".join(["post.length"] * 100) + " == 1", DEEP, id="sums"),
        pytest.param("true ? true : " * 50 + "true", DEEP, id="choices"),
        pytest.param("".join(f"post.topics.exists(x{n}, " for n in range(30)) + "true" + ")" * 30, DEEP, id="macros"),
        pytest.param(
            "post.length in [" + ",".join(map(str, range(2100))) + "]",
            "1:13 the expression has 2104 parts; at most 2000",
            id="parts",
        ),
        pytest.param(
            "post.text == '" + "a" * MAX_EXPRESSION + "'",
            "1:1 the expression has 10,015 characters; at most 10,000",
            id="characters",
        ),
    ],
)
def test_an_enormous_expression_is_refused(expression: str, complaint: str) -> None:
    assert complaints(expression) == [complaint]


def test_an_expression_as_large_as_allowed_is_judged() -> None:
    assert value(" || ".join(["post.length == 1"] * 399 + ["post.length == 18"])) is True


def test_an_unknown_network_far_from_all_is_left_to_lint() -> None:
    assert complaints("post.network == 'mastodon'") == []
    assert complaints("post.network == 'twiter'", Checker(VARIABLES, models=[Post, Account, Event])) == []


# What the parts are worth


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / -2", -3),
        ("7 % -2", 1),
        ("-7 % 2", -1),
        ("-7.0 / 2.0", -3.5),
        ("1.0 / 0.0", float("inf")),
        ("-1.0 / 0.0", float("-inf")),
        ("1.0 / -0.0", float("-inf")),
        ("double(3) / 2.0", 1.5),
        ("2 + 3 * 4", 14),
        ("-9223372036854775807 - 1", -(2**63)),
        ("size(post.text)", 18),
        ("size('👩‍👩‍👧')", 5),
        ("size(post.media)", 3),
        ("size(post.extra)", 1),
        ("post.extra['ref'] + post.extra.ref", "77"),
        ("'ref' in post.extra", True),
        ("post.text.lowerAscii()", "straße ÉtÉ, trein!"),
        ("post.text.upperAscii()", "STRAßE ÉTÉ, TREIN!"),
        ("'\u00a0 a b\u2028'.trim()", "a b"),
        ("'\u001c a'.trim()", "\u001c a"),
        ("'a,b,,c'.split(',')", ("a", "b", "", "c")),
        ("'a,b,,c'.split(',', 2)", ("a", "b,,c")),
        ("'a,b'.split(',', 0)", ()),
        ("'aé'.split('')", ("a", "é")),
        ("''.split('')", ("",)),
        ("''.split(',')", ("",)),
        ("['a', 'b'].join()", "ab"),
        ("['a', 'b'].join(', ')", "a, b"),
        ("words(post.text)", ("strasse", "été", "trein")),
        ("distinct(post.topics)", ("a", "b")),
        ("size(distinct([0.0 / 0.0, 0.0 / 0.0, -0.0, 0.0]))", 2),
        ("post.topics[2]", "a"),
        ("post.topics + ['c']", ("a", "b", "a", "c")),
        ("post.topics.map(t, t + t)", ("aa", "bb", "aa")),
        ("post.topics.map(t, t != 'a', t + t)", ("bb",)),
        ("post.media.filter(m, m.type == 'photo').map(m, m.url)", ("", "c.jpg")),
        ("post.topics.exists_one(t, t == 'b')", True),
        ("post.topics.exists_one(t, t == 'a')", False),
        ("post.topics.exists_one(t, t == 'c')", False),
        ("post.text.matches('(?i)strasse')", False),
        ("post.text.matches(r'\\p{Lu}{3}')", True),
        ("post.text.matches('^Stra.e')", True),
        ("post.text.startsWith('Str') && post.text.endsWith('!') && post.text.contains('ÉTÉ')", True),
        ("param.limit <= 3 && 3 >= param.limit && param.limit <= param.limit && param.limit >= param.limit", True),
        ("param.limit < 3 || 3 > param.limit || param.limit < param.limit || param.limit > param.limit", False),
        ("post.length != 18", False),
        ("post.length != 17", True),
        ("post.language == 'nl' ? 1 : 2", 1),
        ("param.ratio in param.ratios", True),
        ("(0.0 / 0.0) in param.ratios", False),
        ("param.ratios == param.ratios", False),
        ("param.ratios != param.ratios", True),
        ("siblings.exists(s, s.media.exists(m, m.url == 'b.mp4' && s.language == 'nl'))", True),
        ("siblings.map(a, a.topics.filter(b, b == 'a').map(b, b + a.language)[1])", ("anl",)),
        ("shout(post.language, 2)", "NL!!"),
        ("biggest([1, 3, 2])", 3),
        ("listed('')", ("a", "b")),
        ("has(post.date)", False),
        ("post.media.map(m, has(m.duration_s))", (False, True, False)),
    ],
)
def test_an_expression_has_its_value(expression: str, expected: object) -> None:
    found = value(expression)

    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("expression", "reasons"),
    [
        ("post.length / 0 == 1", ("division by zero",)),
        ("post.length % 0 == 1", ("division by zero",)),
        ("9223372036854775807 + param.limit > 0", ("integer overflow",)),
        ("-9223372036854775807 - param.limit > 0", ("integer overflow",)),
        ("9223372036854775807 * param.limit > 0", ("integer overflow",)),
        ("-(-9223372036854775807 - 1) > 0", ("integer overflow",)),
        ("(-9223372036854775807 - 1) / -1 > 0", ("integer overflow",)),
        ("(-9223372036854775807 - 1) % -1 > 0", ("integer overflow",)),
        ("post.topics[3] == 'a'", ("index out of range",)),
        ("post.topics[-1] == 'a'", ("index out of range",)),
        ("post.extra['other'] == 'a'", ("no key 'other'",)),
        ("timestamp('9999-12-31T23:00:00Z') + duration('2h') > post.published_at", ("time out of range",)),
        (
            "timestamp('9999-12-31T23:00:00Z') - timestamp('2026-01-01T00:00:00Z') > duration('1h')",
            ("duration out of range",),
        ),
        ("post.date > context.as_of", ("post.date",)),
        ("post.media.all(m, m.duration_s > 1.0)", ("post.media[].duration_s",)),
        ("post.media.filter(m, m.type == 'photo').exists(p, p.duration_s > 1.0)", ("post.media[].duration_s",)),
        ("siblings.exists(s, s.media.exists(m, m.duration_s > 99.0))", ("siblings[].media[].duration_s",)),
        ("size(post.media.map(m, m.duration_s)) > 1", ("post.media[].duration_s",)),
        ("post.media.exists_one(m, m.duration_s > 1.0)", ("post.media[].duration_s",)),
        ("event.name == ''", ("event:fair",)),
        ("has(event.starts_at)", ("event:fair",)),
        ("size([event]) == 1", ("event:fair",)),
        ("post.date > context.as_of || event.name == ''", ("post.date", "event:fair")),
        (
            "post.date > context.as_of && event.name == '' && post.length / 0 == 1",
            ("post.date", "event:fair", "division by zero"),
        ),
        ("post.date > context.as_of && true", ("post.date",)),
        ("true && post.date > context.as_of", ("post.date",)),
        ("post.date > context.as_of || false", ("post.date",)),
        ("nothing('')", ("nothing",)),
    ],
)
def test_what_cannot_be_had_is_unknown_and_says_why(expression: str, reasons: tuple[str, ...]) -> None:
    with pytest.raises(Unknown) as caught:
        value(expression)

    assert caught.value.reasons == reasons


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("post.length / 0 == 1 || true", True),
        ("false && post.length / 0 == 1", False),
        ("post.length / 0 == 1 && post.date > context.as_of && false", False),
        ("post.media.exists(m, m.duration_s > 1.0)", True),
        ("post.media.all(m, m.duration_s > 99.0)", False),
        ("!(post.date > context.as_of && false)", True),
        ("false ? post.length / 0 == 1 : true", True),
    ],
)
def test_one_part_that_decides_is_enough(expression: str, expected: object) -> None:
    assert value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("raising('')", "raising: ValueError: no"),
        ("true && (raising('') || true)", "raising: ValueError: no"),
        ("lying('') == 3", "lying: returned str"),
        ("huge('') == 3", "huge: returned int"),
        ("naive('') == context.as_of", "naive: returned datetime"),
    ],
)
def test_broken_code_is_never_absorbed(expression: str, reason: str) -> None:
    with pytest.raises(BrokenCodeError) as caught:
        value(expression)

    assert str(caught.value) == reason


def test_a_list_that_is_too_long_is_unknown() -> None:
    with pytest.raises(Unknown) as caught:
        value("siblings.exists(s, s.text == '')", siblings=(POST,) * 100_001)

    assert caught.value.reasons == ("more than 100000 items",)


# Tags and handles


@pytest.mark.parametrize(
    "expression",
    [
        "'KLIMAAT' in post.hashtags",
        "'straße' in post.hashtags",
        "post.hashtags[0] == 'klimaat' && 'klimaat' == post.hashtags[0]",
        "post.hashtags.exists(h, h == 'ÉTÉ')",
        "post.hashtags.exists(h, h in ['x', 'ÉTÉ'])",
        "post.hashtags.exists(h, h in param.tags)",
        "post.hashtags == ['klimaat', 'strasse', 'ÉTÉ']",
        "post.hashtags.filter(h, h != 'été') == ['KLIMAAT', 'Straße']",
        "post.hashtags.map(h, h) == ['KLIMAAT', 'Straße', 'ÉTÉ']",
        "['x', post.hashtags[0]] == ['X', 'klimaat']",
        "(true ? post.hashtags[0] : 'x') == 'KLIMAAT'",
        "(true ? post.hashtags : param.tags) == ['KLIMAAT', 'Straße', 'ÉTÉ']",
        "(post.hashtags + ['x'])[0] == 'KLIMAAT'",
        "'STRASSE' in (param.tags + post.hashtags)",
        "distinct(post.hashtags + ['KLIMAAT', 'ÉTÉ']) == post.hashtags",
        "account.handle == 'KANSELARIJ'",
    ],
)
def test_tags_and_handles_compare_case_folded(expression: str) -> None:
    assert value(expression) is True


def test_a_tag_keeps_its_first_spelling_and_other_texts_their_case() -> None:
    assert value("distinct(post.hashtags + ['KLIMAAT', 'Été'])") == ("Klimaat", "STRASSE", "été")
    assert value("post.language == 'NL' || 'A' in post.topics || distinct(['a', 'A']) == ['a']") is False


# Times


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("post.published_at < post.scheduled_at", True),
        ("post.published_at == post.scheduled_at", False),
        ("post.scheduled_at - post.published_at", timedelta(hours=1)),
        ("(post.published_at + duration('1h')) == post.scheduled_at", True),
        ("(post.published_at + duration('1h')).getHours('Europe/Brussels')", 2),
        ("(post.published_at + duration('24h')).getHours('Europe/Brussels')", 1),
        ("post.published_at.getHours('UTC')", 0),
        ("timestamp('2026-03-29T00:59:59Z').getHours('Europe/Brussels')", 1),
        ("timestamp('2026-03-29T01:00:00Z').getHours('Europe/Brussels')", 3),
        ("timestamp('2026-03-29T03:00:00+02:00') == timestamp('2026-03-29T01:00:00Z')", True),
        ("timestamp('2026-12-31T23:30:00Z').getFullYear('Europe/Brussels')", 2027),
        ("timestamp('2026-12-31T23:30:00Z').getMonth('Europe/Brussels')", 0),
        ("timestamp('2026-12-31T23:30:00Z').getDate('Europe/Brussels')", 1),
        ("timestamp('2026-12-31T23:30:00Z').getDayOfMonth('UTC')", 30),
        ("timestamp('2026-12-31T23:30:00Z').getDayOfYear('UTC')", 364),
        ("timestamp('2026-11-22T12:00:00Z').getDayOfWeek('UTC')", 0),
        ("timestamp('2026-11-22T12:34:56.789Z').getMinutes('Asia/Kathmandu')", 19),
        ("timestamp('2026-11-22T12:34:56.789Z').getSeconds('UTC')", 56),
        ("timestamp('2026-11-22T12:34:56.789Z').getMilliseconds('UTC')", 789),
        ("timestamp('9999-12-31T23:30:00Z').getFullYear('Europe/Brussels')", 10000),
        ("timestamp('9999-12-31T23:30:00Z').getDayOfWeek('Europe/Brussels')", 6),
        ("timestamp('0001-01-01T00:30:00Z').getFullYear('America/New_York')", 0),
        ("timestamp('0001-01-01T00:30:00Z').getDate('America/New_York')", 31),
        ("duration('1h30m')", timedelta(minutes=90)),
        ("duration('-1.5s')", timedelta(seconds=-1.5)),
        ("duration('0')", timedelta(0)),
        ("duration('90m').getHours()", 1),
        ("duration('-90m').getHours()", -1),
        ("duration('-1.5s').getMilliseconds()", -500),
        ("duration('1.5s').getMilliseconds()", 500),
        ("post.published_at in [post.scheduled_at - duration('1h')]", True),
        ("first_half('') < second_half('') && first_half('') == post.published_at", True),
        ("second_half('') - first_half('')", timedelta(hours=1)),
    ],
)
def test_times_are_instants_and_parts_are_those_of_a_place(expression: str, expected: object) -> None:
    found = value(expression)

    assert (type(found), found) == (type(expected), expected)


def test_the_hour_in_which_clocks_go_back_is_an_hour() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS)
    post = Post(network="twitter", published_at=first, scheduled_at=first.replace(fold=1))

    assert value("post.scheduled_at - post.published_at", post=post) == timedelta(hours=1)
    assert value("post.published_at < post.scheduled_at", post=post) is True
    assert value("post.published_at == post.scheduled_at", post=post) is False
    assert value("post.published_at + duration('24h')", post=post) == datetime(2026, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T9:30:00Z",
        "2026-11-24T09:30Z",
        "20261124T093000Z",
        "2026-11-24 09:30:00Z",
        "2026-11-24T09:30:00",
        "2026-13-01T00:00:00Z",
        "2026-11-24T09:30:00.1234567Z",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-11-24T09:30:00Z",
    ],
)
def test_a_time_that_is_not_written_in_full_is_refused(text: str) -> None:
    (complaint,) = complaints(f"post.date > timestamp('{text}')")

    assert complaint == f"1:23 '{text}' is no timestamp; write timestamp('2026-11-24T09:30:00Z')"


@pytest.mark.parametrize("text", ["", "1", "h", "1d", "1ns", "0.1us", "1h ", "٣h", "2562048h", "9" * 5000 + "h"])
def test_a_duration_that_is_none_or_too_fine_or_too_long_is_refused(text: str) -> None:
    assert complaints(f"duration('1h') > duration('{text}')") == [
        f"1:27 '{text}' is no duration; write duration('36h')"
    ]


# Why


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("post.media.all(m, m.alt != '')", ("video", "photo")),
        ("post.topics.all(t, t != 'a')", ("a",)),
        ("!post.topics.exists(t, t == 'a')", ("a",)),
        ("post.topics.exists(t, t == 'c')", ("a", "b")),
        ("!post.topics.all(t, t != 'c')", ("a", "b")),
        ("post.topics.exists_one(t, t == 'a')", ("a",)),
        ("post.topics.exists_one(t, t == 'c')", ("a", "b")),
        ("post.length > 1 && post.topics.all(t, t == 'a')", ("b",)),
        ("post.length < 1 || post.topics.all(t, t == 'a')", ("b",)),
        ("post.topics.all(t, t != 'c') && post.topics.all(t, t == 'a')", ("b",)),
        ("post.length > 1 ? post.topics.all(t, t == 'a') : post.topics.all(t, t == 'b')", ("b",)),
        ("siblings.all(s, s.topics.all(t, t == 'a'))", ("twitter",)),
        ("post.media.all(m, m.duration_s < 1.0)", ("video",)),
        ("event.pages.all(p, p.owner != '')", ()),
        ("post.length < 1", ()),
    ],
)
def test_the_elements_that_break_a_condition_are_named(expression: str, names: tuple[str, ...]) -> None:
    assert failing(CHECKER.check(expression), SLOTS, frame()) == names


def test_not_more_elements_are_named_than_a_reader_takes_in() -> None:
    post = POST.model_copy(update={"topics": tuple(map(str, range(99)))})

    assert len(failing(CHECKER.check("post.topics.all(t, t == '')"), SLOTS, frame(post=post))) == MOST


def test_the_values_are_those_of_what_is_compared_counted_or_searched() -> None:
    node = CHECKER.check(
        "size(post.topics) <= param.limit && !(post.language in ['fr']) && post.media.all(m, m.alt != '')"
        " && post.date > timestamp('2026-01-01T00:00:00Z')"
    )
    found = values(node, SLOTS, frame())

    assert list(found) == [
        "size(post.topics)",
        "param.limit",
        "post.language",
        "post.media",
        "post.date",
        "timestamp('2026-01-01T00:00:00Z')",
    ]
    assert (found["size(post.topics)"], found["param.limit"], found["post.language"]) == (3, 3, "nl")
    assert isinstance(found["post.date"], Unknown)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("true&&false||true", "(true && false) || true"),
        ("true && false && true && false", "true && false && true && false"),
        ("!(post.text=='a')", "!(post.text == 'a')"),
        ("(1+2)*3==9", "(1 + 2) * 3 == 9"),
        ("-(5) == -5", "-(5) == -5"),
        ("(true?post.text:post.language).contains('a')", "(true ? post.text : post.language).contains('a')"),
        ('post.text == "it\'s"', r"post.text == 'it\'s'"),
        (r"post.text == 'a\nb\\'", r"post.text == 'a\U0000000ab\\'"),
        ("has(post.date) && post.topics [ 0 ] == ''", "has(post.date) && post.topics[0] == ''"),
        ("post.topics.size()==1", "size(post.topics) == 1"),
        ("post.date.getHours('UTC') in [1,2]", "post.date.getHours('UTC') in [1, 2]"),
        ("(post.topics+['a']).exists(t,t=='a')", "(post.topics + ['a']).exists(t, t == 'a')"),
    ],
)
def test_an_expression_is_shown_as_its_author_would_write_it(expression: str, shown: str) -> None:
    assert render(CHECKER.check(expression)) == shown


def test_an_expression_names_the_fields_that_it_reads() -> None:
    node = CHECKER.check(
        "post.media.filter(m, m.type == 'photo').exists(p, p.alt == post.text)"
        " && account.audience.age_min > param.limit && has(post.date)"
        " && siblings[0].topics.exists(t, t == 'a') && post.extra.ref == ''"
    )

    assert fields(node) == {
        "post.media",
        "post.media[].type",
        "post.media[].alt",
        "post.text",
        "account.audience.age_min",
        "param.limit",
        "post.date",
        "siblings",
        "siblings[].topics",
        "siblings[].topics[]",
        "post.extra.ref",
    }


def test_any_type_may_be_asked_for() -> None:
    assert CHECKER.check("post.text", None).type == STRING
    assert CHECKER.check("post.length", INT).type == INT
    assert CHECKER.check("true", BOOL).type == BOOL
    assert str(CHECKER.check("post.media.map(m, m.duration_s)", None).type) == "list(double)"
