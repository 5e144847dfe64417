"""The shapes that tables of a policy file share: ids, texts by language, clauses, periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)

from govsocial.messages import say
from govsocial.policy.period import Day, Period, in_zone
from govsocial.validation import HOME, MAX_TEXT, Str, TextError, clean, short

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Severity = Literal["error", "warning", "note"]


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


def text_or_table(value: object) -> str:
    """Return which of two shapes *value* has."""
    return "text" if isinstance(value, str) else "table"


Clauses = Annotated[tuple[Str, ...], BeforeValidator(_as_tuple, json_schema_input_type=Str | tuple[Str, ...])]
Sample = Annotated[str | dict[str, Any], PlainValidator(_sample, json_schema_input_type=str | dict[str, Any])]
Tables = Annotated[
    tuple[dict[str, Any], ...],
    PlainValidator(_tables, json_schema_input_type=dict[str, Any] | tuple[dict[str, Any], ...]),
]


class Table(BaseModel):
    """A table of a policy file: unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,  # a document builds all at once
        validate_by_alias=True,
        validate_by_name=False,
    )


Filled = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(clean)]


class Plural(Table):
    """A message for one thing and for several."""

    one: Filled
    other: Filled


Words = Annotated[
    dict[str, Plural],
    BeforeValidator(_by_language, json_schema_input_type=Filled | dict[str, Filled | Plural]),
    Field(min_length=1),
]


class Validity(Table):
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
