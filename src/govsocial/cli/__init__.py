"""The ``govsocial`` command: which commands there are. Each is a function of its options that returns an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from copy import copy
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from govsocial.cli import plugin, policy, workflow
from govsocial.cli.audit import audit
from govsocial.cli.calendar import calendar
from govsocial.cli.check import check
from govsocial.cli.config import config, defaults, for_all
from govsocial.cli.convert import convert
from govsocial.cli.explain import explain
from govsocial.cli.shell import WRONG_USE, command, complain, interruptible, unhurried_gc
from govsocial.cli.words import speak, spoken, translated
from govsocial.errors import InputError

app = typer.Typer(
    name="govsocial",
    help="Judge posts, accounts and events on social media by a government's recommendations.",
    epilog="Start with: govsocial check --text 'Tomorrow we open. #Brussels' --network facebook",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(command(check))
app.command("explain")(command(explain))
app.command("calendar")(command(calendar))
app.command("audit")(command(audit))
app.command("convert")(command(convert))
app.command("config")(command(config))
app.add_typer(policy.app, name="policy")
app.add_typer(plugin.app, name="plugin")
app.add_typer(workflow.app, name="workflow")


def _say_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"govsocial {version('govsocial')}\n")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Say the version, and stop.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Judge posts, accounts and events on social media by a government's recommendations."""
    from govsocial.config import find  # noqa: PLC0415 - --help and --version need none

    try:
        context.obj = find(Path.cwd())
    except InputError as error:
        complain(error.problems, spoken(sys.argv[1:], Path.cwd()))
        raise typer.Exit(WRONG_USE) from None
    context.default_map = for_all(context.command, defaults(context.obj))


@interruptible
def main() -> None:
    """Run the command line. Exit codes: 0 fine, 1 findings, 2 wrong use, 3 something broke, 5 nothing to judge."""
    with unhurried_gc():
        _run()


def _run() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows that it cannot
    language = spoken(sys.argv[1:], Path.cwd())
    speak(language)
    translated(typer.main.get_command(_only(sys.argv[1:])), language)(prog_name="govsocial")


def _only(arguments: Sequence[str]) -> typer.Typer:
    """Return the app without the commands that are not asked for: typer takes a while over the options of each."""
    name = next(iter(arguments), "")
    chosen = copy(app)
    chosen.registered_commands = [one for one in app.registered_commands if one.name == name]
    chosen.registered_groups = [one for one in app.registered_groups if one.name == name]
    return chosen if chosen.registered_commands or chosen.registered_groups else app
