"""What stands in a text on Bluesky: its hashtags, mentions and links, as the detection in its own app has them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from govsocial import TextProfile

if TYPE_CHECKING:
    import regex

_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_INVISIBLE: Final = r"\u00AD\u2060\u200B-\u200D\u20E2"

PROFILE: Final = TextProfile(
    length_unit="graphemes",
    # all up to a space, but for punctuation at the end: #covid-19, and not the full stop behind it
    tag_pattern=rf"(?:[^\s\p{{P}}{_INVISIBLE}]|\p{{P}}(?=\p{{P}}*[^\s\p{{P}}{_INVISIBLE}]))+",
    # a handle is the name of a domain, so @finbel alone is none
    mention_pattern=rf"{_LABEL}(?:\.{_LABEL})*\.[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?",
)

# Without a scheme, the top-level domains that are near a Belgian administration, and the most used.
_DOMAINS: Final = "be|brussels|gent|vlaanderen|eu|com|de|fr|info|int|lu|net|nl|org"
_LINKS: Final = rf"(?<![\w@./#＃-])(?:https?://[^\s]+|(?:{_LABEL}\.)+(?:{_DOMAINS})(?![\w.-]*\w)(?:[/?#][^\s]*)?)(?<![.,;:!?)\]’”\"'])"
_TAGS: Final = rf"(?<!\S)[#＃](?![\uFE0F\u20E3])(?=\S*\p{{L}})(?>{PROFILE.tag_pattern})"
_MENTIONS: Final = rf"(?<![^\s(])@{PROFILE.mention_pattern}"


@cache
def links() -> regex.Pattern[str]:
    """Return what matches a link in a text; punctuation that ends a sentence is no part of it."""
    return _compiled(_LINKS)


@cache
def clickable() -> regex.Pattern[str]:
    """Return what matches all that people expect to be clickable: a link, a hashtag or a mention, with its sign."""
    return _compiled(f"{_LINKS}|{_TAGS}|{_MENTIONS}")


def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex  # noqa: PLC0415 - slow to import, and not every run needs it

    return regex.compile(pattern)
