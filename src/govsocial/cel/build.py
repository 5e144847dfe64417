"""The library's checked tree as ours: its expanded macros folded back, and the types that only the models know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel import tree
from govsocial.cel.types import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    fields_of,
    list_of,
    message_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    Bound = Mapping[str, CelType]

_PRIMITIVES: Final = {1: BOOL, 2: INT, 3: CelType("uint"), 4: DOUBLE, 5: STRING, 6: CelType("bytes")}
_WELL_KNOWN: Final = {2: TIMESTAMP, 3: DURATION}
OTHER_MACRO: Final = "fold"
"""The function that a macro which is none of ours becomes."""
MESSAGE: Final = "{}"
"""The function that a map or a message written out becomes."""


class Builder:
    """
    Builds our tree from what the library made of *text*.

    *variables* and *models*, by their names in the library, say what the library's types cannot: that a text is a tag.
    """

    def __init__(
        self,
        text: str,
        decoded: Any,  # noqa: ANN401
        variables: Mapping[str, CelType],
        models: Mapping[str, type[BaseModel]],
    ) -> None:
        self._text = text
        self._expression = decoded.expr
        self._positions = {entry.key: entry.value for entry in decoded.info.positions}
        self._types = {entry.key: entry.value for entry in decoded.types}
        self._variables = variables
        self._models = models
        self._parts: Mapping[str, Callable[[Any, CelType, int, Bound], tree.Node]] = {
            "const": self._const,
            "ident": self._var,
            "select": self._field,
            "call": self._call,
            "list": self._list,
            "struct": self._message,
            "fold": self._macro,
        }

    def build(self) -> tree.Node:
        """Return the whole tree."""
        return self._node(self._expression, {})

    def _node(self, expr: Any, bound: Bound) -> tree.Node:  # noqa: ANN401
        at = self._positions.get(expr.id, -1)
        kind = self._converted(self._types[expr.id]) if expr.id in self._types else DYN
        part = next(field.name for field, _ in expr.ListFields() if field.name != "id")
        return self._parts[part](getattr(expr, part), kind, at, bound)

    def _const(self, const: Any, kind: CelType, at: int, _: Bound) -> tree.Node:  # noqa: ANN401
        value = None if const.HasField("null") else next(value for _, value in const.ListFields())
        return tree.Const(kind, at, value)

    def _var(self, ident: Any, kind: CelType, at: int, bound: Bound) -> tree.Node:  # noqa: ANN401
        name = ident.name
        node = tree.Var(bound.get(name) or self._variables.get(name) or kind, at, name)
        # has(param.x) loses its `has` in the library; its place is then a bracket, not the dot of the name
        if "." in name and self._text[at : at + 1] != ".":
            return tree.Field(BOOL, at, node, "", test=True)
        return node

    def _field(self, select: Any, kind: CelType, at: int, bound: Bound) -> tree.Node:  # noqa: ANN401
        operand = self._node(select.operand, bound)
        if operand.type.model is not None:
            kind = fields_of(operand.type.model)[select.field].type
        return tree.Field(BOOL if select.test else kind, at, operand, select.field, select.test)

    def _call(self, call: Any, kind: CelType, at: int, bound: Bound) -> tree.Node:  # noqa: ANN401
        parts = [*([call.target] if call.HasField("target") else []), *call.args]
        args = tuple(self._node(part, bound) for part in parts)
        return tree.Call(_call_type(call.function, args, kind), at, call.function, args)

    def _list(self, items: Any, kind: CelType, at: int, bound: Bound) -> tree.Node:  # noqa: ANN401
        nodes = tuple(self._node(item, bound) for item in items.elements)
        tag = next((node.type for node in nodes if node.type.folded), None)
        return tree.ListOf(list_of(tag) if tag else kind, at, nodes)

    def _message(self, _: Any, kind: CelType, at: int, __: Bound) -> tree.Node:  # noqa: ANN401
        return tree.Call(kind, at, MESSAGE, ())

    def _macro(self, fold: Any, kind: CelType, at: int, bound: Bound) -> tree.Node:  # noqa: ANN401
        if fold.var2 or not fold.var:
            return tree.Call(kind, at, OTHER_MACRO, ())
        source = self._node(fold.range, bound)
        inside = {**bound, fold.var: source.type.element or DYN}

        def macro(name: str, of: tree.Node, body: Any) -> tree.Macro:  # noqa: ANN401
            part = self._node(body, inside)
            result = {"filter": of.type, "map": list_of(part.type)}.get(name, BOOL)
            return tree.Macro(result, at, name, of, fold.var, part)

        name, bodies = _shape(fold)
        if name != "filter_map":
            return macro(name, source, bodies[0])
        return macro("map", macro("filter", source, bodies[0]), bodies[1])

    def _converted(self, kind: Any) -> CelType:  # noqa: ANN401
        if kind.HasField("primitive"):
            return _PRIMITIVES[kind.primitive]
        if kind.HasField("well_known"):
            return _WELL_KNOWN.get(kind.well_known, DYN)
        if kind.HasField("list"):
            return list_of(self._converted(kind.list.element))
        if kind.HasField("map"):
            return CelType("map", self._converted(kind.map.value))
        known = kind.message in self._models
        return message_of(self._models[kind.message]) if known else CelType(kind.message or DYN.name)


def _shape(fold: Any) -> tuple[str, list[Any]]:  # noqa: ANN401
    """Return the macro that was expanded to *fold*, and its bodies: ``map`` may have a condition before the element."""
    step = fold.step.call
    if step.function == "_||_":
        return "exists", [step.args[1]]
    if step.function == "_&&_":
        return "all", [step.args[1]]
    if fold.start.HasField("const"):
        return "exists_one", [step.args[0]]
    if step.function == "_+_":
        return "map", [step.args[1].list.elements[0]]
    element = step.args[1].call.args[1].list.elements[0]
    itself = element.HasField("ident") and element.ident.name == fold.var
    return ("filter", [step.args[0]]) if itself else ("filter_map", [step.args[0], element])


def _call_type(function: str, args: tuple[tree.Node, ...], kind: CelType) -> CelType:
    """Return the type of a call: what is made of tags by ``+``, ``?:``, ``distinct`` or an index is a tag too."""
    if function == "_[_]" and args[0].type.element is not None:
        return args[0].type.element
    if function not in ("distinct", "_+_", "_?_:_"):
        return kind
    made_of = [arg.type for arg in args if arg.type.name == kind.name]
    if any(part.folded for part in made_of):
        return replace(kind, folded=True)
    return next((part for part in made_of if part.element is not None and part.element.folded), kind)
