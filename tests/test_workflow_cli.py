"""``govsocial workflow`` as people use it: exit codes, files, words."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from govsocial.history import read

if TYPE_CHECKING:
    from pathlib import Path
from publishing import PUBLICATION, TEXT
from running import Run

EVENT = """
[event]
id = "day"
institutions = ["fps-health", "fps-mobility"]
hashtags = [{ tag = "Klimaatdag" }]
"""
POST = """
[post]
id = "p"
network = "twitter"
event = "day"
institution = "fps-health"
scheduled_at = 2027-02-03T09:00:00
text = "Kom naar #Klimaatdag"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "post.toml").write_text(POST, encoding="utf-8")
    (tmp_path / "event.toml").write_text(EVENT, encoding="utf-8")
    return tmp_path


def apply(event: str, role: str, actor: str, *more: str, hour: int = 9) -> Run:
    words = ("--as", role, "--actor", actor, "--as-of", f"2027-02-01T{hour:02}:00")
    return Run("workflow", "apply", event, "post.toml", *words, *more)


def test_a_step_is_taken_and_kept_and_the_post_is_not_touched(folder: Path) -> None:
    run = apply("submit", "author", "An", "--reason", "for Monday")

    assert (run.code, run.out) == (0, "✓ post p: now in 'language check'\n")
    entry = read(folder / "post.history.jsonl").of("p")[0]
    assert (entry.event, entry.actor, entry.institution, entry.reason) == ("submit", "An", "fps-health", "for Monday")
    assert (folder / "post.toml").read_text(encoding="utf-8") == POST


def test_an_event_that_the_state_does_not_allow_is_refused_and_leaves_nothing(folder: Path) -> None:
    run = apply("publish", "spokesperson", "Cem")

    assert run.code == 1
    assert "'publish' is not possible in the state 'draft'" in run.out
    assert "possible now: submit, withdraw (author, spokesperson)" in run.out
    assert sorted(one.name for one in folder.iterdir()) == ["event.toml", "post.toml"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("apply", "sumbit", "post.toml", "--as", "author"), "there is no event 'sumbit'; did you mean 'submit'?"),
        (("apply", "submit", "post.toml", "--as", "auhtor"), "there is no role 'auhtor'; did you mean 'author'?"),
        (("next", "post.toml", "--as", "boss"), "there is no role 'boss'"),
        (("apply", "submit", "pots.toml", "--as", "author"), "did you mean 'post.toml'?"),
        (("apply", "submit", "event.toml", "--as", "author"), "there is no post in this file"),
        (("apply", "submit", ".", "--as", "author"), "give the file of one post"),
        (("show", "--workflow", "none.workflow.toml"), "the workflow cannot be read"),
        (("next", "post.toml", "--as", "author", "--as-of", "soon"), "'soon' is no date"),
        (("due",), "give a file or a folder"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_use_has_exit_code_2_and_says_what_was_meant(words: tuple[str, ...], told: str) -> None:
    run = Run("workflow", *words)

    assert run.code == 2
    assert told in run.err
    assert run.out == ""


@pytest.mark.usefixtures("folder")
def test_what_is_next_is_told_with_what_is_missing_and_who_can_lift_it() -> None:
    apply("submit", "author", "An")
    apply("language-ok", "language-editor", "Bo")

    coordinator = Run(
        "workflow", "next", "post.toml", "--as", "coordinator", "--actor", "Dina", "--as-of", "2027-02-02"
    )
    system = Run("workflow", "next", "post.toml", "--as", "system", "--as-of", "2027-02-02")

    assert coordinator.code == system.code == 0
    assert "✗ coordinated" in coordinator.out
    assert "fps-mobility has not agreed to this version yet" in coordinator.out
    assert "(coordinator of fps-mobility)" in coordinator.out
    assert "There is nothing to do here for this role (system); others can:" in system.out


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("nl", "nu in 'taalcontrole'"),
        ("fr", "relecture linguistique"),
        ("de", "Sprachprüfung"),
        ("en", "language check"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_the_workflow_speaks_the_language_of_the_reader(lang: str, told: str) -> None:
    run = apply("submit", "author", "An", "--lang", lang)

    assert told in run.out


def test_two_coordinators_at_once_both_agree(folder: Path) -> None:
    apply("submit", "author", "An")
    apply("language-ok", "language-editor", "Bo")
    words = "workflow apply coordinated post.toml --as coordinator --as-of 2027-02-02".split()
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "govsocial", *words, "--actor", name, "--institution", name],
            stdout=subprocess.DEVNULL,
        )
        for name in ("fps-health", "fps-mobility")
    ]

    assert sorted(run.wait(timeout=120) for run in runs) == [0, 1]
    entries = read(folder / "post.history.jsonl").of("p")
    assert sorted(one.institution for one in entries[2:]) == ["fps-health", "fps-mobility"]
    assert entries[-1].to == "approval"


def test_a_torn_line_is_told_and_the_rest_stands(folder: Path) -> None:
    apply("submit", "author", "An")
    with (folder / "post.history.jsonl").open("ab") as file:
        file.write(b'{"govsocial":1,"post":"p","time":"2027-')

    run = apply("language-ok", "language-editor", "Bo")

    assert run.code == 0
    assert "post.history.jsonl:2: this line of the history is torn and left out" in run.err
    assert [one.to for one in read(folder / "post.history.jsonl").of("p")] == ["language-check", "coordination"]


def test_a_post_among_others_is_named_by_its_id(folder: Path) -> None:
    other = POST.replace('"p"', '"q"').replace("[post]", "[[post]]")
    (folder / "post.toml").write_text(POST.replace("[post]", "[[post]]") + other, encoding="utf-8")

    which = apply("submit", "author", "An")
    run = apply("submit", "author", "An", "--id", "q")

    assert which.code == 2
    assert "post.toml has the posts p, q; say which with --id" in which.err
    assert run.out == "✓ post q: now in 'language check'\n"
    assert read(folder / "post.history.jsonl").of("p") == ()


def test_a_post_without_an_id_keeps_its_history_when_its_lines_move(folder: Path) -> None:
    text = POST.replace('id = "p"\n', "")
    (folder / "post.toml").write_text(text, encoding="utf-8")
    apply("submit", "author", "An")
    (folder / "post.toml").write_text("\n\n\n" + text, encoding="utf-8")

    assert apply("submit", "author", "An").code == 1
    assert apply("language-ok", "language-editor", "Bo").code == 0


def test_what_lies_beside_the_post_may_be_broken_and_is_then_left_out(folder: Path) -> None:
    (folder / "broken.toml").write_text("[post\n", encoding="utf-8")

    run = apply("submit", "author", "An")

    assert run.code == 0
    assert "broken.toml:1" in run.err
    assert "what lies beside the post is left out" in run.err


@pytest.mark.usefixtures("folder")
def test_what_is_overdue_has_exit_code_1() -> None:
    apply("submit", "author", "An")

    early = Run("workflow", "due", ".", "--as-of", "2027-02-01T10:00")
    late = Run("workflow", "due", ".", "--as-of", "2027-02-02T09:00")

    assert early.code == 0
    assert "post p: until 02/02/2027 09:00" in early.out
    assert late.code == 1
    assert "Read the text in each language. (language editor, coordinator)" in late.out


def test_the_built_in_workflow_is_tested() -> None:
    run = Run("workflow", "test")

    assert (run.code, run.err) == (0, "")
    assert re.fullmatch(r"\d+ tests run, 0 failed, 0 suspicious places\n", run.out)


def test_a_workflow_with_a_wrong_test_fails(tmp_path: Path) -> None:
    path = tmp_path / "house.workflow.toml"
    path.write_text(TEXT.replace('expect = "language-check"', 'expect = "approval"', 1), encoding="utf-8")

    run = Run("workflow", "test", str(path))

    assert run.code == 1
    assert "an author submits a draft: expected approval, found language-check" in run.out


def test_the_graph_is_a_picture_of_every_state_and_way() -> None:
    picture = ET.fromstring(Run("workflow", "graph", "--format", "svg", "--lang", "fr").out)  # noqa: S314 - our own
    texts = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    lines = Run("workflow", "graph").out.splitlines()

    assert lines[0] == "stateDiagram-v2"
    for name, state in PUBLICATION.states.items():
        assert state.title.render("fr") in texts
        assert any(line.strip().startswith(f"{name.replace('-', '_')} : ") for line in lines)
    ways = sum(len(one.start) for one in PUBLICATION.transitions)
    ends = sum(one.final for one in PUBLICATION.states.values()) + 1
    assert sum(" --> " in line for line in lines) == ways + ends


def test_the_workflow_is_shown_in_full() -> None:
    told = Run("workflow", "show", "--lang", "de").out

    for name, state in PUBLICATION.states.items():
        assert f"{state.title.render('de')} [{name}]" in told
    for gate in PUBLICATION.gates.values():
        assert gate.title.render("de") in told


def test_a_check_pays_nothing_for_workflows_and_calendars() -> None:
    code = (
        "import sys, govsocial.cli\n"
        "from typer.testing import CliRunner\n"
        "CliRunner().invoke(govsocial.cli.app, ['check', '--text', 'a', '--network', 'twitter'])\n"
        "names = ('workflow.', 'calendar.', 'history', 'outputs.workflow', 'outputs.calendar')\n"
        "print([name for name in sys.modules if name.startswith(tuple(f'govsocial.{one}' for one in names))])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"
