"""What a rule says of its own cases, for readers who want an example. Reads no files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from govsocial.authoring.tests import cases, findings_of
from govsocial.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from govsocial.authoring.tests import Case
    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.policy.rules import CompiledPolicy

FIRING: Final = frozenset({"violation", "open", "offered"})
"""The outcomes with which a rule asks something of its reader."""


@dataclass(slots=True)
class Examples:
    """What one rule says on a day: a *finding* that shows it, and texts of posts that are *good* or *bad*."""

    finding: Finding | None = None
    good: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def examples(policy: CompiledPolicy, engine: Engine, as_of: datetime) -> Mapping[str, Examples]:
    """
    Return what the cases of *policy* show of its rules on the day *as_of*, by full id.

    The finding is that of a text where one breaks the rule, so that the words and the text belong together.
    """
    found = {rule.id: Examples() for rule in policy.rules}
    then = replace(engine, clock=lambda: as_of)  # no page may differ by the day on which it is made
    for case in sorted(cases(policy.written), key=lambda one: not _text(one)):  # stable: else in the file's order
        known = found.get(case.rule)
        finding = _on(case, policy, then, as_of) if known else None
        if known and finding:
            _add(known, _text(case), finding)
    return found


def _add(known: Examples, text: str, finding: Finding) -> None:
    fires = finding.outcome in FIRING
    if fires and known.finding is None:
        known.finding = finding
    if text and finding.effect == "violation" and (fires or finding.outcome == "pass"):
        (known.bad if fires else known.good).append(text)


def _text(case: Case) -> str:
    """Return the text of *case* where it is nothing but the text of a post, else an empty one."""
    given = [data for tables in case.resources.values() for data in tables]
    return str(given[0]["text"]) if len(given) == 1 and given[0].keys() == {"text"} else ""


def _on(case: Case, policy: CompiledPolicy, engine: Engine, as_of: datetime) -> Finding | None:
    """Return what *case* shows on the day *as_of*: judged by that day, else by its own if that has the same values."""
    today = _finding(replace(case, as_of=as_of), engine)
    if today and (today.outcome in FIRING or _text(case)):
        return today
    own = _finding(case, engine)
    return own if own and policy.params.at(own.subject.as_of) == policy.params.at(as_of) else None


def _finding(case: Case, engine: Engine) -> Finding | None:
    try:
        findings: Iterable[Finding] = findings_of(case, engine)
    except (InputError, IndexError):  # a case without what its rule judges; 'policy test' tells its author
        return None
    return next((one for one in findings if one.rule == case.rule), None)
