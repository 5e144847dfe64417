"""
Tree to closure: the exact meaning of an expression for one resource.

A closure gets a *frame*, a list in which each variable has its slot, and returns a value or raises ``Unknown``, CEL's
error value: absorbed by ``&&``, ``||``, ``exists`` and ``all``, passed on by everything else. Lists are tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel import fused, logic
from govsocial.cel.library import BrokenCodeError, Unknown, index
from govsocial.cel.operators import applied, constant
from govsocial.cel.refusals import MAX_DEPTH
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var, path_of

if TYPE_CHECKING:
    from govsocial.cel.library import Function

Frame = list[Any]
Closure = Callable[[Frame], Any]
MACRO_SLOTS: Final = MAX_DEPTH


class Unset:
    """Fills the slot of a fact that nobody has asked for yet."""


UNSET: Final = Unset()


class Absent:
    """Stands for a resource that is referred to and is not in the workspace: each of its fields is unknown."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        raise Unknown(self.reason)


def present(value: Any) -> Any:  # noqa: ANN401
    """Return *value*, unless it stands for something absent: that is unknown."""
    if type(value) is Absent:
        raise Unknown(value.reason)
    return value


@dataclass(frozen=True, slots=True)
class Slots:
    """Where each variable stands in a frame; macros use the slots from *macros* on. *facts* compute when asked."""

    index: Mapping[str, int]
    macros: int
    facts: Mapping[str, Closure]
    functions: Mapping[str, Function]


@dataclass(frozen=True, slots=True)
class Element:
    """A macro's variable: the slot where each element comes to stand, and the path that reasons name it by."""

    slot: int
    path: str


Scope = Mapping[str, Element]


def closure(node: Node, slots: Slots, scope: Scope | None = None) -> Closure:
    """Return the closure that computes *node* from a frame laid out by *slots*; *scope* holds macro variables."""
    return _WAYS[type(node)](node, slots, scope or {})


def _const(node: Const, _: Slots, __: Scope) -> Closure:
    return constant(node.value)


def _list(node: ListOf, slots: Slots, scope: Scope) -> Closure:
    if found := fused.literal(node):
        return constant(found.value)
    items = [closure(item, slots, scope) for item in node.items]
    return lambda frame: tuple([item(frame) for item in items])


def _var(node: Var, slots: Slots, scope: Scope) -> Closure:
    name = node.name
    if name in scope:
        return itemgetter(scope[name].slot)
    slot = slots.index[name]
    if name in slots.facts:
        return _fact(slot, slots.facts[name], copy=bool(scope))
    if name.startswith("param."):
        return _param(slot, name)
    return _relation(slot) if node.type.mentions_message else itemgetter(slot)


def _field(node: Field, slots: Slots, scope: Scope) -> Closure:
    operand, name = node.operand, node.name
    if node.test:
        return _known(closure(operand, slots, scope), name)
    if operand.type.name == "map":
        entries = closure(operand, slots, scope)
        return lambda frame: index(entries(frame), name)
    place = _place(node, slots, scope)
    return _direct_field(place) if place else _field_of(closure(operand, slots, scope), name, _path(node, scope))


def _place(node: Node, slots: Slots, scope: Scope) -> fused.Place | None:
    """Return where the field *node* of a variable that needs no computing is read, None where it is something else."""
    if not isinstance(node, Field) or node.test or not isinstance(node.operand, Var):
        return None
    name = node.operand.name
    if name.startswith(("fact.", "param.")) or node.operand.type.name == "map":
        return None
    slot = scope[name].slot if name in scope else slots.index[name]
    return fused.Place(slot, node.name, _path(node, scope))


def _path(node: Field, scope: Scope) -> str:
    return path_of(node, {each: element.path for each, element in scope.items()}) or node.name


def _macro(node: Macro, slots: Slots, scope: Scope) -> Closure:
    within = inside(node, slots, scope)
    body = closure(node.body, slots, within)
    return logic.MACROS[node.kind](closure(node.range, slots, scope), body, within[node.var].slot)


def inside(node: Macro, slots: Slots, scope: Scope) -> Scope:
    """Return the scope of the body of *node*."""
    path = path_of(node.range, {name: element.path for name, element in scope.items()})
    return {**scope, node.var: Element(slots.macros + len(scope), f"{path or node.var}[]")}


def _call(node: Call, slots: Slots, scope: Scope) -> Closure:
    if node.function in _CONNECTIVES:
        parts = [closure(part, slots, scope) for part in _chain(node, node.function)]
        return logic.connective(parts, decides=node.function == "_||_")
    short = fused.on_field(node, partial(_place, slots=slots, scope=scope))
    return short or applied(node, [closure(arg, slots, scope) for arg in node.args], slots.functions)


def _chain(node: Node, function: str) -> list[Node]:
    if isinstance(node, Call) and node.function == function:
        return [part for arg in node.args for part in _chain(arg, function)]
    return [node]


def _relation(slot: int) -> Closure:
    return lambda frame: present(frame[slot])


def _param(slot: int, name: str) -> Closure:
    def read(frame: Frame) -> Any:  # noqa: ANN401
        value = frame[slot]
        if value is None:
            raise Unknown(name)
        return value

    return read


def _fact(slot: int, compute: Closure, *, copy: bool) -> Closure:
    """Compute a fact once a frame; on a *copy* of it inside a macro, whose slots the fact would overwrite."""

    def read(frame: Frame) -> Any:  # noqa: ANN401
        value = frame[slot]
        if value is UNSET:
            try:
                value = compute(frame[:] if copy else frame)
            except (Unknown, BrokenCodeError) as error:
                value = error
            frame[slot] = value
        if isinstance(value, Unknown):
            raise Unknown(*value.reasons)
        if isinstance(value, BrokenCodeError):
            raise value
        return value

    return read


def _direct_field(place: fused.Place) -> Closure:
    slot, name, path = place.slot, place.name, place.path

    def read(frame: Frame) -> Any:  # noqa: ANN401
        value = getattr(frame[slot], name)
        if value is None:
            raise Unknown(path)
        return value

    return read


def _field_of(operand: Closure, name: str, path: str) -> Closure:
    def read(frame: Frame) -> Any:  # noqa: ANN401
        value = getattr(operand(frame), name)
        if value is None:
            raise Unknown(path)
        return value

    return read


def _known(operand: Closure, name: str) -> Closure:
    return lambda frame: getattr(operand(frame), name) is not None


_CONNECTIVES: Final = ("_&&_", "_||_")
_WAYS: Final[Mapping[type[Node], Callable[[Any, Slots, Scope], Closure]]] = {
    Const: _const, ListOf: _list, Var: _var, Field: _field, Macro: _macro, Call: _call,
}  # fmt: skip
