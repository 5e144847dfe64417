"""Overrides of params: another value from a layer above, of the same type, and never looser where that is said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from govsocial.errors import did_you_mean
from govsocial.messages import say
from govsocial.policy.between import misspelt
from govsocial.policy.message import shown
from govsocial.policy.params import Dated, ParamTable, converted, no_value, turns, type_of_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.cel.types import CelType
    from govsocial.messages import Text
    from govsocial.policy.layers import Change
    from govsocial.policy.rules import CompiledPolicy


class ParamLayers:
    """The values of all params, as the layers so far have left them."""

    def __init__(self, policies: Sequence[CompiledPolicy]) -> None:
        self._ids = {policy.id for policy in policies}
        self._owners = {f"{policy.id}/{name}": policy for policy in policies for name in policy.params.names}
        self._values = {f"{policy.id}/{name}": dated for policy in policies for name, dated, _ in _params(policy)}

    def lay(self, change: Change, name: str) -> None:
        """Apply *change* to the param with the full id *name*, unless something is wrong with it."""
        if name not in self._values:
            if misspelt(name, self._ids):
                hint = did_you_mean(name, self._values)
                change.refuse("param", say("there is no param '{name}'{hint}", name=name, hint=hint))
            return
        value = converted(change.override.value, change.policy.zone)
        own = Dated(change.layer.period, value, change.layer)
        before = self._values[name]
        for text in _unfit(self._owners[name], name, before, change.override.value, own):
            change.refuse("value", text)
        if not change.faults.problems:
            kept = [replace(one, period=part) for one in before for part in one.period.without(own.period)]
            self._values[name] = tuple(sorted([*kept, own], key=_start))

    def touch(self, policy: CompiledPolicy) -> bool:
        """Whether a layer changes a param of *policy*."""
        return any(self._values[f"{policy.id}/{name}"] is not dated for name, dated, _ in _params(policy))

    def of(self, policy: CompiledPolicy) -> ParamTable:
        """Return the params of *policy* on top of all layers."""
        values = tuple(self._values[f"{policy.id}/{name}"] for name in policy.params.names)
        return ParamTable(policy.params.names, policy.params.types, values, turns(values))


def _params(policy: CompiledPolicy) -> Iterator[tuple[str, tuple[Dated, ...], CelType]]:
    return zip(policy.params.names, policy.params.values, policy.params.types, strict=True)


def _start(one: Dated) -> float:
    return one.period.start.timestamp() if one.period.start else float("-inf")


def _unfit(owner: CompiledPolicy, name: str, before: Sequence[Dated], written: object, own: Dated) -> Iterator[Text]:
    """Yield why the value *own*, as *written*, cannot stand for those *before*."""
    key = name.partition("/")[2]
    wanted = next(kind for param, _, kind in _params(owner) if param == key)
    found = type_of_value(written)
    if found is None:
        yield no_value(written)
    elif found != wanted:
        yield say("this is {kind}, '{param}' is {wanted}", kind=str(found), param=name, wanted=str(wanted))
    elif stricter := owner.written.document.param[key].stricter:
        yield from _looser(name, stricter, [one for one in before if one.period.overlaps(own.period)], own)
    else:
        yield from _bound(owner, key)


def _looser(name: str, stricter: str, before: Sequence[Dated], own: Dated) -> Iterator[Text]:
    """Yield that *own* is looser than one of the values *before*, the strictest."""
    values = [one.value for one in before]
    value = shown(own.value)
    if stricter == "lower" and values and own.value > min(values):
        base = shown(min(values))
        yield say(
            "{value} is too high: '{param}' is {base}, and may only be lowered", value=value, param=name, base=base
        )
    if stricter == "higher" and values and own.value < max(values):
        base = shown(max(values))
        yield say("{value} is too low: '{param}' is {base}, and may only be raised", value=value, param=name, base=base)


def _bound(owner: CompiledPolicy, key: str) -> Iterator[Text]:
    """Yield the binding rules that rest on a param of which nobody knows what looser is."""
    for rule in owner.rules:
        if rule.binding and f"param.{key}" in rule.fields:
            text = say(
                "the rule '{rule}' is binding and rests on it; '{param}' says nothing of 'stricter'",
                rule=rule.id,
                param=key,
            )
            yield text
