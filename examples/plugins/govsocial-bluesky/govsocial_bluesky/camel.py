"""
Hashtags of several words, written as they are read out well: #openbedrijvendag as #OpenBedrijvendag.

A tag is cut into words of a list, in one language. It stays as it is wherever there is a doubt: a word that is not in
the list, a tag that is a word of its own, two ways to cut it. In Dutch and German two nouns are one word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govsocial import Post

Words = dict[str, str]
"""The kind of each word, by how it is written in small letters without accents."""
Vocabulary = dict[str, Words]
"""The words of each language."""
SMALL, LEAD, NOUN, WHOLE = "small", "lead", "noun", "whole"
EVERY: Final = "all"
"""The language of names, which every language has."""
JOINING: Final = ("nl", "de")
"""Languages that write nouns that belong together as one word."""
SHORTEST: Final = 6
"""How many letters a tag must have: below, a few capitals help nobody."""
LONGEST: Final = 64
"""How many it may have: Bluesky takes no longer ones, and to look at them would take time."""
MOST_WAYS: Final = 16
"""How many ways to cut a tag are kept: two already are a doubt, unless nouns that are joined make them one."""
LONG: Final = 4
"""How many letters one of the words must have, so that nothing is cut into crumbs."""
_TAG: Final = re.compile(r"(?P<word>[^\W\d_]+)(?P<year>\d*)")


def vocabulary() -> Vocabulary:
    """Return the words that come with this package."""
    return words_in((files(__package__) / "words.list").read_text(encoding="utf-8"))


def words_in(text: str) -> Vocabulary:
    """Return the words in *text*: lines such as ``nl noun: dag dagen``, where ``all`` stands for every language."""
    found: Vocabulary = {}
    for line in text.splitlines():
        head, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            language, kind = head.split()
            found.setdefault(language, {}).update((_plain(word), kind) for word in words.split())
    names = found.pop(EVERY, {})
    return {language: names | words for language, words in found.items()}


def camel_case_tags_by(words: Vocabulary) -> Callable[[Post], list[str] | None]:
    """Return the fact: the hashtags of a post that *words* can write better, as they would; None where nobody knows."""

    def camel_case_tags(post: Post) -> list[str] | None:
        if post.hashtags is None:
            return None
        return [f"#{better}" for tag in post.hashtags if (better := suggestion(tag, words))]

    return camel_case_tags


def suggestion(tag: str, words: Vocabulary) -> str | None:
    """Return *tag* with a capital for each of its words, None where it is fine, or where there is any doubt."""
    found = _TAG.fullmatch(unicodedata.normalize("NFC", tag))
    if not found or not _in_one_case(found["word"]):
        return None
    word, plain = found["word"], _plain(found["word"])
    if not SHORTEST <= len(word) <= LONGEST or len(plain) != len(word):
        return None
    ways = {way for language, known in words.items() if (way := _way(plain, language, known))}
    if len(ways) != 1 or len(ends := next(iter(ways))) == 1:
        return None
    starts = (0, *ends[:-1])
    return "".join(_capital(word[start:end]) for start, end in zip(starts, ends, strict=True)) + found["year"]


def _in_one_case(word: str) -> bool:
    """Tell whether *word* has small letters only, capitals only, or one capital at its beginning."""
    return word.isupper() or word[1:].islower()


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _plain(word: str) -> str:
    """Return *word* in small letters without accents, which tags often leave out; letter by letter."""
    return "".join(map(_letter, word))


@lru_cache(maxsize=512)
def _letter(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()


def _way(word: str, language: str, known: Mapping[str, str]) -> tuple[int, ...]:
    """Return where the words end that make up *word*; only its own end where that is doubtful, none without words."""
    ways = _shortest(word, known)
    written = {_joined(way, word, known) if language in JOINING else way for way in ways}
    if not written:
        return ()
    certain = len(written) == 1 and all(_certain(way, word, language, known) for way in ways)
    return next(iter(written)) if certain else (len(word),)


def _shortest(word: str, known: Mapping[str, str]) -> set[tuple[int, ...]]:
    """Return the ways to cut *word* into as few words as can be, each as the ends of its words."""
    best: list[set[tuple[int, ...]]] = [{()}]
    for end in range(1, len(word) + 1):
        starts = (start for start in range(end - 1) if _is_piece(word, start, end, known))
        longer = {(*way, end) for start in starts for way in best[start]}
        fewest = min(map(len, longer), default=0)
        best.append(set(sorted(way for way in longer if len(way) == fewest)[:MOST_WAYS]))
    return best[-1]


def _is_piece(word: str, start: int, end: int, known: Mapping[str, str]) -> bool:
    return known.get(word[start:end], WHOLE) != WHOLE or (end - start == len(word) and word in known)


def _cut(way: Sequence[int], word: str) -> Iterator[str]:
    return (word[start:end] for start, end in zip((0, *way), way, strict=False))


def _joined(way: tuple[int, ...], word: str, known: Mapping[str, str]) -> tuple[int, ...]:
    """Return *way* with nouns that follow one another as one word."""
    nouns = [known[one] == NOUN for one in _cut(way, word)]
    return tuple(end for end, noun, then in zip(way, nouns, [*nouns[1:], False], strict=True) if not (noun and then))


def _certain(way: tuple[int, ...], word: str, language: str, known: Mapping[str, str]) -> bool:
    """
    Tell whether nobody would read *word* as one.

    "in" + "sight" is a word, "walk" + "to" + "school" are three; "klimaat" + "neutraal" is a word in Dutch. In French
    two nouns do not stand side by side, so it is another language that they come from.
    """
    cut = list(_cut(way, word))
    kinds = [known[one] for one in cut]
    if kinds[0] == SMALL or kinds[-1] in (SMALL, LEAD) or max(map(len, cut)) < LONG:
        return False
    if len(cut) > 2:  # noqa: PLR2004 - of two, one may be a beginning or an ending of the other
        return True
    side_by_side = language not in JOINING and (language != "fr" or kinds[1:] != [NOUN])
    return kinds[0] != LEAD and (kinds[0] != NOUN or side_by_side)
