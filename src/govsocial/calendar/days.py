"""Days that are known beforehand: public holidays in Belgium, by name in the reader's language."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from govsocial.workflow.words import told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from govsocial.messages import Text

_LANGUAGES: Final = {"nl": "nl", "fr": "fr", "de": "de", "en": "en_US"}


def holidays(year: int) -> Mapping[date, Text]:
    """Return the public holidays of *year* in Belgium."""
    return {day: told(_naming(day)) for day in sorted(_names(year, "en"))}


def _naming(day: date) -> Callable[[str], str]:
    return lambda language: _names(day.year, language if language in _LANGUAGES else "en")[day]


@cache
def _names(year: int, language: str) -> Mapping[date, str]:
    from holidays import country_holidays  # noqa: PLC0415 - knows every country, and takes its time

    return dict(country_holidays("BE", years=year, language=_LANGUAGES[language]))
