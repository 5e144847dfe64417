"""``govsocial policy lint``: what the authors of policies may want to mend, with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, reader, show, tell
from govsocial.messages import say

Format = Annotated[
    Literal["text", "json", "github"],
    typer.Option("--format", help="For people (text), for programs, or as annotations on GitHub."),
]


def lint(
    paths: opt.PolicyPaths = None,
    *,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    format: Format = "text",  # noqa: A002 - the option's name
    output: opt.Output = None,
) -> int:
    """
    Say what could be better in policies that work: rules without cases, what nothing uses, what has ended.

    Example: govsocial policy lint house.toml --format github
    """
    from govsocial.authoring.anatomy import bodies  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.authoring.lint import lint as remarks_on  # noqa: PLC0415
    from govsocial.defaults import under_test  # noqa: PLC0415
    from govsocial.outputs.lint import render  # noqa: PLC0415

    speech, day = reader(lang), moment_of(as_of) or datetime.now(UTC)
    setup = set_up(None, disable, no_plugins, speech)
    tested = under_test(paths, setup) if paths else setup
    if not tested.policies:
        tell(say("there is no policy in {paths}", paths=", ".join(map(str, paths or ()))), speech)
        return NOTHING
    linted = bodies(tested.engine.policies, [one.id for one in tested.policies])
    found = [one for body in linted for one in remarks_on(body, tested.engine.networks, day)]
    show(render(found, format, speech, len(linted)), output)
    return BROKEN if setup.problems else FOUND if found else FINE
