"""How a rule comes out in each row of a frame, the same as ``judging.judge`` says of each resource. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.cel.column_values import let, literal
from govsocial.cel.columns import Layout, column, refuse_code
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Var
from govsocial.cel.types import BOOL, STRING, TIMESTAMP, list_of, message_of
from govsocial.model import RESOURCES, Attestation
from govsocial.policy.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from govsocial.cel.library import Fact, Function
    from govsocial.cel.tree import Node
    from govsocial.policy.period import Period
    from govsocial.policy.rules import CompiledPolicy, Rule

OUTCOMES: Final = ("pass", "violation", "unknown", "not-applicable", "open", "attested", "offered")
"""The outcomes that columns can tell, by their codes."""
AS_OF: Final = Var(TIMESTAMP, -1, "context.as_of")


def facts_of(policy: CompiledPolicy, on: str) -> Mapping[str, Node]:
    """Return the trees of the facts of *policy* that mean something for resources of type *on*, by ``fact.name``."""
    scope = policy.scopes(Faults(policy.written)).on(on)
    found = {f"fact.{name}": scope.check(text)[0] for name, text in policy.written.document.fact.items()}
    return {name: node for name, node in found.items() if node is not None}


def code_of(policy: CompiledPolicy, on: str) -> Mapping[str, Fact | Function]:
    """Return what plugins brought for rules of *policy* on resources of type *on*: facts by ``fact.name``."""
    brought = policy.scopes(Faults(policy.written)).vocabulary
    facts = {f"fact.{name}": fact for (kind, name), fact in brought.facts.items() if kind == on}
    return {**facts, **brought.functions}


def outcome(rule: Rule, layout: Layout) -> pl.Expr:
    """
    Return the code of the outcome of *rule* in each row: its place in ``OUTCOMES``.

    Networks and the period of the policy are for the caller to look at, as for ``judge``; so is which version of a
    dated rule holds. It may be the same in all rows: hand it to ``with_columns``.

    Raises:
        CannotSay: where closures have to judge, with the reason.
    """
    for clause in rule.clauses:  # those of a live option decide nothing, unless they break
        refuse_code(clause.node, layout)
    applies = [column(clause.node, layout) for clause in rule.when]
    if rule.kinds is not None:
        applies.append(pl.col("kind").is_in(sorted(rule.kinds)))
    if rule.valid is not None:
        applies.append(_holds(rule.valid, column(AS_OF, layout)))
    return _chosen(applies, _required(rule, layout), _coded("not-applicable"))


def _required(rule: Rule, layout: Layout) -> pl.Expr:
    if rule.effect in ("opportunity", "live"):
        return _coded("offered")
    met = _coded("pass")
    if rule.effect == "duty":
        attested = column(_attested(rule, layout.on), layout).fill_null(value=False)
        met = pl.when(attested).then(_coded("attested")).otherwise(_coded("open"))
    return _chosen([column(clause.node, layout) for clause in rule.require], met, _coded("violation"))


def _chosen(conditions: Sequence[pl.Expr], met: pl.Expr, broken: pl.Expr) -> pl.Expr:
    """Return *met* where all *conditions* hold, *broken* where one does not, whatever the others are; else unknown."""
    if not conditions:
        return met

    def build(holds: pl.Expr, met: pl.Expr) -> pl.Expr:
        return pl.when(holds).then(met).when(~holds).then(broken).otherwise(_coded("unknown"))

    return let(build, reduce(and_, conditions), met)


def _coded(name: str) -> pl.Expr:
    return pl.lit(OUTCOMES.index(name), dtype=pl.UInt8())


def _holds(period: Period, as_of: pl.Expr) -> pl.Expr:
    started = as_of >= _moment(period.start) if period.start else pl.lit(value=True)
    return started & (as_of < _moment(period.until)) if period.until else started


def _moment(time: datetime) -> pl.Expr:
    return literal(time, TIMESTAMP)


def _attested(rule: Rule, on: str) -> Node:
    """Return ``attested.exists(a, …)``: whether someone attested the duty for the moment of judgement."""
    one = Var(message_of(Attestation), -1, "a")
    names = [Const(STRING, -1, name) for name in sorted({rule.id, rule.id.partition("/")[2]})]
    given = Field(list_of(one.type), -1, Var(message_of(RESOURCES[on]), -1, on), "attested")
    start, end = (Field(TIMESTAMP, -1, one, name) for name in ("on", "until"))
    named = _call("@in", Field(STRING, -1, one, "duty"), ListOf(list_of(STRING), -1, tuple(names)))
    begun, lasting = _if_given(start, _call("_<=_", start, AS_OF)), _if_given(end, _call("_<_", AS_OF, end))
    body = _call("_&&_", named, _call("_&&_", begun, lasting))
    return Macro(BOOL, -1, "exists", given, one.name, body)


def _if_given(time: Field, condition: Node) -> Node:
    return _call("_||_", _call("!_", replace(time, type=BOOL, test=True)), condition)


def _call(function: str, *args: Node) -> Node:
    return Call(BOOL, -1, function, args)
