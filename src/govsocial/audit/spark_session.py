"""Where Spark comes from: the cluster that is set up, or processes beside this one; and what it says when it fails."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from govsocial.messages import Text

EXTRA: Final = "spark"
_MASTER: Final = re.compile(r"local(-cluster)?(\[.+\])?|yarn|(spark|k8s)://.+")
_STANDALONE: Final = re.compile(r"spark://(.+)")
SET_UP: Final = ("MASTER", "SPARK_MASTER", "SPARK_REMOTE", "SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS")
"""Any of these says that somebody set up Spark; where none does, it runs in processes beside this one."""
LAUNCHED: Final = ("PYSPARK_GATEWAY_PORT", "SPARK_REMOTE")
"""Either of these says that Spark runs already, so that no Java is needed here."""
_PATIENCE: Final = 5
"""For how many seconds a master is waited for."""
_RAISED: Final = re.compile(r"^(?:: )?((?:[\w.$]*(?:Error|Exception)\b|\[[A-Z_.]+\]).*)", re.MULTILINE)


def check() -> None:
    """
    See to it that Spark can be started from here.

    Raises:
        InputError: where it is not installed, there is no Java, or no master where the environment says.
    """
    try:
        import pandas  # noqa: F401, ICN001, PLC0415 - PySpark does without until it is asked for columns
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        text = say("Spark is not installed: pip install 'govsocial[{extra}]'; or use --engine pool", extra=EXTRA)
        raise _wrong(text) from None
    if SparkSession.getActiveSession() or any(name in os.environ for name in LAUNCHED):
        return
    if not _java():
        text = say(
            "Spark needs Java 17 or newer, and there is none: install it (on Debian: default-jre-headless), or say in"
            " JAVA_HOME where it is; or use --engine pool"
        )
        raise _wrong(text)
    _check_master(_asked())


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")


def _asked() -> str:
    """Return the master that the environment asks for, empty where it asks for none."""
    return os.environ.get("SPARK_MASTER") or os.environ.get("MASTER") or ""


def _check_master(master: str) -> None:
    if master and not _MASTER.fullmatch(master):
        text = say(
            "'{master}' is no Spark master; SPARK_MASTER takes local[2], spark://host:7077, yarn or k8s://…",
            master=master,
        )
        raise _wrong(text)
    found = _STANDALONE.fullmatch(master)
    if found and not any(map(_answers, found[1].split(","))):
        text = say("no Spark master answers at {master}: see that it runs, or mend SPARK_MASTER", master=master)
        raise _wrong(text)


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _PATIENCE).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def session_for(workers: int) -> SparkSession:
    """
    Return the session of this process, the one that is there or a new one.

    Raises:
        InputError: where Spark cannot be started.
    """
    check()
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    builder = SparkSession.builder.appName("govsocial audit")
    if not any(name in os.environ for name in (*SET_UP, *LAUNCHED)):  # nobody else is to see what is judged here
        for name in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(name, "127.0.0.1")
        builder = builder.config("spark.ui.enabled", "false")
    with _environment(workers), told():
        return builder.getOrCreate()


@contextmanager
def _environment(workers: int) -> Iterator[None]:
    """
    Say by which master Spark starts where nothing else does: MASTER is the last place in which it looks.

    Its workers use this Python where they run here.
    """
    master = _asked() or f"local[{workers}]"
    given = {"MASTER": master}
    if master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        given["PYSPARK_PYTHON"] = sys.executable
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def told() -> Iterator[None]:
    """Tell what Spark has to say in one line."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _wrong(say("Spark gave up: {reason}", reason=reason_of(error))) from None


def reason_of(error: Exception) -> str:
    """Return what was raised last in *error*, without the ways there."""
    text = str(error)
    raised = _RAISED.findall(text.partition("JVM stacktrace")[0])
    return (raised[-1] if raised else text.strip().partition("\n")[0]).strip()


def _wrong(text: Text) -> InputError:
    return InputError([Problem(text, path="--engine")])
