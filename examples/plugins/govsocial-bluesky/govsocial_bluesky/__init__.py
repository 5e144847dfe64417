"""Bluesky: how it counts and reads text, what it accepts, what is advised there, and the records that it exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Fact, Function, Network, Reader, hookimpl, load_policies
from govsocial_bluesky.camel import camel_case_tags_by, vocabulary
from govsocial_bluesky.counting import graphemes, saved_by_short_links, utf8_size
from govsocial_bluesky.grammar import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy, Record


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return what Bluesky accepts, and what is advised there."""
    return load_policies(__name__)


@hookimpl
def govsocial_networks() -> Iterable[Network]:
    """Return the network Bluesky."""
    return (Network("bluesky", aliases=("bsky",), profile=PROFILE),)


@hookimpl
def govsocial_functions() -> Iterable[Function]:
    """Return the two ways in which Bluesky measures any text, not only that of a post."""
    return (
        Function("graphemes", ("string",), "int", graphemes),
        Function("utf8_size", ("string",), "int", utf8_size),
    )


@hookimpl
def govsocial_facts() -> Iterable[Fact]:
    """Return what links save when they are shown short, and hashtags as they are read out well."""
    return (
        Fact("bluesky_saved", "post", "int", saved_by_short_links),
        Fact("camel_case_tags", "post", "list(string)", camel_case_tags_by(vocabulary())),
    )


@hookimpl
def govsocial_readers() -> Iterable[Reader]:
    """Return what reads records as a repository gives them: in one JSON file, or one a line."""
    return (
        Reader("bluesky", (".bsky.json", ".bluesky.json"), read_json),
        Reader("bluesky-lines", (".bsky.jsonl", ".bluesky.jsonl"), read_lines),
    )


def read_json(text: str, name: str) -> Iterable[Record]:
    """Yield the posts in *text*: a record, a list of them, or a table whose ``records`` are such a list."""
    from govsocial_bluesky import records  # noqa: PLC0415 - imported when needed, so that a run starts quickly

    del name
    return records.posts(records.in_one(text))


def read_lines(text: str, name: str) -> Iterable[Record]:
    """Yield the posts in *text*, which has one record a line."""
    from govsocial_bluesky import records  # noqa: PLC0415

    del name
    return records.posts(records.in_lines(text))
