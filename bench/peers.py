"""
The thirty rules in other rule engines for Python, each at its fastest, for as many rules as it answers as we do.

Each is installed with the extra ``bench``, and skipped where it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from govsocial import Post

Program = Callable[[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine: how a post is made ready for it, and how rules (by their texts in ``texts``) become a program."""

    name: str
    texts: tuple[str, ...]
    ready: Callable[[Post], Any]
    program: Callable[[Sequence[str]], Program]


# Their own words where they do not speak CEL; an empty text is a rule that they cannot say.
ZEN: Final = (
    "post.network != 'twitter' or len(post.hashtags) <= 3",
    "post.network != 'twitter' or len(post.hashtags) >= 1",
    "post.network != 'twitter' or len(post.text) <= 280",
    "post.network != 'instagram' or len(post.media) > 0",
    "all(post.media, #.type != 'photo' or #.alt != '')",
    "all(post.media, #.type != 'video' or #.duration_s <= 140)",
    "len(post.media) > 0",
    "post.language in ['nl', 'fr', 'de', 'en']",
    "not (post.network == 'facebook' and post.language == 'und')",
    "not contains(post.text, 'http://')",
    "all(post.links, startsWith(#, 'https://'))",
    "len(post.links) == 0 or some(post.links, endsWith(#, '.be') or contains(#, '.be/'))",
    r"not matches(post.text, '(?i)\b(gratis|win nu|klik hier)\b')",
    r"not some(post.hashtags, matches(#, '[^\p{L}\p{N}_]'))",
    "all(post.hashtags, len(#) <= 30)",
    "len(post.hashtags) == 0 or some(post.hashtags, lower(#) == 'belgie' or lower(#) == 'belgium')",
    "post.event == '' or post.event in post.topics",
    "post.kind != 'repost' or post.source_institution != ''",
    "post.kind != 'repost' or post.source_institution != post.institution",
    "post.kind != 'reply' or len(post.mentions) > 0",
    "len(post.mentions) <= 5",
    "all(post.mentions, not contains(#, 'minister'))",
    "post.network != 'snapchat' or post.audience.age_max <= 25",
    "post.network != 'snapchat' or some(post.media, #.type == 'video' and #.duration_s < 30)",
    "post.network == 'livestream' ? some(post.media, #.type == 'audio') : not some(post.media, #.type == 'audio')",
    "len(filter(post.media, #.type == 'photo')) <= 4",
    "all(map(post.media, #.duration_s), # == 0 or # >= 3)",
    "post.bytes < 100 or post.length * 2 >= post.bytes",
    "d(post.published_at) >= d('2020-01-01T00:00:00Z')",
    "post.network != 'facebook' or d(post.published_at).tz('Europe/Brussels').hour() >= 7",
)
RULE_ENGINE: Final = (
    "network != 'twitter' or hashtags.length <= 3",
    "network != 'twitter' or hashtags.length >= 1",
    "network != 'twitter' or text.length <= 280",
    "network != 'instagram' or media.length > 0",
    "$all([m.type != 'photo' or m.alt != '' for m in media])",
    "$all([m.type != 'video' or m.duration_s <= 140 for m in media])",
    "media.length > 0",
    "language in ['nl', 'fr', 'de', 'en']",
    "not (network == 'facebook' and language == 'und')",
    "not ('http://' in text)",
    "$all([l.starts_with('https://') for l in links])",
    "links.length == 0 or $any([l.ends_with('.be') or '.be/' in l for l in links])",
    r"not (text =~~ '(?i)\\b(gratis|win nu|klik hier)\\b')",
    r"not $any([h =~~ '[^\\w]' for h in hashtags])",
    "$all([h.length <= 30 for h in hashtags])",
    "hashtags.length == 0 or $any([h.as_lower == 'belgie' or h.as_lower == 'belgium' for h in hashtags])",
    "event == '' or event in topics",
    "kind != 'repost' or source_institution != ''",
    "kind != 'repost' or source_institution != institution",
    "kind != 'reply' or mentions.length > 0",
    "mentions.length <= 5",
    "$all([not ('minister' in m) for m in mentions])",
    "network != 'snapchat' or audience.age_max <= 25",
    "network != 'snapchat' or $any([m.type == 'video' and m.duration_s < 30 for m in media])",
    "network == 'livestream' ? $any([m.type == 'audio' for m in media]) : not $any([m.type == 'audio' for m in media])",
    "[m for m in media if m.type == 'photo'].length <= 4",
    "$all([s == 0 or s >= 3 for s in [m.duration_s for m in media]])",
    "bytes < 100 or length * 2 >= bytes",
    "published_at >= d'2020-01-01T00:00:00+00:00'",
    "",  # its clock has no time zones
)


def cel_python(texts: tuple[str, ...]) -> Peer:
    """Return ``cel-python``: each rule made into Python. It has RE2 by itself, and no ``lowerAscii``."""
    module = import_module("celpy")
    environment = module.Environment(runner_class=module.CompiledRunner)

    def program(own: Sequence[str]) -> Program:
        runs = [environment.program(environment.compile(text)).evaluate for text in own]
        return lambda post: [bool(run(post)) for run in runs]

    texts = tuple("" if "lowerAscii" in text else text for text in texts)
    return Peer("cel-python", texts, lambda post: {"post": module.json_to_cel(_plain(post))}, program)


def common_expression_language(texts: tuple[str, ...]) -> Peer:
    """Return ``common-expression-language``, written in Rust; each post is one context for all rules."""
    module = import_module("cel")

    def ready(post: Post) -> object:
        return module.Context({"post": _plain(post)}, {"lowerAscii": str.lower})

    def program(own: Sequence[str]) -> Program:
        runs = [module.compile(text).execute for text in own]
        return lambda context: [run(context) for run in runs]

    return Peer("common-expression-language", texts, ready, program)


def zen_engine(_: tuple[str, ...]) -> Peer:
    """Return ``zen-engine``, written in Rust: one list of all rules, as its calls are dear."""
    module = import_module("zen")

    def program(own: Sequence[str]) -> Program:
        return module.compile_expression(f"[{', '.join(own)}]").evaluate  # type: ignore[no-any-return]

    return Peer("zen-engine", ZEN, lambda post: {"post": post.model_dump(mode="json")}, program)


def rule_engine(_: tuple[str, ...]) -> Peer:
    """Return ``rule-engine``, written in Python."""
    module = import_module("rule_engine")

    def program(own: Sequence[str]) -> Program:
        runs = [module.Rule(text).matches for text in own]
        return lambda post: [run(post) for run in runs]

    return Peer("rule-engine", RULE_ENGINE, _plain, program)


def _plain(post: Post) -> dict[str, Any]:
    return post.model_dump(mode="json") | {"published_at": post.published_at}


PEERS: Final = {
    "cel-python": cel_python,
    "common-expression-language": common_expression_language,
    "zen-engine": zen_engine,
    "rule-engine": rule_engine,
}
