"""Messages of policies: texts by language with placeholders, each placeholder an expression like any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from typing import TYPE_CHECKING, Final

from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.messages import number
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.policy.shapes import Plural

FAILING: Final = "failing"


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, by language; *places* compute its placeholders, *number* what chooses between one and several."""

    texts: Mapping[str, Plural] = field(default_factory=dict)
    places: Mapping[str, Closure] = field(default_factory=dict)
    number: Closure | None = None

    def __bool__(self) -> bool:
        return bool(self.texts)

    def render(self, frame: Frame, language: str, failing: tuple[str, ...] = ()) -> str:
        """Return the message in *language*, else in its first one, with its places filled from *frame*."""
        if not self.texts:
            return ""
        known = language if language in self.texts else next(iter(self.texts))
        forms = self.texts[known]
        text = forms.one if _is_one(_value(self.number, frame), known) else forms.other
        return "".join(
            literal + ("" if name is None else self._fill(name, frame, known, failing))
            for literal, name in pieces(text)
        )

    def outline(self, language: str, values: Mapping[str, object]) -> str:
        """Return the message without a resource: *values* fill its places, … stands for all else."""
        forms = self.texts.get(language) or next(iter(self.texts.values()), None)
        if forms is None:  # a live option may go without words
            return ""
        return "".join(
            literal + ("" if name is None else _told(values.get(name))) for literal, name in pieces(forms.other)
        )

    def _fill(self, name: str, frame: Frame, language: str, failing: tuple[str, ...]) -> str:
        return ", ".join(failing) if name == FAILING else shown(_value(self.places[name], frame), language)


def _told(value: object) -> str:
    return "…" if value is None else shown(value)


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """
    Yield each literal of *text* with the placeholder behind it.

    Raises:
        ValueError: where a brace is not closed.
    """
    for literal, name, spec, conversion in Formatter().parse(text):
        if spec or conversion:
            raise ValueError(name)
        yield literal, name


def _is_one(number: object, language: str) -> bool:
    """Whether *number* takes the form ``one``; French counts zero and one alike (CLDR plural rules)."""
    return number in ((0, 1) if language.partition("-")[0] == "fr" else (1,))


def _value(closure: Closure | None, frame: Frame) -> object:
    if closure is None:
        return None
    try:
        return closure(frame)
    except (Unknown, BrokenCodeError):
        return "?"


def shown(value: object, language: str = "") -> str:
    """Return *value* as a reader of *language* sees it: lists joined, times as clocks in Brussels show them."""
    if isinstance(value, tuple):
        return ", ".join(shown(item, language) for item in value)
    if isinstance(value, datetime):
        local = value.astimezone(HOME)
        return f"{local:%d/%m/%Y}" if (local.hour, local.minute) == (0, 0) else f"{local:%d/%m/%Y %H:%M}"
    if isinstance(value, bool):
        return str(value).lower()
    return number(value, language) if language and isinstance(value, int | float) else str(value)
