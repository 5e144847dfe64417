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
    from govsocial.policy.faults import Path
    from govsocial.policy.rules import CompiledPolicy

Told = tuple["CompiledPolicy", Problem]


def faults(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    """Yield what is wrong between *policies*, each with the policy that is to be mended."""
    yield from _ids(policies)
    yield from _names(policies)
    yield from _circles(policies)


def notes(policies: Sequence[CompiledPolicy]) -> Iterator[Problem]:
    """Yield what authors should know though nothing is wrong: what they say of a policy which is not there."""
    ids = {policy.id for policy in policies}
    for policy in policies:
        strange = {name.partition("/")[0]: name for name in sorted(_yielding(policy)) if not misspelt(name, ids)}
        for owner, name in strange.items():
            text = say("no policy is called '{owner}', so '{name}' is never yielded to", owner=owner, name=name)
            yield _at(policy, name, text)
        for path, name in _named(policy):
            if not misspelt(name, ids):
                owner = name.partition("/")[0]
                text = say("no policy is called '{owner}', so '{name}' is left out", owner=owner, name=name)
                yield problem_at(policy.written, path, text)


def _named(policy: CompiledPolicy) -> Iterator[tuple[Path, str]]:
    """Yield what overrides and waivers of *policy* name, each with its place."""
    for number, override in enumerate(policy.written.document.override):
        key = "param" if override.rule is None else "rule"
        yield ("override", number, key), override.rule or override.param or ""
    for number, waiver in enumerate(policy.written.document.waiver):
        for place, name in enumerate(waiver.rules):
            yield ("waiver", number, "rules", place), name


def _ids(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    first: dict[str, CompiledPolicy] = {}
    for policy in policies:
        other = first.setdefault(policy.id, policy)
        if other is not policy:
            where = other.written.file
            text = say("there is another policy with the id '{id}'{where}", id=policy.id, where=where and f": {where}")
            yield policy, problem_at(policy.written, ("policy", "id"), text)


def _names(policies: Sequence[CompiledPolicy]) -> Iterator[Told]:
    """Yield each ``yields_to`` that names no rule."""
    for policy in policies:
        for name in sorted(_yielding(policy)):
            if text := no_rule(name, policies):
                yield policy, _at(policy, name, text)


def no_rule(name: str, policies: Sequence[CompiledPolicy]) -> Text | None:
    """Return that there is no rule *name*, None where there is one, or where its policy may come with a plugin."""
    known = {known for policy in policies for known in (*(rule.id for rule in policy.rules), *policy.inactive)}
    if name in known or not misspelt(name, {policy.id for policy in policies}):
        return None
    return say("there is no rule '{name}'{hint}", name=name, hint=did_you_mean(name, sorted(known)))


def misspelt(name: str, ids: set[str]) -> bool:
    """
    Whether *name*, which nothing goes by, is a mistake; else its policy may come with a plugin that is not here.

    It is one where it is no full id, or where its policy is one of *ids*, or nearly one.
    """
    owner, slash, _ = name.partition("/")
    return not slash or owner in ids or bool(did_you_mean(owner, ids).template)


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
