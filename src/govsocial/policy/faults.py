"""What is wrong with a policy, gathered with its place; the file is looked through on the first fault only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial.errors import Problem
from govsocial.validation import joined

if TYPE_CHECKING:
    from govsocial.errors import Place
    from govsocial.messages import Text
    from govsocial.policy.schema import Policy
    from govsocial.toml_places import Places

Path = tuple[str | int, ...]


class Faults:
    """Gathers what is wrong with one policy; ``problems`` has each once, in the order of the file."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._found: dict[Problem, None] = {}

    def add(self, path: Path, text: Text, rule: str = "", inside: tuple[int, int] | None = None) -> None:
        """Note what is wrong at *path*, or at line and column *inside* the expression there."""
        self._found[problem_at(self._policy, path, text, rule, inside)] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, in the order of the file."""
        return tuple(sorted(self._found, key=lambda one: (one.line or 0, one.column or 0)))


def problem_at(
    policy: Policy, path: Path, text: Text, rule: str = "", inside: tuple[int, int] | None = None
) -> Problem:
    """Return what is wrong at *path* of *policy*; it goes by its *rule*, else by its path."""
    from govsocial.toml_places import places  # noqa: PLC0415 - only on error

    place = _inside(places(policy.text), path, *inside) if inside else places(policy.text).of(path)
    return Problem(text, policy.file, place.line, place.column, rule or joined("", path))


def place_in(policy: Policy, path: Path) -> str:
    """Return where *path* of *policy* stands, as ``file:line``."""
    from govsocial.toml_places import places  # noqa: PLC0415 - only where somebody asks

    return ":".join(part for part in (policy.file, str(places(policy.text).of(path).line)) if part)


def _inside(known: Places, path: Path, line: int, column: int) -> Place:
    """Return a place inside an expression; the only one under a key may be written without a list."""
    alone = path[:-1]
    return known.inside(alone if known.of(path) == known.of(alone) else path, line, column)
