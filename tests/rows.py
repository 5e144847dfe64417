"""Worlds of variables as the rows of a frame, and what columns say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govsocial.cel.column_frame import beside, frame
from govsocial.cel.columns import column
from govsocial.model import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from govsocial.cel.columns import Layout
    from govsocial.cel.tree import Node
    from govsocial.cel.types import CelType

UNKNOWN = "unknown"
RESULT = "#result"


def table(worlds: Sequence[Mapping[str, object]], types: Mapping[str, CelType], layout: Layout) -> pl.DataFrame:
    """Return *worlds* as a frame that is laid out by *layout*, one row each."""
    own = [world[layout.on] for world in worlds]
    values = {name: [world[name] for world in worlds] for name in sorted(layout.columns)}
    return beside(frame(own, RESOURCES[layout.on]), types, values)  # type: ignore[arg-type]


def told(node: Node, layout: Layout, rows: pl.DataFrame) -> list[object]:
    """Return what columns say that *node* is in each row."""
    said = rows.with_columns(column(node, layout).alias(RESULT))[RESULT]
    return [UNKNOWN if value is None else canonical(value) for value in said.to_list()]


def canonical(value: object) -> object:
    """Return *value* so that only what is the same value of the same type is equal; NaN is."""
    if isinstance(value, list | tuple):
        return tuple(map(canonical, value))
    return type(value).__name__, repr(value.astimezone(UTC) if isinstance(value, datetime) else value)
