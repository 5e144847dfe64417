"""Histories on disk: nothing is lost, nothing is rewritten, and what was torn is told."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.errors import InputError
from govsocial.history import History, history_of, line_of, opened, parse, read
from govsocial.workflow.entry import state_of
from publishing import PUBLICATION, START, STEPS, taken

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = taken(*STEPS)
LINES = "".join(line_of("p", one, START) + "\n" for one in ENTRIES).encode()
WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from publishing import START, STEPS, taken
from govsocial.history import opened
entry = taken(*STEPS)[0]
for number in range(60):
    with opened(Path(sys.argv[2])) as history:
        history.append(sys.argv[3], [replace(entry, reason=f"{number} " + "x" * 5000)], START)
"""


def wrote(path: Path, *posts: str) -> None:
    for post in posts:
        with opened(path) as history:
            history.append(post, ENTRIES, START)


def test_the_history_lies_beside_the_post(tmp_path: Path) -> None:
    assert history_of(tmp_path / "post.toml") == tmp_path / "post.history.jsonl"
    assert history_of(tmp_path / "a.b.md") == tmp_path / "a.b.history.jsonl"


def test_what_was_appended_is_read_again_by_post(tmp_path: Path) -> None:
    path = tmp_path / "plan.history.jsonl"

    wrote(path, "a", "b", "a")

    assert read(path).of("a") == (*ENTRIES, *ENTRIES)
    assert read(path).of("b") == ENTRIES
    assert read(path).torn == ()
    assert read(tmp_path / "none.history.jsonl") == History()


def test_a_line_says_who_did_what_when_and_by_which_rules() -> None:
    told = json.loads(LINES.splitlines()[0])

    assert told["govsocial"] == 1
    assert (told["event"], told["from"], told["to"]) == ("submit", "draft", "language-check")
    assert (told["actor"], told["role"], told["time"]) == ("An", "author", START.isoformat())
    assert len(told["content"]) == len(told["policies"]) == len(told["workflow"]) == 64
    assert told["verdict"] == {"decision": "allow", "broken": []}


@given(st.integers(0, len(LINES)))
def test_wherever_a_crash_tears_the_file_the_lines_before_stand(cut: int) -> None:
    found = parse(LINES[:cut])

    whole = LINES[:cut].count(b"\n")
    complete = cut < len(LINES) and LINES[cut : cut + 1] == b"\n"  # all but the line break was written
    assert found.of("p") == ENTRIES[: whole + complete]
    torn = cut > 0 and LINES[cut - 1 : cut] != b"\n" and not complete
    assert [one.line for one in found.torn] == ([whole + 1] if torn else [])


@given(st.integers(1, len(LINES) - 1))
def test_after_a_torn_line_the_history_goes_on(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("torn") / "post.history.jsonl"
    path.write_bytes(LINES[:cut])
    before = read(path)

    wrote(path, "q")

    assert read(path).of("p") == before.of("p")
    assert read(path).of("q") == ENTRIES
    assert path.read_bytes().startswith(LINES[:cut])
    assert len(read(path).torn) == len(before.torn)


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b"null",
        b"\xff\xfe",
        b'{"govsocial": 2}',
        LINES.splitlines()[0].replace(b'"verdict":{', b'"verdict":[{'),
    ],
)
def test_a_line_that_tells_nothing_is_reported(line: bytes) -> None:
    found = parse(LINES + line + b"\n", "post.history.jsonl")

    assert found.of("p") == ENTRIES
    assert found.torn[0].render() == (
        "post.history.jsonl:4: this line of the history is torn and left out; the others stand"
    )


@pytest.mark.parametrize("key", ["time", "event", "from", "actor", "content", "verdict"])
def test_a_line_without_a_part_is_reported(key: str) -> None:
    told = json.loads(LINES.splitlines()[0])
    del told[key]

    assert len(parse(json.dumps(told).encode()).torn) == 1


def test_times_without_a_zone_are_no_times() -> None:
    told = json.loads(LINES.splitlines()[0]) | {"time": "2027-02-01T09:00:00"}

    assert len(parse(json.dumps(told).encode()).torn) == 1


def test_a_history_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the history cannot be used"), opened(tmp_path / "no/such/post.history.jsonl"):
        pass


def test_folding_what_was_read_gives_the_state(tmp_path: Path) -> None:
    path = tmp_path / "post.history.jsonl"
    wrote(path, "p")

    assert state_of(PUBLICATION, read(path).of("p")) == "scheduled"


def test_two_processes_that_write_at_once_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "post.history.jsonl"
    here = str(__file__).rpartition("/")[0] or "."
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, here, str(path), name]) for name in ("a", "b")]

    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    found = read(path)
    assert found.torn == ()
    for name in ("a", "b"):
        assert [one.reason.split()[0] for one in found.of(name)] == [str(number) for number in range(60)]
    assert replace(found.of("a")[0], reason="") == ENTRIES[0]
