"""A report as a person reads it: what to fix first, then questions, tips, chances, and how much was judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, count, say
from govsocial.outputs.lines import FEW, called, entry, listed, number, paint, safe, table
from govsocial.outputs.pointing import pointed
from govsocial.outputs.questions import questions
from govsocial.report import SEVERITIES, decide
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from govsocial.finding import Finding, Subject
    from govsocial.outputs.lines import View
    from govsocial.report import LiveOption, Report

MOST_RESOURCES: Final = 20
"""How many resources with something to fix are told one by one."""
MOST: Final = 5
"""How many lines a section has until it is opened."""

_MARKS: Final = {"deny": ("✗ ", "bad"), "review": ("! ", "warn"), "allow": ("✓ ", "good")}
_ANSWERS: Final = {
    "deny": say("Not ready: change what is marked ✗."),
    "review": say("Please look at this before you publish."),
    "allow": say("Nothing stands in the way."),
}
_SILENT: Final = ("pass", "not-applicable", "superseded", "waived", "attested")


def render(report: Report, view: View) -> str:
    """Return *report* for a person: sections without anything to say are left out."""
    sections = (_broken, _questions, _tips, _duties, _opportunities, _live, _silent)
    beside = [line for section in sections for line in section(report, view)]
    blocks = (list(_fixes(report, view)), beside, _counts(report, view))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _fixes(report: Report, view: View) -> Iterator[str]:
    groups = _grouped(_to_fix(report), lambda finding: id(finding.subject))
    groups.sort(key=lambda group: min(map(_rank, group)))
    told = groups if view.opens("violations") else groups[:MOST_RESOURCES]
    for place, group in enumerate(told):
        yield from ("",) if place else ()
        yield from _resource(group, report, view)
    if len(told) < len(groups):
        yield ""
        yield from _further(groups, len(groups) - len(told), view)
    if not groups and view.judged == 1:
        yield from _fine(report, view)


def _to_fix(report: Report) -> list[Finding]:
    """Return the violations that are more than a tip; where notes fail the run, they are."""
    tips = report.fail_level != "note"
    return [one for one in report.findings if one.outcome == "violation" and not (tips and one.severity == "note")]


def _rank(finding: Finding) -> int:
    return -SEVERITIES.index(finding.severity)


def _resource(group: list[Finding], report: Report, view: View) -> Iterator[str]:
    lead, role = _MARKS[decide(tuple(group), report.fail_level)]
    found = _severities(group, view)
    yield from entry(say("{resource}: {found}", resource=_name(group[0].subject), found=found), view, lead, role)
    for finding in sorted(group, key=_rank):
        yield from entry(_said(finding, view), view, "  ")
        yield from _place(finding, view, role)
        yield from _next_step(finding, view)


def _place(finding: Finding, view: View, role: str) -> list[str]:
    """Return where in the text the finding points; nothing where that is all of a text longer than a line."""
    span, text = finding.span, getattr(finding.resource, "text", None) or ""
    if span is None or (span.end - span.start == len(text) > view.width):
        return []
    return pointed(text, span.start, span.end, view, role)


def _next_step(finding: Finding, view: View) -> list[str]:
    step = finding.help(view.language)
    return entry(step, view, "  → ", "label") if step else []


def _said(finding: Finding, view: View) -> str:
    return finding.message(view.language) + (f" [{finding.rule}]" if view.ids else "")


def _name(subject: Subject) -> Text:
    kind = type_of(subject.resource)
    return say("this draft") if subject.name == kind else called(kind, subject.name)


def _severities(findings: Iterable[Finding], view: View) -> str:
    seen = Counter(finding.severity for finding in findings)
    return _joined(
        (
            count("{n} error", "{n} errors", n=seen["error"]),
            count("{n} warning", "{n} warnings", n=seen["warning"]),
            count("{n} tip", "{n} tips", n=seen["note"]),
        ),
        view,
    )


def _joined(counts: Iterable[Text], view: View) -> str:
    """Return *counts* that are not zero, joined."""
    return ", ".join(view.words(one) for one in counts if one.values["n"])


def _fine(report: Report, view: View) -> list[str]:
    subjects = (*(one.subject for one in report.findings), *(one.subject for one in report.live))
    name = _name(subjects[0]) if subjects else say("this draft")
    return entry(say("{resource}: fine", resource=name), view, *_MARKS["allow"])


def _further(groups: list[list[Finding]], more: int, view: View) -> Iterator[str]:
    """Yield how many resources are not told one by one, and what is wrong with all of them, by rule."""
    left = count("{n} more has something to change", "{n} more have something to change", n=more)
    yield from entry(say("{left}; see all: --show all", left=left), view)
    for alike in _grouped((finding for group in groups for finding in group), lambda finding: finding.rule):
        yield from entry(_example(alike, view), view, f"  {number(len(alike), view)} × ")


def _example(group: list[Finding], view: View) -> str:
    """Return what *group* says: the message itself where all say the same, else the first as an example."""
    first, *others = dict.fromkeys(_said(finding, view) for finding in group)
    return view.words(say("for example: {message}", message=first)) if others else first


def _broken(report: Report, view: View) -> Iterator[str]:
    broken = [finding for finding in report.findings if finding.outcome == "error"]
    for group in _grouped(broken, lambda finding: finding.rule):
        reason = ", ".join(group[0].missing) or "?"
        text = say("The rule {rule} broke ({reason}): please tell its author.", rule=group[0].rule, reason=reason)
        yield from entry(text, view, "✗ ", "bad")


def _questions(report: Report, view: View) -> Iterator[str]:
    lead = view.words(say("Question:")) + " "
    every = questions(report)
    told = every if view.opens("unknown") else every[:MOST]
    for question in told:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in question.findings))
        yield from entry(question.words(view) + (f" [{rules}]" if view.ids else ""), view, lead, "ask")
        if view.opens("unknown"):
            names = listed((view.words(_name(finding.subject)) for finding in question.findings), view, None)
            yield from entry(say("Waits for it: {names}", names=names), view, "  ")
    yield from _more(len(every) - len(told), "unknown", view)


def _tips(report: Report, view: View) -> Iterator[str]:
    if report.fail_level != "note":
        tips = [one for one in report.findings if one.outcome == "violation" and one.severity == "note"]
        yield from _section(tips, (say("Tip:"), "notes"), view)


def _duties(report: Report, view: View) -> Iterator[str]:
    duties = [finding for finding in report.findings if finding.outcome == "open"]
    yield from _section(duties, (say("Duty:"), "duties"), view, _institution)


def _institution(finding: Finding) -> str:
    return getattr(finding.resource, "institution", "") or finding.subject.name


def _opportunities(report: Report, view: View) -> Iterator[str]:
    found = [one.finding for one in report.opportunities]
    yield from _section(found, (say("Opportunity:"), "opportunities"), view)


def _own_name(finding: Finding) -> str:
    return finding.subject.name


def _section(
    found: list[Finding], section: tuple[Text, str], view: View, name: Callable[[Finding], str] = _own_name
) -> Iterator[str]:
    """Yield one line for each message, or each rule where there are many; all, with the next step, where opened."""
    lead, opened = view.words(section[0]) + " ", view.opens(section[1])
    groups = _grouped(found, lambda finding: _said(finding, view))
    if len(groups) > MOST and not opened:
        groups = _grouped(found, lambda finding: finding.rule)
    for group in groups if opened else groups[:MOST]:
        names = "" if view.judged == 1 else f" ({listed(map(name, group), view, None if opened else FEW)})"
        yield from entry(_example(group, view) + names, view, lead, "label")
        yield from _next_step(group[0], view) if opened else ()
    yield from _more(0 if opened else len(groups) - MOST, section[1], view)


def _more(left: int, section: str, view: View) -> list[str]:
    return entry(say("{n} more: --show {section}", n=left, section=section), view, "  ") if left > 0 else []


def _live(report: Report, view: View) -> Iterator[str]:
    told = report.live if view.opens("live") else report.live[:MOST]
    for one in told:
        yield paint(safe(view.words(say("Live streaming of {name}:", name=one.subject.name))), "label", view)
        yield from table([_option(option, view) for option in one.options], view)
    yield from _more(len(report.live) - len(told), "live", view)


def _option(option: LiveOption, view: View) -> Sequence[str]:
    """Return a row: whether one may stream there, the platform, its reach, and why, or what it takes."""
    answer = {True: say("yes"), False: say("no"), None: say("unknown")}[option.eligible]
    step = "" if option.eligible else option.finding.help(view.language)
    why = (step or option.why(view.language)) + (f" [{option.finding.rule}]" if view.ids else "")
    return view.words(answer), option.platform, "?" if option.reach is None else number(option.reach, view), why


def _silent(report: Report, view: View) -> Iterator[str]:
    """Yield how every rule came out, and which had nothing to say by id: they have no other name that is true."""
    if not view.opens("outcomes"):
        return
    counts = ", ".join(f"{outcome} {number(n, view)}" for outcome, n in sorted(report.counts.items()))
    yield from entry(say("Outcomes: {counts}", counts=counts), view)
    found = [one for one in report.findings if view.ids and one.outcome in _SILENT]
    for group in _grouped(found, lambda one: (one.outcome, one.rule)):
        yield from entry(f"{group[0].outcome}: {group[0].rule} ({len(group)} ×)", view)


def _counts(report: Report, view: View) -> list[str]:
    """Return the last line: how much was judged, what was found, and what it comes to."""
    found = _found(report, view) or view.words(say("nothing to change"))
    if view.judged:
        judged = count("{n} resource judged", "{n} resources judged", n=view.judged)
        found = view.words(say("{judged}: {found}", judged=judged, found=found))
    _, role = _MARKS[report.decision]
    *lines, last = entry(found + ".", view)
    end = view.words(_ANSWERS[report.decision])
    painted = paint(end, role, view)
    return [*lines, f"{last} {painted}"] if len(last) + len(end) < view.width else [*lines, last, painted]


def _found(report: Report, view: View) -> str:
    findings = report.findings
    severities = _severities((one for one in findings if one.outcome == "violation"), view)
    others = _joined(
        (
            count(
                "{n} broken rule", "{n} broken rules", n=len({one.rule for one in findings if one.outcome == "error"})
            ),
            count("{n} question", "{n} questions", n=len(questions(report))),
            count("{n} duty", "{n} duties", n=sum(one.outcome == "open" for one in findings)),
            count("{n} opportunity", "{n} opportunities", n=len(report.opportunities)),
        ),
        view,
    )
    return ", ".join(part for part in (severities, others) if part)


def _grouped(findings: Iterable[Finding], key: Callable[[Finding], Hashable]) -> list[list[Finding]]:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.values())
