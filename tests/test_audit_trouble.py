"""What goes wrong around a bulk run: full and read-only disks, panics, strange files. It is told, and can go on."""

from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl
import pytest

from archives import digests
from govsocial.audit import kernel, shards, work
from govsocial.audit.bundle import Choices
from govsocial.audit.clauses import Said
from govsocial.audit.run import Order, audit
from govsocial.defaults import assemble
from govsocial.errors import InputError
from govsocial.history import opened, read
from govsocial.policy.load import parse_policy
from publishing import START, STEPS, taken
from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOUSE = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[[rule]]
id = "short"
severity = "error"
require = 'size(post.text) <= 10 && post.language != ""'
message = "Too long."
"""
POSTS = 3000


class Disk:
    """A file system in memory: small at first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mounted(self, *options: str) -> bool:
        """Mount it, and tell whether that is allowed here."""
        return self._ran("mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs")

    def changed(self, option: str) -> None:
        """Mount it in another way."""
        assert self._ran("mount", "-o", f"remount,{option}")

    def gone(self) -> None:
        """Take it away."""
        assert self._ran("umount")

    def names(self) -> set[str]:
        """Return what lies on it."""
        return {str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file()}

    def _ran(self, *command: str) -> bool:
        if shutil.which(command[0]) is None:
            return False
        return subprocess.run([*command, str(self.folder)], capture_output=True, check=False).returncode == 0


def a_disk(folder: Path) -> Iterator[Disk]:
    folder.mkdir(parents=True)
    disk = Disk(folder)
    if not disk.mounted("size=64k"):
        pytest.skip("needs the right to mount a file system")
    yield disk
    disk.gone()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Return a disk that is soon full."""
    yield from a_disk(tmp_path / "disk")


@pytest.fixture
def findings(tmp_path: Path) -> Iterator[Disk]:
    """Return a disk where an audit into ``out`` writes its findings."""
    yield from a_disk(tmp_path / "out" / "findings")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return posts whose ids cannot be made shorter, each of which breaks a rule."""
    path = tmp_path / "archive.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(POSTS):
            post = {"id": sha256(str(number).encode()).hexdigest(), "network": "twitter", "text": "Nothing to see here"}
            file.write(json.dumps({"post": post}) + "\n")
    return path


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.toml"
    path.write_text(HOUSE, encoding="utf-8")
    return path


def audited(source: Path, out: Path, house: Path, *options: str) -> Run:
    words = ("--policy", str(house), "--select", "house/*", "--engine", "inline")
    return Run("audit", str(source), "--out", str(out), *words, *options)


def refused(run: Run, reason: str) -> bool:
    """Whether *run* ended in one line that says why something cannot be written."""
    return run.code == 2 and run.err.count("\n") == 1 and f"cannot be written: {reason}" in run.err


def test_an_audit_that_fills_the_disk_says_so_and_goes_on_once_there_is_room(
    archive: Path, house: Path, disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ROWS", 500)
    undisturbed = audited(archive, tmp_path / "out", house)

    full = audited(archive, disk.folder, house)
    left = digests(disk.folder)
    disk.changed("size=16m")
    again = audited(archive, disk.folder, house)

    assert refused(full, "No space left on device")
    assert 0 < len(left) < 2 * POSTS / 500
    assert left.items() <= digests(tmp_path / "out").items()
    assert again.code == undisturbed.code == 1
    assert digests(disk.folder) == digests(tmp_path / "out")
    assert not [name for name in disk.names() if Path(name).name.startswith(".part")]


def test_an_audit_in_several_processes_says_that_the_disk_is_full(
    archive: Path, house: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ROWS", 2000)

    assert refused(audited(archive, disk.folder, house, "--engine", "pool"), "No space left on device")
    assert "manifest.json" not in disk.names()


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_conversion_that_fills_the_disk_says_so_and_works_once_there_is_room(
    archive: Path, disk: Disk, tmp_path: Path, ending: str
) -> None:
    target, undisturbed = disk.folder / f"out.{ending}", tmp_path / f"out.{ending}"
    Run("convert", str(archive), str(undisturbed))
    target.write_text("what was there")

    full = Run("convert", str(archive), str(target))
    kept, names = target.read_text(), disk.names()
    disk.changed("size=16m")
    again = Run("convert", str(archive), str(target))

    assert refused(full, "No space left on device")
    assert (kept, names) == ("what was there", {target.name})
    assert again.code == 0
    assert target.read_bytes() == undisturbed.read_bytes()


def test_a_history_on_a_full_disk_stays_as_it_was(disk: Disk) -> None:
    path, filler = disk.folder / "post.history.jsonl", disk.folder / "filler"
    entry = taken(*STEPS)[0]
    with opened(path) as history:
        history.append("p", [entry], START)
    before = path.read_bytes()
    filler.write_bytes(b"x" * 60_000)

    with opened(path) as history, pytest.raises(InputError, match="cannot be written: No space left on device"):
        history.append("p", [entry] * 40, START)
    kept = path.read_bytes()
    filler.unlink()
    with opened(path) as history:
        history.append("p", [entry], START)

    assert kept == before
    assert (read(path).of("p"), read(path).torn) == ((entry, entry), ())


def test_a_read_only_disk_is_told(archive: Path, house: Path, disk: Disk) -> None:
    disk.changed("ro")

    assert refused(audited(archive, disk.folder, house), "Read-only file system")
    assert refused(audited(archive, disk.folder / "out", house), "Read-only file system")
    assert refused(Run("convert", str(archive), str(disk.folder / "out.jsonl")), "Read-only file system")
    assert refused(Run("check", str(archive), "--output", str(disk.folder / "out.txt")), "Read-only file system")


@pytest.mark.parametrize("options", [(), ("--no-resume",)])
def test_what_an_earlier_audit_left_and_cannot_be_removed_is_told(
    archive: Path, house: Path, findings: Disk, options: tuple[str, ...]
) -> None:
    (findings.folder / "part-00099.parquet").touch()
    findings.changed("ro")

    assert refused(audited(archive, findings.folder.parent, house, *options), "Read-only file system")


def test_all_is_judged_again_without_resume(archive: Path, house: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    audited(archive, out, house)
    before = digests(out)
    [part] = (out / "findings").iterdir()
    part.write_bytes(b"spoilt")

    again = audited(archive, out, house, "--no-resume")

    assert "Nothing to do" not in again.out
    assert digests(out) == before


class Panicking:
    """An expression that Polars chokes on."""

    def __getattr__(self, name: str) -> Callable[..., Panicking]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_: self

    def alias(self, _: str) -> NoReturn:
        raise pl.exceptions.PanicException("index out of bounds\nand more")


def judged_with(said: Any, archive: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:  # noqa: ANN401
    policy = parse_policy(HOUSE, "house.toml")
    monkeypatch.setattr(kernel.Plan, "said", said)
    work._KERNELS.clear()
    order, choices = Order(archive, out), Choices(select=("house/*",))
    return audit(order, assemble([policy]), [policy], choices).manifest


@pytest.mark.parametrize("part", ["outcome", "reason"])
def test_where_columns_panic_closures_judge(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    post = {"network": "twitter", "text": "Short", "language": None}
    archive.write_text("".join(f"{json.dumps({'post': {**post, 'id': str(n)}})}\n" for n in range(9)), encoding="utf-8")
    sound = kernel.Plan.said

    def said(plan: kernel.Plan, *of: Any) -> Any:  # noqa: ANN401
        found, missing = sound(plan, *of)
        return (Said(Panicking()), missing) if part == "outcome" else (found, Panicking())  # type: ignore[arg-type]

    judged_with(sound, archive, tmp_path / "sound", monkeypatch)
    [rule] = judged_with(said, archive, tmp_path / "panicking", monkeypatch)["rules"]

    assert digests(tmp_path / "panicking") == digests(tmp_path / "sound")
    assert (rule["why"], rule["rows_by_closures"]) == (("index out of bounds", 9) if part == "outcome" else ("", 0))


def test_a_panic_while_a_file_is_read_names_the_file(
    archive: Path, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panicking(*_: object) -> NoReturn:
        raise pl.exceptions.PanicException("capacity overflow")

    monkeypatch.setattr(work, "read", panicking)

    found = audited(archive, tmp_path / "out", house)

    assert (found.code, found.err) == (2, f"{archive}: this cannot be read: capacity overflow\n")


DRAFTS = ("plan.csv", "post.md", "post.txt", "data/post.json")
NONE = (
    ".hidden.csv",
    ".git/post.md",
    "README.md",
    "post.history.jsonl",
    "post.workflow.toml",
    "accounts.toml",
    "a.bin",
)


def test_how_many_drafts_an_audit_leaves_out_is_told_once(archive: Path, house: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name in ("archive.jsonl", *DRAFTS, *NONE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(archive, folder / name) if name == archive.name else (folder / name).write_text("")

    first = audited(folder, folder / "out", house)
    again = audited(folder, folder / "out", house)

    assert first.err == again.err
    assert first.err.count("\n") == 1
    assert first.err.startswith("4 files were left out: an audit reads .parquet and .jsonl; write them so with")
    assert first.code == 1


def test_an_archive_alone_leaves_nothing_out(archive: Path, house: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("")

    assert audited(archive, tmp_path / "out", house).err == ""
