"""Operators and functions in columns; the types that the checker found choose which one."""

from __future__ import annotations

from itertools import islice
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.cel.column_compare import compared, within
from govsocial.cel.column_patterns import translated
from govsocial.cel.column_times import moved, part_of
from govsocial.cel.column_values import let, per_value
from govsocial.cel.fused import literal
from govsocial.cel.library import TIME_PARTS, WHITE_SPACE
from govsocial.cel.tree import Call, Macro, render, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.tree import Node

    Way = Callable[[Call, list[pl.Expr]], pl.Expr]

_ELSEWHERE: Final = frozenset({"_&&_", "_||_", "timestamp", "duration"})
"""What has no way here: logic is joined as a whole, and literals are computed beforehand."""
_NOWHERE: Final = 2**32 - 1
"""A place at which no list has an element."""
_SMALL: Final = 4
_WIDE: Final = pl.Int128()
_INT: Final = pl.Int64()
_UPPER: Final = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
_LOWER: Final = [letter.lower() for letter in _UPPER]


def applied(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return the expression of *node*, an operator or function of the language over *args*."""
    return _WAYS[node.function](node, args)


def is_code(node: Node) -> bool:
    """Whether *node* calls a function that a plugin brought."""
    return isinstance(node, Call) and node.function not in _WAYS and node.function not in _ELSEWHERE


def at_key(entries: pl.Expr, key: str) -> pl.Expr:
    """Return what *entries*, those of a map, have at *key*."""
    wanted = pl.element().struct.field("key") == key
    return let(lambda entries: entries.list.filter(wanted).list.first(), entries).struct.field("value")


def _narrow(value: pl.Expr) -> pl.Expr:
    """Return a whole number of 128 bits in 64: unknown where it does not fit, as integer overflow is."""
    return value.cast(_INT, strict=False)


def _arithmetic(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return a sum, difference or product; lists and texts are joined."""
    left, right = args
    if node.type.name in ("timestamp", "duration"):
        return moved(node, args)
    if node.type.name == "list":
        return pl.concat_list([left, right])
    if node.type.name == "double":
        return _doubles(node.function, args)
    compute = _COMPUTE[node.function]
    return _narrow(compute(left.cast(_WIDE), right.cast(_WIDE))) if node.type.name == "int" else compute(left, right)


def _divided(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Divide, whole numbers towards zero."""
    left, right = args
    if node.type.name == "double":
        return _doubles(node.function, args)
    return _narrow(left.cast(_WIDE).truncdiv(right.cast(_WIDE)))


def _doubles(name: str, args: list[pl.Expr]) -> pl.Expr:
    """
    Compute as IEEE 754 says.

    With a single number Polars takes short cuts: it multiplies with a reciprocal, and drops a zero in spite of its
    sign. So it gets two.
    """
    compute = _COMPUTE[name]

    def run(pairs: pl.Series) -> pl.Series:
        several = (pairs if len(pairs) != 1 else pl.concat([pairs, pairs])).struct.unnest()
        found: pl.Series = compute(several["l"], several["r"])
        return found.head(len(pairs))

    return pl.struct(l=args[0], r=args[1]).map_batches(run, return_dtype=pl.Float64(), is_elementwise=True)


def _remainder(_: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return the remainder, with the sign of the left; unknown where the quotient is."""
    return let(
        lambda left, right: _narrow(left - _narrow(left.truncdiv(right)) * right), *[arg.cast(_WIDE) for arg in args]
    )


def _negative(node: Call, args: list[pl.Expr]) -> pl.Expr:
    return _narrow(0 - args[0].cast(_WIDE)) if node.type.name == "int" else -args[0]


def _choice(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """
    Return ``condition ? yes : no``, unknown where the condition is, whatever the others are.

    ``condition ? yes : !yes`` is whether both are the same.

    What is small and varies need not be named; of literals Polars may forget how many rows there are, and their type.
    """
    _, yes, no = node.args
    if render(no) == render(Call(no.type, no.at, "!_", (yes,))):
        return args[0].eq(args[1])
    plain = node.type.name == "bool" and _is_small(node.args[0]) and not any(arg.meta.is_literal() for arg in args)
    return _chosen(*args) if plain else let(_chosen, *args)


def _chosen(condition: pl.Expr, yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(yes).when(~condition).then(no)


def _is_small(node: Node) -> bool:
    """Whether computing *node* twice costs less than naming it."""
    parts = list(islice(walk(node), _SMALL + 1))
    return len(parts) <= _SMALL and not any(isinstance(part, Macro) for part in parts)


def _index(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return an element, unknown where there is none; Polars counts a negative index from the end."""
    written = literal(node.args[1])
    if node.args[0].type.name == "map":
        return at_key(args[0], written.value) if written else per_value(node, args)
    if written:
        return args[0].list.get(written.value if 0 <= written.value < _NOWHERE else _NOWHERE, null_on_oob=True)
    places = args[1].cast(pl.UInt32(), strict=False)
    return let(lambda items, place: items.list.get(place, null_on_oob=True), args[0], places)


def size_of(node: Node, value: pl.Expr) -> pl.Expr:
    """Return how many characters or elements *value*, that of *node*, has, in 32 bits."""
    return value.str.len_chars() if node.type.name == "string" else value.list.len()


def _matches(node: Call, args: list[pl.Expr]) -> pl.Expr:
    pattern = literal(node.args[1])
    return args[0].str.contains(translated(pattern.value if pattern else ""))


def _split(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Split at a separator that is written out; other ways of splitting are Python's."""
    separator = literal(node.args[1])
    plain = len(args) == 2 and separator and separator.value  # noqa: PLR2004 - not a third, which limits the parts
    return args[0].str.split(separator.value) if plain and separator else per_value(node, args)


def _join(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Join texts; Polars does not repeat a single list for separators that differ, a struct does."""
    if len(args) == 1:
        return args[0].list.join("", ignore_nulls=False)
    separator = literal(node.args[1])
    if separator:
        return args[0].list.join(separator.value, ignore_nulls=False)
    return let(lambda items, between: items.list.join(between, ignore_nulls=False), *args)


def _distinct(node: Call, args: list[pl.Expr]) -> pl.Expr:
    folded = node.args[0].type.element and node.args[0].type.element.folded
    return per_value(node, args) if folded else let(lambda items: items.list.unique(maintain_order=True), *args)


_COMPUTE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"_+_": add, "_-_": sub, "_*_": mul, "_/_": truediv}
_WAYS: Final[Mapping[str, Way]] = {
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"), compared),
    **dict.fromkeys(("_+_", "_-_", "_*_"), _arithmetic),
    **dict.fromkeys(TIME_PARTS, part_of),
    "@in": within,
    "!_": lambda _, args: ~args[0],
    "-_": _negative,
    "_/_": _divided,
    "_%_": _remainder,
    "_?_:_": _choice,
    "_[_]": _index,
    "size": lambda node, args: size_of(node.args[0], args[0]).cast(_INT),
    "startsWith": lambda _, args: args[0].str.starts_with(args[1]),
    "endsWith": lambda _, args: args[0].str.ends_with(args[1]),
    "contains": lambda _, args: args[0].str.contains(args[1], literal=True),
    "matches": _matches,
    "lowerAscii": lambda _, args: args[0].str.replace_many(_UPPER, _LOWER),
    "upperAscii": lambda _, args: args[0].str.replace_many(_LOWER, _UPPER),
    "split": _split,
    "join": _join,
    "trim": lambda _, args: args[0].str.strip_chars(WHITE_SPACE),
    "words": per_value,
    "distinct": _distinct,
    "double": lambda _, args: args[0].cast(pl.Float64()),
}
