"""The thirty rules of ``rules30.toml`` as a Python programmer writes them: same order, same answers on known fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import re2
import regex

Rule: TypeAlias = Callable[[Any], bool]

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
START: Final = datetime(2020, 1, 1, tzinfo=UTC)
LANGUAGES: Final = ("nl", "fr", "de", "en")
SPAM: Final = r"(?i)\b(gratis|win nu|klik hier)\b"
ODD: Final = r"[^\p{L}\p{N}_]"


def _rules(spam: Callable[[str], Any], odd: Callable[[str], Any]) -> tuple[Rule, ...]:
    return (
        lambda p: p.network != "twitter" or len(p.hashtags) <= 3,
        lambda p: p.network != "twitter" or len(p.hashtags) >= 1,
        lambda p: p.network != "twitter" or len(p.text) <= 280,
        lambda p: p.network != "instagram" or len(p.media) > 0,
        lambda p: all(m.type != "photo" or m.alt != "" for m in p.media),
        lambda p: all(m.type != "video" or m.duration_s <= 140.0 for m in p.media),
        lambda p: len(p.media) > 0,
        lambda p: p.language in LANGUAGES,
        lambda p: not (p.network == "facebook" and p.language == "und"),
        lambda p: "http://" not in p.text,
        lambda p: all(one.startswith("https://") for one in p.links),
        lambda p: len(p.links) == 0 or any(one.endswith(".be") or ".be/" in one for one in p.links),
        lambda p: spam(p.text) is None,
        lambda p: not any(odd(h) for h in p.hashtags),
        lambda p: all(len(h) <= 30 for h in p.hashtags),
        lambda p: len(p.hashtags) == 0 or any(h.lower() == "belgie" or h.lower() == "belgium" for h in p.hashtags),
        lambda p: p.event == "" or p.event in p.topics,
        lambda p: p.kind != "repost" or p.source_institution != "",
        lambda p: p.kind != "repost" or p.source_institution != p.institution,
        lambda p: p.kind != "reply" or len(p.mentions) > 0,
        lambda p: len(p.mentions) <= 5,
        lambda p: all("minister" not in m for m in p.mentions),
        lambda p: p.network != "snapchat" or p.audience.age_max <= 25,
        lambda p: p.network != "snapchat" or any(m.type == "video" and m.duration_s < 30.0 for m in p.media),
        lambda p: any(m.type == "audio" for m in p.media) == (p.network == "livestream"),
        lambda p: len([m for m in p.media if m.type == "photo"]) <= 4,
        lambda p: all(s >= 3.0 or s == 0.0 for s in [m.duration_s for m in p.media]),
        lambda p: p.bytes < 100 or p.length * 2 >= p.bytes,
        lambda p: p.published_at >= START,
        lambda p: p.network != "facebook" or p.published_at.astimezone(BRUSSELS).hour >= 7,
    )


def re2_search(pattern: str) -> Callable[[str], Any]:
    """Return the quickest search that ``re2`` has in public: a set of one pattern, which looks for no positions."""
    patterns = re2.Set.SearchSet()
    patterns.Add(pattern)
    patterns.Compile()
    return patterns.Match  # type: ignore[no-any-return]


# A programmer takes ``re`` where it will do; ``\p{L}`` needs ``regex``.
BY_HAND: Final = _rules(re.compile(SPAM, re.ASCII).search, regex.compile(ODD).search)
# The same with the library that policies use, for its linear time: so nothing but the closures differs.
BY_HAND_RE2: Final = _rules(re2_search(SPAM), re2_search(ODD))
