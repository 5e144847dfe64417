"""The nodes of a checked expression. Values only: what they mean is in ``evaluate``, ``explain`` and ``columns``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.cel.library import TIME_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govsocial.cel.types import CelType

MACROS: Final = ("exists", "all", "exists_one", "filter", "map")
OPERATORS: Final = {
    "_&&_": "&&", "_||_": "||", "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
    "_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "@in": "in",
}  # fmt: skip
METHODS: Final = frozenset(
    [*"startsWith endsWith contains matches lowerAscii upperAscii split join trim".split(), *TIME_PARTS]
)
"""The functions that are written behind what they are about."""
_UNARY: Final = ("!_", "-_")
_FIRM: Final = 4
_LEVELS: Final = {
    **dict.fromkeys(OPERATORS, 2),
    **dict.fromkeys(("_&&_", "_||_"), 1),
    **dict.fromkeys(("_+_", "_-_", "_*_", "_/_", "_%_"), 3),
}


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression: its type, and where its operator stands (code points from the start, -1 unknown)."""

    type: CelType
    at: int

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts below this one, in the order of their text."""
        return ()


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A literal."""

    value: object


@dataclass(frozen=True, slots=True)
class Var(Node):
    """A variable: a resource, a relation, ``param.x``, ``fact.x``, ``context.as_of`` or a macro's element."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of *operand*; with *test*, whether it is known."""

    operand: Node
    name: str
    test: bool = False

    @property
    def children(self) -> tuple[Node, ...]:
        """The operand."""
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An operator or a function; a method's target is its first argument."""

    function: str
    args: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.args


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list literal."""

    items: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The elements."""
        return self.items


@dataclass(frozen=True, slots=True)
class Macro(Node):
    """``exists``, ``all``, ``exists_one``, ``filter`` or ``map``: *body* for each element, named *var*, of *range*."""

    kind: str
    range: Node
    var: str
    body: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """The range and the body."""
        return (self.range, self.body)


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and all parts below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def variables(node: Node) -> frozenset[str]:
    """Return the names of the free variables that *node* reads."""
    if isinstance(node, Var):
        return frozenset({node.name})
    if isinstance(node, Macro):
        return variables(node.range) | (variables(node.body) - {node.var})
    return frozenset().union(*(variables(child) for child in node.children))


def fields(node: Node, bound: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return the paths that *node* reads, such as ``post.text`` and ``post.media[].alt``."""
    bound = bound or {}
    if isinstance(node, Macro):
        element = path_of(node.range, bound)
        inside = fields(node.body, {**bound, node.var: f"{element}[]" if element else ""})
        return fields(node.range, bound) | {path for path in inside if path and not path.startswith(".")}
    path = path_of(node, bound)
    if path is None:
        return frozenset().union(*(fields(child, bound) for child in node.children))
    return frozenset({path}) | _below(node, bound)


def _below(node: Node, bound: Mapping[str, str]) -> frozenset[str]:
    """Return what is read on the way to a path: an index, the body of a filter."""
    while isinstance(node, Field):
        node = node.operand
    return frozenset() if isinstance(node, Var) else frozenset().union(*(fields(part, bound) for part in node.children))


def path_of(node: Node, bound: Mapping[str, str]) -> str | None:
    """Return the path that *node* is, with ``[]`` for an element; None where it is no path."""
    match node:
        case Var(name=name):
            return bound.get(name, name)
        case Field(operand=operand, name=name):
            above = path_of(operand, bound)
            return None if above is None else f"{above}.{name}"
        case Call(function="_[_]", args=(of, _)):
            above = path_of(of, bound)
            return None if above is None else f"{above}[]"
        case Macro(kind="filter", range=range_):
            return path_of(range_, bound)
    return None


def render(node: Node) -> str:
    """Return *node* as text, for people who ask why; it means the same."""
    match node:
        case Const(value=value):
            return _literal(value)
        case Var(name=name):
            return name
        case Field(operand=operand, name=name, test=test):
            path = f"{_tight(operand)}.{name}"
            return f"has({path})" if test else path
        case ListOf(items=items):
            return f"[{', '.join(map(render, items))}]"
        case Macro(kind=kind, range=range_, var=var, body=body):
            return f"{_tight(range_)}.{kind}({var}, {render(body)})"
        case Call(function=function, args=args):
            return _call(function, args)
    raise TypeError(node)


def _call(function: str, args: tuple[Node, ...]) -> str:
    if function in OPERATORS:
        return _operator(function, args)
    if function == "_?_:_":
        condition, yes, no = (f"({render(arg)})" if _is_call(arg, "_?_:_") else render(arg) for arg in args)
        return f"{condition} ? {yes} : {no}"
    if function in _UNARY:
        return f"{function[0]}({render(args[0])})" if isinstance(args[0], Const) else f"{function[0]}{_tight(args[0])}"
    if function == "_[_]":
        return f"{_tight(args[0])}[{render(args[1])}]"
    if function in METHODS:
        return f"{_tight(args[0])}.{function}({', '.join(map(render, args[1:]))})"
    return f"{function}({', '.join(map(render, args))})"


def _operator(function: str, args: tuple[Node, ...]) -> str:
    """Return an operator between its sides, a chain of ``&&`` or of ``||`` without brackets."""
    return f" {OPERATORS[function]} ".join(
        f"({render(arg)})" if _binds(arg) <= _LEVELS[function] and not _chained(function, arg) else render(arg)
        for arg in args
    )


def _chained(function: str, arg: Node) -> bool:
    return function in ("_&&_", "_||_") and _is_call(arg, function)


def _binds(node: Node) -> int:
    """Return how firmly *node* holds together: a choice least, then logic, comparisons, arithmetic, all else."""
    if not isinstance(node, Call):
        return _FIRM
    return 0 if node.function == "_?_:_" else _LEVELS.get(node.function, _FIRM)


def _tight(node: Node) -> str:
    """Return *node* so that a dot, an index or a sign may stand beside it."""
    negative = isinstance(node, Const) and isinstance(node.value, int | float) and str(node.value).startswith("-")
    loose = negative or _is_call(node, *OPERATORS, *_UNARY, "_?_:_")
    return f"({render(node)})" if loose else render(node)


def _is_call(node: Node, *functions: str) -> bool:
    return isinstance(node, Call) and node.function in functions


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + "".join(map(_escaped, value)) + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escaped(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
