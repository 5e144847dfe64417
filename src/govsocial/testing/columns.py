"""Whether the column form of a fact or function says in each row what Python says of each resource. Needs Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govsocial.cel.column_frame import computed
from govsocial.cel.column_values import CannotSay, series
from govsocial.cel.library import BrokenCodeError, Fact, Function, Unknown, call, python_type
from govsocial.cel.types import named
from govsocial.messages import Text, say
from govsocial.model import Resource
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.cel.types import CelType


def check_columns(code: Fact | Function, *values: Sequence[Any]) -> None:
    """
    Hold the column form of *code* to what it computes, for all rows of *values* together and for each alone.

    *values* are what ``check_pure`` takes, each a list with one for each row: for a fact the resources, as
    ``engine.prepare`` makes them, then what it ``needs``; for a function its arguments. None is what is not known.

    Raises:
        AssertionError: where there is no column form, or it differs; it names the first row for which it does, or for
            which Python raises, which a column form cannot.
    """
    for fault in _faults(code, values):
        raise AssertionError(fault.render())


def _faults(code: Fact | Function, values: Sequence[Sequence[Any]]) -> Iterator[Text]:
    declared = code.type if isinstance(code, Fact) else code.returns
    rows, expected = list(zip(*values, strict=True)), []
    for number, row in enumerate(rows, 1):
        try:
            expected.append(_of_python(code, row, declared))
        except BrokenCodeError as error:
            yield say("{what}: {reason}; columns can break on no row", what=_shown(number, row), reason=error)
            return
    try:
        yield from _differing(code, rows, _settled(named(declared), expected))
    except CannotSay as error:
        yield say("columns cannot say {reason}", reason=error)


def _of_python(code: Fact | Function, row: Sequence[Any], declared: str) -> object:
    if any(value is None for value in row):
        return None
    try:
        return call(code.name, code, list(row), python_type(declared))
    except Unknown:
        return None


def _settled(kind: CelType, values: Sequence[object]) -> list[Any]:
    """Return *values* as they come back from a frame."""
    return series("", kind, values).to_list()


def _differing(code: Fact | Function, rows: Sequence[Sequence[Any]], expected: Sequence[object]) -> Iterator[Text]:
    """Yield where columns say something else than *expected*; by itself too, for a form must not look at other rows."""
    together = computed(code, rows)
    alone = [value for row in rows for value in computed(code, [row])]
    for found in (together, alone):
        for number, (row, one, other) in enumerate(zip(rows, expected, found, strict=True), 1):
            if repr(one) != repr(other):
                what, told = _shown(number, row), {"one": repr(one), "other": repr(other)}
                yield say("{what}: {name} is {one} in Python, {other} in columns", what=what, name=code.name, **told)


def _shown(number: int, row: Sequence[Any]) -> str:
    """Return what a person knows row *number* by: its resource, or the arguments."""
    if not isinstance(row[0], Resource):
        return ", ".join(map(repr, row))
    return f"{type_of(row[0])} {row[0].id or number}"
