"""From the bytes of a file to its text: UTF-8, with or without a byte order mark, and nothing else."""

from __future__ import annotations

import codecs
from typing import Final

from govsocial.errors import InputError, Problem
from govsocial.messages import Text, say

_MARKS: Final = {  # the longer ones first: one begins like another
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def decode(data: bytes, file: str) -> str:
    """
    Return the text that *data*, the content of *file*, holds.

    Raises:
        InputError: at the first byte that is no UTF-8, with the encoding that would fit.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            raise InputError([Problem(say("the file is {encoding}; save it as UTF-8", encoding=encoding), file, 1, 1)])
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InputError([Problem(_explain(data, error.start), file, line, column)]) from None


def _explain(data: bytes, start: int) -> Text:
    byte = f"0x{data[start]:02X}"
    if b"\0" in data:
        return say("byte {byte} is no UTF-8, and the file holds NUL bytes: it is no text", byte=byte)
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return say("byte {byte} is no UTF-8; save the file as UTF-8", byte=byte)
    return say("byte {byte} is no UTF-8; the file looks like Windows-1252: save it as UTF-8", byte=byte)
