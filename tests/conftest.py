"""What holds for every test: a cache of its own run, and no clock that random examples are held to."""

from __future__ import annotations

import os
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a busy machine is no fault of the code


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of two files, with what they refer to."""
    from archives import two_files  # noqa: PLC0415 - what it imports takes a second, and few tests ask

    return two_files(tmp_path_factory.mktemp("archive"))


def pytest_configure() -> None:
    """Give this run a cache of its own, before the first engine is made."""
    os.environ["XDG_CACHE_HOME"] = mkdtemp(prefix="govsocial-tests-")
