"""Lines of text for people: wrapped, marked, painted if asked. Knows nothing of reports."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from govsocial import messages
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEW: Final = 3
"""How many names are told before the rest is counted."""
NARROWEST: Final = 20
"""How many columns the last column of a table has at least; else it goes below."""

_COLOURS: Final = {"bad": "1;31", "warn": "1;33", "good": "1;32", "ask": "1;36", "label": "1", "quiet": "2"}
_APART: Final = re.compile(r" (?=[:;?!»](\s|$))")
"""The space before a sign that French sets apart: no line begins with the sign."""
_HELD: Final = "\0"  # stands in no text: what is shown has no control characters
_CALLED: Final = {
    "post": say("post {name}"),
    "account": say("account {name}"),
    "event": say("event {name}"),
    "institution": say("institution {name}"),
}


@dataclass(frozen=True, slots=True)
class View:
    """
    How something is shown to a person.

    *language* is the reader's; *show* names the sections that are opened (``all`` for all); *ids* adds the ids of
    rules; *width* is in columns; *judged* is how many resources there were, 0 where that is not known.
    """

    language: str = "en"
    show: frozenset[str] = frozenset()
    ids: bool = False
    width: int = 80
    colour: bool = False
    judged: int = 0

    def opens(self, section: str) -> bool:
        """Whether *section* is shown in full."""
        return bool({"all", section} & self.show)

    def words(self, text: Text) -> str:
        """Return *text* in the reader's language."""
        return text.render(self.language)


def paint(text: str, role: str, view: View) -> str:
    """Return *text* in the colour of *role*, as it is where no colour is wanted."""
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if view.colour and text and role else text


def entry(text: str | Text, view: View, lead: str = "", role: str = "") -> list[str]:
    """Return *text* behind *lead*, wrapped; further lines stand below the first one's text, at most four columns in."""
    outside = len(lead) - len(lead.lstrip())
    words = safe(text if isinstance(text, str) else view.words(text))
    lines = textwrap.wrap(
        _APART.sub(_HELD, words),
        view.width,
        initial_indent=lead,
        subsequent_indent=" " * (outside + min(len(lead) - outside, 4)),
        break_long_words=False,
        break_on_hyphens=False,
    )
    first, *others = [line.replace(_HELD, " ") for line in lines] or [lead.rstrip()]
    return [paint(lead, role, view) + first[len(lead) :], *others]


def safe(text: str) -> str:
    """Return *text* without control characters: what comes from a draft must not steer a terminal."""
    return "".join("\ufffd" if unicodedata.category(char) == "Cc" and not char.isspace() else char for char in text)


def called(kind: str, name: str) -> Text:
    """Return how a resource of type *kind* is called in a sentence."""
    return replace(_CALLED[kind], values={"name": name})


def listed(names: Iterable[str], view: View, most: int | None = FEW) -> str:
    """Return *names* without repetition, joined; after *most* of them, how many more there are."""
    every = list(dict.fromkeys(names))
    told = ", ".join(every[:most])
    more = 0 if most is None else len(every) - most
    return told if more <= 0 else view.words(say("{names} and {n} more", n=more, names=told))


def number(value: float, view: View) -> str:
    """Return *value* as a whole number, written as in the reader's language."""
    return messages.number(round(value), view.language)


def table(rows: Sequence[Sequence[str]], view: View, indent: str = "  ") -> list[str]:
    """Return *rows*, of equally many cells, in columns; the last cell of a row is wrapped beside them."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(rows[0]) - 1)] if rows else []
    lines: list[str] = []
    for row in rows:
        lead = indent + "".join(f"{safe(cell):<{width}}  " for cell, width in zip(row, widths, strict=False))
        room = view.width - len(lead)
        if room < NARROWEST:
            lines += [lead.rstrip(), *entry(row[-1], view, indent + "  ")]
        else:
            first, *others = entry(row[-1], replace(view, width=room))
            lines += [(lead + first).rstrip(), *(" " * len(lead) + line for line in others)]
    return lines
