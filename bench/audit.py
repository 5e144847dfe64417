"""Audits of whole archives: memory as they grow, what a second worker costs, batch sizes, and what survives a kill."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from bench.archive import write_archive, write_copies
from bench.figures import Figure
from bench.processes import PROC, kill, started, taken, tree, wait_until, workers
from bench.timing import race, ratio, timed
from govsocial.audit.batch import Batch, read
from govsocial.audit.bundle import Choices, bundled
from govsocial.audit.kernel import Costs
from govsocial.audit.shards import cut
from govsocial.audit.work import answer, kernel_for
from govsocial.defaults import assemble
from govsocial.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.processes import Taken
    from govsocial.audit.bundle import Bundle

TIMES: Final = 4
MOST_ROUNDS: Final = 3
SIZES: Final = (1_000, 10_000, 65_536)
"""How many rows the kernel gets at once."""
DEAREST: Final = 5
NOT_LINUX: Final = "needs /proc, which this system does not have"


def audit(rounds: int, size: int) -> Iterator[Figure]:
    """Yield the figures of audits of *size* posts, and of four times as many, by the built-in policies."""
    if not (PROC / "self" / "smaps_rollup").exists():
        yield Figure("audit", "audits of whole archives", None, note=NOT_LINUX)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder / "archive.parquet", size, _govsocial)
        small, large = (write_copies(folder / "archive.parquet", folder / f"x{n}", n) for n in (1, TIMES))
        yield from _grown(small, large, min(rounds, MOST_ROUNDS))
        yield from _batches(small, min(rounds, MOST_ROUNDS))
        yield from _killed(large)


def _govsocial(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("govsocial")), *arguments]


def _audit(source: Path, out: Path, processes: int) -> list[str]:
    return _govsocial("audit", str(source), "--out", str(out), "--workers", str(processes), "--fail-level", "error")


def _grown(small: Path, large: Path, rounds: int) -> Iterator[Figure]:
    """Yield what an audit takes of four times as much, and with a second worker."""
    sides = {"one": (small, 2), "four": (large, 2), "one worker": (large, 1)}
    found: dict[str, list[Taken]] = {name: [] for name in sides}
    answers: set[str] = set()
    for nth in range(rounds):
        for name, (source, processes) in sides.items():
            out = source.parent / f"{name}-{nth}"
            found[name].append(taken(_audit(source, out, processes)))
            answers |= {digest(out)} if source == large else set()
    if len(answers) != 1:
        raise SystemExit("the same archive was judged otherwise")
    peaks = {name: [one.peak for one in each] for name, each in found.items()}
    cpu = {name: [one.cpu for one in each] for name, each in found.items()}
    manifest = json.loads((large.parent / "one worker-0" / "manifest.json").read_text(encoding="utf-8"))
    judged = int(manifest["judged"])
    mb = {name: f"{median(each) / 1e6:.0f} MB" for name, each in peaks.items()}
    yield Figure("audit", f"peak memory, 2 workers: {judged:,} posts / {judged // TIMES:,}",
                 ratio(peaks["four"], peaks["one"]), 1.25, 1.1, note=f"{mb['four']}, {mb['one']}")  # fmt: skip
    yield Figure("audit", "processor time: 2 workers / 1", ratio(cpu["four"], cpu["one worker"]), 1.25)
    yield from _speed(found, judged)
    yield _dearest(manifest)


def _speed(found: dict[str, list[Taken]], judged: int) -> Iterator[Figure]:
    for name, title in {"one worker": "1 worker", "four": "2 workers"}.items():
        walls = [one.wall for one in found[name]]
        told = f"{judged / median(walls):,.0f} posts/s"
        yield Figure("audit", f"the whole command, {title}, built-in policies", None, told=told)


def _dearest(manifest: dict[str, Any]) -> Figure:
    """Return what the rules take, of one worker, the dearest first."""
    rules = sorted(manifest["rules"], key=lambda one: -one["seconds"])
    each = [f"{one['rule']} {one['seconds'] / manifest['judged'] * 1e9:,.0f}" for one in rules[:DEAREST]]
    every = sum(one["seconds"] for one in rules) / manifest["judged"] * 1e9
    return Figure("audit", f"{len(rules)} rules on a post", None, told=f"{every:,.0f} ns", note=", ".join(each))


def _batches(source: Path, rounds: int) -> Iterator[Figure]:
    """Yield how many rows the kernel judges in a second in batches of several sizes."""
    setup = assemble(others=False)
    bundle = bundled(setup, (), Choices(others=False), datetime.now(UTC))
    whole = read(cut([source / "0.parquet"])[0][0], setup.engine)
    rows = whole.frame.height
    contest = {f"{size:,} rows": timed(_judging(whole, bundle, size), rows) for size in SIZES}
    times = race(contest, rounds)
    least, most = f"{SIZES[0]:,} rows", f"{SIZES[-1]:,} rows"
    rates = ", ".join(f"{name} {1 / median(each):,.0f}/s" for name, each in times.items())
    yield Figure("audit", f"the kernel, posts in batches of {most} / {least}", ratio(times[least], times[most]), 3,
                 at_least=True, note=rates)  # fmt: skip


def _judging(whole: Batch, bundle: Bundle, size: int) -> Callable[[], object]:
    """Return what judges *whole* by so many rows at once."""
    kernel = kernel_for(bundle)
    starts = range(0, whole.frame.height, size)

    def part(start: int) -> Batch:
        posts = whole.posts
        return Batch(whole.frame.slice(start, size), lambda numbers: posts([start + number for number in numbers]))

    return lambda: [answer(part(start), bundle, Workspace(), kernel, Costs()) for start in starts]


def _killed(source: Path) -> Iterator[Figure]:
    """Yield whether an audit comes to the same with a worker killed, then the whole killed, then run again."""
    whole, out = source.parent / "four-0", source.parent / "killed"
    before = _written(out)
    with started(_audit(source, out, 2)) as process:
        wait_until(lambda: len(_written(out)) >= 1 or process.poll() is not None)
        kill(workers(process.pid)[0])
        wait_until(lambda: len(_written(out)) >= TIMES or process.poll() is not None)
        before, left = _written(out), tree(process.pid)
        kill(process.pid)
    wait_until(lambda: not any((PROC / str(one)).exists() for one in left[1:]))
    done = len(_written(out))
    taken(_audit(source, out, 2))
    after = _written(out)
    if digest(out) != digest(whole):
        raise SystemExit("an audit that was killed came to something else")
    if any(after[name] != time for name, time in before.items()):
        raise SystemExit("a shard that was done was judged again")
    note = f"a worker, then all of it, after {done} of {len(after)} shards"
    yield Figure("audit", "killed and run again: the same answer", None, told="yes", note=note)
    yield Figure("audit", "killed and run again: nothing judged twice", None, told="yes")


def _written(out: Path) -> dict[str, int]:
    """Return the shards that are done, and when that was written down."""
    return {one.name: one.stat().st_mtime_ns for one in (out / "shards").glob("[0-9]*.json")}


def digest(out: Path) -> str:
    """Return what differs as soon as an audit found something else."""
    found = sha256()
    for one in sorted(out.glob("findings/part-*")) + sorted(out.glob("outcomes/part-*")):
        found.update(f"{one.parent.name}/{one.name}".encode() + one.read_bytes())
    return found.hexdigest()
