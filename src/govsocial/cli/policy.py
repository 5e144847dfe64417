"""``govsocial policy``: the rules there are, one rule in full, and the tests that stand beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, command, complain, reader, screen, show, tell, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import count, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.policy.schema import Policy

app = typer.Typer(
    help="Policies: which rules there are, what one of them says, and whether their tests pass.", no_args_is_help=True
)
RuleId = Annotated[
    str, typer.Argument(metavar="ID", help="The rule's full id, such as twitter/hashtags-max.", show_default=False)
]
Places = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH…", help="Policy files and folders; else the built-in ones.")
]


@app.command("list")
@command
def list_(
    *,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    output: opt.Output = None,
) -> int:
    """
    List the rules, with how heavy they weigh, what they judge and on which networks.

    Example: govsocial policy list --as-of 2019-05-26
    """
    from govsocial.outputs.lines import View  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.outputs.policies import rules  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of)
    setup = set_up(policy, disable, no_plugins, speech)
    show(rules(setup.engine.policies.policies, View(speech, **screen(output)), moment, datetime.now(UTC)), output)
    return BROKEN if setup.problems else FINE


@app.command("show")
@command
def show_(
    name: RuleId,
    *,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    output: opt.Output = None,
) -> int:
    """
    Show one rule: its words, its conditions, what it reads, where it comes from, its values by date.

    Example: govsocial policy show twitter/hashtags-max
    """
    from govsocial.outputs.lines import View  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.outputs.policies import page  # noqa: PLC0415

    speech = reader(lang)
    setup = set_up(policy, disable, no_plugins, speech)
    rule = setup.engine.policies.find(name)
    if rule is None:
        hint = did_you_mean(name, (one.id for one in setup.engine.policies.rules()))
        raise wrong("", say("there is no rule '{name}'{hint}", name=name, hint=hint))
    owner = next(one for one in setup.engine.policies.policies if rule in one.rules)
    written = next((one for one in setup.policies if one.id == owner.id), None)
    show(page(rule, owner, written, View(speech, **screen(output)), datetime.now(UTC)), output)
    return BROKEN if setup.problems else FINE


@app.command("test")
@command
def run_tests(
    paths: Places = None, *, disable: opt.Disabled = None, no_plugins: opt.NoPlugins = False, lang: opt.Lang = None
) -> int:
    """
    Run the tests that stand beside the rules.

    Example: govsocial policy test house.toml
    """
    speech = reader(lang)
    setup = set_up(None, disable, no_plugins, speech)
    tested = _under_test(paths, setup, speech)
    if not tested.policies:
        tell(say("there is no policy in {paths}", paths=", ".join(map(str, paths or ()))), speech)
        return NOTHING
    ran, failures = _run(tested.policies, tested.engine, speech)
    failed = count("{n} failed", "{n} failed", n=len(failures))
    end = say("{ran}, {failed}", ran=count("{n} test run", "{n} tests run", n=ran), failed=failed)
    show("".join(f"{line}\n" for line in (*failures, end.render(speech))))
    return BROKEN if setup.problems else FOUND if failures else FINE


def _run(policies: Iterable[Policy], engine: Engine, language: str) -> tuple[int, list[str]]:
    """Return how many tests ran, and a line for each that failed."""
    from govsocial.authoring.tests import all_cases, run  # noqa: PLC0415

    ran = [(policy, case, run(case, engine)) for policy, case in all_cases(policies)]
    lines = [
        f"{policy.file} {case.rule}, {case.name}: {fault.render(language)}"
        for policy, case, fault in ran
        if fault is not None
    ]
    return len(ran), lines


def _under_test(paths: Sequence[Path] | None, setup: Setup, language: str) -> Setup:
    """Return the policies to test, in an engine in which they stand for those with the same id."""
    from govsocial.defaults import under_test  # noqa: PLC0415

    if not paths:
        return setup
    tested = under_test(paths, setup)
    complain(tested.notes, language)
    return tested
