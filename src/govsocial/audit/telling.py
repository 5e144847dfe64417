"""The summary of an audit in a few lines for a terminal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.audit import phrases
from govsocial.audit.manifest import FINDINGS, PAGE
from govsocial.messages import count, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from govsocial.messages import Text

    Row = Mapping[str, Any]

MOST_FIXES: Final = 3


def lines(summary: Row, out: Path, language: str) -> Iterator[Text]:
    """Yield how much was judged, what was broken by severity, what is not known, what to mend first, where it lies."""
    yield count("{n} resource was judged.", "{n} resources were judged.", n=summary["judged"])
    yield from (_severity(one, language) for one in summary["severities"] if one["judged"])
    if any(one["violations"] for one in summary["severities"] if one["severity"] == "note"):
        yield say("Notes are counted, not listed.")
    if summary["errors"]:
        yield phrases.broken(len(summary["errors"]))
    if summary["unknown"]["n"]:
        yield _unknown(summary["unknown"], language)
    if summary["fixes"]["first"]:
        yield say("To mend first:")
        yield from map(_fix, summary["fixes"]["first"][:MOST_FIXES])
    yield say("All of it is in {page}; the findings are in {folder}.", page=out / PAGE, folder=out / FINDINGS)


def _severity(one: Row, language: str) -> Text:
    found = phrases.violations(one["violations"], one["judged"])
    if one["rate"] is None:
        return say("{severity}: {found}", severity=phrases.SEVERITIES[one["severity"]], found=found)
    rate = phrases.percent(one["rate"], language)
    return say("{severity}: {found} ({rate})", severity=phrases.SEVERITIES[one["severity"]], found=found, rate=rate)


def _unknown(unknown: Row, language: str) -> Text:
    return count(
        "{n} check came to no answer ({share}), most often for want of this: {missing}.",
        "{n} checks came to no answer ({share}), most often for want of this: {missing}.",
        n=unknown["n"],
        share=phrases.percent(unknown["share"], language),
        missing=phrases.missing(unknown["missing"][0]["missing"]),
    )


def _fix(one: Row) -> Text:
    who = " – ".join(name for name in (one["account"], one["institution"]) if name) or say("no institution")
    return count(
        "  {rule}, {who}: {n} violation",
        "  {rule}, {who}: {n} violations",
        n=one["violations"],
        rule=one["rule"],
        who=who,
    )
