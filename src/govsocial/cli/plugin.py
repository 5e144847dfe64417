"""``govsocial plugin``: which plugins are installed, and what they bring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import set_up
from govsocial.cli.shell import BROKEN, FINE, command, reader, screen, show
from govsocial.messages import count, say

if TYPE_CHECKING:
    from govsocial.plugins import Plugin

app = typer.Typer(help="Plugins: which are installed, and what they bring.", no_args_is_help=True)


@app.command("list")
@command
def list_(
    disable: opt.Disabled = None, no_plugins: opt.NoPlugins = False, lang: opt.Lang = None, output: opt.Output = None
) -> int:
    """
    List the plugins.

    Example: govsocial plugin list
    """
    from govsocial.outputs.lines import View, table  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech = reader(lang)
    setup = set_up(None, disable, no_plugins, speech)
    rows = [(one.name, one.version, _status(one, speech), _brings(one, speech)) for one in setup.plugins]
    show("\n".join(table(rows, View(speech, **screen(output)), "")) + "\n", output)
    return BROKEN if setup.problems else FINE


def _status(plugin: Plugin, language: str) -> str:
    words = {"active": say("active"), "disabled": say("disabled"), "refused": say("refused")}
    return words[plugin.status].render(language)


def _brings(plugin: Plugin, language: str) -> str:
    """Return what *plugin* brings, or why it does not."""
    if plugin.status == "refused":
        return plugin.reason.render(language)
    brought = (
        (say("networks: {names}"), [one.id for one in plugin.networks]),
        (say("policies: {names}"), [one.id for one in plugin.policies]),
        (say("facts: {names}"), [one.name for one in plugin.facts]),
        (say("functions: {names}"), [one.name for one in plugin.functions]),
    )
    told = [replace(text, values={"names": ", ".join(names)}).render(language) for text, names in brought if names]
    readers = count("{n} reader", "{n} readers", n=len(plugin.readers)).render(language)
    return "; ".join([*told, *([readers] if plugin.readers else [])])
