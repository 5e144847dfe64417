"""What a plugin promises: the engine that it needs, and names and types that rules can rely on. Loads nothing."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from govsocial.cel.library import Fact, Function
from govsocial.cel.refusals import ALLOWED_NAMES, RESERVED
from govsocial.cel.tree import MACROS
from govsocial.cel.types import named
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say
from govsocial.networks import Network
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN: Final = frozenset(
    (*ALLOWED_NAMES, *MACROS, *RESERVED, *"bool bytes dyn int string type uint in true false null".split())
)
"""What functions cannot be called: the language, or this project's use of it, has these names."""
_ON_US: Final = re.compile(r"govsocial\s*(?:\[[^\]]*\])?\s*\(?(?P<limits>[^;)]*)", re.IGNORECASE)
_LEAST: Final = re.compile(r"(?:>=|~=)\s*(?P<release>\d+(?:\.\d+)*)")


def unmet(requirements: Iterable[str], own: str = "") -> Text | None:
    """
    Return why a plugin whose distribution has these *requirements* needs a newer govsocial, None where it does not.

    Installers see to that; this is for what came in past them. Only the lower bounds ``>=`` and ``~=`` are read, by
    their release numbers: they are what "built for a newer one" means, and no library for the rest comes with us.
    *own* is the version to hold them to, else the installed one.
    """
    have = own or version("govsocial")
    for wanted in _least(requirements):
        if _release(have) < _release(wanted):
            return say(
                "it needs govsocial {wanted} or newer, this is {have}; update govsocial", wanted=wanted, have=have
            )
    return None


def _least(requirements: Iterable[str]) -> Iterator[str]:
    """Yield the lowest versions of govsocial that *requirements* allow; what an extra asks for was not asked for."""
    for one in requirements:
        found = _ON_US.match(one)
        if found and not re.match(r"[-\w.]", one[len("govsocial") :]) and "extra" not in one.partition(";")[2]:
            yield from (least["release"] for least in _LEAST.finditer(found["limits"]))


def _release(text: str) -> tuple[int, ...]:
    """Return the release numbers that *text* begins with, without zeros at the end: 1.0 is 1."""
    numbers = [int(part) for part in (re.match(r"[\d.]*", text) or [""])[0].split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def broken_promise(item: object) -> Text | None:
    """Return what is wrong with a fact, function or network that a plugin brings, None where nothing is."""
    match item:
        case Fact(name=name, on=on, type=kind, needs=needs):
            return _wrong_fact(name, on, needs) or _wrong_type(name, kind)
        case Function(name=name, parameters=parameters, returns=returns):
            wrong = _wrong_name("function", name, _TAKEN)
            return wrong or next((found for kind in (*parameters, returns) if (found := _wrong_type(name, kind))), None)
        case Network(id=name, aliases=aliases):
            return _network(name, aliases)
    return None


def _network(name: str, aliases: object) -> Text | None:
    if name and isinstance(aliases, tuple) and all(aliases):
        return None
    return say("its network '{name}' needs an id, and aliases as a tuple of texts", name=name)


def _wrong_fact(name: str, on: str, needs: Sequence[str]) -> Text | None:
    if on not in RELATIONS:
        hint = did_you_mean(on, RELATIONS)
        return say("its fact '{name}' is on '{on}', which rules do not judge{hint}", name=name, on=on, hint=hint)
    known = (*RELATIONS[on], "closures", "context.as_of")
    strange = next((need for need in needs if need not in known), None)
    if strange is not None:
        hint = did_you_mean(strange, known)
        return say("its fact '{name}' needs '{need}', which is not there{hint}", name=name, need=strange, hint=hint)
    return _wrong_name("fact", name)


def _wrong_name(kind: str, name: str, taken: Collection[str] = ()) -> Text | None:
    if name in taken:
        return say("its {kind} cannot be called '{name}': that means something already", kind=kind, name=name)
    if not _NAME.fullmatch(name):
        return say("its {kind} '{name}' needs a name of small letters, digits and _", kind=kind, name=name)
    return None


def _wrong_type(name: str, kind: str) -> Text | None:
    try:
        named(kind)
    except ValueError as error:
        return say("its '{name}' has a type that is none ({reason})", name=name, reason=error)
    return None
