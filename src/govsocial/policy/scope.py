"""What the expressions of a policy see on one type of resource: variables, params, facts, and their slots."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.evaluate import Closure, Frame, Slots, closure, present
from govsocial.cel.frontend import Checker, ExpressionError
from govsocial.cel.library import call, python_type
from govsocial.cel.tree import Node, Var, fields, variables
from govsocial.cel.types import TIMESTAMP, CelType, list_of, message_of, named
from govsocial.messages import Text, say
from govsocial.model import RESOURCES
from govsocial.policy.circles import circles
from govsocial.policy.rules import Layout
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from govsocial.policy.faults import Faults
    from govsocial.policy.params import ParamTable
    from govsocial.policy.rules import Vocabulary

_FACT: Final = re.compile(r"\bfact\.([a-z][a-z0-9_]*)")
Complaints = list[tuple[Text, int, int]]


class Scopes:
    """The scopes of one policy, one for each type of resource, made when asked for."""

    def __init__(self, facts: Mapping[str, str], params: ParamTable, vocabulary: Vocabulary, faults: Faults) -> None:
        self._facts = facts
        self._params = params
        self._vocabulary = vocabulary
        self._faults = faults
        self._scopes: dict[str, Scope] = {}
        for circle in circles({name: needed(text) for name, text in facts.items()}):
            names = " → ".join(circle)
            faults.add(("fact", circle[0]), say("these facts rest on one another: {names}", names=names))

    def on(self, on: str) -> Scope:
        """Return the scope of rules on resources of type *on*."""
        if on not in self._scopes:
            self._scopes[on] = Scope(on, self._facts, self._params, self._vocabulary, self._faults)
        return self._scopes[on]

    def check_unused(self, on: str) -> None:
        """Tell what is wrong with a fact that no rule uses, by what rules on *on* see, unless others could use it."""
        used = {name for scope in self._scopes.values() for name in scope.used_facts}
        for name in self._facts.keys() - used:
            if all(self.on(kind).is_broken(name) for kind in RELATIONS):
                self.on(on).check(f"fact.{name}")


def needed(text: str) -> list[str]:
    """Return the names of the facts that an expression reads."""
    return _FACT.findall(text)


class Scope:
    """What one expression on resources of type *on* may name, and the frame that its closures read."""

    def __init__(
        self, on: str, facts: Mapping[str, str], params: ParamTable, vocabulary: Vocabulary, faults: Faults
    ) -> None:
        self._functions = vocabulary.functions
        self._networks = frozenset(vocabulary.networks)
        self._faults = faults
        self._broken: dict[str, dict[str, Complaints]] = {}  # what is wrong by the fact that is to be mended
        self._code: dict[str, tuple[Closure, ...]] = {}
        self._paths: dict[str, frozenset[str]] = {}
        plugin = {name: fact for (kind, name), fact in vocabulary.facts.items() if kind == on}
        self._variables = _variables(on, params) | {f"fact.{name}": named(fact.type) for name, fact in plugin.items()}
        self._computed: dict[str, Closure] = {}
        self._known: dict[str, tuple[Node | None, Complaints]] = {}
        self._used: set[str] = set()
        self.used_facts: set[str] = set()
        """The facts that some expression asked for, and those that these rest on."""
        names = [on, *RELATIONS[on], "closures", "context.as_of"]
        names += [f"param.{name}" for name in params.names] + [f"fact.{name}" for name in (*facts, *plugin)]
        index = {name: slot for slot, name in enumerate(names)}
        self.slots = Slots(index, len(names), self._computed, self._functions)
        self._facts_count = len(facts) + len(plugin)
        self._on = on
        for name, fact in plugin.items():
            self._add_plugin_fact(name, fact)
        self._facts = facts
        self._add_facts({name: text for name, text in facts.items() if not self._shadows(name, plugin)})
        self._checker = self._new_checker()

    @property
    def layout(self) -> Layout:
        """How a frame for this scope is laid out; its relations are those that some expression reads."""
        return Layout(self._on, tuple(RELATIONS[self._on]), frozenset(self._used), self._facts_count, self.slots)

    def check(self, text: str) -> tuple[Node | None, Complaints]:
        """Return the tree of *text*, of any type, or what is wrong with it; a broken fact is told of as such."""
        names = needed(text)
        self._note_used(names)
        broken = [name for name in names if self.is_broken(name)]
        for name in broken:
            self._tell(name)
        if broken:
            return None, []
        if text not in self._known:  # placeholders come back in every language
            self._known[text] = self._checked(self._checker, text)
        node, complaints = self._known[text]
        if node is not None:
            self._used |= self._roots(node)
        return node, complaints

    def is_broken(self, name: str) -> bool:
        """Whether the fact *name* cannot be used by rules of this scope."""
        return name in self._broken

    def _note_used(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.used_facts:
                self.used_facts.add(name)
                self._note_used(needed(self._facts.get(name, "")))

    def code(self, node: Node) -> tuple[Closure, ...]:
        """Return the plugins' facts that *node* rests on, to be run before it."""
        return tuple(dict.fromkeys(run for name in sorted(variables(node)) for run in self._code.get(name, ())))

    def fields(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return *paths* with each fact replaced by what it reads."""
        return tuple(sorted(frozenset().union(*(self._paths.get(path, frozenset({path})) for path in paths))))

    def _roots(self, node: Node) -> set[str]:
        return {path.partition(".")[0].partition("[")[0] for path in self.fields(fields(node))}

    def _new_checker(self) -> Checker:
        models = [model for name, model in RESOURCES.items() if name in RELATIONS]
        return Checker(self._variables, tuple(self._functions.values()), models, self._networks)

    def _checked(self, checker: Checker, text: str) -> tuple[Node | None, Complaints]:
        try:
            return checker.check(text, None), []
        except ExpressionError as error:
            return None, [(one.text, one.line, one.column) for one in error.complaints]

    def _shadows(self, name: str, plugin: Mapping[str, Any]) -> bool:
        if name in plugin:
            self._faults.add(("fact", name), say("a plugin already has a fact called '{name}'", name=name))
        return name in plugin

    def _add_plugin_fact(self, name: str, fact: Any) -> None:  # noqa: ANN401
        full, fits = f"fact.{name}", python_type(fact.type)
        slots = [self.slots.index[need] for need in (self._on, *fact.needs)]
        self._used |= set(fact.needs)

        def compute(frame: Frame) -> Any:  # noqa: ANN401
            return call(full, fact.compute, [present(frame[slot]) for slot in slots], fits)

        self._computed[full] = compute
        self._code[full] = (closure(Var(named(fact.type), -1, full), self.slots),)
        self._paths[full] = frozenset({self._on, *fact.needs})

    def _add_facts(self, facts: Mapping[str, str]) -> None:
        """Check facts in the order in which they rest on one another; those in a circle were told already."""
        needs = {name: [one for one in needed(text) if one in facts] for name, text in facts.items()}
        self._broken |= {name: {} for circle in circles(needs) for name in circle}
        order = TopologicalSorter({name: rest_on for name, rest_on in needs.items() if name not in self._broken})
        order.prepare()
        while ready := order.get_ready():
            if names := [name for name in ready if name not in self._broken]:
                self._add_level(names, needs, facts)
            order.done(*ready)

    def _add_level(self, names: Sequence[str], needs: Mapping[str, list[str]], facts: Mapping[str, str]) -> None:
        checker = self._new_checker()
        for name in names:
            causes = [self._broken[one] for one in needs[name] if one in self._broken]
            if causes:
                self._broken[name] = {fact: found for cause in causes for fact, found in cause.items()}
            else:
                self._compile_fact(*self._checked(checker, facts[name]), name)

    def _compile_fact(self, node: Node | None, complaints: Complaints, name: str) -> None:
        full = f"fact.{name}"
        if node is None:
            self._broken[name] = {name: complaints}
            return
        self._variables[full] = node.type
        self._computed[full] = closure(node, self.slots)
        self._code[full] = self.code(node)
        self._paths[full] = frozenset(self.fields(fields(node)))

    def _tell(self, name: str) -> None:
        for fact, complaints in self._broken[name].items():
            for text, line, column in complaints:
                self._faults.add(("fact", fact), text, inside=(line, column))


def _variables(on: str, params: ParamTable) -> dict[str, CelType]:
    seen = {name: message_of(relation.model) for name, relation in RELATIONS[on].items()}
    seen = {name: list_of(kind) if RELATIONS[on][name].many else kind for name, kind in seen.items()}
    dated = {f"param.{name}": kind for name, kind in zip(params.names, params.types, strict=True)}
    return {on: message_of(RESOURCES[on]), **seen, "context.as_of": TIMESTAMP, **dated}
