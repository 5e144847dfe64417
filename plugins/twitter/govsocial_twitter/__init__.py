"""Twitter, now X: how it counts text, and what is advised there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Network, Reader, TextProfile, hookimpl, load_policies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy, Record


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return the policies that lie in this package."""
    return load_policies(__name__)


@hookimpl
def govsocial_networks() -> Iterable[Network]:
    """Return the network Twitter, now X."""
    profile = TextProfile(length_unit="weighted", mention_pattern="[A-Za-z0-9_]{1,20}")
    return (Network(id="twitter", aliases=("x",), profile=profile),)


@hookimpl
def govsocial_readers() -> Iterable[Reader]:
    """Return what reads the archive that X gives its users, and posts as version 1.1 of its interface wrote them."""
    return (Reader("x-archive", (".js", "v1.1.json"), read),)


def read(text: str, name: str) -> Iterable[Record]:
    """Yield the posts, or the account, in *text*: a file of an X archive, or a JSON list of v1.1 tweets."""
    from govsocial_twitter.archive import records  # noqa: PLC0415 - imported when needed, so that a run starts quickly

    return records(text, name)
