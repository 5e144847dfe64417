"""Validated values: the exact types that every model is built from, and pydantic's complaints as our problems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Final, Never, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

HOME: Final = ZoneInfo("Europe/Brussels")
"""The time zone of a bare date, and of a time without zone."""

MAX_TEXT: Final = 1_000_000
MAX_ITEMS: Final = 10_000


class Marker:
    """Say something of a field that its type does not say; see the constants."""


DERIVED: Final = Marker()
"""The field is computed from others by ``Engine.prepare``, unless given."""
FOLDED: Final = Marker()
"""The text is a tag or a handle: it compares case-folded."""


def clean(text: str) -> str:
    """Return *text* in NFC; refuse NUL, which other programs would cut the text at."""
    if "\0" in text:
        raise PydanticCustomError("nul", "NUL")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def moment(value: object) -> object:
    """
    Return a timezone-aware time for a time, a date or ISO 8601 text; Brussels where no zone is given.

    Its zone is the offset that was in force: two times in one *zone* Python compares and subtracts as clocks show
    them, so that the hour in which clocks go back would be none.
    """
    if isinstance(value, str):
        value = from_iso(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=HOME)
    try:
        aware.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("no_time", "out of range") from None
    return aware.replace(tzinfo=timezone(aware.utcoffset() or timedelta(0)), fold=0)


def moment_of(given: object, path: str) -> datetime | None:
    """
    Return the moment that *given*, the argument or option *path*, names; None where it is None.

    Raises:
        InputError: where it is no date.
    """
    if given is None:
        return None
    try:
        found = moment(given)
    except ValueError:
        found = None
    if not isinstance(found, datetime):
        raise InputError([Problem(say("'{value}' is no date; write it as 2026-11-24", value=given), path=path)])
    return found


def from_iso(text: str) -> datetime:
    """Return the time, in no zone if it names none, that ISO 8601 *text* is."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("no_time", "not ISO 8601") from None


def _bare(text: str) -> str:
    return re.sub(r"^[#＃@＠\s]+", "", text).rstrip()


class Sealed(dict[str, str]):
    """A table that stays as it is, as resources do: what one fact wrote into it, the next rule would read."""

    def _refuse(self, *_: object, **__: object) -> Never:
        message = "a resource is frozen: take a copy of this table to change it"
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, str]]]:
        return type(self), (dict(self),)


Str = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(clean)]
Tag = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(clean), AfterValidator(_bare), FOLDED]
Int = Annotated[int, Strict(), Field(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Strict(), Field(ge=0, le=2**63 - 1)]
Float = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Bool = Annotated[bool, Strict()]
Time = Annotated[datetime, Strict(), BeforeValidator(moment)]
Map = Annotated[dict[Str, Str], AfterValidator(Sealed)]

_KINDS: Final = {
    "string_type": say("a text in quotes"),
    "int_type": say("a whole number"),
    "int_from_float": say("a whole number"),
    "float_type": say("a number"),
    "bool_type": say("true or false"),
    "tuple_type": say("a list"),
    "list_type": say("a list"),
    "dict_type": say("a table"),
    "model_type": say("a table"),
    "model_attributes_type": say("a table"),
    "mapping_type": say("a table"),
    "datetime_type": say("a date or a time"),
    "is_instance_of": say("another kind of value"),
}
_MESSAGES: Final = {
    "missing": say("'{key}' is missing"),
    "nul": say("a NUL character stands in the text; remove it"),
    "string_unicode": say("half a character (a lone surrogate) stands in the text; write the text again"),
    "no_time": say("'{found}' is no date or time; write it as 2026-11-24 or 2026-11-24T09:30"),
    "string_too_long": say("the text has {length} characters; at most {max_length}"),
    "string_too_short": say("the text is empty"),
    "too_short": say("it is empty; leave it out, or fill it in"),
    "string_pattern_mismatch": say("'{found}' cannot be a name; use small letters, digits, - in ids, _ elsewhere"),
    "too_long": say("{actual_length} items; at most {max_length}"),
    "greater_than_equal": say("{found} is too small; at least {ge}"),
    "less_than_equal": say("{found} is too large; at most {le}"),
    "finite_number": say("{found} is no ordinary number"),
    "int_parsing_size": say("{found} is too large"),
}


def problems_of(error: ValidationError, model: type[BaseModel], path: str = "") -> Iterable[Problem]:
    """Yield what pydantic found wrong with data for *model* as our problems, each with its path below *path*."""
    for details in error.errors(include_url=False):
        yield Problem(_explain(details, model), path=joined(path, details["loc"]))


def meant(model: type[BaseModel], path: Sequence[str | int]) -> str:
    """Return the key that the unknown one at *path* in data for *model* is nearest to, empty where it is near none."""
    return next(iter(get_close_matches(str(path[-1]), _keys(model, path[:-1]), n=1)), "")


def joined(path: str, parts: Sequence[str | int]) -> str:
    """Return *path* with *parts* below it, such as ``post[0].media[1].alt``."""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _explain(details: ErrorDetails, model: type[BaseModel]) -> Text:
    kind, found, key = details["type"], details["input"], str(details["loc"][-1]) if details["loc"] else ""
    if kind == "extra_forbidden":
        return say("unknown key '{key}'{hint}", key=key, hint=did_you_mean(key, _keys(model, details["loc"][:-1])))
    if kind == "literal_error":
        allowed = _choices(str(details.get("ctx", {}).get("expected", "")))
        hint = did_you_mean(str(found), allowed)
        return say(
            "'{found}' is not one of: {allowed}{hint}", found=short(found), allowed=", ".join(allowed), hint=hint
        )
    if kind in _KINDS:
        return say("expected {expected}, found {found}", expected=_KINDS[kind], found=short(found))
    if kind == "value_error" and isinstance(reason := details.get("ctx", {}).get("error"), TextError):
        return reason.text
    template = _MESSAGES.get(kind)
    if template is None:
        return say("{reason} (found {found})", reason=details["msg"], found=short(found))
    length = len(found) if isinstance(found, str) else 0
    values = {"key": key, "found": short(found), "length": length} | dict(details.get("ctx", {}))
    return replace(template, values=values)


class TextError(ValueError):
    """What a validator of ours raises, so that its message can be put into any language."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.render())


def short(value: object, most: int = 40) -> str | Text:
    """Return *value* as its author would write it, cut at *most* characters; of what has parts, only what it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return say("a table")
    if isinstance(value, list | tuple):
        return say("a list")
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _choices(expected: str) -> list[str]:
    return [word.strip().strip("'") for part in expected.split(",") for word in part.split(" or ") if word.strip()]


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the keys that the table at *loc* may have, by walking the model's annotations."""
    for part in loc:
        if isinstance(part, str) and (field := _field(model, part)) is not None:
            inner = next(iter(models_in(field)), None)
            model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[BaseModel], key: str) -> object:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return field.annotation
    return None


def models_in(annotation: object) -> Iterable[type[BaseModel]]:
    """Yield the models that an annotation mentions, outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)
