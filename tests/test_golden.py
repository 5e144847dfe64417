"""What people read, whole: the answers on the examples in each language. GOVSOCIAL_GOLDEN=write writes them anew."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest

from govsocial.messages import LANGUAGES
from running import Run

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
DAY = "2026-11-24"
COMMANDS = ("check", "explain")
EXAMPLES = ("campaign", "faulty")
DRAFTS = sorted(
    path.relative_to(ROOT / "examples").as_posix()
    for example in EXAMPLES
    for path in (ROOT / "examples" / example).iterdir()
    if path.stem not in ("accounts", "campaign")
)


def answer(command: str, path: Path, language: str) -> str:
    """Return what *command* says of *path* at a terminal of 80 columns, the same on every day and in every place."""
    run = Run(command, str(path), "--lang", language, "--as-of", DAY, COLUMNS="80")

    assert run.err == ""
    return run.out.replace(f"{ROOT}/", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_is_the_one_that_was_read_and_approved(command: str, example: str, language: str) -> None:
    told = answer(command, ROOT / "examples" / example, language)
    golden = GOLDEN / f"{command}-{example}-{language}.txt"
    if os.environ.get("GOVSOCIAL_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8", newline="\n")

    assert told == golden.read_text(encoding="utf-8"), "if this is better, run 'just golden'"


def test_every_answer_that_is_kept_is_compared() -> None:
    names = {f"{command}-{example}-{one}.txt" for command in COMMANDS for example in EXAMPLES for one in LANGUAGES}

    assert {path.name for path in GOLDEN.iterdir()} == names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAFTS)
def test_the_answer_to_one_draft_fits_twelve_lines(name: str, language: str) -> None:
    lines = answer("check", ROOT / "examples" / name, language).splitlines()

    assert len(lines) <= 12
    assert max(map(len, lines)) <= 80


def test_the_picture_of_the_readme_shows_what_the_command_says() -> None:
    picture = (ROOT / "docs" / "answer.svg").read_text(encoding="utf-8")
    shown = [unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
    told = answer("check", ROOT / "examples" / "faulty" / "x-vier-hashtags.toml", "en")

    assert [word for word in told.split() if word not in " ".join(shown).split()] == []
    assert "](docs/answer.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    picture = (ROOT / "docs" / "answer.svg").read_text(encoding="utf-8")

    assert set(re.findall(r"https?://[^\s\"'&)<]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://spoorinfo.example/uren",
    }
    assert "@import" not in picture
