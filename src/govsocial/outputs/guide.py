"""Policies as a guide for those who post: a page for each network, for each policy on all of them, and an overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govsocial.authoring.examples import examples
from govsocial.authoring.templates import fill
from govsocial.messages import say
from govsocial.outputs.advice import WEIGHTS, Reading, advice
from govsocial.outputs.policies import title
from govsocial.policy.message import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from govsocial.engine import Engine
    from govsocial.outputs.lines import View
    from govsocial.policy.rules import CompiledPolicy, Rule

    Held = tuple[CompiledPolicy, Rule]

MARK: Final = "<!-- govsocial policy docs -->"
"""The first line of each page, by which a later run knows that it may replace it."""
OVERVIEW: Final = "index"
ADVISED: Final = say("Recommendations")
CHANCES: Final = say("Opportunities")
STREAM: Final = say("Where to stream")

_WORDS: Final = {
    "title": say("Recommendations for social media"),
    "how": say("Each heading is what govsocial says of an example; below it you find what you can do."),
    "gap": say("The sign … stands for what differs from case to case."),
    "by_network": say("By network"),
    "everywhere": say("On every network"),
    "weights": say("How much weight a recommendation has"),
    "good": say("Good:"),
    "bad": say("Better not:"),
    "source": say("Source"),
    "what": say("What"),
    "value": say("Value"),
    "when": say("When"),
    "sure": say("How sure"),
    "platform": say("Platform"),
    "takes": say("What it takes"),
    "why": say("Why"),
    "rule": say("Rule"),
    "cited": say("Source:"),
    "named": say("Rule:"),
}
_LEGEND: Final = {
    "error": say("please do not publish what goes beyond it"),
    "warning": say("please follow it, or have a good reason not to"),
    "note": say("it helps, and you decide"),
    "duty": say("a person does it and confirms it, for no program can see it"),
    "opportunity": say("where your content would do well too"),
}
_ON: Final = {
    "account": say("Accounts"),
    "post": say("Posts"),
    "event": say("Events"),
    "institution": say("Institutions"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and the rules below it, each with its policy."""

    heading: str
    rules: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of the guide: the *name* of its file, its *title*, its sections."""

    name: str
    title: str
    sections: tuple[Section, ...]


def guide(engine: Engine, view: View, as_of: datetime) -> dict[str, str]:
    """Return the pages of the guide, as the rules are on the day *as_of*, by the name of their file."""
    policies = [one for one in engine.policies.policies if one.valid.holds(as_of)]
    told = {name: one for policy in policies for name, one in examples(policy, engine, as_of).items()}
    reading = Reading(view, as_of, {policy.id: title(policy.title, view, {}) for policy in policies}, told)
    every = [(policy, rule) for policy in policies for rule in _in_order(policy, as_of)]
    networks = _with_rules(_network(network, every, reading) for network in sorted(engine.networks.by_id))
    general = _with_rules(_general(policy, every, reading) for policy in policies)
    pages = {topic.name: _page(topic, reading) for topic in networks}
    pages |= {topic.name: _page(topic, reading) for topic in general}
    pages[OVERVIEW] = _overview(general, networks, reading)
    return {f"{name}.md": text for name, text in sorted(pages.items())}


def _in_order(policy: CompiledPolicy, as_of: datetime) -> list[Rule]:
    """Return the rules of *policy* that hold on *as_of*, as its author ordered them."""
    places = {f"{policy.id}/{item.id}": place for place, (*_, item) in enumerate(policy.written.document.items())}
    now = (rule.at(as_of) for rule in policy.rules)
    held = (rule for rule in now if rule.enabled and (rule.valid is None or rule.valid.holds(as_of)))
    return sorted(held, key=lambda rule: places[rule.id])


def _with_rules(topics: Iterable[Topic]) -> list[Topic]:
    """Return those of *topics* that have a rule, with those of their sections that have one."""
    filled = (
        Topic(topic.name, topic.title, tuple(section for section in topic.sections if section.rules))
        for topic in topics
    )
    return [topic for topic in filled if topic.sections]


def _network(network: str, every: Sequence[Held], reading: Reading) -> Topic:
    """Return the page about *network*: what each policy says of it, what would do well on it, streaming on it."""
    own = [held for held in every if network in (held[1].networks or ()) and not held[1].network]
    words = reading.view.words
    sections = [
        Section(words(ADVISED) if name == network else heading, tuple(held for held in own if held[0].id == name))
        for name, heading in reading.names.items()
    ]
    chances = Section(words(CHANCES), tuple(held for held in every if held[1].network == network))
    live = Section(words(STREAM), tuple(held for held in every if held[1].platform == network))
    return Topic(network, reading.names.get(network, network), (*sections, chances, live))


def _general(policy: CompiledPolicy, every: Sequence[Held], reading: Reading) -> Topic:
    """Return the page about what *policy* says of every network, by what it judges; live options stand last."""
    own = [held for held in every if held[0] is policy and held[1].networks is None and not held[1].network]
    live = tuple(held for held in own if held[1].effect == "live")
    advised = [held for held in own if held[1].effect != "live"]
    sections = [
        Section(reading.view.words(heading), tuple(held for held in advised if held[1].on == on))
        for on, heading in _ON.items()
    ]
    return Topic(policy.id, reading.names[policy.id], (*sections, Section(reading.view.words(STREAM), live)))


def _page(topic: Topic, reading: Reading) -> str:
    sections = [
        {
            "heading": section.heading,
            "live": section.rules[0][1].effect == "live",
            "advice": [advice(policy, rule, reading) for policy, rule in section.rules],
        }
        for section in topic.sections
    ]
    return fill("guide.md", title=topic.title, sections=sections, **_around(reading))


def _overview(general: Sequence[Topic], networks: Sequence[Topic], reading: Reading) -> str:
    legend = [(reading.view.words(WEIGHTS[key]), reading.view.words(text)) for key, text in _LEGEND.items()]
    return fill("overview.md", general=general, networks=networks, legend=legend, **_around(reading))


def _around(reading: Reading) -> dict[str, Any]:
    """Return what stands around the words of policies."""
    as_of = reading.view.words(say("As the rules are on {day}.", day=shown(reading.as_of)))
    return {
        "mark": MARK,
        "as_of": as_of,
        "home": f"{OVERVIEW}.md",
        "words": {name: reading.view.words(text) for name, text in _WORDS.items()},
    }
