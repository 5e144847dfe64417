"""What a workflow file may say. Shapes only: whether names and expressions mean anything is for ``compile``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from govsocial.messages import say
from govsocial.policy.shapes import Clauses, Id, Name, Table, Tables, Words
from govsocial.validation import Str, TextError, Time, short

_UNITS: Final = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}
_DURATION: Final = re.compile(r"(\d{1,6}) (minute|hour|day|week)s?")
_STEP: Final = re.compile(r"(?P<event>\S+) (?P<role>\S+)(?: (?P<actor>[^@]+?))?(?:@(?P<institution>\S+))?")


def _duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise TextError(say("'{found}' is no length of time; write it as '4 hours' or '2 days'", found=short(value)))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _step(value: object) -> object:
    """Give a step one shape: ``approve spokesperson An@fps-health`` is a table in one line."""
    if not isinstance(value, str):
        return value
    found = _STEP.fullmatch(value)
    if found is None:
        raise TextError(say("'{found}' is no step; write it as 'approve spokesperson An'", found=short(value)))
    return {{"role": "as"}.get(key, key): part for key, part in found.groupdict().items() if part}


Duration = Annotated[timedelta, PlainValidator(_duration)]


class Header(Table):
    """Which workflow this is, which edition, and in which state a post *start*s."""

    id: Id
    version: Str
    title: Words
    start: Id
    languages: tuple[Str, ...] = ()


class Named(Table):
    """A role or an event, as people call it."""

    title: Words


class Obligation(Table):
    """
    What *owner* has to do in a state, *within* a time from entering it, or from the moment *since*.

    Once that is over, it goes to *overdue*. A *shift* is a time of standing by.
    """

    id: Id
    within: Duration
    owner: Id
    message: Words
    since: Str = ""
    overdue: Id | None = None
    shift: bool = False


class State(Table):
    """Where a post may be. One with *skip_when* is passed by its first transition where all of that holds."""

    title: Words
    skip_when: Clauses = ()
    final: bool = False
    obligation: tuple[Obligation, ...] = ()


class Approval(Table):
    """
    An approval of this very content: by a role, where *each* is given by that role of each institution of the event.

    *on* is the event with which it is given, else the one that is asked for; those who acted in a role of *but_not*
    cannot give it.
    """

    by: Id
    on: Id | None = None
    each: Literal["institution"] | None = None
    but_not: Clauses = Field(default=(), alias="not")


class Gate(Table):
    """
    What must hold before a transition: *require* where *when* holds, *rules*, approvals, and times.

    *rules* are patterns of rules that judge the resources *of* the post; *through* is the highest severity that is
    let through. *after* and *before* are moments, such as ``post.scheduled_at``.
    """

    title: Words
    when: Clauses = ()
    require: Clauses = ()
    message: Words | None = None
    help: Words | None = None
    lifted_by: Clauses = ()
    rules: Clauses = ()
    of: tuple[Literal["post", "account", "event", "institution"], ...] = ("post",)
    through: Literal["nothing", "note", "warning", "error"] = "warning"
    approvals: tuple[Approval, ...] = ()
    after: Str = ""
    before: Str = ""

    @model_validator(mode="after")
    def _says_why(self) -> Gate:
        if self.require and self.message is None:
            raise TextError(say("a gate with 'require' needs a 'message' that says what is missing"))
        return self


class Transition(Table):
    """A way from some states to another one: by an event, for some roles; *auto* where it is taken by itself."""

    event: Id
    start: Clauses = Field(alias="from", min_length=1)
    to: Id
    by: Clauses = Field(min_length=1)
    gates: Clauses = ()
    auto: bool = False


class Step(Table):
    """An event of a test: who does it and when; *edit* are fields of the post that change before it."""

    event: Id
    role: Id = Field(alias="as")
    actor: Str = ""
    institution: Str = ""
    at: Time | None = None
    edit: dict[str, Any] = Field(default_factory=dict)


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


Taken = Annotated[Step, BeforeValidator(_step)]
Steps = Annotated[tuple[Taken, ...], BeforeValidator(_several)]


class Test(Table):
    """A case: resources, the steps *given*, the one to *apply*, and the state or the refusals that are *expect*ed."""

    name: Str
    post: Tables
    account: Tables | None = None
    event: Tables | None = None
    institution: Tables | None = None
    closure: Tables | None = None
    as_of: Time
    given: Steps = ()
    apply: Taken
    expect: Str
    refused: Clauses = ()


class Document(Table):
    """A workflow file."""

    govsocial: Literal[1]
    workflow: Header
    fact: dict[Name, Str] = Field(default_factory=dict)
    role: dict[Id, Named] = Field(min_length=1)
    event: dict[Id, Named] = Field(min_length=1)
    state: dict[Id, State] = Field(min_length=1)
    gate: dict[Id, Gate] = Field(default_factory=dict)
    transition: tuple[Transition, ...] = Field(min_length=1)
    test: tuple[Test, ...] = ()
