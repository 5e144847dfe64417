"""One shard from its file to its answer: the same function wherever it runs. Its answer depends on nothing else."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit import relations
from govsocial.audit.answers import FINDINGS, OUTCOMES, added, findings_of, outcomes_of, tables_of
from govsocial.audit.batch import judgeable, read, with_relations
from govsocial.audit.bundle import engine_of
from govsocial.audit.copying import filled
from govsocial.audit.faults import told
from govsocial.audit.kernel import Costs, Kernel, judged, kernel_of
from govsocial.audit.manifest import ManifestEntry, Skipped, entry_in, part, write, write_entry
from govsocial.audit.pace import most_memory
from govsocial.audit.rowwise import Rows
from govsocial.audit.watched import verdicts
from govsocial.messages import LANGUAGES
from govsocial.readers import parquet

if TYPE_CHECKING:
    from govsocial.audit.batch import Batch
    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard
    from govsocial.engine import Engine
    from govsocial.errors import Problem
    from govsocial.workspace import Workspace

_KERNELS: Final[dict[str, Kernel]] = {}
"""What judges in this process, made once: of one bundle at a time."""


def run_shard(shard: Shard, bundle: Bundle, out: str) -> ManifestEntry:
    """
    Judge *shard* by *bundle*, and write what comes of it below the folder *out*; nothing where that was done before.

    Raises:
        InputError: where the file cannot be read, *out* cannot be written, or other plugins are installed here.
    """
    folder, key = Path(out), bundle.key(shard)
    if done := entry_in(folder, shard.number, key):
        return done
    kernel, costs = kernel_for(bundle), Costs()
    batch = _batch(shard, bundle, folder, kernel.engine)
    workspace = relations.workspace_of(folder, bundle.beside, batch.frame, batch.others, kernel.engine)
    findings, outcomes = answer(batch, bundle, workspace, kernel, costs)
    digests = {
        "findings": write(part(folder, "findings", shard.number), encoded(findings)),
        "outcomes": write(part(folder, "outcomes", shard.number), encoded(outcomes)),
    }
    entry = ManifestEntry(
        **{name: getattr(shard, name) for name in ("number", "start", "rows")},
        file=shard.name,
        key=key,
        judged=batch.frame.height + len(batch.others),
        findings=findings.height,
        digests=digests,
        counts=_sums(outcomes, "outcome"),
        violations=_sums(outcomes.filter(pl.col("outcome") == "violation"), "severity"),
        costs={rule: (one.seconds, one.rows, one.why) for rule, one in sorted(costs.of.items())},
        skipped=tuple(_skipped(one) for one in batch.problems),
        memory=most_memory(),
    )
    write_entry(folder, entry)
    return entry


def _skipped(problem: Problem) -> Skipped:
    reasons = {language: problem.message(language) for language in LANGUAGES}
    return Skipped(problem.file, problem.line, problem.message(), reasons)


def kernel_for(bundle: Bundle) -> Kernel:
    """
    Return what judges by *bundle* in this process.

    Raises:
        InputError: where other plugins are installed here.
    """
    engine, found = engine_of(bundle), _KERNELS.get(bundle.digest)
    if found is None or found.engine is not engine:
        found = kernel_of(engine)
        _KERNELS.clear()
        _KERNELS[bundle.digest] = found
    return found


def _batch(shard: Shard, bundle: Bundle, out: Path, engine: Engine) -> Batch:
    """Return what *shard* holds, with the information of what are copies where these were looked for."""
    with told(shard.name):
        found = read(shard, engine)
    return filled(found, out) if bundle.choices.find_copies else found


def answer(
    batch: Batch, bundle: Bundle, workspace: Workspace, kernel: Kernel, costs: Costs
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings and the outcomes of what *batch* holds, whose relations *workspace* has."""
    engine = kernel.engine
    frame = with_relations(judgeable(batch.frame, bundle), workspace, engine)
    rows = Rows(frame, batch.posts, workspace)
    parts = judged(kernel, rows, costs)
    order = {rule.id: number for number, rule in enumerate(engine.policies.rules())}
    findings, outcomes = _of_others(batch, bundle, workspace, kernel, costs)
    return (
        pl.concat([findings_of(parts, rows.frame, order), findings]),
        added([*outcomes_of(parts, rows.frame), outcomes]),
    )


def _of_others(
    batch: Batch, bundle: Bundle, workspace: Workspace, kernel: Kernel, costs: Costs
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what closures say of accounts, events and institutions, one by one."""
    if not batch.others:
        return FINDINGS.to_frame(), OUTCOMES.to_frame()
    found = verdicts(kernel.engine, batch.others, workspace, bundle.choices.as_of, costs)
    return tables_of(found, kernel.engine)


def _sums(outcomes: pl.DataFrame, by: str) -> dict[str, int]:
    return dict(outcomes.group_by(by).agg(pl.col("n").sum()).sort(by).iter_rows())


def encoded(frame: pl.DataFrame) -> bytes:
    """Return *frame* as a Parquet file, the same bytes for the same rows."""
    pyarrow: Any = parquet.arrow()
    target = BytesIO()
    pyarrow.parquet.write_table(
        frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()), target, compression="zstd"
    )
    return target.getvalue()


def relate_shard(shard: Shard, bundle: Bundle, out: str) -> int:
    """Write down what rules on other shards may ask of the posts of *shard*; return how many posts that are."""
    engine = kernel_for(bundle).engine
    target = Path(out, relations.RELATED, f"part-{shard.number:05}.parquet")
    every = bundle.mixed or relations.reads_any(engine)
    frame = _batch(shard, bundle, Path(out), engine).frame
    found = relations.kept(frame, relations.wanted(engine), every=every)
    write(target, encoded(found))
    return found.height
