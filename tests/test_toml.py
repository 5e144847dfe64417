"""TOML texts: what is said when they are wrong, and where their parts stand."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import tomli_w
from hypothesis import assume, example, given
from hypothesis import strategies as st

from govsocial import toml
from govsocial.errors import InputError, Place
from govsocial.toml_places import places

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = "tuple[str | int, ...]"

MARK = "¦"  # stands before the expected place
LONG = "m" * 61
BROKEN_TABLE = "a line ends inside { … }; write it on one line, or each key on its own line without the braces"
APOSTROPHE = "an apostrophe ends a text in '…'; use \"…\" or '''…'''"
INNER = """a " ends a text in "…"; use '…' or write \\\""""
MARKED: dict[str, str] = {
    # values without quotes
    "id = ¦hashtags-max": 'write it in quotes: "hashtags-max"',
    "title = ¦De trein is er  # nog niet": 'write it in quotes: "De trein is er"',
    "[[rule]]\r\n\tid = ¦largo\r\n": 'write it in quotes: "largo"',
    'titel = "é𝒳"\nids = ["é𝒳", ¦house/b, "c"]': 'write it in quotes: "house/b"',
    "a = { b = ¦house }": 'write it in quotes: "house"',
    "require = ¦size(post.hashtags) <= 3": 'write it in quotes: "size(post.hashtags) <= 3"',
    'require = ¦post.kind == "quote"': "write it in quotes: 'post.kind == \"quote\"'",
    """require = ¦f("a", 'b')""": """write it in quotes: '''f("a", 'b')'''""",
    "id = ¦2way": 'write it in quotes: "2way"',
    "ids = [¦2way]": 'write it in quotes: "2way"',
    "id = ¦information": 'write it in quotes: "information"',
    "id = ¦007": 'write it in quotes: "007"',
    f"id = ¦{LONG}": f'write it in quotes: "{LONG[:60]}…"',
    "binding = ¦True": "write true or false, in small letters and without quotes",
    "binding = ¦no": "write true or false, in small letters and without quotes",
    "score = ¦0,5": "write the number as 0.5",
    "score = ¦-.5": "write the number as -0.5",
    "score = ¦5.": "write the number as 5.0",
    # dates
    "until = ¦2026-02-30": "the date 2026-02-30 does not exist",
    "until = ¦2026-02-30T10:00:00Z": "the date 2026-02-30 does not exist",
    "valid = { from = ¦2025-02-29 }": "the date 2025-02-29 does not exist",
    "until = ¦2026-13-01": "the date 2026-13-01 does not exist",
    "until = ¦2026-2-5": "write the date as 2026-02-05",
    "until = ¦5/2/2026": "write a date as year-month-day, such as 2026-02-05",
    # quotes within quotes, and strings that do not end
    "when = 'it¦'s'": APOSTROPHE,
    "fr = ['l¦'eau', 'b']": APOSTROPHE,
    "message = { fr = 'l¦'eau' }": APOSTROPHE,
    "when = 'les dogs¦' tails'": APOSTROPHE,
    'en = "say ¦"hi" now"': INNER,
    "id = ¦“x”": "“ is a curly quote; write straight ones, \" or '",
    'en = ¦"tram\nid = 1': 'this text is not closed with "; one of several lines stands in """',
    "en = ¦'tram\nid = 1": "this text is not closed with '; one of several lines stands in '''",
    "a = 'b'\nen = ¦'tram\nid = \"'\"": "this text is not closed with '; one of several lines stands in '''",
    'a = 1\nen = ¦"""tram\nid = 1\n': 'this text is never closed with """',
    "en = [\n¦'''tram\nid = 1\n]": "this text is never closed with '''",
    'match = "¦\\d+"': "\\d means nothing in \"…\"; write '…', or \\\\ for a backslash",
    'match = ¦"a\\\nb"': 'this text is not closed with "; one of several lines stands in """',
    'match = "¦\\u12"': "\\u takes four hexadecimal digits and \\U eight, of a character that exists",
    'match = "¦\\ud800"': "\\u takes four hexadecimal digits and \\U eight, of a character that exists",
    # inline tables and lists
    'message = { nl = "é",¦\n  fr = "b" }': BROKEN_TABLE,
    'message = {¦\n  nl = "a" }': BROKEN_TABLE,
    'message = { nl = "a" ¦# why\n}': BROKEN_TABLE,
    'message = { nl = "a"¦, }': "leave out the comma before '}'",
    'm = { a = "x" ¦b = "y" }': "a comma is missing before this",
    "a = [1, 2 ¦3]": "a comma is missing before this",
    'a = [\n  "b"\n  ¦"c"\n]': "a comma is missing before this",
    'a = ["b", ¦, "c"]': "a value is missing here",
    'a = ¦["b"\nid = 3': "'[' is never closed with ']'",
    'a = ¦["b",\n\n[[rule]]\nid = "c"': "'[' is never closed with ']'",
    "a = ¦[[1]": "'[' is never closed with ']'",
    'a = ¦{ b = "c"': "'{' is never closed with '}'",
    'a = ["""b""" ¦c]': "a comma or ']' is expected here",
    'a = { b = """b""" ¦c }': "a comma or '}' is expected here",
    # what stands there twice
    '[[rule]]\nid = "a"\n[[rule]]\n\nid = """\nb"""\n¦id = """\nc"""': "'id' is already set on line 5",
    "\"i d\" = 1\n¦'i d' = 2": "''i d'' is already set on line 1",
    'message = "a"\n¦message.nl = "b"': "'message.nl' is already set on line 1",
    'message.nl = "a"\n# b\n¦message = "c"': "'message' is already set on line 1",
    'text = """\nid = 1\n"""\nid = 2\n¦id = 3': "'id' is already set on line 4",
    'm = { nl = "a", fr = ["b"], ¦nl = "c" }': "'nl' is already set",
    "[a.b]\n[a]\n¦b.c = 1": "'b.c' is already set",
    "[policy]\n[a]\n[¦policy]": "[policy] is already there on line 1; in a list, each one is [[policy]]",
    "[[rule]]\n[rule.test]\n[[rule]]\n[rule.test]\n[¦rule.test]": (
        "[rule.test] is already there on line 4; in a list, each one is [[rule.test]]"
    ),
    "[rule]\n[[¦rule]]": "[[rule]] is one of a list, but 'rule' is already something else on line 1",
    "rule = []\n[[¦rule]]": "[[rule]] is one of a list, but 'rule' is already something else",
    # keys and headers
    "¦max hashtags = 3": 'a key with spaces or accents stands in quotes: "max hashtags"',
    "¦été = 1": 'a key with spaces or accents stands in quotes: "été"',
    "m = { nl = 1, ¦frç = 2 }": 'a key with spaces or accents stands in quotes: "frç"',
    "id¦: 'x'": "write '=' between a key and its value, not ':'",
    "¦hello": "a key, '=' and a value are expected here",
    "id = ¦": "a value is missing here",
    "id = ¦# what?": "a value is missing here",
    'id = "x" ¦at = "y"': "this begins a new key; write it on a line of its own",
    "a = 1¦]": "nothing more may stand on this line",
    "¦= 1": "a key or a [table] is expected here",
    "a.¦.b = 1": "a key is expected here",
    "¦[rule # one": "write [rule]",
    "¦[[rule.test]": "write [[rule.test]]",
    "¦[max tags]": 'write ["max tags"]',
    "¦[été]": 'write ["été"]',
    # signs that nobody sees
    "id =¦\u00a0'x'": "an invisible character, U+00A0, stands here; delete it",
    "# a¦\x07": "an invisible character, U+0007, stands here; delete it",
    "¦\ufeffid = 1": "an invisible character, U+FEFF, stands here; delete it",
}


def taken(marked: str) -> tuple[str, str]:
    """Return the text without its mark, and the ``line:column`` where the mark was."""
    before, _, after = marked.partition(MARK)
    return before + after, f"{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"


def printed(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        toml.parse(text, "a.toml")
    return [problem.render() for problem in caught.value.problems]


@pytest.mark.parametrize(("marked", "message"), MARKED.items())
def test_a_broken_text_prints_one_line_that_its_author_understands(marked: str, message: str) -> None:
    text, place = taken(marked)

    assert printed(text) == [f"a.toml:{place}: {message}"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = """
[[rule]]
id = a
until = 2026-02-30
message = { nl = "b",
  fr = "c" }
when = ['it's',
  "d",
]
help = "e
[[rule.test]]
id = "f"
id = "g"
"""

    assert printed(text) == [
        'a.toml:3:6: write it in quotes: "a"',
        "a.toml:4:9: the date 2026-02-30 does not exist",
        f"a.toml:5:22: {BROKEN_TABLE}",
        f"a.toml:7:12: {APOSTROPHE}",
        'a.toml:10:8: this text is not closed with "; one of several lines stands in """',
        "a.toml:13:1: 'id' is already set on line 12",
    ]


def test_nothing_is_said_of_what_follows_a_broken_header() -> None:
    assert printed("[a]\nid = 1\n[b\nid = 2\nat = c\n") == ["a.toml:3:1: write [b]"]


def test_nothing_is_said_of_the_lines_of_a_text_that_is_not_closed() -> None:
    lines = printed('en = "a\nb c"\nid = d')

    assert lines == ['a.toml:1:6: this text is not closed with "; one of several lines stands in """']


def test_twenty_faults_are_enough() -> None:
    assert len(printed("\n".join(f"key{number} = value" for number in range(30)))) == 20


def test_brackets_that_lie_too_deep_are_refused() -> None:
    assert printed("a = " + "[" * 100_000) == ["a.toml: the brackets lie too deep in one another"]


def test_a_number_that_is_too_long_is_refused() -> None:
    assert printed("a = 1" + "0" * 5000) == ["a.toml: a number has too many digits"]


@pytest.mark.parametrize("text", ["a = 1\r\nb = 2\r\n", "\ta\t=\t1\n\tb = 2", "a = 1 # 'é\nb = 2"])
def test_tabs_and_both_line_ends_are_fine(text: str) -> None:
    assert toml.parse(text, "a.toml") == {"a": 1, "b": 2}


def test_a_text_without_faults_does_not_load_what_explains_them() -> None:
    code = """
import sys
from govsocial import toml
toml.parse("a = 1")
lazy = {"govsocial.toml_traps", "govsocial.toml_places", "tree_sitter"}
sys.exit(" ".join(lazy & set(sys.modules)) or 0)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr


@given(st.from_regex(r"[a-zA-Z][a-zA-Z0-9_./-]{0,30}", fullmatch=True))
def test_a_text_that_takes_the_hint_can_be_read(word: str) -> None:
    assume(word.lower() not in ("true", "false", "yes", "no", "on", "off", "inf", "nan"))
    message = "a.toml:1:6: write it in quotes: "

    (line,) = printed(f"id = {word}")

    assert line.startswith(message)
    assert toml.parse(f"id = {line.removeprefix(message)}") == {"id": word}


SOUND = """
[policy]
id = "a" # b'c
[param.b]
values = [{ from = 2010-10-06, value = 30 }, { value = [[1], [2.5]] }]
[[rule]]
require = 'c == "d"'
message.nl = "e \\"f\\" \\u00e9"
help.en = '''
g'''
[[rule.test]]
expect = \"\"\"
h\"\"\"
"""


@given(
    st.integers(0, len(SOUND)), st.integers(0, 3), st.text(st.sampled_from("\"'[]{}=,.#\\\n\r\t aé1-“\x00"), max_size=4)
)
@example(0, 0, "'")
def test_a_slip_of_the_pen_is_placed_within_the_text(start: int, gone: int, slip: str) -> None:
    text = SOUND[:start] + slip + SOUND[start + gone :]
    try:
        toml.parse(text, "a.toml")
    except InputError as error:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)
        lines = text.replace("\r\n", "\n").split("\n")
        for problem in error.problems:
            assert problem.line is not None
            assert problem.column is not None
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert "this is not TOML" not in problem.render()
            assert problem.render().isprintable()


PLACES: list[tuple[str, Path]] = [
    ("id = ¦'a'", ("id",)),
    ("# é\n[policy]\n  id = ¦'a'", ("policy", "id")),
    ("¦[policy]\nid = 'a'", ("policy",)),
    ("[param.max]\nvalues = [1, 'é𝒳', ¦2]", ("param", "max", "values", 2)),
    ("param.max = [\n # é\n {from = 1},\n {a = 'é', from = ¦2}]", ("param", "max", 1, "from")),
    ("param.max = [ # é\n {from = 1},\n ¦{from = 2}]", ("param", "max", 1)),
    ("a = ¦1 # b", ("a",)),
    ("[a]\nid = ¦'b' # é\n# c", ("a", "id")),
    ("a = 'é'\n¦param.'é' = 1", ("param",)),
    ("[[rule]]\nrequire = ¦'a'\n[[rule]]\nrequire = 'b'", ("rule", 0, "require")),
    ("[[rule]]\nrequire = 'a'\n[[rule]]\nwhen = [¦'b']", ("rule", 1, "when", 0)),
    ("¦[[rule]]\n[[rule]]", ("rule",)),
    ("[[rule]]\n¦[[rule]]", ("rule", 1)),
    ("[[rule]]\nmessage.nl = ¦'a'", ("rule", 0, "message", "nl")),
    ("[[rule]]\nmessage . 'nl'\t= ¦'a'", ("rule", 0, "message", "nl")),
    ("[[rule]]\nmessage = {fr = 'é𝒳', nl = ¦'a'}", ("rule", 0, "message", "nl")),
    ("[[rule]]\n[rule.message]\nfr = 'b'\nnl = ¦'a'", ("rule", 0, "message", "nl")),
    ("[[rule]]\nmessage = {en.one = ¦'a'}", ("rule", 0, "message", "en", "one")),
    ("[[rule]]\n¦message.nl = 'a'", ("rule", 0, "message")),
    ("[[rule]]\nmessage = ¦{nl = 'a'}", ("rule", 0, "message")),
    ("[[rule]]\n[[rule.test]]\n[[rule]]\n[[rule.test]]\n[[rule.test]]\nname = ¦1", ("rule", 1, "test", 1, "name")),
    ("[[rule]]\n[[rule.test]]\n[rule.test.post]\ntext = ¦1", ("rule", 0, "test", 0, "post", "text")),
    ('["i d".\'k\']\n"\\u00e9" = ¦1', ("i d", "k", "é")),
    ("[ a . b ]\nc = ¦1", ("a", "b", "c")),
    ("¦a.b.c = 1", ("a",)),
    ("a = 1\r\nb = [\r\n  ¦2]\r\n", ("b", 0)),
    # not there: what is around it
    ("[[rule]]\nmessage.nl = ¦'a'", ("rule", 0, "message", "nl", "one")),
    ("[[rule]]\n¦[[rule]]", ("rule", 1, "id")),
    ("¦id = 'a'", ("rule", 0)),
    ("¦id = 'a'", ()),
]


@pytest.mark.parametrize(("marked", "path"), PLACES)
def test_a_value_is_found_however_it_is_written(marked: str, path: Path) -> None:
    text, place = taken(marked)

    found = places(text).of(path)

    assert f"{found.line}:{found.column}" == place


KEYS: list[tuple[str, Path]] = [
    ("'é' = 'a'\n¦idd = 1", ("idd",)),
    ("[[rule]]\nmessage.¦nl = 'a'", ("rule", 0, "message", "nl")),
    ("[[rule]]\n¦message.nl = 'a'", ("rule", 0, "message")),
    ("m = {'é' = 1, ¦\"f\" = 2}", ("m", "f")),
    ("[a.¦b]", ("a", "b")),
    ("[¦a.b]", ("a",)),
    ("[[a]]\n[[¦a]]", ("a", 1)),
    ("a = [1, ¦2]", ("a", 1)),
    ("[[rule]]\n¦help = 'a'", ("rule", 0, "help", "nl")),
]


@pytest.mark.parametrize(("marked", "path"), KEYS)
def test_a_key_is_found_however_it_is_written(marked: str, path: Path) -> None:
    text, place = taken(marked)

    found = places(text).key(path)

    assert f"{found.line}:{found.column}" == place


LEAVES = st.one_of(
    st.integers(-(10**12), 10**12), st.booleans(), st.dates(min_value=date(1000, 1, 1)), st.text(max_size=12)
)
DATA = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_size=5,
)


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(data, dict | list):
        yield path, data
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield from leaves(value, (*path, key))


def rest(text: str, place: Place) -> str:
    lines = text.split("\n")
    return "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])


@given(DATA, st.booleans())
def test_every_leaf_of_any_data_is_found_where_it_was_written(data: dict[str, Any], several: bool) -> None:  # noqa: FBT001
    text = tomli_w.dumps(data, multiline_strings=several)
    known = places(text)

    for path, leaf in leaves(tomllib.loads(text)):
        written = tomli_w.dumps({"_": leaf}, multiline_strings=several).removeprefix("_ = ").rstrip("\n")
        assert rest(text, known.of(path)).startswith(written)
        if isinstance(path[-1], str):
            assert rest(text, known.key(path)).startswith(tomli_w.dumps({path[-1]: 0}).removesuffix(" = 0\n"))


RAW = st.characters(exclude_categories=("Cs", "Cc", "Zs"), exclude_characters="\"'\\").map(lambda sign: (sign, sign))
ESCAPED = st.sampled_from(
    [
        ('\\"', '"'),
        ("\\\\", "\\"),
        ("\\n", "\n"),
        ("\\t", "\t"),
        ("\\u00e9", "é"),
        ("\\u000A", "\n"),
        ("\\U0001D4B3", "𝒳"),
    ]
)
LINE = st.just(("\n", "\n"))
JOINT = st.sampled_from([("\\\n", ""), ("\\ \t\n \n  ", "")])
# by the quotes and what stands right after them: the pieces as written, with what each stands for
STRINGS = {
    "'": st.lists(RAW),
    '"': st.lists(RAW | ESCAPED),
    "'''": st.lists(RAW | LINE),
    "'''\n": st.lists(RAW | LINE),
    '"""': st.lists(RAW | ESCAPED | LINE | JOINT),
    '"""\n': st.lists(RAW | ESCAPED | LINE | JOINT),
}


@given(st.sampled_from(sorted(STRINGS)).flatmap(lambda quotes: st.tuples(st.just(quotes), STRINGS[quotes])))
@example(('"""\n', [("a", "a"), ("\\\n   ", ""), ("\\u00e9", "é"), ("\n", "\n"), ("b", "b")]))
@example(("'''", []))
@example(('"', []))
def test_every_character_of_any_string_is_found_in_its_source(case: tuple[str, list[tuple[str, str]]]) -> None:
    quotes, pieces = case
    decoded = "".join(sign for _, sign in pieces)
    before = f"'é' = [1]\na = ['𝒳', {quotes}"
    text = before + "".join(source for source, _ in pieces) + quotes.strip() + "]"
    assume(tomllib.loads(text)["a"][1] == decoded)  # line ends right after the quotes or a joint are dropped
    known, line, column = places(text), 1, 1

    for source, sign in [*pieces, ("", "the closing quote")]:
        if sign:
            at = Place(before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
            assert known.inside(("a", 1), line, column) == at
        line, column = (line + 1, 1) if sign == "\n" else (line, column + len(sign))
        before += source


@given(st.text(), st.booleans())
def test_a_character_that_is_not_escaped_stands_where_it_is_found(decoded: str, several: bool) -> None:  # noqa: FBT001
    text = tomli_w.dumps({"é": decoded}, multiline_strings=several)
    decoded, known = tomllib.loads(text)["é"], places(text)

    for number, line in enumerate(decoded.split("\n"), 1):
        for column, sign in enumerate(line, 1):
            found = rest(text, known.inside(("é",), number, column))[0]
            assert found in (sign, "\\")
            assert found == sign or not sign.isalnum()


def test_four_and_five_quotes_at_the_end_belong_to_the_text() -> None:
    text = '''a = """b"""""'''

    assert places(text).inside(("a",), 1, 3) == Place(1, 10)


@pytest.mark.parametrize(("line", "column"), [(1, 4), (1, 99), (2, 1), (9, 9)])
def test_what_lies_past_the_end_of_a_string_is_at_its_closing_quote(line: int, column: int) -> None:
    assert places("a = 'xyz' # b").inside(("a",), line, column) == Place(1, 9)


@pytest.mark.parametrize(("path", "place"), [(("a",), Place(1, 5)), (("a", 0), Place(1, 6)), (("b",), Place(1, 1))])
def test_inside_something_else_is_where_that_begins(path: Path, place: Place) -> None:
    assert places("a = [3]").inside(path, 1, 3) == place
