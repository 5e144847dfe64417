"""
What earlier runs worked out, in the user's cache folder: checked expressions, which take longest when a run starts.

Nothing depends on it but time: what cannot be read or written is worked out again, and no run says so. A name is a
digest of all that the contents follow from, so that nothing there is ever out of date.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.packed import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.policy.rules import Vocabulary
    from govsocial.policy.schema import Policy
    from govsocial.policy.scope import Trees

SWITCH: Final = "GOVSOCIAL_CACHE"
"""The environment variable that turns it off where it is 0."""
MOST: Final = 200
"""How many policies are kept; an author leaves one behind with every edit."""
_SOURCES: Final = ("cel", "model.py", "validation.py", "workspace.py")
_TORN: Final = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@contextmanager
def checked(policy: Policy, vocabulary: Vocabulary) -> Iterator[Trees]:
    """Give the expressions of *policy* that were checked before, and keep those that are added to them."""
    file = _file(policy, vocabulary)
    trees = _read(file) if file else {}
    known = len(trees)
    yield trees
    if file and len(trees) > known:
        with suppress(OSError):
            _write(file, trees)


def folder() -> Path | None:
    """Return the folder of the cache, None where there is to be none."""
    own = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    if os.environ.get(SWITCH) == "0":
        return None
    if own and Path(own).is_absolute():
        return Path(own, "govsocial")
    try:
        return Path.home().joinpath(*_CACHES.get(sys.platform, (".cache",)), "govsocial")
    except RuntimeError:  # nobody's home
        return None


_CACHES: Final = {"darwin": ("Library", "Caches"), "win32": ("AppData", "Local")}


def _file(policy: Policy, vocabulary: Vocabulary) -> Path | None:
    """Return where the expressions of *policy* are kept: by its text, and by all that says what they mean."""
    above, edition = folder(), _edition()
    if above is None or edition is None:
        return None
    facts = [(on, name, fact.type, fact.needs) for (on, name), fact in sorted(vocabulary.facts.items())]
    functions = [(name, one.parameters, one.returns) for name, one in sorted(vocabulary.functions.items())]
    meaning = repr((edition, policy.digest, sorted(vocabulary.networks), facts, functions))
    return above / f"{sha256(meaning.encode()).hexdigest()}.json"


@cache
def _edition() -> tuple[object, ...] | None:
    """Return which govsocial and which CEL library check expressions; its sources too, for those who work on them."""
    here = Path(__file__).parent
    try:
        sources = [
            one for name in _SOURCES for one in ((here / name).glob("*.py") if "." not in name else [here / name])
        ]
        times = sorted((one.name, one.stat().st_mtime_ns) for one in sources)
        return version("govsocial"), version("cel-expr-python"), *times
    except (OSError, PackageNotFoundError):
        return None


def _read(file: Path) -> Trees:
    try:
        digest, _, body = file.read_bytes().partition(b"\n")
        if sha256(body).hexdigest() != digest.decode():
            return {}
        kept: dict[str, dict[str, Any]] = json.loads(body)
        return {(on, text): unpacked(tree) for on, trees in kept.items() for text, tree in trees.items()}
    except _TORN:
        return {}


def _write(file: Path, trees: Trees) -> None:
    """Write *trees* in one step: another run finds all of them, or none."""
    kept: dict[str, dict[str, Any]] = {}
    for (on, text), tree in trees.items():
        kept.setdefault(on, {})[text] = packed(tree)
    body = json.dumps(kept, separators=(",", ":")).encode()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}-{get_ident()}")
    try:
        new.write_bytes(sha256(body).hexdigest().encode() + b"\n" + body)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
    _forget(file.parent)


def _forget(above: Path) -> None:
    """Remove what was written longest ago."""
    files = sorted(above.glob("*.json"), key=lambda one: one.stat().st_mtime)
    for one in files[:-MOST]:
        one.unlink(missing_ok=True)
