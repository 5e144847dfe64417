"""Where in the text of a post a rule points. Knows no rules: it goes by the fields that were read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.text import TextProfile, Token, hashtags, links, mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from govsocial.model import Post


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text that stands in *field*; *start* and *end* (exclusive) count code points of it in NFC."""

    field: str
    start: int
    end: int


_TOKENS: Final[Mapping[str, Callable[[str, TextProfile], tuple[Token, ...]]]] = {
    "hashtags": hashtags,
    "mentions": mentions,
    "links": lambda text, _: links(text),
}
_LENGTHS: Final = frozenset({"post.length", "post.bytes"})


def span_of(post: Post, profile: TextProfile, read: Collection[str], failing: Collection[str] = ()) -> Span | None:
    """
    Return the place in the text of *post* that a condition on the fields *read* is about, None where there is none.

    It is the first tag, mention, link or word that is among the *failing* elements. Without any, it reaches from the
    first to the last of the tags, mentions or links that were read, and for a length over the whole text: where the
    surplus begins only the condition knows, and which tag or sentence to drop is for the author to say.
    """
    if not post.text:
        return None
    tokens = {name: _own(post, name, profile) for name in _TOKENS if f"post.{name}" in read}
    named = frozenset(name.casefold() for name in failing)
    for one in sorted((one for found in tokens.values() for one in found), key=lambda one: one.start):
        if one.text.casefold() in named:
            return Span("text", one.start, one.end)
    word = min(_words(post.text, failing), default=None) if "post.text" in read else None
    return Span("text", *word) if word else _extent(post.text, tokens, read)


def _own(post: Post, name: str, profile: TextProfile) -> tuple[Token, ...]:
    """Return the tokens of the text that the field *name* holds, which its author may have given otherwise."""
    held = {one.casefold() for one in getattr(post, name) or ()}
    return tuple(one for one in _TOKENS[name](post.text or "", profile) if one.text.casefold() in held)


def _words(text: str, failing: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where each of *failing* stands first, in capitals or not, and not inside a longer word."""
    for name in filter(None, failing):
        if found := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            yield found.span()


def _extent(text: str, tokens: Mapping[str, tuple[Token, ...]], read: Collection[str]) -> Span | None:
    for found in tokens.values():
        if found:
            return Span("text", found[0].start, found[-1].end)
    return Span("text", 0, len(text)) if _LENGTHS.intersection(read) else None
