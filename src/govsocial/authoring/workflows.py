"""For authors of workflows: the tests beside them, and what lint sees in their shape. Reads no files."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import Text, say
from govsocial.model import RESOURCES, Post
from govsocial.policy.faults import problem_at
from govsocial.workflow.decide import Moved, decide
from govsocial.workflow.entry import Actor, Entry
from govsocial.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govsocial.engine import Engine
    from govsocial.policy.faults import Path
    from govsocial.workflow.decide import Refused
    from govsocial.workflow.model import Transition, Workflow
    from govsocial.workflow.schema import Step, Test

REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one test: the *fault* is None where it passes; *taken* and *refused* are transitions."""

    name: str
    fault: Text | None
    taken: frozenset[Transition] = frozenset()
    refused: frozenset[Transition] = frozenset()


class _FaultError(Exception):
    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.render())


def run(workflow: Workflow, test: Test, engine: Engine) -> Ran:
    """Return what came of *test*: its steps taken one after another, the last one compared with what is expected."""
    steps = _Steps(workflow, test, engine)
    try:
        for number, step in enumerate(test.given, 1):
            steps.prepare(number, step)
        steps.judge(test)
    except _FaultError as error:
        return Ran(test.name, error.text)
    except InputError as error:
        return Ran(test.name, say("{problem}", problem="; ".join(one.render() for one in error.problems)))
    return Ran(test.name, None, frozenset(steps.taken), frozenset(steps.refused))


class _Steps:
    """The steps of one test, and the transitions that they took or were refused."""

    def __init__(self, workflow: Workflow, test: Test, engine: Engine) -> None:
        self._workflow = workflow
        self._engine = engine
        self._time = test.as_of
        self._post = dict(test.post[0])
        self._others = {kind: getattr(test, kind) or () for kind in RESOURCES if kind != "post"}
        self._history: list[Entry] = []
        self.taken: set[Transition] = set()
        self.refused: set[Transition] = set()

    def prepare(self, number: int, step: Step) -> None:
        """Take a step that leads up to the one that is tested; an agreement that waits for others counts as taken."""
        found = self._take(step)
        if not isinstance(found, Moved) and found.kept is None:
            reasons = "; ".join(one.message() for one in found.findings)
            raise _FaultError(say("step {n} was refused: {reasons}", n=number, reasons=reasons))

    def judge(self, test: Test) -> None:
        """Compare what came of the tested step with what is expected."""
        before = _state(self._workflow, self._history)
        found = self._take(test.apply)
        outcome = found.state if isinstance(found, Moved) else REFUSED
        gates = () if isinstance(found, Moved) else tuple(dict.fromkeys(one.gate for one in found.findings))
        if outcome != test.expect or sorted(gates) != sorted(test.refused):
            told = f"{outcome} ({', '.join(gates)})" if gates else outcome
            wanted = f"{test.expect} ({', '.join(test.refused)})" if test.refused else test.expect
            raise _FaultError(say("expected {expected}, found {found}", expected=wanted, found=told))
        if outcome == REFUSED:
            ways = self._workflow.leaving(before)
            own = [one for one in ways if one.event == test.apply.event]
            self.refused |= set([one for one in own if test.apply.role in one.by] or own)
            self.refused |= {one for one in self._workflow.transitions if not own and one.event == test.apply.event}

    def _take(self, step: Step) -> Moved | Refused:
        self._time = step.at or self._time
        self._post |= step.edit
        post = Post.parse(self._post)
        made = {kind: tuple(RESOURCES[kind].parse(one) for one in tables) for kind, tables in self._others.items()}
        workspace = Workspace(posts=[post], **{f"{kind}s": items for kind, items in made.items()})  # type: ignore[arg-type]
        actor = Actor(step.role, step.actor, step.institution)
        found = decide(
            self._workflow, post, self._history, step.event, actor, self._time, engine=self._engine, workspace=workspace
        )
        self._note(found)
        return found

    def _note(self, found: Moved | Refused) -> None:
        entries = found.entries if isinstance(found, Moved) else filter(None, [found.kept])
        for entry in entries:
            self._history.append(entry)
            way = self._workflow.find(entry.start, entry.event, entry.role)
            self.taken |= {way} if way and entry.start != entry.to else set()


def _state(workflow: Workflow, history: list[Entry]) -> str:
    return history[-1].to if history else workflow.start


def lint(workflow: Workflow, engine: Engine, ran: Iterable[Ran] = ()) -> tuple[Problem, ...]:
    """
    Return what is suspicious in *workflow*, each with its place.

    That is: states that no way leads to, dead ends, gates that name no rule or that no transition asks for, and
    transitions that no test of *ran* takes or is refused.
    """
    found = [*_unreachable(workflow), *_dead_ends(workflow), *_gates(workflow, engine), *_untested(workflow, [*ran])]
    written = workflow.policy.written
    return tuple(problem_at(written, path, text) for path, text in found)


def _unreachable(workflow: Workflow) -> Iterator[tuple[Path, Text]]:
    reached, waiting = {workflow.start}, [workflow.start]
    while waiting:
        new = {one.to for one in workflow.leaving(waiting.pop())} - reached
        reached |= new
        waiting += new
    for name in workflow.states:
        if name not in reached:
            yield ("state", name), say("no way leads to the state '{state}'", state=name)


def _dead_ends(workflow: Workflow) -> Iterator[tuple[Path, Text]]:
    ends = {name for name, one in workflow.states.items() if one.final}
    while more := {way for way in workflow.states if any(one.to in ends for one in workflow.leaving(way))} - ends:
        ends |= more
    for name, state in workflow.states.items():
        if name not in ends:
            yield ("state", name), say("from the state '{state}' no final state can be reached", state=name)
        if state.final and any(workflow.leaving(name)):
            yield ("state", name), say("the state '{state}' is final, and a way leaves it", state=name)
        if state.skip_when and not any(workflow.leaving(name)):
            yield ("state", name), say("the state '{state}' can be skipped, and no way leads on from it", state=name)


def _gates(workflow: Workflow, engine: Engine) -> Iterator[tuple[Path, Text]]:
    rules = [rule.id for rule in engine.policies.rules()]
    asked = {name for one in workflow.transitions for name in one.gates}
    for name, gate in workflow.gates.items():
        for number, pattern in enumerate(gate.rules):
            if not any(fnmatchcase(rule, pattern) for rule in rules):
                yield ("gate", name, "rules", number), say("no rule matches '{pattern}'", pattern=pattern)
        if name not in asked:
            yield ("gate", name), say("no transition asks for the gate '{gate}'", gate=name)
        written = workflow.document.gate[name]
        if not (gate.rules or gate.approvals or gate.after or gate.before or written.require):
            yield ("gate", name), say("the gate '{gate}' asks for nothing: it names no rule", gate=name)


def _untested(workflow: Workflow, ran: list[Ran]) -> Iterator[tuple[Path, Text]]:
    taken = frozenset[object]().union(*(one.taken for one in ran))
    refused = frozenset[object]().union(*(one.refused for one in ran))
    for number, one in enumerate(workflow.transitions):
        path: Path = ("transition", number)
        if ran and one not in taken:
            yield path, say("no test takes '{event}' from {start}", event=one.event, start=", ".join(one.start))
        if ran and one not in refused:
            yield path, say("no test refuses '{event}' from {start}", event=one.event, start=", ".join(one.start))
