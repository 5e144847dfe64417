"""Bad input through the command: the lines on stderr, the exit code, and never a traceback."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govsocial import defaults
from govsocial.errors import InputError
from govsocial.readers import read
from running import Run
from test_cli import HOUSE
from test_csv import BAD as BAD_TABLES
from test_readers import BAD as BAD_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = ".toml .json .jsonl .csv .tsv .txt .md"
ENDINGS = f"{OWN} .js v1.1.json"
"""What the command reads: the formats of govsocial, and those that plugins bring."""
POST = '[post]\nid = "a"\nnetwork = "twitter"\nlanguage = "nl"\ntext = "Hallo. #aa"\n'


assembled = cache(defaults.assemble)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that files go by their bare names, with one engine for all runs without a policy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(defaults, "assemble", assembled)
    return tmp_path


def write(name: str, content: str | bytes) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_wrong_use_told_in_one_line(name: str) -> None:
    file, content, line = BAD_FILES[name]
    write(file, content)
    run = Run("check", file)

    assert (run.code, run.out, run.err) == (2, "", f"{line}\n".replace(OWN, ENDINGS))


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_wrong_use_told_line_by_line(name: str) -> None:
    content, lines = BAD_TABLES[name]
    write("a.csv", content)
    run = Run("check", "a.csv")

    assert (run.code, run.out, run.err.splitlines()) == (2, "", lines)


CASES: dict[str, tuple[Mapping[str, str | bytes], tuple[str, ...], int, list[str]]] = {
    "a missing file": (
        {"campaign.toml": POST},
        ("campain.toml",),
        2,
        ["campain.toml: there is no such file or folder; did you mean 'campaign.toml'?"],
    ),
    "a folder without drafts": (
        {"photos/a.jpg": b"\xff\xd8"},
        ("photos",),
        5,
        [
            f"photos: no drafts in this folder; govsocial reads {ENDINGS}",
            "nothing to judge: no post, account, event or institution was given; give a file that has one",
        ],
    ),
    "an empty file": (
        {"a.toml": ""},
        ("a.toml",),
        5,
        [
            "a.toml: there is no draft in this file",
            "nothing to judge: no post, account, event or institution was given; give a file that has one",
        ],
    ),
    "two resources with one id": (
        {"a.toml": POST, "b.toml": POST},
        (".",),
        2,
        ["b.toml:1 id: the post at a.toml:1 has the id 'a' too; give each its own"],
    ),
    "a name that is no text": ({}, ("a\udce9.toml",), 2, ["a?.toml: there is no such file or folder"]),
    "a text that is no text": (
        {},
        ("--text", "a\udce9", "--network", "twitter"),
        2,
        ["text: half a character (a lone surrogate) stands in the text; write the text again"],
    ),
    "a key that would forge a line": (
        {"a.json": '{"post": {"network": "x", "a\\nb: \\u001bc": 1}}'},
        ("a.json",),
        2,
        ["a.json:1:27 post.a b:  c: unknown key 'a b:  c'"],
    ),
    "a policy for a draft": (
        {"house.toml": HOUSE},
        ("house.toml",),
        2,
        ["house.toml: this is a policy; pass it with --policy"],
    ),
    "a broken policy": (
        {"a.toml": POST, "house.toml": HOUSE + "oops\n"},
        ("a.toml", "--policy", "house.toml"),
        2,
        ["house.toml:14:1: a key, '=' and a value are expected here"],
    ),
    "an unknown network": (
        {"a.toml": POST.replace('"twitter"', '"myspace"')},
        ("a.toml",),
        0,
        ["nobody provides the network 'myspace', so only general rules apply"],
    ),
    "a post that shares itself": ({"a.toml": POST + 'shared_from = "a"\n'}, ("a.toml",), 0, []),
    "two posts that share each other": (
        {
            "a.toml": POST + 'shared_from = "b"\nkind = "repost"\n',
            "b.toml": POST.replace('"a"', '"b"') + 'shared_from = "a"\nkind = "repost"\n',
        },
        (".",),
        0,
        [],
    ),
    "a reference to what is not there": ({"a.toml": POST + 'account = "nobody"\n'}, ("a.toml",), 0, []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_and_the_exit_code(name: str) -> None:
    files, arguments, code, lines = CASES[name]
    for file, content in files.items():
        write(file, content)
    run = Run("check", *arguments)

    assert (run.code, run.err.splitlines()) == (code, lines)
    assert bool(run.out) is (code == 0)


def test_a_reference_to_what_is_not_there_is_a_question() -> None:
    write("a.toml", POST + 'account = "nobody"\n')

    assert "I do not know the account 'nobody': add it to your files." in Run("check", "a.toml").out


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told() -> None:
    write("a.toml", POST)
    Path("a.toml").chmod(0)
    run = Run("check", "a.toml")

    assert (run.code, run.err) == (2, "a.toml: you have no right to read this; ask its owner\n")


def test_a_folder_in_the_place_of_a_policy_or_an_answer_is_told() -> None:
    write("a.toml", POST)
    write("folder/b.txt", "")
    run = Run("check", "a.toml", "--output", "folder")

    assert run.code == 2
    assert run.err.startswith("--output: folder cannot be written: ")


def test_a_draft_of_50_megabytes_is_refused_in_one_line() -> None:
    text = "woord " * 8_400_000
    write("a.txt", text)
    write("a.json", f'{{"post": {{"network": "x", "text": "{text}"}}}}')
    told = "text: the text has 50,400,000 characters; at most 1,000,000"
    run = Run("check", "a.txt", "a.json", "--network", "x")

    assert (run.code, run.err.splitlines()) == (2, [f"a.txt:1 {told}", f"a.json:1 post.{told}"])


def test_many_drafts_get_a_short_answer() -> None:
    line = '{{"post": {{"id": "p{}", "network": "twitter", "language": "nl", "text": "#aa #bb #cc #dd"}}}}\n'
    write("a.jsonl", "".join(map(line.format, range(3000))))
    run = Run("check", "a.jsonl", "--select", "twitter/hashtags-max")

    assert (run.code, run.err) == (1, "")
    assert "3000 resources judged" in run.out


def test_many_problems_are_told_up_to_a_number_that_can_be_read() -> None:
    write("a.jsonl", '{"post": {"network": "x", "txet": ""}}\n' * 3000)
    lines = Run("check", "a.jsonl").err.splitlines()

    assert len(lines) == 51
    assert lines[-1] == "… and 2950 more"


GOOD = {
    "a.toml": POST,
    "a.json": '{"post": [{"network": "x", "text": "a\\u00e9", "media": [{"alt": "b"}]}]}',
    "a.jsonl": '{"post": {"network": "x"}}\n{"event": {"name": "a"}}\n',
    "a.csv": 'network,text,topics\nx,"a ""b""",c;d\n',
    "a.md": '+++\nnetwork = "x"\n+++\nHello\n',
}
SCRAPS = [
    b"",
    b"\0",
    b"\xff",
    b"\x1b",
    b"\n",
    b"\r",
    b"\\ud800",
    b"1e999",
    b"+++\n",
    *(b"%c" % sign for sign in b"\"'[]{},="),
]
DAMAGES = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), st.sampled_from(SCRAPS)), max_size=3)


def blamed(name: str) -> set[str]:
    """Return the files that are named as bad when *name* is read."""
    try:
        read([name], network="x")
    except InputError as error:
        return {problem.file for problem in error.problems} or {"nobody"}
    return set()


@given(st.sampled_from(sorted(GOOD)), DAMAGES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_by_its_name(name: str, damages: list[tuple[int, int, bytes]]) -> None:
    content = GOOD[name].encode()
    for place, length, scrap in damages:
        content = content[:place] + scrap + content[place + length :]
    Path(name).write_bytes(content)

    assert blamed(name) <= {name}
