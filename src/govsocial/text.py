"""
What stands in the text of a post: tags, mentions, links, words, emoji, lengths. Pure.

It knows no network: whatever networks disagree on is in a :class:`TextProfile`. Positions and lengths are those of
the text in NFC. Tags, mentions, links and the weighted length follow the conformance files of twitter-text (2021,
configuration 3), but for what is listed here, since the reference is older than what people write, or surprising:

* Behind ``http://`` every top-level domain counts, so that a new one needs no release of ours. Without a scheme only
  the countries' and those in wide use do, near Belgium above all. The reference has the whole list of 2021 for both.
* A mention inside a link is none (``medium.com/@somebody``). A handle that is too long is none; the reference cuts it.
* A tag needs a letter; the reference is content with a mark, so it takes the key cap in ``#1⃣`` for a tag.
* A subdomain with an underscore belongs to a link without scheme too; the reference drops half of it.
* Every sequence that the ``emoji`` library knows weighs 2; the reference weighs newer ones piece by piece.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import regex

LengthUnit: TypeAlias = Literal["weighted", "code-points", "graphemes", "bytes"]

# Letters, digits, and what joins them in Catalan, Persian, Hebrew, Japanese and Tibetan words.
_IN_WORD: Final = (
    r"\p{L}\p{Nd}_·\u200C\u200D\uA67E\u05BE\u05F3\u05F4\uFF5E\u301C\u309B\u309C\u30A0\u30FB\u3003\u0F0B\u0F0C"
)


@dataclass(frozen=True, slots=True)
class TextProfile:
    """
    How a network reads text; the defaults suit a network that has published no grammar.

    *tag_pattern* and *mention_pattern* are what may stand behind ``#`` and ``@``, written for the ``regex`` library.
    """

    tag_pattern: str = rf"[{_IN_WORD}\p{{M}}]+"
    digits_only_tags: bool = False
    length_unit: LengthUnit = "code-points"
    mention_pattern: str = r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"


@dataclass(frozen=True, slots=True)
class Token:
    """A tag or mention without its sign, or a link; *start* and *end*, in code points of the NFC text, include it."""

    text: str
    start: int
    end: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """What a post gets from its text; *length* is in the network's unit, *bytes* are those of UTF-8."""

    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    links: tuple[str, ...]
    length: int
    bytes: int
    emoji_count: int


def normalise(text: str) -> str:
    """Return *text* in NFC, where ``é`` is one code point however it was typed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def derive(text: str, profile: TextProfile) -> Derived:
    """Return what stands in *text*; tags and mentions distinct after case-folding, in their first spelling."""
    text = normalise(text)
    found = _links(text)
    rest = _without(found, text)
    shown = _emoji(rest)
    return Derived(
        hashtags=_distinct(_hashtags(text, profile, found)),
        mentions=_distinct(_mentions(text, profile, found)),
        links=tuple(dict.fromkeys(link.text for link in found)),
        length=_LENGTHS[profile.length_unit](text, rest, shown, len(found)),
        bytes=len(text.encode()),
        emoji_count=len(shown),
    )


def hashtags(text: str, profile: TextProfile) -> tuple[Token, ...]:
    """Return every tag of *text* in order; one directly before ``…`` is marked as cut off."""
    text = normalise(text)
    return _hashtags(text, profile, _links(text))


def mentions(text: str, profile: TextProfile) -> tuple[Token, ...]:
    """Return every mention of *text* in order."""
    text = normalise(text)
    return _mentions(text, profile, _links(text))


def links(text: str) -> tuple[Token, ...]:
    """Return every link of *text* in order, as written: with a scheme, or with a well-known top-level domain."""
    return _links(normalise(text))


def length(text: str, profile: TextProfile) -> int:
    """
    Return how long *text* is in the unit of *profile*.

    ``weighted`` is the sum that Twitter shows: a link 23, an emoji 2, Latin and its neighbours 1, other scripts 2.
    """
    text = normalise(text)
    found = _links(text)
    rest = _without(found, text)
    return _LENGTHS[profile.length_unit](text, rest, _emoji(rest), len(found))


def emoji_count(text: str) -> int:
    """Return the number of emoji outside links, a joined sequence being one; a bare ©, ® or ™ is none."""
    text = normalise(text)
    return len(_emoji(_without(_links(text), text)))


def words(text: str) -> list[str]:
    """Return the case-folded words of *text*: a letter or digit, then letters, digits and marks."""
    return [word.casefold() for word in _compiled(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*").findall(normalise(text))]


# From here on every text is in NFC. ``regex`` and ``emoji`` are slow to import, and many a text needs neither.


def _hashtags(text: str, profile: TextProfile, found: Sequence[Token]) -> tuple[Token, ...]:
    if "#" not in text and "＃" not in text:
        return ()
    # Atomic: with a second sign or a scheme behind it, no shorter part is a tag either.
    tags = _tokens(rf"{_TAG_SIGN}((?>{profile.tag_pattern}))(?![#＃]|://)", text, found)
    counts = str.isalnum if profile.digits_only_tags else str.isalpha
    return tuple(tag for tag in tags if any(map(counts, tag.text)))


def _mentions(text: str, profile: TextProfile, found: Sequence[Token]) -> tuple[Token, ...]:
    if "@" not in text and "＠" not in text:
        return ()
    pattern = rf"{_MENTION_SIGN}((?>{profile.mention_pattern}))(?![@＠]|\p{{Latin}}|\p{{M}}|://)"
    return tuple(_tokens(pattern, text, found))


def _tokens(pattern: str, text: str, found: Sequence[Token]) -> Iterator[Token]:
    """Yield what *pattern* matches outside the links *found*."""
    for match in _compiled(pattern).finditer(text):
        start, end = match.span()
        before = bisect_right(found, start, key=attrgetter("start"))
        if not before or found[before - 1].end <= start:
            yield Token(match[1], start, end, cut=text.startswith("…", end))


@lru_cache(maxsize=8)  # one text is asked for its links several times in a row
def _links(text: str) -> tuple[Token, ...]:
    return tuple(
        Token(match[0], match.start(), match.end())
        for dotted in _DOTTED.finditer(text)
        for match in _compiled(_LINK).finditer(text, dotted.start(), dotted.end())
        if _resolvable(match["host"])
    )


def _resolvable(host: str) -> bool:
    """Tell whether every label of *host* has at most 63 bytes when encoded for the DNS (RFC 1035, RFC 3490)."""
    if max(map(len, host.split("."))) > 63:  # noqa: PLR2004 - which is said above
        return False
    try:
        return host.isascii() or bool(host.encode("idna"))
    except UnicodeError:
        return False


def _without(found: Sequence[Token], text: str) -> str:
    """Return *text* with a space in place of each link."""
    ends = [0, *(link.end for link in found)]
    starts = [*(link.start for link in found), len(text)]
    return " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _emoji(text: str) -> list[str]:
    runs = () if text.isascii() else re.findall(_PICTURES, text)
    if not runs:
        return []
    from emoji import emoji_list  # noqa: PLC0415

    return [
        str(one["emoji"])
        for run in runs
        for one in emoji_list(run)
        if one["emoji"] not in _SIGNS and not run.startswith("\ufe0e", one["match_end"])
    ]


def _distinct(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for token in tokens:
        first.setdefault(token.text.casefold(), token.text)
    return tuple(first.values())


def _weighted(_: str, rest: str, shown: Sequence[str], links: int) -> int:
    """Return the weight by configuration 3 of twitter-text."""
    return _weight(rest) + links * (_LINK_WEIGHT - 1) + sum(_EMOJI_WEIGHT - _weight(one) for one in shown)


def _weight(text: str) -> int:
    return len(text) if text.isascii() else len(text) + len(re.findall(_HEAVY, text))


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex  # noqa: PLC0415

    return regex.compile(pattern)


# Each takes the text, the text with a space for each link, the emoji in that, and the number of links.
_LENGTHS: Final[Mapping[LengthUnit, Callable[[str, str, Sequence[str], int], int]]] = {
    "weighted": _weighted,
    "code-points": lambda text, *_: len(text),
    "graphemes": lambda text, *_: len(_compiled(r"\X").findall(text)),
    "bytes": lambda text, *_: len(text.encode()),
}
_LINK_WEIGHT: Final = 23
_EMOJI_WEIGHT: Final = 2
_HEAVY: Final = "[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]"

# Where emoji live, alone or joined (at most ten, longer than any that exist); the emoji library says what is one.
_PICTURE: Final = (
    "[©®\u203c\u2049\u20e3\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]{0,8}"
)
_PICTURES: Final = f"[#*0-9]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE}){{0,9}}"
_SIGNS: Final = ("©", "®", "™")

# The sign of a tag does not continue a word, an entity (&#39;) or a link; an emoji's selector is a mark but no word.
_TAG_SIGN: Final = rf"[#＃](?<![{_IN_WORD}&][#＃]|[^\P{{M}}\uFE0E\uFE0F][#＃])(?![\uFE0F\u20E3])"
# The sign of a mention does not stand in an address, unless the letters before it are the RT of a retweet.
_MENTION_SIGN: Final = r"[@＠](?:(?<![A-Za-z0-9_!#$%&*@＠][@＠])|(?<=(?<![A-Za-z0-9_+~.-])[Rr][Tt][@＠]))"
# A stretch without spaces in which a letter or digit follows a dot: only there can a link be.
_DOTTED: Final = re.compile(r"(?<!\S)[^\s.]*+(?:\.(?!\w)[^\s.]*+)*+\.\S*+")
# ISO 3166-1 codes in use as domains, with ac, eu, su and uk.
_COUNTRIES: Final = (
    "a[c-gilmoq-uwxz] b[abd-jmnorstvwyz] c[acdf-ik-oru-z] d[ejkmoz] e[cegrstu] f[ijkmor] g[abd-ilmnp-uwy] h[kmnrtu]"
    " i[del-oq-t] j[emop] k[eghimnprwyz] l[abcikr-vy] m[acdeghk-z] n[acefgilopruz] om p[ae-hk-nrstwy] qa r[eosuw]"
    " s[abcdeg-or-vxyz] t[cdfghj-ortvwz] u[agksyz] v[aceginu] w[fs] y[et] z[amw]"
)
_GENERIC: Final = (
    "com org net edu gov mil int info biz name pro aero asia cat coop jobs mobi museum post tel travel xyz"
    " academy agency app art blog business care center city cloud club community company design dev digital education"
    " energy events family foundation fund games global guide health help institute law legal life link live media"
    " network news ngo online page partners photos press radio school science services shop site social software"
    " solutions space store studio support team tech tips today tools tours training university video vip website world"
    " brussels vlaanderen gent amsterdam frl alsace bzh corsica paris bayern berlin cologne hamburg koeln nrw ruhr"
    " saarland tirol wien zuerich swiss barcelona eus gal madrid helsinki stockholm istanbul moscow london cymru irish"
    " scot wales africa capetown nyc quebec vegas rio lat sydney kyoto osaka tokyo"
)
_OTHER_SCRIPTS: Final = (
    "ею бг ευ ελ рф укр срб ישראל مصر امارات السعودية ایران پاکستان भारत ไทย 中国 中國 台湾 台灣 香港 한국 みんな"  # noqa: RUF001
)


def _labels(letters: str) -> str:
    """Return the pattern of a host up to its top-level domain: inner dashes anywhere, underscores in subdomains."""
    subdomain = rf"[{letters}](?:[{letters}_-]*+(?<![_-]))?+\."
    domain = rf"[{letters}](?:[{letters}-]*+(?<!-))?+\."
    return f"(?:{subdomain}){{0,126}}{domain}"


# A path and a query do not end with the punctuation of the sentence they stand in; parentheses in a path are paired.
_LATIN: Final = "A-Za-z0-9À-ÖØ-öø-ɏḀ-\u1eff"
_IN_HOST: Final = r"\p{L}\p{M}\p{N}\p{So}"
_IN_PATH: Final = rf"[{_LATIN}\u0400-\u04FF!*';:=+,.$/%#\[\]\u2013_~@|&-]"
_PAIRED: Final = rf"\((?:{_IN_PATH}|\({_IN_PATH}+\))+\)"
_PATH: Final = rf"/(?:(?:{_IN_PATH}|{_PAIRED})*(?:[{_LATIN}\u0400-\u04FF=_#/+-]|{_PAIRED}))?"
_QUERY: Final = r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[A-Za-z0-9_&=#/-]"

_KNOWN: Final = f"{_COUNTRIES} {_GENERIC} {_OTHER_SCRIPTS}".replace(" ", "|")
_TOP: Final = rf"(?i:{_KNOWN}|xn--[0-9a-z-]+)(?![0-9A-Za-z@+-])"
_ANY_TOP: Final = r"(?:[^\x00-\x7F\P{L}]\p{M}*){2,}+(?![\w@+-])"
_HOST: Final = rf"{_labels('A-Za-z0-9')}[A-Za-z]{{2,}}+(?![\w@+-]|\.\w)|{_labels(_IN_HOST)}(?:{_TOP}|{_ANY_TOP})"
# Twitter's own short links end where their code of at most 40 characters ends.
_SHORT: Final = r"(?P<host>(?i:t\.co))/[A-Za-z0-9]{1,40}+(?![A-Za-z0-9])"
_FULL: Final = rf"(?!(?i:t\.co)/[A-Za-z0-9])(?P<host>{_HOST})(?::[0-9]+)?(?:{_PATH})?"
_WITH_SCHEME: Final = rf"(?i:https?)://(?:{_SHORT}|{_FULL})(?:{_QUERY})?"
_BARE: Final = rf"(?<![{_LATIN}._/-])(?P<host>{_labels(_LATIN)}{_TOP})(?:(?::[0-9]+)?{_PATH}(?:{_QUERY})?)?"
_LINK: Final = rf"(?<![A-Za-z0-9@＠$#＃\uFEFF\uFFFE\uFFFF])(?:{_WITH_SCHEME}|{_BARE})"
