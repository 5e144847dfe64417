"""Why each rule did or did not speak: its clauses, their values, what is missing, where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govsocial.cel.explain import name_of, values
from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.finding import ClauseResult, outcome_of
from govsocial.messages import Text, say
from govsocial.outputs.lines import called, entry, listed, paint, safe
from govsocial.policy.message import shown
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.finding import Finding
    from govsocial.outputs.lines import View
    from govsocial.policy.period import Period
    from govsocial.policy.rules import Rule

LONGEST: Final = 200
"""How many characters of a value are shown."""

OUTCOMES: Final = {
    "pass": say("passes"),
    "violation": say("violation"),
    "waived": say("waived"),
    "superseded": say("superseded by a stricter rule"),
    "unknown": say("unknown"),
    "error": say("broken"),
    "not-applicable": say("does not apply"),
    "open": say("open duty"),
    "attested": say("attested"),
    "offered": say("offered"),
}
_CLAUSES: Final = {"pass": ("✓ ", "good"), "fail": ("✗ ", "bad"), "unknown": ("? ", "ask"), "error": ("✗ ", "bad")}
_ROLES: Final = {"violation": "bad", "error": "bad", "unknown": "ask", "pass": "good", "offered": "good"}


def render(findings: Iterable[Finding], view: View) -> str:
    """Return why, for each resource and each rule on it, in the order given."""
    lines: list[str] = []
    last = None
    for finding in findings:
        if finding.subject is not last:
            last = finding.subject
            lines += ["", *_heading(finding, view)]
        lines += _finding(finding, view)
    return "\n".join(lines).lstrip("\n") + "\n"


def _heading(finding: Finding, view: View) -> Iterator[str]:
    subject = finding.subject
    day = shown(subject.as_of)
    name = called(type_of(subject.resource), subject.name)
    file = ":".join(str(part) for part in subject.origin if part)
    yield paint(safe(view.words(say("{resource}, judged by {day}", resource=name, day=day))), "label", view)
    yield from (safe(file),) if file and file != subject.name else ()


def _finding(finding: Finding, view: View) -> Iterator[str]:
    outcome = view.words(OUTCOMES[finding.outcome])
    role = _ROLES.get(finding.outcome, "quiet")
    yield f"  {paint(finding.rule, 'label', view)}: {paint(outcome, role, view)}"
    if finding.outcome in ("violation", "offered", "open"):
        yield from entry(finding.message(view.language), view, "    ")
    for text in _aside(finding, view):
        yield from entry(text, view, "    ")
    for clause in _clauses(finding):
        yield from _clause(clause, view)
    for text in _about(finding, view):
        yield from entry(text, view, "    ")


def _clauses(finding: Finding) -> Iterator[ClauseResult]:
    yield from finding.clauses()
    slots = finding.compiled.layout.slots
    for clause in finding.compiled.eligible:
        yield ClauseResult(clause.text, outcome_of(clause, finding.frame), values(clause.node, slots, finding.frame))


def _clause(clause: ClauseResult, view: View) -> Iterator[str]:
    mark, role = _CLAUSES[clause.outcome]
    yield from entry(" ".join(clause.text.split()), view, f"    {mark}", role)
    for text, value in clause.values.items():
        yield from entry(f"{text} = {_value(value, view)}", view, "        ")


def _value(value: object, view: View) -> str:
    if isinstance(value, Unknown):
        return view.words(say("unknown ({missing})", missing=", ".join(value.reasons)))
    if isinstance(value, BrokenCodeError):
        return view.words(say("broken ({reason})", reason=str(value)))
    text = _plain(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, str):
        return f"'{value}'"
    return name_of(value) if hasattr(value, "model_dump") else shown(value)


def _aside(finding: Finding, view: View) -> Iterator[Text]:
    """Yield why a rule does not apply where no clause says so."""
    rule, resource, as_of = finding.compiled, finding.resource, finding.subject.as_of
    if finding.outcome != "not-applicable":
        return
    if rule.valid and not rule.valid.holds(as_of):
        yield say("not in force on {day}", day=shown(as_of))
    kind = getattr(resource, "kind", None)
    if rule.kinds is not None and kind is not None and kind not in rule.kinds:
        yield say("the post is a {kind}; judged are: {kinds}", kind=kind, kinds=listed(sorted(rule.kinds), view, None))


def _about(finding: Finding, view: View) -> Iterator[Text]:
    if finding.failing:
        yield say("because of: {names}", names=listed(finding.failing, view, None))
    if finding.missing:
        yield say("missing: {names}", names=listed(finding.missing, view, None))
    yield from about(finding.compiled)


def about(rule: Rule) -> Iterator[Text]:
    """Yield where *rule* comes from and when it is in force, as far as it says."""
    if rule.source:
        document, citation = rule.source
        parts = (document.title, document.publisher, citation.at, document.url)
        yield say("source: {source}", source=", ".join(part for part in parts if part))
    if rule.valid:
        yield period(rule.valid)


def period(valid: Period) -> Text:
    """Return when something is in force, in words."""
    if valid.start and valid.until:
        return say("from {start} until {until}", start=shown(valid.start), until=shown(valid.until))
    if valid.start:
        return say("from {start}", start=shown(valid.start))
    return say("until {until}", until=shown(valid.until)) if valid.until else say("always")
