"""What a worker needs to judge as the others do: the policies, the plugins, the choices; and whether it can."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, Final

from govsocial.audit.copies import EDITION
from govsocial.defaults import assemble
from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.policy.load import parse_policy
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govsocial.audit.shards import Shard
    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.policy.schema import Policy

KERNEL: Final = 1
"""Goes up when the same policies say something else of the same posts, or the columns of the answer change."""
_ONE_AT_A_TIME: Final = Lock()
"""Held while an engine is made: plugins that are loaded in two threads at once would leave stdout turned to stderr."""
TIMES: Final = ("date", "published_at", "scheduled_at")
"""The fields by which a post can be judged."""


@dataclass(frozen=True, slots=True)
class Choices:
    """
    By what an audit judges: plugins to *disable* (and whether *others* than the built-in ones count), rules, moments.

    *as_of* is one moment for all; else each post is judged by its field *as_of_field*, by its own date where empty.
    *find_copies*: whether posts with one text, of several institutions, spread one information.
    """

    disable: tuple[str, ...] = ()
    others: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    as_of: datetime | None = None
    as_of_field: str = ""
    find_copies: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """
    What travels to each worker: *policies* as ``(file, text)`` beside the built-in ones, the *choices*, the *digest*.

    *today* is what a resource without a date is judged by: the day on which the audit began, for all of its runs.
    *beside* is a digest of what the archive refers to, which lies in the folder of the audit; *mixed* says whether the
    archive holds accounts, events or institutions, which may ask for any of its posts.
    """

    policies: tuple[tuple[str, str], ...]
    choices: Choices
    digest: str
    today: datetime
    beside: str = ""
    mixed: bool = False

    def key(self, shard: Shard) -> str:
        """Return what differs as soon as something else may come of *shard*."""
        return sha256(f"{self.digest} {self.beside} {shard.digest} {shard.name}".encode()).hexdigest()


def today() -> datetime:
    """Return when this day began: two audits of one day are to say the same of a post without a date."""
    return datetime.now(HOME).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def asked(policies: Sequence[Policy] = (), choices: Choices | None = None) -> Bundle:
    """
    Return what judges by *policies* beside the built-in ones and the installed plugins, where there is no command.

    Raises:
        PolicyError: where one of *policies* cannot be loaded.
        PluginError: where *choices* disables a plugin that is not installed.
    """
    chosen = choices or Choices()
    setup = assemble(policies, chosen.disable, others=chosen.others)
    return bundled(setup, policies, chosen, today())


def bundled(setup: Setup, given: Sequence[Policy], choices: Choices, today: datetime) -> Bundle:
    """Return what judges elsewhere as *setup* does here; *given* are its policies beside the built-in ones."""
    return Bundle(tuple((one.file, one.text) for one in given), choices, digest_of(setup, choices), today)


def digest_of(setup: Setup, choices: Choices) -> str:
    """Return what differs as soon as something may be judged otherwise."""
    return sha256(json.dumps(_identity(setup, choices), sort_keys=True, default=str).encode()).hexdigest()


def _identity(setup: Setup, choices: Choices) -> Mapping[str, object]:
    return {
        "kernel": KERNEL,
        "govsocial": version("govsocial"),
        "policies": setup.engine.policies.named,
        "layers": [one.id for one in setup.engine.policies.given],
        "plugins": [(one.name, one.version, one.status) for one in setup.plugins],
        "rules": [choices.select, choices.ignore],
        "as_of": [choices.as_of, choices.as_of_field],
        **({"copies": EDITION} if choices.find_copies else {}),
    }


def engine_of(bundle: Bundle) -> Engine:
    """
    Return the engine that *bundle* describes, made of what is installed here; made once for all archives.

    Raises:
        InputError: where it would not judge as the one does that the bundle was made for.
    """
    with _ONE_AT_A_TIME:
        return _engine(replace(bundle, beside="", mixed=False))


@lru_cache(maxsize=1)
def _engine(bundle: Bundle) -> Engine:
    policies = [parse_policy(text, file) for file, text in bundle.policies]
    setup = assemble(policies, bundle.choices.disable, others=bundle.choices.others)
    if digest_of(setup, bundle.choices) != bundle.digest:
        raise InputError([Problem(say("this worker has other plugins or another govsocial than the one that asked"))])
    return chosen(setup.engine, bundle)


def chosen(engine: Engine, bundle: Bundle) -> Engine:
    """Return *engine* with the rules that were chosen, and the clock of the whole audit."""
    selected = engine.selecting(bundle.choices.select, bundle.choices.ignore)
    return replace(selected, clock=lambda: bundle.today)
