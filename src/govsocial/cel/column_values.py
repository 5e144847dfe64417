"""
Values of the expression language in Polars: their types there, literals, and values from Python and back.

Null is *unknown*. A map is a list of entries with ``key`` and ``value``; times are UTC, in microseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
from pydantic import BaseModel

from govsocial.cel.evaluate import Absent
from govsocial.cel.library import Unknown
from govsocial.cel.operators import applied
from govsocial.cel.types import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govsocial.cel.tree import Call
    from govsocial.cel.types import CelType

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCALARS: Final[dict[str, pl.DataType]] = {
    "bool": pl.Boolean(),
    "int": pl.Int64(),
    "double": pl.Float64(),
    "string": pl.String(),
    "timestamp": pl.Datetime("us", "UTC"),
    "duration": pl.Duration("us"),
}
_MICROSECOND: Final = timedelta(microseconds=1)


class CannotSay(Exception):  # noqa: N818 - not a fault: closures say what columns cannot
    """An expression that columns cannot compute exactly; the text tells why."""


@cache
def dtype(kind: CelType) -> pl.DataType:
    """
    Return the type that values of *kind* have in a frame.

    Raises:
        CannotSay: where there is none, as for the elements of ``[]``.
    """
    if kind.model is not None:
        return pl.Struct({name: dtype(field.type) for name, field in fields_of(kind.model).items()})
    if kind.name == "map" and kind.element is not None:
        return pl.List(pl.Struct({"key": pl.String(), "value": dtype(kind.element)}))
    if kind.name == "list" and kind.element is not None:
        return pl.List(dtype(kind.element))
    if kind.name not in _SCALARS:
        raise CannotSay(f"a value of type {kind}")
    return _SCALARS[kind.name]


def series(name: str, kind: CelType, values: Iterable[object]) -> pl.Series:
    """Return Python *values* of *kind*, as closures have them, as a series; what is None or absent is null."""
    column = pa.array([_written(value, kind) for value in values], type=_arrow(kind))  # which knows tables, and quickly
    return pl.Series(name, column, dtype=dtype(kind))


@cache
def _arrow(kind: CelType) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pl.Series([], dtype=dtype(kind)).to_arrow(compat_level=pl.CompatLevel.oldest()).type


def literal(value: object, kind: CelType) -> pl.Expr:
    """Return *value* as the same in every row."""
    return pl.lit(_written(value, kind), dtype=dtype(kind))


def unknown(kind: CelType) -> pl.Expr:
    """Return what nobody knows in any row."""
    return pl.lit(None, dtype=dtype(kind))


def _written(value: Any, kind: CelType) -> Any:  # noqa: ANN401
    if value is None or isinstance(value, Absent):
        return None
    if isinstance(value, BaseModel):
        return {name: _written(getattr(value, name), field.type) for name, field in fields_of(type(value)).items()}
    if isinstance(value, dict):
        return [{"key": key, "value": item} for key, item in value.items()]
    if kind.element is not None:
        return [_written(item, kind.element) for item in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def called(variable: str) -> str:
    """Return the name of the column of *variable*: a relation may be called like a field of the resource."""
    return variable if "." in variable else f"relation.{variable}"


def microseconds(value: datetime | timedelta) -> int:
    """Return how a frame holds a time or a duration."""
    return (value - EPOCH if isinstance(value, datetime) else value) // _MICROSECOND


def together(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return *values* as one struct, each under its name."""
    return pl.struct([value.alias(name) for name, value in values.items()])


def let(build: Callable[..., pl.Expr], *values: pl.Expr) -> pl.Expr:
    """
    Return what *build* makes of *values*, which it may name more than once: each is computed once.

    It has all its rows: of what Polars makes inside of lists that are all unknown, literals beside it lose the number.
    """
    names = [str(number) for number in range(len(values))]
    made = build(*map(pl.field, names)).alias("r")
    return together(dict(zip(names, values, strict=True))).struct.with_fields(made).struct.field("r")


def per_value(node: Call, args: list[pl.Expr]) -> pl.Expr:
    """Return *node* computed in Python, as closures do, for functions that Polars lacks or understands otherwise."""
    names = [str(number) for number in range(len(args))]
    compute = computing(node)
    return together(dict(zip(names, args, strict=True))).map_batches(
        lambda rows: compute([rows.struct.field(name) for name in names]),
        return_dtype=dtype(node.type),
        is_elementwise=True,
    )


def computing(node: Call) -> Callable[[list[pl.Series]], pl.Series]:
    """Return the function that computes *node* value by value from the series of its arguments."""
    run = applied(node, [itemgetter(number) for number in range(len(node.args))], {})
    kinds = [arg.type for arg in node.args]

    def compute(columns: list[pl.Series]) -> pl.Series:
        read = [_read(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        return series("", node.type, [_result(run, list(values)) for values in zip(*read, strict=True)])

    return compute


def _read(column: pl.Series, kind: CelType) -> list[Any]:
    if kind.name == "map":
        return [None if row is None else {one["key"]: one["value"] for one in row} for row in column.to_list()]
    return [tuple(value) if isinstance(value, list) else value for value in column.to_list()]


def _result(run: Callable[[list[Any]], Any], values: list[Any]) -> object:
    try:
        return None if any(value is None for value in values) else run(values)
    except Unknown:
        return None
