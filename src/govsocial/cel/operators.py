"""Operators and functions as closures; the types that the checker found choose which one, at load."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from govsocial.cel import library
from govsocial.cel.library import INT_MAX, INT_MIN, Unknown
from govsocial.cel.literals import compiled, epoch, span
from govsocial.cel.logic import choice
from govsocial.cel.tree import Call, Const, ListOf, Node
from govsocial.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.cel.library import Function
    from govsocial.cel.types import CelType

    Compute = Callable[[Any, Any], Any]


def applied(node: Call, args: list[Closure], functions: Mapping[str, Function]) -> Closure:
    """Return the closure of *node*, an operator or function over *args*; *functions* are those of plugins."""
    name = node.function
    if name in _TYPED:
        return _TYPED[name](node, args)
    if name in functions:
        return _plugin_function(functions[name], args)
    return _call(_FUNCTIONS[name], args)


def _call(compute: Callable[..., Any], args: list[Closure]) -> Closure:
    match args:
        case [arg]:
            return lambda frame: compute(arg(frame))
        case [left, right]:
            return lambda frame: compute(left(frame), right(frame))
    return lambda frame: compute(*[arg(frame) for arg in args])


def _compare(compute: Compute, nodes: tuple[Node, ...], args: list[Closure]) -> Closure:
    left, right = args
    if isinstance(nodes[1], Const):
        constant = nodes[1].value
        return lambda frame: compute(left(frame), constant)
    return lambda frame: compute(left(frame), right(frame))


def _ordered(node: Call, args: list[Closure]) -> Closure:
    return _compare(_ORDER[node.function], node.args, args)


def _alike(node: Call, args: list[Closure]) -> Closure:
    """Compare by ``==``, ``!=`` and ``in``: tags and handles folded, doubles as IEEE 754 says, also inside lists."""
    nodes, name = node.args, node.function
    if any(_folds(part.type) for part in nodes):
        nodes, args = _all_folded(nodes, args)
    if any(part.type.element and part.type.element.name == "double" for part in nodes):
        return _call(_ON_DOUBLES[name], args)
    return _compare(_ALIKE[name], nodes, args)


def _folds(kind: CelType) -> bool:
    return kind.folded or (kind.element is not None and kind.element.folded)


def _all_folded(nodes: tuple[Node, ...], args: list[Closure]) -> tuple[tuple[Node, ...], list[Closure]]:
    """Return both sides case-folded; literals once, at load."""
    literals = [_folded_literal(node) for node in nodes]
    folded = [
        _call(_folded, [arg]) if literal is None else constant(literal.value)
        for literal, arg in zip(literals, args, strict=True)
    ]
    return tuple(literal or node for literal, node in zip(literals, nodes, strict=True)), folded


def constant(value: object) -> Closure:
    """Return the closure of a literal."""
    return lambda _: value


def _folded_literal(node: Node) -> Const | None:
    if isinstance(node, Const):
        return Const(node.type, node.at, _folded(node.value))
    if isinstance(node, ListOf) and all(isinstance(item, Const) for item in node.items):
        return Const(node.type, node.at, _folded(tuple(item.value for item in node.items if isinstance(item, Const))))
    return None


def _folded(value: Any) -> Any:  # noqa: ANN401 - a text, or a tuple of texts
    return value.casefold() if isinstance(value, str) else tuple([item.casefold() for item in value])


def _within(item: Any, items: Any) -> bool:  # noqa: ANN401
    return item in items


def _within_doubles(item: float, items: tuple[float, ...]) -> bool:
    return any(item == other for other in items)


def _same_doubles(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    return len(left) == len(right) and all(map(operator.eq, left, right))


def _other_doubles(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    return not _same_doubles(left, right)


def _arithmetic(node: Call, args: list[Closure]) -> Closure:
    """Return a sum, difference or product: of whole numbers within 64 bits, of times as instants."""
    compute = _ARITHMETIC[node.function]
    if node.type.name == "int":
        return _whole(compute, *args)
    if node.type.name in ("timestamp", "duration"):
        return _call(partial(library.moved, compute), args)
    return _call(compute, args)


def _whole(compute: Compute, left: Closure, right: Closure) -> Closure:
    def run(frame: Frame) -> int:
        value: int = compute(left(frame), right(frame))
        if INT_MIN <= value <= INT_MAX:
            return value
        raise Unknown("integer overflow")

    return run


def _divided(node: Call, args: list[Closure]) -> Closure:
    return _call(library.divide if node.type.name == "int" else library.divide_doubles, args)


def _negative(node: Call, args: list[Closure]) -> Closure:
    (arg,) = args
    if node.type.name == "int":
        return lambda frame: library.checked_int(-arg(frame))
    return lambda frame: -arg(frame)


def _choice(_: Call, args: list[Closure]) -> Closure:
    return choice(*args)


def _matches(node: Call, args: list[Closure]) -> Closure:
    text, search = args[0], compiled(literal(node.args[1])).search
    return lambda frame: search(text(frame)) is not None


def _timestamp(node: Call, _: list[Closure]) -> Closure:
    return constant(epoch(literal(node.args[0])))


def _duration(node: Call, _: list[Closure]) -> Closure:
    return constant(span(literal(node.args[0])))


def literal(node: Node) -> str:
    """Return the text that *node* is, which the checker has seen to."""
    return str(node.value) if isinstance(node, Const) else ""


def _time_part(node: Call, args: list[Closure]) -> Closure:
    name, time = node.function, args[0]
    if node.args[0].type.name == "duration":
        return _call(library.DURATION_PARTS[name], args)
    part, zone = library.TIME_PARTS[name], ZoneInfo(literal(node.args[1]))

    def run(frame: Frame) -> int:
        value = time(frame)
        try:
            return part(value.astimezone(zone))
        except OverflowError:
            return library.part_at_edge(name, value, zone)

    return run


def _distinct(node: Call, args: list[Closure]) -> Closure:
    of = node.args[0].type.element
    if of is not None and of.folded:
        return _call(library.distinct_folded, args)
    return _call(library.distinct_doubles if of is not None and of.name == "double" else library.distinct, args)


def _plugin_function(function: Function, args: list[Closure]) -> Closure:
    returns = library.python_type(function.returns)

    def run(frame: Frame) -> Any:  # noqa: ANN401
        return library.call(function.name, function.compute, [arg(frame) for arg in args], returns)

    return run


_ORDER: Final = {"_<_": operator.lt, "_<=_": operator.le, "_>_": operator.gt, "_>=_": operator.ge}
_ALIKE: Final[dict[str, Compute]] = {"_==_": operator.eq, "_!=_": operator.ne, "@in": _within}
_ON_DOUBLES: Final[dict[str, Compute]] = {"_==_": _same_doubles, "_!=_": _other_doubles, "@in": _within_doubles}
_ARITHMETIC: Final = {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}
_TYPED: Final[dict[str, Callable[[Call, list[Closure]], Closure]]] = {
    **dict.fromkeys(_ALIKE, _alike),
    **dict.fromkeys(_ORDER, _ordered),
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    **dict.fromkeys(library.TIME_PARTS, _time_part),
    "_/_": _divided,
    "-_": _negative,
    "_?_:_": _choice,
    "matches": _matches,
    "timestamp": _timestamp,
    "duration": _duration,
    "distinct": _distinct,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "!_": operator.not_,
    "_%_": library.remainder,
    "_[_]": library.index,
    "size": len,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "lowerAscii": library.lower_ascii,
    "upperAscii": library.upper_ascii,
    "split": library.split,
    "join": library.join,
    "trim": library.trim,
    "double": float,
    "words": lambda text: tuple(words(text)),
}
