"""Executors are a small promise that anybody can keep; what one of them lacks is told before anything is judged."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from runpy import run_path
from shutil import copytree
from socket import socket
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from archives import HOUSE, SETUP, digests
from govsocial.audit import shards, spark_session
from govsocial.audit.bundle import Choices
from govsocial.audit.executors import Inline, Pool, executor
from govsocial.audit.run import Order, audit
from govsocial.errors import InputError
from running import Run

if TYPE_CHECKING:
    from govsocial.audit.executors import Executor

DOCS = Path(__file__).parent.parent / "docs/cluster.md"


def shown_in(page: Path, folder: Path) -> Path:
    """Write the Python files that *page* shows into *folder*, and return it."""
    found = re.findall(
        r"^```python\n# (\w+\.py)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found
    for name, text in found:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_executor_that_the_page_shows_judges_as_ours_do(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ROWS", 4)
    threads: Executor = run_path(str(shown_in(DOCS, tmp_path) / "threads.py"))["Threads"](3)

    for name, one in (("threads", threads), ("inline", Inline())):
        audit(Order(archive, tmp_path / name, executor=one), SETUP, [HOUSE], Choices())

    assert len(digests(tmp_path / "inline")) == 12
    assert digests(tmp_path / "threads") == digests(tmp_path / "inline")


def test_the_audit_in_python_that_the_page_shows_runs(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copytree(archive, tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(shown_in(DOCS, tmp_path)))

    run_path("threads_job.py")
    monkeypatch.delitem(sys.modules, "threads")

    assert "'violation': " in capsys.readouterr().out
    assert (tmp_path / "audit" / "manifest.json").exists()


def test_an_engine_has_as_many_workers_as_were_asked_for() -> None:
    assert executor("inline", 3) == Inline()
    assert executor("pool", 3) == Pool(3)
    pool = executor("pool")
    assert isinstance(pool, Pool)
    assert pool.workers > 0


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give an environment in which nobody has set up Spark."""
    for name in (*spark_session.SET_UP, *spark_session.LAUNCHED, "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def installed(bare: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give an environment in which PySpark and Java seem to be installed."""
    spark, sql = ModuleType("pyspark"), ModuleType("pyspark.sql")
    sql.SparkSession = type("SparkSession", (), {"getActiveSession": staticmethod(lambda: None)})  # type: ignore[attr-defined]
    for name, module in (("pyspark", spark), ("pyspark.sql", sql), ("pandas", ModuleType("pandas"))):
        bare.setitem(sys.modules, name, module)
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch(mode=0o755)
    bare.setenv("JAVA_HOME", str(tmp_path / "java"))
    return bare


@pytest.mark.parametrize("missing", ["pyspark.sql", "pandas"])
def test_where_spark_is_not_installed_the_command_says_how_to(
    archive: Path, tmp_path: Path, installed: pytest.MonkeyPatch, missing: str
) -> None:
    installed.setitem(sys.modules, missing, None)

    found = Run("audit", str(archive), "--engine", "spark", "--out", str(tmp_path / "out"))

    assert found.code == 2
    assert found.err == "--engine: Spark is not installed: pip install 'govsocial[spark]'; or use --engine pool\n"
    assert not (tmp_path / "out").exists()


def test_where_there_is_no_java_the_command_says_what_to_install(
    archive: Path, tmp_path: Path, installed: pytest.MonkeyPatch
) -> None:
    installed.setenv("JAVA_HOME", str(tmp_path / "nowhere"))

    found = Run("audit", str(archive), "--engine", "spark", "--out", str(tmp_path / "out"))

    assert found.code == 2
    assert found.err.count("\n") == 1
    assert "Spark needs Java 17 or newer, and there is none" in found.err


def test_java_is_looked_for_on_the_path_too(installed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed.delenv("JAVA_HOME")
    installed.setenv("PATH", str(tmp_path / "java" / "bin"))
    spark_session.check()
    installed.setenv("PATH", str(tmp_path))

    with pytest.raises(InputError, match="needs Java"):
        spark_session.check()


@pytest.mark.parametrize("master", ["nonsense", "http://host:7077", "spark://", "locally[2]"])
@pytest.mark.parametrize("variable", ["SPARK_MASTER", "MASTER"])
def test_what_is_no_master_is_refused(installed: pytest.MonkeyPatch, variable: str, master: str) -> None:
    installed.setenv(variable, master)

    with pytest.raises(InputError, match=re.escape(f"'{master}' is no Spark master")):
        spark_session.check()


@pytest.mark.parametrize(
    "master", ["local", "local[*]", "local[2,3]", "local-cluster[2,1,1024]", "yarn", "k8s://https://a"]
)
def test_the_masters_that_spark_knows_pass(installed: pytest.MonkeyPatch, master: str) -> None:
    installed.setenv("SPARK_MASTER", master)

    spark_session.check()


def test_a_master_that_does_not_answer_is_told_at_once(installed: pytest.MonkeyPatch) -> None:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        installed.setenv("SPARK_MASTER", f"spark://127.0.0.1:{port}")
        with pytest.raises(InputError, match=f"no Spark master answers at spark://127.0.0.1:{port}: see that it runs"):
            spark_session.check()
        one.listen()
        spark_session.check()


def test_where_spark_was_started_already_no_java_is_needed(installed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    installed.setenv("PYSPARK_GATEWAY_PORT", "1")

    spark_session.check()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "While calling o1.x.\n: java.lang.IllegalStateException: off\n\tat a.b",
            "java.lang.IllegalStateException: off",
        ),
        ("\n  File 'a.py', line 1\nKeyError: 'x'\n\nJVM stacktrace:\norg.apache.SparkException: y", "KeyError: 'x'"),
        ("[JAVA_GATEWAY_EXITED] Java gateway process exited.", "[JAVA_GATEWAY_EXITED] Java gateway process exited."),
        ("something else\nbelow", "something else"),
    ],
)
def test_of_what_spark_says_the_last_thing_raised_is_told(text: str, reason: str) -> None:
    assert spark_session.reason_of(Exception(text)) == reason
