"""Rules that run: clauses as closures, laid out on a frame. Values only; nothing here is read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govsocial.cel.evaluate import MACRO_SLOTS, UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from govsocial.cel.evaluate import Closure, Frame, Slots
    from govsocial.cel.tree import Node
    from govsocial.errors import Problem
    from govsocial.policy.message import Message
    from govsocial.policy.params import ParamTable
    from govsocial.policy.period import Period
    from govsocial.policy.schema import Citation, Policy, Source


@dataclass(frozen=True, slots=True)
class Clause:
    """
    A condition: its *text*, its tree, and how to compute it.

    *code* are the plugins' facts that it rests on, *fields* the paths that it reads, facts taken apart.
    """

    text: str
    node: Node
    run: Closure
    code: tuple[Closure, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, duty, opportunity or live option, ready to run. *networks* and *kinds* are None for all."""

    id: str
    effect: str
    on: str
    networks: frozenset[str] | None
    kinds: frozenset[str] | None
    severity: str
    when: tuple[Clause, ...]
    require: tuple[Clause, ...]
    message: Message
    help: Message
    valid: Period | None
    yields_to: frozenset[str]
    source: tuple[Source, Citation] | None
    fields: tuple[str, ...]
    layout: Layout
    eligible: tuple[Clause, ...] = ()
    reach: Closure | None = None
    platform: str = ""
    network: str = ""
    score: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The frame of one policy for one type of resource.

    The slots are, in order: the resource, its relations, the closures, ``context.as_of``, the params, the facts, the
    macros' elements.
    """

    on: str
    relations: tuple[str, ...]
    used: frozenset[str]
    facts: int
    slots: Slots

    def frame(
        self,
        resource: object,
        related: Callable[[str], Any],
        closures: tuple[Any, ...],
        as_of: datetime,
        params: tuple[Any, ...],
    ) -> Frame:
        """Return the frame for *resource*; *related* finds a relation by its name."""
        beside = [related(name) if name in self.used else None for name in self.relations]
        return [resource, *beside, closures, as_of, *params, *([UNSET] * self.facts), *([None] * MACRO_SLOTS)]


@dataclass(frozen=True)
class CompiledPolicy:
    """
    A policy whose rules run, as it was *written*.

    *inactive* are the ids of rules for networks that nobody provides; *notes* tell its author of them.
    """

    id: str
    version: str
    digest: str
    languages: tuple[str, ...]
    valid: Period
    params: ParamTable
    rules: tuple[Rule, ...]
    title: Message
    written: Policy
    inactive: frozenset[str] = frozenset()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class PolicySet:
    """Compiled policies together, in the order of their ids, with no rule id twice."""

    policies: tuple[CompiledPolicy, ...]

    def rules(self) -> Iterator[Rule]:
        """Yield every rule, policy by policy."""
        for policy in self.policies:
            yield from policy.rules

    def find(self, name: str) -> Rule | None:
        """Return the rule with the full id *name*."""
        return next((rule for rule in self.rules() if rule.id == name), None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What plugins bring to every policy: networks, facts and functions, by name."""

    networks: Mapping[str, Any]
    facts: Mapping[tuple[str, str], Any]
    functions: Mapping[str, Any]
