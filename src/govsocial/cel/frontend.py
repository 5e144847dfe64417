"""CEL text to a checked tree of ours, or everything that is wrong with it. The only caller of the CEL library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.cel import refusals
from govsocial.cel.build import Builder
from govsocial.cel.complaints import Complaint, Known, complaints, too_deep
from govsocial.cel.types import BOOL, SCALARS, STRING, CelType, list_of, named
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from govsocial.cel.library import Function
    from govsocial.cel.tree import Node

    Overload = tuple[tuple[CelType, ...], CelType]

MAX_EXPRESSION: Final = 10_000
"""Code points in one expression."""


class ExpressionError(Exception):
    """An expression is refused; ``complaints`` says all that is wrong with it."""

    def __init__(self, found: Iterable[Complaint]) -> None:
        super().__init__()
        self.complaints = tuple(found)

    def __str__(self) -> str:
        return "; ".join(complaint.text.render() for complaint in self.complaints)


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
        pool, types = message_pool(tuple(models))
        usages = {one.name: f"{one.name}({', '.join(one.parameters)})" for one in functions}
        self._known = Known(frozenset(variables), refusals.USAGES | usages, types)
        self._environment = cel.NewEnv(
            pool,
            variables={name: _library_type(kind) for name, kind in variables.items()},
            functions=[_declaration(name, overloads) for name, overloads in _overloads(functions)],
            config=cel.NewEnvConfigFromYaml("name: govsocial\nextensions:\n- name: strings\n"),
        )

    def check(self, text: str, expected: CelType | None = BOOL) -> Node:
        """
        Return the tree of *text*, of type *expected* (any type where None).

        Raises:
            ExpressionError: with all that is wrong, each with line, column and what was perhaps meant.
        """
        if len(text) > MAX_EXPRESSION:
            raise ExpressionError([Complaint(_too_long(text), 1, 1)])
        node = self._build(text)
        refused = refusals.of(node, self._functions, self._networks)
        if expected is not None and node.type != expected and not refused:
            refused = [(node, say("a condition is true or false; this is {type}", type=str(node.type)))]
        if refused:
            raise ExpressionError(Complaint(reason, *_place(text, part.at)) for part, reason in refused)
        return node

    def _build(self, text: str) -> Node:
        from google.protobuf.message import DecodeError  # noqa: PLC0415

        from govsocial.cel.proto import decode  # noqa: PLC0415

        try:
            decoded = decode(self._environment.compile(text).serialize())
        except RuntimeError as error:
            raise ExpressionError(complaints(str(error), text, self._known)) from None
        except DecodeError:  # macros nest deeper once they are expanded
            raise ExpressionError([too_deep()]) from None
        return Builder(text, decoded, self._variables, self._known.models).build()


def _too_long(text: str) -> Text:
    return say("the expression has {n} characters; at most {most}", n=len(text), most=MAX_EXPRESSION)


def _place(text: str, at: int) -> tuple[int, int]:
    at = max(at, 0)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _overloads(functions: Sequence[Function]) -> Iterator[tuple[str, list[Overload]]]:
    yield "words", [((STRING,), list_of(STRING))]
    yield "distinct", [((list_of(kind),), list_of(kind)) for kind in SCALARS.values()]
    for one in functions:
        yield one.name, [(tuple(map(named, one.parameters)), named(one.returns))]


def _declaration(name: str, overloads: Sequence[Overload]) -> Any:  # noqa: ANN401
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
