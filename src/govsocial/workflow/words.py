"""Words of a workflow's author as texts: put into the reader's language when that is known, like our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govsocial.messages import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govsocial.policy.message import Message


@dataclass(frozen=True, slots=True)
class Told(Text):
    """A text that *tell* puts into a language."""

    tell: Callable[[str], str] = str

    def render(self, language: str = "en") -> str:
        """Return the text in *language*."""
        return self.tell(language)


def told(tell: Callable[[str], str]) -> Text:
    """Return the text that *tell* puts into a language."""
    return Told("", {}, tell=tell)


def titled(message: Message, name: str) -> Text:
    """Return *message*, which names no values, as a text; *name* where it is empty."""
    return told(lambda language: message.render([], language) or name)


def joined(texts: Iterable[Text], between: str = ", ") -> Text:
    """Return *texts* as one, with *between* between them."""
    every = tuple(texts)
    return told(lambda language: between.join(text.render(language) for text in every))
