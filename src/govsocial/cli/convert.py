"""``govsocial convert``: drafts and archives in one format, with what follows from their texts worked out once."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import set_up
from govsocial.cli.progress import tally
from govsocial.cli.shell import BROKEN, FINE, complain, reader, tell
from govsocial.messages import Text, count

if TYPE_CHECKING:
    from govsocial.convert import Told

Source = Annotated[Path, typer.Argument(metavar="IN", help="A file or a folder in any format that 'check' reads.")]
Target = Annotated[Path, typer.Argument(metavar="OUT", help="What to write: a name that ends in .jsonl or .parquet.")]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="How many processes; else one per processor.", show_default=False
    ),
]


def convert(
    source: Source,
    target: Target,
    *,
    workers: Workers = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
) -> int:
    """
    Convert drafts or an archive to JSON lines or Parquet, with hashtags, lengths and languages worked out once.

    Example: govsocial convert archive.jsonl archive.parquet

    What cannot be read is left out, and told with its line. Parquet needs the extra 'audit'.

    Exit codes: 0 converted, 2 wrong use, or nothing could be read, 3 a plugin broke.
    """
    from govsocial.convert import convert as run  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech = reader(lang)
    setup = set_up(None, disable, no_plugins, speech)
    with ExitStack() as stack:
        result = run(
            source,
            target,
            setup.engine,
            setup.readers,
            workers=workers or os.cpu_count() or 1,
            started=tally(stack, _shown, speech, share=True),
        )
    complain(result.notes, speech)
    _tell(result, target, speech)
    return BROKEN if setup.problems else FINE


def _shown(entries: int) -> Text:
    """Return what is said while a conversion lasts."""
    return count("converting: {n} entry so far", "converting: {n} entries so far", n=entries)


def _tell(result: Told, target: Path, lang: str) -> None:
    complain(result.problems, lang)
    for kind, n in sorted(result.others.items()):
        tell(
            count(
                "{n} resource of type {type} is left out: a Parquet file holds posts; write .jsonl, or keep the file",
                "{n} resources of type {type} are left out: a Parquet file holds posts; write .jsonl, or keep the file",
                n=n,
                type=kind,
            ),
            lang,
        )
    if result.skipped:
        tell(count("{n} entry could not be read", "{n} entries could not be read", n=result.skipped), lang)
    written = count("{n} entry is now in {file}", "{n} entries are now in {file}", n=result.written, file=target)
    tell(written, lang)
