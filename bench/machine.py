"""Where and with what a benchmark ran: the machine, the day, the libraries."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

LIBRARIES: Final = (
    "govsocial cel-expr-python google-re2 pydantic polars pyarrow duckdb cel-python common-expression-language regopy"
    " rule-engine zen-engine".split()
)


def machine() -> dict[str, Any]:
    """Return where and with what this runs."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": _memory(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def _memory() -> float | None:
    told = _first("/proc/meminfo", "MemTotal")
    return round(int(told.split()[0]) * 1024 / 1e9, 1) if told else None


def _first(file: str, key: str) -> str:
    """Return what the first line of *file* says that begins with *key*, empty where there is none."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
