"""A workflow that runs: states, transitions and gates as values, its expressions compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from govsocial.cel.evaluate import Closure
    from govsocial.messages import Text
    from govsocial.policy.rules import CompiledPolicy
    from govsocial.workflow.schema import Approval, Document


@dataclass(frozen=True, slots=True)
class Obligation:
    """What the role *owner* has to do *within* a time; *since* computes from when, None for entering the state."""

    id: str
    within: timedelta
    owner: str
    message: Text
    since: Closure | None
    overdue: str | None
    shift: bool


@dataclass(frozen=True, slots=True)
class State:
    """Where a post may be; passed over where all of *skip_when* is true."""

    id: str
    title: Text
    final: bool
    skip_when: tuple[Closure, ...]
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold before a transition; its ``when`` and ``require`` are the rule of the same name."""

    id: str
    title: Text
    rules: tuple[str, ...]
    of: tuple[str, ...]
    through: str
    approvals: tuple[Approval, ...]
    after: Closure | None
    before: Closure | None
    lifted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from the states *start* to the state *to*, by an event, for the roles *by*."""

    event: str
    start: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    gates: tuple[str, ...]
    auto: bool


@dataclass(frozen=True)
class Workflow:
    """A workflow that runs. *policy* holds the conditions of its gates as rules, each named after its gate."""

    id: str
    version: str
    digest: str
    title: Text
    start: str
    roles: Mapping[str, Text]
    events: Mapping[str, Text]
    states: Mapping[str, State]
    gates: Mapping[str, Gate]
    transitions: tuple[Transition, ...]
    policy: CompiledPolicy
    document: Document

    def leaving(self, state: str) -> Iterator[Transition]:
        """Yield the transitions that leave *state*, in the order of the file."""
        return (one for one in self.transitions if state in one.start)

    def find(self, state: str, event: str, role: str) -> Transition | None:
        """Return the transition from *state* by *event* for *role*, None where there is none."""
        return next((one for one in self.leaving(state) if one.event == event and role in one.by), None)
