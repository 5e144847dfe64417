"""Live streaming: which platforms an event can be streamed on, and the reach of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Function, Network, TextProfile, hookimpl, load_policies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return the policies that lie in this package."""
    return load_policies(__name__)


@hookimpl
def govsocial_networks() -> Iterable[Network]:
    """Return the network YouTube, which is known here as a place to stream."""
    return (Network(id="youtube", profile=TextProfile(length_unit="code-points")),)


@hookimpl
def govsocial_functions() -> Iterable[Function]:
    """Return the function that adds up a list, such as the followers of several accounts."""
    return (Function("total", ("list(int)",), "int", sum, column=lambda numbers: numbers.list.sum()),)
