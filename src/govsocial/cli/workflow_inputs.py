"""The options of ``govsocial workflow``, and what its commands work on: a workflow, a post, its history, a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govsocial.cli.shell import complain, screen, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govsocial.cli.drafts import Draft
    from govsocial.defaults import Setup
    from govsocial.history import History
    from govsocial.outputs.lines import View
    from govsocial.readers import Input
    from govsocial.workflow.case import Case
    from govsocial.workflow.decide import Moved, Refused
    from govsocial.workflow.due import Due
    from govsocial.workflow.entry import Actor, Entry
    from govsocial.workflow.model import Workflow

BUILT_IN = "publication.workflow.toml"
WorkflowFile = Annotated[
    Path | None,
    typer.Option("--workflow", metavar="FILE", help="Your own workflow, such as house.workflow.toml."),
]
PostFile = Annotated[
    str, typer.Argument(metavar="POST", help="The file of the post, such as post.toml.", show_default=False)
]
Role = Annotated[str, typer.Option("--as", metavar="ROLE", help="Your role, such as author.", show_default=False)]
Name = Annotated[str, typer.Option("--actor", metavar="NAME", help="Your name; else the one you are logged in with.")]
Speaks = Annotated[
    str, typer.Option("--institution", metavar="ID", help="For which institution you act; else that of the post.")
]
PostId = Annotated[str, typer.Option("--id", metavar="ID", help="Which post, where the file has several.")]
Beside = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="PATH", help="Where events and accounts lie, beside the post's own folder."),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the history.")]
Event = Annotated[str, typer.Argument(metavar="EVENT", help="What happens, such as submit.", show_default=False)]
Files = Annotated[list[Path] | None, typer.Argument(metavar="PATH…", help="Workflow files; else the built-in one.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The moment, such as 2027-02-15T09:00.")]


def built_in() -> Path:
    """Return where the workflow lies that comes with govsocial."""
    from govsocial.defaults import built_in_folder  # noqa: PLC0415 - imported when needed, so that --help stays quick

    return built_in_folder() / BUILT_IN


def workflow_of(path: Path | None, setup: Setup) -> Workflow:
    """
    Return the workflow in *path*, else the built-in one.

    Raises:
        PolicyError: with all that is wrong with it.
    """
    from govsocial.defaults import vocabulary_of  # noqa: PLC0415
    from govsocial.workflow.load import load_workflow  # noqa: PLC0415

    return load_workflow(path or built_in(), vocabulary_of(setup.plugins))


def view_of(lang: str, output: Path | None) -> View:
    """Return how the answer is shown."""
    from govsocial.outputs.lines import View  # noqa: PLC0415

    return View(lang, **screen(output))


def known(name: str, names: Mapping[str, Any], option: str, text: Text) -> None:
    """
    See to it that *name* is one of *names*.

    Raises:
        InputError: with *text*, where it is not.
    """
    if name not in names:
        raise wrong(option, say("{text}{hint}", text=text, hint=did_you_mean(name, names)))


def actor_of(workflow: Workflow, draft: Draft, role: str, name: str, institution: str) -> Actor:
    """
    Return who acts: by the name of the login, for the institution of the post, where nothing else is said.

    Raises:
        InputError: where the workflow has no such role.
    """
    from govsocial.workflow.entry import Actor  # noqa: PLC0415

    known(role, workflow.roles, "--as", say("there is no role '{role}'", role=role))
    return Actor(role, name or _login(), institution or _own_institution(draft))


def _login() -> str:
    from getpass import getuser  # noqa: PLC0415

    try:
        return getuser()
    except (OSError, KeyError, ImportError):  # a machine without users
        return ""


def _own_institution(draft: Draft) -> str:
    account = draft.workspace.find("account", draft.post.account or "")
    return draft.post.institution or (account and account.institution) or ""


def case_of(  # noqa: PLR0917 - a case has that many parts
    workflow: Workflow, draft: Draft, history: Sequence[Entry], actor: Actor, as_of: datetime, setup: Setup
) -> Case:
    """Return the post of *draft* at the moment *as_of* of its workflow."""
    from govsocial.workflow.case import Case  # noqa: PLC0415

    return Case(workflow, draft.post, history, actor, as_of, setup.engine, draft.workspace)


def obligations_of(given: Input, workflow: Workflow, setup: Setup, as_of: datetime, lang: str) -> Iterator[Due]:
    """Yield what the states of the posts of *given* ask of people, by the histories beside them."""
    from govsocial.cli.drafts import drafts_in, histories  # noqa: PLC0415
    from govsocial.workflow.due import obligations  # noqa: PLC0415
    from govsocial.workflow.entry import Actor  # noqa: PLC0415

    drafts = [*drafts_in(given)]
    found = histories(drafts, lang)
    for draft in drafts:
        if history := found[draft.path].of(draft.key):
            yield from obligations(case_of(workflow, draft, history, Actor(""), as_of, setup))


def applied(case: Case, draft: Draft, event: str, reason: str, lang: str) -> Moved | Refused:
    """Return what came of *event*; what the history gains is written before anybody else can decide."""
    from govsocial.history import history_of, opened, read  # noqa: PLC0415
    from govsocial.workflow.decide import Moved, decide  # noqa: PLC0415

    def decided(history: History) -> Moved | Refused:
        complain(history.torn, lang)
        return decide(
            case.workflow, case.post, history.of(draft.key), event, case.actor, case.as_of,
            engine=case.engine, workspace=case.workspace, reason=reason,
        )  # fmt: skip

    def gained(found: Moved | Refused) -> tuple[Entry, ...]:
        return found.entries if isinstance(found, Moved) else (found.kept,) if found.kept else ()

    path = history_of(draft.path)
    if not path.exists() and not gained(found := decided(read(path))):
        return found  # a refusal leaves no file behind
    with opened(path) as history:
        found = decided(history.read())
        if entries := gained(found):
            history.append(draft.key, entries, datetime.now(UTC))
    return found
