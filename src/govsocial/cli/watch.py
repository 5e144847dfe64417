"""Runs something again whenever a file changes. Knows nothing of what it runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from govsocial.cli.shell import INTERRUPTED, PIPE_CLOSED, answers, guarded, tell
from govsocial.messages import say

PAUSE: Final = 0.5
"""Seconds between two looks at the files."""

State = Mapping[Path, tuple[int, int]]


def watching(
    run: Callable[[], int],
    paths: Iterable[str | os.PathLike[str]],
    language: str,
    *,
    but: Path | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """
    Run *run*, and again after each change of *paths* or of what lies below them; bad input is told, and waited for.

    *but* is a file whose changes do not count: the one that *run* writes. Returns the exit code when *run* was
    interrupted; Ctrl-C while waiting is left to the caller.
    """
    watched = tuple(paths)
    while True:
        before = state(watched, but)
        code = guarded(run, language)
        if code in (INTERRUPTED, PIPE_CLOSED):
            return code
        tell(say("waiting for a change of these files; Ctrl-C ends it"), language)
        while state(watched, but) == before:
            sleep(PAUSE)
        _clear()


def state(paths: Iterable[str | os.PathLike[str]], but: Path | None = None) -> State:
    """Return when each file of *paths* was last changed (ns) and its size (bytes); those that are missing have none."""
    left_out = but.absolute() if but else None
    found: dict[Path, tuple[int, int]] = {}
    for file in (file.absolute() for path in paths for file in _below(Path(path))):
        try:
            seen = file.stat()
        except (OSError, ValueError):  # a name with a NUL is a ValueError
            continue
        if file != left_out:
            found[file] = seen.st_mtime_ns, seen.st_size
    return found


def _below(path: Path) -> Iterator[Path]:
    """Yield *path*, and the files below it where it is a folder, but hidden ones: editors leave those behind."""
    if path.is_file():
        yield path
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _clear() -> None:
    if answers().isatty():
        from rich.console import Console  # noqa: PLC0415 - only on a terminal

        Console(file=answers()).clear()
