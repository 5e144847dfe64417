"""One rule as advice: what it says of an example, the next step, good and bad texts, the values it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.authoring.examples import Examples
from govsocial.messages import say
from govsocial.outputs.explain import period
from govsocial.outputs.policies import title
from govsocial.policy.message import shown
from govsocial.policy.period import Period
from govsocial.policy.rules import Layer
from govsocial.policy.schema import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from govsocial.outputs.lines import View
    from govsocial.policy.message import Message
    from govsocial.policy.params import Dated
    from govsocial.policy.rules import CompiledPolicy, Rule
    from govsocial.policy.schema import Source

MOST_TEXTS: Final = 2
"""How many good texts, and how many bad ones, are shown of a rule."""
WEIGHTS: Final = {
    "error": say("Required"),
    "warning": say("Recommended"),
    "note": say("Tip"),
    "duty": say("Duty"),
    "opportunity": say("Opportunity"),
    "live": say("Live"),
}
"""How heavy a rule weighs, or what it is where it is no plain rule."""

_CONFIDENCE: Final = {"high": say("high"), "medium": say("medium"), "low": say("low")}
_TRUTH: Final = {True: say("yes"), False: say("no")}


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads and when: the *view*, the day, the titles of policies by id, and the examples of rules by id."""

    view: View
    as_of: datetime
    names: Mapping[str, str]
    told: Mapping[str, Examples]


@dataclass(frozen=True, slots=True)
class Row:
    """A dated value: what it is, how much, when, how sure we are, who says so."""

    name: str
    value: str
    when: str
    sure: str
    source: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One rule as its reader sees it."""

    rule: str
    said: str
    weight: str
    step: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    source: str
    values: tuple[Row, ...]
    platform: str
    when: str


def advice(policy: CompiledPolicy, rule: Rule, reading: Reading) -> Advice:
    """Return *rule* of *policy* as advice, in the words with which it speaks of the first case beside it."""
    known, view = reading.told.get(rule.id, Examples()), reading.view
    # what is said of a live option are the figures of one institution, which are no example for another
    spoken = known.finding if rule.effect != "live" else None
    return Advice(
        rule=rule.id,
        said=spoken.message(view.language) if spoken else _open(rule.message, policy, reading),
        weight=view.words(WEIGHTS[rule.severity if rule.effect == "violation" else rule.effect]),
        step=spoken.help(view.language) if spoken else _open(rule.help, policy, reading),
        good=tuple(known.good[:MOST_TEXTS]),
        bad=tuple(known.bad[:MOST_TEXTS]),
        source=_cited(*rule.source) if rule.source else "",
        values=tuple(_rows(rule, policy, view)),
        platform=reading.names.get(rule.platform, rule.platform),
        when=view.words(period(rule.valid or Period())),
    )


def _open(message: Message, policy: CompiledPolicy, reading: Reading) -> str:
    values = zip(policy.params.names, policy.params.at(reading.as_of), strict=True)
    return title(message, reading.view, {f"param.{name}": value for name, value in values})


def _cited(source: Source, citation: Citation) -> str:
    return ", ".join(part for part in (source.title, source.publisher, citation.at) if part)


def _rows(rule: Rule, policy: CompiledPolicy, view: View) -> Iterator[Row]:
    """Yield the values that *rule* goes by and that change by date, or that another policy changed."""
    read = {*rule.fields, *rule.message.places, *rule.help.places}
    for name, dated in zip(policy.params.names, policy.params.values, strict=True):
        if f"param.{name}" in read and (len(dated) > 1 or dated[0].period != Period()):
            yield from (_row(name, one, policy, view) for one in dated)


def _row(name: str, dated: Dated, policy: CompiledPolicy, view: View) -> Row:
    origin, titles = dated.origin, policy.written.document.param[name].title or {}
    words = titles.get(view.language) or next(iter(titles.values()), None)
    value = view.words(_TRUTH[dated.value]) if isinstance(dated.value, bool) else shown(dated.value, view.language)
    told = Row(words.other if words else name.replace("_", " "), value, view.words(period(dated.period)), "", "")
    if isinstance(origin, Layer):
        return Row(told.name, told.value, told.when, "", origin.reason.render([], view.language))
    sure = view.words(_CONFIDENCE[origin.confidence]) if origin.confidence else ""
    return Row(told.name, told.value, told.when, sure, _origin(origin.source, policy))


def _origin(source: Citation | str | None, policy: CompiledPolicy) -> str:
    if isinstance(source, Citation):
        return _cited(policy.written.document.source[source.ref], source)
    return source or ""
