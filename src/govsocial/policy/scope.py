"""What the expressions of a policy see on one type of resource: variables, params, facts, and their slots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.evaluate import Closure, Frame, Slots, closure, present
from govsocial.cel.library import call, python_type
from govsocial.cel.tree import Node, Var, fields, variables
from govsocial.cel.types import TIMESTAMP, CelType, list_of, message_of, named
from govsocial.messages import Text, say
from govsocial.model import RESOURCES
from govsocial.policy.circles import circles
from govsocial.policy.rules import Layout
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from govsocial.cel.frontend import Checker
    from govsocial.policy.faults import Faults
    from govsocial.policy.params import ParamTable
    from govsocial.policy.rules import Vocabulary

    Trees = MutableMapping[tuple[str, str], Node]

_FACT: Final = re.compile(r"\bfact\.([a-z][a-z0-9_]*)")
Complaints = list[tuple[Text, int, int]]


class Scopes:
    """
    The scopes of one policy, one for each type of resource, made when asked for.

    *trees* are its expressions that were checked before, by the type of resource and the text; what is checked now is
    added to them.
    """

    def __init__(
        self,
        facts: Mapping[str, str],
        params: ParamTable,
        vocabulary: Vocabulary,
        faults: Faults,
        trees: Trees | None = None,
    ) -> None:
        self.facts = facts
        self.params = params
        self.vocabulary = vocabulary
        self.faults = faults
        self.trees = {} if trees is None else trees
        self._scopes: dict[str, Scope] = {}
        for circle in circles({name: needed(text) for name, text in facts.items()}):
            names = " → ".join(circle)
            faults.add(("fact", circle[0]), say("these facts rest on one another: {names}", names=names))

    def on(self, on: str) -> Scope:
        """Return the scope of rules on resources of type *on*."""
        if on not in self._scopes:
            self._scopes[on] = Scope(on, self)
        return self._scopes[on]

    def check_unused(self, on: str) -> None:
        """Tell what is wrong with a fact that no rule uses, by what rules on *on* see, unless others could use it."""
        used = {name for scope in self._scopes.values() for name in scope.used_facts}
        for name in self.facts.keys() - used:
            if all(self.on(kind).is_broken(name) for kind in RELATIONS):
                self.on(on).check(f"fact.{name}")


def needed(text: str) -> list[str]:
    """Return the names of the facts that an expression reads."""
    return _FACT.findall(text)


class Scope:
    """What one expression on resources of type *on* may name, in the *policy* of these scopes, and its frame."""

    def __init__(self, on: str, policy: Scopes) -> None:
        vocabulary, params, facts = policy.vocabulary, policy.params, policy.facts
        self._functions = vocabulary.functions
        self._networks = frozenset(vocabulary.networks)
        self._faults = policy.faults
        self._trees = policy.trees
        self._checker: Checker | None = None
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
        self._facts = {name: text for name, text in facts.items() if not self._shadows(name, plugin)}
        in_circles = circles({name: [one for one in needed(text) if one in facts] for name, text in facts.items()})
        self._broken |= {name: {} for circle in in_circles for name in circle}  # which was told already
        self._added = set(self._broken)

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
        if text not in self._known:
            node, complaints = self._checked(text)
            if node is None and self._add_all_facts():
                node, complaints = self._checked(text)
            if node is not None:
                self._used |= self._roots(node)
            self._known[text] = node, complaints
        return self._known[text]

    def is_broken(self, name: str) -> bool:
        """Whether the fact *name* cannot be used by rules of this scope."""
        self._add_fact(name)
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

    def _checked(self, text: str) -> tuple[Node | None, Complaints]:
        key = (self._on, text)
        if key in self._trees:
            return self._trees[key], []
        from govsocial.cel.frontend import ExpressionError  # noqa: PLC0415 - most runs have nothing new to check

        try:
            self._trees[key] = self._ready().check(text, None)
        except ExpressionError as error:
            return None, [(one.text, one.line, one.column) for one in error.complaints]
        return self._trees[key], []

    def _ready(self) -> Checker:
        """Return what checks by the variables that are known now."""
        if self._checker is None:
            from govsocial.cel.frontend import Checker  # noqa: PLC0415

            models = [model for name, model in RESOURCES.items() if name in RELATIONS]
            self._checker = Checker(self._variables, tuple(self._functions.values()), models, self._networks)
        return self._checker

    def _shadows(self, name: str, plugin: Mapping[str, Any]) -> bool:
        if name in plugin:
            self._faults.add(("fact", name), say("a plugin already has a fact called '{name}'", name=name))
        return name in plugin

    def _add_plugin_fact(self, name: str, fact: Any) -> None:  # noqa: ANN401
        full, fits = f"fact.{name}", python_type(fact.type)
        slots = [self.slots.index[need] for need in (self._on, *fact.needs)]

        def compute(frame: Frame) -> Any:  # noqa: ANN401
            return call(full, fact, [present(frame[slot]) for slot in slots], fits)

        self._computed[full] = compute
        self._code[full] = (closure(Var(named(fact.type), -1, full), self.slots),)
        self._paths[full] = frozenset({self._on, *fact.needs})

    def _add_all_facts(self) -> bool:
        """Add those facts that nobody has asked for yet, which may be what was meant; return whether there are any."""
        missing = self._facts.keys() - self._added
        for name in sorted(missing):
            self._add_fact(name)
        return bool(missing)

    def _add_fact(self, name: str) -> None:
        """Check a fact when it is first asked for, after those that it rests on: many are for other resources."""
        if name in self._added or name not in self._facts:
            return
        self._added.add(name)
        needs = [one for one in needed(self._facts[name]) if self.is_broken(one)]
        if needs:
            self._broken[name] = {fact: found for one in needs for fact, found in self._broken[one].items()}
        else:
            self._compile_fact(*self._checked(self._facts[name]), name)

    def _compile_fact(self, node: Node | None, complaints: Complaints, name: str) -> None:
        full = f"fact.{name}"
        if node is None:
            self._broken[name] = {name: complaints}
            return
        self._variables[full] = node.type
        self._checker = None  # the next one knows this fact
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
