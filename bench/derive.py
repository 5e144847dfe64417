"""Deriving tags, mentions, links and length from real tweets, against the JavaScript reference ``twitter-text``."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from bench.figures import Figure
from bench.timing import race, ratio, timed
from govsocial import Engine
from govsocial.text import derive as derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TWEETS: Final = Path(__file__).parents[2] / "shared/data/tweets/obama.jsonl"
REFERENCE: Final = "twitter-text@3.1.0"
# Beside the checkout, never in it, and kept from run to run.
MODULES: Final = Path(gettempdir()) / "govsocial-bench-twitter-text"
TITLE: Final = "hashtags, mentions, links, length of a tweet / twitter-text in Node"


def derive(rounds: int) -> Iterator[Figure]:
    """Yield the figure of ``text.derive`` against the reference."""
    missing = _missing()
    if missing:
        yield Figure("derive", TITLE, None, 2.5, 1, note=missing)
        return
    texts = [json.loads(line)["post"]["text"] for line in TWEETS.read_text(encoding="utf-8").splitlines()]
    profile = Engine.default().networks.profile("twitter")
    with _node(texts) as answer:
        alike = _alike(answer(), [derived(text, profile) for text in texts])
        python = timed(lambda: [derived(text, profile) for text in texts], len(texts), perf_counter)
        contest: dict[str, Callable[[], float]] = {"Python": python, "Node": lambda: answer() / len(texts)}
        times = race(contest, rounds)
    seconds = {name: median(found) for name, found in times.items()}
    yield Figure("derive", TITLE, ratio(times["Python"], times["Node"]), 2.5, 1, seconds=seconds,
                 note=f"{len(texts)} tweets, {alike} with the same result")  # fmt: skip


def _missing() -> str:
    """Return why the reference cannot run here, empty where it can; installs it on the first run."""
    if not TWEETS.exists():
        return f"needs {TWEETS.name}, which is not in the repository"
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return "needs node and npm"
    if (MODULES / "node_modules/twitter-text").is_dir():
        return ""
    command = (npm, "install", REFERENCE, "--prefix", str(MODULES), "--no-audit", "--no-fund", "--ignore-scripts")
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return f"npm could not install {REFERENCE}: {found.stderr.strip()[-200:]}" if found.returncode else ""


@contextmanager
def _node(texts: Sequence[str]) -> Iterator[Callable[[], Any]]:
    """Give what runs the reference once over *texts*, and returns what it answers."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps(texts), encoding="utf-8")
        script = str(Path(__file__).with_name("derive.js"))
        command = (shutil.which("node") or "node", script, str(file), str(MODULES))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            if process.stdin is None or process.stdout is None:
                raise SystemExit("node has no pipes")
            asked, told = process.stdin, process.stdout

            def answer() -> Any:  # noqa: ANN401 - what JSON holds
                asked.write("\n")
                asked.flush()
                return json.loads(told.readline())

            yield answer
            asked.close()


def _alike(reference: Sequence[Any], own: Sequence[Any]) -> int:
    """Return for how many texts both find the same; the module ``text`` says where it differs on purpose."""
    return sum(
        [list(_distinct(tags)), list(_distinct(names)), list(dict.fromkeys(links)), length]
        == [list(one.hashtags), list(one.mentions), list(one.links), one.length]
        for (tags, names, links, length), one in zip(reference, own, strict=True)
    )


def _distinct(names: Sequence[str]) -> list[str]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())
