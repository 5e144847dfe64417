"""Why each rule did or did not speak: its clauses, their values, what is missing, where it comes from."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING, Final

from govsocial.cel.explain import failing, name_of, values
from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.finding import ClauseResult, outcome_of
from govsocial.messages import Text, say
from govsocial.outputs.lines import called, entry, listed, paint, safe
from govsocial.outputs.questions import Question
from govsocial.policy.message import shown
from govsocial.workspace import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.finding import Finding
    from govsocial.outputs.lines import View
    from govsocial.policy.period import Period
    from govsocial.policy.rules import Clause, Rule

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
TOLD: Final = ("error", "violation", "waived", "unknown")
"""The outcomes that are explained unasked, in this order."""
QUIET: Final = ("pass", "not-applicable", "superseded", "attested")
"""The outcomes of rules that had nothing to say."""
_SPOKEN: Final = ("violation", "waived", "offered", "open")
_CLAUSES: Final = {"pass": ("✓ ", "good"), "fail": ("✗ ", "bad"), "unknown": ("? ", "ask"), "error": ("✗ ", "bad")}
_ROLES: Final = {"violation": "bad", "error": "bad", "unknown": "ask", "pass": "good", "offered": "good"}


def render(findings: Iterable[Finding], view: View, *, full: bool = True) -> str:
    """
    Return why, for each resource and each rule on it.

    Unless *full*, only what is wrong or unknown is explained, and of that only what decided; the rest has one line.
    """
    lines: list[str] = []
    for _, group in groupby(findings, key=lambda finding: id(finding.subject)):
        found = list(group)
        lines += ["", *_heading(found[0], view)]
        for finding in found if full else sorted(found, key=_rank):
            told = full or finding.outcome in TOLD
            lines += _told(finding, view, full=full) if told else _line(finding, view)
    more = say("All conditions and values: --full; those of one rule: --rule ID.")
    end = [] if full or not lines else ["", *entry(more, view)]
    return "\n".join([*lines, *end]).lstrip("\n") + "\n"


def _rank(finding: Finding) -> int:
    return TOLD.index(finding.outcome) if finding.outcome in TOLD else len(TOLD)


def _heading(finding: Finding, view: View) -> Iterator[str]:
    subject = finding.subject
    day = shown(subject.as_of)
    name = called(type_of(subject.resource), subject.name)
    file = ":".join(str(part) for part in subject.origin if part)
    yield paint(safe(view.words(say("{resource}, judged by {day}", resource=name, day=day))), "label", view)
    yield from (safe(file),) if file and file != subject.name else ()


def _line(finding: Finding, view: View) -> list[str]:
    """Return how *finding* came out, and in a few words why."""
    spoken = finding.outcome in _SPOKEN
    why = finding.message(view.language) if spoken else "".join(_briefly(finding, view))
    outcome = OUTCOMES[finding.outcome]
    told = say("{outcome}: {reason}", outcome=outcome, reason=why) if why else outcome
    return entry(told, view, f"  {finding.rule}: ", "label")


def _briefly(finding: Finding, view: View) -> Iterator[str]:
    if finding.outcome == "superseded":
        yield listed(sorted(finding.compiled.yields_to), view)
    elif finding.outcome == "not-applicable":
        yield next(chain((view.words(one) for one in _aside(finding, view)), _false(finding, view)))


def _false(finding: Finding, view: View) -> Iterator[str]:
    """Yield the conditions that are not met, each with what it saw."""
    for clause in _failed(finding.compiled.when, finding):
        seen = ", ".join(f"{text} = {_value(value, view)}" for text, value in _result(clause, finding).values.items())
        yield "✗ " + " ".join(clause.text.split()) + (f" ({seen})" if seen else "")


def _told(finding: Finding, view: View, *, full: bool) -> Iterator[str]:
    outcome = view.words(OUTCOMES[finding.outcome])
    role = _ROLES.get(finding.outcome, "quiet")
    yield f"  {paint(finding.rule, 'label', view)}: {paint(outcome, role, view)}"
    if finding.outcome in _SPOKEN:
        yield from entry(finding.message(view.language), view, "    ")
    for text in _aside(finding, view):
        yield from entry(text, view, "    ")
    for clause in _looked_at(finding):
        yield from _clause(clause, finding, view, full=full)
    for missing in finding.missing if finding.outcome == "unknown" else ():
        yield from entry(say("missing: {names}", names=missing), view, "    ")
        yield from entry(Question(missing, (finding,)).words(view), view, "    → ", "ask")
    for text in (*about(finding.compiled), *_layers(finding.compiled, view)):
        yield from entry(text, view, "    ")


def _looked_at(finding: Finding) -> tuple[Clause, ...]:
    """Return the clauses that decided: of a rule that does not apply, its conditions only."""
    rule = finding.compiled
    return rule.when if finding.outcome == "not-applicable" else (*rule.when, *rule.require, *rule.eligible)


def _failed(clauses: Iterable[Clause], finding: Finding) -> Iterator[Clause]:
    return (clause for clause in clauses if outcome_of(clause, finding.frame) == "fail")


def _result(clause: Clause, finding: Finding) -> ClauseResult:
    slots, frame = finding.compiled.layout.slots, finding.frame
    return ClauseResult(clause.text, outcome_of(clause, frame), values(clause.node, slots, frame))


def _clause(clause: Clause, finding: Finding, view: View, *, full: bool) -> Iterator[str]:
    result = _result(clause, finding)
    mark, role = _CLAUSES[result.outcome]
    yield from entry(" ".join(clause.text.split()), view, f"    {mark}", role)
    if result.outcome == "pass" and not full:
        return
    for text, value in result.values.items():
        yield from entry(f"{text} = {_value(value, view)}", view, "        ")
    names = _deciding(clause, result.outcome, finding)
    if names:
        yield from entry(say("decided by: {names}", names=listed(names, view, None)), view, "        ")


def _deciding(clause: Clause, outcome: str, finding: Finding) -> tuple[str, ...]:
    """Return the elements of a list that made *clause* true or false."""
    if outcome not in ("pass", "fail"):
        return ()
    return failing(clause.node, finding.compiled.layout.slots, finding.frame, holds=outcome == "fail")


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
    """Yield what no clause says: why a rule does not apply, which rule it gave way to, why it is waived."""
    rule, day = finding.compiled, shown(finding.subject.as_of)
    if finding.waiver:
        until, reason = f"{finding.waiver.until:%d/%m/%Y}", finding.waiver.why(view.language)
        yield say("until {until}: {reason}", until=until, reason=reason)
    if finding.outcome == "superseded":
        yield say("silent where these speak: {rules}", rules=listed(sorted(rule.yields_to), view, None))
    if finding.outcome != "not-applicable":
        return
    kind = getattr(finding.resource, "kind", None)
    if rule.valid and not rule.valid.holds(finding.subject.as_of):
        yield say("not in force on {day}", day=day)
    elif rule.kinds is not None and kind is not None and kind not in rule.kinds:
        kinds = listed(sorted(rule.kinds), view, None)
        yield say("this is of kind '{kind}'; judged are: {kinds}", kind=kind, kinds=kinds)
    elif not any(_failed(rule.when, finding)):
        yield say("its policy is not in force on {day}", day=day)


def _layers(rule: Rule, view: View) -> Iterator[Text]:
    """Yield which policies changed *rule*, and why."""
    for layer in rule.layers:
        yield say(
            "changed by {policy}: {reason}", policy=layer.written.id, reason=layer.reason.render([], view.language)
        )


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
