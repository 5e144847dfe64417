"""From files, folders, standard input or a text to the resources of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from govsocial.errors import InputError
from govsocial.messages import say
from govsocial.readers.base import NotADraftError, Reader, Record
from govsocial.readers.files import File, find
from govsocial.readers.gather import Contents, Input, assembled, contents
from govsocial.readers.sniff import known_to

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Input", "Reader", "Record", "read", "read_text"]


def read(
    paths: Iterable[str | os.PathLike[str]], *, network: str = "", language: str = "", extra: Sequence[Reader] = ()
) -> Input:
    """
    Return what lies in *paths*: files, folders with all that is below them, and ``-`` for standard input.

    *network* and *language* are for posts that do not say theirs. *extra* readers know further endings of file names.
    A resource without id is named by its file and line.

    Raises:
        InputError: with all that is wrong in all of them.
    """
    files, problems, notes = find(paths, known_to(extra))
    read_one = partial(_contents, defaults=_defaults(network, language))
    return assembled([Contents((), tuple(problems), tuple(notes)), *map(read_one, files)])


def read_text(text: str, *, network: str, language: str = "", file: str = "") -> Input:
    """
    Return the post whose text is *text*, to the letter.

    Raises:
        InputError: where it cannot be the text of a post, or *network* is empty.
    """
    post = Reader("text", (), lambda given, _: [Record("post", {"text": given}, 1 if file else None)])
    return assembled([contents(post, text, file, _defaults(network, language))])


def _defaults(network: str, language: str) -> dict[str, str]:
    return {key: value for key, value in (("network", network), ("language", language)) if value}


def _contents(file: File, defaults: Mapping[str, str]) -> Contents:
    try:
        text = file.text()
    except InputError as error:
        return Contents(problems=error.problems)
    try:
        return contents(file.reader, text, file.name, defaults)
    except NotADraftError as error:
        if not file.met:
            return Contents(problems=error.problems)
        return Contents(
            notes=tuple(replace(one, text=say("left out: {reason}", reason=one.text)) for one in error.problems)
        )
