"""A cluster of two executors finds what a pool finds, to the byte, and loses nothing when a part of it dies."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

pytest.importorskip("pyspark", reason="needs govsocial[spark] and Java, in a venv apart: .ci/run makes one")

from archives import ACCOUNTS, HOUSE, POLICY, SETUP, digests
from govsocial.audit import shards, spark, spark_session
from govsocial.audit.bundle import Choices
from govsocial.audit.executors import Executor, Pool
from govsocial.audit.run import Order, audit
from govsocial.audit.spark import Spark
from govsocial.errors import InputError
from running import Run
from test_audit import some
from test_executors import DOCS, shown_in
from test_tables import ALONE, BUNDLE, added, bag, beside, of_audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard

# what Spark and its libraries warn of is theirs, and so is when they close their sockets
pytestmark = pytest.mark.filterwarnings("default")
T = TypeVar("T")
CLUSTER = "local-cluster[2,1,1024]"
HERE = str(Path(__file__).parent)


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Start a cluster of two executors on this machine, whose workers find this module too."""
    import pyspark  # noqa: PLC0415

    tables = tmp_path_factory.mktemp("tables")
    options = f"--conf spark.ui.enabled=false --conf spark.sql.warehouse.dir={tables} pyspark-shell"
    settings = {
        "SPARK_MASTER": os.environ.get("SPARK_MASTER", CLUSTER),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": options,
        "PYTHONPATH": HERE,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        session = spark_session.session_for(2)
        yield session
        session.stop()


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """Let shards hold four rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "ROWS", 4)
        yield


@pytest.fixture(scope="module")
def of_pool(archive: Path, tmp_path_factory: pytest.TempPathFactory, small: None) -> dict[str, bytes]:  # noqa: ARG001
    """Return what a pool writes."""
    return judged(archive, tmp_path_factory.mktemp("pool"), Pool(1))


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def dies_once(victim: str, work: Callable[[Shard, Bundle, str], T], shard: Shard, bundle: Bundle, out: str) -> T:
    """Do *work*; but once, in the middle, kill the worker that does it, or the executor that the worker belongs to."""
    mark = Path(out, f"killed-{victim}")
    if shard.number == 2 and not mark.exists():
        mark.touch()
        worker = os.getpid()
        os.kill(worker if victim == "worker" else parent_of(parent_of(worker)), signal.SIGKILL)
    return work(shard, bundle, out)


@dataclass(frozen=True)
class Deadly:
    """Judges as Spark does, and kills the *victim* once."""

    victim: str

    def run(
        self, work: Callable[[Shard, Bundle, str], T], shards: Sequence[Shard], bundle: Bundle, out: str
    ) -> Iterator[T]:
        return Spark(2).run(partial(dies_once, self.victim, work), shards, bundle, out)


def judged(archive: Path, out: Path, executor: Executor) -> dict[str, bytes]:
    audit(Order(archive, out, executor=executor), SETUP, [HOUSE], Choices())
    return digests(out)


@pytest.mark.usefixtures("small")
def test_a_cluster_writes_the_bytes_that_a_pool_writes(
    archive: Path, tmp_path: Path, of_pool: dict[str, bytes]
) -> None:
    assert len(of_pool) == 12
    assert judged(archive, tmp_path, Spark(2)) == of_pool


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("victim", ["worker", "executor"])
def test_what_dies_in_the_middle_is_made_good(
    archive: Path, tmp_path: Path, of_pool: dict[str, bytes], victim: str
) -> None:
    assert judged(archive, tmp_path, Deadly(victim)) == of_pool
    assert (tmp_path / f"killed-{victim}").exists()


def place(shard: Shard, _: Bundle, __: str) -> tuple[int, int, str]:
    """Tell in which task this is, and how many threads Polars has."""
    import polars as pl  # noqa: PLC0415
    from pyspark import TaskContext  # noqa: PLC0415

    context = TaskContext.get()
    assert context
    return shard.number, context.partitionId(), str(pl.thread_pool_size())


def test_each_task_has_one_shard_and_one_thread() -> None:
    found = list(Spark(2).run(place, some(9), None, "."))  # type: ignore[arg-type]

    assert sorted(number for number, _, _ in found) == list(range(9))
    assert sorted(task for _, task, _ in found) == list(range(9))
    assert {threads for _, _, threads in found} == {"1"}


def test_an_audit_of_nothing_starts_no_task() -> None:
    assert list(Spark(2).run(place, [], None, ".")) == []  # type: ignore[arg-type]


def test_a_worker_that_would_judge_otherwise_refuses(tmp_path: Path) -> None:
    from govsocial.audit.work import run_shard  # noqa: PLC0415

    with pytest.raises(InputError, match="this worker has other plugins"):
        list(Spark(2).run(run_shard, some(1), replace(BUNDLE, digest="another"), str(tmp_path)))


def breaks(_: Shard, __: Bundle, ___: str) -> int:
    raise RuntimeError("out of luck")


def test_what_breaks_in_a_task_is_told_in_one_line() -> None:
    with pytest.raises(InputError) as raised:
        list(Spark(2).run(breaks, some(1), None, "."))  # type: ignore[arg-type]

    assert str(raised.value) == "--engine: Spark gave up: RuntimeError: out of luck"


def test_the_command_runs_on_the_cluster_and_a_second_time_does_nothing(archive: Path, tmp_path: Path) -> None:
    options = ("audit", str(archive), "--engine", "spark", "--workers", "2", "--out", str(tmp_path))

    first, again = Run(*options), Run(*options)

    assert (tmp_path / "manifest.json").exists(), first.err
    assert first.code == again.code
    assert "Nothing to do" in again.out


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row for row in frame.toArrow().to_pylist() if row.get("rule") not in ALONE]


@pytest.mark.usefixtures("small")
def test_a_table_has_the_findings_and_outcomes_of_an_audit(
    archive: Path, tmp_path: Path, cluster: SparkSession
) -> None:
    table = archive / "two.parquet"
    audit(Order(table, tmp_path, (archive / "accounts.toml",)), SETUP, [HOUSE], BUNDLE.choices)
    posts = cluster.read.parquet(str(table)).repartition(3)

    found, counted = spark.findings(posts, BUNDLE, beside()), spark.outcomes(posts, BUNDLE, beside())

    assert bag(rows(found)) == bag(of_audit(tmp_path, "findings"))
    assert Counter(added(rows(counted))) == Counter(added(of_audit(tmp_path, "outcomes")))
    assert len(rows(found)) > 5
    assert {row.missing for row in counted.where("rule = 'house/alone' and outcome = 'unknown'").collect()} == {"peers"}
    assert spark.skipped(posts, BUNDLE).count() == 0


def test_the_job_on_tables_that_the_page_shows_runs(
    archive: Path, tmp_path: Path, cluster: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "accounts.toml").write_text(ACCOUNTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    cluster.read.parquet(str(archive / "two.parquet")).createOrReplaceTempView("posts")

    run_path(str(shown_in(DOCS, tmp_path) / "tables_job.py"))

    assert cluster.table("findings").where("rule = 'house/polite'").count() > 0
    assert cluster.table("outcomes").where("outcome = 'unknown' and missing = 'siblings'").count() > 0
    assert cluster.table("skipped").count() == 0


def test_a_row_of_a_table_that_is_no_post_is_told(cluster: SparkSession) -> None:
    posts = cluster.createDataFrame([("a", "twitter"), ("b", None)], "id string, network string")

    assert [row.resource_id for row in spark.skipped(posts, BUNDLE).collect()] == ["b"]


def test_a_table_of_something_else_is_refused_before_any_task(cluster: SparkSession) -> None:
    with pytest.raises(InputError, match="no column 'network'"):
        spark.findings(cluster.createDataFrame([("a",)], "id string"), BUNDLE)
