"""The nouns: every field with its default, what is refused and why, and what becomes of text and time."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from govsocial.errors import InputError, Problem
from govsocial.model import RESOURCES, Account, Closure, Event, Institution, Post, Resource, Shape
from govsocial.validation import HOME, models_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AUDIENCE: Final[dict[str, Any]] = {"languages": (), "age_min": None, "age_max": None, "international": False}
MONITORING: Final = {"owner": "", "keywords": (), "covers": ()}
WATCHED: Final[dict[str, Any]] = {"monitoring": MONITORING, "attested": (), "extra": {}}
STREAM: Final = {"planned": False, "networks": (), "captions": False, "replay": False}
DEFAULTS: Final[Mapping[type[Resource], Mapping[str, Any]]] = {
    Post: {"id": "", "network": "twitter", "kind": "original", "institution": "", "account": "", "event": ""}
    | {"info": "", "text": "", "language": "", "variants": (), "media": ()}
    | {"published_at": None, "scheduled_at": None, "question": {"institution": "", "language": "", "text": ""}}
    | {"shared_from": "", "source_institution": "", "content_type": "", "topics": (), "audience": AUDIENCE}
    | {"calendar_entry": "", "url": "", "attested": (), "extra": {}}
    | {"hashtags": None, "mentions": None, "links": None, "length": None, "bytes": None, "emoji_count": None}
    | {"detected_languages": None, "date": None},
    Account: {"id": "", "network": "twitter", "handle": "", "name": "", "url": "", "institution": ""}
    | {"purpose": "institution", "languages": (), "language_definition": "none", "audience": AUDIENCE}
    | {"admins": (), "auto_replies": (), "reply_templates": (), "management_tool": ""}
    | {"followers": None, "created_on": None, "tier": "", **WATCHED},
    Event: {"id": "", "name": "", "type": "", "starts_at": None, "ends_at": None, "organiser": ""}
    | {"institutions": (), "hashtags": (), "pages": (), "coordination": (), "moments": ()}
    | {"livestream": STREAM, "audience": AUDIENCE, **WATCHED},
    Institution: {"id": "", "name": "", "level": "", "handles": (), "contacts": (), "topics": (), "calendar": ""}
    | WATCHED,
    Closure: {"id": "", "name": "", "start": None, "end": None},
}
SHAPES: Final[Mapping[str, Mapping[str, object]]] = {
    "Audience": AUDIENCE,
    "Monitoring": MONITORING,
    "Attestation": {"duty": "", "by": "", "on": None, "until": None},
    "Variant": {"language": "", "text": ""},
    "Media": {"type": "", "alt": "", "duration_s": None, "captions": (), "url": ""},
    "Question": {"institution": "", "language": "", "text": ""},
    "Admin": {"institution": "", "role": ""},
    "AutoReply": {"start": None, "end": None, "languages": ()},
    "ReplyTemplate": {"language": "", "topic": ""},
    "AgreedTag": {"tag": "", "language": ""},
    "Page": {"network": "", "url": "", "owner": "", "admins": ()},
    "Coordination": {"subject": "", "agreed_on": None, "parties": ()},
    "Moment": {"title": "", "at": None},
    "Livestream": STREAM,
    "Handle": {"network": "", "handle": "", "language": ""},
    "Contact": {"kind": "", "value": "", "language": ""},
}
CLOSED: Final[Mapping[tuple[type[Resource], str], str]] = {
    (Post, "kind"): "original reply repost quote story live message",
    (Post, "media[].type"): "photo video infographic gif audio document",
    (Account, "purpose"): "institution event campaign person",
    (Account, "language_definition"): "none per-post variants audience",
    (Event, "coordination[].subject"): "hashtag page",
    (Institution, "level"): "federal regional community local other",
    (Institution, "contacts[].kind"): "phone mail url",
}
NETWORK: Final = {Post: {"network": "twitter"}, Account: {"network": "twitter"}}


def made(model: type[Resource], **fields: object) -> Any:  # noqa: ANN401 - whichever resource it is
    return model.parse({**NETWORK.get(model, {}), **fields})


def shapes() -> dict[str, type[BaseModel]]:
    """Return every table that a resource may hold, by its name."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[type[BaseModel]] = list(RESOURCES.values())
    while waiting:
        for field in waiting.pop().model_fields.values():
            inner = [one for one in models_in(field.annotation) if one.__name__ not in found]
            found |= {one.__name__: one for one in inner}
            waiting += inner
    return found


def problem(model: type[Resource], **fields: object) -> tuple[str, str]:
    """Return the path and the message of the only thing that is wrong."""
    with pytest.raises(InputError) as caught:
        made(model, **fields)
    (only,) = caught.value.problems
    return only.path, only.message()


def problems(model: type[Resource], data: Mapping[str, object]) -> tuple[Problem, ...]:
    """Return what is wrong with *data*; any other exception than ours goes through."""
    try:
        model.parse(data)
    except InputError as error:
        return error.problems
    return ()


# Fields and defaults


@pytest.mark.parametrize("model", DEFAULTS)
def test_a_resource_has_these_fields_and_defaults(model: type[Resource]) -> None:
    assert made(model).model_dump() == DEFAULTS[model]


def test_a_table_inside_a_resource_has_these_fields_and_defaults() -> None:
    assert {name: shape().model_dump() for name, shape in shapes().items()} == SHAPES


def test_files_call_the_resources_by_these_names() -> None:
    assert {"post": Post, "account": Account, "event": Event, "institution": Institution, "closure": Closure} == (
        RESOURCES
    )


@pytest.mark.parametrize("model", [Post, Account])
def test_a_network_is_required(model: type[Resource]) -> None:
    for data in ({}, {"network": ""}, {"network": None}):
        with pytest.raises(InputError) as caught:
            model.parse(data)
        assert [one.path for one in caught.value.problems] == ["network"]


@pytest.mark.parametrize(
    ("model", "name"),
    [(model, name) for model, fields in DEFAULTS.items() for name in fields if name not in ("id", "network")],
)
def test_any_field_may_be_null_and_is_unknown_then(model: type[Resource], name: str) -> None:
    assert getattr(made(model, **{name: None}), name) is None


@pytest.mark.parametrize(("shape", "name"), [(shape, name) for shape, fields in SHAPES.items() for name in fields])
def test_any_field_of_a_table_may_be_null(shape: str, name: str) -> None:
    assert getattr(shapes()[shape](**{name: None}), name) is None


def test_no_two_resources_share_their_tables_of_extras() -> None:
    assert made(Post).extra is not made(Post).extra


# What is refused


@pytest.mark.parametrize(
    ("model", "fields", "expected"),
    [
        (Post, {"hastags": ["a"]}, ("hastags", "unknown key 'hastags'; did you mean 'hashtags'?")),
        (Post, {"zzz": 1}, ("zzz", "unknown key 'zzz'")),
        (Post, {"media": [{"typ": "photo"}]}, ("media[0].typ", "unknown key 'typ'; did you mean 'type'?")),
        (
            Event,
            {"pages": [{"admins": [{"rol": "editor"}]}]},
            ("pages[0].admins[0].rol", "unknown key 'rol'; did you mean 'role'?"),
        ),
        (Institution, {"handles": [{"handel": "x"}]}, ("handles[0].handel", "unknown key 'handel'; did you mean")),
        (Closure, {"begin": "2026-01-01"}, ("begin", "unknown key 'begin'")),
    ],
)
def test_an_unknown_key_is_refused_with_what_was_perhaps_meant(
    model: type[Resource], fields: dict[str, object], expected: tuple[str, str]
) -> None:
    path, message = problem(model, **fields)

    assert path == expected[0]
    assert message.startswith(expected[1])


@pytest.mark.parametrize(("place", "values"), CLOSED.items())
def test_a_closed_set_takes_its_values_and_no_other(place: tuple[type[Resource], str], values: str) -> None:
    model, path = place

    def fields(value: str) -> dict[str, object]:
        outer, _, inner = path.partition("[].")
        return {outer: [{inner: value}] if inner else value}

    allowed = values.split()
    for value in allowed:
        made(model, **fields(value))
    found, message = problem(model, **fields(allowed[0] + "x"))
    assert found == path.replace("[]", "[0]")
    assert all(value in message for value in allowed)
    assert message.endswith(f"did you mean '{allowed[0]}'?")


@pytest.mark.parametrize(("model", "name"), [(Post, "content_type"), (Event, "type")])
def test_an_open_set_takes_what_nobody_thought_of(model: type[Resource], name: str) -> None:
    assert getattr(made(model, **{name: "quiz"}), name) == "quiz"


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"text": "a\0b"}, "text", "NUL"),
        ({"text": "a\ud800b"}, "text", "surrogate"),
        ({"id": "\0"}, "id", "NUL"),
        ({"hashtags": ["ok", "b\0"]}, "hashtags[1]", "NUL"),
        ({"extra": {"budget": "\udfff"}}, "extra.budget", "surrogate"),
        ({"extra": {"budget": 3}}, "extra.budget", "a text in quotes"),
        ({"text": 5}, "text", "a text in quotes"),
        ({"length": True}, "length", "a whole number"),
        ({"length": -1}, "length", "at least 0"),
        ({"length": 2**63}, "length", "at most"),
        ({"audience": {"international": "yes"}}, "audience.international", "true or false"),
        ({"media": {"type": "photo"}}, "media", "a list"),
        ({"media": ["photo"]}, "media[0]", "a table"),
        ({"media": [{"duration_s": float("nan")}]}, "media[0].duration_s", "no ordinary number"),
        ({"published_at": "yesterday"}, "published_at", "no date or time"),
        ({"published_at": 5}, "published_at", "a date or a time"),
        ({"published_at": date.min}, "published_at", "no date or time"),
        ({"attested": [{"until": True}]}, "attested[0].until", "a date or a time"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_its_reason(
    fields: dict[str, object], path: str, words: str
) -> None:
    found, message = problem(Post, **fields)

    assert found == path
    assert words in message


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Post.parse({"kind": "retweet", "txt": "", "length": "long"})

    assert {one.path for one in caught.value.problems} == {"network", "kind", "txt", "length"}


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_problem_speaks_every_language_of_the_program(language: str) -> None:
    with pytest.raises(InputError) as caught:
        made(Post, hastags=[])

    assert "hastags" in caught.value.problems[0].message(language)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([name for fields in DEFAULTS.values() for name in fields]) | st.text(max_size=4)


@given(st.sampled_from(list(DEFAULTS)), st.dictionaries(KEYS, JUNK, max_size=5))
def test_whatever_comes_in_pydantic_stays_inside(model: type[Resource], data: dict[str, object]) -> None:
    assert all("pydantic" not in one.message().casefold() for one in problems(model, data))


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError):
        Post.parse({1: "one", "network": "twitter"})  # type: ignore[dict-item]


def test_a_constructor_refuses_as_parse_does() -> None:
    with pytest.raises(InputError) as caught:
        Post(network="twitter", kind="retweet")  # type: ignore[arg-type]

    assert caught.value.problems[0].path == "kind"


@pytest.mark.parametrize("model", DEFAULTS)
def test_a_resource_cannot_be_changed(model: type[Resource]) -> None:
    with pytest.raises(ValidationError):
        made(model).id = "other"


def test_a_table_inside_a_resource_cannot_be_changed() -> None:
    post: Any = made(Post, question={"language": "nl"}, media=[{"type": "photo"}])
    inner: list[Shape] = [post.question, post.audience, post.media[0]]

    for one in inner:
        with pytest.raises(ValidationError):
            setattr(one, next(iter(type(one).model_fields)), "x")
    assert isinstance(post.media, tuple)


# Text and time


def test_text_is_composed_wherever_it_stands() -> None:
    post = made(Post, text="e\u0301", media=[{"alt": "e\u0301"}], topics=["e\u0301"], extra={"naam": "e\u0301"})

    assert (post.text, post.media[0].alt, post.topics, post.extra["naam"]) == ("é", "é", ("é",), "é")


@pytest.mark.parametrize("written", ["Klimaat", "#Klimaat", "＃Klimaat", " #Klimaat ", "# Klimaat", "# #Klimaat"])
def test_a_tag_is_kept_without_its_sign(written: str) -> None:
    assert made(Event, hashtags=[{"tag": written}]).hashtags[0].tag == "Klimaat"


@pytest.mark.parametrize("written", ["FODdemo", "@FODdemo", "＠FODdemo"])
def test_a_handle_is_kept_without_its_sign(written: str) -> None:
    assert made(Account, handle=written).handle == "FODdemo"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=HOME)),
        (date(2026, 7, 1), datetime(2026, 7, 1, tzinfo=HOME)),
        ("2026-07-01T09:30", datetime(2026, 7, 1, 9, 30, tzinfo=HOME)),
        (datetime(2026, 1, 1, 9, 30), datetime(2026, 1, 1, 8, 30, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2026, 7, 1, 9, 30), datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),  # noqa: DTZ001
        ("2026-07-01T09:30Z", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("2026-07-01T09:30-05:00", datetime(2026, 7, 1, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_date_or_a_time_without_zone_is_that_of_brussels(written: object, moment: datetime) -> None:
    for model, name in ((Post, "published_at"), (Event, "starts_at"), (Closure, "start"), (Account, "created_on")):
        found = getattr(made(model, **{name: written}), name)
        assert found == moment
        assert found.tzinfo is not None


# Laws

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
TIMES = st.datetimes(
    datetime(1893, 1, 1),  # noqa: DTZ001 - before, clocks in Brussels were off by half minutes, which JSON cannot say
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, HOME, timezone(timedelta(hours=-7))]),
)
MEDIA = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["photo", "video"]),
        "alt": TEXTS,
        "duration_s": st.none() | st.floats(0, 1e6),
        "captions": st.lists(TEXTS, max_size=2),
    },
)
POSTS = st.fixed_dictionaries(
    {"network": st.sampled_from(["twitter", "facebook", "elsewhere"])},
    optional={
        "id": TEXTS,
        "kind": st.none() | st.sampled_from(CLOSED[Post, "kind"].split()),
        "text": st.none() | TEXTS,
        "media": st.none() | st.lists(MEDIA, max_size=2),
        "published_at": st.none() | TIMES,
        "question": st.none() | st.fixed_dictionaries({"institution": TEXTS}),
        "hashtags": st.none() | st.lists(TEXTS, max_size=3),
        "length": st.none() | st.integers(0, 2**63 - 1),
        "extra": st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
        "attested": st.lists(st.fixed_dictionaries({"duty": TEXTS, "until": st.none() | TIMES}), max_size=2),
    },
)


@given(POSTS)
def test_a_post_survives_being_told_and_read_again(data: dict[str, object]) -> None:
    post = Post.parse(data)

    assert Post.parse(post.model_dump()) == post
    assert Post.parse(post.model_dump(mode="json")) == post
    assert Post.parse(post.model_dump(exclude_unset=True)) == post


def test_the_fields_of_ones_own_are_frozen_too_and_travel_as_they_are() -> None:
    post = Post(network="x", extra={"owner": "press"})
    assert post.extra is not None
    changes: list[Callable[[dict[str, str]], object]] = [
        lambda extra: extra.update(owner="me"),
        lambda extra: extra.__setitem__("owner", "me"),
        lambda extra: extra.__delitem__("owner"),
        lambda extra: extra.pop("owner"),
        lambda extra: extra.popitem(),
        lambda extra: extra.setdefault("more", "me"),
        lambda extra: extra.__ior__({"owner": "me"}),
        lambda extra: extra.clear(),
    ]
    for change in changes:
        with pytest.raises(TypeError, match="a resource is frozen"):
            change(post.extra)

    assert pickle.loads(pickle.dumps(post)) == copy.deepcopy(post) == post  # noqa: S301 - our own
    assert type(copy.deepcopy(post).extra) is type(post.extra)
    assert post.extra | {"owner": "me"} == {"owner": "me"}
