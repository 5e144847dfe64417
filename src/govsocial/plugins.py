"""Plugins: found by entry point, loaded one by one, and refused by name without stopping the others."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import pluggy

from govsocial import hookspecs
from govsocial.cel.library import Fact, Function
from govsocial.errors import GovsocialError, PluginError, Problem, did_you_mean
from govsocial.limits import allowed, limited
from govsocial.messages import Text, say
from govsocial.networks import Network
from govsocial.policy.schema import Policy
from govsocial.promises import broken_promise, unmet
from govsocial.readers.base import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from importlib.metadata import Distribution

PREFIX: Final = "govsocial_"
OWN: Final = "govsocial"
"""The distribution whose plugins come first where two have one name."""
_KINDS: Final[Mapping[str, type]] = {
    "policies": Policy,
    "networks": Network,
    "facts": Fact,
    "functions": Function,
    "readers": Reader,
}
Claim = tuple[str, ...]
F = TypeVar("F", Fact, Function)


@dataclass(frozen=True, slots=True)
class Plugin:
    """
    A plugin and what it brings; *status* is ``active``, ``disabled`` or ``refused``, then with a *reason*.

    *seconds* is how long it took to import it and to call its hooks.
    """

    name: str
    version: str
    status: str = "active"
    reason: Text = field(default_factory=lambda: say(""))
    policies: tuple[Policy, ...] = ()
    networks: tuple[Network, ...] = ()
    facts: tuple[Fact, ...] = ()
    functions: tuple[Function, ...] = ()
    readers: tuple[Reader, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def runs_code(self) -> bool:
        """Whether its Python runs while drafts are read or judged; else it only brings data: policies and networks."""
        return bool(self.facts or self.functions or self.readers)

    def refused(self, reason: Text) -> Plugin:
        """Return this plugin as refused, bringing nothing."""
        return Plugin(self.name, self.version, "refused", reason, seconds=self.seconds)

    def problem(self) -> Problem:
        """Return why it is refused, with its name and version."""
        name = f"{self.name} {self.version}".rstrip()
        return Problem(say("plugin {name} is left out: {reason}", name=name, reason=self.reason))


def installed(disable: Collection[str] = (), only: Collection[str] | None = None) -> tuple[Plugin, ...]:
    """
    Return the plugins that are installed, each loaded on its own, sorted by name.

    Those of *disable*, and where *only* is given all others than those, are not imported; the latter are left out.

    Raises:
        PluginError: where *disable* names a plugin that is not installed.
    """
    found = sorted(entry_points(group=hookspecs.GROUP), key=_rank)
    known = {one.name for one in found}
    strange = [name for name in disable if name not in known]
    if strange:
        raise PluginError(
            Problem(say("no plugin is called '{name}'{hint}", name=name, hint=did_you_mean(name, known)))
            for name in strange
        )
    wanted = [one for one in found if only is None or one.name in only]
    first = {one.name: one for one in reversed(wanted)}
    return tuple(_load(one, disabled=one.name in disable, twice=first[one.name] is not one) for one in wanted)


def _rank(entry: EntryPoint) -> tuple[str, bool, str]:
    return entry.name, entry.dist is None or _about(entry.dist).name != OWN, entry.value


class About(NamedTuple):
    """What the metadata of a distribution say of it."""

    name: str
    version: str
    requires: tuple[str, ...]


@lru_cache(maxsize=64)
def _about(dist: Distribution) -> About:
    """Return what *dist* is; its metadata are parsed once, for all its plugins."""
    found = dist.metadata
    return About(found["Name"], found["Version"], tuple(found.get_all("Requires-Dist") or ()))


def _load(entry: EntryPoint, *, disabled: bool, twice: bool) -> Plugin:
    about = _about(entry.dist) if entry.dist else About("", "", ())
    plugin = Plugin(entry.name, about.version)
    if disabled:
        return Plugin(plugin.name, plugin.version, "disabled")
    if twice:
        return plugin.refused(say("another plugin has the same name"))
    if lacking := unmet(about.requires):
        return plugin.refused(lacking)
    start = perf_counter()
    loaded = _imported(plugin, entry)
    return replace(loaded, seconds=perf_counter() - start)


def _imported(plugin: Plugin, entry: EntryPoint) -> Plugin:
    try:
        with redirect_stdout(sys.stderr):  # what a plugin prints is no part of an answer
            module = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin does on import, the others go on
        return plugin.refused(say("it cannot be imported ({reason})", reason=_reason(error)))
    return collect(plugin.name, plugin.version, module)


def collect(name: str, version: str, module: object) -> Plugin:
    """Return what *module* brings through its hooks, or the plugin refused with the reason."""
    plugin = Plugin(name, version)
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=name)
    except pluggy.PluginValidationError as error:
        return plugin.refused(say("a hook is not as it should be ({reason})", reason=" ".join(str(error).split())))
    strange = next((one.name for one in manager.get_hookcallers(module) or () if not one.has_spec()), "")
    if strange:
        hint = did_you_mean(strange, [PREFIX + kind for kind in _KINDS])
        return plugin.refused(say("it names an unknown hook '{name}'{hint}", name=strange, hint=hint))
    brought = {kind: _call(manager, kind, expected) for kind, expected in _KINDS.items()}
    wrong = next((found for found in brought.values() if isinstance(found, Text)), None)
    return plugin.refused(wrong) if wrong else _held(Plugin(name, version, **brought))  # type: ignore[arg-type]


def _held(plugin: Plugin) -> Plugin:
    """Return *plugin* with its name and version on all code that runs while rules judge, and a limit to its time."""
    name, seconds = f"{plugin.name} {plugin.version}".rstrip(), allowed()

    def held(code: F) -> F:
        return replace(code, compute=limited(code.compute, seconds), plugin=name)

    facts, functions = tuple(map(held, plugin.facts)), tuple(map(held, plugin.functions))
    return replace(plugin, facts=facts, functions=functions)


def _call(manager: pluggy.PluginManager, kind: str, expected: type) -> tuple[Any, ...] | Text:
    """Return what the hook for *kind* brings, or what is wrong with it."""
    name = PREFIX + kind
    hook: Callable[[], list[Iterable[Any]]] = getattr(manager.hook, name)
    try:
        with redirect_stdout(sys.stderr):
            brought = tuple(item for items in hook() for item in items)
        wrong = next((found for item in brought if (found := _wrong(name, item, expected))), None)
    except GovsocialError as error:
        return say("its hook {hook} failed: {problem}", hook=name, problem=_first(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
        return say("its hook {hook} failed ({reason})", hook=name, reason=_reason(error))
    return wrong or brought


def _wrong(hook: str, item: object, expected: type) -> Text | None:
    if isinstance(item, expected):
        return broken_promise(item)
    found, wanted = type(item).__name__, expected.__name__
    return say("its hook {hook} returned a {found}, not a {wanted}", hook=hook, found=found, wanted=wanted)


def _reason(error: BaseException) -> str:
    """Return what went wrong in one line, whatever the error's own text looks like."""
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _first(error: GovsocialError) -> str:
    return str(error).partition("\n")[0]


def without_clashes(plugins: Iterable[Plugin], own: Sequence[Policy] = ()) -> tuple[Plugin, ...]:
    """
    Refuse a plugin that brings what is there already: a network, fact, function or policy.

    What is there are the policies of *own*, and what earlier plugins brought. A fact may not be called like one of a
    policy that is there either, since that policy would be refused for it.
    """
    taken: dict[Claim, Text] = dict.fromkeys(_claims(Plugin("", "", policies=tuple(own))), say("govsocial itself"))
    facts: dict[str, Text] = dict.fromkeys(_facts_in(own), say("govsocial itself"))
    kept: list[Plugin] = []
    for plugin in plugins:
        clash = _clash(plugin, taken, facts)
        kept.append(plugin.refused(clash) if clash else plugin)
        if not clash:
            owner = say("plugin {name}", name=plugin.name)
            taken |= dict.fromkeys(_claims(plugin), owner)
            facts |= dict.fromkeys(_facts_in(plugin.policies), owner)
    return tuple(kept)


def _clash(plugin: Plugin, taken: Mapping[Claim, Text], facts: Mapping[str, Text]) -> Text | None:
    for claim, times in Counter(_claims(plugin)).items():
        kind, name = claim[0], claim[-1]
        if claim in taken:
            other = taken[claim]
            return say("its {kind} '{name}' is already brought by {other}", kind=kind, name=name, other=other)
        if times > 1:
            return say("it brings two of the same {kind}: '{name}'", kind=kind, name=name)
        if kind == "fact" and name in facts:
            return say("a policy of {other} has a fact '{name}' too", name=name, other=facts[name])
    return None


def _claims(plugin: Plugin) -> Iterator[Claim]:
    """Yield what only one plugin can bring."""
    for network in plugin.networks:
        yield from (("network", name) for name in dict.fromkeys(map(str.casefold, (network.id, *network.aliases))))
    yield from (("fact", one.on, one.name) for one in plugin.facts)
    yield from (("function", one.name) for one in plugin.functions)
    yield from (("policy", one.id) for one in plugin.policies)


def _facts_in(policies: Iterable[Policy]) -> Iterator[str]:
    return (name for policy in policies for name in policy.document.fact)
