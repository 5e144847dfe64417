"""Resources as a frame: one column for each field of their model, exactly typed; null is unknown. Reads no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from govsocial.cel.column_code import of_fact, of_function, types_of
from govsocial.cel.column_values import called, dtype, series
from govsocial.cel.library import Fact
from govsocial.cel.types import fields_of, named
from govsocial.model import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govsocial.cel.library import Function
    from govsocial.cel.types import CelType
    from govsocial.model import Resource


def schema(model: type[Resource]) -> pl.Schema:
    """
    Return the columns of a frame of *model* resources, in the order of its fields.

    A table is a struct, a map a list of ``key`` and ``value``, a time UTC in microseconds.
    """
    return pl.Schema({name: dtype(field.type) for name, field in fields_of(model).items()})


def frame(resources: Sequence[Resource], model: type[Resource]) -> pl.DataFrame:
    """Return *resources*, all of type *model*, as a frame with one row each, in their order."""
    return pl.DataFrame(
        [
            series(name, field.type, (getattr(one, name) for one in resources))
            for name, field in fields_of(model).items()
        ]
    )


def beside(frame: pl.DataFrame, types: Mapping[str, CelType], values: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    """
    Return *frame* with a column for each variable of *values*, by its name, such as ``account`` or ``param.max``.

    Each has one value for each row, as closures read it: None, or something absent, where it is unknown.
    """
    return frame.with_columns([series(called(name), types[name], each) for name, each in values.items()])


def computed(code: Fact | Function, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """
    Return what the column form of *code* says of each of *rows*: a resource and what the fact needs, or arguments.

    Raises:
        CannotSay: where it has none, or none that returns the declared type.
    """
    given, made = _of_fact(code, rows) if isinstance(code, Fact) else _of_function(code, rows)
    return given.with_columns(made.alias("#"))["#"].to_list()


def _of_fact(fact: Fact, rows: Sequence[Sequence[Any]]) -> tuple[pl.DataFrame, pl.Expr]:
    made = of_fact(f"fact.{fact.name}", fact, frozenset(fact.needs))
    needs = {name: [row[number] for row in rows] for number, name in enumerate(fact.needs, 1)}
    return beside(frame([row[0] for row in rows], RESOURCES[fact.on]), types_of(fact), needs), made


def _of_function(function: Function, rows: Sequence[Sequence[Any]]) -> tuple[pl.DataFrame, pl.Expr]:
    kinds = {str(number): named(kind) for number, kind in enumerate(function.parameters)}
    columns = [series(name, kind, [row[int(name)] for row in rows]) for name, kind in kinds.items()]
    return pl.DataFrame([pl.Series("#", range(len(rows))), *columns]), of_function(function, [*map(pl.col, kinds)])
