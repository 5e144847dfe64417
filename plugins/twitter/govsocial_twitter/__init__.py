"""Twitter, now X: how it counts text, and what is advised there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Network, TextProfile, hookimpl, load_policies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return the policies that lie in this package."""
    return load_policies(__name__)


@hookimpl
def govsocial_networks() -> Iterable[Network]:
    """Return the network Twitter, now X."""
    profile = TextProfile(length_unit="weighted", mention_pattern="[A-Za-z0-9_]{1,20}")
    return (Network(id="twitter", aliases=("x",), profile=profile),)
