"""What a policy file may say. Shapes only: whether names and expressions mean anything is for ``compile``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic import Tag as Branch

from govsocial.messages import say
from govsocial.policy.period import Day, Period, in_zone
from govsocial.validation import HOME, MAX_TEXT, Str, TextError, Time, clean, short

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Severity = Literal["error", "warning", "note"]
On = Literal["post", "account", "event", "institution"]
Kind = Literal["original", "reply", "repost", "quote", "story", "live", "message", "*"]
Confidence = Literal["high", "medium", "low"]
Outcome = Literal[
    "pass", "violation", "waived", "superseded", "unknown", "error", "not-applicable", "open", "attested", "offered"
]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


def _by_language(value: object) -> object:
    """Give each way to write a message one shape: language ("" for the policy's first) to one and other."""
    if isinstance(value, str):
        return {"": {"one": value, "other": value}}
    if isinstance(value, dict):
        return {key: {"one": text, "other": text} if isinstance(text, str) else text for key, text in value.items()}
    return value


def _sample(value: object) -> object:
    if isinstance(value, str | dict):
        return clean(value) if isinstance(value, str) else value
    raise TextError(say("expected a text or a table, found {found}", found=short(value)))


def _tables(value: object) -> object:
    tables = (value,) if isinstance(value, dict) else value
    if isinstance(tables, list | tuple) and all(isinstance(one, dict) for one in tables):
        return tuple(tables)
    raise TextError(say("expected a table or a list of tables, found {found}", found=short(value)))


def _text_or_table(value: object) -> str:
    return "text" if isinstance(value, str) else "table"


Clauses = Annotated[tuple[Str, ...], BeforeValidator(_as_tuple)]
Sample = Annotated[str | dict[str, Any], PlainValidator(_sample)]
Tables = Annotated[tuple[dict[str, Any], ...], PlainValidator(_tables)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_alias=True, validate_by_name=False)


Filled = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(clean)]


class Plural(_Table):
    """A message for one thing and for several."""

    one: Filled
    other: Filled


Words = Annotated[dict[str, Plural], BeforeValidator(_by_language), Field(min_length=1)]


class Validity(_Table):
    """From when up to when, *until* exclusive; open where left out. A bare date is midnight in the policy's zone."""

    start: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Validity:
        period = self.period(HOME)
        if period.start and period.until and period.start >= period.until:
            raise TextError(say("'until' ({until}) is not after 'from' ({start})", until=self.until, start=self.start))
        return self

    def period(self, zone: ZoneInfo) -> Period:
        """Return the period that this is in *zone*."""
        return Period(*(None if day is None else in_zone(day, zone) for day in (self.start, self.until)))


class Citation(_Table):
    """Where a norm stands: the *ref* of a source of this policy, and the place *at* in it."""

    ref: Str
    at: Str = ""


Origin = Annotated[Annotated[Citation, Branch("table")] | Annotated[Str, Branch("text")], Discriminator(_text_or_table)]
"""Where a value comes from: a citation, or a few words."""


class Source(_Table):
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


class Param(_Table):
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


class Test(_Table):
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


class Defaults(_Table):
    """What the rules of a policy share."""

    on: On = "post"
    networks: tuple[Str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    severity: Severity = "warning"
    source: Citation | None = None


class Item(_Table):
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
    waivable: bool = True
    passes: tuple[Sample, ...] = ()
    fails: tuple[Sample, ...] = ()
    test: tuple[Test, ...] = ()


class Rule(Item):
    """What must hold, and what is said where it does not."""

    require: Clauses = Field(min_length=1)
    message: Words
    severity: Severity | None = None
    yields_to: tuple[Str, ...] = ()
    binding: bool = False


class Duty(Item):
    """What a person must do; *require* is the part that a machine can see."""

    require: Clauses = ()
    message: Words
    severity: Severity | None = None
    yields_to: tuple[Str, ...] = ()
    binding: bool = False


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


class Header(_Table):
    """Whose policy this is, and which edition."""

    id: Id
    version: Str
    title: Words
    languages: tuple[Str, ...] = ()
    valid: Validity = Validity()
    timezone: Str = "Europe/Brussels"


class Document(_Table):
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
