"""
The nouns: what is judged, and what it refers to. Frozen; unknown keys are refused.

A field that its source cannot carry is ``None`` and means *unknown*. A field that an author leaves out takes its
default and means *none*; those whose default is ``None`` are unknown until given. All text is NFC, all times are
timezone-aware, and a date or a time without zone is Europe/Brussels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.validation import DERIVED, MAX_ITEMS, Bool, Count, Float, Int, Map, Sealed, Str, Tag, Time, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Strs = Annotated[tuple[Str, ...], Field(max_length=MAX_ITEMS)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_ITEMS)]


class Shape(BaseModel):
    """A table inside a resource."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # a run needs few of them


class Audience(Shape):
    """Whom something is for. Ages in years."""

    languages: Strs | None = ()
    age_min: Int | None = None
    age_max: Int | None = None
    international: Bool | None = False


class Monitoring(Shape):
    """Who keeps an eye on what is said, by which keywords, and what that covers."""

    owner: Str | None = ""
    keywords: Strs | None = ()
    covers: Strs | None = ()


class Attestation(Shape):
    """A person's word that a duty was done; valid from *on* up to *until* (exclusive)."""

    duty: Str | None = ""
    by: Str | None = ""
    on: Time | None = None
    until: Time | None = None


class Variant(Shape):
    """The text of a post in one language."""

    language: Str | None = ""
    text: Str | None = ""


class Media(Shape):
    """A picture, video or file of a post. *duration_s* in seconds; *captions* are languages."""

    type: Literal["", "photo", "video", "infographic", "gif", "audio", "document"] | None = ""
    alt: Str | None = ""
    duration_s: Float | None = None
    captions: Strs | None = ()
    url: Str | None = ""


class Question(Shape):
    """The question that a reply or message answers, and the institution it is about."""

    institution: Str | None = ""
    language: Str | None = ""
    text: Str | None = ""


class Admin(Shape):
    """Who administers a page or an account."""

    institution: Str | None = ""
    role: Str | None = ""


class AutoReply(Shape):
    """A period, *end* exclusive, in which messages are answered by themselves."""

    start: Time | None = None
    end: Time | None = None
    languages: Strs | None = ()


class ReplyTemplate(Shape):
    """A prepared answer."""

    language: Str | None = ""
    topic: Str | None = ""


class AgreedTag(Shape):
    """A hashtag of an event, without ``#``, and the language it is for."""

    tag: Tag | None = ""
    language: Str | None = ""


class Page(Shape):
    """A page of an event on a network."""

    network: Str | None = ""
    url: Str | None = ""
    owner: Str | None = ""
    admins: tuple[Admin, ...] | None = ()


class Coordination(Shape):
    """What institutions agreed on beforehand, when, and who took part."""

    subject: Literal["", "hashtag", "page"] | None = ""
    agreed_on: Time | None = None
    parties: Strs | None = ()


class Moment(Shape):
    """An important moment of an event."""

    title: Str | None = ""
    at: Time | None = None


class Livestream(Shape):
    """What is planned for streaming an event."""

    planned: Bool | None = False
    networks: Strs | None = ()
    captions: Bool | None = False
    replay: Bool | None = False


class Handle(Shape):
    """Where an institution is found on a network, without ``@``."""

    network: Str | None = ""
    handle: Tag | None = ""
    language: Str | None = ""


class Contact(Shape):
    """How an institution is reached outside social media."""

    kind: Literal["", "phone", "mail", "url"] | None = ""
    value: Str | None = ""
    language: Str | None = ""


class Resource(Shape):
    """Something with an id that rules judge or refer to."""

    id: Str = ""

    def __init__(self, /, **data: Any) -> None:  # noqa: ANN401 - whatever a caller hands over is validated
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise InputError(problems_of(error, type(self))) from None

    @classmethod
    def parse(cls, data: Mapping[str, object]) -> Self:
        """
        Return the resource that *data* describes.

        Raises:
            InputError: with one problem (path, message) for each thing that is wrong.
        """
        keys: Iterable[object] = data  # from Python anything may come
        strange = [key for key in keys if not isinstance(key, str)]
        if strange:
            raise InputError(Problem(say("the key {key} is no text", key=key)) for key in strange)
        return cls(**data)


class Post(Resource):
    """
    A publication, or the draft of one.

    *info* is the id of the information it spreads, by which posts of one news are brothers; *shared_from* the id of
    the post that it shares. *hashtags* (without ``#``, distinct when case-folded), *mentions* (without ``@``),
    *links*, *length* (in the network's unit), *bytes* (UTF-8), *emoji_count* and *date* are derived by
    ``Engine.prepare`` unless given, and *detected_languages* where a rule reads them.
    """

    network: Annotated[Str, Field(min_length=1)]
    kind: Literal["original", "reply", "repost", "quote", "story", "live", "message"] | None = "original"
    institution: Str | None = ""
    account: Str | None = ""
    event: Str | None = ""
    info: Str | None = ""
    text: Str | None = ""
    language: Str | None = ""
    variants: tuple[Variant, ...] | None = ()
    media: Annotated[tuple[Media, ...], Field(max_length=MAX_ITEMS)] | None = ()
    published_at: Time | None = None
    scheduled_at: Time | None = None
    question: Question | None = Question()
    shared_from: Str | None = ""
    source_institution: Str | None = ""
    content_type: Str | None = ""
    topics: Strs | None = ()
    audience: Audience | None = Audience()
    calendar_entry: Str | None = ""
    url: Str | None = ""
    attested: tuple[Attestation, ...] | None = ()
    extra: Map | None = Field(default_factory=Sealed)
    hashtags: Annotated[Tags | None, DERIVED] = None
    mentions: Annotated[Tags | None, DERIVED] = None
    links: Annotated[Strs | None, DERIVED] = None
    length: Annotated[Count | None, DERIVED] = None
    bytes: Annotated[Count | None, DERIVED] = None
    emoji_count: Annotated[Count | None, DERIVED] = None
    detected_languages: Strs | None = None
    date: Time | None = None


class Account(Resource):
    """An account or page of an institution on a network."""

    network: Annotated[Str, Field(min_length=1)]
    handle: Tag | None = ""
    name: Str | None = ""
    url: Str | None = ""
    institution: Str | None = ""
    purpose: Literal["institution", "event", "campaign", "person"] | None = "institution"
    languages: Strs | None = ()
    language_definition: Literal["none", "per-post", "variants", "audience"] | None = "none"
    audience: Audience | None = Audience()
    admins: tuple[Admin, ...] | None = ()
    auto_replies: tuple[AutoReply, ...] | None = ()
    reply_templates: tuple[ReplyTemplate, ...] | None = ()
    management_tool: Str | None = ""
    monitoring: Monitoring | None = Monitoring()
    followers: Count | None = None
    created_on: Time | None = None
    tier: Str | None = ""
    attested: tuple[Attestation, ...] | None = ()
    extra: Map | None = Field(default_factory=Sealed)


class Event(Resource):
    """An event of one institution or of several."""

    name: Str | None = ""
    type: Str | None = ""
    starts_at: Time | None = None
    ends_at: Time | None = None
    organiser: Str | None = ""
    institutions: Strs | None = ()
    hashtags: tuple[AgreedTag, ...] | None = ()
    pages: tuple[Page, ...] | None = ()
    coordination: tuple[Coordination, ...] | None = ()
    moments: tuple[Moment, ...] | None = ()
    livestream: Livestream | None = Livestream()
    audience: Audience | None = Audience()
    monitoring: Monitoring | None = Monitoring()
    attested: tuple[Attestation, ...] | None = ()
    extra: Map | None = Field(default_factory=Sealed)


class Institution(Resource):
    """A public body: its handles, its contact points, its themes, its calendar."""

    name: Str | None = ""
    level: Literal["", "federal", "regional", "community", "local", "other"] | None = ""
    handles: tuple[Handle, ...] | None = ()
    contacts: tuple[Contact, ...] | None = ()
    topics: Strs | None = ()
    calendar: Str | None = ""
    monitoring: Monitoring | None = Monitoring()
    attested: tuple[Attestation, ...] | None = ()
    extra: Map | None = Field(default_factory=Sealed)


class Closure(Resource):
    """A period, *end* exclusive, in which services are closed. Reference data: no rule judges it."""

    name: Str | None = ""
    start: Time | None = None
    end: Time | None = None


RESOURCES: dict[str, type[Resource]] = {
    model.__name__.lower(): model for model in (Post, Account, Event, Institution, Closure)
}
"""The resource types by the name that files give them."""
