"""``govsocial calendar``: the publication calendar of each institution."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, read, set_up
from govsocial.cli.shell import BROKEN, FINE, NOTHING, reader, screen, show, tell, wrong
from govsocial.cli.workflow_inputs import AsOf, obligations_of, workflow_of
from govsocial.messages import count, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.calendar.month import Month
    from govsocial.defaults import Setup
    from govsocial.readers import Input
    from govsocial.workflow.due import Due

MONTH = re.compile(r"((?:19|20|21)\d\d)-(0[1-9]|1[0-2])")
Which = Annotated[str, typer.Option("--month", metavar="MONTH", help="Which month, such as 2027-01; else this one.")]
IcsFile = Annotated[
    Path | None,
    typer.Option(
        "--ics", metavar="FILE", help="Write posts, events and stand-by shifts as iCalendar: all, or those of --month."
    ),
]
HtmlFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page to print.")]
New = Annotated[
    str,
    typer.Option(
        "--new", metavar="MONTH", help="Write drafts for the known days of a month, such as 2027-01, beside PATH."
    ),
]


def calendar(
    paths: opt.Paths = None,
    *,
    month: Which = "",
    ics: IcsFile = None,
    html: HtmlFile = None,
    new: New = "",
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: AsOf = None,
    output: opt.Output = None,
) -> int:
    """
    Show the month of each institution: posts, events, closures, holidays, stand-by; gaps and clashes.

    Example: govsocial calendar campaign/ --month 2027-02

    Example: govsocial calendar campaign/ --new 2027-01
    """
    speech, moment = reader(lang), moment_of(as_of) or datetime.now(UTC)
    when = _month(new or month, "--new" if new else "--month", moment)
    setup = set_up(None, disable, no_plugins, speech)
    given = read(paths, None, "", "", setup, lang=speech)
    if new:
        return _drafts(given, when, paths or (), speech)
    standing = _standing(given, setup, moment, speech)
    found = _months(given, when, standing)
    if not found:
        tell(say("there is no post, event or institution here, so there is no calendar"), speech)
        return NOTHING
    if html:
        _write_html(found, html, speech)
    if ics:
        _write_ics(given, standing, when if month else None, ics, speech, moment)
    if not (html or ics):
        _show(found, output, speech)
    return BROKEN if setup.problems else FINE


def _month(text: str, option: str, now: datetime) -> tuple[int, int]:
    from govsocial.validation import HOME  # noqa: PLC0415 - imported when needed

    if not text:
        return now.astimezone(HOME).year, now.astimezone(HOME).month
    found = MONTH.fullmatch(text)
    if found is None:
        raise wrong(option, say("'{value}' is no month; write it as 2027-01", value=text))
    return int(found[1]), int(found[2])


def _standing(given: Input, setup: Setup, moment: datetime, lang: str) -> list[Due]:
    """Return the stand-by shifts of events, and of posts by their histories."""
    from govsocial.workflow.due import shifts  # noqa: PLC0415 - imported when needed

    obliged = obligations_of(given, workflow_of(None, setup), setup, moment, lang)
    return [*shifts(given.workspace.events, moment), *(one for one in obliged if one.shift)]


def _months(given: Input, when: tuple[int, int], standing: Sequence[Due]) -> tuple[Month, ...]:
    from govsocial.calendar.days import holidays  # noqa: PLC0415 - imported when needed
    from govsocial.calendar.month import months  # noqa: PLC0415

    year, month = when
    near = {day: name for one in (year - 1, year, year + 1) for day, name in holidays(one).items()}
    return months(given.workspace, year, month, near, standing)


def _show(found: Sequence[Month], output: Path | None, lang: str) -> None:
    from govsocial.outputs.calendar import render  # noqa: PLC0415 - imported when needed
    from govsocial.outputs.lines import View  # noqa: PLC0415

    show(render(found, View(lang, **screen(output))), output)


def _write_html(found: Sequence[Month], path: Path, lang: str) -> None:
    from govsocial.outputs.calendar_html import render  # noqa: PLC0415 - imported when needed

    show(render(found, lang), path)


def _write_ics(  # noqa: PLR0917 - what, of when, where to, and how
    given: Input, standing: Sequence[Due], when: tuple[int, int] | None, path: Path, lang: str, moment: datetime
) -> None:
    from govsocial.calendar.month import exported  # noqa: PLC0415 - imported when needed

    try:
        from govsocial.outputs.calendar_ics import render  # noqa: PLC0415 - an extra
    except ImportError:
        raise wrong("--ics", say("this needs icalendar: install govsocial with the extra 'calendar'")) from None
    show(render(exported(given.workspace, standing, when), lang, moment).decode(), path)


def _drafts(given: Input, when: tuple[int, int], paths: Sequence[str], lang: str) -> int:
    from govsocial.calendar.days import holidays  # noqa: PLC0415 - imported when needed
    from govsocial.calendar.drafts import template  # noqa: PLC0415

    year, month = when
    path = _beside(paths) / f"{year}-{month:02}.toml"
    text = template(given.workspace, year, month, holidays(year), lang)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:  # never over what somebody wrote
            file.write(text)
    except FileExistsError:
        raise wrong("--new", say("{file} is there already; nothing was written", file=path)) from None
    except OSError as error:
        reason = error.strerror or error
        raise wrong("--new", say("{file} cannot be written: {reason}", file=path, reason=reason)) from None
    drafts = count("{n} draft", "{n} drafts", n=text.count("[[post]]"))
    show(say("{file}: {drafts}", file=path, drafts=drafts).render(lang) + "\n")
    return FINE


def _beside(paths: Sequence[str]) -> Path:
    """Return the first folder of *paths*, else the folder of the first file."""
    folders = [Path(one) for one in paths if Path(one).is_dir()]
    return folders[0] if folders else Path(paths[0]).parent
