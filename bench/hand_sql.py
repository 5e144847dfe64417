"""
The thirty rules of ``rules30.toml`` in SQL for DuckDB, as someone writes them who knows it: same order and answers.

Of several ways to say something this has the one that was quickest: tags are joined before a pattern looks for one
character in them, and lists are filtered, since a ``list_bool_and`` of nothing is unknown. Its patterns are RE2.
"""

from __future__ import annotations

from typing import Final

BY_HAND: Final = (
    "network != 'twitter' OR len(hashtags) <= 3",
    "network != 'twitter' OR len(hashtags) >= 1",
    "network != 'twitter' OR length(text) <= 280",
    "network != 'instagram' OR len(media) > 0",
    "len(list_filter(media, lambda m: m.type = 'photo' AND m.alt = '')) = 0",
    "len(list_filter(media, lambda m: m.type = 'video' AND m.duration_s > 140.0)) = 0",
    "len(media) > 0",
    "language IN ('nl', 'fr', 'de', 'en')",
    "NOT (network = 'facebook' AND language = 'und')",
    "NOT contains(text, 'http://')",
    "len(list_filter(links, lambda l: NOT starts_with(l, 'https://'))) = 0",
    "len(links) = 0 OR len(list_filter(links, lambda l: ends_with(l, '.be') OR contains(l, '.be/'))) > 0",
    r"NOT regexp_matches(text, '(?i)\b(?:gratis|win nu|klik hier)\b')",
    r"NOT regexp_matches(array_to_string(hashtags, ''), '[^\p{L}\p{N}_]')",
    "len(list_filter(hashtags, lambda h: length(h) > 30)) = 0",
    "len(hashtags) = 0 OR len(list_filter(hashtags, lambda h: lower(h) IN ('belgie', 'belgium'))) > 0",
    "event = '' OR list_contains(topics, event)",
    "kind != 'repost' OR source_institution != ''",
    "kind != 'repost' OR source_institution != institution",
    "kind != 'reply' OR len(mentions) > 0",
    "len(mentions) <= 5",
    "len(list_filter(mentions, lambda m: contains(m, 'minister'))) = 0",
    "network != 'snapchat' OR audience.age_max <= 25",
    "network != 'snapchat' OR len(list_filter(media, lambda m: m.type = 'video' AND m.duration_s < 30.0)) > 0",
    "(len(list_filter(media, lambda m: m.type = 'audio')) > 0) = (network = 'livestream')",
    "len(list_filter(media, lambda m: m.type = 'photo')) <= 4",
    "len(list_filter(media, lambda m: m.duration_s != 0.0 AND m.duration_s < 3.0)) = 0",
    "bytes < 100 OR length * 2 >= bytes",
    "published_at >= TIMESTAMPTZ '2020-01-01 00:00:00+00'",
    "network != 'facebook' OR hour(published_at AT TIME ZONE 'Europe/Brussels') >= 7",
)


def select(table: str) -> str:
    """Return the query of all of them on *table*, each a column: ``r01`` and so on."""
    columns = ", ".join(f"{rule} AS r{nth:02}" for nth, rule in enumerate(BY_HAND, 1))
    return f"SELECT {columns} FROM {table}"  # noqa: S608 - nobody else's words
