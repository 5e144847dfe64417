"""The expressions of a compiled policy as trees, each with its place in the file. Knows no cases, changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from govsocial.cel.tree import variables
from govsocial.policy.faults import Faults
from govsocial.policy.message import FAILING
from govsocial.policy.scope import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govsocial.cel.tree import Node
    from govsocial.policy.faults import Path
    from govsocial.policy.message import Message
    from govsocial.policy.rules import Clause, CompiledPolicy, PolicySet, Rule
    from govsocial.policy.schema import Item
    from govsocial.policy.scope import Scopes

CONDITIONS: Final = ("when", "require", "eligible")
"""The keys under which a rule has clauses."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One rule as it runs, as it was written, and where: at *path* of its policy."""

    rule: Rule
    item: Item
    path: Path
    reach: Node | None
    message: Mapping[str, Node]
    help: Mapping[str, Node]
    plural: Node | None

    def clauses(self) -> Iterator[tuple[str, int, Clause]]:
        """Yield each clause with its key and its number."""
        for key in CONDITIONS:
            for number, clause in enumerate(getattr(self.rule, key)):
                yield key, number, clause

    def decides(self) -> frozenset[str]:
        """Return the variables that its outcome, its reach and its message read themselves."""
        nodes = [clause.node for _, _, clause in self.clauses()]
        nodes += [node for node in (self.reach, self.plural, *self.message.values()) if node is not None]
        return _variables(nodes)


@dataclass(frozen=True)
class Body:
    """A whole policy: its rules, and its facts as each type of resource sees them."""

    policy: CompiledPolicy
    _facts: dict[str, Mapping[str, Node]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def rules(self) -> tuple[Anatomy, ...]:
        """Its rules, in the order of the file; those for networks that nobody provides are left out."""
        active = {rule.id: rule for rule in self.policy.rules}
        return tuple(
            self._rule(active[name], item, (table, number))
            for table, number, item in self.policy.written.document.items()
            if (name := f"{self.policy.id}/{item.id}") in active
        )

    @cached_property
    def facts_in_order(self) -> tuple[str, ...]:
        """The names of its facts, each after those that it rests on."""
        texts = self.policy.written.document.fact
        order: dict[str, None] = {}

        def add(name: str) -> None:
            for one in needed(texts[name]):
                if one in texts and one not in order:
                    add(one)
            order[name] = None

        for name in texts:
            add(name)
        return tuple(order)

    def facts(self, on: str) -> Mapping[str, Node]:
        """Return the trees of the facts that rules on resources of type *on* can use, each after what it rests on."""
        if on not in self._facts:
            texts = self.policy.written.document.fact
            found = {name: self._tree(on, texts[name]) for name in self.facts_in_order}
            self._facts[on] = {name: node for name, node in found.items() if node is not None}
        return self._facts[on]

    def rest_on(self, names: Iterable[str]) -> frozenset[str]:
        """Return *names* of variables and all that these rest on: facts of this policy, and what they read."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._read_by_fact.get(name, ())
        return frozenset(found)

    @cached_property
    def _read_by_fact(self) -> Mapping[str, frozenset[str]]:
        ons = {rule.on for rule in self.policy.rules}
        read: dict[str, frozenset[str]] = {}
        for name, node in (pair for on in sorted(ons) for pair in self.facts(on).items()):
            read[f"fact.{name}"] = read.get(f"fact.{name}", frozenset()) | variables(node)
        return read

    @cached_property
    def _scopes(self) -> Scopes:
        return self.policy.scopes(Faults(self.policy.written))

    def _tree(self, on: str, text: str) -> Node | None:
        return self._scopes.on(on).check(text)[0]

    def _rule(self, rule: Rule, item: Item, path: Path) -> Anatomy:
        reach = getattr(item, "reach", "")
        return Anatomy(
            rule,
            item,
            path,
            reach=self._tree(rule.on, reach) if reach else None,
            message=self._places(rule.on, rule.message),
            help=self._places(rule.on, rule.help),
            plural=self._tree(rule.on, item.plural) if item.plural else None,
        )

    def _places(self, on: str, message: Message) -> Mapping[str, Node]:
        found = {name: self._tree(on, as_expression(name)) for name in message.places if name != FAILING}
        return {name: node for name, node in found.items() if node is not None}


def bodies(policies: PolicySet, ids: Sequence[str]) -> tuple[Body, ...]:
    """Return those of *policies* with one of *ids*, in the order of these."""
    known = {one.id: one for one in policies.policies}
    return tuple(Body(known[name]) for name in ids)


def as_expression(placeholder: str) -> str:
    """Return the expression that *placeholder* of a message stands for: ``x.size`` is how many."""
    return re.sub(r"^(.+)\.size$", r"size(\1)", placeholder)


def _variables(nodes: Iterable[Node]) -> frozenset[str]:
    return frozenset().union(*map(variables, nodes))
