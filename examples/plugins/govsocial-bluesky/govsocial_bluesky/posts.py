"""
From a record of Bluesky to the fields of a post. Pure.

What a record cannot carry is unknown, never empty: it does not say for whom a post was, nor how long a video takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from govsocial_bluesky.richtext import not_clickable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from govsocial_bluesky.richtext import Part

Item = dict[str, Any]
POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
NO_LINKS: Final = "bluesky_plain"
"""The key in ``extra`` for what looks like a link and is none, one a line; it is there for every post that was read."""
BESIDE: Final = "bluesky_tags"
"""The key in ``extra`` for the hashtags beside the text, one a line."""
_ADDRESS: Final = re.compile(r"at://(?P<who>[^/]+)/(?P<collection>[^/]+)/(?P<key>[^/]+)")
_NOT_IN_A_RECORD: Final = dict.fromkeys(
    "institution event info variants source_institution content_type topics audience calendar_entry attested"
    " question".split()
)
_NOT_IN_A_REPOST: Final = dict.fromkeys("text language media hashtags mentions links extra".split())


def repost(record: Item, uri: str) -> Mapping[str, object]:
    """Return the fields of the post that shares another one; what that one says, the record does not tell."""
    return {
        **_NOT_IN_A_RECORD,
        **_NOT_IN_A_REPOST,
        **_named(uri),
        "kind": "repost",
        "published_at": record.get("createdAt"),
        "shared_from": _table(record, "subject").get("uri"),
    }


def post(record: Item, uri: str, parts: Sequence[Part]) -> Mapping[str, object]:
    """Return the fields of the post that *record* is; *parts* of its text are hashtags, mentions and links."""
    text, embed, languages = record["text"], _table(record, "embed"), _texts(record.get("langs"))
    return {
        **_NOT_IN_A_RECORD,
        **_named(uri),
        "kind": "reply" if record.get("reply") else "quote" if _quoted(embed) else "original",
        "published_at": record.get("createdAt"),
        "shared_from": _quoted(embed),
        "text": text,
        "language": _language(languages),
        "media": [*_media(embed), *_media(_table(embed, "media"))],
        "bytes": len(text.encode("utf-8", "surrogatepass")),  # those of the record: NFC may be shorter
        **_in_text(parts, _texts(record.get("tags")), _cards(embed)),
        "extra": _extra(text, parts, _texts(record.get("tags"))),
    }


def _named(uri: str) -> Mapping[str, object]:
    """Return what the address of a record says: whose it is, and where people read it."""
    found = _ADDRESS.fullmatch(uri)
    if not found:
        return {"network": "bluesky", "id": uri, "account": None, "url": None}
    who, key = found["who"], found["key"]
    page = f"https://bsky.app/profile/{who}/post/{key}" if found["collection"] == POST else ""
    return {"network": "bluesky", "id": uri, "account": who, "url": page}


def _in_text(parts: Iterable[Part], beside: Sequence[str], cards: Sequence[str]) -> Mapping[str, object]:
    """Return the hashtags, mentions and links of a post; a mention as it is read, or else the number of its account."""
    by_kind = {kind: [part for part in parts if part.kind == kind] for kind in ("tag", "mention", "link")}
    handles = [one.text[1:] if one.text.startswith(("@", "＠")) else one.value for one in by_kind["mention"]]
    return {
        "hashtags": _distinct([*(one.value for one in by_kind["tag"]), *beside]),
        "mentions": _distinct(handles),
        "links": list(dict.fromkeys([*(one.value for one in by_kind["link"]), *cards])),
    }


def _extra(text: str, parts: Sequence[Part], beside: Sequence[str]) -> Mapping[str, str]:
    tags = {BESIDE: "\n".join(" ".join(tag.split()) for tag in beside)} if beside else {}
    return {NO_LINKS: "\n".join(dict.fromkeys(not_clickable(text, parts))), **tags}


def _language(languages: Sequence[str]) -> str | None:
    """Return the language of a text: none where none is stated, unknown where there are several."""
    if len(languages) > 1:
        return None
    return languages[0].partition("-")[0].lower() if languages else ""


def _quoted(embed: Item) -> str:
    """Return the address of the post that *embed* shows; a list or a feed in its place is no quote."""
    record = _table(embed, "record")
    uri = str(record.get("uri") or _table(record, "record").get("uri") or "")
    found = _ADDRESS.fullmatch(uri)
    return uri if found and found["collection"] == POST else ""


def _cards(embed: Item) -> list[str]:
    shown = (_table(embed, "external"), _table(_table(embed, "media"), "external"))
    return [one["uri"] for one in shown if isinstance(one.get("uri"), str)]


def _media(embed: Item) -> list[Mapping[str, object]]:
    """Return the pictures, of a gallery too, or the video that *embed* holds."""
    pictures = [*_tables(embed, "images"), *_tables(embed, "items")]
    found: list[Mapping[str, object]] = [_medium("photo", one) for one in pictures if "image" in one]
    if isinstance(embed.get("video"), dict):
        languages = _texts([one.get("lang") for one in _tables(embed, "captions")])
        kind = "gif" if embed.get("presentation") == "gif" else "video"
        found.append({**_medium(kind, embed), "captions": languages})
    return found


def _medium(kind: str, item: Item) -> Mapping[str, object]:
    alt = item.get("alt")
    return {"type": kind, "alt": "" if alt is None else alt, "duration_s": None, "captions": [], "url": None}


def _distinct(tags: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag.casefold(), tag)
    return list(first.values())


def _table(item: Item, key: str) -> Item:
    found = item.get(key)
    return found if isinstance(found, dict) else {}


def _tables(item: Item, key: str) -> list[Item]:
    found = item.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _texts(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
