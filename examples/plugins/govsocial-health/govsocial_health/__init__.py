"""The house rules of an invented institution for health, and the register of accounts that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govsocial import Fact, hookimpl, load_policies
from govsocial_health.plain import words_per_sentence, words_per_sentence_in_columns
from govsocial_health.register import owners, owners_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Policy


@hookimpl
def govsocial_policies() -> Iterable[Policy]:
    """Return the house rules."""
    return load_policies(__name__)


@hookimpl
def govsocial_facts() -> Iterable[Fact]:
    """Return who owns an account by the register, read here, once: a fact reads no file; and how plain a post is."""
    return (
        Fact("health_owner", "account", "string", owners_in(owners())),
        Fact("words_per_sentence", "post", "int", words_per_sentence, column=words_per_sentence_in_columns),
    )
