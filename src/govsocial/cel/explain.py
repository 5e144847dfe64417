"""Tree and frame to reasons: the values of a clause's parts, and the elements that decided a macro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from govsocial.cel.evaluate import closure, inside
from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.cel.evaluate import Frame, Scope, Slots

MOST: Final = 20
"""How many elements are named at most."""


def values(node: Node, slots: Slots, frame: Frame) -> dict[str, object]:
    """Return the values of the parts of *node* by their text; an unknown part has its reasons as ``Unknown``."""
    return {render(part): value(part, slots, frame) for part in _parts(node)}


def _parts(node: Node) -> Iterator[Node]:
    """Yield the parts that a reader wants to see: what is compared, counted or searched, not the logic around it."""
    match node:
        case Const() | ListOf():
            return
        case Call(function="_&&_" | "_||_" | "!_" | "_?_:_"):
            for child in node.children:
                yield from _parts(child)
        case Call() if node.type.name == "bool":
            for child in node.children:
                yield from _parts(child)
        case Macro(range=range_) if node.type.name == "bool":
            yield from _parts(range_)
        case Field() | Var() | Call() | Macro():
            yield node


def value(node: Node, slots: Slots, frame: Frame, scope: Scope | None = None) -> Any:  # noqa: ANN401
    """Return the value of one part, or the ``Unknown`` or broken code that stands in its way."""
    try:
        return closure(node, slots, scope)(frame[:])
    except (Unknown, BrokenCodeError) as error:
        return error


def failing(node: Node, slots: Slots, frame: Frame, *, holds: bool = True) -> tuple[str, ...]:
    """
    Return the elements that keep *node* from being *holds*, each by its name, without repetition.

    For ``all``, those for which the body is false; for a negated ``exists``, those for which it is true; for an
    ``exists`` that fails, every element, since none would do.
    """
    found = dict.fromkeys(_failing(node, slots, frame[:], holds))
    return tuple(found)[:MOST]


def _failing(node: Node, slots: Slots, frame: Frame, holds: bool) -> Iterator[str]:  # noqa: FBT001
    match node:
        case Call(function="!_", args=(inner,)):
            yield from _failing(inner, slots, frame, not holds)
        case Call(function="_&&_" | "_||_", args=args):
            for part in args:
                if value(part, slots, frame) is not holds:
                    yield from _failing(part, slots, frame, holds)
        case Call(function="_?_:_", args=(condition, yes, no)):
            chosen = {True: yes, False: no}.get(value(condition, slots, frame))
            if chosen is not None:
                yield from _failing(chosen, slots, frame, holds)
        case Macro(kind="exists" | "all" | "exists_one"):
            yield from _elements(node, slots, frame, holds)


def _elements(node: Macro, slots: Slots, frame: Frame, holds: bool) -> Iterator[str]:  # noqa: FBT001
    items = value(node.range, slots, frame)
    if not isinstance(items, tuple):
        return
    found = [(item, _of_element(node, slots, frame, item)) for item in items]
    if node.kind == "exists_one" and holds and sum(answer is True for _, answer in found) > 1:
        holds = False  # too many, so those that are one
    for item, answer in found:
        if answer is (not holds):
            yield name_of(item)


def _of_element(node: Macro, slots: Slots, frame: Frame, item: object) -> object:
    frame[slots.macros] = item
    return value(node.body, slots, frame, inside(node, slots, {}))


def name_of(item: object) -> str:
    """Return what a reader calls *item*: a text itself, of a table its first text that says something."""
    if not isinstance(item, BaseModel):
        return str(item)
    texts = (getattr(item, name) for name in type(item).model_fields)
    return next((text for text in texts if isinstance(text, str) and text), "?")
