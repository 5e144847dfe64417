"""
How long the code of a plugin may take, and how it is stopped. It knows no plugins and no rules, only calls.

In the main thread the system's alarm stops nearly all: loops, sleeping, waiting for a network, ``re``. In other
threads, on Windows, and while the program around us has an alarm of its own, a watch stops what runs Python.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from math import isnan
from threading import Event, Lock, Thread, get_ident, main_thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

LIMIT: Final = 5.0
"""How many seconds one call may take, where the environment does not say."""
VARIABLE: Final = "GOVSOCIAL_FACT_SECONDS"
"""The environment variable that says how many; 0 is as long as it takes."""
_MOST: Final = 86_400.0
"""The most seconds that it can say: a day."""
_LOOKS: Final = 10
"""How often the watch looks at a call before its time is up."""


class Late(BaseException):
    """Stops code whose time is up. It is no ``Exception``, so that code which catches those is stopped too."""


def allowed() -> float:
    """Return how many seconds one call may take, 0 for any time; the environment says so, if with a number."""
    try:
        seconds = float(os.environ.get(VARIABLE, LIMIT))
    except ValueError:
        return LIMIT
    return LIMIT if isnan(seconds) else min(max(seconds, 0.0), _MOST)


def limited(compute: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """
    Return *compute* with a limit of *seconds* for each call, 0 for none; a call within a call has no limit of its own.

    What took too long once is not called again, or each of thousands of posts would wait for it.

    Raises:
        TimeoutError: what the result raises where its time is up, or was before.
    """
    hung = False

    def run(*values: Any) -> Any:  # noqa: ANN401 - whatever *compute* gets and returns
        nonlocal hung
        thread = get_ident()
        if thread in _WITHIN:
            return compute(*values)
        if hung:
            raise TimeoutError(f"took longer than {seconds:g} s before, so it is not asked again")
        _WITHIN.add(thread)
        try:
            return (_by_alarm if _may_ring(thread) else _by_watch)(compute, values, seconds)
        except Late:
            hung = True
            raise TimeoutError(f"took longer than {seconds:g} s") from None
        finally:
            _WITHIN.discard(thread)

    return run if seconds else compute


_WITHIN: Final[set[int]] = set()
"""The threads that are within a call."""


def _computed(compute: Callable[..., Any], values: tuple[Any, ...]) -> Any:  # noqa: ANN401
    """Call *compute* in a frame of our own, below that of what limits it: it may have none, being written in C."""
    return compute(*values)


if sys.platform == "win32":

    def _may_ring(_: int) -> bool:
        return False

    def _by_alarm(compute: Callable[..., Any], values: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401
        raise NotImplementedError

else:
    import _signal  # type: ignore[import-not-found]  # what signal wraps: to name the numbers takes that 3 µs a call

    def _may_ring(thread: int) -> bool:
        """Whether nobody else uses the alarm, and *thread* may set it."""
        free = thread == main_thread().ident and not signal.getitimer(signal.ITIMER_REAL)[0]
        return free and _signal.getsignal(signal.SIGALRM) is not None  # a handler from elsewhere could not be put back

    def _by_alarm(compute: Callable[..., Any], values: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401
        """Call *compute*; afterwards the alarm is as it was. It rings again, for code that lost the first exception."""
        before = _signal.signal(signal.SIGALRM, _ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
        try:
            return _computed(compute, values)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            _signal.signal(signal.SIGALRM, before)

    def _ring(_: int, frame: FrameType | None) -> None:
        """Stop what takes too long; not what set the alarm, for then the call is over, or has not begun."""
        if frame is not None and frame.f_code is not _by_alarm.__code__:
            raise Late


@dataclass(slots=True, eq=False)
class _Call:
    """A call that is watched. Whoever takes its one *turn* has the last word: the watch to stop it, or its end."""

    thread: int
    seconds: float
    turn: list[None] = field(default_factory=lambda: [None])
    since: float = 0.0
    stopped: bool = False

    def take(self) -> bool:
        """Return whether this is who takes the turn; safe between threads, as one operation of a list is."""
        try:
            self.turn.pop()
        except IndexError:
            return False
        return True


def _by_watch(compute: Callable[..., Any], values: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401
    """Call *compute*; once this is left, by whatever way, nothing is raised in this thread any more."""
    call = _Call(get_ident(), seconds)
    _WATCH.begin(call)
    try:
        return _computed(compute, values)
    finally:
        _WATCH.end(call)


class _Watch:
    """Looks after calls in a thread of its own, which begins with the first call, and sleeps while there is none."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, in a process that has none of the threads of its parent."""
        self._calls: dict[int, _Call] = {}
        self._some = Event()
        self._starting = Lock()
        self._started = False

    def begin(self, call: _Call) -> None:
        """Look after *call* from now on."""
        self._calls[call.thread] = call
        if not self._some.is_set():
            self._some.set()
        if not self._started:
            self._start()

    def end(self, call: _Call) -> None:
        """
        Look after *call* no longer.

        Raises:
            Late: where it was stopped, and perhaps caught that.
        """
        if call.take():
            self._calls.pop(call.thread, None)
            return
        while not call.stopped:  # in this very moment; here, or before, the exception comes
            sleep(0.001)
        _raised_in(call.thread, None)
        raise Late

    def _start(self) -> None:
        with self._starting:
            if not self._started:
                Thread(target=self._run, name="govsocial watch", daemon=True).start()
                self._started = True

    def _run(self) -> None:
        while True:
            self._some.wait()
            calls = list(self._calls.values())
            for call in calls:
                self._look_at(call, monotonic())
            if calls:
                sleep(min(call.seconds for call in calls) / _LOOKS)
            else:
                self._some.clear()
                if self._calls:  # one that began just before
                    self._some.set()

    def _look_at(self, call: _Call, now: float) -> None:
        call.since = call.since or now
        if now - call.since >= call.seconds and call.take():
            self._calls.pop(call.thread, None)
            _raised_in(call.thread, Late)
            call.stopped = True


def _raised_in(thread: int, error: type[BaseException] | None) -> None:
    """Let *error* be raised in *thread* as soon as that runs Python; None takes back what was not raised yet."""
    import ctypes  # noqa: PLC0415 - hardly any run needs it

    what = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)


def _in_child() -> None:
    """Forget the threads of the parent: a process that was forked has but one."""
    _WITHIN.intersection_update({get_ident()})
    _WATCH.reset()


_WATCH: Final = _Watch()
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_in_child)
