"""``govsocial audit``: archives of posts, judged in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, selected, set_up
from govsocial.cli.progress import tally
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, complain, reader, show, split, tell, wrong
from govsocial.errors import Problem
from govsocial.messages import Text, count, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.audit.bundle import Choices
    from govsocial.audit.run import Audited
    from govsocial.defaults import Setup

SEVERITIES = ("note", "warning", "error")
Source = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="Posts in .parquet or .jsonl, or a folder of them; see 'convert'.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the answer.", show_default=False)]
Engine = Annotated[
    Literal["inline", "pool", "spark"],
    typer.Option("--engine", help="Judge in this process (inline), in several (pool) or on a cluster (spark)."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="How many processes; else one per processor.", show_default=False
    ),
]
With = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="PATH", help="Accounts, events, institutions that posts refer to. May be repeated."),
]
Field = Annotated[
    Literal["date", "published_at", "scheduled_at"] | None,
    typer.Option("--as-of-field", help="Judge each post by this date of it; else by its own.", show_default=False),
]
Copies = Annotated[
    bool,
    typer.Option(
        "--find-copies",
        help="Take nearly equal posts of several institutions for one information. Needs the extra 'copies'.",
    ),
]
Resume = Annotated[bool, typer.Option("--resume/--no-resume", help="Go on where an earlier run was broken off.")]


def audit(
    source: Source,
    *,
    out: Out,
    beside: With = None,
    engine: Engine = "pool",
    workers: Workers = None,
    as_of_field: Field = None,
    find_copies: Copies = False,
    resume: Resume = True,
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    fail_level: opt.FailLevel = "error",
) -> int:
    """
    Judge an archive of posts, each by the rules of its own day, and write what was found as Parquet.

    Example: govsocial audit archive.parquet --with accounts.toml --out audit/

    Below DIR lie report.html to read, summary.json with its figures, findings/, outcomes/ and manifest.json. The same
    command goes on where it was broken off, and does nothing once all is done. Needs the extra 'audit'; on a cluster
    'spark', see docs/cluster.md.

    Exit codes: 0 nothing at or above the fail level, 1 something, 2 wrong use, 3 a rule or a plugin broke,
    5 nothing to judge.
    """
    speech, moment = reader(lang), moment_of(as_of)
    _installed()
    if moment and as_of_field:
        raise wrong("--as-of-field", say("give either --as-of or --as-of-field"))
    from govsocial.audit.executors import executor  # noqa: PLC0415 - it needs what an extra brings
    from govsocial.audit.run import Order  # noqa: PLC0415
    from govsocial.audit.run import audit as run  # noqa: PLC0415
    from govsocial.audit.shards import drafts_in  # noqa: PLC0415
    from govsocial.policy.load import load_policies  # noqa: PLC0415

    setup = set_up(policy, disable, no_plugins, speech)
    if not any(selected(setup.engine, select, ignore, speech).policies.rules()):
        tell(say("no rule is selected; 'govsocial policy list' shows them all"), speech)
        return NOTHING
    order = Order(source, out, tuple(beside or ()), executor(engine, workers), resume, speech)
    choices = _choices(disable, no_plugins, select, ignore, moment, as_of_field, find_copies)
    with ExitStack() as stack:
        audited = run(order, setup, load_policies(policy or ()), choices, tally(stack, _shown, speech))
    _left_out(len(drafts_in(source, setup.readers, out)), speech)
    _tell(audited, out, speech)
    return _exit_code(audited.manifest, setup, fail_level)


def _installed() -> None:
    """
    See to it that what the extra brings is there.

    Raises:
        InputError: where it is not.
    """
    from govsocial.readers import parquet  # noqa: PLC0415

    parquet.arrow()
    if find_spec("polars") is None:
        raise parquet.not_installed()


def _choices(  # noqa: PLR0917 - one for each option
    disable: Sequence[str] | None,
    no_plugins: bool,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    as_of: datetime | None,
    field: str | None,
    find_copies: bool,
) -> Choices:
    from govsocial.audit.bundle import Choices  # noqa: PLC0415 - it needs what an extra brings

    return Choices(
        disable=split(disable or ()),
        others=not no_plugins,
        select=split(select or ()),
        ignore=split(ignore or ()),
        as_of=as_of,
        as_of_field=field or "",
        find_copies=find_copies,
    )


def _shown(findings: int) -> Text:
    """Return what is said while an audit lasts."""
    return count("judging: {n} finding so far", "judging: {n} findings so far", n=findings)


def _left_out(files: int, lang: str) -> None:
    """Say how many files beside the archive may hold drafts."""
    if files:
        text = count(
            "{n} file was left out: an audit reads .parquet and .jsonl; write it so with 'govsocial convert'",
            "{n} files were left out: an audit reads .parquet and .jsonl; write them so with 'govsocial convert'",
            n=files,
        )
        tell(text, lang)


def _tell(audited: Audited, out: Path, lang: str) -> None:
    """Say in a few lines what came of it; what was skipped on stderr."""
    from govsocial.outputs.lines import safe  # noqa: PLC0415 - imported when needed

    found = audited.manifest
    complain([_skipped(one, lang) for one in found["skipped"]], lang)
    if skipped := audited.summary["skipped"]["n"]:
        tell(count("{n} entry could not be read", "{n} entries could not be read", n=skipped), lang)
    show("".join(f"{safe(line.render(lang))}\n" for line in _lines(audited, out, lang)))


def _skipped(entry: Mapping[str, Any], lang: str) -> Problem:
    reason = entry.get("reasons", {}).get(lang, entry["reason"])
    return Problem(say("{reason}", reason=reason), entry["file"], entry["line"])


def _lines(audited: Audited, out: Path, lang: str) -> Iterator[Text]:
    from govsocial.audit.telling import lines  # noqa: PLC0415 - it needs what an extra brings

    if audited.done:
        yield say("Nothing to do: all of this was judged before.")
    yield from _copies(audited.manifest)
    yield from lines(audited.summary, out, lang)


def _copies(found: Mapping[str, Any]) -> Iterator[Text]:
    """Yield what came of looking for copies, where it was asked for."""
    if "copies" not in found:
        return
    copies = found["copies"]
    out = sum(copies["rejected"].values())
    yield count(
        "{n} post belongs to a group of copies (groups: {groups}).",
        "{n} posts belong to groups of copies (groups: {groups}).",
        n=copies["posts"],
        groups=copies["groups"],
    )
    if out:
        yield count(
            "{n} post was left out of that; manifest.json says why.",
            "{n} posts were left out of that; manifest.json says why.",
            n=out,
        )


def _exit_code(manifest: Mapping[str, Any], setup: Setup, fail_level: str) -> int:
    if setup.problems or manifest["counts"].get("error"):
        return BROKEN
    if not manifest["judged"]:
        return NOTHING
    failing = SEVERITIES[SEVERITIES.index(fail_level) :]
    return FOUND if any(manifest["violations"].get(one) for one in failing) else FINE
