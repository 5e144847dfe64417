"""Operators and functions as closures; the types that the checker found choose which one, at load."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from govsocial.cel import library
from govsocial.cel.fused import OF_TWO, WITH_LITERAL, Literal, literal
from govsocial.cel.library import INT_MAX, INT_MIN, Unknown
from govsocial.cel.literals import epoch, search, span
from govsocial.cel.logic import choice, negation
from govsocial.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.cel.library import Function
    from govsocial.cel.tree import Call, Node
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


def _written_out(node: Call, args: list[Closure]) -> Closure:
    """Return the closure of an operator or function that has its own for a literal on its right."""
    return _of_two(node.function, args, literal(node.args[1]))


def _of_two(name: str, args: list[Closure], right: Literal | None) -> Closure:
    return WITH_LITERAL[name](args[0], right.value) if right else OF_TWO[name](*args)


def _alike(node: Call, args: list[Closure]) -> Closure:
    """Compare by ``==``, ``!=`` and ``in``: tags and handles folded, doubles as IEEE 754 says, also inside lists."""
    name, right = node.function, literal(node.args[1])
    if any(_folds(part.type) for part in node.args):
        args = [_folded_side(*side) for side in zip(node.args, args, strict=True)]
        right = right and Literal(_folded(right.value))
    if any(part.type.element and part.type.element.name == "double" for part in node.args):
        return _call(_ON_DOUBLES[name], args)
    return _of_two(name, args, right)


def _folds(kind: CelType) -> bool:
    return kind.folded or (kind.element is not None and kind.element.folded)


def _folded_side(node: Node, arg: Closure) -> Closure:
    """Return one side of a comparison case-folded; what is written out once, at load."""
    found = literal(node)
    return constant(_folded(found.value)) if found else _call(_folded, [arg])


def constant(value: object) -> Closure:
    """Return the closure of a literal."""
    return lambda _: value


def _folded(value: Any) -> Any:  # noqa: ANN401 - a text, or a tuple of texts
    return value.casefold() if isinstance(value, str) else tuple([item.casefold() for item in value])


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


def _not(_: Call, args: list[Closure]) -> Closure:
    return negation(*args)


def _choice(_: Call, args: list[Closure]) -> Closure:
    return choice(*args)


def _matches(node: Call, args: list[Closure]) -> Closure:
    text, found = args[0], search(_text(node.args[1]))
    return lambda frame: found(text(frame)) is not None


def _timestamp(node: Call, _: list[Closure]) -> Closure:
    return constant(epoch(_text(node.args[0])))


def _duration(node: Call, _: list[Closure]) -> Closure:
    return constant(span(_text(node.args[0])))


def _text(node: Node) -> str:
    """Return the text that is written out at *node*, which the checker has seen to."""
    found = literal(node)
    return str(found.value) if found else ""


def _time_part(node: Call, args: list[Closure]) -> Closure:
    name, time = node.function, args[0]
    if node.args[0].type.name == "duration":
        return _call(library.DURATION_PARTS[name], args)
    part, zone = library.TIME_PARTS[name], ZoneInfo(_text(node.args[1]))

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
        return library.call(function.name, function, [arg(frame) for arg in args], returns)

    return run


_ON_DOUBLES: Final[dict[str, Compute]] = {"_==_": _same_doubles, "_!=_": _other_doubles, "@in": _within_doubles}
_ARITHMETIC: Final = {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}
_TYPED: Final[dict[str, Callable[[Call, list[Closure]], Closure]]] = {
    **dict.fromkeys(OF_TWO, _written_out),
    **dict.fromkeys(_ON_DOUBLES, _alike),
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    **dict.fromkeys(library.TIME_PARTS, _time_part),
    "_/_": _divided,
    "-_": _negative,
    "!_": _not,
    "_?_:_": _choice,
    "matches": _matches,
    "timestamp": _timestamp,
    "duration": _duration,
    "distinct": _distinct,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "_%_": library.remainder,
    "_[_]": library.index,
    "size": len,
    "lowerAscii": library.lower_ascii,
    "upperAscii": library.upper_ascii,
    "split": library.split,
    "join": library.join,
    "trim": library.trim,
    "double": float,
    "words": lambda text: tuple(words(text)),
}
