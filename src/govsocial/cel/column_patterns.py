r"""
RE2 patterns for the regex engine of Polars, which is another one.

The two differ in what ``\w``, ``\b`` and ``[a&&b]`` mean, and perhaps in their Unicode. So RE2 itself is asked which
characters each class matches, and the other engine gets these, written out. What is left is common to both.
"""

from __future__ import annotations

import re as syntax
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl

from govsocial.cel.column_values import CannotSay

_CLASS: Final = r"\[\^?\]?(?:\\[pPx]\{[^}]*\}|\\.|\[:\^?\w+:\]|[^\]\\])*\]"
_TOKEN: Final = syntax.compile(
    rf"(?P<set>{_CLASS}|\\[dDwWsS]|\\[pP](?:\{{[^}}]*\}}|.))"
    r"|(?P<code>\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\[0-7]{1,3})"
    r"|\\(?P<assertion>[bBAzQEC])"
    r"|\\(?P<escaped>.)"
    r"|\((?:\?P?<\w+>|\?(?P<flags>[imsU-]*)(?P<end>[:)]))?(?P<open>)"
    r"|(?P<repeat>[*+?]|\{\d+(?:,\d*)?\})"
    r"|(?P<plain>.)",
    syntax.DOTALL | syntax.ASCII,
)
_CONTROL: Final = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_ASSERTIONS: Final = {"b": r"(?-u:\b)", "A": r"\A", "z": r"\z"}
# the gap of the surrogates stands between the two
_EVERY: Final = ((1, 0xD7FF), (0xE000, 0x10FFFF))


@dataclass(frozen=True, slots=True)
class _Flags:
    """What ``(?i)``, ``(?m)`` and ``(?s)`` have switched on."""

    i: bool = False
    m: bool = False
    s: bool = False

    def changed(self, flags: str) -> _Flags:
        on, _, off = flags.partition("-")
        return _Flags(**{name: (getattr(self, name) or name in on) and name not in off for name in ("i", "m", "s")})


@cache
def translated(pattern: str) -> str:
    """
    Return the pattern that finds in Polars what the RE2 *pattern* finds.

    Raises:
        CannotSay: where there is none.
    """
    found = "".join(_parts(pattern))
    try:
        pl.select(pl.lit("").str.contains(found))
    except pl.exceptions.ComputeError:
        raise CannotSay(f"the pattern {pattern}") from None
    return found


def _parts(pattern: str) -> list[str]:
    parts: list[str] = []
    outside: list[_Flags] = []
    flags = _Flags()
    for token in _TOKEN.finditer(pattern):
        if token["open"] is not None:
            if token["end"] != ")":
                outside.append(flags)
                parts.append("(?:")
            flags = flags.changed(token["flags"] or "")
        elif token["plain"] == ")":
            flags = outside.pop()
            parts.append(")")
        else:
            parts.append(_part(token, flags, pattern))
    return parts


def _part(token: syntax.Match[str], flags: _Flags, pattern: str) -> str:
    if token["set"]:
        return _written(_matching(token["set"], flags.i))
    if token["code"]:
        return _character(_code(token["code"]), flags)
    if token["escaped"]:
        return _character(_CONTROL.get(token["escaped"], token["escaped"]), flags)
    if token["assertion"]:
        if token["assertion"] not in _ASSERTIONS:
            raise CannotSay(f"\\{token['assertion']} in the pattern {pattern}")
        return _ASSERTIONS[token["assertion"]]
    return token["repeat"] or _plain(token["plain"], flags)


def _code(text: str) -> str:
    return chr(int(text[2:].strip("{}"), 16) if text.startswith("\\x") else int(text[1:], 8))


def _plain(character: str, flags: _Flags) -> str:
    match character:
        case "|":
            return "|"
        case ".":
            return "(?s:.)" if flags.s else r"[^\n]"
        case "^":
            return "(?m:^)" if flags.m else r"\A"
        case "$":
            return "(?m:$)" if flags.m else r"\z"
    return _character(character, flags)


def _character(character: str, flags: _Flags) -> str:
    if not flags.i:
        return rf"\x{{{ord(character):X}}}"
    return _written(_alike(character))


def _written(ranges: tuple[tuple[int, int], ...]) -> str:
    inside = "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges)
    return f"[{inside}]" if inside else r"[^\x{0}-\x{10FFFF}]"


@cache
def _matching(characters: str, ignoring_case: bool) -> tuple[tuple[int, int], ...]:  # noqa: FBT001 - a key of the cache
    """Return the ranges of characters that RE2 finds for a class, in the whole of Unicode."""
    flags = "(?i)" if ignoring_case else ""
    runs = [run for text in _everything() for run in _re2(f"{flags}{characters}+").findall(text)]
    return tuple((ord(run[0]), ord(run[-1])) for run in runs)


@cache
def _alike(character: str) -> tuple[tuple[int, int], ...]:
    """Return what RE2 finds for *character* where case does not count."""
    pattern = _re2(rf"(?i)\x{{{ord(character):X}}}")
    return tuple((ord(one), ord(one)) for one in dict.fromkeys(pattern.findall(_cased() + character)))


@cache
def _everything() -> tuple[str, ...]:
    """Return all characters that a text may have, in order, in stretches without a gap."""
    return tuple("".join(map(chr, range(first, last + 1))) for first, last in _EVERY)


@cache
def _cased() -> str:
    """Return all characters of the kinds among which some have another case."""
    ranges = _matching(r"[\p{L}\p{M}\p{N}\p{S}]", ignoring_case=False)
    return "".join(one for first, last in ranges for one in map(chr, range(first, last + 1)) if _has_case(one))


def _has_case(character: str) -> bool:
    """Whether *character* may have another case: Python's Unicode may be older, so what it does not know may too."""
    return character.lower() != character or character.upper() != character or not character.isprintable()


def _re2(pattern: str) -> Any:  # noqa: ANN401 - re2 carries no types
    import re2  # noqa: PLC0415 - only rules with patterns pay for it

    return re2.compile(pattern)
