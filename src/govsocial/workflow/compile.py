"""Workflow documents to workflows that run, or everything that is wrong with them. Reads no files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from govsocial.cel.evaluate import Closure, closure
from govsocial.cel.types import BOOL, TIMESTAMP, CelType
from govsocial.errors import PolicyError, did_you_mean
from govsocial.messages import Text, say
from govsocial.policy.building import Builder, by_language
from govsocial.policy.compile import compile_policy
from govsocial.policy.faults import Faults, Path
from govsocial.policy.message import Message
from govsocial.policy.rules import CompiledPolicy, Rule
from govsocial.policy.schema import Document as PolicyDocument
from govsocial.policy.schema import Policy
from govsocial.policy.schema import Rule as WrittenRule
from govsocial.policy.scope import Scopes
from govsocial.workflow.model import Gate, Obligation, State, Transition, Workflow
from govsocial.workflow.words import titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from govsocial.policy.rules import Vocabulary
    from govsocial.policy.shapes import Words
    from govsocial.workflow import schema

_NO_CONDITION: Final = say("a condition is true or false; this is {type}")
_NO_MOMENT: Final = say("a moment is a time, such as post.scheduled_at; this is {type}")
_NAMES: Final[Mapping[str, Text]] = {
    "state": say("there is no state '{name}'{hint}"),
    "event": say("there is no event '{name}'{hint}"),
    "role": say("there is no role '{name}'{hint}"),
    "gate": say("there is no gate '{name}'{hint}"),
}


def compile_workflow(document: schema.Document, text: str, file: str, vocabulary: Vocabulary) -> Workflow:
    """
    Return the workflow of *document*, which was read from the *text* of a *file*, ready to run.

    Raises:
        PolicyError: with all that is wrong, each with its place in the file and what was perhaps meant.
    """
    return _Compiler(document, text, file, vocabulary).compile()


class _Compiler:
    """Compiles one workflow, gathering what is wrong on the way."""

    def __init__(self, document: schema.Document, text: str, file: str, vocabulary: Vocabulary) -> None:
        header = document.workflow
        self._document = document
        self._id = header.id
        shell = {"id": header.id, "version": header.version, "title": header.id}
        written = Policy(PolicyDocument.model_validate({"govsocial": 1, "policy": shell}), text, file)
        self._empty = compile_policy(written, vocabulary)
        self._faults = Faults(written)
        self._languages = header.languages or tuple(header.title) if "" not in header.title else ("en",)
        self._scopes = Scopes(document.fact, self._empty.params, vocabulary, self._faults)
        self._scope = self._scopes.on("post")

    def compile(self) -> Workflow:
        document = self._document
        self._known("state", (document.workflow.start,), ("workflow", "start"))
        title = self._title(("workflow", "title"), document.workflow.title, self._id)
        states = {name: self._state(name, one) for name, one in document.state.items()}
        rules = [self._rule(name, one) for name, one in document.gate.items()]
        gates = {name: self._gate(name, one) for name, one in document.gate.items()}
        transitions = tuple(self._transition(number, one) for number, one in enumerate(document.transition))
        self._no_way_twice(transitions)
        roles, events = self._named("role", document.role), self._named("event", document.event)
        self._scopes.check_unused("post")
        if self._faults.problems:
            raise PolicyError(self._faults.problems)
        return Workflow(
            self._id, document.workflow.version, self._empty.digest, title, document.workflow.start,
            roles, events, states, gates, transitions, self._policy(rules), document,
        )  # fmt: skip

    def _policy(self, rules: Iterable[Rule]) -> CompiledPolicy:
        """Return *rules* as a policy, with one more that always passes: its frame serves the other expressions."""
        always = self._built(("state",), _rule(""))
        layout = self._scope.layout  # all expressions are known by now
        return replace(self._empty, rules=tuple(replace(rule, layout=layout) for rule in (*rules, always)))

    def _named(self, table: str, given: Mapping[str, schema.Named]) -> dict[str, Text]:
        return {name: self._title((table, name, "title"), one.title, name) for name, one in given.items()}

    def _title(self, path: Path, words: Words, name: str) -> Text:
        return titled(Message(by_language(self._faults, path, words, self._languages)), name)

    def _state(self, name: str, given: schema.State) -> State:
        skips = (
            self._expression(("state", name, "skip_when", number), text, BOOL, _NO_CONDITION)
            for number, text in enumerate(given.skip_when)
        )
        return State(
            name,
            self._title(("state", name, "title"), given.title, name),
            given.final,
            tuple(skip for skip in skips if skip is not None),
            tuple(self._obligation(("state", name, "obligation", n), one) for n, one in enumerate(given.obligation)),
        )

    def _obligation(self, path: Path, given: schema.Obligation) -> Obligation:
        self._known("role", (given.owner,), (*path, "owner"))
        if given.overdue:
            self._known("role", (given.overdue,), (*path, "overdue"))
        message = self._title((*path, "message"), given.message, given.id)
        since = self._moment((*path, "since"), given.since)
        return Obligation(given.id, given.within, given.owner, message, since, given.overdue, given.shift)

    def _gate(self, name: str, given: schema.Gate) -> Gate:
        path: Path = ("gate", name)
        self._known("role", given.lifted_by, (*path, "lifted_by"), many=True)
        for number, one in enumerate(given.approvals):
            at: Path = (*path, "approvals", number)
            self._known("role", (one.by,), (*at, "by"))
            self._known("role", one.but_not, (*at, "not"), many=True)
            if one.on:
                self._known("event", (one.on,), (*at, "on"))
        return Gate(
            name,
            self._title((*path, "title"), given.title, name),
            given.rules,
            given.of,
            given.through,
            given.approvals,
            self._moment((*path, "after"), given.after),
            self._moment((*path, "before"), given.before),
            given.lifted_by,
        )

    def _rule(self, name: str, given: schema.Gate) -> Rule:
        """Return the condition of a gate as a rule on the post, so that it is judged and told as one."""
        return self._built(("gate", name), _rule(name, given))

    def _built(self, path: Path, item: WrittenRule) -> Rule:
        name = f"{self._id}/{item.id}"
        parts = Builder(self._faults, self._languages, path, name, self._scope).parts(item)
        return Rule(
            id=name, effect="violation", on="post", networks=None, kinds=None, severity="error", valid=None,
            yields_to=frozenset(), source=None, layout=self._scope.layout, **parts,
        )  # fmt: skip

    def _transition(self, number: int, given: schema.Transition) -> Transition:
        path: Path = ("transition", number)
        self._known("event", (given.event,), (*path, "event"))
        self._known("state", given.start, (*path, "from"), many=True)
        self._known("state", (given.to,), (*path, "to"))
        self._known("role", given.by, (*path, "by"), many=True)
        self._known("gate", given.gates, (*path, "gates"), many=True)
        return Transition(given.event, given.start, given.to, given.by, given.gates, given.auto)

    def _no_way_twice(self, transitions: Iterable[Transition]) -> None:
        """Refuse two ways by which one role could go from one state by one event: nobody could tell which is meant."""
        seen: Counter[tuple[str, str, str]] = Counter()
        for number, one in enumerate(transitions):
            ways = [(state, one.event, role) for state in one.start for role in one.by]
            for state, event, role in ways:
                if seen[state, event, role]:
                    text = say("'{role}' has two ways from '{state}' by '{event}'", role=role, state=state, event=event)
                    self._faults.add(("transition", number), text)
            seen.update(ways)

    def _moment(self, path: Path, text: str) -> Closure | None:
        return self._expression(path, text, TIMESTAMP, _NO_MOMENT) if text else None

    def _expression(self, path: Path, text: str, kind: CelType, otherwise: Text) -> Closure | None:
        """Return the closure of *text*, which is of type *kind*; None where it is not."""
        node, complaints = self._scope.check(text)
        if node is not None and node.type != kind:
            complaints = [(replace(otherwise, values={"type": str(node.type)}), 1, 1)]
        for reason, line, column in complaints:
            self._faults.add(path, reason, inside=(line, column))
        return None if node is None or complaints else closure(node, self._scope.slots)

    def _known(self, table: str, names: Iterable[str], path: Path, *, many: bool = False) -> None:
        """Tell which of *names* stand in no table of that kind."""
        known = getattr(self._document, table)
        for number, name in enumerate(names):
            if name not in known:
                text = replace(_NAMES[table], values={"name": name, "hint": did_you_mean(name, known)})
                self._faults.add((*path, number) if many else path, text)


def _rule(name: str, gate: schema.Gate | None = None) -> WrittenRule:
    """Return the condition of *gate* as its author would have written it as a rule."""
    parts = {key: getattr(gate, key) for key in ("when", "message", "help")} if gate else {}
    require = (gate and gate.require) or ("true",)
    return WrittenRule.model_construct(**{"id": name, "require": require, "message": {}, **parts})
