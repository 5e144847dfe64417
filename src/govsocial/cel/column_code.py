"""
What plugins compute, in columns: by the column form that its author gave it, where that keeps what it promises.

A form is called with expressions once, when a rule is translated. Whether it says what Python says of each row, only a
test can tell: ``govsocial.testing.check_columns``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.cel.column_values import CannotSay, called, dtype, let
from govsocial.cel.types import TIMESTAMP, fields_of, list_of, message_of, named
from govsocial.model import RESOURCES
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pydantic import BaseModel

    from govsocial.cel.library import Fact, Function
    from govsocial.cel.types import CelType

_AS_OF: Final = "context.as_of"
_WRONG: Final = (Exception, pl.exceptions.PanicException)


class Row:
    """A resource as the column form of a fact sees it: each field by its name, as an expression; null is unknown."""

    def __init__(self, model: type[BaseModel], field: Callable[[str], pl.Expr]) -> None:
        self._model = model
        self._field = field

    def __getattr__(self, name: str) -> pl.Expr:
        if name.startswith("_") or name not in fields_of(self._model):
            message = f"{self._model.__name__} has no field {name!r}"
            raise AttributeError(message)
        return self._field(name)


def of_fact(name: str, fact: Fact, columns: frozenset[str]) -> pl.Expr:
    """
    Return the expression of *fact*, which rules call *name*, in a frame with these *columns* beside the resource's own.

    It is unknown where a resource that it needs is not there, whatever its form says of that.

    Raises:
        CannotSay: where it has no form, needs what is no column, or does not return the declared type.
    """
    form = _form(name, fact)
    if strange := next((need for need in fact.needs if need not in columns or need == "closures"), None):
        raise CannotSay(f"{name}, which needs {strange}, which is no column")
    types = types_of(fact)
    schema = _own(RESOURCES[fact.on]) | {called(need): dtype(kind) for need, kind in types.items()}
    args = [Row(RESOURCES[fact.on], pl.col), *(_need(need, kind) for need, kind in types.items())]
    made = _made(name, form, args, schema, named(fact.type))
    known = [pl.col(called(need)).is_not_null() for need in types]
    return pl.when(pl.all_horizontal(known)).then(made) if known else made


def _own(model: type[BaseModel]) -> dict[str, pl.DataType]:
    return {name: dtype(field.type) for name, field in fields_of(model).items()}


def types_of(fact: Fact) -> Mapping[str, CelType]:
    """Return the types of what *fact* needs beside its resource."""
    return {name: _beside(fact.on, name) for name in fact.needs}


def _beside(on: str, name: str) -> CelType:
    if name == _AS_OF:
        return TIMESTAMP
    relation = RELATIONS[on][name]
    return list_of(message_of(relation.model)) if relation.many else message_of(relation.model)


def _need(name: str, kind: CelType) -> Row | pl.Expr:
    whole = pl.col(called(name))
    return Row(kind.model, whole.struct.field) if kind.model else whole


def of_function(function: Function, args: Sequence[pl.Expr]) -> pl.Expr:
    """
    Return the expression of a call of *function* with *args*; unknown where one of them is, whatever its form says.

    Raises:
        CannotSay: where it has no form, or does not return the declared type.
    """
    form = promised(function)

    def build(*args: pl.Expr) -> pl.Expr:
        return pl.when(pl.all_horizontal([arg.is_not_null() for arg in args])).then(form(*args))

    return let(build, *args) if args else form()


def promised(function: Function) -> Callable[..., Any]:
    """
    Return the column form of *function*, tried on columns of the types that it declares.

    Raises:
        CannotSay: where it has no form, or does not return the declared type.
    """
    schema = {str(number): dtype(named(kind)) for number, kind in enumerate(function.parameters)}
    name = f"{function.name}(…)"
    form = _form(name, function)
    _made(name, form, map(pl.col, schema), schema, named(function.returns))
    return form


def _form(name: str, code: Fact | Function) -> Callable[..., Any]:
    if code.column is None:
        raise CannotSay(f"{name}, which a plugin computes, and which has no column form")
    return code.column


def _made(
    name: str, form: Callable[..., Any], args: Iterable[object], schema: Mapping[str, pl.DataType], kind: CelType
) -> pl.Expr:
    """Return what *form* makes of *args*, columns of *schema*, if that is an expression of type *kind*."""
    try:
        made = form(*args)
        found = _type_of(made, schema)
    except _WRONG as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise CannotSay(f"{name}, whose column form fails ({reason})") from None
    if found != str(dtype(kind)):
        raise CannotSay(f"{name}, whose column form gives {found}, not {dtype(kind)}")
    return made  # type: ignore[no-any-return]


def _type_of(made: object, schema: Mapping[str, pl.DataType]) -> str:
    if not isinstance(made, pl.Expr):
        return f"a Python {type(made).__name__}"
    return str(pl.LazyFrame(schema=schema).select(made.alias("")).collect_schema()[""])
