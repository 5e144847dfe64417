"""
What can go wrong, and for whom.

GovsocialError
├── InputError      a draft, a data file or a value cannot be read: its author mends it
├── PolicyError     a policy cannot be loaded: its author mends it
└── PluginError     a plugin cannot be used: whoever packaged it mends it

A broken rule of the norm is none of these: that is a finding, a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text; both count from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong, where it is, and what was meant.

    *line* and *column* count from 1, columns in code points; *path* names the part of the data, such as
    ``post[0].media[1].alt``, or the rule, such as ``twitter/hashtags-max``.
    """

    text: Text
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""

    def message(self, language: str = "en") -> str:
        """Return what is wrong, in *language*, without the place."""
        return self.text.render(language)

    def render(self, language: str = "en") -> str:
        """Return one line: ``file:line:column path: what is wrong``."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{' '.join(part for part in (place, self.path) if part)}: {self.message(language)}".removeprefix(": ")

    def at(self, file: str, line: int | None = None, column: int | None = None) -> Problem:
        """Return this problem with its place."""
        return replace(self, file=file, line=line, column=column)


class GovsocialError(Exception):
    """Anything that this package raises on purpose."""


class _ProblemsError(GovsocialError):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.render() for problem in self.problems))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class InputError(_ProblemsError):
    """Input cannot be read; ``problems`` says all that is wrong with it."""


class PolicyError(_ProblemsError):
    """A policy cannot be loaded; ``problems`` says all that is wrong with it."""


class PluginError(_ProblemsError):
    """A plugin cannot be used; ``problems`` names it, its version and the reason."""


def did_you_mean(word: str, candidates: Iterable[str]) -> Text:
    """Return the hint that names the candidate nearest to *word*, empty where none is near."""
    near = get_close_matches(word, list(candidates), n=1)
    return say("; did you mean '{near}'?", near=near[0]) if near else Text("", {})
