"""``govsocial plugin``: which plugins are installed, what they bring, and a new one to start from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import set_up
from govsocial.cli.shell import BROKEN, FINE, command, reader, screen, show, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import Text, count, say

if TYPE_CHECKING:
    from govsocial.defaults import Setup
    from govsocial.plugins import Plugin
    from govsocial.scaffold_plugin import NewPlugin

NewName = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the plugin, such as health.", show_default=False)
]
About = Annotated[
    str,
    typer.Option(
        "--network",
        metavar="ID",
        help="The network that its rules are for: one that is known, such as facebook, or one that it brings."
        " Else called as the plugin.",
        show_default=False,
    ),
]

app = typer.Typer(help="Plugins: which are installed, what they bring, and a new one.", no_args_is_help=True)


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
    rows = [_row(one, speech) for one in setup.plugins]
    show("\n".join(table(rows, View(speech, **screen(output)), "")) + "\n", output)
    return BROKEN if setup.problems else FINE


def _row(plugin: Plugin, language: str) -> tuple[str, ...]:
    words = {"active": say("active"), "disabled": say("disabled"), "refused": say("refused")}
    cells = (words[plugin.status], _kind(plugin), _spent(plugin))
    return (plugin.name, plugin.version, *(cell.render(language) for cell in cells), _brings(plugin, language))


def _kind(plugin: Plugin) -> Text:
    """Return whether the plugin's Python runs while drafts are read and judged."""
    if plugin.status != "active":
        return say("")
    return say("code") if plugin.runs_code else say("data")


def _spent(plugin: Plugin) -> Text:
    return say("") if plugin.status == "disabled" else say("{n} ms", n=round(1000 * plugin.seconds))


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
    rules = sum(1 for policy in plugin.policies for _ in policy.document.items())
    told = [replace(text, values={"names": ", ".join(names)}).render(language) for text, names in brought if names]
    counted = (
        count("{n} rule", "{n} rules", n=rules),
        count("{n} reader", "{n} readers", n=len(plugin.readers)),
    )
    return "; ".join([*told, *(text.render(language) for text in counted if text.values["n"])])


@app.command("new")
@command
def new(name: NewName, network: About = "", lang: opt.Lang = None) -> int:
    """
    Write a plugin to start from into a folder below the current one: rules, a fact, a reader, and tests, which pass.

    Example: govsocial plugin new health --network facebook
    """
    from govsocial.scaffold_plugin import NewPlugin, plain_name, plugin_files, write_folder, wrong_name  # noqa: PLC0415

    speech = reader(lang)
    setup = set_up(None, None, no_plugins=False, lang=speech)
    plain, known = plain_name(name), setup.engine.networks
    wanted = known.resolve(network or plain)
    for option, reason in (("", wrong_name(plain, _taken(setup))), ("--network", wrong_name(wanted))):
        if reason:
            raise wrong(option, reason)
    edition = f"{datetime.now(UTC):%Y.%m}.0"
    plugin = NewPlugin(plain, wanted, wanted not in known.by_id, version("govsocial"), edition)
    write_folder(plugin_files(plugin), Path(plugin.folder))
    show("".join(f"{text.render(speech)}\n" for text in _told(plugin, did_you_mean(wanted, known.by_name))))
    return FINE


def _taken(setup: Setup) -> frozenset[str]:
    return frozenset((*(one.name for one in setup.plugins), *(policy.id for policy in setup.policies)))


def _told(plugin: NewPlugin, hint: Text) -> tuple[Text, ...]:
    """Return what was written, and the next steps."""
    about = say(
        "nobody provided the network '{network}', so the plugin brings it{hint}", network=plugin.network, hint=hint
    )
    return (
        say("{folder} is written; its rules are for posts on {network}", folder=plugin.folder, network=plugin.network),
        *((about,) if plugin.new else ()),
        say("next: python3 -m pip install -e './{folder}[test]'", folder=plugin.folder),
        say("then: pytest {folder}, and govsocial plugin list", folder=plugin.folder),
    )
