"""Remarks on policies put into words: lines for people, JSON, and annotations for GitHub. Finds none itself."""

from __future__ import annotations

import json as encoder
from typing import TYPE_CHECKING, Any, Final

from govsocial.messages import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govsocial.authoring.remarks import Remark

_IN_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY: Final = _IN_DATA | {":": "%3A", ",": "%2C"}


def render(remarks: Sequence[Remark], format: str, language: str, policies: int) -> str:  # noqa: A002 - the option's name
    """Return *remarks* on so many *policies* in *format*: text, json or github."""
    return FORMATS[format](remarks, language, policies)


def text(remarks: Sequence[Remark], language: str, policies: int) -> str:
    """Return a line for each remark, with its place and its code, and how many there are."""
    lines = [f"{one.problem.render(language)} [{one.code}]" for one in remarks]
    read = count("{n} policy read", "{n} policies read", n=policies).render(language)
    found = count("{n} remark", "{n} remarks", n=len(remarks)).render(language)
    return "".join(f"{line}\n" for line in (*lines, f"{read}, {found}"))


def json(remarks: Sequence[Remark], language: str, _: int) -> str:
    """Return the remarks as JSON, their messages in *language*."""
    found = [_told(one, language) for one in remarks]
    return encoder.dumps({"govsocial": 1, "remarks": found}, ensure_ascii=False, indent=2) + "\n"


def _told(one: Remark, language: str) -> dict[str, Any]:
    problem = one.problem
    return {
        "code": one.code,
        "rule": problem.path,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message(language),
    }


def github(remarks: Sequence[Remark], language: str, _: int) -> str:
    """Return the remarks as workflow commands, which GitHub shows beside the lines that they are on."""
    return "".join(_annotation(one, language) for one in remarks)


def _annotation(one: Remark, language: str) -> str:
    problem = one.problem
    places = {"file": problem.file, "line": problem.line, "col": problem.column, "title": one.code}
    told = ",".join(f"{key}={_escaped(str(value), _IN_PROPERTY)}" for key, value in places.items() if value)
    return f"::warning {told}::{_escaped(f'{problem.path}: {problem.message(language)}', _IN_DATA)}\n"


def _escaped(words: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in words)


FORMATS: Final[dict[str, Callable[[Sequence[Remark], str, int], str]]] = {"text": text, "json": json, "github": github}
"""The formats by name."""
