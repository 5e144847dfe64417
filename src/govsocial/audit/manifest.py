"""What an audit writes down of itself, to go on where it was broken off. Every file is whole or not there."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.readers.files import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MANIFEST: Final = "manifest.json"
RUN: Final = "run.json"
SUMMARY: Final = "summary.json"
PAGE: Final = "report.html"
FINDINGS: Final = "findings"
OUTCOMES: Final = "outcomes"
SHARDS: Final = "shards"
WORK: Final = "work"
_LOCK: Final = ".lock"
ONE_BY_ONE: Final = "accounts, events and institutions are judged one by one"
_TORN: Final = (OSError, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be read: where it stands, counted from 1, and why: in English, and by language."""

    file: str
    line: int | None
    reason: str
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """
    What came of one shard; *key* follows from all that it follows from.

    *digests* are those of its two files, *counts* the outcomes, *violations* those that are not waived by severity.
    *costs* are, by rule, the seconds, how many rows closures judged, and why they did; *memory* is what the process
    that judged has had at most, in MB, 0 where nobody knows.
    """

    number: int
    file: str
    start: int
    rows: int
    key: str
    judged: int
    findings: int
    digests: Mapping[str, str]
    counts: Mapping[str, int]
    violations: Mapping[str, int]
    costs: Mapping[str, tuple[float, int, str]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    memory: int = 0


def part(out: Path, kind: str, number: int) -> Path:
    """Return the file of shard *number* among the *kind* of files."""
    return out / kind / (f"part-{number:05}.parquet" if kind != SHARDS else f"{number:05}.json")


def entry_in(out: Path, number: int, key: str) -> ManifestEntry | None:
    """Return what came of shard *number* before, None where it is to be judged (again)."""
    try:
        data = json.loads(part(out, SHARDS, number).read_text(encoding="utf-8"))
        found = ManifestEntry(**{**data, "skipped": tuple(Skipped(**one) for one in data["skipped"])})
    except _TORN:
        return None
    whole = all(part(out, kind, number).is_file() for kind in (FINDINGS, OUTCOMES))
    return found if found.key == key and whole else None


def write_entry(out: Path, entry: ManifestEntry) -> None:
    """Write down what came of a shard: after its other files."""
    write(part(out, SHARDS, entry.number), json.dumps(asdict(entry), ensure_ascii=False).encode())


def write(path: Path, data: bytes) -> str:
    """
    Write *data* to *path* in one step, and see to it that it is on the disk; return its digest.

    Raises:
        InputError: where it cannot be written.
    """
    whole = path.with_name(f".{path.name}.{uuid4().hex}")  # two nodes may have processes of one number
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        whole.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if whole.exists():
            whole.unlink()
    return sha256(data).hexdigest()


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error for a file or folder that the system does not let us write."""
    text = say("{file} cannot be written: {reason}", file=shown(str(path)), reason=error.strerror or error)
    return InputError([Problem(text, path="--out")])


def read_json(path: Path) -> Mapping[str, Any]:
    """Return what a file of ours holds, nothing where it is not there or torn."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except _TORN:
        return {}
    return found if isinstance(found, dict) else {}


def sweep(out: Path, shards: int) -> None:
    """
    Remove what was told of an earlier run, what is left of writers that were killed, all but so many *shards*.

    Raises:
        InputError: where that cannot be removed.
    """
    try:
        for name in (MANIFEST, SUMMARY, PAGE):
            (out / name).unlink(missing_ok=True)
        for kind in (FINDINGS, OUTCOMES, SHARDS):
            known = {part(out, kind, number).name for number in range(shards)}
            for path in (out / kind).glob("*") if (out / kind).is_dir() else ():
                if path.name not in known and path.name.startswith((".", "part-", "0", "1", "2")):
                    path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(Path(error.filename or out), error) from None


def summed(entries: Sequence[ManifestEntry]) -> dict[str, Any]:
    """Return what all *entries* come to: counts, violations, what each rule took, what was skipped."""
    counts: Counter[str] = Counter()
    violations: Counter[str] = Counter()
    costs: dict[str, tuple[float, int, str]] = {}
    for one in entries:
        counts.update(one.counts)
        violations.update(one.violations)
        for rule, (seconds, rows, why) in one.costs.items():
            before = costs.get(rule, (0.0, 0, ""))
            costs[rule] = (before[0] + seconds, before[1] + rows, before[2] or why)
    return {
        "counts": dict(sorted(counts.items())),
        "violations": dict(sorted(violations.items())),
        "rules": [_cost(rule, *cost) for rule, cost in sorted(costs.items())],
        "skipped": [asdict(skipped) for one in entries for skipped in one.skipped],
    }


def _cost(rule: str, seconds: float, rows: int, why: str) -> dict[str, Any]:
    how = "one by one" if why == ONE_BY_ONE else "columns, then row by row" if why else "columns"
    return {"rule": rule, "seconds": round(seconds, 3), "how": how, "rows_by_closures": rows, "why": why}


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """
    Keep other audits out of the folder *out*, which is made where it is not there.

    Raises:
        InputError: where another one is at work there, or nothing can be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        number = os.open(out / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unwritable(out, error) from None
    try:
        if not _take(number):
            text = say("another audit is writing to this folder; wait for it, or give another --out")
            raise InputError([Problem(text, shown(str(out)))])
        yield
    finally:
        os.close(number)


if sys.platform == "win32":
    import msvcrt

    def _take(number: int) -> bool:
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
