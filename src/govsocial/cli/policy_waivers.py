"""``govsocial policy waivers``: which exceptions there are, and which end soon, have ended or last too long."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, reader, screen, show, tell, wrong
from govsocial.messages import say

FAR: Final = 36_500
"""How many days ahead one may look: a hundred years, so that no calendar ends before."""

Within = Annotated[
    str, typer.Option("--within", metavar="DAYS", help="Name as ending soon what ends in this time, such as 30d.")
]


def waivers(
    *,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    within: Within = "30d",
    output: opt.Output = None,
) -> int:
    """
    List the waivers: in force, ending soon, ended, too long.

    Example: govsocial policy waivers --policy house.toml --within 60d
    """
    from govsocial.outputs.lines import View  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.outputs.waivers import render  # noqa: PLC0415

    speech, moment, soon = reader(lang), moment_of(as_of), _days(within)
    setup = set_up(policy, disable, no_plugins, speech)
    found = setup.engine.policies.waivers
    if not found:
        tell(say("there are no waivers"), speech)
    show(render(found, View(speech, **screen(output)), moment or datetime.now(UTC), soon), output)
    return BROKEN if setup.problems else FINE


def _days(text: str) -> timedelta:
    """
    Return the time that ``--within`` names.

    Raises:
        InputError: where it is no number of days.
    """
    found = re.fullmatch(r"([0-9]+)d?", text.strip())
    if not found or int(found[1]) > FAR:
        raise wrong("--within", say("'{value}' is no number of days; write it as 30d", value=text))
    return timedelta(days=int(found[1]))
