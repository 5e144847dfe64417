"""Messages as values: an English template with named values, put into words when a language is known."""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("nl", "fr", "de", "en")
"""The languages in which the program itself speaks."""
LOCALE: Final = Path(__file__).parent / "locale"
"""Where its translations are, for gettext."""
GROUPED: Final = 10_000
"""From which number on digits stand in groups of three: what is smaller may be a year."""

_SEPARATORS: Final = {"nl": ".", "de": ".", "fr": "\u202f"}


@dataclass(frozen=True, slots=True)
class Text:
    """
    A message that waits for its reader's language.

    *template* is English and is the key of the catalogue; *values* fill its ``{name}`` places. Where *plural* is
    given, it is the template for more than one, chosen by the value named ``n``. *words* are templates by language
    that stand in no catalogue of ours, since a plugin brings them.
    """

    template: str
    values: Mapping[str, object] = field(hash=False)  # a mapping has no hash, a message needs one
    plural: str = ""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)

    def render(self, language: str = "en") -> str:
        """Return the message in *language*, in English where no translation is known."""
        if not self.template:  # gettext answers an empty key with the catalogue's header
            return ""
        catalogue = _catalogue(language)
        if self.words:
            template = self.words.get(language, self.template)
        elif self.plural:
            template = catalogue.ngettext(self.template, self.plural, int(str(self.values["n"])))
        else:
            template = catalogue.gettext(self.template)
        return template.format(**{name: _worded(value, language) for name, value in self.values.items()})


def say(template: str | Mapping[str, str], /, **values: object) -> Text:
    """
    Return *template* with its values, to be rendered later.

    A plugin, which has no catalogue here, gives its templates by language: ``say({"en": "…", "nl": "…"}, n=3)``.
    English is among them, and is shown to whoever reads another language.
    """
    return Text(template, values) if isinstance(template, str) else Text(template["en"], values, words=template)


def count(one: str, other: str, /, n: int, **values: object) -> Text:
    """Return the message for *n* things: *one* or *other*, by the plural rule of the reader's language."""
    return Text(one, {"n": n, **values}, plural=other)


def number(value: float, language: str) -> str:
    """Return *value* as it is written in *language*; a large one in groups of three digits."""
    if not isfinite(value) or value % 1:
        return str(value) if language == "en" else str(value).replace(".", ",")
    whole = int(value)
    return f"{whole:,}".replace(",", _SEPARATORS.get(language, ",")) if abs(whole) >= GROUPED else str(whole)


def _worded(value: object, language: str) -> object:
    if isinstance(value, Text):
        return value.render(language)
    return number(value, language) if isinstance(value, int) and not isinstance(value, bool) else value


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("govsocial", LOCALE, languages=[language], fallback=True)
