"""How a rule comes out on a resource, and what the outcomes of several rules do to one another. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.report import LiveOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govsocial.cel.evaluate import Frame
    from govsocial.finding import Finding, Subject
    from govsocial.policy.rules import Clause, Layout, Rule, Waiver

Verdict = tuple[str, tuple[str, ...]]
NOT_APPLICABLE: Final[Verdict] = ("not-applicable", ())
PASS: Final[Verdict] = ("pass", ())
OFFERED: Final[Verdict] = ("offered", ())
BROKEN: Final = "broken"


def judge(rule: Rule, frame: Frame, subject: Subject) -> Verdict:
    """Return the outcome of *rule* on *frame*, and where it is unknown what is missing."""
    if rule.valid is not None and not rule.valid.holds(subject.as_of):
        return NOT_APPLICABLE
    missing: tuple[str, ...] = ()
    if rule.kinds is not None:
        kind = frame[0].kind
        if kind is None:
            missing = ("post.kind",)
        elif kind not in rule.kinds:
            return NOT_APPLICABLE
    if rule.when:
        holds, reasons = _clauses(rule.when, frame)
        if holds is False:
            return NOT_APPLICABLE
        if holds is BROKEN:
            return "error", reasons
        missing += reasons
    return ("unknown", _distinct(missing)) if missing else _required(rule, frame, subject)


def _required(rule: Rule, frame: Frame, subject: Subject) -> Verdict:
    if rule.effect == "opportunity":
        return OFFERED
    if rule.effect == "live":
        return _streamed(rule, frame)
    holds, reasons = _clauses(rule.require, frame, until_false=False)
    if holds is BROKEN:
        return "error", reasons
    if not holds or reasons:
        return ("unknown" if holds else "violation"), _distinct(reasons)
    if rule.effect == "duty":
        return ("attested" if _attested(rule, subject) else "open"), ()
    return PASS


def _streamed(rule: Rule, frame: Frame) -> Verdict:
    """Return the outcome of a live option: it is offered, eligible or not, unless what decides that is broken."""
    holds, reasons = _clauses(rule.eligible, frame, until_false=False)
    try:
        _reach(rule, frame)
    except BrokenCodeError as error:
        return "error", _distinct((*(reasons if holds is BROKEN else ()), str(error)))
    return ("error", reasons) if holds is BROKEN else OFFERED


def _distinct(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reasons))


def _clauses(
    clauses: tuple[Clause, ...], frame: Frame, *, until_false: bool = True
) -> tuple[bool | str, tuple[str, ...]]:
    """
    Return whether all *clauses* hold, and the reasons of those that are unknown.

    A false clause decides where *until_false*, whatever the others are; otherwise broken code decides first, so that
    a broken rule is never taken for one that was judged.
    """
    reasons: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    holds = True
    for clause in clauses:
        try:
            for run in clause.code:
                _try(run, frame)
            if clause.run(frame) is False:
                holds = False
                if until_false:
                    return False, ()
        except Unknown as error:
            reasons += error.reasons
        except BrokenCodeError as error:
            broken += (str(error),)
    return (BROKEN, broken) if broken else (holds, reasons)


def _try(run: Callable[[Frame], Any], frame: Frame) -> None:
    """Run a plugin's fact for its faults only: an unknown value is for the clause to judge."""
    try:
        run(frame)
    except Unknown:
        return


def _attested(rule: Rule, subject: Subject) -> bool:
    """Whether someone attested the duty, by its full id or its own, for the moment of judgement."""
    names = {rule.id, rule.id.partition("/")[2]}
    return any(
        one.duty in names
        and (one.on is None or one.on <= subject.as_of)
        and (one.until is None or subject.as_of < one.until)
        for one in getattr(subject.resource, "attested", None) or ()
    )


def superseded(found: list[Finding]) -> list[Finding]:
    """Silence each violation that yields to a rule which speaks on the same resource; the silenced speak no more."""
    rules = {one.compiled.id: one.compiled for one in found if one.outcome == "violation"}
    if not any(rule.yields_to for rule in rules.values()):  # on nearly every resource
        return found
    silent = {name for name in rules if not _speaks(name, rules)}
    return [replace(one, outcome="superseded") if one.rule in silent else one for one in found]


def _speaks(name: str, rules: Mapping[str, Rule]) -> bool:
    """Whether the rule *name*, one of those that are violated, yields to none that speaks; none yields in a circle."""
    return not any(_speaks(other, rules) for other in rules[name].yields_to & rules.keys())


def waived(
    found: Iterable[Finding], waivers: Iterable[Waiver], frame_of: Callable[[Waiver, Layout], Frame]
) -> list[Finding]:
    """
    Mark each violation among *found* that one of *waivers* is for, the first of them; nothing else changes.

    A waiver is for a violation of its rules on a resource for which its whole match is true, not unknown, judged by a
    day in its period. What was superseded stays silent. *frame_of* lays out what a match reads.
    """
    every = tuple(waivers)
    return [_waived(one, every, frame_of) if one.outcome == "violation" else one for one in found]


def _waived(one: Finding, waivers: tuple[Waiver, ...], frame_of: Callable[[Waiver, Layout], Frame]) -> Finding:
    named = (waiver for waiver in waivers if one.rule in waiver.rules and waiver.period.holds(one.subject.as_of))
    found = next((waiver for waiver in named if _matches(waiver, one.compiled.on, frame_of)), None)
    return replace(one, outcome="waived", waiver=found) if found else one


def _matches(waiver: Waiver, on: str, frame_of: Callable[[Waiver, Layout], Frame]) -> bool:
    match = waiver.matches[on]
    return match.layout is None or _clauses(match.clauses, frame_of(waiver, match.layout)) == (True, ())


def live_options(findings: Iterable[Finding]) -> tuple[LiveOption, ...]:
    """Return the live options among *findings*, eligible ones first, by reach."""
    offered = (one for one in findings if one.effect == "live" and one.outcome == "offered")
    return tuple(sorted(map(_option, offered), key=_rank))


def _option(finding: Finding) -> LiveOption:
    holds, reasons = _clauses(finding.compiled.eligible, finding.frame)
    eligible = None if reasons else holds is True
    return LiveOption(replace(finding, missing=_distinct(reasons)), eligible, _reach(finding.compiled, finding.frame))


def _reach(rule: Rule, frame: Frame) -> float | None:
    """Return how many people a live option reaches, None where nobody knows."""
    try:
        reach = rule.reach.run(frame) if rule.reach else None
    except Unknown:
        return None
    return reach if reach is not None and math.isfinite(reach) else None


def _rank(option: LiveOption) -> tuple[int, float, str]:
    """Eligible before unknown before not eligible; then the widest reach; then the name, so that order is fixed."""
    return {True: 0, None: 1, False: 2}[option.eligible], -(option.reach or 0), option.finding.rule
