"""New policies: they pass their own tests at once, and nothing that is there is ever overwritten."""

from __future__ import annotations

import os
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govsocial.errors import InputError
from govsocial.messages import LANGUAGES
from govsocial.policy.load import parse_policy
from govsocial.scaffold import id_for, new_policy, write_new
from running import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

CHOICES = list(chain.from_iterable(combinations(LANGUAGES, number) for number in range(1, 5)))


@pytest.mark.parametrize("languages", CHOICES, ids="-".join)
def test_a_new_policy_speaks_the_languages_that_were_asked_for(languages: Sequence[str]) -> None:
    document = parse_policy(new_policy("house", languages, "2026.11.0", "house.toml")).document
    (rule,) = document.rule

    assert tuple(document.policy.languages) == tuple(languages)
    assert set(document.policy.title) == set(rule.message) == set(rule.help or ()) == set(languages)


def test_a_name_that_toml_would_trip_over_is_quoted() -> None:
    assert parse_policy(new_policy("house", ["en"], 'a"b\\c', "house.toml")).document.policy.version == 'a"b\\c'


@pytest.mark.parametrize("languages", ["nl", "nl,fr", "en,de,fr,nl"])
def test_a_new_policy_passes_its_tests_and_has_nothing_to_be_better(tmp_path: Path, languages: str) -> None:
    file = tmp_path / "house.toml"
    new = Run("policy", "new", str(file), "--lang", languages)
    test, lint = Run("policy", "test", str(file)), Run("policy", "lint", str(file))

    assert new.code == 0, new.err
    assert f"next: govsocial policy test {file}" in new.out
    assert (test.code, test.out) == (0, "4 tests run, 0 failed\n"), test.err
    assert lint.out == "1 policy read, 0 remarks\n"
    assert [one.name for one in tmp_path.iterdir()] == ["house.toml"]


def test_a_new_policy_judges_beside_the_built_in_ones(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    Run("policy", "new", str(file), "--lang", "en")
    (tmp_path / "draft.toml").write_text(
        '[post]\nnetwork = "facebook"\n[[post.media]]\ntype = "photo"', encoding="utf-8"
    )
    run = Run("check", str(tmp_path / "draft.toml"), "--policy", str(file), "--lang", "en")

    assert run.code == 1, run.err
    assert "Pictures without an alternative text of at least 10 characters: 1." in run.out


def test_without_languages_it_speaks_that_of_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    Run("policy", "new", str(file), LC_ALL="fr_BE.UTF-8")

    assert parse_policy(file.read_text(encoding="utf-8")).document.policy.languages == ("fr",)


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text("mine", encoding="utf-8")
    run = Run("policy", "new", str(file))

    assert (run.code, run.out) == (2, "")
    assert "house.toml: there is a file already, and it stays as it is" in run.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "house.toml"
    link.symlink_to(tmp_path / "elsewhere.toml")
    run = Run("policy", "new", str(link))

    assert run.code == 2
    assert not (tmp_path / "elsewhere.toml").exists()


def test_on_a_disk_without_hard_links_it_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    file = tmp_path / "house.toml"
    write_new("text", file)
    with pytest.raises(InputError, match="there is a file already"):
        write_new("other", file)

    assert file.read_text(encoding="utf-8") == "text"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("house.toml", "--id", "My House"), "--id: 'My House' cannot be a name"),
        (("house.toml", "--id", "twitter"), "--id: there is a policy 'twitter' already"),
        (("twitter.toml",), "--id: there is a policy 'twitter' already"),
        (("house.toml", "--lang", "es"), "--lang: there is no 'es'"),
        (("house.txt",), "house.txt: policies are files that end in .toml"),
        (("no/house.toml",), "no/house.toml: it cannot be written: "),
    ],
)
def test_what_cannot_be_a_policy_is_told_and_writes_nothing(
    arguments: Sequence[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run("policy", "new", *arguments)

    assert run.code == 2
    assert run.err.startswith(told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "name"),
    [("house.toml", "house"), ("Our Rules_2.toml", "our-rules-2"), ("2026.toml", "house"), ("règles.toml", "r-gles")],
)
def test_a_policy_is_called_as_its_file(file: str, name: str) -> None:
    assert id_for(Path(file)) == name
