"""A checked tree as plain lists, which JSON can carry, and back. It knows no files, and trusts what it unpacks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from govsocial import model
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var
from govsocial.cel.types import CelType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Packed = list[Any]
"""The letter of a kind of node, its type, its place, and its parts."""


def packed(node: Node) -> Packed:
    """Return *node* as lists, texts and numbers."""
    return [*_parts(node), _written(node.type), node.at]


def _parts(node: Node) -> Packed:
    match node:
        case Const(value=value):
            return ["const", value]
        case Var(name=name):
            return ["var", name]
        case Field(operand=operand, name=name, test=test):
            return ["field", packed(operand), name, test]
        case Call(function=function, args=args):
            return ["call", function, *map(packed, args)]
        case ListOf(items=items):
            return ["list", *map(packed, items)]
        case Macro(kind=kind, range=range_, var=var, body=body):
            return ["macro", kind, packed(range_), var, packed(body)]
    raise TypeError(node)


def unpacked(data: Packed) -> Node:
    """
    Return the tree that *data* was made from.

    Raises:
        LookupError, TypeError, ValueError: where it was made from none.
    """
    kind, *parts, written, at = data
    return _MAKE[kind](_read(written), at, *parts)


def _written(kind: CelType) -> str:
    """Return a type as words, the outermost first: ``list folded string``, ``message Post``."""
    if kind.folded:
        return f"folded {_written(replace(kind, folded=False))}"
    inside = kind.model.__name__ if kind.model else _written(kind.element) if kind.element else ""
    return f"{kind.name} {inside}" if inside else kind.name


@cache
def _read(written: str) -> CelType:
    name, _, inside = written.partition(" ")
    if name == "folded":
        return replace(_read(inside), folded=True)
    if name == "message":
        return CelType(name, model=vars(model)[inside])
    return CelType(name, _read(inside) if inside else None)


def _nodes(parts: tuple[Packed, ...]) -> tuple[Node, ...]:
    return tuple([unpacked(part) for part in parts])


_MAKE: Final[Mapping[str, Callable[..., Node]]] = {
    "const": Const,
    "var": Var,
    "field": lambda kind, at, operand, name, test: Field(kind, at, unpacked(operand), name, test),
    "call": lambda kind, at, function, *args: Call(kind, at, function, _nodes(args)),
    "list": lambda kind, at, *items: ListOf(kind, at, _nodes(items)),
    "macro": lambda kind, at, name, range_, var, body: Macro(kind, at, name, unpacked(range_), var, unpacked(body)),
}
