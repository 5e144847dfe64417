"""``govsocial policy``: the rules there are, one rule in full, and the tests that stand beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli import policy_lint, policy_test, policy_waivers, policy_write
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, command, reader, screen, show, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import say

app = typer.Typer(
    help="Policies: which rules there are, what one of them says, and whether their tests pass.", no_args_is_help=True
)
RuleId = Annotated[
    str, typer.Argument(metavar="ID", help="The rule's full id, such as twitter/hashtags-max.", show_default=False)
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
    owner = next(one for one in setup.engine.policies.policies if one.id == rule.id.partition("/")[0])
    written = next((one for one in setup.policies if one.id == owner.id), None)
    show(page(rule, owner, written, View(speech, **screen(output)), datetime.now(UTC)), output)
    return BROKEN if setup.problems else FINE


app.command("lint")(command(policy_lint.lint))
app.command("test")(command(policy_test.run_tests))
app.command("waivers")(command(policy_waivers.waivers))
app.command("new")(command(policy_write.new))
app.command("docs")(command(policy_write.docs))
app.command("schema")(command(policy_write.schema))
