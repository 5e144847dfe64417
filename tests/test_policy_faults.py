"""What the author of a policy with mistakes is told: file, line, column, rule and reason, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import govsocial_twitter
from govsocial.defaults import assemble as set_up
from govsocial.errors import PolicyError
from govsocial.policy.load import load_policies
from houses import HEADER, LANGUAGES, complaints, engine, rule

if TYPE_CHECKING:
    from pathlib import Path

PLANTED = {
    "a key": (rule('messge = "No."'), "10:1 house/a: unknown key 'messge'; did you mean 'message'?"),
    "a table": ("[params.x]\nvalue = 1\n", "6:2 params: unknown key 'params'; did you mean 'param'?"),
    "a field": (
        rule(require="size(post.hastags) < 3"),
        "8:22 house/a: undefined field 'hastags' of post; did you mean 'hashtags'?",
    ),
    "a field inside a macro": (
        rule(require='post.media.all(m, m.typ != "")'),
        "8:32 house/a: undefined field 'typ' of media; did you mean 'type'?",
    ),
    "a function": (
        rule(require='post.text.startWith("a")'),
        "8:22 house/a: unknown name 'startWith'; did you mean 'startsWith'?",
    ),
    "a variable": (rule(require="size(pots.text) > 0"), "8:17 house/a: unknown name 'pots.text'; did you mean 'post'?"),
    "a placeholder": (
        rule().replace("No.", "{post.lenght} is too long."),
        "9:11 house/a: placeholder {post.lenght}: undefined field 'lenght' of post; did you mean 'length'?",
    ),
    "a placeholder that is an expression": (
        rule().replace("No.", "{1 + 1} is too long."),
        "9:11 house/a: placeholder {1 + 1}: it is no path",
    ),
    "a placeholder that is a table": (
        rule().replace("No.", "{post.media} is too long."),
        "9:11 house/a: placeholder {post.media}: it is a table; name one of its fields",
    ),
    "a brace": (
        rule().replace("No.", "{post.length is too long."),
        "9:11 house/a: a brace is not closed, or holds more than a path; write {{ for a brace",
    ),
    "a source": (
        '[source.norm]\ntitle = "Norm"\n' + rule('source = { ref = "nrom" }'),
        "12:18 house/a: no source is called 'nrom'; did you mean 'norm'?",
    ),
    "a source that rules share": (
        '[source.norm]\ntitle = "Norm"\n[defaults]\nsource = { ref = "nrom" }\n' + rule() + rule(name="b"),
        "9:18 defaults.source.ref: no source is called 'nrom'; did you mean 'norm'?",
    ),
    "a source of a param": (
        '[source.norm]\ntitle = "Norm"\n[param.x]\nvalue = 3\nsource = { ref = "nrom" }\n',
        "10:18 param.x.source.ref: no source is called 'nrom'; did you mean 'norm'?",
    ),
    "yields_to": (
        rule('yields_to = ["house/other-one"]') + rule(name="another-one"),
        "10:14 house/a: there is no rule 'house/other-one'; did you mean 'house/another-one'?",
    ),
    "the policy in yields_to": (
        rule('yields_to = ["huose/b"]') + rule(name="b"),
        "10:14 house/a: there is no rule 'huose/b'; did you mean 'house/b'?",
    ),
    "a network": (
        rule('networks = ["facebook", "twiter"]'),
        "10:25 house/a: there is no network 'twiter'; did you mean 'twitter'?",
    ),
    "a network that rules share": (
        '[defaults]\nnetworks = ["twiter"]\n' + rule() + rule(name="b"),
        "7:13 defaults.networks[0]: there is no network 'twiter'; did you mean 'twitter'?",
    ),
    "the network of an opportunity": (
        '[[opportunity]]\nid = "a"\nnetwork = "snapchap"\nmessage = "Go."\n',
        "8:11 house/a: there is no network 'snapchap'; did you mean 'snapchat'?",
    ),
    "a severity": (
        rule('severity = "eror"'),
        "10:12 house/a: 'eror' is not one of: error, warning, note; did you mean 'error'?",
    ),
    "a kind": (
        rule('kinds = ["repots"]'),
        (
            "10:10 house/a: 'repots' is not one of: original, reply, repost, quote, story, live, message, *;"
            " did you mean 'repost'?"
        ),
    ),
    "a value of a closed set": (
        rule(require='post.kind == "repots"'),
        (
            "8:25 house/a: 'repots' is no kind; one of: original, reply, repost, quote, story, live, message;"
            " did you mean 'repost'?"
        ),
    ),
    "a network in an expression": (
        rule(require='post.network == "twiter"'),
        "8:28 house/a: there is no network 'twiter'; did you mean 'twitter'?",
    ),
    "the type of an operand": (
        rule(require='size(post.hashtags) <= "3"'),
        "8:32 house/a: '<=' cannot be used on (int, string)",
    ),
    "the type of a condition": (
        rule(require="size(post.hashtags)"),
        "8:12 house/a: a condition is true or false; this is int",
    ),
    "the type of plural": (
        rule('plural = "post.text"'),
        "10:11 house/a: 'plural' is a whole number; this is string",
    ),
    "the type of reach": (
        '[[live]]\nid = "a"\nplatform = "twitter"\nreach = "event.name"\nmessage = "Go."\n',
        "9:10 house/a: 'reach' is a number; this is string",
    ),
    "two forms without a count": (
        rule().replace('"No."', '{ en = { one = "One.", other = "Several." } }'),
        "9:18 house/a: say what is counted, such as plural = 'fact.n', or write one text instead of two",
    ),
    "a pattern": (
        rule(require='post.text.matches("(?=a)")'),
        "8:30 house/a: the pattern cannot be used: invalid perl operator: (?=",
    ),
    "an id twice": (rule() + '[[duty]]\nid = "a"\nmessage = "Do."\n', "11:6 house/a: two rules have the id 'a'"),
    "an id": (
        rule(name="No_Shouting"),
        "7:6 house/No_Shouting: 'No_Shouting' cannot be a name; use small letters, digits, - in ids, _ elsewhere",
    ),
    "a period": (
        rule("valid = { from = 2026-02-01, until = 2026-02-01 }"),
        "10:9 house/a: 'until' (2026-02-01) is not after 'from' (2026-02-01)",
    ),
    "a date in quotes": (
        rule('valid = { from = "2026-02-30" }'),
        "10:18 house/a: '2026-02-30' is no date or time; write it as 2026-11-24 or 2026-11-24T09:30",
    ),
    "a date": (rule("valid = { from = 2026-02-30 }"), "10:18: the date 2026-02-30 does not exist"),
    "a header": ("[[rule]\n", "6:1: write [[rule]]"),
    "dates that overlap": (
        "[param.x]\nvalues = [\n  { until = 2026-02-02, value = 1 },\n  { from = 2026-02-01, value = 2 },\n]\n",
        "9:3 param.x.values[1]: two values for one day: this one and values[0]",
    ),
    "types that differ": (
        '[param.x]\nvalues = [{ until = 2026-02-01, value = 1 }, { from = 2026-02-01, value = "2" }]\n',
        "7:75 param.x.values[1].value: this is string, the first value is int",
    ),
    "a list of several types": (
        '[param.x]\nvalue = [1, "2"]\n',
        "7:9 param.x.value: a param is true or false, a number, a text, a date, or a list of one of these",
    ),
    "a list of lists": (
        "[param.x]\nvalue = [[1], [2]]\n",
        "7:9 param.x.value: a param is true or false, a number, a text, a date, or a list of one of these",
    ),
    "a number that is none": (
        "[param.x]\nvalue = nan\n",
        "7:9 param.x.value: a param is true or false, a number, a text, a date, or a list of one of these",
    ),
    "a number of more than 64 bits": (
        "[param.x]\nvalue = 9223372036854775808\n",
        "7:9 param.x.value: a param is true or false, a number, a text, a date, or a list of one of these",
    ),
    "an empty list": (
        "[param.x]\nvalue = []\n",
        "7:9 param.x.value: an empty list does not say what it is a list of; give it one value at least",
    ),
    "a param without value": ("[param.x]\n", "6:1 param.x: give either 'value' or 'values'"),
    "an outcome": (
        rule("[[rule.test]]", 'post = { text = "a" }', 'expect = "vioation"'),
        (
            "12:10 house/a: 'vioation' is not one of: pass, violation, waived, superseded, unknown, error,"
            " not-applicable, open, attested, offered; did you mean 'violation'?"
        ),
    ),
    "a test without expectation": (
        rule("[[rule.test]]", 'post = { text = "a" }'),
        "10:1 house/a: the test expects nothing; write for example expect = 'violation'",
    ),
    "a type of resource in a test": (
        rule("[[rule.test]]", 'pots = { text = "a" }', 'expect = "pass"'),
        "11:1 house/a: unknown key 'pots'; did you mean 'post'?",
    ),
    "a test that is no table": (
        rule("[[rule.test]]", "post = 5", 'expect = "pass"'),
        "11:8 house/a: expected a table or a list of tables, found 5",
    ),
    "a case that is no text": (rule("passes = [5]"), "10:11 house/a: expected a text or a table, found 5"),
    "a message": (
        rule().replace('"No."', "{}"),
        "9:11 house/a: it is empty; leave it out, or fill it in",
    ),
    "a message of no words": (rule().replace("No.", ""), "9:11 house/a: the text is empty"),
    "a fact": (
        "[fact]\nn = 'size(post.hastags)'\n",
        "7:16 fact.n: undefined field 'hastags' of post; did you mean 'hashtags'?",
    ),
    "rules that silence one another": (
        rule('yields_to = ["house/b"]') + rule('yields_to = ["house/a"]', name="b"),
        "10:14 house/a: these rules silence one another: house/a → house/b → house/a",
    ),
    "a rule that yields to itself": (
        rule('yields_to = ["house/a"]'),
        "10:14 house/a: these rules silence one another: house/a → house/a",
    ),
}


@pytest.mark.parametrize(("text", "line"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_told_in_one_line(text: str, line: str) -> None:
    assert [line] == complaints(text)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ('{ nl = "Nee." }', "10:11 house/a: the text is missing in: fr"),
        (
            '{ nl = "Nee.", fr = "Non.", frr = "Nay." }',
            "10:45 house/a: 'frr' is no language of this policy; did you mean 'fr'?",
        ),
        ('{ nl = "{post.length}", fr = "Non." }', "10:40 house/a: in 'fr' the text lacks {post.length}"),
    ],
)
def test_a_message_is_the_same_in_all_languages(message: str, line: str) -> None:
    assert [line] == complaints(rule().replace('"No."', message), LANGUAGES)


def test_a_title_that_lacks_a_language_is_told() -> None:
    header = LANGUAGES.replace(', fr = "Maison"', "")

    assert complaints("", header) == ["5:9 policy.title: the text is missing in: fr"]


def test_a_time_zone_that_does_not_exist_is_told() -> None:
    lines = complaints("", HEADER + 'timezone = "Europe/Brussel"\n')

    assert lines == ["6:12 policy.timezone: there is no time zone 'Europe/Brussel'"]


def test_the_only_condition_of_a_list_has_its_place() -> None:
    text = rule().replace("require = 'true'", "require = ['size(post.hastags) > 0']")

    assert complaints(text) == ["8:23 house/a: undefined field 'hastags' of post; did you mean 'hashtags'?"]


def test_a_condition_of_several_lines_has_its_place() -> None:
    text = rule().replace("'true'", "'''\n  post.text != ''\n  && size(post.hastags) > 0\n'''")

    assert complaints(text) == ["10:16 house/a: undefined field 'hastags' of post; did you mean 'hashtags'?"]


MANY = """[param.x]
value = 3
[fact]
n = 'size(post.hastags)'
[[rule]]
id = "a"
severty = "error"
kinds = ["repots"]
when = 'post.text.startWith("a")'
require = 'fact.n < param.y'
message = "{post.lenght}"
[[rule]]
id = "b"
when = 'fact.n > 1'
message = "No."
[[rule]]
id = "c"
on = "acount"
require = 'size(account.name) < 3'
message = "{account.nam}"
[[rule]]
id = "d"
networks = ["twiter"]
require = ['true', 'siz(post.text) < 3']
message = "No."
help = 5
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as error:
        set_up([written(tmp_path, "house.toml", HEADER + MANY)], others=False)
    expected = """\
9:16 fact.n: undefined field 'hastags' of post; did you mean 'hashtags'?
12:1 house/a: unknown key 'severty'; did you mean 'severity'?
13:10 house/a: 'repots' is not one of: original, reply, repost, quote, story, live, message, *; did you mean 'repost'?
14:19 house/a: unknown name 'startWith'; did you mean 'startsWith'?
16:11 house/a: placeholder {post.lenght}: undefined field 'lenght' of post; did you mean 'length'?
17:1 house/b: 'require' is missing
23:6 house/c: 'acount' is not one of: post, account, event, institution; did you mean 'account'?
28:13 house/d: there is no network 'twiter'; did you mean 'twitter'?
29:21 house/d: unknown name 'siz'; did you mean 'size'?
31:8 house/d: expected a table, found 5"""

    assert expected.splitlines() == [line.rpartition("house.toml:")[2] for line in str(error.value).splitlines()]


def test_mistakes_of_form_and_of_meaning_in_several_files_are_told_at_once(tmp_path: Path) -> None:
    form = written(tmp_path, "form.toml", HEADER + rule('severity = "eror"'))
    meaning = written(tmp_path, "meaning.toml", HEADER.replace("house", "home") + rule(require="size(pots.text) > 0"))
    toml = written(tmp_path, "toml.toml", "[policy")
    with pytest.raises(PolicyError) as error:
        set_up([toml, form, meaning, tmp_path / "absent.toml"], others=False)
    places = [line.removeprefix(str(tmp_path)).partition(" ")[0] for line in str(error.value).splitlines()]

    assert places == ["/toml.toml:1:1:", "/form.toml:10:12", "/meaning.toml:8:17", "/absent.toml:"]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_bytes(b"# caf\xe9")

    with pytest.raises(PolicyError, match="byte 6 is no UTF-8; save the file as UTF-8"):
        load_policies(path)


def test_a_package_that_is_not_there_is_told() -> None:
    with pytest.raises(PolicyError, match="the policy cannot be read"):
        load_policies("govsocial_that_is_not_there")


def test_a_package_is_not_taken_for_a_folder_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "govsocial_twitter").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "twitter" in {policy.id for policy in load_policies(govsocial_twitter.__name__)}


def test_the_text_of_a_policy_keeps_its_faults_apart_by_file() -> None:
    with pytest.raises(PolicyError) as error:
        engine(HEADER, HEADER)

    assert str(error.value) == "house.toml:3:6 policy.id: there is another policy with the id 'house': house.toml"
