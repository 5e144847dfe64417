"""
How often the detection of languages is right, wrong or silent on text that nobody wrote for it.

The text is Django's own, in the catalogues that its translators made. With ``-s`` the tables of docs/language.md are
printed.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from itertools import permutations
from pathlib import Path
from typing import Final

import pytest
from babel.messages.mofile import read_mo

from govsocial.language import FAST, LANGUAGES, LINGUA, Detector, detect

DJANGO: Final = find_spec("django")
pytestmark = pytest.mark.skipif(DJANGO is None, reason="needs Django, whose catalogues are the text")
needs_lingua = pytest.mark.skipif(find_spec("lingua") is None, reason="needs the extra lingua")
with_each_back_end = pytest.mark.parametrize(
    "detector", [pytest.param(FAST, id="default"), pytest.param(LINGUA, id="lingua", marks=needs_lingua)]
)

BANDS: Final = ((1, 19), (20, 39), (40, 79), (80, 9999))
FOREIGN: Final = "af ca cs da eo es fi fy gl hu id it lb nb pl pt ro sq sv tr vi".split()
# What is filled in, tags and entities: no words of the language.
CODE: Final = re.compile(r"%\([^)]*\)[a-z]|%[-0-9.]*[a-z]|\{[^}]*\}|<[^>]*>|&\w+;")


def plain(message: str) -> str:
    return " ".join(CODE.sub(" ", message).split())


@cache
def catalogue(code: str) -> dict[str, str]:
    """Return the translations into the language *code* by the English text."""
    places = DJANGO.submodule_search_locations if DJANGO else None
    found: dict[str, str] = {}
    for path in sorted(Path((places or [""])[0]).glob(f"**/locale/{code}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            messages = list(read_mo(file))
        pairs = ((one.id, one.string) for one in messages if one.id)
        found |= {plain(a): plain(b) for a, b in pairs if isinstance(a, str) and isinstance(b, str) and a != b}
    return found


@cache
def texts(code: str) -> tuple[str, ...]:
    if code == "en":
        return tuple(sorted({text for other in ("nl", "fr", "de") for text in catalogue(other)}))
    return tuple(sorted(set(catalogue(code).values())))


def aligned() -> list[dict[str, str]]:
    """Return what is said in all four languages, in at least 30 characters in each."""
    said = [
        {"en": text, **{code: catalogue(code).get(text, "") for code in ("nl", "fr", "de")}} for text in texts("en")
    ]
    return [one for one in said if min(map(len, one.values())) >= 30]


def show(line: str) -> None:
    print(line)  # noqa: T201 - for who asks with -s


def judged(code: str, found: tuple[str, ...] | None) -> str:
    return "unknown" if found is None else "right" if found == (code,) else "wrong"


def share(part: int, counts: Counter[str]) -> float:
    return 100 * part / counts.total()


def row(name: str, counts: Counter[str], words: tuple[str, ...] = ("right", "wrong", "unknown")) -> str:
    cells = (f"{share(counts[word], counts):.1f} %" for word in words)
    return f"| {name} | {counts.total()} | {' | '.join(cells)} |"


@with_each_back_end
def test_a_text_of_forty_characters_is_hardly_ever_judged_wrong(detector: Detector) -> None:
    show(f"\n\n{detector.backend}\n\n| characters | texts | right | wrong | unknown |\n|---|---|---|---|---|")
    longer: Counter[str] = Counter()
    for low, high in BANDS:
        counts = Counter(
            judged(code, detect(text, detector))
            for code in LANGUAGES
            for text in texts(code)
            if low <= len(text) <= high
        )
        show(row(f"{low} – {high}", counts))
        longer += counts if low >= 40 else Counter()
    show(row("40 or more", longer))

    assert longer.total() > 500
    assert share(longer["wrong"], longer) <= 1
    assert share(longer["right"], longer) >= 95


@with_each_back_end
@pytest.mark.parametrize("code", LANGUAGES)
def test_no_language_is_judged_worse_than_the_others(code: str, detector: Detector) -> None:
    counts = Counter(judged(code, detect(text, detector)) for text in texts(code) if len(text) >= 40)
    show(f"\n{row(code, counts)}")

    assert share(counts["wrong"], counts) <= 2


@with_each_back_end
def test_two_languages_in_one_text_are_mostly_found(detector: Detector) -> None:
    counts: Counter[str] = Counter()
    for nth, (one, other) in enumerate(permutations(LANGUAGES, 2)):
        for text in aligned()[nth % 4 :: 4]:
            between = ("\n", " / ", " | ", ". ")[nth % 4]
            found = set(detect(f"{text[one].rstrip('.')}{between}{text[other]}", detector) or ())
            counts[
                "both" if found == {one, other} else "one of them" if found < {one, other} and found else "other"
            ] += 1
    show(f"\n{row('two languages', counts, ('both', 'one of them', 'other'))}")

    assert share(counts["both"], counts) >= 90


@with_each_back_end
def test_another_language_mostly_stays_unknown(detector: Detector) -> None:
    english = set(texts("en"))
    counts = Counter(
        "known" if detect(text, detector) else "unknown"
        for code in FOREIGN
        for text in texts(code)[::3]
        if len(text) >= 20 and text not in english
    )
    show(f"\n{row('21 other languages', counts, ('unknown', 'known'))}")

    assert share(counts["unknown"], counts) >= 95
