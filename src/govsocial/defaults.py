"""What ``Engine.default()`` and the commands find: the built-in policies, the installed plugins, a clock."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from govsocial.engine import Engine
from govsocial.errors import PolicyError, Problem
from govsocial.language import detect
from govsocial.messages import say
from govsocial.networks import networks_of
from govsocial.plugins import Plugin, installed, without_clashes
from govsocial.policy import between
from govsocial.policy import compile as compiling
from govsocial.policy.load import Reading, load_policies, read_policies
from govsocial.policy.rules import CompiledPolicy, PolicySet, Vocabulary
from govsocial.policy.schema import Policy
from govsocial.trees import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.readers.base import Reader

BUILT_IN: Final = ("facebook", "instagram", "livestream", "snapchat", "twitter")
"""The plugins that ship with govsocial, by entry point."""


@dataclass(frozen=True, slots=True)
class Setup:
    """
    An engine, and what it was made from.

    *problems* name the plugins that were refused; *notes* tell of rules that are inactive, though nothing is wrong.
    """

    engine: Engine
    policies: tuple[Policy, ...]
    plugins: tuple[Plugin, ...]
    problems: tuple[Problem, ...]
    readers: tuple[Reader, ...]
    notes: tuple[Problem, ...] = ()


def default_engine(policies: Sequence[str | Path | Policy] = (), disable: Sequence[str] = ()) -> Engine:
    """
    Return the engine of ``assemble`` with these *policies* and without the plugins of *disable*; warn of refused ones.

    Raises:
        PolicyError: where one of *policies* cannot be loaded.
        PluginError: where *disable* names a plugin that is not installed.
    """
    setup = assemble(policies, disable)
    for problem in setup.problems:
        warnings.warn(problem.render(), RuntimeWarning, stacklevel=3)  # whose call of Engine.default() it is
    return setup.engine


def assemble(
    policies: Sequence[str | Path | Policy] = (),
    disable: Sequence[str] = (),
    *,
    others: bool = True,
    beside: Sequence[Plugin] = (),
) -> Setup:
    """
    Return an engine with the built-in policies, the installed plugins and *policies*.

    *disable* names plugins to leave out; without *others* only those that ship with govsocial are used. Those of
    *beside* are used though they are not installed. A plugin that cannot be used is refused by name in ``problems``,
    and the rest goes on.

    Raises:
        PolicyError: where one of *policies* cannot be loaded, with all that is wrong.
        PluginError: where *disable* names a plugin that is not installed.
    """
    found = (*installed(disable, None if others else BUILT_IN), *beside)
    own = built_in_policies()
    plugins = without_clashes(sorted(found, key=lambda plugin: plugin.name not in BUILT_IN), own)
    return _set_up(*_sound(plugins, own), _given(policies))


def extended(engine: Engine, policies: Sequence[str | Path | Policy]) -> Engine:
    """
    Return *engine* with *policies* added, as ``Engine.with_policies`` says.

    Raises:
        PolicyError: with all that is wrong with them.
    """
    given = _given(policies)
    added, wrong = _attempted(given, engine.vocabulary)
    return replace(engine, policies=_assembled((*engine.policies.given, *added), wrong, given))


def under_test(paths: Sequence[Path], setup: Setup) -> Setup:
    """
    Return *setup* with the policies in *paths*, which stand for those with the same id; ``policies`` are these only.

    Raises:
        PolicyError: where one of them cannot be loaded, with all that is wrong in all of them.
    """
    readings = read_policies(paths)
    ids = {reading.policy.id for reading in readings if reading.policy}
    others = [one for one in setup.engine.policies.given if one.id not in ids]
    compiled, problems = _attempted(readings, vocabulary_of(setup.plugins))
    policies = _assembled(_in_place(setup.engine.policies.given, compiled), problems, readings)
    written = tuple(one.written for one in compiled)
    engine = replace(setup.engine, policies=policies)
    return replace(setup, engine=engine, policies=written, notes=_notes(compiled, others))


def _in_place(given: Sequence[CompiledPolicy], tested: Sequence[CompiledPolicy]) -> list[CompiledPolicy]:
    """Return *given* and *tested*, which stand where those with the same id stood: layers keep their order."""
    known = {one.id for one in given}
    kept = [[each for each in tested if each.id == one.id] or [one] for one in given]
    return [*(one for each in kept for one in each), *(one for one in tested if one.id not in known)]


def _set_up(plugins: Sequence[Plugin], compiled: Sequence[CompiledPolicy], given: Sequence[Reading]) -> Setup:
    problems = tuple(plugin.problem() for plugin in plugins if plugin.status == "refused")
    vocabulary = vocabulary_of(plugins)
    added, wrong = _attempted(given, vocabulary)
    every = (*compiled, *added)
    try:
        policies = _assembled(every, wrong, given)
    except PolicyError as error:  # a plugin that was refused may be why
        raise PolicyError((*problems, *error.problems)) from None
    networks = networks_of(network for plugin in plugins for network in plugin.networks)
    return Setup(
        engine=Engine(policies, networks, lambda: datetime.now(UTC), detect, vocabulary, problems),
        policies=tuple(one.written for one in every),
        plugins=tuple(sorted(plugins, key=lambda plugin: plugin.name)),
        problems=problems,
        readers=tuple(reader for plugin in plugins for reader in plugin.readers),
        notes=_notes(every),
    )


def _notes(compiled: Sequence[CompiledPolicy], others: Sequence[CompiledPolicy] = ()) -> tuple[Problem, ...]:
    """Return what the authors of *compiled* should know, *others* being there too."""
    files = {one.written.file for one in compiled}
    told = between.notes([*compiled, *others])
    return (*(note for one in compiled for note in one.notes), *(note for note in told if note.file in files))


def built_in_policies() -> tuple[Policy, ...]:
    """Return the general recommendations."""
    return load_policies(built_in_folder())


def built_in_folder() -> Path:
    """Return where built-in policies and workflows lie: in the wheel, or beside the sources in an editable install."""
    inside = Path(__file__).parent / "policies"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "policies"


def _given(policies: Sequence[str | Path | Policy]) -> tuple[Reading, ...]:
    read = read_policies([Path(one) for one in policies if not isinstance(one, Policy)])
    return (*read, *(Reading(one) for one in policies if isinstance(one, Policy)))


def vocabulary_of(plugins: Iterable[Plugin]) -> Vocabulary:
    """Return what *plugins* bring to every policy."""
    every = tuple(plugins)
    return Vocabulary(
        networks={one.id: one for plugin in every for one in plugin.networks},
        facts={(one.on, one.name): one for plugin in every for one in plugin.facts},
        functions={one.name: one for plugin in every for one in plugin.functions},
    )


def _sound(plugins: Sequence[Plugin], own: Sequence[Policy]) -> tuple[Sequence[Plugin], list[CompiledPolicy]]:
    """Return *plugins*, those refused whose policies cannot be used with what the others bring; and what can be."""
    while True:
        judged, compiled = _judged(plugins, own)
        if [one.status for one in judged] == [one.status for one in plugins]:
            return judged, compiled
        plugins = judged  # what a refused one brought is gone, and others may have used it


def _judged(plugins: Sequence[Plugin], own: Sequence[Policy]) -> tuple[Sequence[Plugin], list[CompiledPolicy]]:
    vocabulary = vocabulary_of(plugins)
    faults: dict[str, Problem] = {}
    compiled = [_compiled(policy, vocabulary) for policy in own]
    for policy in (policy for plugin in plugins for policy in plugin.policies):
        try:
            compiled.append(_compiled(policy, vocabulary))
        except PolicyError as error:
            faults[policy.id] = error.problems[0]
    faults |= {policy.id: problem for policy, problem in compiling.together(compiled)[1]}
    return [_with_fault(plugin, faults) for plugin in plugins], compiled


def _compiled(policy: Policy, vocabulary: Vocabulary) -> CompiledPolicy:
    with checked(policy, vocabulary) as trees:
        return compiling.compile_policy(policy, vocabulary, trees)


def _with_fault(plugin: Plugin, faults: dict[str, Problem]) -> Plugin:
    fault = next((faults[policy.id] for policy in plugin.policies if policy.id in faults), None)
    return plugin.refused(say("its policy cannot be used: {problem}", problem=fault.render())) if fault else plugin


def _attempted(readings: Sequence[Reading], vocabulary: Vocabulary) -> tuple[list[CompiledPolicy], list[Problem]]:
    """Return what *readings* come to, without what is wrong with them; and that."""
    tried = [_tried(reading.policy, vocabulary) for reading in readings if reading.policy]
    problems = [problem for reading in readings for problem in reading.problems]
    return [one for one, _ in tried], [*problems, *(problem for _, wrong in tried for problem in wrong)]


def _tried(policy: Policy, vocabulary: Vocabulary) -> tuple[CompiledPolicy, tuple[Problem, ...]]:
    with checked(policy, vocabulary) as trees:
        return compiling.attempt(policy, vocabulary, trees)


def _assembled(
    policies: Sequence[CompiledPolicy], problems: Sequence[Problem], readings: Sequence[Reading]
) -> PolicySet:
    """
    Return *policies* as one set.

    Raises:
        PolicyError: with *problems* and what is wrong between policies, file by file; where the form of one is wrong
            that waits, since what its rules would be called is a guess.
    """
    found, told = compiling.together(policies)
    between_them = () if any(reading.problems for reading in readings) else (problem for _, problem in told)
    every = tuple(dict.fromkeys((*problems, *between_them)))
    if every:
        files = [reading.policy.file if reading.policy else reading.problems[0].file for reading in readings]
        raise PolicyError(sorted(every, key=lambda one: (_place_in(files, one.file), one.line or 0, one.column or 0)))
    return found


def _place_in(files: Sequence[str], file: str) -> int:
    return files.index(file) if file in files else len(files)
