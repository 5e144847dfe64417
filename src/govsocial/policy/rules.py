"""Rules that run: clauses as closures, laid out on a frame. Values only; nothing here is read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.evaluate import MACRO_SLOTS, UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from govsocial.cel.evaluate import Closure, Frame, Slots
    from govsocial.cel.tree import Node
    from govsocial.errors import Problem
    from govsocial.policy.faults import Faults
    from govsocial.policy.message import Message
    from govsocial.policy.params import ParamTable
    from govsocial.policy.period import Period
    from govsocial.policy.schema import Citation, Policy, Source
    from govsocial.policy.scope import Scopes

LONGEST_WAIVER: Final = 366
"""How many days a waiver may last until it is told as too long: a year, then somebody looks at it again."""


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
    """
    A rule, duty, opportunity or live option, ready to run. *networks* and *kinds* are None for all.

    *layers* are the overrides that changed it. Where they hold in certain periods only, *dated* has the rule as it
    is in each period, all days being in one; else it is empty.
    """

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
    reach: Clause | None = None
    platform: str = ""
    network: str = ""
    score: int = 0
    binding: bool = False
    waivable: bool = True
    enabled: bool = True
    layers: tuple[Layer, ...] = ()
    dated: tuple[tuple[Period, Rule], ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All that decides how it comes out, and the reach of a live option."""
        return (*self.when, *self.require, *self.eligible, *((self.reach,) if self.reach else ()))

    def at(self, time: datetime) -> Rule:
        """Return the rule as it is at *time*."""
        return next((rule for period, rule in self.dated if period.holds(time)), self)


def enabled_at(rules: Iterable[Rule], time: datetime) -> list[Rule]:
    """Return *rules* as overrides have left them at *time*, without those that are disabled then."""
    return [rule for one in rules if (rule := one.at(time)).enabled]


@dataclass(frozen=True, slots=True)
class Layer:
    """Override *number* of the policy *written*: in force in *period*, for a *reason*."""

    written: Policy
    number: int
    period: Period
    reason: Message


@dataclass(frozen=True, slots=True)
class Match:
    """For which resources of one type a waiver is: *clauses*, and the frame that they read; None where all match."""

    clauses: tuple[Clause, ...] = ()
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """
    A dated, reasoned exception to *rules*, ready to run.

    It is in force by the day by which a resource is judged, as rules and params are: a waiver for 2026 covers a post
    of 2026, whenever that is looked at. *matches* says for which resources, by their type; *until* is as written.
    """

    id: str
    policy: str
    rules: tuple[str, ...]
    matches: Mapping[str, Match]
    period: Period
    until: date
    reason: Message
    approved_by: str
    params: ParamTable

    @property
    def name(self) -> str:
        """The full id, such as ``house/summer-campaign``."""
        return f"{self.policy}/{self.id}"

    def why(self, language: str = "en") -> str:
        """Return the reason, in *language*."""
        return self.reason.render([], language)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the waiver as a finding in JSON tells it."""
        return {
            "id": self.id,
            "reason": self.why(language),
            "until": self.until.isoformat(),
            "approved_by": self.approved_by,
        }


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
    _asked: tuple[tuple[int, str], ...] = field(init=False, repr=False, compare=False)
    _beside: tuple[None, ...] = field(init=False, repr=False, compare=False)
    _rest: tuple[object, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        asked = tuple((slot, name) for slot, name in enumerate(self.relations, 1) if name in self.used)
        object.__setattr__(self, "_asked", asked)
        object.__setattr__(self, "_beside", (None,) * len(self.relations))
        object.__setattr__(self, "_rest", (*[UNSET] * self.facts, *[None] * MACRO_SLOTS))

    def frame(
        self,
        resource: object,
        related: Callable[[str], Any],
        closures: tuple[Any, ...],
        as_of: datetime,
        params: tuple[Any, ...],
    ) -> Frame:
        """Return the frame for *resource*; *related* finds a relation by its name."""
        frame = [resource, *self._beside, closures, as_of, *params, *self._rest]
        for slot, name in self._asked:
            frame[slot] = related(name)
        return frame


@dataclass(frozen=True)
class CompiledPolicy:
    """
    A policy whose rules run, as it was *written*.

    *inactive* are the ids of rules for networks that nobody provides; *notes* tell its author of them. *scopes* makes
    what its expressions see. *disabled* are rules that an override took out of ``rules``, *dated* says whether some
    of those left change by date.
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
    zone: ZoneInfo
    scopes: Callable[[Faults], Scopes]
    inactive: frozenset[str] = frozenset()
    notes: tuple[Problem, ...] = ()
    disabled: tuple[Rule, ...] = ()
    dated: bool = False


@dataclass(frozen=True)
class PolicySet:
    """
    Compiled policies together, in the order of their ids, with no rule id twice.

    *given* are the same without overrides, in the order in which their layers lie upon one another.
    """

    policies: tuple[CompiledPolicy, ...]
    given: tuple[CompiledPolicy, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @cached_property
    def named(self) -> tuple[tuple[str, str, str], ...]:
        """The id, version and digest of each policy, as a report names them."""
        return tuple((one.id, one.version, one.digest) for one in self.policies)

    def rules(self) -> Iterator[Rule]:
        """Yield every rule, policy by policy."""
        for policy in self.policies:
            yield from policy.rules

    def matching(self, name: str) -> tuple[str, ...]:
        """Return the fields that waivers of the rule *name* read to know whether they are for a resource."""
        matches = (match for one in self.waivers if name in one.rules for match in one.matches.values())
        return tuple(path for match in matches for clause in match.clauses for path in clause.fields)

    def find(self, name: str) -> Rule | None:
        """Return the rule with the full id *name*, one that is disabled too."""
        every = (rule for policy in self.policies for rule in (*policy.rules, *policy.disabled))
        return next((rule for rule in every if rule.id == name), None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What plugins bring to every policy: networks, facts and functions, by name."""

    networks: Mapping[str, Any]
    facts: Mapping[tuple[str, str], Any]
    functions: Mapping[str, Any]
