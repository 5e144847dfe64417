"""
How long a person waits for ``govsocial check one.toml``, against the imports that it cannot do without.

As after an installation: all bytecode is compiled, and the cache knows the built-in policies from an earlier run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Final

from bench.figures import Figure
from bench.timing import race, ratio, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

DRAFT: Final = """\
[post]
network = "twitter"
language = "nl"
text = "Trein of tram? Plan uw rit vooraf. #mobiliteit"
"""
IMPORTS: Final = (sys.executable, "-c", "import typer, rich, pydantic")
# What the command does, step by step, with the time that each step took.
STEPS: Final = """\
from time import perf_counter
times = [perf_counter()]
import govsocial.cli
times.append(perf_counter())
from govsocial.defaults import assemble
setup = assemble()
times.append(perf_counter())
from govsocial import Post
from govsocial.outputs import render
render(setup.engine.check(Post(network="twitter", text="#aa #bb #cc #dd")), "text", "en")
times.append(perf_counter())
print(*(1000 * (b - a) for a, b in zip(times, times[1:])))
"""
MOST_PACKAGES: Final = 8


def startup(rounds: int) -> Iterator[Figure]:
    """Yield the figure of one whole command against the imports; its note says where the time goes."""
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "one.toml"
        draft.write_text(DRAFT, encoding="utf-8")
        command = (str(Path(sys.executable).with_name("govsocial")), "check", str(draft))
        installed = _installed(folder)
        contest = {
            "command": timed(_process(command, installed), clock=perf_counter),
            "imports": timed(_process(IMPORTS, installed), clock=perf_counter),
        }
        times = race(contest, rounds)
        spent = _spent(installed)
    seconds = {name: median(found) for name, found in times.items()}
    yield Figure("startup", "govsocial check one.toml / python -c 'import typer, rich, pydantic'",
                 ratio(times["command"], times["imports"]), 3, 2, seconds=seconds, note=spent)  # fmt: skip


def _installed(folder: str) -> dict[str, str]:
    """Return the environment of a command after an installation; the first turn, which is not counted, fills it."""
    others = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return others | {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "XDG_CACHE_HOME": folder}


def _process(command: Sequence[str], environment: Mapping[str, str]) -> Callable[[], None]:
    drafts = environment["XDG_CACHE_HOME"]  # not here, where a configuration is found and read

    def run() -> None:
        found = subprocess.run(  # noqa: S603 - our own
            command, capture_output=True, text=True, check=False, env=environment, cwd=drafts
        )
        if found.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {found.returncode}: {found.stderr}")

    return run


def _output(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment)  # noqa: S603


def _spent(environment: Mapping[str, str]) -> str:
    """Return what the time of one command goes to: its steps, then the packages that take longest to import."""
    cli, engine, rest = map(float, _output(environment, "-c", STEPS).stdout.split())
    report = _output(environment, "-X", "importtime", "-c", STEPS).stderr
    own: Counter[str] = Counter()
    for line in report.splitlines()[1:]:
        micros, _, name = line.removeprefix("import time:").split("|")
        own[name.strip().partition(".")[0]] += int(micros)
    packages = ", ".join(f"{name} {micros / 1000:.0f}" for name, micros in own.most_common(MOST_PACKAGES))
    return (
        f"ms: import govsocial.cli {cli:.0f}, engine with the built-in policies {engine:.0f}, check and output"
        f" {rest:.0f}; imports by package, -X importtime: {packages}"
    )
