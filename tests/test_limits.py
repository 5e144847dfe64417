"""Code of plugins that takes too long: it is stopped, named, and not asked again; nothing else notices."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from govsocial.cel.library import Fact, Function
from govsocial.defaults import assemble
from govsocial.limits import LIMIT, allowed, limited
from govsocial.policy.load import parse_policy
from houses import HEADER, POST, rule
from running import Run
from wheels import Point, installer, module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from govsocial.model import Post

SECONDS = 0.1
LONG = 60
alarmed = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no alarm")


def loops(_: object) -> int:
    while True:
        pass


def is_careful(_: object) -> int:
    while True:
        with suppress(Exception):
            loops(_)


def sleeps(_: object) -> int:
    time.sleep(LONG)
    return 7


def backtracks(_: object) -> bool:
    return re.match(r"(a+)+$", "a" * 40 + "b") is not None


def waits(_: object) -> bytes:
    read, _ = os.pipe()
    return os.read(read, 1)


def gives_up(_: object) -> int:
    try:
        return loops(_)
    except BaseException:  # noqa: BLE001 - even this one
        return 7


IN_PYTHON: dict[str, Callable[[object], object]] = {
    "loops": loops,
    "catches exceptions and goes on": is_careful,
    "catches everything and gives up": gives_up,
}
ELSEWHERE: dict[str, Callable[[object], object]] = {
    "sleeps": sleeps,
    "is C and sleeps": lambda _: time.sleep(LONG),
    "is nothing but C": partial(time.sleep),
    "backtracks": backtracks,
    "waits for what never comes": waits,
}


def in_thread(run: Callable[[], object]) -> object:
    """Return what *run* returns or raises in a thread of its own."""
    found: list[object] = []

    def target() -> None:
        try:
            found.append(run())
        except BaseException as error:  # noqa: BLE001 - whatever gets out
            found.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return found[0]


# what is stopped


@alarmed
@pytest.mark.parametrize("compute", (IN_PYTHON | ELSEWHERE).values(), ids=IN_PYTHON | ELSEWHERE)
def test_in_the_main_thread_whatever_takes_too_long_is_stopped(compute: Callable[[object], object]) -> None:
    run = limited(compute, SECONDS)

    if compute is gives_up:
        assert run(LONG) == 7
    else:
        with pytest.raises(TimeoutError, match=r"^took longer than 0.1 s$"):
            run(LONG)


@pytest.mark.parametrize("compute", IN_PYTHON.values(), ids=IN_PYTHON)
def test_in_another_thread_what_runs_python_is_stopped(compute: Callable[[object], object]) -> None:
    found = in_thread(lambda: limited(compute, SECONDS)(LONG))

    assert isinstance(found, TimeoutError)
    assert str(found) == "took longer than 0.1 s"


def test_what_took_too_long_once_is_not_called_again() -> None:
    calls: list[object] = []

    def compute(value: object) -> int:
        calls.append(value)
        return loops(value)

    run = limited(compute, SECONDS)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            run(1)

    assert calls == [1]
    with pytest.raises(TimeoutError, match=r"^took longer than 0.1 s before, so it is not asked again$"):
        run(1)


def test_what_is_quick_gives_its_value_and_raises_its_own() -> None:
    assert limited(lambda one, other: one + other, SECONDS)(1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        limited(lambda one: 1 // one, SECONDS)(0)
    assert in_thread(lambda: limited(len, SECONDS)("abc")) == 3


def test_without_a_limit_the_code_is_called_as_it_is() -> None:
    assert limited(len, 0) is len


def test_a_call_within_a_call_shares_its_limit() -> None:
    inner = limited(loops, LONG)

    with pytest.raises(TimeoutError, match=r"took longer than 0.1 s"):
        limited(inner, SECONDS)(1)
    assert isinstance(in_thread(lambda: limited(limited(loops, LONG), SECONDS)(1)), TimeoutError)


# what nothing else notices


def busy_for(seconds: float) -> Callable[[object], int]:
    """Return code that is busy about as long as it may be."""

    def compute(_: object) -> int:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
        return 7

    return compute


def on_the_edge() -> int:
    """Call code that ends about when its time is up, many times; anything but its two ends comes out of here."""
    for number in range(100):
        run = limited(busy_for(0.004 + number * 0.00003), 0.005)
        with suppress(TimeoutError):
            assert run(None) == 7
        for _ in range(1000):  # what came too late would come here
            pass
    return 7


def test_what_ends_as_its_time_is_up_either_ends_or_is_stopped() -> None:
    assert on_the_edge() == 7
    assert in_thread(on_the_edge) == 7


def test_eight_threads_are_stopped_each_for_itself() -> None:
    found: list[object] = []
    calls = [partial(limited(one, SECONDS), 1) for one in [busy_for(0.01), loops] * 4]
    threads = [threading.Thread(target=lambda call: found.append(in_thread(call)), args=(one,)) for one in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(str(one) for one in found) == ["7"] * 4 + ["took longer than 0.1 s"] * 4


@pytest.fixture
def host() -> Iterator[list[int]]:
    """Be a program that has a use for the alarm; return how often it rang for it."""
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    yield rung
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@alarmed
@pytest.mark.parametrize("compute", [len, sleeps], ids=["quick", "slow"])
def test_the_handler_of_the_program_around_us_stays_its_own(host: list[int], compute: Callable[[Any], int]) -> None:
    handler = signal.getsignal(signal.SIGALRM)
    found = limited(lambda _: compute("abc"), SECONDS)
    if compute is len:
        assert found(1) == 3
    else:
        with pytest.raises(TimeoutError):
            found(1)

    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    signal.raise_signal(signal.SIGALRM)
    assert host == [1]


@alarmed
def test_the_timer_of_the_program_around_us_goes_on_and_loops_are_stopped_all_the_same(host: list[int]) -> None:
    signal.setitimer(signal.ITIMER_REAL, LONG)

    with pytest.raises(TimeoutError):
        limited(loops, SECONDS)(1)

    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < LONG
    assert host == []


@alarmed
def test_the_timer_of_the_program_around_us_rings_for_it_in_the_middle_of_a_call(host: list[int]) -> None:
    signal.setitimer(signal.ITIMER_REAL, SECONDS / 5)

    assert limited(busy_for(SECONDS / 2), LONG)(1) == 7
    assert host == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_that_was_forked_has_a_watch_of_its_own() -> None:
    in_thread(lambda: limited(len, SECONDS)("abc"))
    child = os.fork()
    if not child:
        os._exit(isinstance(in_thread(lambda: limited(loops, SECONDS)(1)), TimeoutError))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


# how long it may take


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, LIMIT), ("0.2", 0.2), ("0", 0), ("-1", 0), ("", LIMIT), ("soon", LIMIT), ("nan", LIMIT), ("inf", 86_400)],
)
def test_the_environment_says_how_long(monkeypatch: pytest.MonkeyPatch, text: str | None, seconds: float) -> None:
    monkeypatch.delenv("GOVSOCIAL_FACT_SECONDS", raising=False)
    if text is not None:
        monkeypatch.setenv("GOVSOCIAL_FACT_SECONDS", text)

    assert allowed() == seconds


# in a run


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return installer(monkeypatch)


@pytest.mark.parametrize("compute", [loops, is_careful, pytest.param(sleeps, marks=alarmed)])
def test_a_run_names_the_plugin_that_hangs_judges_by_the_other_rules_and_ends_with_3(
    install: Callable[..., None], tmp_path: Path, compute: Callable[[Post], int]
) -> None:
    install(Point("lucky", module(facts=[Fact("luck", "post", "int", compute)]), "1.2"))
    house = tmp_path / "house.toml"
    house.write_text(HEADER + rule(require="fact.luck == 7") + rule(require="size(post.text) < 3", name="b"), "utf-8")
    arguments = ("check", "--text", "Hello", "--network", "twitter", "--policy", str(house))
    told = Run(*arguments, "--format", "json", GOVSOCIAL_FACT_SECONDS="0.2")
    found = {one["rule"]: one for one in json.loads(told.out)["findings"]}

    assert told.code == 3
    assert (found["house/a"]["outcome"], found["house/b"]["outcome"]) == ("error", "violation")
    assert found["house/a"]["missing"] == ["fact.luck (lucky 1.2): TimeoutError: took longer than 0.2 s"]
    assert "fact.luck (lucky 1.2): TimeoutError" in Run(*arguments, GOVSOCIAL_FACT_SECONDS="0.2").out


def test_of_many_posts_only_the_first_waits(install: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVSOCIAL_FACT_SECONDS", "0.2")
    calls: list[object] = []

    def compute(text: str) -> bool:
        calls.append(text)
        return bool(loops(text))

    install(Point("lucky", module(functions=[Function("lucky", ("string",), "bool", compute)]), "1.2"))
    engine = assemble([parse_policy(HEADER + rule(require="lucky(post.text)"), "house.toml")]).engine
    found = [one for _ in range(500) for one in engine.verdicts(POST) if one.rule == "house/a"]

    assert len(calls) == 1
    assert {one.outcome for one in found} == {"error"}
    assert found[-1].missing == (
        "lucky (lucky 1.2): TimeoutError: took longer than 0.2 s before, so it is not asked again",
    )
