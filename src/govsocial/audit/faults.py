"""What Polars may raise: errors, and panics of its Rust code, which are no ``Exception`` and would end everything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.errors import InputError, Problem
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Tell what Polars has to say of the file *name* in one line."""
    try:
        yield
    except FAULTS as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem(say("this cannot be read: {reason}", reason=reason), name)]) from None
