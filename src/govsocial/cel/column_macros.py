"""
The macros in columns: ``exists``, ``all``, ``exists_one``, ``filter`` and ``map``.

A body that names nothing but its element, and is simple, Polars evaluates inside the lists. For any other the lists are
unrolled into a frame of their own, one row for each element with what the body names beside it, and rolled up again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    if _is_chain(node, scope):
        return _where_known(_chained(node, scope))
    body = _body(node, scope, pl.element())
    return let(lambda items: _where_known(_within(node, _List(items), body)), scope.translate(node.range))


def counted(node: Macro, scope: Scope) -> pl.Expr | None:
    """Return how many elements *node*, a ``filter``, leaves, in 32 bits, without the list; None where it is needed."""
    if node.kind != "filter" or not _is_simple(node) or not _is_chain(node, scope):
        return None
    items = _items(node, scope)
    body = _body(node, scope, items.element)
    known = _within(node, items, body).known
    return _where_known(_List(items.values.list.eval(body).list.sum(), known))


@dataclass(frozen=True, slots=True)
class _List:
    """
    Lists, or what is made of them, and in which rows these *values* mean anything; in all of them where None.

    Of lists of tables that were mapped to a *field*, the whole is kept, and the field is read when it is asked for.
    """

    values: pl.Expr
    known: pl.Expr | None = None
    field: pl.Expr | None = None

    @property
    def element(self) -> pl.Expr:
        """What the body of a macro names."""
        return pl.element() if self.field is None else self.field


def _where_known(found: _List) -> pl.Expr:
    values = found.values if found.field is None else found.values.list.eval(found.field)
    return values if found.known is None else pl.when(found.known).then(values)


def _is_chain(node: Macro, scope: Scope) -> bool:
    """Whether *node* is about a column, or what macros make of one: that can be named more than once."""
    within = node.range
    if isinstance(within, Macro):
        return within.kind in ("filter", "map") and _is_simple(within) and _is_chain(within, scope)
    return _is_path(within, scope)


def _is_path(node: Node, scope: Scope) -> bool:
    if isinstance(node, Field):
        return _is_path(node.operand, scope)
    return isinstance(node, Var) and not node.name.startswith("fact.")


def _chained(node: Macro, scope: Scope) -> _List:
    items = _items(node, scope)
    return _within(node, items, _body(node, scope, items.element))


def _items(node: Macro, scope: Scope) -> _List:
    """Return the lists that *node* is about; those of another macro are not held to what is known of them twice."""
    return _chained(node.range, scope) if isinstance(node.range, Macro) else _List(scope.translate(node.range))


def _body(node: Macro, scope: Scope, element: pl.Expr) -> pl.Expr:
    return scope.inside({node.var: element}).translate(node.body)


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


def _within(node: Macro, items: _List, body: pl.Expr) -> _List:
    """Return a macro that Polars evaluates inside the lists *items*."""
    lists, known = items.values, items.known
    if known is None:  # no macro makes a list longer
        known = lists.list.len() <= MAX_ITEMS_AT_RUN
    field = items.field if node.kind == "filter" else None
    if not any(isinstance(part, Field) for part in walk(node.body)):
        return _List(_KNOWN[node.kind](lists, body), known, field)
    if node.kind in _ABSORBING:
        return _List(_ABSORBING[node.kind](lists, body), known)
    known &= lists.list.agg(body.is_not_null().all())
    if node.kind == "map" and isinstance(node.body, Field) and not node.body.test:
        return _List(lists, known, body)
    return _List(_KNOWN[node.kind](lists, body), known, field)


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
