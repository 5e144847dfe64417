"""How Bluesky measures text: in characters as people see them, and in bytes. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from govsocial_bluesky.grammar import links

if TYPE_CHECKING:
    import regex

    from govsocial import Post

PATH: Final = 15
"""How long what follows the domain may be before Bluesky's app cuts it."""
KEPT: Final = 13
"""How much of it stays then, before three dots."""


@cache
def _grapheme() -> regex.Pattern[str]:
    import regex  # noqa: PLC0415 - slow to import, and not every run needs it

    return regex.compile(r"\X")


def graphemes(text: str) -> int:
    """Return how many characters people see in *text*: extended grapheme clusters (Unicode annex 29)."""
    return len(text) if text.isascii() and "\r" not in text else len(_grapheme().findall(text))


def utf8_size(text: str) -> int:
    """Return how many bytes *text* takes in UTF-8."""
    return len(text.encode())


def saved_by_short_links(post: Post) -> int | None:
    """
    Return how many characters Bluesky's own app saves by showing the links in the text short; None without a text.

    It leaves out the scheme, and cuts what follows the domain. The link itself stays whole.
    """
    if post.text is None:
        return None
    return sum(max(0, graphemes(one) - graphemes(shown(one))) for one in links().findall(post.text))


def shown(link: str) -> str:
    """Return *link* as Bluesky's app writes it into the text."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return link
    rest = "".join(sign + part for sign, part in (("?", parts.query), ("#", parts.fragment)) if part)
    rest = ("" if parts.path == "/" else parts.path) + rest
    return parts.netloc + (f"{rest[:KEPT]}..." if len(rest) > PATH else rest)
