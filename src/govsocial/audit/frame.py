"""Resources as a frame: one column for each field of their model, exactly typed; null is unknown. Reads no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from govsocial.cel.column_values import dtype, series
from govsocial.cel.columns import called
from govsocial.cel.types import fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
