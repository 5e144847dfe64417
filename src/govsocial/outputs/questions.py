"""What stands in the way of judging, as questions to a person: one for each thing that is missing in a run."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, say
from govsocial.outputs.lines import called, listed
from govsocial.workspace import RELATIONS, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.finding import Finding
    from govsocial.outputs.lines import View
    from govsocial.report import Report

_ABSENT: Final = {
    "post": say("I do not know the post '{name}': add it to your files."),
    "account": say("I do not know the account '{name}': add it to your files."),
    "event": say("I do not know the event '{name}': add it to your files."),
    "institution": say("I do not know the institution '{name}': add it to your files."),
}
_THE: Final = {
    "post": say("the post '{name}'"),
    "account": say("the account '{name}'"),
    "event": say("the event '{name}'"),
    "institution": say("the institution '{name}'"),
}
MOST: Final = 5
"""How many absent resources are asked for by name."""
_OPERATIONS: Final = {
    "division by zero": say("a division by zero"),
    "integer overflow": say("a number that is too large"),
    "time out of range": say("a date out of range"),
    "duration out of range": say("a period that is too long"),
    "index out of range": say("a place behind the end of a list"),
}
_RESOURCE: Final = re.compile(rf"({'|'.join(_ABSENT)}):(.+)", re.DOTALL)
_PATH: Final = re.compile(r"[a-z_]\w*(\[\])?(\.\w+(\[\])?)+")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is missing, and the findings that wait for it."""

    missing: str
    findings: tuple[Finding, ...]

    def words(self, view: View) -> str:
        """Return the question in the reader's language, with what to do about it."""
        absent = _RESOURCE.fullmatch(self.missing)
        if absent:
            return view.words(_absent(*absent.groups()))
        return view.words(self._field(view) if _PATH.fullmatch(self.missing) else self._operation(view))

    def _field(self, view: View) -> Text:
        first, _, field = self.missing.partition(".")
        if first == "param":
            return say("The policy has no value '{name}' for that day: ask its owner.", name=field)
        things = listed((view.words(_thing(finding, first)) for finding in self.findings), view)
        if "[]" in self.missing:
            name = self.missing.rpartition("[].")[2]
            return say("I do not know every '{field}' for {things}: add what is missing.", field=name, things=things)
        return say("I do not know '{field}' of {things}: add it.", field=field, things=things)

    def _operation(self, view: View) -> Text:
        things = listed((view.words(_own(finding)) for finding in self.findings), view)
        reason = _OPERATIONS.get(self.missing, self.missing)
        return say("A check of {things} came to no result ({reason}).", things=things, reason=reason)


def asked(found: Sequence[Question], view: View) -> list[tuple[str, tuple[Finding, ...]]]:
    """Return what to ask in few words, each with the findings that wait for it: what is absent is asked for at once."""
    absent = [(one, match.groups()) for one in found if (match := _RESOURCE.fullmatch(one.missing))]
    if len(absent) < 2:  # noqa: PLR2004 - one is asked for in its own words
        return [(one.words(view), one.findings) for one in found]
    things = listed((view.words(_the(*names)) for _, names in absent), view, MOST)
    together = view.words(say("I do not know {things}: add them to your files.", things=things))
    others = [one for one in found if not _RESOURCE.fullmatch(one.missing)]
    waiting = tuple(finding for question, _ in absent for finding in question.findings)
    return [(together, waiting), *((one.words(view), one.findings) for one in others)]


def questions(report: Report) -> tuple[Question, ...]:
    """Return what is to be asked, once for each missing thing, in the order in which it was first missed."""
    waiting: dict[str, list[Finding]] = {}
    for finding in _waiting(report):
        for missing in finding.missing:
            waiting.setdefault(missing, []).append(finding)
    return tuple(Question(missing, tuple(found)) for missing, found in waiting.items())


def _waiting(report: Report) -> Iterable[Finding]:
    yield from (finding for finding in report.findings if finding.outcome == "unknown")
    yield from (option.finding for one in report.live for option in one.options if option.eligible is None)


def _absent(kind: str, name: str) -> Text:
    institution, slash, info = name.partition("/")
    if kind == "post" and slash:
        return say(
            "I do not know the post of '{institution}' about '{info}': add it.", institution=institution, info=info
        )
    return replace(_ABSENT[kind], values={"name": name})


def _the(kind: str, name: str) -> Text:
    institution, slash, info = name.partition("/")
    if kind == "post" and slash:
        return say("the post of '{institution}' about '{info}'", institution=institution, info=info)
    return replace(_THE[kind], values={"name": name})


def _own(finding: Finding) -> Text:
    return called(type_of(finding.resource), finding.subject.name)


def _thing(finding: Finding, variable: str) -> Text:
    """Return what the *variable* of a path stands for: the resource itself, or the one it refers to."""
    relation = RELATIONS[type_of(finding.resource)].get(variable)
    name = getattr(finding.resource, variable, None)
    if relation is None or relation.many or not isinstance(name, str) or not name:
        return _own(finding)
    return called(variable, name)
