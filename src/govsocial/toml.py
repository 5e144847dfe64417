"""TOML text to data; what is wrong with it and where its parts stand is looked up only when there is an error."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from typing import Any, Final

from govsocial.errors import InputError

_TIMES: Final = {kind.__name__: kind for kind in (datetime, date, time)}


def parse(text: str, file: str = "") -> dict[str, Any]:
    """
    Return the data that *text* holds; *file* is the name that its problems go by.

    Raises:
        InputError: with what is wrong as its author would put it, each with its line and column.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # a number of 5000 digits is no TOMLDecodeError
        from govsocial.toml_traps import problems  # noqa: PLC0415 - only on error

        raise InputError(problems(text, file)) from None


def packed(data: dict[str, Any]) -> list[Any]:
    """Return *data* as JSON can carry it: texts for its times, and where these stand, of which kind."""
    times: list[list[Any]] = []
    return [_with_texts(data, (), times), times]


def _with_texts(value: Any, path: tuple[str | int, ...], times: list[list[Any]]) -> Any:  # noqa: ANN401
    match value:
        case dict():
            return {key: _with_texts(part, (*path, key), times) for key, part in value.items()}
        case list():
            return [_with_texts(part, (*path, number), times) for number, part in enumerate(value)]
        case date() | time():
            times.append([path, type(value).__name__])
            return value.isoformat()
    return value


def unpacked(found: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """Return the data that ``packed`` made *found* of, None where it is something else."""
    try:
        data, times = found
        for (*above, last), kind in times:
            table = data
            for step in above:
                table = table[step]
            table[last] = _TIMES[kind].fromisoformat(table[last])
    except (TypeError, ValueError, LookupError):
        return None
    return data if isinstance(data, dict) else None
