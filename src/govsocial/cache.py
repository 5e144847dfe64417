"""
What earlier runs worked out, as JSON in the user's cache folder. It knows no meaning, only names and values.

Nothing depends on it but time: what cannot be read or written is worked out again, and no run says so. The name of a
value is a digest of all that the value follows from, so that nothing here is ever out of date.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import get_ident
from typing import Any, Final

SWITCH: Final = "GOVSOCIAL_CACHE"
"""The environment variable that turns it off where it is 0."""
MOST: Final = 400
"""How many values are kept; the author of a policy leaves two behind with every edit."""
_PLACES: Final = {"darwin": ("Library", "Caches"), "win32": ("AppData", "Local")}
_LINUX: Final = (".cache",)


def folder() -> Path | None:
    """Return the folder of the cache, None where there is to be none."""
    if os.environ.get(SWITCH) == "0":
        return None
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given / "govsocial"
    try:
        return Path.home().joinpath(*_PLACES.get(sys.platform, _LINUX), "govsocial")
    except RuntimeError:  # a user without a home
        return None


def digest(*follows_from: object) -> str:
    """Return the name of what follows from these texts and numbers."""
    return sha256(repr(follows_from).encode()).hexdigest()


def read(name: str) -> Any:  # noqa: ANN401 - whatever was written
    """Return the value that was kept under *name*, None where there is none, or where it is not as it was written."""
    file = _file(name)
    if file is None:
        return None
    try:
        seal, _, body = file.read_bytes().partition(b"\n")
        return json.loads(body) if seal == _seal(body) else None
    except (OSError, ValueError, RecursionError):
        return None


def write(name: str, value: object) -> None:
    """Keep *value* under *name*, in one step: another run finds all of it, or nothing."""
    file = _file(name)
    if file is None:
        return
    body = json.dumps(value, separators=(",", ":")).encode()
    new = file.with_suffix(f".{os.getpid()}-{get_ident()}")
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            new.write_bytes(_seal(body) + b"\n" + body)
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)
        _forget(file.parent)


def _file(name: str) -> Path | None:
    above = folder()
    return above and above / f"{name}.json"


def _seal(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode()


def _forget(above: Path) -> None:
    """Remove what was written longest ago."""
    files = sorted(above.glob("*.json"), key=lambda one: one.stat().st_mtime)
    for one in files[:-MOST]:
        one.unlink(missing_ok=True)
