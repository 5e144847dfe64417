"""TOML text to data; what is wrong with it and where its parts stand is looked up only when there is an error."""

from __future__ import annotations

import tomllib
from typing import Any

from govsocial.errors import InputError


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
