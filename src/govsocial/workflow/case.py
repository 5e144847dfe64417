"""One post at one moment of its workflow, and what the rules say of it then; each is asked once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.messages import Text, say
from govsocial.policy.rules import PolicySet
from govsocial.report import SEVERITIES
from govsocial.workflow.entry import Verdict, content_digest, policies_digest, state_of, this_round

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.model import Event, Post, Resource
    from govsocial.report import Report
    from govsocial.workflow.entry import Actor, Entry
    from govsocial.workflow.model import Gate, Workflow
    from govsocial.workspace import Workspace

DECISIONS: Final[Mapping[str, Text]] = {
    "deny": say("not ready"),
    "review": say("to be looked at"),
    "allow": say("fine"),
}
"""How a person is told the decision of the rules."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One thing that stands in the way: ``message`` says what, ``help`` what lifts it, ``lifted_by`` who can.

    *rule* is the gate, such as ``publication/approved``, or the rule that was broken, such as
    ``twitter/hashtags-max``; *gate* is the name of the gate alone.
    """

    gate: str
    rule: str
    text: Text
    step: Text
    who: tuple[Text, ...] = ()
    severity: str = "error"

    def message(self, language: str = "en") -> str:
        """Return what stands in the way, in *language*."""
        return self.text.render(language)

    def help(self, language: str = "en") -> str:
        """Return what lifts it, in *language*; empty where only a person does."""
        return self.step.render(language)

    def lifted_by(self, language: str = "en") -> tuple[str, ...]:
        """Return who can lift it, in *language*; empty where only time does."""
        return tuple(one.render(language) for one in self.who)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the refusal as a finding in JSON is told."""
        return {
            "rule": self.rule,
            "outcome": "violation",
            "severity": self.severity,
            "message": self.message(language),
            "help": self.help(language),
            "lifted_by": list(self.lifted_by(language)),
        }


@dataclass(frozen=True)
class Case:
    """A post, its history, and who wants to do something with it at the moment *as_of*."""

    workflow: Workflow
    post: Post
    history: Sequence[Entry]
    actor: Actor
    as_of: datetime
    engine: Engine
    workspace: Workspace

    @cached_property
    def state(self) -> str:
        """The state that the history adds up to."""
        return state_of(self.workflow, self.history)

    @cached_property
    def round(self) -> Sequence[Entry]:
        """The entries since the post last left the first state."""
        return this_round(self.workflow, self.history)

    @cached_property
    def content(self) -> str:
        """The digest of what the author wrote."""
        return content_digest(self.post)

    @cached_property
    def policies(self) -> str:
        """The digest of the rules."""
        return policies_digest(self.engine.policies)

    @cached_property
    def conditions(self) -> Mapping[str, Finding]:
        """What came of the gates' own conditions, by the name of the gate."""
        asked = replace(self.engine, policies=PolicySet((self.workflow.policy,)))
        found = asked.verdicts(self.post, self.workspace, self.as_of)
        return {one.rule.partition("/")[2]: one for one in found}

    def value(self, run: Closure) -> Any:  # noqa: ANN401 - of the expression's own type
        """Return what an expression of the workflow is, the ``Unknown`` or broken code where it has no value."""
        try:
            return run(self._frame[:])
        except (Unknown, BrokenCodeError) as error:
            return error

    @cached_property
    def _frame(self) -> Frame:
        return next(iter(self.conditions.values())).frame

    @cached_property
    def event(self) -> Event | None:
        """The event that the post is about, None where there is none or where it is not known."""
        found: Event | None = self.workspace.find("event", self.post.event or "")
        return found

    @cached_property
    def judged_at(self) -> datetime:
        """The moment by which rules judge: that for which the post is planned, and once it is past, now."""
        planned = self.post.scheduled_at
        return max(planned, self.as_of) if planned else self.as_of

    @cached_property
    def report(self) -> Report:
        """What the rules say of the post."""
        return self.engine.check(self.post, self.workspace, self.judged_at)

    @cached_property
    def verdict(self) -> Verdict:
        """The sum of that, as a history keeps it."""
        broken = sorted(f"{one.severity} {one.rule}" for one in self.report.findings if one.outcome == "violation")
        return Verdict(self.report.decision, tuple(broken))

    def broken(self, gate: Gate) -> Iterator[Finding]:
        """Yield what the rules of *gate* say that it does not let through."""
        through = SEVERITIES.index(gate.through) if gate.through in SEVERITIES else -1
        for finding in self._findings(gate.of):
            named = any(fnmatchcase(finding.rule, pattern) for pattern in gate.rules)
            heavy = finding.outcome == "violation" and SEVERITIES.index(finding.severity) > through
            if named and (heavy or finding.outcome == "error"):
                yield finding

    def _findings(self, of: Iterable[str]) -> Iterator[Finding]:
        for kind in of:
            if kind == "post":
                yield from self.report.findings
            elif found := self._related(kind):
                yield from self.engine.check(found, self.workspace, self.judged_at).findings

    def _related(self, kind: str) -> Resource | None:
        found: Resource | None = self.workspace.find(kind, getattr(self.post, kind) or "")
        return found

    def changes(self) -> tuple[Text, ...]:
        """Return what the rules say otherwise than when the post left the first state."""
        pinned = self.round[0].verdict if self.round else None
        if pinned is None or pinned == self.verdict:
            return ()
        new = [one for one in self.verdict.broken if one not in pinned.broken]
        gone = [one for one in pinned.broken if one not in self.verdict.broken]
        named = [f"+ {one}" for one in new] + [f"- {one}" for one in gone]
        text = say(
            "the verdict was '{before}' on submission and is '{now}' now ({cause}): {rules}",
            before=DECISIONS.get(pinned.decision, pinned.decision),
            now=DECISIONS[self.verdict.decision],
            cause=self._cause(),
            rules=", ".join(named) or "=",
        )
        return (text,)

    def _cause(self) -> Text:
        first = self.round[0]
        if first.content != self.content:
            return say("the post was changed")
        if first.policies != self.policies:
            return say("the rules were changed")
        return say("the day or what the post refers to is another")
