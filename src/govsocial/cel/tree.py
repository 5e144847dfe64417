"""The nodes of a checked expression. Values only: what they mean is in ``evaluate``, ``explain`` and ``columns``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govsocial.cel.types import CelType

MACROS: Final = ("exists", "all", "exists_one", "filter", "map")
OPERATORS: Final = {
    "_&&_": "&&", "_||_": "||", "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
    "_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "@in": "in",
}  # fmt: skip


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
    """Return *node* as text, for people who ask why."""
    match node:
        case Const(value=value):
            return _literal(value)
        case Var(name=name):
            return name
        case Field(operand=operand, name=name, test=test):
            path = f"{render(operand)}.{name}"
            return f"has({path})" if test else path
        case ListOf(items=items):
            return f"[{', '.join(map(render, items))}]"
        case Macro(kind=kind, range=range_, var=var, body=body):
            return f"{render(range_)}.{kind}({var}, {render(body)})"
        case Call(function=function, args=args):
            return _call(function, args)
    raise TypeError(node)


def _call(function: str, args: tuple[Node, ...]) -> str:
    if function in OPERATORS:
        left, right = (f"({render(arg)})" if _loose(arg) else render(arg) for arg in args)
        return f"{left} {OPERATORS[function]} {right}"
    if function == "_?_:_":
        condition, yes, no = map(render, args)
        return f"{condition} ? {yes} : {no}"
    if function in ("!_", "-_"):
        return f"{function[0]}({render(args[0])})" if _loose(args[0]) else f"{function[0]}{render(args[0])}"
    if function == "_[_]":
        return f"{render(args[0])}[{render(args[1])}]"
    return f"{function}({', '.join(map(render, args))})"


def _loose(node: Node) -> bool:
    return isinstance(node, Call) and (node.function in OPERATORS or node.function == "_?_:_")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)
