"""What must hold between policies: one id each, and ``yields_to`` that names rules and goes in no circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial.errors import Problem, did_you_mean
from govsocial.messages import say
from govsocial.policy.circles import circles
from govsocial.policy.faults import problem_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.messages import Text
    from govsocial.policy.rules import CompiledPolicy

Told = tuple["CompiledPolicy", Problem]


def faults(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    """Yield what is wrong between *policies*, each with the policy that is to be mended."""
    yield from _ids(policies)
    yield from _names(policies)
    yield from _circles(policies)


def notes(policies: Sequence[CompiledPolicy]) -> Iterator[Problem]:
    """Yield what authors should know though nothing is wrong: rules that yield to a policy which is not there."""
    ids = {policy.id for policy in policies}
    for policy in policies:
        strange = {name.partition("/")[0]: name for name in sorted(_yielding(policy)) if not _near(name, ids)}
        for owner, name in strange.items():
            if owner not in ids:
                text = say("no policy is called '{owner}', so '{name}' is never yielded to", owner=owner, name=name)
                yield _at(policy, name, text)


def _ids(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    first: dict[str, CompiledPolicy] = {}
    for policy in policies:
        other = first.setdefault(policy.id, policy)
        if other is not policy:
            where = other.written.file
            text = say("there is another policy with the id '{id}'{where}", id=policy.id, where=where and f": {where}")
            yield policy, problem_at(policy.written, ("policy", "id"), text)


def _names(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    """Yield each ``yields_to`` that names no rule; one of a policy that is not there may come with a plugin."""
    ids = {policy.id for policy in policies}
    known = {name for policy in policies for name in (*(rule.id for rule in policy.rules), *policy.inactive)}
    for policy in policies:
        for name in sorted(_yielding(policy) - known):
            owner = name.partition("/")[0]
            hint = did_you_mean(name, known) if owner in ids or _near(name, ids) else None
            if hint is not None:
                yield policy, _at(policy, name, say("there is no rule '{name}'{hint}", name=name, hint=hint))


def _near(name: str, ids: set[str]) -> bool:
    """Whether *name* is perhaps misspelt: it is no full id, or its policy is nearly one of *ids*."""
    owner, slash, _ = name.partition("/")
    return not slash or bool(did_you_mean(owner, ids - {owner}).template)


def _circles(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    owners = {rule.id: policy for policy in policies for rule in policy.rules}
    for circle in circles({rule.id: sorted(rule.yields_to) for policy in policies for rule in policy.rules}):
        text = say("these rules silence one another: {names}", names=" → ".join(circle))
        yield owners[circle[0]], _at(owners[circle[0]], circle[1], text)


def _yielding(policy: CompiledPolicy) -> set[str]:
    return {name for rule in policy.rules for name in rule.yields_to}


def _at(policy: CompiledPolicy, name: str, text: Text) -> Problem:
    """Return *text* where the first rule of *policy* yields to *name*."""
    for table, number, item in policy.written.document.items():
        given = getattr(item, "yields_to", ())
        if name in given:
            path = (table, number, "yields_to", given.index(name))
            return problem_at(policy.written, path, text, f"{policy.id}/{item.id}")
    return problem_at(policy.written, ("policy", "id"), text)
