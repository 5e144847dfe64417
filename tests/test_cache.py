"""What earlier runs worked out is used again, and nothing depends on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial import Function, Network, Post, cache, toml, trees
from govsocial.cel.evaluate import closure
from govsocial.cel.library import Fact
from govsocial.defaults import assemble
from govsocial.policy.compile import compile_policy
from govsocial.policy.load import parse_policy
from govsocial.policy.rules import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govsocial.policy.schema import Policy

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House"
[fact]
loud = 'post.text.matches("[A-Z]{9}")'
[[rule]]
id = "calm"
when = 'post.published_at < timestamp("2030-01-01T00:00:00Z")'
require = ['!fact.loud', 'post.hashtags.all(h, h != "Win" && size(h) <= 30)', 'post.length * 2 >= -1']
message = "{post.hashtags.size} tags"
"""
DRAFT = '[post]\nnetwork = "twitter"\nlanguage = "nl"\ntext = "Trein of tram? Plan uw rit vooraf. #mobiliteit"\n'
NOT_NEEDED = ("cel_expr_python", "google.protobuf", "tree_sitter", "polars", "holidays", "rich")
TIMES = st.one_of(
    st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))])),
    st.dates(),
    st.times(),
)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), TIMES),
    lambda below: st.one_of(st.lists(below), st.dictionaries(st.text(), below)),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(cache.SWITCH, raising=False)
    return tmp_path / "govsocial"


def networks(*names: str) -> dict[str, Network]:
    return {name: Network(name) for name in names}


def vocabulary(*functions: Function) -> Vocabulary:
    return Vocabulary(networks("twitter"), {}, {one.name: one for one in functions})


def checked(policy: Policy, words: Vocabulary) -> int:
    """Compile *policy* as a run does, and return how many of its expressions were known."""
    with trees.checked(policy, words) as known:
        before = len(known)
        compile_policy(policy, words, known)
    return before


def verdicts(**environment: str) -> subprocess.CompletedProcess[str]:
    """Check a draft in a process of its own, which also says on stderr what it imported."""
    code = (
        "import sys\nfrom govsocial.cli import main\n"
        f"try: main()\nfinally: print(*(name for name in {NOT_NEEDED} if name in sys.modules), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, "check", "-", "--format", "json", "--as-of", "2026-11-24"]
    return subprocess.run(
        command, input=DRAFT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_a_second_run_says_the_same_and_does_without_what_only_checks_expressions(folder: Path) -> None:
    first, second = verdicts(), verdicts()

    assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
    assert first.stderr.split() == ["cel_expr_python", "google.protobuf"]
    assert second.stderr.split() == []
    assert list(folder.glob("*.json"))


def test_with_the_switch_off_nothing_is_kept_and_the_answer_is_the_same(folder: Path) -> None:
    off = verdicts(GOVSOCIAL_CACHE="0")

    assert off.stderr.split() == ["cel_expr_python", "google.protobuf"]
    assert not folder.exists()
    assert off.stdout == verdicts().stdout
    assert folder.exists()


def test_engines_made_with_and_without_it_judge_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(network="twitter", text="GRATIS!!! #aa #bb #cc #dd http://x.be", language="nl")
    told = [assemble().engine.check(post, as_of=date(2026, 11, 24), keep_all=True).to_dict() for _ in range(2)]
    monkeypatch.setenv(cache.SWITCH, "0")

    assert told[0] == told[1] == assemble().engine.check(post, as_of=date(2026, 11, 24), keep_all=True).to_dict()
    assert list(folder.glob("*.json"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(b"post", b"past"),
        lambda _: b"",
        lambda _: b"\xff\xfe\0",
        lambda _: sealed({"post": {"post.text": ["what", "bool", 0]}}),
        lambda _: sealed({"post": {"post.text": ["var", "post", "message Nobody", 0]}}),
        lambda _: sealed({"post": 1}),
        lambda _: sealed([[[[]]]]),
        lambda _: sealed({"post": {"post.text": ["const"]}}),
    ],
)
def test_what_is_not_as_it_was_written_is_worked_out_again(folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    policy = parse_policy(POLICY)
    checked(policy, vocabulary())
    for file in folder.glob("*.json"):
        file.write_bytes(spoil(file.read_bytes()))

    assert parse_policy(POLICY).document == policy.document
    assert checked(policy, vocabulary()) == 0
    assert checked(policy, vocabulary()) > 0


def sealed(value: object) -> bytes:
    body = json.dumps(value).encode()
    return sha256(body).hexdigest().encode() + b"\n" + body


def test_a_folder_that_cannot_be_written_is_no_hindrance(folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    assert [checked(parse_policy(POLICY), vocabulary()) for _ in range(2)] == [0, 0]


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError

    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setattr("pathlib.Path.home", nobody)

    assert cache.folder() is None
    assert cache.read("anything") is None
    cache.write("anything", 1)


def test_another_version_checks_for_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = parse_policy(POLICY)
    checked(policy, vocabulary())
    known = checked(policy, vocabulary())
    monkeypatch.setattr(trees, "_edition", lambda: ("another",))

    assert known > 0
    assert checked(policy, vocabulary()) == 0
    assert len(list(folder.glob("*.json"))) == 3


@pytest.mark.parametrize(
    "words",
    [
        vocabulary(Function("score", ("string",), "int", len)),
        Vocabulary(networks("twitter", "facebook"), {}, {}),
        Vocabulary(networks("twitter"), {("post", "mood"): Fact("mood", "post", "string", str)}, {}),
    ],
)
def test_another_vocabulary_checks_for_itself(folder: Path, words: Vocabulary) -> None:
    policy = parse_policy(POLICY)
    checked(policy, vocabulary())

    assert checked(policy, words) == 0
    assert checked(policy, words) > 0
    assert folder.is_dir()


def test_a_changed_text_is_checked_anew(folder: Path) -> None:
    checked(parse_policy(POLICY), vocabulary())

    assert checked(parse_policy(f"{POLICY}# another\n"), vocabulary()) == 0
    assert folder.is_dir()


def test_only_the_newest_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    for number in range(5):
        cache.write(f"n{number}", number)
        os.utime(folder / f"n{number}.json", (number, number))

    cache.write("last", "kept")
    assert cache.read("last") == "kept"
    assert [cache.read(f"n{number}") for number in range(5)] == [None, None, None, 3, 4]


def test_nothing_but_whole_files_is_left_behind(folder: Path) -> None:
    cache.write("one", {"a": [1, 2.5, "é", None]})

    assert [file.name for file in folder.iterdir()] == ["one.json"]
    assert cache.read("one") == {"a": [1, 2.5, "é", None]}


def test_a_tree_that_was_kept_runs_as_the_first_one(folder: Path) -> None:
    words = vocabulary()
    policy = parse_policy(POLICY)
    with trees.checked(policy, words) as first:
        compiled = compile_policy(policy, words, first)
    with trees.checked(policy, words) as again:
        assert again == first
    layout = compiled.rules[0].layout
    frame = layout.frame(Post(network="twitter", text="LOUD AND CLEARLY"), lambda _: None, (), datetime.now(UTC), ())

    assert closure(again["post", "!fact.loud"], layout.slots)(frame) is True
    assert folder.is_dir()


@given(st.dictionaries(st.text(), VALUES))
def test_data_from_toml_comes_back_as_it_was(data: dict[str, Any]) -> None:
    back = toml.unpacked(json.loads(json.dumps(toml.packed(data))))

    assert back == data
    assert typed(back) == typed(data)


def typed(value: object) -> object:
    """Return the types in *value*: a date is not the midnight that it equals, nor 1 true."""
    if isinstance(value, dict):
        return {key: typed(part) for key, part in value.items()}
    return [typed(part) for part in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(
    "found", [None, 1, {}, [], [{}], [{}, [[["a"], "date"]]], [[], []], [{"a": 1}, [[["a"], "x"]]]]
)
def test_what_is_no_data_from_toml_is_none(found: object) -> None:
    assert toml.unpacked(found) is None


def test_an_hour_without_a_date_comes_back_too() -> None:
    assert toml.unpacked(toml.packed({"at": [time(9, 30)]})) == {"at": [time(9, 30)]}
