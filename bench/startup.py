"""How long a person waits for ``govsocial check one.toml``, against the imports that it cannot do without."""

from __future__ import annotations

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
    from collections.abc import Callable, Iterator, Sequence

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
        contest = {
            "command": timed(_process(command), clock=perf_counter),
            "imports": timed(_process(IMPORTS), clock=perf_counter),
        }
        times = race(contest, rounds)
    seconds = {name: median(found) for name, found in times.items()}
    yield Figure("startup", "govsocial check one.toml / python -c 'import typer, rich, pydantic'",
                 ratio(times["command"], times["imports"]), 3, 2, seconds=seconds, note=_spent())  # fmt: skip


def _process(command: Sequence[str]) -> Callable[[], None]:
    def run() -> None:
        found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if found.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {found.returncode}: {found.stderr}")

    return run


def _output(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)  # noqa: S603


def _spent() -> str:
    """Return what the time of one command goes to: its steps, then the packages that take longest to import."""
    cli, engine, rest = map(float, _output("-c", STEPS).stdout.split())
    report = _output("-X", "importtime", "-c", STEPS).stderr
    own: Counter[str] = Counter()
    for line in report.splitlines()[1:]:
        micros, _, name = line.removeprefix("import time:").split("|")
        own[name.strip().partition(".")[0]] += int(micros)
    packages = ", ".join(f"{name} {micros / 1000:.0f}" for name, micros in own.most_common(MOST_PACKAGES))
    return (
        f"ms: import govsocial.cli {cli:.0f}, engine with the built-in policies {engine:.0f}, check and output"
        f" {rest:.0f}; imports by package, -X importtime: {packages}"
    )
