"""``govsocial workflow``: where a post is on its way to publication, what is next, and who has to do it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from govsocial.cli import options as opt
from govsocial.cli import workflow_inputs as wf
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, command, complain, reader, show, tell
from govsocial.messages import count, say

app = typer.Typer(
    help="Workflows: where a post is on its way to publication, and what is missing for the next step.",
    no_args_is_help=True,
)


@app.command("show")
@command
def show_(*, workflow: wf.WorkflowFile = None, lang: opt.Lang = None, output: opt.Output = None) -> int:
    """
    Show the states, the ways on from each, and what each gate asks.

    Example: govsocial workflow show --lang fr
    """
    from govsocial.outputs.workflow import page  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech = reader(lang)
    setup = set_up(None, None, no_plugins=False, lang=speech)
    show(page(wf.workflow_of(workflow, setup), wf.view_of(speech, output)), output)
    return BROKEN if setup.problems else FINE


@app.command("next")
@command
def next_(
    post: wf.PostFile,
    *,
    role: wf.Role,
    actor: wf.Name = "",
    institution: wf.Speaks = "",
    id: wf.PostId = "",  # noqa: A002 - the option's name
    beside: wf.Beside = None,
    workflow: wf.WorkflowFile = None,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: wf.AsOf = None,
    output: opt.Output = None,
) -> int:
    """
    Show what you can do next, what is missing for it, and who can lift that.

    Example: govsocial workflow next post.toml --as spokesperson
    """
    from govsocial.cli.drafts import draft_in, histories  # noqa: PLC0415 - imported when needed
    from govsocial.outputs.workflow import following  # noqa: PLC0415
    from govsocial.workflow.decide import options  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of) or datetime.now(UTC)
    setup = set_up(policy, disable, no_plugins, speech)
    rules = wf.workflow_of(workflow, setup)
    draft = draft_in(post, id, beside or (), setup, speech)
    acting = wf.actor_of(rules, draft, role, actor, institution)
    history = histories([draft], speech)[draft.path].of(draft.key)
    case = wf.case_of(rules, draft, history, acting, moment, setup)
    show(following(case, options(case), draft.post.id, wf.view_of(speech, output)), output)
    return BROKEN if setup.problems else FINE


@app.command("apply")
@command
def apply(
    event: wf.Event,
    post: wf.PostFile,
    *,
    role: wf.Role,
    actor: wf.Name = "",
    institution: wf.Speaks = "",
    reason: wf.Reason = "",
    id: wf.PostId = "",  # noqa: A002 - the option's name
    beside: wf.Beside = None,
    workflow: wf.WorkflowFile = None,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: wf.AsOf = None,
) -> int:
    """
    Take a step, and note it in the history beside the post; or say what stands in the way.

    Example: govsocial workflow apply submit post.toml --as author --actor An

    Exit codes: 0 done, 1 refused, 2 wrong use, 3 a rule or a plugin broke.
    """
    from govsocial.cli.drafts import draft_in  # noqa: PLC0415 - imported when needed
    from govsocial.outputs.workflow import outcome  # noqa: PLC0415
    from govsocial.workflow.decide import Moved  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of) or datetime.now(UTC)
    setup = set_up(policy, disable, no_plugins, speech)
    rules = wf.workflow_of(workflow, setup)
    wf.known(event, rules.events, "", say("there is no event '{event}'", event=event))
    draft = draft_in(post, id, beside or (), setup, speech)
    acting = wf.actor_of(rules, draft, role, actor, institution)
    found = wf.applied(wf.case_of(rules, draft, (), acting, moment, setup), draft, event, reason, speech)
    show(outcome(found, draft.post.id, rules, wf.view_of(speech, None)))
    return BROKEN if setup.problems else FINE if isinstance(found, Moved) else FOUND


@app.command("due")
@command
def due(
    paths: opt.Paths = None,
    *,
    workflow: wf.WorkflowFile = None,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: wf.AsOf = None,
    output: opt.Output = None,
) -> int:
    """
    Show what has to be done now: obligations and stand-by shifts, the overdue ones first.

    Example: govsocial workflow due campaign/

    Exit codes: 0 nothing is overdue, 1 something is, 2 wrong use, 5 there is no post or event.
    """
    from govsocial.cli.inputs import read  # noqa: PLC0415 - imported when needed
    from govsocial.outputs.workflow import due as words  # noqa: PLC0415
    from govsocial.workflow.due import now, shifts  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of) or datetime.now(UTC)
    setup = set_up(policy, disable, no_plugins, speech)
    given = read(paths, None, "", "", setup, lang=speech)
    if not any((*given.workspace.posts, *given.workspace.events)):
        tell(say("there is no post and no event here, so nothing is due"), speech)
        return NOTHING
    rules = wf.workflow_of(workflow, setup)
    found = now(
        [*wf.obligations_of(given, rules, setup, moment, speech), *shifts(given.workspace.events, moment)], moment
    )
    show(words(found, wf.view_of(speech, output)), output)
    return BROKEN if setup.problems else FOUND if any(one.late for one in found) else FINE


@app.command("graph")
@command
def graph(
    *,
    workflow: wf.WorkflowFile = None,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["mermaid", "svg"], typer.Option("--format", help="Text for Mermaid, or a picture.")
    ] = "mermaid",
    lang: opt.Lang = None,
    output: opt.Output = None,
) -> int:
    """
    Draw the workflow.

    Example: govsocial workflow graph --format svg --output workflow.svg
    """
    from govsocial.outputs.workflow_graph import mermaid, svg  # noqa: PLC0415 - imported when needed

    speech = reader(lang)
    setup = set_up(None, None, no_plugins=False, lang=speech)
    draw = svg if format == "svg" else mermaid
    show(draw(wf.workflow_of(workflow, setup), speech), output)
    return BROKEN if setup.problems else FINE


@app.command("test")
@command
def run_tests(paths: wf.Files = None, *, policy: opt.Policies = None, lang: opt.Lang = None) -> int:
    """
    Run the tests in a workflow, and say what is suspicious in its shape.

    Example: govsocial workflow test house.workflow.toml
    """
    from govsocial.authoring.workflows import lint, run  # noqa: PLC0415 - imported when needed
    from govsocial.outputs.workflow import failed  # noqa: PLC0415

    speech = reader(lang)
    setup = set_up(policy, None, no_plugins=False, lang=speech)
    lines: list[str] = []
    ran, suspicious = 0, 0
    for path in paths or [wf.built_in()]:
        rules = wf.workflow_of(path, setup)
        results = [run(rules, one, setup.engine) for one in rules.document.test]
        lines += [failed(one.name, one.fault, str(path)).render(speech) for one in results if one.fault]
        found = lint(rules, setup.engine, results)
        complain(found, speech)
        ran, suspicious = ran + len(results), suspicious + len(found)
    end = say(
        "{ran}, {failed}, {suspicious}",
        ran=count("{n} test run", "{n} tests run", n=ran),
        failed=count("{n} failed", "{n} failed", n=len(lines)),
        suspicious=count("{n} suspicious place", "{n} suspicious places", n=suspicious),
    )
    show("".join(f"{line}\n" for line in (*lines, end.render(speech))))
    return BROKEN if setup.problems else FOUND if lines or suspicious else FINE
