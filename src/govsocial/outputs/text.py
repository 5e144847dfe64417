"""A report as a person reads it: what to fix first, then questions, tips, chances, and how much was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govsocial.messages import Text, count, say
from govsocial.outputs.lines import FEW, entry, listed, number, paint, table
from govsocial.outputs.pointing import pointed
from govsocial.outputs.questions import asked, questions
from govsocial.outputs.verdict import MARKS, counts, heading, name, summary
from govsocial.outputs.waivers import unused
from govsocial.report import SEVERITIES, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from govsocial.finding import Finding
    from govsocial.outputs.lines import View
    from govsocial.policy.rules import Waiver
    from govsocial.report import LiveOption, Report

MOST_RESOURCES: Final = 20
"""How many resources with something to fix are told one by one."""
MOST: Final = 5
"""How many lines a section has until it is opened."""
GLANCE: Final = 12
"""How many lines of 80 columns the answer to one draft has, where what is to be fixed leaves room."""
USUAL: Final = 80

_BOXES: Final = {"open": say("☐ Duty:"), "attested": say("☑ Duty, attested:")}
_SILENT: Final = ("pass", "not-applicable", "superseded", "attested")


def render(report: Report, view: View) -> str:
    """Return *report* for a person: sections without anything to say are left out."""
    sections = (_broken, _waived, unused, _questions, _tips, _duties, _opportunities, _live, _silent)
    beside = [line for section in sections for line in section(report, view)]
    fixes, found = list(_fixes(report, view)), counts(report, view)
    if view.judged == 1 and not view.show and not report.live:
        beside = _cut(beside, GLANCE * USUAL // min(view.width, USUAL) - len(fixes) - len(found) - 2, view)
    blocks = (summary(report, view), fixes, beside, found)
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _cut(lines: list[str], room: int, view: View) -> list[str]:
    """Return *lines*, or as many whole entries of them as leave *room* to say how many more there are."""
    if len(lines) <= room:
        return lines
    starts = [place for place, line in enumerate(lines) if not line.startswith(" ")]
    end = max((start for start in starts if start < room), default=0)
    left = sum(start >= end for start in starts)
    return [*lines[:end], *entry(say("{n} more: --show {section}", n=left, section="all"), view)]


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
        yield from heading(_only(report), [], report, view)


def _only(report: Report) -> Text:
    """Return the name of what was judged, where that is one thing; no report names what nothing is said about."""
    found = (*report.findings, *(one.finding for one in report.opportunities))
    subjects = (*(one.subject for one in found), *(one.subject for one in report.live))
    return name(subjects[0]) if subjects else say("this draft")


def _to_fix(report: Report) -> list[Finding]:
    """Return the violations that are more than a tip; where notes fail the run, they are."""
    tips = report.fail_level != "note"
    return [one for one in report.findings if one.outcome == "violation" and not (tips and one.severity == "note")]


def _rank(finding: Finding) -> int:
    return -SEVERITIES.index(finding.severity)


def _resource(group: list[Finding], report: Report, view: View) -> Iterator[str]:
    _, role = MARKS[decide(tuple(group), report.fail_level)]
    yield from heading(name(group[0].subject), group, report, view)
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


def _waived(report: Report, view: View) -> Iterator[str]:
    lead = view.words(say("Waived:")) + " "
    waived = [one for one in report.findings if one.waiver]
    groups = _grouped(waived, lambda one: (one.waiver and one.waiver.name, _said(one, view)))
    for group in groups if view.opens("waived") else groups[:MOST]:
        names = "" if view.judged == 1 else f" ({listed(map(_own_name, group), view)})"
        yield from entry(_said(group[0], view) + names, view, lead, "label")
        yield from (line for one in group[:1] if one.waiver for line in entry(_exception(one.waiver, view), view, "  "))
    yield from _more(0 if view.opens("waived") else len(groups) - MOST, "waived", view)


def _exception(waiver: Waiver, view: View) -> Text:
    day, reason = f"{waiver.until:%d/%m/%Y}", waiver.why(view.language)
    return say("until {until}: {reason}", until=day, reason=reason)


def _questions(report: Report, view: View) -> Iterator[str]:
    lead, opened = view.words(say("Question:")) + " ", view.opens("unknown")
    every = questions(report)
    told = [(one.words(view), one.findings) for one in every] if opened else asked(every, view)
    for words, waiting in told if opened else told[:MOST]:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in waiting))
        yield from entry(words + (f" [{rules}]" if view.ids else ""), view, lead, "ask")
        if opened:
            names = listed((view.words(name(finding.subject)) for finding in waiting), view, None)
            yield from entry(say("Waits for it: {names}", names=names), view, "  ")
    yield from _more(0 if opened else len(told) - MOST, "unknown", view)


def _tips(report: Report, view: View) -> Iterator[str]:
    if report.fail_level != "note":
        tips = [one for one in report.findings if one.outcome == "violation" and one.severity == "note"]
        yield from _section(tips, (say("Tip:"), "notes"), view)


def _duties(report: Report, view: View) -> Iterator[str]:
    boxes = _BOXES if view.opens("duties") else {"open": say("Duty:")}
    for outcome, lead in boxes.items():
        duties = [finding for finding in report.findings if finding.outcome == outcome]
        yield from _section(duties, (lead, "duties"), view, _institution)


def _institution(finding: Finding) -> str:
    return getattr(finding.resource, "institution", "") or finding.subject.name


def _opportunities(report: Report, view: View) -> Iterator[str]:
    found = [one.finding for one in report.opportunities]
    yield from _section(found, (say("Opportunity:"), "opportunities"), view)


def _own_name(finding: Finding) -> str:
    return finding.subject.name


def _section(
    found: list[Finding], section: tuple[Text, str], view: View, owner: Callable[[Finding], str] = _own_name
) -> Iterator[str]:
    """Yield one line for each message, or each rule where there are many; all, with the next step, where opened."""
    lead, opened = view.words(section[0]) + " ", view.opens(section[1])
    groups = _grouped(found, lambda finding: _said(finding, view))
    if len(groups) > MOST and not opened:
        groups = _grouped(found, lambda finding: finding.rule)
    for group in groups if opened else groups[:MOST]:
        names = "" if view.judged == 1 else f" ({listed(map(owner, group), view, None if opened else FEW)})"
        yield from entry(_example(group, view) + names, view, lead, "label")
        yield from (*_seen(group[0], view), *_next_step(group[0], view)) if opened else ()
    yield from _more(0 if opened else len(groups) - MOST, section[1], view)


def _seen(finding: Finding, view: View) -> list[str]:
    """Return which part of a duty the program saw for itself."""
    paths = (path.partition("[")[0] for clause in finding.compiled.require for path in clause.fields)
    fields = sorted({path.partition(".")[2] for path in paths})
    if finding.effect != "duty" or not fields:
        return []
    return entry(say("seen in your files: {fields}", fields=", ".join(fields)), view, "  ✓ ")


def _more(left: int, section: str, view: View) -> list[str]:
    return entry(say("{n} more: --show {section}", n=left, section=section), view, "  ") if left > 0 else []


def _live(report: Report, view: View) -> Iterator[str]:
    told = report.live if view.opens("live") else report.live[:MOST]
    for one in told:
        title = entry(say("Live streaming of {name}:", name=one.subject.name), view)
        yield from (paint(line, "label", view) for line in title)
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


def _grouped(findings: Iterable[Finding], key: Callable[[Finding], Hashable]) -> list[list[Finding]]:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.values())
