"""Readers: what files become, what is said of bad ones, and how resources are named."""

from __future__ import annotations

import json
import os
import sys
import types
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from govsocial.errors import InputError
from govsocial.model import RESOURCES, Post, Resource
from govsocial.readers import Reader, Record, read, read_text
from govsocial.readers.json_places import parts, places
from govsocial.readers.sniff import sniff
from govsocial.validation import models_in
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import BaseModel

    from govsocial.readers import Input

TWEETS = Path(__file__).parent.parent.parent / "shared/data/tweets/obama.jsonl"
POST = '[post]\nid = "a"\nnetwork = "twitter"\n'
FRONT = '+++\nnetwork = "facebook"\nlanguage = "nl"\n+++\n'
NO_NETWORK = (
    "network: the network is missing: say --network facebook, or write it in the file"
    ' (a plain text begins with three lines: +++, network = "facebook", +++)'
)
LINE = b'{"post": {"network": "twitter"}}\n'
DEEP = "the brackets lie too deep in one another"
KNOWN = ".toml .json .jsonl .csv .tsv .txt .md"
POLICY = '[policy]\nid = "house"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that files go by their bare names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))


def write(name: str, content: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def complaints(*paths: str, **options: Any) -> list[str]:  # noqa: ANN401 - whatever read takes
    """Return the lines that are printed of *paths*, which cannot be read."""
    with pytest.raises(InputError) as caught:
        read(paths, **options)
    return [problem.render() for problem in caught.value.problems]


def only(given: Input) -> Post:
    (post,) = given.judged
    assert isinstance(post, Post)
    return post


BAD: dict[str, tuple[str, str | bytes, str]] = {
    # TOML
    "broken TOML": ("a.toml", '[post]\nid = "a"\ntext = \n', "a.toml:3:8: a value is missing here"),
    "a date that does not exist": (
        "a.toml",
        POST + "published_at = 2026-02-30\n",
        "a.toml:4:16: the date 2026-02-30 does not exist",
    ),
    "a date as text that does not exist": (
        "a.toml",
        POST + 'published_at = "2026-02-30"\n',
        "a.toml:4:16 post.published_at: '2026-02-30' is no date or time; write it as 2026-11-24 or 2026-11-24T09:30",
    ),
    "an unknown key": (
        "a.toml",
        POST + 'txet = "x"\n',
        "a.toml:4:1 post.txet: unknown key 'txet'; did you mean 'text'?",
    ),
    "an unknown key deeper down": (
        "a.toml",
        '[[post]]\nnetwork = "x"\nmedia = [{}, { atl = "A" }]\n',
        "a.toml:3:16 post[0].media[1].atl: unknown key 'atl'; did you mean 'alt'?",
    ),
    "a wrong type": (
        "a.toml",
        '[[post]]\nnetwork = "x"\n[[post]]\nnetwork = "x"\n[[post.media]]\nalt = 7\n',
        "a.toml:6:7 post[1].media[0].alt: expected a text in quotes, found 7",
    ),
    "a value outside a closed set": (
        "a.toml",
        POST + 'kind = "retweet"\n',
        "a.toml:4:8 post.kind: 'retweet' is not one of: original, reply, repost, quote, story, live, message",
    ),
    "no network": ("a.toml", '\n[post]\ntext = "x"\n', f"a.toml:2:1 post.{NO_NETWORK}"),
    "an account without network": (
        "a.toml",
        '[[account]]\nname = "x"\n',
        "a.toml:1:1 account[0].network: 'network' is missing",
    ),
    "a NUL in TOML": (
        "a.toml",
        POST + 'text = "a\\u0000"\n',
        "a.toml:4:8 post.text: a NUL character stands in the text; remove it",
    ),
    "an unknown table": (
        "a.toml",
        '[[posts]]\nnetwork = "x"\n',
        "a.toml:1:3 posts: unknown key 'posts'; did you mean 'post'?",
    ),
    "a field outside of any table": (
        "a.toml",
        'network = "x"\n',
        "a.toml:1:1 network: 'network' stands outside of any table; does it belong in 'post'?",
    ),
    "a later format": (
        "a.toml",
        "govsocial = 2\n",
        "a.toml:1:13 govsocial: this file is for a newer govsocial: its format is 2, this one reads 1",
    ),
    "a format that is none": (
        "a.toml",
        "govsocial = true\n",
        "a.toml:1:13 govsocial: expected 1, the version of the format; found true",
    ),
    "a table that is none": ("a.toml", "post = 3\n", "a.toml:1:8 post: expected a table, found 3"),
    "a list of what is no table": ("a.toml", 'post = ["x"]\n', "a.toml:1:9 post[0]: expected a table, found x"),
    "a policy": ("a.toml", POLICY, "a.toml: this is a policy; pass it with --policy"),
    "deep TOML": ("a.toml", f"post = {'[' * 9999}{']' * 9999}", f"a.toml: {DEEP}"),
    "deep keys": ("a.toml", f"event{'.a' * 999} = 1\n", "a.toml event.a: unknown key 'a'"),
    # JSON
    "broken JSON": (
        "a.json",
        '{"post": {\n  "text": "é",\n}}',
        "a.json:2:14: leave out this comma: nothing follows it",
    ),
    "a last comma in a JSON list": (
        "a.json",
        '{"post": [{},\n]}',
        "a.json:1:13: leave out this comma: nothing follows it",
    ),
    "a key without quotes": ("a.json", "{post: {}}", "a.json:1:2: a key in double quotes is expected here"),
    "JSON cut off": (
        "a.json",
        '{"post": {"network": "x"}\n\n',
        "a.json:1:26: a comma or a closing bracket is expected here",
    ),
    "an empty JSON file": (
        "a.json",
        "",
        "a.json:1:1: a value is expected here: a text in double quotes, a number, true, false or null",
    ),
    "two tables in one JSON file": (
        "a.json",
        LINE * 2,
        "a.json:2:1: a second table begins here; a file with one table a line ends in .jsonl",
    ),
    "more after JSON": ("a.json", "{} ]", "a.json:1:4: nothing more may stand after the last bracket"),
    "a line break in a JSON text": (
        "a.json",
        '{"post": {"text": "a\nb"}}',
        "a.json:1:21: a line break or a tab stands in a text; write \\n or \\t",
    ),
    "a backslash in a JSON text": (
        "a.json",
        '{"post": {"text": "a\\x"}}',
        "a.json:1:21: this backslash means nothing here; write \\\\ for a backslash",
    ),
    "a JSON list": ("a.json", '[{"network": "x"}]', 'a.json:1:1: expected a table such as {"post": {…}}, found a list'),
    "a key twice in JSON": (
        "a.json",
        '{"post": {"network": "x",\n "text": "a", "text": "b"}}',
        "a.json:2:15 post.text: 'text' is already set",
    ),
    "NaN": (
        "a.json",
        '{"post": [{"network": "x", "media": [{"duration_s": NaN}]}]}',
        "a.json:1:53 post[0].media[0].duration_s: NaN is no number in JSON; write null for what is not known",
    ),
    "a number without end in JSON": ("a.json", f'{{"post": {"9" * 5000}}}', "a.json: a number has too many digits"),
    "deep JSON": ("a.json", '{"post": ' + "[" * 100_000, f"a.json: {DEEP}"),
    "an unknown key in JSON": (
        "a.json",
        '{"post": [{"network": "x"},\n {"network": "x", "txet": "a"}]}',
        "a.json:2:19 post[1].txet: unknown key 'txet'; did you mean 'text'?",
    ),
    "half a character": (
        "a.json",
        '{"post": {"network": "x", "text": "\\ud83d"}}',
        "a.json:1:35 post.text: half a character (a lone surrogate) stands in the text; write the text again",
    ),
    # JSON lines
    "a broken line": ("a.jsonl", LINE + b"\n{'post': 1}\n", "a.jsonl:3:2: a key in double quotes is expected here"),
    "a line cut off": ("a.jsonl", LINE + b'{"post": {"text": "a\n', 'a.jsonl:2:19: this text is never closed with "'),
    "a wrong line": (
        "a.jsonl",
        LINE + b'{"post": {"network": "x", "text": 7}}\n',
        "a.jsonl:2:35 post.text: expected a text in quotes, found 7",
    ),
    "a line with a list": ("a.jsonl", LINE + b'{"post": []}', "a.jsonl:2:10 post: expected a table, found a list"),
    "a line without its type": (
        "a.jsonl",
        LINE + b'{"text": "a"}\n',
        "a.jsonl:2:2 text: 'text' stands outside of any table; does it belong in 'post'?",
    ),
    "a deep line": ("a.jsonl", LINE + b"[" * 100_000, f"a.jsonl:2: {DEEP}"),
    # plain texts
    "a text without network": ("a.txt", "Hello\n", f"a.txt:1 {NO_NETWORK}"),
    "a wrong field above a text": (
        "a.md",
        '+++\nnetwork = "x"\nkidn = "live"\n+++\nHello\n',
        "a.md:3:1 kidn: unknown key 'kidn'; did you mean 'kind'?",
    ),
    "broken TOML above a text": ("a.md", "+++\nnetwork = x\n+++\n", 'a.md:2:11: write it in quotes: "x"'),
    "fields that never end": (
        "a.md",
        '+++\nnetwork = "x"\nHi\n',
        "a.md:1:1: the +++ of this line is never closed with a second +++ line",
    ),
    "fields in YAML": (
        "a.md",
        "---\nnetwork: x\n---\nHi\n",
        "a.md:1:1: the fields above a text stand between +++ lines, in TOML",
    ),
    "a text above and below": (
        "a.md",
        '+++\nnetwork = "x"\ntext = "a"\n+++\nb\n',
        "a.md:3:1 text: the text stands here and below the +++ lines; leave out one of them",
    ),
    "a NUL in a text": ("a.md", FRONT + "a\0b", "a.md:5:1 text: a NUL character stands in the text; remove it"),
    "too long a text": (
        "a.md",
        FRONT + "m" * 1_000_001,
        "a.md:5:1 text: the text has 1,000,001 characters; at most 1,000,000",
    ),
    # bytes
    "Windows-1252": (
        "a.md",
        FRONT.encode() + b"\xc3\xa9t\xe9 100 \x80",
        "a.md:5:3: byte 0xE9 is no UTF-8; the file looks like Windows-1252: save it as UTF-8",
    ),
    "no encoding that we know": ("a.toml", b"# \x81\n", "a.toml:1:3: byte 0x81 is no UTF-8; save the file as UTF-8"),
    "a picture": (
        "a.txt",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        "a.txt:1:1: byte 0xFF is no UTF-8, and the file holds NUL bytes: it is no text",
    ),
    "UTF-16": ("a.toml", POST.encode("utf-16"), "a.toml:1:1: the file is UTF-16; save it as UTF-8"),
    "UTF-32": ("a.toml", POST.encode("utf-32"), "a.toml:1:1: the file is UTF-32; save it as UTF-8"),
    # names
    "an unknown ending": ("a.jsn", "{}", f"a.jsn: govsocial reads {KNOWN}, not .jsn; did you mean '.json'?"),
    "no ending": ("draft", "Hi", f"draft: the name has no ending that tells the format; govsocial reads {KNOWN}"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name: str) -> None:
    file, content, line = BAD[name]

    assert complaints(write(file, content)) == [line]


def test_a_missing_file_is_told_with_the_nearest_name() -> None:
    write("drafts/campaign.toml", POST)

    assert complaints("drafts/campain.toml", "nowhere/a.toml", "") == [
        "drafts/campain.toml: there is no such file or folder; did you mean 'campaign.toml'?",
        "nowhere/a.toml: there is no such file or folder",
        "a file name is empty",
    ]


def test_a_folder_without_drafts_is_told_what_is_read() -> None:
    write("empty/photo.jpg", b"")

    given = read(["empty"])

    assert given.judged == ()
    assert [note.render() for note in given.notes] == [f"empty: no drafts in this folder; govsocial reads {KNOWN}"]


TOO_LARGE = (
    "the file is larger than 100 MB, the most that is read at once; split it, or judge it with 'govsocial audit'"
)


def test_a_file_that_is_too_large_is_not_read(folder: Path) -> None:
    with (folder / "a.jsonl").open("wb") as file:
        file.truncate(100_000_001)

    assert complaints("a.jsonl") == [f"a.jsonl: {TOO_LARGE}"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_stream_without_end_is_given_up() -> None:
    assert complaints("/dev/zero") == [f"/dev/zero: {TOO_LARGE}"]


def test_an_archive_is_for_another_command() -> None:
    line = (
        "a.parquet: this is an archive: judge it with 'govsocial audit', or write it as .jsonl with 'govsocial convert'"
    )

    assert complaints(write("a.parquet", "PAR1")) == [line]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told() -> None:
    Path(write("a.toml", POST)).chmod(0)

    assert complaints("a.toml") == ["a.toml: you have no right to read this; ask its owner"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when it is read")
def test_a_file_that_cannot_be_read_is_told() -> None:
    Path("a.txt").symlink_to("/proc/self/mem")

    assert complaints("a.txt") == ["a.txt: this cannot be read: Input/output error"]


def test_a_name_that_no_system_takes_is_told() -> None:
    (nul, long) = complaints("a\0.toml", f"{'m' * 5000}.toml")

    assert nul.endswith((": this cannot be read: embedded null byte", ": there is no such file or folder"))
    assert long.endswith(": this cannot be read: File name too long")


def test_the_problems_of_all_files_come_at_once_in_their_order() -> None:
    write("b.toml", '[post]\ntxet = ""\nkind = 1\n')
    write("a.jsonl", b"{\n" + LINE + b"[]\n")

    assert [line.partition(" ")[0] for line in complaints("b.toml", "c.toml", "a.jsonl")] == [
        "c.toml:",
        "b.toml:1:1",
        "b.toml:2:1",
        "b.toml:3:8",
        "a.jsonl:1:2:",
        "a.jsonl:3:1:",
    ]


def test_two_resources_with_one_id_are_told_with_both_places() -> None:
    write("a.toml", POST)
    write("b.json", '{"post": [{"id": "c", "network": "x"}, {"id": "a", "network": "x"}]}')
    write("c.toml", "\n" + POST + '[account]\nid = "a"\nnetwork = "x"\n')

    assert complaints("a.toml", "b.json", "c.toml") == [
        "b.json id: the post at a.toml:1 has the id 'a' too; give each its own",
        "c.toml:2 id: the post at a.toml:1 has the id 'a' too; give each its own",
    ]


def test_a_dangling_or_circular_reference_is_no_fault_of_the_file() -> None:
    write("a.toml", POST + 'shared_from = "a"\naccount = "nobody"\n')

    assert only(read(["a.toml"])).shared_from == "a"


def test_every_type_is_read_and_all_but_closures_are_judged() -> None:
    write(
        "a.toml",
        'govsocial = 1\n[[post]]\nnetwork = "x"\n[account]\nnetwork = "x"\n[event]\n[[institution]]\n[[closure]]\n',
    )
    given = read(["a.toml"])

    assert [type_of(one) for one in given.judged] == ["post", "account", "event", "institution"]
    assert [type_of(one) for one in given.workspace] == list(RESOURCES)
    assert given.notes == ()


@pytest.mark.parametrize(
    ("file", "content", "names"),
    [
        ("a.toml", '# x\n[post]\nnetwork = "x"\n', {"a.toml:2": 2}),
        (
            "a.toml",
            '[[post]]\r\nnetwork = "x"\r\n\r\n[[post]] # b\r\nnetwork = "x"\r\n',
            {"a.toml:1": 1, "a.toml:4": 4},
        ),
        (
            "a.toml",
            '[[post]]\nnetwork = "x"\ntext = """\n[[post]]\n"""\n[[post]]\nnetwork = "x"\n',
            {"a.toml:1": 1, "a.toml:6": 6},
        ),
        ("a.toml", '\npost.network = "x"\n', {"a.toml:2": 2}),
        ("a.toml", 'post = [\n  { network = "x" },\n  { network = "x" },\n]\n', {"a.toml:2": 2, "a.toml:3": 3}),
        ("a.toml", '[post]\nid = ""\nnetwork = "x"\n', {"a.toml:1": 1}),
        ("a.json", '\n{"post": {"network": "x"}}', {"a.json:1": 1}),
        ("a.json", '{"post": [{"network": "x"}, {"network": "x"}]}', {"a.json#post[0]": None, "a.json#post[1]": None}),
        ("a.jsonl", b"\n" + LINE + b"  \r\n" + LINE, {"a.jsonl:2": 2, "a.jsonl:4": 4}),
        ("a.md", FRONT + "Hi", {"a.md:1": 1}),
        ("a.toml", POST, {"a": 1}),
    ],
)
def test_a_resource_is_named_by_its_file_and_line(
    file: str, content: str | bytes, names: Mapping[str, int | None]
) -> None:
    given = read([write(file, content)])

    assert {one.id for one in given.judged} == names.keys()
    assert given.workspace.origins == {("post", name): (file, line) for name, line in names.items()}


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert only(read([write("a.toml", b"\xef\xbb\xbf" + POST.encode())])).id == "a"


def test_line_ends_of_another_system_are_read() -> None:
    assert only(read([write("a.md", (FRONT + "a\nb\n").replace("\n", "\r\n"))])).text == "a\nb"


def test_a_line_separator_in_a_text_does_not_end_a_json_line() -> None:
    text = "a\u2028b\u0085c\x0bd"
    line = json.dumps({"post": {"network": "x", "text": text}}, ensure_ascii=False).replace("\\u000b", "\\u000b")

    assert only(read([write("a.jsonl", line)])).text == text


@pytest.mark.parametrize(
    ("below", "text"),
    [("Hi\n", "Hi"), ("\nHi\n\n", "\nHi\n"), ("", ""), ("a\n+++\nb", "a\n+++\nb")],
)
def test_what_stands_below_the_fields_is_the_text(below: str, text: str) -> None:
    post = only(read([write("a.md", FRONT + below)]))

    assert (post.network, post.language, post.text) == ("facebook", "nl", text)


def test_a_text_may_stand_among_the_fields() -> None:
    assert only(read([write("a.md", '+++\nnetwork = "x"\ntext = "a"\n+++\n\n')])).text == "a"


def test_network_and_language_are_for_posts_that_lack_them() -> None:
    write("a.txt", "Hi\n")
    write(
        "b.toml",
        '[[post]]\nid = "b"\n[[post]]\nid = "c"\nnetwork = "twitter"\nlanguage = "fr"\n[account]\nnetwork = "x"\n',
    )
    given = read(["a.txt", "b.toml"], network="facebook", language="nl")
    posts = given.workspace.posts

    assert [(one.id, one.network, one.language) for one in posts] == [
        ("a.txt:1", "facebook", "nl"),
        ("b", "facebook", "nl"),
        ("c", "twitter", "fr"),
    ]


def test_a_text_of_the_command_line_is_taken_to_the_letter() -> None:
    text = '{"post": {}}\n+++\n'
    post = only(read_text(text, network="facebook", language="de"))

    assert (post.text, post.network, post.language, post.id) == (text, "facebook", "de", "")
    assert only(read_text("Hi", network="x", language="", file="draft")).id == "draft:1"


def test_a_text_of_the_command_line_may_be_faulty() -> None:
    with pytest.raises(InputError) as caught:
        read_text("a\udce9", network="", language="")

    assert [problem.path for problem in caught.value.problems] == ["network", "text"]


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ('{"post": {}}', "json"),
        (' \n{"post":\n {}}', "json"),
        ('{"post": {}}\n\n{"post": {}}\n', "jsonl"),
        ('{"post": {}}\n{broken\n', "jsonl"),
        ("{broken", "json"),
        ('[post]\ntext = "a"\n', "toml"),
        ('\n# a\n  [[post]]\ntext = broken"\n', "toml"),
        ('post = { network = "x" }', "toml"),
        ("[policy]\n", "toml"),
        ("network;text\nx;a\n", "csv"),
        ("#aa #bb", "text"),
        ("[postbus] a = b", "text"),
        ("a = 1", "text"),
        ("x = " + "[" * 100_000, "text"),
        (FRONT, "text"),
        ("", "text"),
    ],
)
def test_a_text_without_a_file_name_is_read_by_its_content(text: str, reader: str) -> None:
    assert sniff(text).name == reader


def test_standard_input_is_read_once(stdin: Callable[[str], None]) -> None:
    stdin("Héllo\n")

    post = only(read(["-", "-"], network="facebook"))
    assert (post.id, post.text) == ("-:1", "Héllo")


def test_standard_input_may_be_faulty(stdin: Callable[[str], None]) -> None:
    stdin('[post]\nnetwork = "x"\nkind = 7\n')

    (line,) = complaints("-")
    assert line.startswith("-:3:8 post.kind: '7' is not one of: ")


def test_a_pipe_is_read_by_its_content() -> None:
    reading, writing = os.pipe()
    os.write(writing, POST.encode())
    os.close(writing)

    assert only(read([f"/dev/fd/{reading}"])).id == "a"
    os.close(reading)


def test_a_folder_is_read_by_name_and_what_is_no_draft_is_left_out() -> None:
    for name in ("drafts/b.md", "drafts/a/z.MD", "drafts/c.txt"):
        write(name, FRONT)
    for name in (
        "README.md",
        "changelog.txt",
        ".hidden.md",
        ".git/a.md",
        "govsocial.toml",
        "a.workflow.toml",
        "photo.jpg",
    ):
        write(f"drafts/{name}", "not a draft = ")
    write("drafts/a.history.jsonl", "{}")
    write("drafts/house.toml", POLICY)
    Path("drafts/a/circle").symlink_to(Path("drafts").absolute())
    given = read(["drafts/c.txt", "drafts"])

    assert [one.id for one in given.judged] == ["drafts/c.txt:1", "drafts/a/z.MD:1", "drafts/b.md:1"]
    assert [note.render() for note in given.notes] == [
        "drafts/house.toml: left out: this is a policy; pass it with --policy"
    ]


def test_a_file_without_drafts_is_noted() -> None:
    for name in ("a.toml", "b.jsonl", "c.txt", "d.json"):
        write(name, "{}" if name == "d.json" else "\n")
    given = read(["a.toml", "b.jsonl", "c.txt", "d.json"])

    assert given.judged == ()
    assert [note.render() for note in given.notes] == [
        f"{name}: there is no draft in this file" for name in ("a.toml", "b.jsonl", "c.txt", "d.json")
    ]


def test_a_name_that_is_no_text_still_names_a_draft() -> None:
    name = os.fsdecode(b"caf\xe9.md")
    try:
        write(name, FRONT)
    except OSError:
        pytest.skip("this file system takes names that are text only")

    assert only(read([name])).id == "caf?.md:1"


def test_a_path_may_be_a_path() -> None:
    assert only(read([Path(write("a.toml", POST))])).id == "a"


def export(text: str, name: str) -> Iterator[Record]:
    """Read one post a word."""
    assert name
    yield from (Record("post", {"network": "x", "text": word}) for word in text.split())


def test_a_reader_of_a_plugin_reads_its_endings() -> None:
    write("a.export", "one two")
    write("a.toml", POST)
    extra = Reader("export", (".export", ".toml"), export)
    given = read(["a.export", "a.toml"], extra=[extra])

    assert [one.id for one in given.judged] == ["a.export#post[0]", "a.export#post[1]", "a"]


def test_a_longer_ending_wins() -> None:
    extra = Reader("export", (".export.json",), export)

    assert only(read([write("a.export.json", "one")], extra=[extra])).text == "one"


def failing(_text: str, _name: str) -> Iterator[Record]:
    yield Record("post", {"network": "x"})
    raise KeyError("tweet")


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (failing, "a.export: the reader 'export' broke on this file (KeyError: 'tweet')"),
        (
            lambda *_: None,
            "a.export: the reader 'export' broke on this file (TypeError: 'NoneType' object is not iterable)",
        ),
        (lambda *_: [{}], "a.export: the reader 'export' broke on this file (it returned {})"),
        (lambda *_: [Record("post", {}, 7)], f"a.export:7 {NO_NETWORK}"),
    ],
)
def test_a_reader_of_a_plugin_that_breaks_is_named(broken: Callable[[str, str], Any], line: str) -> None:
    write("a.export", "")

    assert complaints("a.export", extra=[Reader("export", (".export",), broken)]) == [line]


@pytest.mark.skipif(not TWEETS.exists(), reason="../shared/data/tweets/obama.jsonl is not there")
def test_real_tweets_are_read() -> None:
    posts = read([TWEETS]).workspace.posts

    assert len(tuple(posts)) == 3207
    assert sum(one.kind == "repost" for one in posts) == 351


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]))


def values(annotation: object) -> st.SearchStrategy[Any]:
    """Return values that a field of this type may have in a file."""
    inner = [one for one in get_args(annotation) if one is not types.NoneType]
    if isinstance(annotation, types.UnionType) or str(annotation).startswith("typing.Optional"):
        return values(inner[0])
    if models := [*models_in(annotation)] if isinstance(annotation, type) else []:
        return tables(models[0])
    if str(annotation).startswith("typing.Literal"):
        return st.sampled_from(inner)
    if str(annotation).startswith("typing.Annotated"):
        return values(inner[0])
    if str(annotation).startswith("tuple["):
        return st.lists(values(inner[0]), max_size=2)
    return simple(annotation)


def simple(annotation: object) -> st.SearchStrategy[Any]:
    known: dict[object, st.SearchStrategy[Any]] = {
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(0, 2**63 - 1),
        float: st.floats(0, 1e6),
        datetime: TIMES,
    }
    return known[annotation] if annotation in known else st.dictionaries(TEXTS, TEXTS, max_size=2)


def tables(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: values(field.annotation) for name, field in model.model_fields.items()}
    always = (
        {"network": TEXTS.filter(bool)} if model.model_fields.get("network") and issubclass(model, Resource) else {}
    )
    return st.fixed_dictionaries(
        always, optional={name: one for name, one in fields.items() if name not in {*always, "id"}}
    )


def in_json(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


@given(
    st.lists(
        st.sampled_from(list(RESOURCES)).flatmap(lambda kind: st.tuples(st.just(kind), tables(RESOURCES[kind]))),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_in_any_format_is_read_back(drawn: list[tuple[str, dict[str, Any]]]) -> None:
    drawn = [(kind, {**data, "id": f"r{number}"}) for number, (kind, data) in enumerate(drawn)]
    grouped: dict[str, list[dict[str, Any]]] = {}
    for kind, data in drawn:
        grouped.setdefault(kind, []).append(data)
    write("a.toml", tomli_w.dumps(grouped))
    write("a.json", json.dumps(grouped, default=in_json, indent=1))
    write("a.jsonl", "".join(f"{json.dumps({kind: data}, default=in_json)}\n" for kind, data in drawn))
    expected = {data["id"]: RESOURCES[kind].parse(data) for kind, data in drawn}

    for file in ("a.toml", "a.json", "a.jsonl"):
        assert {one.id: one for one in read([file]).workspace} == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@given(JSON, st.sampled_from([None, 0, 2]), st.booleans())
def test_the_places_of_json_are_where_its_values_stand(data: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    lines = text.split("\n")
    known = places(text)
    assert known is not None
    for part in parts(text):
        value, place = data, known.of(part.path)
        for step in part.path:
            value = value[step]  # type: ignore[index]
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert json.JSONDecoder().raw_decode(rest)[0] == value
        assert not part.again
        if part.path and isinstance(part.path[-1], str):
            key = known.key(part.path)
            assert json.JSONDecoder().raw_decode(lines[key.line - 1], key.column - 1)[0] == part.path[-1]


def test_the_places_of_a_very_long_json_are_not_kept() -> None:
    write("a.json", json.dumps({"post": {"network": 7, "text": "m" * 5_000_000}}))

    assert "a.json:1 post.network: expected a text in quotes, found 7" in complaints("a.json")
