"""
The archive that X gives its users (``tweets.js``, ``account.js``), and tweets as version 1.1 of its interface has them.

A file of the archive is JSON behind ``window.YTD.tweets.part0 =``, each item in a table such as ``{"tweet": …}``. What
the format cannot carry is unknown, never empty: an archive does not say for whom a post was, nor, without
``ext_alt_text``, whether a picture has an alternative text.
"""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import TYPE_CHECKING, Any, Final

from govsocial import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Item = dict[str, Any]
_PREFIX: Final = re.compile(r"\s*window\.YTD\.(?P<part>\w+)\.part\d+\s*=")
_STATUS: Final = re.compile(r"//(mobile\.)?(twitter|x)\.com/\w+/status/\d+")
_KINDS: Final = {"photo": "photo", "video": "video", "animated_gif": "gif"}
_NOT_IN_A_POST: Final = dict.fromkeys(
    "institution event info language variants source_institution content_type topics audience calendar_entry attested"
    " question url extra".split()
)
_NOT_IN_AN_ACCOUNT: Final = dict.fromkeys(
    "url institution purpose languages language_definition audience admins auto_replies reply_templates"
    " management_tool monitoring tier attested extra".split()
)


def records(text: str, name: str) -> Iterator[Record]:
    """
    Yield the posts, or the account, in *text*; nothing for the many other files of an archive.

    Raises:
        ValueError: where it is no JSON, or no list of tables.
    """
    found = _PREFIX.match(text)
    if not found and not name.casefold().endswith(".json"):
        return  # some other program in JavaScript
    part = found["part"] if found else "tweets"
    if part in ("tweet", "tweets"):
        for number, tweet in enumerate(_items(text[found.end() if found else 0 :], "tweet")):
            yield Record("post", post(tweet), path=("post", number))
    elif part == "account":
        for number, item in enumerate(_items(text[found.end() if found else 0 :], "account")):
            yield Record("account", account(item), path=("account", number))


def _items(text: str, key: str) -> Iterator[Item]:
    """Yield the tables of a list, taken out of the ``{key: …}`` that each may stand in."""
    found = json.loads(text.rstrip().removesuffix(";"))
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        message = f"expected a list of tables, each a {key}"
        raise ValueError(message)
    yield from (inner if isinstance(inner := one.get(key), dict) else one for one in found)


def post(tweet: Item) -> Mapping[str, object]:
    """Return the fields of the post that *tweet* is."""
    shared = _table(tweet, "retweeted_status")
    source = shared or tweet  # what is shared is cut in the tweet itself
    data: dict[str, object] = {
        **_NOT_IN_A_POST,
        "network": "twitter",
        "kind": _kind(tweet),
        "account": _table(tweet, "user").get("screen_name"),
        "text": _text(source),
        "media": [_media(one) for one in _attached(source)],
        "published_at": moment(tweet.get("created_at")),
        "shared_from": _shared_from(tweet, shared),
    }
    if isinstance(tweet.get("id_str"), str):  # "id" is a number, which JavaScript has rounded
        data["id"] = tweet["id_str"]
    return data


def account(item: Item) -> Mapping[str, object]:
    """Return the fields of the account that *item* of ``account.js`` is."""
    name = item.get("username")
    return {
        **_NOT_IN_AN_ACCOUNT,
        "id": name,
        "network": "twitter",
        "handle": name,
        "name": item.get("accountDisplayName"),
        "created_on": item.get("createdAt"),
    }


def moment(text: object) -> object:
    """Return the time that *text*, such as ``Wed Sep 04 13:51:55 +0000 2019``, is; what is none stays as it is."""
    parts = parsedate_tz(text) if isinstance(text, str) else None
    if parts is None or parts[9] is None:
        return text
    return datetime(*parts[:6], tzinfo=timezone(timedelta(seconds=parts[9])))


def _kind(tweet: Item) -> str:
    """Return what kind of post *tweet* is; the archive leaves the tweet out that is shared, and marks it ``RT @``."""
    if _table(tweet, "retweeted_status") or str(tweet.get("full_text", "")).startswith("RT @"):
        return "repost"
    if tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_user_id_str"):
        return "reply"
    return "quote" if _quoted(tweet) else "original"


def _quoted(tweet: Item) -> bool:
    links = (str(one.get("expanded_url")) for one in _tables(_table(tweet, "entities"), "urls"))
    return bool(tweet.get("is_quote_status")) or any(
        re.search(r"(twitter|x)\.com/\w+/status/\d+", one) for one in links
    )


def _shared_from(tweet: Item, shared: Item) -> object:
    """Return the id of the post that *tweet* shares, empty where it shares none, None where nobody knows."""
    if found := shared.get("id_str") or tweet.get("quoted_status_id_str"):
        return found
    return "" if _kind(tweet) in ("original", "reply") else None


def _text(tweet: Item) -> object:
    """Return the text as it was written: not as HTML, and without the links that X adds for pictures and quotes."""
    text = tweet.get("full_text", tweet.get("text"))
    if not isinstance(text, str):
        return text
    added = [one.get("url") for one in _attached(tweet)] + [_table(tweet, "quoted_status_permalink").get("url")]
    for link in added:
        text = text.removesuffix(str(link)).rstrip() if link else text
    return html.unescape(text)


def _attached(tweet: Item) -> list[Item]:
    return _tables(_table(tweet, "extended_entities"), "media") or _tables(_table(tweet, "entities"), "media")


def _media(item: Item) -> Mapping[str, object]:
    length = _table(item, "video_info").get("duration_millis")
    return {
        "type": _KINDS.get(str(item.get("type"))),
        "alt": (item["ext_alt_text"] or "") if "ext_alt_text" in item else None,
        "duration_s": length / 1000 if isinstance(length, int) else None,
        "captions": None,
        "url": item.get("media_url_https"),
    }


def _table(item: Item, key: str) -> Item:
    found = item.get(key)
    return found if isinstance(found, dict) else {}


def _tables(item: Item, key: str) -> list[Item]:
    found = item.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
