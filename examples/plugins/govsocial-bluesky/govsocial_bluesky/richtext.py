"""
Facets: the parts of a text that are a hashtag, a mention or a link, given by offsets into its bytes in UTF-8. Pure.

Norm: the lexicon ``app.bsky.richtext.facet``. An offset counts from 0; the first byte is in, the last one is out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from govsocial_bluesky.grammar import clickable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS: Final[Mapping[str, str]] = {"tag": "tag", "mention": "did", "link": "uri"}
"""The features that we know, and where each has its value; those of tomorrow are left to it."""
_GOES_ON: Final = range(0b1000_0000, 0b1100_0000)
"""The bytes with which UTF-8 goes on with a character."""
_TYPE: Final = "app.bsky.richtext.facet#"
_FORM: Final = {
    "en": "a facet needs an index with byteStart and byteEnd, and a list of features",
    "nl": "een facet heeft een index met byteStart en byteEnd nodig, en een lijst features",
    "fr": "une facette a besoin d’un index avec byteStart et byteEnd, et d’une liste de features",
    "de": "eine Facette braucht einen index mit byteStart und byteEnd und eine Liste features",
}
_OUTSIDE: Final = {
    "en": "the facet is for bytes {start} to {end}, but the text has {size} bytes; count bytes of UTF-8 from 0",
    "nl": "de facet is voor bytes {start} tot {end}, maar de tekst telt {size} bytes; tel bytes van UTF-8 vanaf 0",
    "fr": "la facette vise les octets {start} à {end}, mais le texte en a {size} ; comptez en octets d’UTF-8 depuis 0",
    "de": "die Facette gilt für die Bytes {start} bis {end}, der Text hat aber {size}; zählen Sie UTF-8-Bytes ab 0",
}
_CUT: Final = {
    "en": "the facet for bytes {start} to {end} cuts a character in two; count bytes of UTF-8, not characters",
    "nl": "de facet voor bytes {start} tot {end} snijdt een teken doormidden; tel bytes van UTF-8, geen tekens",
    "fr": "la facette des octets {start} à {end} coupe un caractère ; comptez en octets d’UTF-8, non en caractères",
    "de": "die Facette für die Bytes {start} bis {end} zerschneidet ein Zeichen; zählen Sie UTF-8-Bytes, nicht Zeichen",
}
_OVERLAP: Final = {
    "en": "the facet for bytes {start} to {end} begins before the one before it ends, at byte {size}; keep one of them",
    "nl": "de facet voor bytes {start} tot {end} begint voor de vorige eindigt, op byte {size}; behoud er één",
    "fr": "la facette des octets {start} à {end} commence avant la fin de la précédente (octet {size}) ; gardez-en une",
    "de": "die Facette für die Bytes {start} bis {end} beginnt vor dem Ende der vorigen (Byte {size}); behalten Sie 1",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text, *start* and *end* in bytes, that is of one of the KINDS and has a *value*."""

    kind: str
    start: int
    end: int
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the facet that has this *number*: *words* by language, with the *bytes* that they name."""

    number: int
    words: Mapping[str, str]
    bytes: Mapping[str, int] = field(default_factory=dict)


def facets(text: str, given: object) -> tuple[tuple[Part, ...], tuple[Fault, ...]]:
    """Return the parts of *text* that the facets *given* name, in their order in it, and what is wrong with others."""
    if given is None:
        return (), ()
    if not isinstance(given, list):
        return (), (Fault(0, _FORM),)
    data = text.encode("utf-8", "surrogatepass")
    found = [_facet(number, one, data) for number, one in enumerate(given)]
    whole = sorted((one for one in found if isinstance(one, tuple)), key=lambda one: one[1:3])
    faults = [one for one in found if isinstance(one, Fault)] + list(_overlaps(whole))
    parts = (part for number, start, end, features in whole for part in _parts(data, start, end, features))
    return tuple(parts), tuple(sorted(faults, key=lambda one: one.number))


Facet = tuple[int, int, int, list[Any]]


def _facet(number: int, facet: object, data: bytes) -> Facet | Fault:
    """Return the number, start, end and features of *facet*, or what is wrong with it."""
    match facet:
        case {"index": {"byteStart": int(start), "byteEnd": int(end)}, "features": list(features)}:
            if not 0 <= start < end <= len(data):
                return Fault(number, _OUTSIDE, {"start": start, "end": end, "size": len(data)})
            if _inside(data, start) or _inside(data, end):
                return Fault(number, _CUT, {"start": start, "end": end})
            return number, start, end, features
    return Fault(number, _FORM)


def _inside(data: bytes, offset: int) -> bool:
    return offset < len(data) and data[offset] in _GOES_ON


def _overlaps(facets: Sequence[Facet]) -> Iterator[Fault]:
    reached = 0
    for number, start, end, _ in facets:
        if start < reached:
            yield Fault(number, _OVERLAP, {"start": start, "end": end, "size": reached})
        reached = max(reached, end)


def _parts(data: bytes, start: int, end: int, features: Sequence[object]) -> Iterator[Part]:
    text = data[start:end].decode("utf-8", "surrogatepass")
    for feature in features:
        if not isinstance(feature, dict):
            continue
        kind = str(feature.get("$type")).removeprefix(_TYPE)
        value = feature.get(KINDS.get(kind, ""))
        if isinstance(value, str):
            yield Part(kind, start, end, text, value)


def not_clickable(text: str, parts: Sequence[Part]) -> Iterator[str]:
    """Yield the links, hashtags and mentions in *text* that none of *parts* covers: they stay plain text."""
    for found in clickable().finditer(text):
        start = len(text[: found.start()].encode("utf-8", "surrogatepass"))
        end = start + len(found[0].encode("utf-8", "surrogatepass"))
        if not any(part.start < end and start < part.end for part in parts):
            yield found[0]
