"""A rule as columns in one regime; where a part of it cannot be, in which rows it does not apply all the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.audit.applicable import KEYS, conditions
from govsocial.audit.outcomes import OUTCOMES, outcome
from govsocial.cel.columns import CannotSay, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govsocial.audit.applicable import Condition
    from govsocial.cel.library import Fact, Function
    from govsocial.cel.tree import Node
    from govsocial.policy.rules import CompiledPolicy, Rule

ROW: Final = "#row"
AS_OF: Final = "context.as_of"
ASK: Final = "ask"
"""The outcome of a row that closures have to judge."""
NAMES: Final = pl.Series("outcome", [*OUTCOMES, ASK])
"""The outcomes by their codes."""
ON: Final = "post"
JOINED: Final = tuple(KEYS)
"""The relations that are columns of a frame."""


@dataclass(frozen=True, slots=True)
class Said:
    """
    What columns say of a rule: the *code* of its outcome, and why closures judge some rows, where they do.

    Where one of the conditions *applies* is false, the rule does not apply.
    """

    code: pl.Expr
    refused: str = ""
    applies: tuple[Condition, ...] = ()


def layout_at(
    policy: CompiledPolicy, facts: Mapping[str, Node], code: Mapping[str, Fact | Function], time: datetime
) -> Layout:
    """Return what the columns of *policy* are at *time*, with its *facts* and the *code* of plugins."""
    names = (f"param.{name}" for name in policy.params.names)
    columns = frozenset((*JOINED, AS_OF))
    return Layout(ON, columns, dict(zip(names, policy.params.at(time), strict=True)), facts, code)


def said(rule: Rule, layout: Layout) -> Said:
    """Return what columns say of *rule*; where they cannot say all, those rows are told in which a clause is false."""
    applies = conditions(rule, layout)
    try:
        return Said(outcome(rule, layout), applies=applies)
    except CannotSay as error:
        reason = str(error)
        never = [one.holds.not_() for one in applies]
    code = {name: pl.lit(number, dtype=pl.UInt8()) for number, name in enumerate(NAMES)}
    return Said(pl.when(_any(never)).then(code["not-applicable"]).otherwise(code[ASK]), reason, applies)


def _any(parts: list[pl.Expr]) -> pl.Expr:
    """Whether one of *parts* is true, whatever the others are."""
    return reduce(or_, [one.fill_null(value=False) for one in parts]) if parts else pl.lit(value=False)
