"""What a run says: findings, opportunities, live tables, counts, a decision. Values; texts are made when read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govsocial.finding import Finding, Subject
    from govsocial.policy.rules import Waiver

SEVERITIES: Final = ("note", "warning", "error")


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A network where the content would do well, and why."""

    finding: Finding

    @property
    def network(self) -> str:
        """The network that is meant; empty where it is none in particular."""
        return self.finding.compiled.network

    @property
    def score(self) -> int:
        """How good it is; higher comes first."""
        return self.finding.compiled.score

    def message(self, language: str = "en") -> str:
        """Return the advice, in *language*."""
        return self.finding.message(language)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the opportunity as a report in JSON tells it."""
        return {
            "rule": self.finding.rule,
            "resource": self.finding.subject.to_dict(),
            "network": self.network or None,
            "score": self.score,
            "message": self.message(language),
        }


@dataclass(frozen=True, slots=True)
class LiveOption:
    """A platform for streaming an event: *eligible* is None for unknown, *reach* None where nobody knows."""

    finding: Finding
    eligible: bool | None
    reach: float | None

    @property
    def platform(self) -> str:
        """The platform that would carry the stream."""
        return self.finding.compiled.platform

    def why(self, language: str = "en") -> str:
        """Return the reason, in *language*."""
        return self.finding.message(language)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the option as a report in JSON tells it."""
        return {
            "platform": self.platform,
            "rule": self.finding.rule,
            "eligible": self.eligible,
            "reach": self.reach,
            "why": self.why(language),
        }


@dataclass(frozen=True, slots=True)
class LiveTable:
    """The platforms on which an event may be streamed, eligible ones first, by reach."""

    subject: Subject
    options: tuple[LiveOption, ...]

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the table as a report in JSON tells it."""
        return {"event": self.subject.to_dict(), "options": [option.to_dict(language) for option in self.options]}


@dataclass(frozen=True, slots=True)
class Report:
    """
    All that one run says. ``findings`` holds rules and duties; passes only where they were asked for.

    *counts* has every outcome that was seen, passes included. *policies* are ``(id, version, digest)``.
    *unused_waivers* were in force for a resource that was judged, and had nothing to waive.
    """

    findings: tuple[Finding, ...]
    opportunities: tuple[Opportunity, ...]
    live: tuple[LiveTable, ...]
    counts: Mapping[str, int]
    policies: tuple[tuple[str, str, str], ...]
    as_of: datetime | None = None
    fail_level: str = "error"
    strict: bool = False
    unused_waivers: tuple[Waiver, ...] = ()

    @property
    def decision(self) -> str:
        """``deny``, ``review`` or ``allow`` for the whole run."""
        return decide(self.findings, self.fail_level, strict=self.strict)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the report as JSON tells it, with texts in *language*."""
        return {
            "govsocial": 1,
            "decision": self.decision,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "policies": [{"id": name, "version": version, "digest": digest} for name, version, digest in self.policies],
            "counts": dict(sorted(self.counts.items())),
            "findings": [finding.to_dict(language) for finding in self.findings],
            "opportunities": [one.to_dict(language) for one in self.opportunities],
            "live": [table.to_dict(language) for table in self.live],
        }


def decide(findings: tuple[Finding, ...], fail_level: str = "error", *, strict: bool = False) -> str:
    """
    Return the decision on *findings*.

    ``deny``: a violation at or above *fail_level*. ``review``: a violation of a warning or above, a broken rule, and
    where *strict* an unknown or an open duty. Else ``allow``.
    """
    worst = max((SEVERITIES.index(one.severity) for one in findings if one.outcome == "violation"), default=-1)
    if worst >= SEVERITIES.index(fail_level):
        return "deny"
    outcomes = {finding.outcome for finding in findings}
    doubts = {"error"} | ({"unknown", "open"} if strict else set())
    return "review" if worst >= SEVERITIES.index("warning") or outcomes & doubts else "allow"
