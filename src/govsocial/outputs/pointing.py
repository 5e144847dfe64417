"""A place in a text, shown: the line in which it stands, cut to the terminal, and beneath it what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govsocial.outputs.lines import paint, safe

if TYPE_CHECKING:
    from govsocial.outputs.lines import View

_LEAD: Final = "    "
_CUT: Final = "…"


def pointed(text: str, start: int, end: int, view: View, role: str = "") -> list[str]:
    """Return the line of *text* in which *start* stands, and a line that marks what reaches from there to *end*."""
    start += len(text[start:end]) - len(text[start:end].lstrip())
    if start >= end:
        return []
    before = (text[:start] + "|").splitlines()[-1][:-1]
    line = text[start:].splitlines()[0]
    room = view.width - len(_LEAD)
    meant = _plain(line[: end - start])
    left = _last(_plain(before), max(room - _cells(meant), room // 4))
    meant = _first(meant, room - _cells(left))
    right = _first(_plain(line[end - start :]), room - _cells(left + meant))
    mark = paint("^" * _cells(meant), role, view)
    return [_LEAD + (left + meant + right).rstrip(), _LEAD + " " * _cells(left) + mark]


def _plain(text: str) -> str:
    """Return *text* with a plain space for each space, tab or the like, so that the columns beneath it are known."""
    return safe("".join(" " if char.isspace() else char for char in text))


def _first(text: str, room: int) -> str:
    """Return *text*, or as much of its beginning as fits *room* columns."""
    if _fits(text, room):
        return text
    text = text[: max(room, 0)]
    while text and not _fits(text + _CUT, room):
        text = text[:-1]
    return text + _CUT if room > 0 else ""


def _last(text: str, room: int) -> str:
    """Return *text*, or as much of its end as fits *room* columns."""
    if _fits(text, room):
        return text
    text = text[-max(room, 1) :]
    while text and not _fits(_CUT + text, room):
        text = text[1:]
    return _CUT + text


def _fits(text: str, room: int) -> bool:
    return len(text) <= room and _cells(text) <= room


def _cells(text: str) -> int:
    """Return how many columns of a terminal *text* takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - most texts need it not

    return cell_len(text)
