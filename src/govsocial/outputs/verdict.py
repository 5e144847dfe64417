"""What a report comes to: its decision in words, and how much was judged and found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, count, say
from govsocial.outputs.lines import called, entry, paint
from govsocial.outputs.questions import questions
from govsocial.report import decide
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial.finding import Finding, Subject
    from govsocial.outputs.lines import View
    from govsocial.report import Report

MARKS: Final = {"deny": ("✗ ", "bad"), "review": ("! ", "warn"), "allow": ("✓ ", "good")}
"""How each decision is marked, and its colour."""
_VERDICTS: Final = {"deny": say("not ready"), "review": say("please look at it"), "allow": say("fine")}
_ANSWERS: Final = {
    "deny": say("Not ready: change what is marked ✗."),
    "review": say("Please look at this before you publish."),
    "allow": say("Nothing stands in the way."),
}


def heading(resource: Text, found: list[Finding], report: Report, view: View) -> list[str]:
    """Return what is said of one resource: its mark, and what was *found*; where it is the only one, the verdict."""
    alone = view.judged == 1
    decision = report.decision if alone else decide(tuple(found), report.fail_level)
    verdict = view.words(_VERDICTS[decision])
    told = [part for part in (verdict if alone or not found else "", severities(found, view)) if part]
    return entry(say("{resource}: {found}", resource=resource, found=", ".join(told)), view, *MARKS[decision])


def name(subject: Subject) -> Text:
    """Return how *subject* is called in a sentence."""
    kind = type_of(subject.resource)
    return say("this draft") if subject.name == kind else called(kind, subject.name)


def summary(report: Report, view: View) -> list[str]:
    """Return the first line where several were judged: how many may go out, and how many may not yet."""
    if view.judged < 2:  # noqa: PLR2004 - one has its own heading
        return []
    found: dict[int, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(id(finding.subject), []).append(finding)
    seen = Counter(decide(tuple(every), report.fail_level, strict=report.strict) for every in found.values())
    fine = view.judged - seen["deny"] - seen["review"]
    told = _joined(
        (
            count("{n} not ready", "{n} not ready", n=seen["deny"]),
            count("{n} to look at", "{n} to look at", n=seen["review"]),
            count("{n} fine", "{n} fine", n=fine),
        ),
        view,
    )
    judged = count("{n} resource judged", "{n} resources judged", n=view.judged)
    return entry(say("{judged}: {found}.", judged=judged, found=told), view, *MARKS[report.decision])


def counts(report: Report, view: View) -> list[str]:
    """Return the last line: what was found, and what it comes to, as far as the first line does not say so."""
    found = _found(report, view) or view.words(say("nothing to change"))
    if view.judged == 1:
        judged = count("{n} resource judged", "{n} resources judged", n=1)
        found = view.words(say("{judged}: {found}", judged=judged, found=found))
    *lines, last = entry(found[:1].upper() + found[1:] + ".", view)
    end = [paint(line, MARKS[report.decision][1], view) for line in entry(_ANSWERS[report.decision], view)]
    if len(last) + len(view.words(_ANSWERS[report.decision])) < view.width:
        return [*lines, f"{last} {end[0]}"]
    return [*lines, last] if view.judged == 1 else [*lines, last, *end]


def severities(findings: Iterable[Finding], view: View) -> str:
    """Return how many errors, warnings and tips *findings* are."""
    seen = Counter(finding.severity for finding in findings)
    return _joined(
        (
            count("{n} error", "{n} errors", n=seen["error"]),
            count("{n} warning", "{n} warnings", n=seen["warning"]),
            count("{n} tip", "{n} tips", n=seen["note"]),
        ),
        view,
    )


def _joined(numbers: Iterable[Text], view: View) -> str:
    """Return *numbers* that are not zero, joined."""
    return ", ".join(view.words(one) for one in numbers if one.values["n"])


def _found(report: Report, view: View) -> str:
    findings = report.findings
    broken = {one.rule for one in findings if one.outcome == "error"}
    others = _joined(
        (
            count("{n} broken rule", "{n} broken rules", n=len(broken)),
            count("{n} waived", "{n} waived", n=sum(one.outcome == "waived" for one in findings)),
            count("{n} question", "{n} questions", n=len(questions(report))),
            count("{n} duty", "{n} duties", n=sum(one.outcome == "open" for one in findings)),
            count("{n} opportunity", "{n} opportunities", n=len(report.opportunities)),
        ),
        view,
    )
    return ", ".join(
        part for part in (severities((one for one in findings if one.outcome == "violation"), view), others) if part
    )
