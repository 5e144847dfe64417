"""
Tree to Polars expression: what closures say of one resource, said of every row at once, or refused.

Null is *unknown*, and Polars joins nulls by Kleene's logic, as closures do. What cannot be said exactly raises
``CannotSay``, and whoever asked runs the closures instead. Only the modules ``cel.column*`` and the audit know Polars.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final, cast

import polars as pl

from govsocial.cel import column_code, column_macros
from govsocial.cel.column_calls import applied, at_key, is_code, size_of
from govsocial.cel.column_compare import is_counted
from govsocial.cel.column_spellings import spelled
from govsocial.cel.column_values import CannotSay, called, let, literal, unknown
from govsocial.cel.evaluate import MACRO_SLOTS, Slots, closure
from govsocial.cel.library import Fact, Function, Unknown
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var, render, variables, walk
from govsocial.cel.types import list_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["CannotSay", "Layout", "called", "column", "refuse_code"]

MAX_DEPTH: Final = 60
"""How deep an expression may be, facts included: Polars takes long over deeper ones."""
MAX_SIZE: Final = 4_000
"""How many parts an expression may have, facts included."""


@dataclass(frozen=True, slots=True)
class Layout:
    """
    What a frame holds: a column for each field of the resource *on*, and one for each of *columns*.

    The *columns* are variables: relations, ``param.x``, ``context.as_of``. The *values* are those that are the same in
    all rows, None where unknown; the *facts* are trees, by ``fact.name``. The *code* is what plugins brought: facts by
    ``fact.name``, functions by their names.
    """

    on: str
    columns: frozenset[str] = frozenset()
    values: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, Node] = field(default_factory=dict)
    code: Mapping[str, Fact | Function] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """A layout, and the elements of macros that can be named: each by its expression."""

    layout: Layout
    elements: Mapping[str, pl.Expr] = field(default_factory=dict)

    def translate(self, node: Node) -> pl.Expr:
        """Return the expression of *node*; what is the same in all rows is computed now, by its closure."""
        if self.is_unknown(node):
            return unknown(node.type)
        if isinstance(node, Const) or not self.is_same(node):
            return _WAYS[type(node)](node, self)
        return literal(_computed(node, self.layout.values), node.type)

    def is_same(self, node: Node) -> bool:
        """Whether *node* has the same value in all rows."""
        known = variables(node) <= self.layout.values.keys() and not node.type.mentions_message
        return known and not any(map(is_code, walk(node)))

    def is_unknown(self, node: Node) -> bool:
        """Whether *node* rests on what nobody knows in any row: of that Polars may forget how many rows there are."""
        match node:
            case Var(name=name) if name in self.layout.values:
                return self.layout.values[name] is None
            case Var(name=name) if name in self.layout.facts:
                return self.is_unknown(self.layout.facts[name])
            case Call(function=function, args=args) if function not in _ABSORBING and any(map(self.is_unknown, args)):
                return True
            case Field(operand=part) | Macro(range=part) if self.is_unknown(part):
                return True
            case ListOf(items=items) if any(map(self.is_unknown, items)):
                return True
        return not isinstance(node, Const) and self.is_same(node) and _computed(node, self.layout.values) is None

    def inside(self, elements: Mapping[str, pl.Expr]) -> Scope:
        """Return the scope in which only *elements* can be named."""
        return replace(self, elements=elements)


def column(node: Node, layout: Layout) -> pl.Expr:
    """
    Return the expression that computes *node* in each row of a frame laid out by *layout*; null where unknown.

    It may be the same in all rows, and then has one value: hand it to ``with_columns``.

    Raises:
        CannotSay: where columns would not say exactly what closures say.
    """
    depth, size = _measures(node, layout.facts, {})
    if depth > MAX_DEPTH or size > MAX_SIZE:
        raise CannotSay(f"{size} parts, {depth} deep; at most {MAX_SIZE} and {MAX_DEPTH}")
    refuse_code(node, layout)
    return Scope(layout).translate(node)


def refuse_code(node: Node, layout: Layout) -> None:
    """
    Refuse what rests on the code of a plugin that has no column form: what that raises is an outcome of its own.

    Raises:
        CannotSay: where *node* does, or a fact that it names, with the reason.
    """
    for name in _code_in(node, layout.facts, set()):
        match layout.code.get(name):
            case Fact() as fact:
                column_code.of_fact(name, fact, layout.columns)
            case Function() as function:
                column_code.promised(function)
            case None:
                raise CannotSay(f"{name}, which a plugin computes")


def _code_in(node: Node, facts: Mapping[str, Node], seen: set[str]) -> Iterator[str]:
    """Yield what plugins compute and *node*, or a fact that it names, rests on; what was *seen* is not looked at."""
    for part in walk(node):
        if is_code(part) and isinstance(part, Call):
            yield part.function
        if isinstance(part, Var) and part.name.startswith("fact.") and part.name not in seen:
            seen.add(part.name)
            yield from _code_in(facts[part.name], facts, seen) if part.name in facts else (part.name,)


def _measures(node: Node, facts: Mapping[str, Node], known: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Return how deep *node* is, a chain of ``&&`` or ``||`` being one step, and of how many parts it is made."""
    if isinstance(node, Var) and node.name in facts:
        if node.name not in known:
            known[node.name] = _measures(facts[node.name], facts, known)
        return known[node.name]
    parts = [_measures(part, facts, known) for part in _chain(node)]
    return 1 + max((depth for depth, _ in parts), default=0), 1 + sum(size for _, size in parts)


def _chain(node: Node, function: str = "") -> Sequence[Node]:
    """Return what a chain of ``&&`` or of ``||`` joins; the parts of anything else."""
    function = function or (node.function if isinstance(node, Call) else "")
    if function not in _JOINS:
        return node.children
    if isinstance(node, Call) and node.function == function:
        return [part for arg in node.args for part in _chain(arg, function)]
    return [node]


def _computed(node: Node, values: Mapping[str, object]) -> object:
    slots = Slots({name: slot for slot, name in enumerate(values)}, len(values), {}, {})
    try:
        return closure(node, slots)([*values.values(), *[None] * MACRO_SLOTS])
    except Unknown:
        return None


def _const(node: Const, _: Scope) -> pl.Expr:
    return literal(node.value, node.type)


def _var(node: Var, scope: Scope) -> pl.Expr:
    name, layout = node.name, scope.layout
    if name in scope.elements:
        return scope.elements[name]
    if name in layout.values:
        return literal(layout.values[name], node.type)
    if name in layout.facts:
        return scope.inside({}).translate(layout.facts[name])
    if name in layout.code:
        return column_code.of_fact(name, cast("Fact", layout.code[name]), layout.columns)
    if name not in layout.columns:
        raise CannotSay(f"{name}, which is no column")
    return pl.col(called(name))


def _field(node: Field, scope: Scope) -> pl.Expr:
    operand, name = node.operand, node.name
    if isinstance(operand, Var) and operand.name == scope.layout.on and operand.name not in scope.elements:
        return pl.col(name).is_not_null() if node.test else pl.col(name)
    whole = scope.translate(operand)
    if operand.type.name == "map":
        return at_key(whole, name)
    return let(_known(name), whole) if node.test else whole.struct.field(name)


def _known(name: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda whole: pl.when(whole.is_not_null()).then(whole.struct.field(name).is_not_null())


def _list(node: ListOf, scope: Scope) -> pl.Expr:
    items = pl.concat_list([scope.translate(item) for item in node.items])
    return let(lambda made: pl.when(made.list.eval(pl.element().is_not_null()).list.all()).then(made), items)


def _macro(node: Macro, scope: Scope) -> pl.Expr:
    return column_macros.macro(node, scope, frozenset(scope.layout.values))


def _call(node: Call, scope: Scope) -> pl.Expr:
    if node.function in _JOINS:
        parts = _gathered(_chain(node)) if node.function == "_||_" else _chain(node)
        return _joined([scope.translate(part) for part in parts], _JOINS[node.function])
    match node:
        case Call(function="size", args=(one,)):
            return _size(one, scope).cast(pl.Int64())
        case Call(args=(Call(function="size", args=(one,)), Const(value=int(most)))) if is_counted(node, most):
            return applied(node, [_size(one, scope), pl.lit(most, dtype=pl.UInt32())])
    if is_code(node):
        function = cast("Function", scope.layout.code[node.function])
        return column_code.of_function(function, [scope.translate(arg) for arg in node.args])
    node = spelled(node)
    return applied(node, [scope.translate(arg) for arg in node.args])


def _size(node: Node, scope: Scope) -> pl.Expr:
    """Return the size of *node* as Polars counts, in 32 bits, which is quicker to compare than a number of 64."""
    found = _counted(node, scope)
    return size_of(node, scope.translate(node)) if found is None else found


def _counted(node: Node, scope: Scope) -> pl.Expr | None:
    """Return the size of *node*, a list or a fact that is one, where it need not be made for that."""
    if isinstance(node, Var) and node.name in scope.layout.facts and node.name not in scope.elements:
        return _counted(scope.layout.facts[node.name], scope.inside({}))
    return column_macros.counted(node, scope) if isinstance(node, Macro) and not scope.is_same(node) else None


def _gathered(parts: Sequence[Node]) -> list[Node]:
    """Return *parts* with ``x in ['a', 'b']`` for ``x == 'a' || x == 'b'``, so that ``x`` is computed once."""
    found: dict[str, list[Node]] = {}
    for part in parts:
        match part:
            case Call(function="_==_", args=(one, Const(value=str()))):
                found.setdefault(f"{render(one)} in", []).append(part)
            case _:
                found.setdefault(render(part), [part])
    calls = ([part for part in same if isinstance(part, Call)] for same in found.values())
    return [same[0] if len(same) == 1 else _in(some) for same, some in zip(found.values(), calls, strict=True)]


def _in(equal: list[Call]) -> Node:
    one, first = equal[0].args
    texts = ListOf(list_of(first.type), equal[0].at, tuple(part.args[1] for part in equal))
    return Call(equal[0].type, equal[0].at, "@in", (one, texts))


def _joined(parts: list[pl.Expr], join: Callable[[Any, Any], Any]) -> pl.Expr:
    """Join *parts* by halves, since Polars takes long over what is deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[start : start + 2]) for start in range(0, len(parts), 2)]
    return parts[0]


_JOINS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"_&&_": and_, "_||_": or_}
_ABSORBING: Final = (*_JOINS, "_?_:_")
_WAYS: Final[Mapping[type[Node], Callable[[Any, Scope], pl.Expr]]] = {
    Const: _const, Var: _var, Field: _field, ListOf: _list, Macro: _macro, Call: _call,
}  # fmt: skip
