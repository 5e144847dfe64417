"""A report put into words: one module for each format. Prints nothing, writes no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.outputs import json, text
from govsocial.outputs.lines import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial.report import Report

FORMATS: Final[Mapping[str, Callable[[Report, View], str]]] = {"text": text.render, "json": json.render}
"""The formats by name."""


def render(report: Report, format: str = "text", language: str = "en", **view: Any) -> str:  # noqa: A002, ANN401
    """
    Return *report* in *format* with texts in *language*, with a line break at the end.

    *view* is what ``View`` takes; formats for machines need none of it.
    """
    return FORMATS[format](report, View(language=language, **view))
