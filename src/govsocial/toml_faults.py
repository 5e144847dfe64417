"""Where a text stops being TOML, and what lies around that place; says nothing about it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Final

# What shapes a statement. A string that is not closed ends with its line, or with the text when it has three quotes.
_TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:\\[^\n]|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*"
    r"|[\[\]{},=\n]",
    re.DOTALL,
)
_FILLING: Final = re.compile(r"(?:\s|#[^\n]*)*")
KEY: Final = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
KEYS: Final = rf"{KEY}(?:[ \t]*\.[ \t]*{KEY})*"
HEADER: Final = re.compile(rf"^[ \t]*\[\[?[ \t]*{KEYS}[ \t]*\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)

_LINE: Final = re.compile(rf"[ \t]*(?:$|#|\[|{KEYS}[ \t]*=)", re.MULTILINE)  # how a line begins a statement


@dataclass(frozen=True, slots=True)
class Fault:
    """What the TOML library says, at which offset, and the offsets of what lies around it."""

    source: str
    pos: int
    reason: str
    starts: tuple[int, ...]
    """Of all statements up to here, and of the blank lines between them."""
    brackets: tuple[int, ...]
    """Those of the value that are open here, the outermost first."""
    part: int
    """Of the key with its value, or of the element of a list."""
    value: int
    quote: int
    """Of the last string."""

    @property
    def here(self) -> str:
        """The character at fault, empty at the end of the text."""
        return self.source[self.pos : self.pos + 1]

    @property
    def bracket(self) -> str:
        """The innermost bracket, empty outside of all."""
        return self.source[self.brackets[-1]] if self.brackets else ""

    @property
    def late(self) -> bool:
        """Whether a value is complete, and is followed by what does not belong there."""
        return self.reason.startswith(("Expected newline", "Unclosed")) and self.value < self.pos

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of *offset*."""
        return self.source.count("\n", 0, offset) + 1, offset - self.source.rfind("\n", 0, offset)


def first_fault(source: str) -> Fault | None:
    """
    Return the first fault of *source*, whose lines end with a line feed; None where it is TOML.

    Raises:
        ValueError: when a number is too long.
        RecursionError: when brackets lie too deep in one another.
    """
    try:
        tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        return _around(source, _pos(source, reason, _offset(source, place)), reason)
    return None


def without(fault: Fault) -> str:
    """Return the text with the statement of *fault* blanked; empty where what follows would look wrong without it."""
    start, end = fault.starts[-1], _end(fault)
    statement = fault.source[start:end]
    if statement.lstrip().startswith("[") or HEADER.search(statement) or not _LINE.match(fault.source, end + 1):
        return ""
    blank = re.sub(r"[^\n]", " ", statement)
    return fault.source[:start] + blank + fault.source[end:] if blank != statement else ""


def _pos(source: str, reason: str, told: int) -> int:
    """Return where the fault is: the TOML library may have read past it when it tells."""
    if reason == 'Expected "\'"':
        end = source.find("\n", source.rfind("'"))
        return end if end >= 0 else len(source)
    if reason.startswith(("Unescaped", "Invalid hex", "Escaped")):
        return source.rfind("\\", 0, told)
    return told


def _offset(source: str, place: str) -> int:
    """Return the offset of the *place* that the TOML library names."""
    found = re.match(r"line (\d+), column (\d+)", place)
    if not found:
        return len(source)  # it says "end of document"
    line, column = int(found[1]), int(found[2])
    before = source.split("\n", line - 1)[: line - 1]
    return sum(len(one) + 1 for one in before) + column - 1


def _around(source: str, pos: int, reason: str) -> Fault:
    """Return the fault at *pos* with its surroundings, found by reading up to there."""
    starts, brackets, quote = [0], list[int](), 0
    parts = [(0, 0)]  # of each open bracket: where its present part starts, and the value of that
    for token in _TOKEN.finditer(source, 0, pos):
        sign, end = token[0], token.end()
        if sign[0] in "\"'":
            quote = token.start()
        elif sign in "[{" and source[starts[-1] : token.start()].strip(" \t["):  # else it is a header's
            brackets.append(token.start())
            parts.append((end, end))
        elif sign in "]}" and brackets:
            brackets.pop()
            parts.pop()
        elif sign == "," or (sign == "=" and parts[-1][0] == parts[-1][1]):
            parts[-1] = (end if sign == "," else parts[-1][0], end)
        elif sign == "\n" and not brackets:
            starts.append(end)
            parts = [(end, end)]
    part, value = (_skip(source, one) for one in parts[-1])
    return Fault(source, pos, reason, tuple(starts), tuple(brackets), part, value, quote)


def _skip(source: str, offset: int) -> int:
    """Return where the next thing from *offset* on begins, past blanks, line ends and comments."""
    found = _FILLING.match(source, offset)
    return found.end() if found else offset


def _end(fault: Fault) -> int:
    """Return where the statement of the fault ends: with its line, or with the line on which its brackets close."""
    depth = len(fault.brackets)
    string = _TOKEN.match(fault.source, fault.quote)
    start = fault.quote if string and string.end() > fault.pos else fault.pos
    for token in _TOKEN.finditer(fault.source, start):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if token[0] == "\n" and (depth <= 0 or not fault.brackets):
            return token.start()
    return len(fault.source)
