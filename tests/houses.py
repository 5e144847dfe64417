"""House policies for tests: written in a few lines, compiled, and asked what they say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from govsocial.engine import Engine
from govsocial.errors import PolicyError
from govsocial.model import Post
from govsocial.networks import Network, networks_of
from govsocial.policy.compile import assemble, compile_policy
from govsocial.policy.load import parse_policy
from govsocial.policy.rules import Vocabulary

if TYPE_CHECKING:
    from govsocial.cel.library import Fact
    from govsocial.finding import Finding
    from govsocial.model import Resource

NETWORKS = (Network("twitter", ("x",)), Network("facebook"), Network("snapchat"))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEADER = """govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
"""
"""The five lines before each text of these tests, which begins on line 6."""
LANGUAGES = HEADER.replace('"House rules"', '{ nl = "Huis", fr = "Maison" }\nlanguages = ["nl", "fr"]')
"""A header of six lines, in two languages."""


def vocabulary(*facts: Fact) -> Vocabulary:
    return Vocabulary({one.id: one for one in NETWORKS}, {(one.on, one.name): one for one in facts}, {})


def engine(*texts: str, facts: tuple[Fact, ...] = ()) -> Engine:
    policies = [compile_policy(parse_policy(text, "house.toml"), vocabulary(*facts)) for text in texts]
    return Engine(assemble(policies), networks_of(NETWORKS), clock=lambda: NOW)


def house(text: str, facts: tuple[Fact, ...] = ()) -> Engine:
    return engine(HEADER + text, facts=facts)


def complaints(text: str, header: str = HEADER, facts: tuple[Fact, ...] = ()) -> list[str]:
    """Return the lines that the author of *text* is told, without the name of the file."""
    with pytest.raises(PolicyError) as error:
        engine(header + text, facts=facts)
    lines = str(error.value).splitlines()
    assert all(line.startswith("house.toml:") for line in lines)
    return [line.removeprefix("house.toml:") for line in lines]


def findings(of: Engine, resource: Resource, as_of: datetime | date | None = None) -> dict[str, Finding]:
    return {one.rule: one for one in of.verdicts(resource, as_of=as_of)}


def outcome(of: Engine, resource: Resource, rule: str = "house/a", as_of: datetime | date | None = None) -> str:
    return findings(of, resource, as_of)[rule].outcome


def rule(*lines: str, name: str = "a", require: str = "true") -> str:
    """Return a rule whose *lines* begin on the fifth."""
    return "\n".join(["[[rule]]", f'id = "{name}"', f"require = '{require}'", 'message = "No."', *lines, ""])


POST = Post(network="twitter", text="Hello")
