"""Rows that closures judge: one of all those that a rule cannot tell apart, and what is missing where it is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit.clauses import AS_OF, ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from govsocial.engine import Engine
    from govsocial.model import Post
    from govsocial.policy.rules import Rule
    from govsocial.workspace import Workspace

VERDICTS: Final = {ROW: pl.UInt32(), "outcome": pl.String(), "missing": pl.String()}
_STATIC: Final = ("account", "event", "institution")


@dataclass(frozen=True, slots=True)
class Rows:
    """The posts of a batch: their *frame*, the resources themselves by row number, and what they refer to."""

    frame: pl.DataFrame
    posts: Callable[[Sequence[int]], Sequence[Post]]
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Closures:
    """Judges by closures, one rule at a time."""

    engine: Engine
    _alone: dict[tuple[str, bool], Engine] = field(default_factory=dict, init=False, repr=False)

    def asked(self, rule: Rule, rows: Rows, numbers: pl.Series, *, waivers: bool = False) -> pl.DataFrame:
        """Return the outcome of *rule* in the rows *numbers*, and the first thing that is missing there."""
        paths = {*rule.fields, *(self.engine.policies.matching(rule.id) if waivers else ())}
        alike = _alike(rows.frame[numbers.to_list()], keys(rule, paths, waivers=waivers))
        posts = rows.posts([members[0] for members in alike])
        judge, moments = self._only(rule.id, waivers=waivers), rows.frame[AS_OF]
        found: list[tuple[int, str, str]] = []
        for members, post in zip(alike, posts, strict=True):
            verdict = judge.verdicts(post, rows.workspace, moments[members[0]])[0]
            missing = verdict.missing[0] if verdict.outcome == "unknown" and verdict.missing else ""
            found += [(row, verdict.outcome, missing) for row in members]
        return pl.DataFrame(found, schema=VERDICTS, orient="row")

    def _only(self, rule: str, *, waivers: bool) -> Engine:
        """Return the engine with one rule, with or without what may waive it."""
        if (rule, waivers) not in self._alone:
            found = self.engine.selecting([rule])
            bare = replace(found.policies, waivers=())
            self._alone[rule, waivers] = found if waivers else replace(found, policies=bare)
        return self._alone[rule, waivers]


def _alike(frame: pl.DataFrame, by: list[pl.Expr]) -> list[list[int]]:
    """Return the numbers of the rows of *frame*, those together in which *by* are the same."""
    if not by:
        return [frame[ROW].to_list()] if frame.height else []
    named = [one.alias(f"#{number}") for number, one in enumerate(by)]
    keyed = frame.select(ROW, *named)
    groups = keyed.group_by([f"#{number}" for number in range(len(by))], maintain_order=True).agg(ROW)
    return groups[ROW].to_list()


def keys(rule: Rule, paths: Iterable[str], *, waivers: bool = False) -> list[pl.Expr]:
    """Return what decides about *rule*: the columns that it reads; where that is a list of posts, the row itself."""
    names = {_key(path) for path in paths}
    names |= {"kind"} if rule.kinds is not None else set()
    names |= {"attested", AS_OF} if rule.effect == "duty" else set()
    names |= {AS_OF} if waivers else set()
    return [_expression(name) for name in sorted(names) if name]


def _key(path: str) -> str:
    """Return the column on which what is read at *path* depends, empty where it is the same for all rows."""
    root, _, rest = path.partition(".")
    root = root.partition("[")[0]
    field = rest.partition(".")[0].partition("[")[0]
    if root in ("param", "closures"):
        return ""
    if root == "post":
        return field or ROW
    if root in _STATIC:
        return root
    known = {"context": AS_OF, "concerned": "question", "siblings": "#peers", "peers": "#peers", "source": "#source"}
    return known.get(root, ROW)


def _expression(name: str) -> pl.Expr:
    if name in _SPECIAL:
        return _SPECIAL[name]()
    if name in _LISTS:
        size = pl.col(name).list.len()
        return pl.when(pl.col(name).is_null()).then(-1).when(size == 0).then(-2).otherwise(pl.col(ROW).cast(pl.Int64))
    return pl.col(name).struct.json_encode() if name in _TABLES else pl.col(name)


def _peers() -> pl.Expr:
    """Return the row where a post has brothers, else why it has none."""
    info, institution = pl.col("info"), pl.col("institution")
    lonely = (info == "") | (institution == "")
    reason = pl.when(info.is_null()).then(-1).when(institution.is_null()).then(-2).when(lonely).then(-3)
    return reason.otherwise(pl.col(ROW).cast(pl.Int64))


def _source() -> pl.Expr:
    names = ("shared_from", "source_institution", "info")
    simple: Any = pl.all_horizontal([pl.col(name).is_not_null() for name in names])
    simple &= (pl.col("shared_from") == "") & ((pl.col("source_institution") == "") | (pl.col("info") == ""))
    return pl.when(simple).then(-1).otherwise(pl.col(ROW).cast(pl.Int64))


_SPECIAL: Final[dict[str, Callable[[], pl.Expr]]] = {"#peers": _peers, "#source": _source}
_LISTS: Final = frozenset(
    ("variants", "media", "topics", "attested", "extra", "hashtags", "mentions", "links", "detected_languages")
)
_TABLES: Final = frozenset(("question", "audience"))
