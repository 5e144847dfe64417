"""Overrides: what policies change in the rules and params of one another, layer upon layer. Reads no files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from govsocial.policy.building import by_language
from govsocial.policy.faults import Faults
from govsocial.policy.message import Message
from govsocial.policy.param_layers import ParamLayers
from govsocial.policy.rule_layers import RuleLayers
from govsocial.policy.rules import Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.messages import Text
    from govsocial.policy.amendments import Override
    from govsocial.policy.between import Told
    from govsocial.policy.rules import CompiledPolicy


@dataclass(frozen=True, slots=True)
class Change:
    """An *override* of *policy* about to be applied as *layer*; *faults* gathers what is wrong with it."""

    policy: CompiledPolicy
    override: Override
    layer: Layer
    faults: Faults

    def refuse(self, key: str, text: Text) -> None:
        """Note what is wrong with what stands under *key*."""
        self.faults.add(("override", self.layer.number, key), text)


def layered(policies: Sequence[CompiledPolicy]) -> tuple[tuple[CompiledPolicy, ...], list[Told]]:
    """
    Return *policies* with their overrides applied, and what is wrong with these, each with its policy.

    Overrides apply in the order of *policies*, those of one policy in the order of its file: the last one wins, but
    for what is binding or may only get stricter. Those of a policy that is valid for a time hold in that time.
    """
    rules, params = RuleLayers(policies), ParamLayers(policies)
    told: list[Told] = []
    for policy in policies:
        for number, override in enumerate(policy.written.document.override):
            change = _change(policy, number, override)
            if override.rule is not None:
                rules.lay(change, override.rule)
            elif override.param is not None:
                params.lay(change, override.param)
            told += [(policy, problem) for problem in change.faults.problems]
    return tuple(_on_top(policy, rules, params) for policy in policies), told


def _change(policy: CompiledPolicy, number: int, override: Override) -> Change:
    faults = Faults(policy.written)
    reason = by_language(faults, ("override", number, "reason"), override.reason, policy.languages)
    return Change(policy, override, Layer(policy.written, number, policy.valid, Message(reason)), faults)


def _on_top(policy: CompiledPolicy, rules: RuleLayers, params: ParamLayers) -> CompiledPolicy:
    """Return *policy* as it is on top of all layers; the same where none touches it."""
    if not (rules.touch(policy) or params.touch(policy)):
        return policy
    every = rules.of(policy)
    return replace(
        policy,
        rules=tuple(rule for rule in every if rule.enabled),
        disabled=tuple(rule for rule in every if not rule.enabled),
        dated=any(rule.dated for rule in every),
        params=params.of(policy),
    )
