"""Facebook: how it counts text, and what is advised there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Fact, Network, TextProfile, hookimpl, load_policies
from govsocial_facebook.away import uncovered_closures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return the policies that lie in this package."""
    return load_policies(__name__)


@hookimpl
def govsocial_networks() -> Iterable[Network]:
    """Return the network Facebook."""
    return (Network(id="facebook", profile=TextProfile(length_unit="code-points")),)


@hookimpl
def govsocial_facts() -> Iterable[Fact]:
    """Return which closures the auto-replies of an account leave uncovered."""
    needs = ("closures", "context.as_of")
    return (Fact("uncovered_closures", "account", "list(string)", uncovered_closures, needs),)
