"""
Hypothesis strategies for resources, drawn from the models themselves, so that a new field is drawn too.

What may be unknown is drawn as unknown now and then. Texts have tags, mentions, links, emoji, and letters that are
nasty but allowed. What ``Engine.prepare`` derives is left to it, unless you give it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from govsocial.model import RESOURCES, Account, Closure, Event, Institution, Post, Resource
from govsocial.validation import DERIVED, HOME
from govsocial.workspace import Workspace

R = TypeVar("R", bound=Resource)
NETWORKS: Final = ("facebook", "instagram", "snapchat", "twitter", "x", "youtube", "elsewhere")
LANGUAGES: Final = ("nl", "fr", "de", "en", "", "tlh")
MOST: Final = 3
_WORDS: Final = (
    "Morgen fermé geöffnet open #Brussel #été #2026 #a_b ＃全角 @finbel @x_y http://example.org/a?b=c example.be"
    " 👩🏽‍🚒 🇧🇪 straße I\u0307stanbul e\u0301t\u00e9 a\u200db RT &amp; SHOUTING 00:59 50% \u202ertl"
).split(" ")
# written out, since a class of characters is slow to set up, and Hypothesis complains of the first draw
_LETTERS: Final = "aZ09 _-#@＃/:.?&\n\téßİŁñ中あ한عא😀\u0301\u200b\u200d\u202e\u00ad\ufe0f\x1f\ud7ff\U0010ffff"
_DERIVED: Final = ("detected_languages", "date")
_REFERENCES: Final = {"institution": "institution", "account": "account", "event": "event", "shared_from": "post"}


def texts() -> st.SearchStrategy[str]:
    """Return texts as people post them, and now and then some that nobody would."""
    anything = st.text(st.sampled_from(_LETTERS), max_size=30)
    words = st.lists(st.sampled_from(_WORDS), max_size=12)
    return st.tuples(words, st.sampled_from([" ", "\n", ", "])).map(lambda drawn: drawn[1].join(drawn[0])) | anything


def times() -> st.SearchStrategy[datetime]:
    """Return times from 2006 on, all with a zone."""
    return st.datetimes(datetime(2006, 1, 1), datetime(2035, 1, 1), timezones=st.just(HOME))  # noqa: DTZ001 - it has one


def posts(**fixed: object) -> st.SearchStrategy[Post]:
    """Return posts; *fixed* are values of fields, or strategies for them, such as ``network="facebook"``."""
    return _resources(Post, fixed)


def accounts(**fixed: object) -> st.SearchStrategy[Account]:
    """Return accounts; *fixed* are values of fields, or strategies for them."""
    return _resources(Account, fixed)


def events(**fixed: object) -> st.SearchStrategy[Event]:
    """Return events; *fixed* are values of fields, or strategies for them."""
    return _resources(Event, fixed)


def institutions(**fixed: object) -> st.SearchStrategy[Institution]:
    """Return institutions; *fixed* are values of fields, or strategies for them."""
    return _resources(Institution, fixed)


def closures(**fixed: object) -> st.SearchStrategy[Closure]:
    """Return closures; *fixed* are values of fields, or strategies for them."""
    return _resources(Closure, fixed)


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    """Return workspaces whose resources refer to one another, to nothing, and to what is not there."""
    ids = {kind: [f"{kind}-{number}" for number in range(draw(st.integers(0, MOST)))] for kind in RESOURCES}
    refer: dict[str, st.SearchStrategy[Any]] = {field: _reference(ids[kind]) for field, kind in _REFERENCES.items()}
    refer["institutions"] = st.lists(st.sampled_from([*ids["institution"], "nobody"]), max_size=MOST)
    found: dict[str, Any] = {
        f"{kind}s": tuple(draw(_resources(model, {"id": name} | _in(model, refer))) for name in ids[kind])
        for kind, model in RESOURCES.items()
    }
    return Workspace(**found)


def _in(model: type[Resource], fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, object]:
    return {name: one for name, one in fields.items() if name in model.model_fields}


def _reference(ids: list[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(["", "nobody", *ids])


def _resources(model: type[R], fixed: dict[str, object]) -> st.SearchStrategy[R]:
    given = {key: one if isinstance(one, st.SearchStrategy) else st.just(one) for key, one in fixed.items()}
    drawn = {key: one for key, one in _fields(model).items() if key not in given}
    needed = {key: one for key, one in drawn.items() if model.model_fields[key].is_required()}
    free = {key: one for key, one in drawn.items() if key not in needed}
    return st.fixed_dictionaries({**given, **needed}, optional=free).map(lambda data: model(**data))


@cache
def _fields(model: type[BaseModel]) -> dict[str, st.SearchStrategy[Any]]:
    """Return how to draw each field of *model* that has no id in it, and is not derived."""
    fields = model.model_fields.items()
    named, resource = _named(), issubclass(model, Resource)
    return {
        name: named[name] if name in named else _values(field.annotation)
        for name, field in fields
        if not (resource and (name in ("id", *_DERIVED) or DERIVED in field.metadata))
    }


def _named() -> dict[str, st.SearchStrategy[Any]]:
    """Return how to draw the fields whose names say more than their types."""
    return {
        "network": st.sampled_from(NETWORKS),
        "language": st.none() | st.sampled_from(LANGUAGES),
        "text": st.none() | texts(),
    }


def _values(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - annotations have no type of their own
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if one is NoneType else _values(one) for one in inner))
    if origin is Annotated:
        return _values(inner[0])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_values(inner[0]), max_size=MOST).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.fixed_dictionaries({}, optional=_fields(annotation))
    return _plain(annotation)


def _plain(annotation: object) -> st.SearchStrategy[Any]:
    known: dict[object, st.SearchStrategy[Any]] = {
        str: st.sampled_from(_WORDS) | st.just(""),
        bool: st.booleans(),
        int: st.integers(0, 10**7),
        float: st.floats(0, 10**6),
        datetime: times(),
    }
    words = st.sampled_from(_WORDS)
    return known[annotation] if annotation in known else st.dictionaries(words, words, max_size=MOST)
