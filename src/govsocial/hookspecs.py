"""
The hooks by which plugins bring what they know; networks that ship with govsocial use the same.

A plugin is a module under the entry-point group ``govsocial`` whose functions, marked with ``hookimpl``, carry these
names. All are optional, take nothing and return values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial.cel.library import Fact, Function
    from govsocial.networks import Network
    from govsocial.policy.schema import Policy
    from govsocial.readers.base import Reader

GROUP: Final = "govsocial"
hookspec: Final = pluggy.HookspecMarker(GROUP)
hookimpl: Final = pluggy.HookimplMarker(GROUP)


@hookspec
def govsocial_policies() -> Iterable[Policy]:  # type: ignore[empty-body]
    """
    Return the policies that the plugin ships.

    Called once when an engine is set up. Each policy is compiled with what all plugins bring; a policy that cannot be
    compiled makes the plugin refused by name, and the run goes on without it. ``load_policies(__name__)`` returns all
    TOML files of a package.
    """


@hookspec
def govsocial_networks() -> Iterable[Network]:  # type: ignore[empty-body]
    """
    Return the networks that the plugin knows.

    Called once when an engine is set up, before policies are compiled. A network's id and aliases name it in drafts
    and policies; its profile says how it reads tags, mentions and lengths. Two plugins with one id are refused.
    """


@hookspec
def govsocial_facts() -> Iterable[Fact]:  # type: ignore[empty-body]
    """
    Return derived values that expressions cannot say, computed in Python.

    Called once when an engine is set up. Rules of any policy read them as ``fact.name``. What a fact raises makes the
    rules that read it an ``error``; so does a fact that hangs. One with a column form is computed for a whole archive.
    """


@hookspec
def govsocial_functions() -> Iterable[Function]:  # type: ignore[empty-body]
    """
    Return typed functions for the expression language.

    Called once when an engine is set up. Expressions of any policy may call them; the types are checked at load.
    """


@hookspec
def govsocial_readers() -> Iterable[Reader]:  # type: ignore[empty-body]
    """
    Return readers for further file formats, such as a network's data export.

    Called once when an engine is set up. A reader is chosen by the ending of a file's name.
    """
