"""The shapes of what is not read as one table: a draft file, and a report in JSON. For schemas only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from govsocial.model import Account, Closure, Event, Institution, Post
from govsocial.policy.schema import Outcome
from govsocial.policy.shapes import Severity


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Draft(_Shape):
    """What is judged, in TOML or JSON: posts, accounts, events, institutions, and the closures of services."""

    govsocial: Literal[1] = 1
    post: Post | tuple[Post, ...] = ()
    account: Account | tuple[Account, ...] = ()
    event: Event | tuple[Event, ...] = ()
    institution: Institution | tuple[Institution, ...] = ()
    closure: Closure | tuple[Closure, ...] = ()


class Judged(_Shape):
    """The resource that something is said of; what its type does not have is null."""

    type: Literal["post", "account", "event", "institution"]
    id: str
    file: str | None
    line: int | None
    institution: str | None
    account: str | None
    network: str | None
    language: str | None
    date: datetime | None
    url: str | None


class Place(_Shape):
    """A place in the text of a post."""

    field: str
    start: int
    end: int


class JudgedClause(_Shape):
    """A clause of a rule, and how it came out."""

    text: str
    outcome: Literal["pass", "fail", "unknown", "error"]
    values: dict[str, Any]


class Norm(_Shape):
    """The document that a norm stands in, and where in it."""

    title: str
    publisher: str
    language: str
    url: str
    date: str | None
    at: str


class ReportedWaiver(_Shape):
    """The exception by which a finding is waived."""

    id: str
    reason: str
    until: date
    approved_by: str


class ReportedFinding(_Shape):
    """What one rule or duty says of one resource."""

    rule: str
    effect: Literal["violation", "duty"]
    outcome: Outcome
    severity: Severity
    resource: Judged
    message: str
    help: str
    fields: list[str]
    span: Place | None
    failing: list[str]
    clauses: list[JudgedClause]
    missing: list[str]
    source: Norm | None
    waiver: ReportedWaiver | None
    fingerprint: str = Field(pattern="^[0-9a-f]{32}$")
    as_of: datetime


class ReportedOpportunity(_Shape):
    """Where the content would do well."""

    rule: str
    resource: Judged
    network: str | None
    score: int
    message: str


class ReportedOption(_Shape):
    """A platform for streaming an event."""

    platform: str
    rule: str
    eligible: bool | None
    reach: float | Literal["inf", "-inf", "nan"] | None
    why: str


class ReportedTable(_Shape):
    """The platforms for streaming one event, eligible ones first, by reach."""

    event: Judged
    options: list[ReportedOption]


class PolicyEdition(_Shape):
    """A policy that a report rests on."""

    id: str
    version: str
    digest: str = Field(pattern="^[0-9a-f]{64}$")


class ReportFile(_Shape):
    """The answer of govsocial check --format json."""

    govsocial: Literal[1]
    decision: Literal["allow", "review", "deny"]
    as_of: datetime | None
    policies: list[PolicyEdition]
    counts: dict[Outcome, int]
    findings: list[ReportedFinding]
    opportunities: list[ReportedOpportunity]
    live: list[ReportedTable]
