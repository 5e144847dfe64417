"""A whole audit: from an archive to the files that answer it. Goes on where an earlier run was broken off."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from time import perf_counter
from typing import TYPE_CHECKING, Any

from govsocial import readers
from govsocial.audit import copying, relations, reporting
from govsocial.audit.bundle import bundled, chosen, today
from govsocial.audit.executors import INLINE, Executor
from govsocial.audit.manifest import (
    MANIFEST,
    RUN,
    WORK,
    entry_in,
    locked,
    read_json,
    summed,
    sweep,
    write,
)  # fmt: skip
from govsocial.audit.pace import pace
from govsocial.audit.shards import archives, cut
from govsocial.audit.work import relate_shard, run_shard
from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.model import Closure, Post
from govsocial.readers.files import shown
from govsocial.readers.stream import lines
from govsocial.workspace import Workspace, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from govsocial.audit.bundle import Bundle, Choices
    from govsocial.audit.manifest import ManifestEntry
    from govsocial.audit.shards import Shard, Source
    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.model import Resource
    from govsocial.policy.schema import Policy


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit came to: its *manifest*, its *summary*, and whether all of it was *done* before."""

    manifest: dict[str, Any]
    summary: dict[str, Any]
    done: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """
    What is to be audited, and where the answer goes.

    *beside* are files with what posts refer to; *executor* is what has them judged somewhere. Unless *resume*, all is
    judged again. *language* is that of the page.
    """

    source: Path
    out: Path
    beside: tuple[Path, ...] = ()
    executor: Executor = INLINE
    resume: bool = True
    language: str = "en"


def audit(
    order: Order,
    setup: Setup,
    given: Sequence[Policy],
    choices: Choices,
    started: Callable[[int], Callable[[int, int], None]] = lambda _: lambda _, __: None,
) -> Audited:
    """
    Judge an archive by *choices* from what *setup* has, of which *given* was added; write the answer, and return it.

    *started* is told how many rows there are, and gives what is called with how many rows more are judged and how many
    findings more there are: first of what was done before, then after each shard.

    Raises:
        InputError: where the archive or what is beside it cannot be read, the folder cannot be used, or holds the
            answer to another question.
    """
    with locked(order.out):
        others = _Others()
        paths = [one for one in archives(order.source) if order.out.resolve() not in one.resolve().parents]
        shards, sources = cut(paths, others.add)
        bundle = _same_question(order, bundled(setup, given, choices, today()))
        engine = chosen(setup.engine, bundle)
        beside = _beside(order, others, sources, setup, engine)
        beside = copying.key(beside, sources) if choices.find_copies else beside
        bundle = replace(bundle, beside=beside, mixed=others.are_judged)
        if order.resume and (before := _finished(order.out, shards, bundle)):
            return _told_of(order, before, bundle, setup, engine, done=True)
        sweep(order.out, len(shards) if order.resume else 0)
        copies = {"copies": copying.find(shards, bundle, order.out, order.executor)} if choices.find_copies else {}
        start = perf_counter()
        entries, fresh = _judged(order, shards, bundle, engine, started(sum(one.rows for one in shards)))
        took = {"run": pace((entries[number] for number in fresh), perf_counter() - start)}
        archive = {"sources": [asdict(one) for one in sources], **copies, **took}
        manifest = _manifest(entries, archive, bundle, setup)
        return _told_of(order, manifest, bundle, setup, engine)


class _Others:
    """Gathers what stands in JSON lines beside posts."""

    def __init__(self) -> None:
        self.found: list[Resource] = []

    @property
    def are_judged(self) -> bool:
        """Whether there are any but closures, which are reference data."""
        return any(not isinstance(one, Closure) for one in self.found)

    def add(self, line: bytes, name: str, number: int) -> None:
        for found in lines([line], name, number - 1):
            self.found += [one.resource for one in found.found if not isinstance(one.resource, Post)]


def _same_question(order: Order, bundle: Bundle) -> Bundle:
    """
    Return *bundle* with the day on which the audit in this folder began.

    Raises:
        InputError: where that one asked something else.
    """
    before = read_json(order.out / RUN)
    if not before:
        asked = {"govsocial": 1, "bundle": bundle.digest, "today": bundle.today.isoformat()}
        write(order.out / RUN, json.dumps(asked).encode())
        return bundle
    if before["bundle"] != bundle.digest:
        text = say("this folder holds an audit by other policies or options; give another --out, or empty it")
        raise InputError([Problem(text, shown(str(order.out)))])
    return replace(bundle, today=datetime.fromisoformat(before["today"]))


def _beside(order: Order, others: _Others, sources: Sequence[Source], setup: Setup, engine: Engine) -> str:
    """Write down what posts refer to, and return a digest of it, and of the archive where rules read other posts."""
    files = [*order.beside, *(sorted(order.source.rglob("*.toml")) if order.source.is_dir() else ())]
    found = readers.read([str(one) for one in files], extra=setup.readers).workspace if files else Workspace()
    if posts := list(found.posts):
        text = say("an audit judges posts in .parquet and .jsonl; this is in another file: write it with 'convert'")
        raise InputError([Problem(text, *found.origins.get(("post", posts[0].id), ("", None)))])
    every = [*found, *others.found]
    relations.grouped(every)  # no id twice
    body = "".join(f'{{"{type_of(one)}":{one.model_dump_json(exclude_unset=True)}}}\n' for one in every)
    digest = write(order.out / relations.RESOURCES_FILE, body.encode())
    if not relations.wanted(engine):
        return digest
    return sha256(f"{digest} {[one.digest for one in sources]}".encode()).hexdigest()


def _finished(out: Path, shards: Sequence[Shard], bundle: Bundle) -> dict[str, Any] | None:
    """Return the manifest of an audit that was finished before, None where something is left to do."""
    manifest = dict(read_json(out / MANIFEST))
    keys = [one["key"] for one in manifest.get("shards", ())]
    known = keys == [bundle.key(shard) for shard in shards]
    whole = known and all(entry_in(out, shard.number, bundle.key(shard)) for shard in shards)
    return manifest if whole and manifest else None


def _judged(
    order: Order, shards: Sequence[Shard], bundle: Bundle, engine: Engine, done: Callable[[int, int], None]
) -> tuple[list[ManifestEntry], list[int]]:
    """Return what came of all *shards*, those that were done before too; and the numbers of those that are done now."""
    out = str(order.out)
    known = [entry_in(order.out, shard.number, bundle.key(shard)) for shard in shards]
    entries = {one.number: one for one in known if one}
    left = [shard for shard in shards if shard.number not in entries]
    done(sum(one.rows for one in entries.values()), sum(one.findings for one in entries.values()))
    if left and relations.wanted(engine):
        shutil.rmtree(order.out / relations.RELATED, ignore_errors=True)
        for _ in order.executor.run(relate_shard, shards, bundle, out):
            pass
    for one in order.executor.run(run_shard, left, bundle, out):
        entries[one.number] = one
        done(one.rows, one.findings)
    return [entries[shard.number] for shard in shards], [shard.number for shard in left]


def _manifest(
    entries: Sequence[ManifestEntry], archive: Mapping[str, object], bundle: Bundle, setup: Setup
) -> dict[str, Any]:
    """Return what the audit came to."""
    named = setup.engine.policies.named
    return {
        "govsocial": 1,
        "bundle": bundle.digest,
        "as_of": bundle.choices.as_of.isoformat() if bundle.choices.as_of else None,
        "today": bundle.today.isoformat(),
        "policies": [{"id": name, "version": edition, "digest": digest} for name, edition, digest in named],
        "plugins": [{"name": one.name, "version": one.version, "status": one.status} for one in setup.plugins],
        "versions": {name: version(name) for name in ("govsocial", "polars", "pyarrow")},
        **archive,
        "judged": sum(one.judged for one in entries),
        "findings": sum(one.findings for one in entries),
        **summed(entries),
        "shards": [_told(one) for one in entries],
    }


def _told_of(  # noqa: PLR0913
    order: Order, manifest: dict[str, Any], bundle: Bundle, setup: Setup, engine: Engine, *, done: bool = False
) -> Audited:
    """Return what the audit came to, once that is written: as data, with the *manifest* last, and as a page."""
    summary = reporting.summarised(order.out, manifest, bundle, setup, engine)
    reporting.written(order.out, summary, manifest, order.language)
    shutil.rmtree(order.out / WORK, ignore_errors=True)
    return Audited(manifest, summary, done)


def _told(entry: ManifestEntry) -> dict[str, Any]:
    told = asdict(entry)
    return {name: told[name] for name in ("number", "file", "start", "rows", "judged", "findings", "key", "digests")}
