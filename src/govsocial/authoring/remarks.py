"""A remark on a policy: what kind it is, where it is, what to do. Says nothing about when to make one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from govsocial.policy.faults import problem_at

if TYPE_CHECKING:
    from govsocial.authoring.anatomy import Body
    from govsocial.errors import Problem
    from govsocial.messages import Text
    from govsocial.policy.faults import Path


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the author of a policy may want to mend: a stable *code*, and what is told with its place."""

    code: str
    problem: Problem


class Spot(NamedTuple):
    """A place in a policy: a *path*, the *rule* that it belongs to, line and column *inside* the expression there."""

    path: Path
    rule: str = ""
    inside: tuple[int, int] | None = None


def remark(body: Body, code: str, spot: Spot, text: Text) -> Remark:
    """Return the remark *text* at *spot*."""
    return Remark(code, problem_at(body.policy.written, spot.path, text, spot.rule, spot.inside))


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column, from 1, of code point *at* of *text*; the first where it is not known."""
    at = max(at, 0)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def quoted(text: str) -> str:
    """Return *text* as a policy would write it, between quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
