"""Where each part of a rule comes from: its own policy, and the overrides that lie upon it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial.messages import say
from govsocial.outputs.explain import period
from govsocial.policy.faults import place_in
from govsocial.policy.message import shown
from govsocial.policy.period import Period
from govsocial.policy.rules import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.outputs.lines import View
    from govsocial.policy.params import Dated
    from govsocial.policy.rules import CompiledPolicy, Rule
    from govsocial.policy.schema import DatedValue, Param

CHANGES = ("severity", "enabled", "message")


def origins(rule: Rule, policy: CompiledPolicy, view: View) -> Iterator[str]:
    """Yield the place where *rule* is written, and what each override changes in it, with its place and reason."""
    items = policy.written.document.items()
    path = next((table, number) for table, number, item in items if f"{policy.id}/{item.id}" == rule.id)
    yield view.words(say("written in {place}", place=place_in(policy.written, path)))
    versions = [one for _, one in rule.dated] or [rule]
    layers = {(layer.written.file, layer.written.id, layer.number): layer for one in versions for layer in one.layers}
    for layer in layers.values():
        yield f"{_changes(layer, view)}{_since(layer, view)}: {_reason(layer, view)}"


def _changes(layer: Layer, view: View) -> str:
    override = layer.written.document.override[layer.number]
    told = [
        f"{key} = {shown(value)}" for key in ("severity", "enabled") if (value := getattr(override, key)) is not None
    ]
    if override.message:
        told.append(view.words(say("another message")))
    return ", ".join(told)


def _since(layer: Layer, view: View) -> str:
    return "" if layer.period == Period() else f" ({view.words(period(layer.period))})"


def _reason(layer: Layer, view: View) -> str:
    place = place_in(layer.written, ("override", layer.number))
    why = layer.reason.render([], view.language)
    return view.words(say("override in {place}, because: {reason}", place=place, reason=why))


def values(rule: Rule, policy: CompiledPolicy, view: View) -> Iterator[str]:
    """Yield the values of the params that *rule* reads, with the days on which they stand, and what gave them."""
    for name, dated in zip(policy.params.names, policy.params.values, strict=True):
        if f"param.{name}" in rule.fields:
            for one in dated:
                yield f"param.{name} = {shown(one.value)} ({view.words(period(one.period))})" + _giver(one, view)
            if any(isinstance(one.origin, Layer) for one in dated):
                yield from _beneath(name, policy, view)


def _giver(one: Dated, view: View) -> str:
    return f"; {_reason(one.origin, view)}" if isinstance(one.origin, Layer) else _certainty(one.origin, view)


def _beneath(name: str, policy: CompiledPolicy, view: View) -> Iterator[str]:
    """Yield what the param *name* is without overrides."""
    param, place = policy.written.document.param[name], place_in(policy.written, ("param", name))
    for one in param.values or (param,):
        told = f"{shown(one.value)}"
        yield view.words(say("without override: {value}, {place}", value=told, place=place))


def _certainty(origin: Param | DatedValue, view: View) -> str:
    """Return how sure we are of a value, and who says so."""
    source = origin.source if isinstance(origin.source, str) else origin.source and origin.source.at
    level = view.words(say("confidence {level}", level=origin.confidence)) if origin.confidence else ""
    return "".join(f"; {part}" for part in (level, source) if part)
