"""What a policy file may say. Shapes only: whether names and expressions mean anything is for ``compile``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, model_validator
from pydantic import Tag as Branch

from govsocial.messages import say
from govsocial.policy.amendments import Override, Waiver
from govsocial.policy.period import Day
from govsocial.policy.shapes import Clauses, Id, Name, Sample, Severity, Table, Tables, Validity, Words, text_or_table
from govsocial.validation import Bool, Str, TextError, Time

On = Literal["post", "account", "event", "institution"]
Kind = Literal["original", "reply", "repost", "quote", "story", "live", "message", "*"]
Confidence = Literal["high", "medium", "low"]
Outcome = Literal[
    "pass", "violation", "waived", "superseded", "unknown", "error", "not-applicable", "open", "attested", "offered"
]


class Citation(Table):
    """Where a norm stands: the *ref* of a source of this policy, and the place *at* in it."""

    ref: Str
    at: Str = ""


Origin = Annotated[Annotated[Citation, Branch("table")] | Annotated[Str, Branch("text")], Discriminator(text_or_table)]
"""Where a value comes from: a citation, or a few words."""


class Source(Table):
    """A document that norms come from."""

    title: Str
    publisher: Str = ""
    language: Str = ""
    url: Str = ""
    date: Day | None = None


class DatedValue(Validity):
    """The value of a param in a period, and how sure we are of it."""

    value: Any
    confidence: Confidence | None = None
    source: Origin | None = None


class Param(Table):
    """A value of a policy: *value*, or *values* by date."""

    value: Any = None
    values: tuple[DatedValue, ...] = ()
    stricter: Literal["lower", "higher"] | None = None
    title: Words | None = None
    confidence: Confidence | None = None
    source: Origin | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Param:
        if (self.value is None) == (not self.values):
            raise TextError(say("give either 'value' or 'values'"))
        return self


class Test(Table):
    """A case beside a rule: resources, a date, and what is expected of the rule."""

    name: Str = ""
    post: Tables | None = None
    account: Tables | None = None
    event: Tables | None = None
    institution: Tables | None = None
    closure: Tables | None = None
    as_of: Time | None = None
    expect: Outcome | None = None
    clauses: tuple[int, ...] | None = None
    message: Words | None = None
    live: tuple[Str, ...] | None = None

    @model_validator(mode="after")
    def _can_fail(self) -> Test:
        if all(one is None for one in (self.expect, self.clauses, self.message, self.live)):
            raise TextError(say("the test expects nothing; write for example expect = 'violation'"))
        return self


class Defaults(Table):
    """What the rules of a policy share."""

    on: On = "post"
    networks: tuple[Str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    severity: Severity = "warning"
    source: Citation | None = None


class Item(Table):
    """What rules, duties, opportunities and live options share."""

    id: Id
    on: On | None = None
    networks: tuple[Str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    when: Clauses = ()
    source: Citation | None = None
    message: Words | None = None
    help: Words | None = None
    plural: Str | None = None
    valid: Validity = Validity()
    waivable: Bool = True
    passes: tuple[Sample, ...] = ()
    fails: tuple[Sample, ...] = ()
    test: tuple[Test, ...] = ()
    survives: dict[str, Str] = Field(default_factory=dict)


class Rule(Item):
    """What must hold, and what is said where it does not."""

    require: Clauses = Field(min_length=1)
    message: Words
    severity: Severity | None = None
    yields_to: tuple[Str, ...] = ()
    binding: Bool = False


class Duty(Item):
    """What a person must do; *require* is the part that a machine can see."""

    require: Clauses = ()
    message: Words
    severity: Severity | None = None
    yields_to: tuple[Str, ...] = ()
    binding: Bool = False


class Opportunity(Item):
    """Where the content would do well."""

    message: Words
    network: Str = ""
    score: int = 0


class Live(Item):
    """A platform for streaming an event: whom it takes, and how many people it reaches."""

    on: On = "event"
    platform: Str
    eligible: Clauses = ()
    reach: Str = ""


class Header(Table):
    """Whose policy this is, and which edition."""

    id: Id
    version: Str
    title: Words
    languages: tuple[Str, ...] = ()
    valid: Validity = Validity()
    timezone: Str = "Europe/Brussels"


class Document(Table):
    """A policy file."""

    govsocial: Literal[1]
    policy: Header
    defaults: Defaults = Defaults()
    source: dict[str, Source] = Field(default_factory=dict)
    param: dict[Name, Param] = Field(default_factory=dict)
    fact: dict[Name, Str] = Field(default_factory=dict)
    rule: tuple[Rule, ...] = ()
    duty: tuple[Duty, ...] = ()
    opportunity: tuple[Opportunity, ...] = ()
    live: tuple[Live, ...] = ()
    override: tuple[Override, ...] = ()
    waiver: tuple[Waiver, ...] = ()

    def items(self) -> list[tuple[str, int, Item]]:
        """Return all rules with the table and the place in it that each stands in."""
        return [(table, number, item) for table in EFFECTS for number, item in enumerate(getattr(self, table))]


EFFECTS: Final = {"rule": "violation", "duty": "duty", "opportunity": "opportunity", "live": "live"}
"""The effect of what stands in each table."""


@dataclass(frozen=True)
class Policy:
    """A policy as it was written: its *document*, and the *text* and *file* that it was read from."""

    document: Document
    text: str
    file: str

    @property
    def id(self) -> str:
        """The id that its rules carry before their own."""
        return self.document.policy.id

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of its text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()
