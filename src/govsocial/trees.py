"""Checked expressions from run to run: checking them takes longest when a run starts, and they rarely change."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from govsocial import cache as kept
from govsocial.cel.packed import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.policy.rules import Vocabulary
    from govsocial.policy.schema import Policy
    from govsocial.policy.scope import Trees

_CHECKERS: Final = ("govsocial", "cel-expr-python", "google-re2")
_SOURCES: Final = ("cel/*.py", "model.py", "validation.py", "workspace.py")
_TORN: Final = (LookupError, TypeError, ValueError, AttributeError)


@contextmanager
def checked(policy: Policy, vocabulary: Vocabulary) -> Iterator[Trees]:
    """Give the expressions of *policy* that were checked before, and keep those that are added to them."""
    name = _name(policy, vocabulary)
    trees = _unpacked(kept.read(name))
    known = len(trees)
    yield trees
    if len(trees) > known:
        kept.write(name, _packed(trees))


def _name(policy: Policy, vocabulary: Vocabulary) -> str:
    """Return what the trees are kept under: a digest of the policy, and of all that says what its expressions mean."""
    facts = [(on, name, one.type, one.needs) for (on, name), one in sorted(vocabulary.facts.items())]
    functions = [(name, one.parameters, one.returns) for name, one in sorted(vocabulary.functions.items())]
    return kept.digest("trees", _edition(), policy.digest, sorted(vocabulary.networks), facts, functions)


@cache
def _edition() -> tuple[object, ...]:
    """Return which libraries check expressions, in which version; our sources too, for those who change them."""
    here = Path(__file__).parent
    with suppress(OSError, PackageNotFoundError):
        sources = [(str(one), one.stat().st_mtime_ns) for pattern in _SOURCES for one in sorted(here.glob(pattern))]
        return *map(version, _CHECKERS), *sources
    return (object(),)  # unlike any other


def _packed(trees: Trees) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for (on, text), tree in trees.items():
        found.setdefault(on, {})[text] = packed(tree)
    return found


def _unpacked(found: Any) -> Trees:  # noqa: ANN401
    try:
        return {(on, text): unpacked(tree) for on, trees in (found or {}).items() for text, tree in trees.items()}
    except _TORN:
        return {}
