"""Drafts in TOML: ``[post]`` or ``[[post]]``, and so for the other resources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from govsocial import toml
from govsocial.errors import Problem
from govsocial.messages import say
from govsocial.model import RESOURCES
from govsocial.readers.base import NotADraftError, Reader
from govsocial.readers.tables import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.readers.base import Path, Record
    from govsocial.toml_places import Places

_HEADER: Final = re.compile(rf"[ \t]*\[\[?[ \t]*({'|'.join(RESOURCES)})[ \t]*\]\]?[ \t]*(?:#.*)?\r?$")


def read(text: str, name: str) -> Iterator[Record]:
    """
    Yield the resources in *text*.

    Raises:
        NotADraftError: where it is a policy.
        InputError: with what is wrong, each with its line and column.
    """
    data = toml.parse(text, name)
    if isinstance(data.get("policy"), Mapping):
        raise NotADraftError([Problem(say("this is a policy; pass it with --policy"), name)])
    headers = _headers(text)
    yield from records(data, partial(places_in, text), lambda path: _line(path, headers, data, text))


def _headers(text: str) -> dict[str, list[int]]:
    """Return the lines that look like the header of a resource, by its type."""
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(StringIO(text), 1):
        if found := _HEADER.match(line):
            lines.setdefault(found[1], []).append(number)
    return lines


def _line(path: Path, headers: Mapping[str, list[int]], data: Mapping[str, Any], text: str) -> int | None:
    """Return where the resource at *path* begins, by the *headers* where there is one for each, else by the text."""
    kind, number = str(path[0]), path[1] if len(path) > 1 else 0
    lines, tables = headers.get(kind, []), data[kind]
    if len(lines) == (len(tables) if isinstance(tables, list) else 1):
        return lines[int(number)]
    known = places_in(text)
    return known.of(path).line if known else None


def places_in(text: str) -> Places | None:
    """Return the places of the parts of *text*, None where its keys lie too deep in one another."""
    from govsocial.toml_places import places  # noqa: PLC0415 - only on error

    try:
        return places(text)
    except RecursionError:
        return None


READER: Final = Reader("toml", (".toml",), read)
