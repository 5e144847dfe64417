"""Posts to measure with: varied, known in every field, and the same in every run. Reads no files."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from govsocial import Post

if TYPE_CHECKING:
    from collections.abc import Iterator

NETWORKS: Final = ("twitter", "facebook", "instagram", "livestream", "snapchat")
WORDS: Final = tuple(
    "de politie vraagt aandacht voor veiligheid op de weg gratis info klik hier http://x.be vandaag évènement"
    " fédéral overheid straßen können 🚲 sécurité treinen".split()
)
TAGS: Final = ("belgie", "Belgium", "veiligheid", "police_fédérale", "24-26", "été", "Straße", "mobilité")
MENTIONS: Final = ("politie", "minister_x", "fod")
LINKS: Final = ("https://politie.be/nieuws", "http://x.be", "https://t.co/abc")
MINUTES: Final = 3_000_000


def posts(number: int, seed: int = 7) -> tuple[Post, ...]:
    """Return *number* posts; the same *seed* gives the same ones."""
    draw = random.Random(seed)  # noqa: S311 - chance, not secrets
    return tuple(Post.parse(_post(draw, nth)) for nth in range(number))


def _post(draw: random.Random, nth: int) -> dict[str, Any]:
    text = " ".join(draw.choices(WORDS, k=draw.randrange(3, 50)))
    return {
        "id": str(nth),
        "network": draw.choice(NETWORKS),
        "kind": draw.choice(("original", "repost", "reply")),
        "text": text,
        "language": draw.choice(("nl", "fr", "en", "und")),
        "hashtags": [draw.choice(TAGS) for _ in range(draw.randrange(6))],
        "mentions": [draw.choice(MENTIONS) for _ in range(draw.choice((0, 0, 1, 2, 7)))],
        "links": [draw.choice(LINKS) for _ in range(draw.randrange(3))],
        "length": len(text),
        "bytes": len(text.encode()),
        "emoji_count": text.count("🚲"),
        "media": [_media(draw) for _ in range(draw.choice((0, 1, 1, 2, 3, 6)))],
        "published_at": datetime(2019, 6, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(MINUTES)),
        "institution": draw.choice(("politie", "fod", "bosa")),
        "source_institution": draw.choice(("", "politie", "bosa")),
        "event": draw.choice(("", "", "event26")),
        "topics": draw.sample(("event26", "mobiliteit", "gezondheid"), k=draw.randrange(4)),
        "audience": {"age_max": draw.choice((18, 25, 99))},
    }


def _media(draw: random.Random) -> dict[str, Any]:
    return {
        "type": draw.choice(("photo", "photo", "video", "audio")),
        "alt": draw.choice(("", "foto van het plein")),
        "duration_s": float(draw.randrange(200)),
    }


def drafts(number: int, seed: int = 7) -> tuple[Post, ...]:
    """Return *number* posts as people write them: tags, mentions and links in the text, nothing derived yet."""
    return tuple(map(Post.parse, written(number, seed)))


def written(number: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield *number* drafts one by one, as their files have them."""
    draw = random.Random(seed)  # noqa: S311
    return (_draft(draw, nth) for nth in range(number))


def _draft(draw: random.Random, nth: int) -> dict[str, Any]:
    made = _post(draw, nth)
    signs = [f"#{tag}" for tag in made["hashtags"]] + [f"@{name}" for name in made["mentions"]] + made["links"]
    kept = ("id", "network", "language", "media", "published_at", "institution")
    return {name: made[name] for name in kept} | {"text": " ".join([made["text"], *signs])}
