"""Overrides of rules: severity, words, whether they are enabled. What is binding is never loosened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from govsocial.messages import say
from govsocial.policy.between import no_rule
from govsocial.policy.building import Builder
from govsocial.policy.faults import Faults
from govsocial.policy.period import Period
from govsocial.policy.rules import Rule
from govsocial.validation import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.messages import Text
    from govsocial.policy.amendments import Override
    from govsocial.policy.layers import Change
    from govsocial.policy.message import Message
    from govsocial.policy.rules import CompiledPolicy
    from govsocial.policy.scope import Scope

SEVERITIES: Final = ("note", "warning", "error")
Segments = tuple[tuple[Period, Rule], ...]
"""A rule as it is in each period; every day is in one."""


class RuleLayers:
    """All rules, as the layers so far have left them."""

    def __init__(self, policies: Sequence[CompiledPolicy]) -> None:
        self._policies = policies
        self._owners = {rule.id: policy for policy in policies for rule in policy.rules}
        self._rules: dict[str, Segments] = {
            rule.id: ((Period(), rule),) for policy in policies for rule in policy.rules
        }
        self._scopes: dict[tuple[str, str], tuple[Scope, Faults]] = {}

    def lay(self, change: Change, name: str) -> None:
        """Apply *change* to the rule with the full id *name*, unless something is wrong with it."""
        if name in self._rules:
            self._lay(change, name)
        elif text := no_rule(name, self._policies):
            change.refuse("rule", text)

    def touch(self, policy: CompiledPolicy) -> bool:
        """Whether a layer changes a rule of *policy*."""
        return any(self._rules[rule.id] != ((Period(), rule),) for rule in policy.rules)

    def of(self, policy: CompiledPolicy) -> list[Rule]:
        """Return the rules of *policy* on top of all layers, those that are disabled too."""
        return [_merged(tuple(self._laid_out(policy, self._rules[rule.id]))) for rule in policy.rules]

    def _lay(self, change: Change, name: str) -> None:
        before = self._rules[name]
        inside = [rule for period, rule in before if period.overlaps(change.layer.period)]
        for rule in inside:
            for key, text in _unfit(rule, change.override):
                change.refuse(key, text)
        message = self._message(change, inside[0]) if change.override.message else None
        if not change.faults.problems:
            self._rules[name] = tuple(_split(before, change, message))

    def _message(self, change: Change, rule: Rule) -> Message:
        """Return the message of *change*, whose placeholders mean what they mean in *rule*."""
        owner = self._owners[rule.id]
        scope, inner = self._scope(owner, rule.on)
        items = (item for _, _, item in owner.written.document.items())
        plural = next(item.plural for item in items if f"{owner.id}/{item.id}" == rule.id)
        known = inner.problems
        path = ("override", change.layer.number)
        builder = Builder(change.faults, change.policy.languages, path, joined("", (*path, "message")), scope)
        message = builder.message("message", change.override.message, plural, rule.message.number)
        if inner.problems != known:
            change.refuse("message", say("a fact that the text names is not for rules on {on}", on=rule.on))
        return message

    def _scope(self, owner: CompiledPolicy, on: str) -> tuple[Scope, Faults]:
        """Return what expressions on *on* see in *owner*, and what turns out to be wrong with its facts there."""
        key = (owner.id, on)
        if key not in self._scopes:
            inner = Faults(owner.written)
            self._scopes[key] = owner.scopes(inner).on(on), inner
        return self._scopes[key]

    def _laid_out(self, policy: CompiledPolicy, segments: Segments) -> Iterator[tuple[Period, Rule]]:
        """Yield *segments* with a frame that also holds what texts of layers read."""
        for period, rule in segments:
            scope, _ = self._scopes.get((policy.id, rule.on), (None, None))
            used = rule.layout.used | scope.layout.used if scope else rule.layout.used
            yield period, replace(rule, layout=replace(rule.layout, used=used))


def _unfit(rule: Rule, override: Override) -> Iterator[tuple[str, Text]]:
    """Yield what *override* may not change in *rule*, each with its key."""
    if override.severity and rule.effect not in ("violation", "duty"):
        yield "severity", say("'{rule}' breaks no norm, so it has no severity", rule=rule.id)
    if rule.binding and override.enabled is False:
        yield "enabled", say("'{rule}' is binding: it cannot be disabled", rule=rule.id)
    if rule.binding and override.severity and _rank(override.severity) < _rank(rule.severity):
        text = say("'{rule}' is binding: its severity '{base}' cannot be lowered", rule=rule.id, base=rule.severity)
        yield "severity", text


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def _split(before: Segments, change: Change, message: Message | None) -> Iterator[tuple[Period, Rule]]:
    """Yield the rule as it is from now on, in periods: in that of *change* it is another."""
    for period, rule in before:
        common = period.common(change.layer.period)
        if common is not None:
            yield common, _changed(rule, change, message)
        yield from ((part, rule) for part in period.without(change.layer.period))


def _changed(rule: Rule, change: Change, message: Message | None) -> Rule:
    enabled = change.override.enabled
    return replace(
        rule,
        severity=change.override.severity or rule.severity,
        message=message or rule.message,
        enabled=rule.enabled if enabled is None else enabled,
        layers=(*rule.layers, change.layer),
    )


def _merged(segments: Segments) -> Rule:
    """Return one rule for all *segments*; one that is enabled, if there is any, stands for them."""
    rules = [rule for _, rule in segments]
    shown = next((rule for rule in rules if rule.enabled), rules[0])
    return replace(shown, dated=segments) if len(segments) > 1 else shown
