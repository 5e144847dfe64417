"""``govsocial policy new``, ``docs`` and ``schema``: files to start from, to read and to complete by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, set_up
from govsocial.cli.shell import BROKEN, FINE, one_of, reader, screen, show, write, wrong
from govsocial.errors import InputError, Problem
from govsocial.messages import LANGUAGES, count, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govsocial.policy.rules import PolicySet

NewFile = Annotated[Path, typer.Argument(metavar="PATH", help="The new file, such as house.toml.", show_default=False)]
NewId = Annotated[
    str | None,
    typer.Option("--id", metavar="NAME", help="The id of the policy; else the name of the file.", show_default=False),
]
Spoken = Annotated[
    list[str] | None,
    typer.Option(
        "--lang", metavar="CODES", help="The languages of its messages, such as nl,fr; else yours.", show_default=False
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write into.", show_default=False)]
Norms = Annotated[
    Path | None,
    typer.Option(
        "--coverage",
        metavar="FILE",
        help="Write coverage.md instead: which rule runs each item of a norm, from a file such as docs/coverage.toml.",
    ),
]
SchemaName = Annotated[
    str, typer.Argument(metavar="NAME", help="policy, draft, report or configuration.", show_default=True)
]


def new(path: NewFile, *, name: NewId = None, languages: Spoken = None) -> int:
    """
    Write a policy to start from: commented, with one rule and its tests, which pass at once.

    Example: govsocial policy new house.toml --lang nl,fr
    """
    from govsocial.policy.load import parse_policy  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.scaffold import id_for, new_policy, write_new  # noqa: PLC0415

    speech = reader(None)
    chosen = one_of("--lang", languages or [speech], LANGUAGES)
    if path.suffix != ".toml":
        raise wrong("", say("{file}: policies are files that end in .toml, such as house.toml", file=path))
    id_ = id_for(path) if name is None else name
    _free(id_)
    text = new_policy(id_, [one for one in LANGUAGES if one in chosen], f"{datetime.now(UTC):%Y.%m}.0", path.name)
    parse_policy(text, str(path))
    write_new(text, path)
    show(say("{file} is written; next: govsocial policy test {file}", file=path).render(speech) + "\n")
    return FINE


def _free(name: str) -> None:
    """Refuse an id that cannot be one, or that a policy which comes with govsocial has."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from govsocial.defaults import assemble  # noqa: PLC0415
    from govsocial.policy.shapes import Id  # noqa: PLC0415

    try:
        TypeAdapter(Id).validate_python(name)
    except ValidationError:
        hint = say("'{found}' cannot be a name; use small letters, digits, - in ids, _ elsewhere", found=name)
        raise wrong("--id", hint) from None
    if name in {policy.id for policy in assemble(others=False).policies}:
        raise wrong("--id", say("there is a policy '{name}' already; choose another id, such as house", name=name))


def docs(
    out: Folder,
    *,
    coverage: Norms = None,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    as_of: opt.AsOf = None,
    lang: opt.Lang = None,
) -> int:
    """
    Write a guide for those who post, made from the policies: an overview, and a page for each network.

    Example: govsocial policy docs guide --lang fr
    """
    from govsocial.outputs.guide import guide  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.outputs.lines import View  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of)
    setup = set_up(policy, disable, no_plugins, speech)
    if coverage:
        pages = {"coverage.md": _coverage(coverage, setup.engine.policies)}
    else:
        pages = guide(setup.engine, View(speech, **screen(out)), moment or datetime.now(UTC))
    _write_all(pages, out)
    told = count("{n} page written to {folder}", "{n} pages written to {folder}", n=len(pages), folder=out)
    show(told.render(speech) + "\n")
    return BROKEN if setup.problems else FINE


def _coverage(file: Path, policies: PolicySet) -> str:
    from govsocial.authoring.norms import coverage_page, parse_norms  # noqa: PLC0415
    from govsocial.outputs.guide import MARK  # noqa: PLC0415

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong("--coverage", say("{file} cannot be read: {reason}", file=file, reason=error)) from None
    return coverage_page(parse_norms(text, str(file)), policies, MARK, str(file))


def _write_all(pages: Mapping[str, str], out: Path) -> None:
    """Write *pages* into the folder *out*; where one would replace a page of somebody's own, none."""
    from govsocial.outputs.guide import MARK  # noqa: PLC0415

    own = [out / name for name in pages if (out / name).exists() and not _starts(out / name, MARK)]
    if own:
        reason = say("this page was not made by 'govsocial policy docs'; choose another folder, or move it")
        raise InputError(Problem(reason, str(file)) for file in own)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise wrong("", say("{file} cannot be written: {reason}", file=out, reason=error.strerror or error)) from None
    for name, text in pages.items():
        write(text, out / name, "")


def _starts(file: Path, mark: str) -> bool:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().strip() == mark
    except (OSError, UnicodeDecodeError):
        return False


def schema(name: SchemaName = "policy", *, lang: opt.Lang = None, output: opt.Output = None) -> int:
    """
    Write a JSON Schema, by which an editor completes and checks: of policies, drafts, reports or the configuration.

    Example: govsocial policy schema policy --output policy.schema.json
    """
    from govsocial.authoring.schemas import NAMES, schema_text  # noqa: PLC0415 - so that --help stays quick

    del lang  # of what goes wrong; the schema itself is in English
    (chosen,) = one_of("", [name], NAMES)
    show(schema_text(chosen), output)
    return FINE
