"""Messages as values: an English template with named values, put into words when a language is known."""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("nl", "fr", "de", "en")
"""The languages in which the program itself speaks."""


@dataclass(frozen=True, slots=True)
class Text:
    """
    A message that waits for its reader's language.

    *template* is English and is the key of the catalogue; *values* fill its ``{name}`` places. Where *plural* is
    given, it is the template for more than one, chosen by the value named ``n``.
    """

    template: str
    values: Mapping[str, object] = field(hash=False)  # a mapping has no hash, a message needs one
    plural: str = ""

    def render(self, language: str = "en") -> str:
        """Return the message in *language*, in English where no translation is known."""
        if not self.template:  # gettext answers an empty key with the catalogue's header
            return ""
        catalogue = _catalogue(language)
        values = {
            key: value.render(language) if isinstance(value, Text) else value for key, value in self.values.items()
        }
        if self.plural:
            template = catalogue.ngettext(self.template, self.plural, int(str(values["n"])))
        else:
            template = catalogue.gettext(self.template)
        return template.format(**values)


def say(template: str, /, **values: object) -> Text:
    """Return *template* with its values, to be rendered later."""
    return Text(template, values)


def count(one: str, other: str, /, n: int, **values: object) -> Text:
    """Return the message for *n* things: *one* or *other*, by the plural rule of the reader's language."""
    return Text(one, {"n": n, **values}, plural=other)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("govsocial", Path(__file__).parent / "locale", languages=[language], fallback=True)
