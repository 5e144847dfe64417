"""How the page of an audit says things to its reader: names, numbers and rates in one language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from govsocial.audit import phrases
from govsocial.audit.phrases import SEVERITY, percent
from govsocial.messages import number, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govsocial.messages import Text

    Row = dict[str, Any]


@dataclass(frozen=True)
class Speech:
    """How the page says things: in a *language*, with the *rules* of a summary by id."""

    language: str
    rules: Mapping[str, Row]

    def words(self, text: Text) -> str:
        """Return *text* in the reader's language."""
        return text.render(self.language)

    def number(self, value: int) -> str:
        """Return *value* as the reader writes it."""
        return number(value, self.language)

    def percent(self, rate: float) -> str:
        """Return *rate* in percent."""
        return percent(rate, self.language)

    def rule(self, name: str) -> Row:
        """Return what a rule is called, its weight, and what to do about it."""
        rule = self.rules[name]
        severity = rule["severity"]
        told = {key: rule[key].get(self.language, "") for key in ("title", "help")}
        return {"id": name, **told, "severity": severity, "weight": self.words(SEVERITY[severity])}

    def institution(self, name: str) -> str:
        """Return the name of an institution, or that there is none."""
        return name or self.no_institution

    @cached_property
    def no_institution(self) -> str:
        """How the lack of an institution is called."""
        return self.words(say("no institution"))

    def rate(self, row: Row | None) -> Row:
        """Return a rate as a cell of a table: how it is written, of how many checks, and how high it is."""
        if row is None or not row["judged"]:
            unknown = row["unknown"] if row else 0
            return {"text": self.words(say("unknown ({n})", n=unknown)) if unknown else "–", "n": "", "level": -1}
        if row["rate"] is None:
            return {"text": self.words(say("too few to say ({n})", n=row["judged"])), "n": "", "level": -1}
        n, level = self.number(row["judged"]), phrases.level(row["rate"])
        return {"text": self.percent(row["rate"]), "n": n, "level": level}

    def more(self, n: int) -> str:
        """Return that there are *n* more, nothing where there are none."""
        return self.words(say("… and {n} more", n=n)) if n > 0 else ""
