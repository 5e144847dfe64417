"""
The rows in which a rule may apply at all, found before the rest of it is computed: most rules are for few posts.

What is asked of the account or the event of a post, and of nothing else, is computed once for each of these. Pure.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.cel.columns import CannotSay, Layout, column
from govsocial.cel.tree import variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govsocial.cel.tree import Node
    from govsocial.policy.rules import Rule

KEYS: Final[Mapping[str, pl.Expr]] = {
    **{name: pl.col(name) for name in ("account", "event", "institution")},
    "concerned": pl.col("question").struct.field("institution"),
}
"""The relations of a post to a single resource, and by what it names that."""
_HOLDS: Final = "#holds"
_NUMBER: Final = "#number"


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold for a rule to apply, null where that is unknown, and *by* which relations alone, if so."""

    holds: pl.Expr
    by: tuple[str, ...] = ()


def conditions(rule: Rule, layout: Layout) -> tuple[Condition, ...]:
    """Return the conditions of *rule* that columns can say, the cheapest first."""
    found = [] if rule.kinds is None else [Condition(pl.col("kind").is_in(sorted(rule.kinds)))]
    for clause in rule.when:
        with suppress(CannotSay):
            found.append(Condition(column(clause.node, layout), _relations(clause.node, layout)))
    return tuple(sorted(found, key=lambda one: not one.by))


def _relations(node: Node, layout: Layout) -> tuple[str, ...]:
    """Return the relations that *node* reads, none where it reads something else of the post too."""
    read = {name for name in _read(node, layout) if name not in layout.values}
    return tuple(sorted(read)) if read <= KEYS.keys() else ()


def _read(node: Node, layout: Layout) -> Iterator[str]:
    """Yield the variables that *node* reads, and those of the facts that it names."""
    for name in variables(node):
        if name in layout.facts:
            yield from _read(layout.facts[name], layout)
        else:
            yield name


def applicable(frame: pl.DataFrame, wanted: tuple[Condition, ...]) -> pl.DataFrame:
    """Return *frame* without most of the rows in which one of *wanted* is false; all of it where these are few."""
    for one in wanted:
        if frame.is_empty():
            break
        holds = _by_relations(frame, one) if one.by else frame.with_columns(one.holds.alias(_HOLDS))[_HOLDS]
        may = holds.fill_null(value=True)
        if 2 * may.sum() < frame.height:  # to copy rows costs more than what most rules compute of them
            frame = frame.filter(may)
    return frame


def _by_relations(frame: pl.DataFrame, condition: Condition) -> pl.Series:
    """Return whether *condition* holds in each row of *frame*, computed once for rows with the same resources."""
    keyed = frame.select(KEYS[name].alias(name) for name in condition.by)
    first = keyed.with_row_index(_NUMBER).unique(condition.by, keep="first", maintain_order=True)
    told = frame[first[_NUMBER].to_list()].with_columns(condition.holds.alias(_HOLDS))[_HOLDS]
    known = first.drop(_NUMBER).with_columns(told)
    return keyed.join(known, on=condition.by, how="left", nulls_equal=True, maintain_order="left")[_HOLDS]
