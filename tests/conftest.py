"""What holds for every test: a cache of its own run, and no clock that random examples are held to."""

from __future__ import annotations

import os
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a busy machine is no fault of the code


def pytest_configure() -> None:
    """Give this run a cache of its own, before the first engine is made."""
    os.environ["XDG_CACHE_HOME"] = mkdtemp(prefix="govsocial-tests-")
