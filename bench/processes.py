"""What a command and the processes below it take: processor time, memory at its peak. Reads ``/proc``: Linux only."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PROC: Final = Path("/proc")
EVERY: Final = 0.05
"""Seconds between two looks at the memory."""
_KB: Final = 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: *wall* and *cpu* seconds, *peak* bytes of all its processes, shared ones counted once."""

    wall: float
    cpu: float
    peak: int


def taken(command: Sequence[str], fine: Sequence[int] = (0, 1)) -> Taken:
    """
    Run *command*, and return what it took.

    Raises:
        SystemExit: where it ends with a code that is not *fine*.
    """
    before, start, peak = _cpu_of_children(), perf_counter(), 0
    with started(command) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, tree(process.pid))))
            sleep(EVERY)
        if process.returncode not in fine:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {_said(process)}")
    return Taken(perf_counter() - start, _cpu_of_children() - before, peak)


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Give *command* at work."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        yield process


def _said(process: subprocess.Popen[str]) -> str:
    return process.stderr.read()[-400:] if process.stderr else ""


def _cpu_of_children() -> float:
    """Return the processor time of all that were waited for: those that a child waited for are in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tree(root: int) -> list[int]:
    """Return the processes from *root* on down."""
    below: dict[int, list[int]] = {}
    for one in PROC.iterdir():
        if one.name.isdecimal() and (parent := _parent(one)):
            below.setdefault(parent, []).append(int(one.name))
    found = [root]
    for process in found:
        found += below.get(process, [])
    return found


def _parent(process: Path) -> int:
    """Return the parent of *process*, 0 where it is gone; its name in brackets may hold anything."""
    try:
        return int((process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _memory(process: int) -> int:
    """Return the bytes of *process*, its share of what it has in common with others; 0 where it is gone."""
    try:
        told = (PROC / str(process) / "smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    return sum(int(line.split()[1]) * _KB for line in told.splitlines() if line.startswith("Pss:"))


def workers(root: int) -> list[int]:
    """Return the processes below *root* that do its work."""
    return [one for one in tree(root) if one != root and "spawn_main" in _command(one)]


def _command(process: int) -> str:
    try:
        return (PROC / str(process) / "cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def kill(process: int) -> None:
    """Kill *process* as a lack of memory would."""
    os.kill(process, signal.SIGKILL)


def wait_until(what: Callable[[], bool], seconds: float = 600) -> None:
    """
    Wait until *what* is true.

    Raises:
        SystemExit: where it is not for too long.
    """
    end = perf_counter() + seconds
    while not what():
        if perf_counter() > end:
            raise SystemExit(f"waited {seconds:.0f} seconds in vain")
        sleep(EVERY / 5)
