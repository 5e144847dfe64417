"""
Conditions of the shapes that most rules have, as one closure where the parts would make two or three.

Nothing means anything else here than part by part. But calling a closure costs more than what most of them compute, and
so does calling a function for an operator: what is compared with a literal, counted or searched is written out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.library import Unknown
from govsocial.cel.tree import Call, Const, ListOf, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.evaluate import Closure, Frame


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is read: the *slot* of its resource, its *name*, and the *path* that reasons name it by."""

    slot: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A *value* that is written out, a text, a number or a list of them: the same on every frame."""

    value: Any


def literal(node: Node) -> Literal | None:
    """Return what is written out at *node*, None where something has to be computed."""
    match node:
        case Const(value=value):
            return Literal(value)
        case ListOf(items=items) if all(isinstance(item, Const) for item in items):
            return Literal(tuple(item.value for item in items if isinstance(item, Const)))
    return None


def on_field(node: Call, place_of: Callable[[Node], Place | None]) -> Closure | None:
    """Return the closure of ``size(post.tags)`` or ``post.kind == 'reply'``, None where *node* is neither."""
    match node:
        case Call(function="size", args=(field,)) if place := place_of(field):
            return _size(place)
        case Call(function="_==_" | "_!=_" as name, args=(field, Const(value=value))) if not field.type.folded:
            place = place_of(field)
            return _ON_FIELD[name](place, value) if place else None
    return None


def _size(place: Place) -> Closure:
    slot, name, path = place.slot, place.name, place.path

    def run(frame: Frame) -> int:
        value = getattr(frame[slot], name)
        if value is None:
            raise Unknown(path)
        return len(value)

    return run


def _equal(place: Place, literal: object) -> Closure:
    slot, name, path = place.slot, place.name, place.path

    def run(frame: Frame) -> bool:
        value = getattr(frame[slot], name)
        if value is None:
            raise Unknown(path)
        return value == literal  # type: ignore[no-any-return]

    return run


def _different(place: Place, literal: object) -> Closure:
    slot, name, path = place.slot, place.name, place.path

    def run(frame: Frame) -> bool:
        value = getattr(frame[slot], name)
        if value is None:
            raise Unknown(path)
        return value != literal  # type: ignore[no-any-return]

    return run


_ON_FIELD: Final = {"_==_": _equal, "_!=_": _different}
WITH_LITERAL: Final[Mapping[str, Callable[[Closure, Any], Closure]]] = {
    "_==_": lambda left, value: lambda frame: left(frame) == value,
    "_!=_": lambda left, value: lambda frame: left(frame) != value,
    "_<_": lambda left, value: lambda frame: left(frame) < value,
    "_<=_": lambda left, value: lambda frame: left(frame) <= value,
    "_>_": lambda left, value: lambda frame: left(frame) > value,
    "_>=_": lambda left, value: lambda frame: left(frame) >= value,
    "@in": lambda item, values: lambda frame: item(frame) in values,
    "contains": lambda text, part: lambda frame: part in text(frame),
    "startsWith": lambda text, start: lambda frame: text(frame).startswith(start),
    "endsWith": lambda text, end: lambda frame: text(frame).endswith(end),
}
"""What has a literal on its right, by its operator or function."""
OF_TWO: Final[Mapping[str, Callable[[Closure, Closure], Closure]]] = {
    "_==_": lambda left, right: lambda frame: left(frame) == right(frame),
    "_!=_": lambda left, right: lambda frame: left(frame) != right(frame),
    "_<_": lambda left, right: lambda frame: left(frame) < right(frame),
    "_<=_": lambda left, right: lambda frame: left(frame) <= right(frame),
    "_>_": lambda left, right: lambda frame: left(frame) > right(frame),
    "_>=_": lambda left, right: lambda frame: left(frame) >= right(frame),
    "@in": lambda item, items: lambda frame: item(frame) in items(frame),
    "contains": lambda text, part: lambda frame: part(frame) in text(frame),
    "startsWith": lambda text, start: lambda frame: text(frame).startswith(start(frame)),
    "endsWith": lambda text, end: lambda frame: text(frame).endswith(end(frame)),
}
"""The same with two sides to compute."""
