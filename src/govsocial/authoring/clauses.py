"""What is to be said of single expressions: clauses better split, rules that never apply, networks nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from govsocial.authoring.remarks import Remark, Spot, line_and_column, quoted, remark
from govsocial.cel.refusals import literals, sources
from govsocial.cel.tree import Call, Const, Field, ListOf, Node, Var, render, walk
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.authoring.anatomy import Anatomy, Body
    from govsocial.messages import Text
    from govsocial.networks import Networks
    from govsocial.policy.faults import Path

_ALIKE: Final = ("_==_", "_!=_", "@in")
_NETWORKS: Final = ("network", "networks")


class Where(NamedTuple):
    """An expression of a policy, with its *path*, its *text* and the *rule* that it belongs to."""

    path: Path
    text: str
    node: Node
    rule: str = ""


def in_clauses(body: Body, networks: Networks) -> Iterator[Remark]:
    """Yield what is to be said of the expressions of a policy; *networks* are those that somebody provides."""
    for one in body.rules:
        yield from _never(body, one)
    for where in _clauses(body):
        yield from _better_split(body, where)
    for where in (*_clauses(body), *_facts(body)):
        yield from _unknown_networks(body, where, networks)


def _clauses(body: Body) -> Iterator[Where]:
    for one in body.rules:
        for key, number, clause in one.clauses():
            yield Where((*one.path, key, number), clause.text, clause.node, one.rule.id)


def _facts(body: Body) -> Iterator[Where]:
    texts = body.policy.written.document.fact
    for on in sorted({rule.on for rule in body.policy.rules}):
        for name, node in body.facts(on).items():
            yield Where(("fact", name), texts[name], node)


def _told(body: Body, code: str, where: Where, node: Node, text: Text) -> Remark:
    return remark(body, code, Spot(where.path, where.rule, line_and_column(where.text, node.at)), text)


def _better_split(body: Body, where: Where) -> Iterator[Remark]:
    parts = _conjuncts(where.node)
    if len(parts) > 1:
        told = ", ".join(quoted(render(part)) for part in parts)
        text = say("write these as clauses of their own, so that each can be told apart: [{parts}]", parts=told)
        yield _told(body, "split-clause", where, where.node, text)


def _conjuncts(node: Node) -> list[Node]:
    """Return the parts that all must hold for *node* to hold."""
    if isinstance(node, Call) and node.function == "_&&_":
        return [part for arg in node.args for part in _conjuncts(arg)]
    return [node]


def _never(body: Body, one: Anatomy) -> Iterator[Remark]:
    """Yield the first part of ``when`` that leaves nothing for the rule to apply to."""
    left: dict[str, frozenset[str] | None] = {"network": one.rule.networks, "kind": one.rule.kinds}
    for where, part in _conditions(one):
        if isinstance(part, Const) and part.value is False:
            yield _told(body, "never-applies", where, part, say("this is never true, so the rule never applies"))
            return
        name, values, holds = _demand(part, one.rule.on)
        before = left.get(name)
        if name in left:
            left[name] = _narrowed(before, values, holds=holds)
        if left.get(name) == frozenset():
            known = ", ".join(sorted(before or ()))
            text = say("the rule never applies: here {field} is one of {known}", field=name, known=known)
            yield _told(body, "never-applies", where, part, text)
            return


def _conditions(one: Anatomy) -> Iterator[tuple[Where, Node]]:
    for number, clause in enumerate(one.rule.when):
        where = Where((*one.path, "when", number), clause.text, clause.node, one.rule.id)
        yield from ((where, part) for part in _conjuncts(clause.node))


def _demand(node: Node, on: str) -> tuple[str, frozenset[str], bool]:
    """Return the field of the resource that *node* holds to values, and whether to these or to all others."""
    match node:
        case Call(function="!_", args=(inner,)):
            name, values, holds = _demand(inner, on)
            return name, values, not holds
        case Call(function="_==_" | "_!=_" | "@in" as function, args=(one, other)):
            for field, value in ((one, other), (other, one)):
                found = _values(value)
                if found is not None and isinstance(field, Field) and _is(field.operand, on):
                    return field.name, found, function != "_!=_"
    return "", frozenset(), True


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Var) and node.name == name


def _values(node: Node) -> frozenset[str] | None:
    """Return the texts that *node* is or lists, None where they are not written out."""
    parts = node.items if isinstance(node, ListOf) else (node,)
    found = [part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str)]
    return frozenset(found) if len(found) == len(parts) else None


def _narrowed(before: frozenset[str] | None, values: frozenset[str], *, holds: bool) -> frozenset[str] | None:
    if before is None:
        return values if holds else None
    return before & values if holds else before - values


def _unknown_networks(body: Body, where: Where, networks: Networks) -> Iterator[Remark]:
    for node in walk(where.node):
        if not (isinstance(node, Call) and node.function in _ALIKE):
            continue
        for one, other in (node.args, node.args[::-1]):
            if any(field.name in _NETWORKS for field in sources(one)):
                for literal in literals(other):
                    yield from _unknown(body, where, literal, networks)


def _unknown(body: Body, where: Where, literal: Const, networks: Networks) -> Iterator[Remark]:
    name = str(literal.value)
    if not name or name in networks.by_id:
        return
    known = networks.resolve(name)
    if known == name:
        text = say("nobody provides the network '{name}'", name=name)
    else:
        text = say("'{name}' is another name of '{known}'; rules see '{known}' only", name=name, known=known)
    yield _told(body, "unknown-network", where, literal, text)
