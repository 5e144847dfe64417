"""By what an audit judged, in words: its rules, what changed in their params and when, its policies. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govsocial.messages import LANGUAGES
from govsocial.policy.message import shown
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from govsocial.engine import Engine
    from govsocial.policy.message import Message
    from govsocial.policy.rules import CompiledPolicy, Rule

    Row = dict[str, Any]


def policies(engine: Engine) -> list[Row]:
    """Return the policies of *engine*: id, version, digest and title."""
    return [
        {"id": one.id, "version": one.version, "digest": one.digest, "title": _words(one.title, {})}
        for one in engine.policies.policies
    ]


def rules(engine: Engine, day: datetime) -> dict[str, Row]:
    """Return the rules of *engine* by id, worded with the values that params have on *day*."""
    every = ((policy, rule) for policy in engine.policies.policies for rule in policy.rules)
    return {rule.id: _rule(policy, rule.at(day), day) for policy, rule in every}


def _rule(policy: CompiledPolicy, rule: Rule, day: datetime) -> Row:
    values = {f"param.{name}": value for name, value in _params(policy, day).items()}
    return {
        "effect": rule.effect,
        "severity": rule.severity,
        "on": rule.on,
        "title": _words(rule.message, values),
        "help": _words(rule.help, values),
    }


def _params(policy: CompiledPolicy, moment: datetime) -> Mapping[str, object]:
    return dict(zip(policy.params.names, policy.params.at(moment), strict=True))


def _words(message: Message, values: Mapping[str, object]) -> dict[str, str]:
    """Return *message* in each language of the program, without a resource: what differs by resource is …."""
    return {language: message.outline(language, values).replace("….", "…") for language in LANGUAGES}


def changes(engine: Engine, regimes: Sequence[Row]) -> dict[str, list[Row]]:
    """Return, by rule, the days in *regimes* since which its params had other values, and which values."""
    every = {rule.id: (policy, rule) for policy in engine.policies.policies for rule in policy.rules}
    return {
        one["rule"]: [{"day": day, "params": list(_turned(*every[one["rule"]], day))} for day in one["since"]]
        for one in regimes
        if one["rule"] in every
    }


def _turned(policy: CompiledPolicy, rule: Rule, day: str) -> Iterator[Row]:
    """Yield the params that *rule* reads and that have another value from *day* on than the day before."""
    turns = [one for one in policy.params.turns if one.astimezone(HOME).date().isoformat() == day]
    if not turns:
        return
    before, after = _params(policy, turns[0] - timedelta(microseconds=1)), _params(policy, turns[-1])
    for name in sorted({path.removeprefix("param.") for path in rule.fields if path.startswith("param.")} & {*after}):
        if before[name] != after[name]:
            yield {"name": name, "before": _value(before[name]), "after": _value(after[name])}


def _value(value: object) -> str | None:
    return None if value is None else shown(value)
