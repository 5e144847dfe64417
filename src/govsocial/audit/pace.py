"""How fast an audit went, and what memory it took: of the run that ended it, and nothing of what was found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial.audit.manifest import ManifestEntry

if sys.platform == "win32":

    def most_memory() -> int:
        """Return 0: this system does not say."""
        return 0

else:
    import resource

    def most_memory() -> int:
        """Return how much memory this process has had at most, in MB."""
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1_000_000


def pace(entries: Iterable[ManifestEntry], seconds: float) -> dict[str, Any]:
    """
    Return the figures of a run of so many *seconds*, in which *entries* came about.

    ``memory_mb`` is what the largest of the processes that judged had at most, 0 where their system does not say.
    """
    fresh = list(entries)
    rows = sum(one.rows for one in fresh)
    return {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds) if seconds else 0,
        "memory_mb": max((one.memory for one in fresh), default=0),
    }
