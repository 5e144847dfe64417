"""
The macros in columns: ``exists``, ``all``, ``exists_one``, ``filter`` and ``map``.

A body that names nothing but its element, and is simple, Polars evaluates inside the lists. For any other the lists are
unrolled into a frame of their own, one row for each element with what the body names beside it, and rolled up again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.cel.column_values import dtype, let, together
from govsocial.cel.fused import literal
from govsocial.cel.library import MAX_ITEMS_AT_RUN
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var, render, variables, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.columns import Scope

_ROW: Final = "#row"
_UNKNOWN: Final = "#unknown"
_BODY: Final = "#body"
_ROLLED: Final = "#rolled"
_SIMPLE: Final = frozenset(
    "_&&_ _||_ !_ _==_ _!=_ _<_ _<=_ _>_ _>=_ size contains startsWith endsWith matches lowerAscii upperAscii".split()
)


_KNOWN: Final[Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    "exists": lambda items, body: items.list.eval(body).list.any(),
    "all": lambda items, body: items.list.eval(body).list.all(),
    "exists_one": lambda items, body: items.list.agg(body.sum() == 1),
    "filter": lambda items, body: items.list.filter(body),
    "map": lambda items, body: items.list.eval(body),
}
"""What becomes of bodies that are known of each element."""
_ABSORBING: Final[Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    "exists": lambda items, body: items.list.agg(body.any(ignore_nulls=False)),
    "all": lambda items, body: items.list.agg(body.all(ignore_nulls=False)),
}
"""The macros that one element may decide, whatever the others are."""


def macro(node: Macro, scope: Scope, constant: frozenset[str]) -> pl.Expr:
    """Return the expression of *node*; the variables *constant* are the same in every row."""
    if not _is_simple(node):
        return _unrolled(node, scope, constant)
    items = scope.translate(node.range)
    body = scope.inside({node.var: pl.element()}).translate(node.body)
    return _within(node, items, body) if _is_path(node.range) else let(partial(_within, node, body=body), items)


def _is_path(node: Node) -> bool:
    return isinstance(node, Var) or (isinstance(node, Field) and _is_path(node.operand))


def _is_simple(node: Macro) -> bool:
    """Whether the body names its element and nothing else, and does nothing with it that needs a frame."""
    return variables(node.body) == {node.var} and all(map(_is_simple_part, walk(node.body)))


def _is_simple_part(part: Node) -> bool:
    match part:
        case Const() | Var():
            return True
        case Field(operand=operand):
            return operand.type.name != "map"
        case ListOf():
            return literal(part) is not None
        case Call(function="@in", args=(one, many)):
            return one.type.name == "string" and literal(many) is not None
    return isinstance(part, Call) and part.function in _SIMPLE


def _within(node: Macro, items: pl.Expr, body: pl.Expr) -> pl.Expr:
    """Return a macro that Polars evaluates inside the lists *items*."""
    fits = items.list.len() <= MAX_ITEMS_AT_RUN
    if not any(isinstance(part, Field) for part in walk(node.body)):
        return pl.when(fits).then(_KNOWN[node.kind](items, body))
    if node.kind not in _ABSORBING:
        return pl.when(fits & items.list.agg(body.is_not_null().all())).then(_KNOWN[node.kind](items, body))
    return pl.when(fits).then(_ABSORBING[node.kind](items, body))


@dataclass(frozen=True, slots=True)
class _Unrolled:
    """A macro over lists: what it makes of an element, and how its results come together again."""

    kind: str
    var: str
    body: pl.Expr
    result: pl.DataType

    def run(self, rows: pl.Series) -> pl.Series:
        """Return what the macro says of *rows*, each with its list and what the body names beside it."""
        frame = rows.struct.unnest().with_row_index(_ROW)
        lists = frame.select(pl.when(pl.col(self.var).list.len() <= MAX_ITEMS_AT_RUN).then(pl.col(self.var)))
        flat = frame.with_columns(lists).explode(self.var, empty_as_null=False, keep_nulls=False)
        made = flat.with_columns(self.body.alias(_BODY)).group_by(_ROW).agg(self._together(), self._unknown())
        told = frame.select(_ROW).with_columns(lists).join(made, on=_ROW, how="left", maintain_order="left")
        return told.with_columns(self._finished().alias(_ROLLED))[_ROLLED]

    def _together(self) -> pl.Expr:
        """Return what the elements of one row make together."""
        body = pl.col(_BODY)
        return {
            "exists": body.any(ignore_nulls=False),
            "all": body.all(ignore_nulls=False),
            "exists_one": body.sum() == 1,
            "filter": pl.col(self.var).filter(body),
            "map": body,
        }[self.kind].alias(_ROLLED)

    def _unknown(self) -> pl.Expr:
        """Return whether one unknown element makes all of them unknown."""
        absorbed = self.kind in _ABSORBING
        return (pl.lit(value=False) if absorbed else pl.col(_BODY).null_count() > 0).alias(_UNKNOWN)

    def _finished(self) -> pl.Expr:
        """Return what a row has: nothing comes of an empty list, and unknown of an unknown one."""
        nothing = pl.lit(self.kind == "all") if self.result == pl.Boolean() else pl.lit([], dtype=self.result)
        empty, told = pl.col(self.var).list.len() == 0, ~pl.col(_UNKNOWN)
        return pl.when(empty).then(nothing).when(told & pl.col(self.var).is_not_null()).then(pl.col(_ROLLED))


def _unrolled(node: Macro, scope: Scope, constant: frozenset[str]) -> pl.Expr:
    body, beside = _beside(node, constant)
    elements = {name: pl.col(name) for name in (node.var, *beside)}
    given = {node.var: scope.translate(node.range)} | {name: scope.translate(part) for name, part in beside.items()}
    run = _Unrolled(node.kind, node.var, scope.inside(elements).translate(body), dtype(node.type)).run
    return together(given).map_batches(run, return_dtype=dtype(node.type), is_elementwise=True)


def _beside(node: Macro, constant: frozenset[str]) -> tuple[Node, Mapping[str, Node]]:
    """Return the body with a name for each part that is free of the element, and these parts by name."""
    found: dict[str, tuple[str, Node]] = {}

    def named(part: Node, bound: frozenset[str]) -> Node:
        read = variables(part) - constant
        if read and not read & bound:
            name, _ = found.setdefault(render(part), (f"#{len(found)}", part))
            return Var(part.type, part.at, name)
        match part:
            case Field(operand=operand):
                return replace(part, operand=named(operand, bound))
            case Call(args=args):
                return replace(part, args=tuple(named(arg, bound) for arg in args))
            case ListOf(items=items):
                return replace(part, items=tuple(named(item, bound) for item in items))
            case Macro(range=range_, var=var, body=body):
                return replace(part, range=named(range_, bound), body=named(body, bound | {var}))
        return part

    return named(node.body, frozenset({node.var})), dict(found.values())
