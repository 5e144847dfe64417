"""CEL text to a checked tree of ours, or everything that is wrong with it. The only caller of the CEL library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel import refusals, tree
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
    named,
)
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import BaseModel

    from govsocial.cel.library import Function

MAX_EXPRESSION: Final = 10_000
_PRIMITIVES: Final = {1: BOOL, 2: INT, 3: CelType("uint"), 4: DOUBLE, 5: STRING, 6: CelType("bytes")}
_WELL_KNOWN: Final = {2: TIMESTAMP, 3: DURATION}
_COMPLAINT: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with an expression, and where: line and column from 1, in code points of the expression."""

    text: Text
    line: int
    column: int


class ExpressionError(Exception):
    """An expression is refused; ``complaints`` says all that is wrong with it."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(complaint.text.render() for complaint in self.complaints))


class Checker:
    """
    Checks expressions against the variables and functions of one place.

    *variables* maps names (``post``, ``param.max``) to types; *models* are the resources that they may be.
    """

    def __init__(
        self,
        variables: Mapping[str, CelType],
        functions: Sequence[Function] = (),
        models: Sequence[type[BaseModel]] = (),
        networks: frozenset[str] = frozenset(),
    ) -> None:
        from cel_expr_python import cel  # noqa: PLC0415 - 16 MB, and not needed to judge

        from govsocial.cel.proto import message_pool  # noqa: PLC0415

        self._variables = dict(variables)
        self._functions = tuple(functions)
        self._networks = networks
        pool, self._models = message_pool(models)
        self._environment = cel.NewEnv(
            pool,
            variables={name: _library_type(kind) for name, kind in variables.items()},
            functions=[_declaration(name, overloads) for name, overloads in _overloads(functions).items()],
            config=cel.NewEnvConfigFromYaml("name: govsocial\nextensions:\n- name: strings\n"),
        )

    def check(self, text: str, expected: CelType | None = BOOL) -> tree.Node:
        """
        Return the tree of *text*, of type *expected* (any type where None).

        Raises:
            ExpressionError: with all that is wrong, each with line, column and what was perhaps meant.
        """
        if len(text) > MAX_EXPRESSION:
            raise ExpressionError([Complaint(_too_long(text), 1, 1)])
        node = self._build(text)
        refused = [*refusals.of(node, self._functions, self._networks)]
        if expected is not None and node.type != expected and not refused:
            refused = [(node, say("a condition is true or false; this is {type}", type=str(node.type)))]
        if refused:
            raise ExpressionError(Complaint(reason, *_place(text, part.at)) for part, reason in refused)
        return node

    def _build(self, text: str) -> tree.Node:
        from govsocial.cel.proto import decode  # noqa: PLC0415

        try:
            serialized = self._environment.compile(text).serialize()
        except RuntimeError as error:
            raise ExpressionError(self._complaints(text, str(error))) from None
        return _Builder(text, decode(serialized), self._variables, self._models).build()

    def _complaints(self, text: str, report: str) -> Iterable[Complaint]:
        found = [(int(line), int(column), reason) for line, column, reason in _COMPLAINT.findall(report)]
        for line, column, reason in found or [(1, 1, report)]:
            clean = reason.removesuffix(" [INVALID_ARGUMENT]")
            if "'*error*'" not in clean:
                yield self._translate(text, line, column, clean)

    def _translate(self, text: str, line: int, column: int, reason: str) -> Complaint:
        if match := re.fullmatch(r"undefined field '(\w+)' not found in struct '([\w.]+)'", reason):
            return self._no_field(text, line, column, *match.groups())
        if match := re.match(r"undeclared reference to '([\w.]+)'", reason):
            name = match[1]
            hint = self._near(name)
            return Complaint(
                say("unknown name '{name}'{hint}", name=name, hint=hint), line, _start(text, line, column, name)
            )
        if match := re.match(r"found no matching overload for '([^']+)' applied to '\((.*)\)'", reason):
            return Complaint(_no_overload(*match.groups()), line, column)
        if "<EOF>" in reason:
            return Complaint(say("the expression ends too early"), line, column)
        if match := re.match(r"Syntax error: .*? (?:input|at:?) '(.*?)'(?: expecting|$)", reason):
            return Complaint(say("'{token}' was not expected here", token=match[1]), line, column)
        return Complaint(say("{reason}", reason=reason), line, column)

    def _no_field(self, text: str, line: int, column: int, name: str, struct: str) -> Complaint:
        owner = struct.rpartition(".")[2].lower()
        hint = did_you_mean(name, fields_of(self._models[struct]))
        reason = say("undefined field '{name}' of {owner}{hint}", name=name, owner=owner, hint=hint)
        found = text.split("\n")[line - 1].find(name, column - 1)
        return Complaint(reason, line, found + 1 if found >= 0 else column)

    def _near(self, name: str) -> Text:
        known = {*self._variables, *refusals.ALLOWED_NAMES, *tree.MACROS, *(one.name for one in self._functions)}
        whole = did_you_mean(name, known - {name})
        return whole if whole.template else did_you_mean(name.partition(".")[0], known - {name})


def _too_long(text: str) -> Text:
    return say("the expression has {n} characters; at most {most}", n=len(text), most=MAX_EXPRESSION)


def _no_overload(function: str, types: str) -> Text:
    kinds = types.replace("govsocial.", "")
    hint = (
        say("; write double(…) around the whole number")
        if {"int", "double"} <= set(kinds.split(", "))
        else Text("", {})
    )
    name = tree.OPERATORS.get(function, function.strip("_"))
    return say("'{name}' cannot be used on ({kinds}){hint}", name=name, kinds=kinds, hint=hint)


def _start(text: str, line: int, column: int, name: str) -> int:
    """Return where *name* starts: the library points at its last dot, or behind it."""
    row = text.split("\n")[line - 1]
    if row.startswith(name, column - 1):
        return column
    return row.rfind(name.partition(".")[0], 0, column) + 1 or column


def _place(text: str, at: int) -> tuple[int, int]:
    at = max(at, 0)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _overloads(functions: Sequence[Function]) -> dict[str, list[tuple[tuple[CelType, ...], CelType]]]:
    scalars = (STRING, INT, DOUBLE, BOOL, TIMESTAMP, DURATION)
    own = {
        "words": [((STRING,), list_of(STRING))],
        "distinct": [((list_of(kind),), list_of(kind)) for kind in scalars],
    }
    return own | {one.name: [(tuple(map(named, one.parameters)), named(one.returns))] for one in functions}


def _declaration(name: str, overloads: Sequence[tuple[tuple[CelType, ...], CelType]]) -> Any:  # noqa: ANN401
    from cel_expr_python import cel  # noqa: PLC0415

    return cel.FunctionDecl(
        name,
        [
            cel.Overload(f"{name}_{number}", _library_type(returns), [_library_type(kind) for kind in parameters])
            for number, (parameters, returns) in enumerate(overloads)
        ],
    )


def _library_type(kind: CelType) -> Any:  # noqa: ANN401
    from cel_expr_python import cel  # noqa: PLC0415

    if kind.model is not None:
        return cel.Type(f"govsocial.{kind.model.__name__}")
    if kind.name == "list" and kind.element is not None:
        return cel.Type.List(_library_type(kind.element))
    return getattr(cel.Type, kind.name.upper())


class _Builder:
    """Turns one decoded tree into ours, folding the library's expanded macros back."""

    def __init__(
        self,
        text: str,
        checked: Any,
        variables: Mapping[str, CelType],
        models: Mapping[str, type[BaseModel]],
    ) -> None:
        self._text = text
        self._expression = checked.expr
        self._positions = {entry.key: entry.value for entry in checked.info.positions}
        self._types = {entry.key: entry.value for entry in checked.types}
        self._variables = variables
        self._models = models

    def build(self) -> tree.Node:
        return self._node(self._expression, {})

    def _node(self, expr: Any, bound: Mapping[str, CelType]) -> tree.Node:  # noqa: ANN401
        at, kind = self._positions.get(expr.id, -1), self._type_of(expr.id)
        if expr.HasField("const"):
            return tree.Const(kind, at, _constant(expr.const))
        if expr.HasField("ident"):
            return self._var(expr.ident.name, kind, at, bound)
        if expr.HasField("select"):
            return self._field(expr.select, kind, at, bound)
        if expr.HasField("call"):
            parts = ([expr.call.target] if expr.call.HasField("target") else []) + list(expr.call.args)
            args = tuple(self._node(part, bound) for part in parts)
            return tree.Call(_call_type(expr.call.function, args, kind), at, expr.call.function, args)
        if expr.HasField("list"):
            return tree.ListOf(kind, at, tuple(self._node(item, bound) for item in expr.list.elements))
        if expr.HasField("fold"):
            return self._macro(expr.fold, kind, at, bound)
        return tree.Call(kind, at, "{}", ())

    def _var(self, name: str, kind: CelType, at: int, bound: Mapping[str, CelType]) -> tree.Node:
        known = bound.get(name) or self._variables.get(name) or kind
        node = tree.Var(known, at, name)
        # has(param.x) loses its `has` in the library; its place is then a bracket, not the dot of the name
        if "." in name and self._text[at : at + 1] != ".":
            return tree.Field(BOOL, at, node, "", test=True)
        return node

    def _field(self, select: Any, kind: CelType, at: int, bound: Mapping[str, CelType]) -> tree.Node:  # noqa: ANN401
        operand = self._node(select.operand, bound)
        if operand.type.model is not None:
            kind = fields_of(operand.type.model)[select.field].type
        return tree.Field(BOOL if select.test else kind, at, operand, select.field, select.test)

    def _macro(self, fold: Any, kind: CelType, at: int, bound: Mapping[str, CelType]) -> tree.Node:  # noqa: ANN401
        if fold.var2 or not fold.var:
            return tree.Call(kind, at, "fold", ())
        source = self._node(fold.range, bound)
        inside = {**bound, fold.var: source.type.element or DYN}

        def macro(name: str, of: tree.Node, body: Any) -> tree.Macro:  # noqa: ANN401
            part = self._node(body, inside)
            result = {"filter": of.type, "map": list_of(part.type)}.get(name, BOOL)
            return tree.Macro(result, at, name, of, fold.var, part)

        step = fold.step.call
        if step.function == "_||_":
            return macro("exists", source, step.args[1])
        if step.function == "_&&_":
            return macro("all", source, step.args[1])
        if fold.start.HasField("const"):
            return macro("exists_one", source, step.args[0])
        if step.function == "_+_":
            return macro("map", source, step.args[1].list.elements[0])
        kept = macro("filter", source, step.args[0])
        element = step.args[1].call.args[1].list.elements[0]
        whole = element.HasField("ident") and element.ident.name == fold.var
        return kept if whole else macro("map", kept, element)

    def _type_of(self, number: int) -> CelType:
        return self._convert(self._types[number]) if number in self._types else DYN

    def _convert(self, kind: Any) -> CelType:  # noqa: ANN401
        if kind.HasField("primitive"):
            return _PRIMITIVES[kind.primitive]
        if kind.HasField("well_known"):
            return _WELL_KNOWN.get(kind.well_known, DYN)
        if kind.HasField("list"):
            return list_of(self._convert(kind.list.element))
        if kind.HasField("map"):
            return CelType("map", self._convert(kind.map.value))
        if kind.HasField("message"):
            return message_of(self._models[kind.message]) if kind.message in self._models else CelType(kind.message)
        return DYN


def _constant(const: Any) -> object:  # noqa: ANN401
    return None if const.HasField("null") else next(value for _, value in const.ListFields())


def _call_type(function: str, args: tuple[tree.Node, ...], kind: CelType) -> CelType:
    """Keep what the library does not know: that an element, or a choice between two, is a tag."""
    if function == "_[_]" and args[0].type.element is not None:
        return args[0].type.element
    if function in ("distinct", "_+_", "_?_:_") and args[-1].type.name == kind.name:
        return args[-1].type
    return kind
