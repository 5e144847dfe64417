"""What is run again when a file changes, and what is shown while a long run lasts."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from itertools import count
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from govsocial.cli.check import check
from govsocial.cli.progress import PATIENCE, counted, progress, tally
from govsocial.cli.shell import INTERRUPTED, PIPE_CLOSED
from govsocial.cli.watch import state, watching
from govsocial.engine import Engine
from govsocial.errors import InputError
from govsocial.messages import say
from govsocial.model import Post
from govsocial.networks import Networks
from govsocial.policy.rules import PolicySet
from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DRAFT = '[post]\nnetwork = "twitter"\ntext = "{}"\n'


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "drafts" / "a.toml"
    path.parent.mkdir()
    path.write_text(DRAFT.format("#aa #bb #cc #dd"), encoding="utf-8")
    return path


class Sleep:
    """A pause in which someone does one thing after the other, and then presses Ctrl-C."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.acts: Iterator[Callable[[], object]] = iter(acts)
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        for act in self.acts:
            act()
            return
        raise KeyboardInterrupt


def nothing() -> None:
    """Let a pause pass."""


def write(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.write_text(text, encoding="utf-8")


def test_it_runs_again_when_a_file_of_a_folder_changes(draft: Path) -> None:
    runs = count()
    new = draft.parent / "b" / "c.toml"
    new.parent.mkdir()
    sleep = Sleep(nothing, write(draft, "longer than it was, and not a draft"), nothing, write(new, "x"), new.unlink)
    with pytest.raises(KeyboardInterrupt):
        watching(lambda: next(runs), [draft.parent], "en", sleep=sleep)

    assert next(runs) == 4
    assert sleep.seconds == [0.5] * 6


def test_a_file_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    runs: list[bool] = []

    def run() -> int:
        runs.append(path.exists())
        return 0

    with pytest.raises(KeyboardInterrupt):
        watching(run, [str(path)], "en", sleep=Sleep(write(path, "")))

    assert runs == [False, True]


def test_what_a_run_writes_and_what_is_hidden_is_no_change(draft: Path) -> None:
    answer, hidden = draft.parent / "answer.txt", draft.parent / ".git" / "index"
    hidden.parent.mkdir()
    before = state([draft.parent], answer)
    for path in (answer, hidden, draft.parent / ".a.toml.swp"):
        path.write_text("x", encoding="utf-8")

    assert state([draft.parent], answer) == before
    assert state([draft.parent]) != before


def test_an_error_is_told_and_the_watch_goes_on(capsys: pytest.CaptureFixture[str], draft: Path) -> None:
    answers = iter([InputError([]), RuntimeError("out of luck")])

    def run() -> int:
        for error in answers:
            raise error
        return 0

    with pytest.raises(KeyboardInterrupt):
        watching(run, [draft], "en", sleep=Sleep(write(draft, "x"), write(draft, "xy")))

    assert "out of luck" in capsys.readouterr().err


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, INTERRUPTED), (BrokenPipeError, PIPE_CLOSED)])
def test_an_interrupted_run_ends_the_watch(
    raised: type[BaseException], code: int, draft: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run() -> int:
        raise raised

    with (tmp_path / "closed").open("w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert watching(run, [draft], "en", sleep=Sleep()) == code


def test_check_judges_again_until_control_c(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = Sleep(write(draft, DRAFT.format("#aa")), write(draft, "[post"), draft.unlink)
    monkeypatch.setattr(sys.modules[check.__module__], "watching", partial(watching, sleep=sleep))
    run = Run("check", str(draft), "--watch")

    assert run.code == 130
    assert run.out.count("use at most 3 on X") == 1
    assert "Nothing stands in the way." in run.out
    assert f"{draft}:1:1: write [post]" in run.err
    assert f"{draft}: there is no such file or folder" in run.err
    assert run.err.count("Ctrl-C") == 4
    assert "\x1b" not in run.out


def test_check_does_not_wake_itself_by_its_answer(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = Sleep(nothing)
    monkeypatch.setattr(sys.modules[check.__module__], "watching", partial(watching, sleep=sleep))
    run = Run("check", str(draft.parent), "--watch", "--output", str(draft.parent / "answer.txt"))

    assert run.err.count("Ctrl-C") == 1


@pytest.mark.parametrize("arguments", [("-",), ("--text", "x", "--network", "twitter"), ()])
def test_only_files_can_be_watched(arguments: tuple[str, ...]) -> None:
    run = Run("check", "--watch", *arguments)

    assert (run.code, run.err) == (2, "--watch: give the files or folders to watch\n")


class Terminal(StringIO):
    """An output that someone sees."""

    def isatty(self) -> bool:
        return True


class AtOnce(Timer):
    """A timer that does not wait."""

    def start(self) -> None:
        assert self.interval == PATIENCE
        self.interval = 0
        super().start()
        self.join()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Return what puts a terminal in the place of stderr; a fixture itself comes too early for that."""
    for name, value in {"TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def open_() -> Terminal:
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return open_


def test_a_long_run_shows_how_far_it_is(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    with progress("judging", 3, later=AtOnce) as done:
        assert list(counted("abc", done)) == ["a", "b", "c"]

    assert "judging" in screen.getvalue()
    assert "3/3" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a clock whose hands are moved by hand."""
    hands = [0.0]
    monkeypatch.setattr("rich.console.monotonic", lambda: hands[0])
    return hands


@pytest.mark.parametrize("drawn", ["at once", "on call"])
def test_what_was_done_before_says_nothing_of_the_time_that_is_left(
    terminal: Callable[[], Terminal], clock: list[float], drawn: str
) -> None:
    screen = terminal()
    shown: list[Callable[..., object]] = []

    class OnCall(Timer):
        def start(self) -> None:
            shown.append(self.function)
            self.interval = 3600
            super().start()

    with progress("judging", 10_000, later=AtOnce if drawn == "at once" else OnCall) as done:
        done(5000)
        for show in shown:
            show()
        for _ in range(2):
            clock[0] += 10
            done(100, "judging: 7 findings so far")

    assert "judging: 7 findings so far" in screen.getvalue()
    assert "5200/10000 0:08:00" in screen.getvalue()


@pytest.mark.parametrize(("share", "shown"), [("", "1500/4000"), ("share", " 38%")])
def test_how_much_is_done_and_what_came_of_it_is_shown(
    terminal: Callable[[], Terminal], share: str, shown: str
) -> None:
    screen = terminal()
    with ExitStack() as stack:
        done = tally(stack, lambda n: say("{n} found", n=n), "nl", share=bool(share), later=AtOnce)(4000)
        done(1000, 1)
        done(500, 11)

    assert "12 found" in screen.getvalue()
    assert shown in screen.getvalue()


def test_work_without_a_known_end_is_named(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    with progress("reading", later=AtOnce):
        pass

    assert "reading" in screen.getvalue()


def test_a_quick_run_shows_nothing(terminal: Callable[[], Terminal]) -> None:
    screen = terminal()
    with progress("judging", 3) as done:
        assert list(counted("abc", done)) == ["a", "b", "c"]

    assert screen.getvalue() == ""


def test_nothing_is_shown_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("judging", 3, later=AtOnce) as done:
        done()

    assert screen.getvalue() == ""


def test_resources_are_judged_as_they_are_handed_over() -> None:
    order: dict[str, None] = {}

    class Noting(Networks):
        def resolve(self, name: str) -> str:
            order.setdefault(f"{name} is judged")
            return name

    def handed_over() -> Iterator[Post]:
        for name in "ab":
            yield Post(network=name)  # nobody keeps it
            order[f"{name} is done"] = None

    Engine(PolicySet(()), Noting({}, {}), lambda: datetime(2026, 11, 24, tzinfo=UTC)).check(handed_over())

    assert list(order) == ["a is judged", "a is done", "b is judged", "b is done"]
