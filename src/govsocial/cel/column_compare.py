"""Comparisons in columns: tags and handles case-folded, doubles as IEEE 754 says, also inside lists."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.cel.column_spellings import changes
from govsocial.cel.column_values import let
from govsocial.cel.column_values import literal as same
from govsocial.cel.fused import literal
from govsocial.cel.tree import Field
from govsocial.cel.types import STRING, list_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.tree import Call, Node

    Compare = Callable[[pl.Expr, pl.Expr], pl.Expr]

_COMPARE: Final[Mapping[str, Compare]] = {
    "_==_": pl.Expr.eq,
    "_!=_": pl.Expr.ne,
    "_<_": pl.Expr.lt,
    "_<=_": pl.Expr.le,
    "_>_": pl.Expr.gt,
    "_>=_": pl.Expr.ge,
}


_COUNTED: Final = 2**32


def compared(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return a comparison; what is not a number is neither equal to anything nor before or behind it."""
    left, right = _folded(node.args, args) if node.function in ("_==_", "_!=_") else args
    compare = _COMPARE[node.function]
    tests = [_strange(arg) for arg in node.args]
    if not any(tests):
        return compare(left, right)

    def build(left: pl.Expr, right: pl.Expr) -> pl.Expr:
        sides = zip(tests, (left, right), (right, left), strict=True)
        strange = [test(one) & other.is_not_null() for test, one, other in sides if test]
        return pl.when(pl.any_horizontal(strange)).then(node.function == "_!=_").otherwise(compare(left, right))

    return let(build, left, right)


def is_counted(node: Call, most: int) -> bool:
    """Whether *node* compares, and *most* is as small as what Polars counts."""
    return node.function in _COMPARE and 0 <= most < _COUNTED


def within(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return whether the first is an element of the second, or one of its keys."""
    one, many = node.args
    if many.type.name == "map":
        args = [args[0], let(lambda entries: entries.list.eval(pl.element().struct.field("key")), args[1])]
    item, items = _folded(node.args, args)
    written = literal(many)
    if written and one.type.name == "string":
        texts = [text.casefold() for text in written.value] if _any_folds(node.args) else list(written.value)
        return item.is_in(texts)
    if _strange(one) is None:
        return items.list.contains(item, nulls_equal=False)
    return let(_contains_number, item, items)


def _contains_number(item: pl.Expr, items: pl.Expr) -> pl.Expr:
    nowhere = item.is_nan() & items.is_not_null()
    return pl.when(nowhere).then(statement=False).otherwise(items.list.contains(item, nulls_equal=False))


def _strange(node: Node) -> Callable[[pl.Expr], pl.Expr] | None:
    """Return the test for what is not a number; None where *node* always is one, as what resources hold is."""
    if (node.type.element or node.type).name != "double" or literal(node) or isinstance(node, Field):
        return None
    return _holds_strange if node.type.element else pl.Expr.is_nan


def _holds_strange(items: pl.Expr) -> pl.Expr:
    return items.list.eval(pl.element().is_nan()).list.any()


def _folded(nodes: tuple[Node, ...], args: list[pl.Expr]) -> list[pl.Expr]:
    """Return both sides of a comparison, case-folded where one of them is made of tags."""
    if not _any_folds(nodes):
        return args
    return [_folded_side(node, arg) for node, arg in zip(nodes, args, strict=True)]


def _any_folds(nodes: tuple[Node, ...]) -> bool:
    return any((node.type.element or node.type).folded for node in nodes)


def _folded_side(node: Node, arg: pl.Expr) -> pl.Expr:
    written = literal(node)
    if written is None:
        return let(lambda items: items.list.eval(_fold(pl.element())), arg) if node.type.element else _fold(arg)
    if isinstance(written.value, str):
        return same(written.value.casefold(), STRING)
    return same([text.casefold() for text in written.value], list_of(STRING))


def _fold(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(*_foldings())


@cache
def _foldings() -> tuple[list[str], list[str]]:
    """Return what case-folding changes, and into what: by character, whatever stands around it."""
    return list(changes()), list(changes().values())
