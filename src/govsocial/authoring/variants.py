"""Expressions changed in one place, as a careless hand would change them. Knows trees, and no policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, render
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator

SWAPS: Final = {
    "_<_": "_<=_", "_<=_": "_<_", "_>_": "_>=_", "_>=_": "_>_",
    "_==_": "_!=_", "_!=_": "_==_", "_&&_": "_||_", "_||_": "_&&_",
}  # fmt: skip
"""Each operator, and the one that is easily written for it."""
_CONNECTIVES: Final = ("_&&_", "_||_")
_ALIKE: Final = ("_==_", "_!=_")


@dataclass(frozen=True, slots=True)
class Variant:
    """
    A tree that differs in one place from another.

    *at* is where, in code points; *after* is the changed part as text, empty while the part is a lone number; *hint*
    says which case would tell the two apart.
    """

    node: Node
    at: int
    after: str
    hint: Text


def variants(node: Node) -> Iterator[Variant]:
    """Yield each tree that differs from *node* in one place, in the order of the text."""
    yield from _here(node)
    for number, child in enumerate(node.children):
        for one in variants(child):
            changed = _with_child(node, number, one.node)
            yield replace(one, node=changed, after=one.after or render(changed))


def _here(node: Node) -> Iterator[Variant]:
    match node:
        case Call(function=function, args=args) if function in SWAPS:
            changed = replace(node, function=SWAPS[function])
            yield Variant(changed, node.at, render(changed), _hint(function, args))
        case Call(function="!_", args=(inner,)):
            text = say("add a case in which '{part}' alone decides", part=render(inner))
            yield Variant(inner, node.at, render(inner), text)
        case Const(value=int(value)) if not isinstance(value, bool):
            for other in neighbours(value):
                yield Variant(replace(node, value=other), node.at, "", boundary(value, other))


def neighbours(value: int) -> tuple[int, int]:
    """Return the numbers that *value* is easily mistaken for."""
    return value - 1, value + 1


def boundary(value: int, other: int) -> Text:
    """Return which case tells the limit *value* from *other*."""
    return say("add a case that comes out differently with {other} than with {value}", value=value, other=other)


def _hint(function: str, args: tuple[Node, ...]) -> Text:
    left, right = map(render, args)
    if function in _CONNECTIVES:
        return say("add a case in which only one of '{left}' and '{right}' holds", left=left, right=right)
    if function in _ALIKE:
        return say("add a case in which it matters whether '{left}' is {right}", left=left, right=right)
    return say("add a case in which '{left}' is exactly {right}", left=left, right=right)


def _with_child(node: Node, number: int, child: Node) -> Node:
    """Return *node* with *child* in place of that *number*."""
    match node:
        case Call(args=args):
            return replace(node, args=(*args[:number], child, *args[number + 1 :]))
        case ListOf(items=items):
            return replace(node, items=(*items[:number], child, *items[number + 1 :]))
        case Macro():
            return replace(node, body=child) if number else replace(node, range=child)
        case Field():
            return replace(node, operand=child)
    raise TypeError(node)
