"""What one rule says of one resource. Values: texts, reasons and places are worked out when they are read."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from govsocial.cel.explain import failing, values
from govsocial.cel.library import BrokenCodeError, Unknown
from govsocial.model import Post
from govsocial.policy.message import shown
from govsocial.spans import Span, span_of
from govsocial.workspace import Origin, type_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.model import Resource
    from govsocial.policy.rules import Clause, Rule, Waiver
    from govsocial.text import TextProfile


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: the resource, where it was read, the moment by which it is judged, how its network reads text."""

    resource: Resource
    origin: Origin
    as_of: datetime
    profile: TextProfile

    @property
    def name(self) -> str:
        """How people find it: its id, else its file and line, else its type."""
        file, line = self.origin
        return self.resource.id or (f"{file}:{line}" if line else file) or type_of(self.resource)

    def to_dict(self) -> dict[str, Any]:
        """Return what a report says of it; what this type of resource does not have is null."""
        file, line = self.origin
        kind = type_of(self.resource)
        told: dict[str, Any] = {"type": kind, "id": self.resource.id, "file": file or None, "line": line}
        for name in ("institution", "account", "network", "language", "date", "url"):
            value = getattr(self.resource, name, None)
            told[name] = value.isoformat() if isinstance(value, datetime) else value
        if kind == "institution":
            told["institution"] = self.resource.id
        if kind == "account":
            told["account"] = self.resource.id
        return told


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """How one clause came out: ``pass``, ``fail``, ``unknown`` or ``error``, with the values of its parts."""

    text: str
    outcome: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one resource. ``message("fr")`` puts it into words; *waiver* is why it is waived."""

    compiled: Rule
    outcome: str
    subject: Subject
    frame: Frame = field(repr=False)
    missing: tuple[str, ...] = ()
    waiver: Waiver | None = None

    @property
    def rule(self) -> str:
        """The full id of the rule."""
        return self.compiled.id

    @property
    def effect(self) -> str:
        """``violation``, ``duty``, ``opportunity`` or ``live``."""
        return self.compiled.effect

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``note``."""
        return self.compiled.severity

    @property
    def resource(self) -> Resource:
        """What was judged."""
        return self.subject.resource

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the rule reads, such as ``post.hashtags``."""
        return self.compiled.fields

    @property
    def failing(self) -> tuple[str, ...]:
        """The elements that broke an ``all`` or an ``exists``."""
        if self.outcome in ("pass", "not-applicable"):
            return ()
        slots = self.compiled.layout.slots
        found = [failing(clause.node, slots, self.frame) for clause in self.compiled.require]
        return tuple(dict.fromkeys(name for names in found for name in names))

    @property
    def span(self) -> Span | None:
        """The place in the text of a post that the violation is about, None where it is about none in particular."""
        if self.outcome not in ("violation", "waived") or not isinstance(self.resource, Post):
            return None
        broken = (one for one in self.compiled.require if outcome_of(one, self.frame) == "fail")
        read = frozenset(path for clause in broken for path in clause.fields)
        return span_of(self.resource, self.subject.profile, read, self.failing)

    def message(self, language: str = "en") -> str:
        """Return what is wrong, in *language*."""
        return self.compiled.message.render(self.frame[:], language, self._named(self.compiled.message.places))

    def help(self, language: str = "en") -> str:
        """Return the next step, in *language*; empty where the rule gives none."""
        return self.compiled.help.render(self.frame[:], language, self._named(self.compiled.help.places))

    def _named(self, places: Mapping[str, Closure]) -> tuple[str, ...]:
        return self.failing if "failing" in places else ()

    def clauses(self) -> tuple[ClauseResult, ...]:
        """Return how each clause came out, those of ``when`` first."""
        return tuple(self._clause(clause) for clause in (*self.compiled.when, *self.compiled.require))

    def _clause(self, clause: Clause) -> ClauseResult:
        outcome = outcome_of(clause, self.frame)
        return ClauseResult(clause.text, outcome, values(clause.node, self.compiled.layout.slots, self.frame))

    @property
    def fingerprint(self) -> str:
        """What stays the same from run to run for the same rule on the same resource."""
        kind, name = type_of(self.resource), self.resource.id or self.resource.model_dump_json()
        return hashlib.sha256(f"{self.rule}\0{kind}\0{name}".encode()).hexdigest()[:32]

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the finding as a report in JSON tells it."""
        source = self.compiled.source
        return {
            "rule": self.rule,
            "effect": self.effect,
            "outcome": self.outcome,
            "severity": self.severity,
            "resource": self.subject.to_dict(),
            "message": self.message(language),
            "help": self.help(language),
            "fields": list(self.fields),
            "span": asdict(span) if (span := self.span) else None,
            "failing": list(self.failing),
            "clauses": [
                {
                    "text": one.text,
                    "outcome": one.outcome,
                    "values": {key: plain(value) for key, value in one.values.items()},
                }
                for one in self.clauses()
            ],
            "missing": list(self.missing),
            "source": {**source[0].model_dump(mode="json"), "at": source[1].at} if source else None,
            "waiver": self.waiver.to_dict(language) if self.waiver else None,
            "fingerprint": self.fingerprint,
            "as_of": self.subject.as_of.isoformat(),
        }


def outcome_of(clause: Clause, frame: Frame) -> str:
    """Return how *clause* comes out on *frame*: ``pass``, ``fail``, ``unknown`` or ``error``."""
    try:
        return "pass" if clause.run(frame[:]) else "fail"  # a copy: several threads may read one report
    except Unknown:
        return "unknown"
    except BrokenCodeError:
        return "error"


def plain(value: object) -> object:
    """Return *value* as JSON can carry it."""
    if isinstance(value, Unknown):
        return {"unknown": list(value.reasons)}
    if isinstance(value, BrokenCodeError):
        return {"error": str(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return (
        value.isoformat()
        if isinstance(value, date)
        else value
        if isinstance(value, bool | int | float | str)
        else shown(value)
    )
