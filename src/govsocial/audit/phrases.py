"""The words of an audit's page, and how it writes rates, days and what is missing. Knows no tables and no HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from govsocial.messages import Text, count, number, say

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Final[Mapping[str, Text]] = {
    "title": say("What the audit found"),
    "contents": say("Contents"),
    "fixes": say("What to mend first"),
    "fixes_about": say("Of each rule the accounts that break it most. Notes are in the rates below."),
    "no_fixes": say("There are no errors and no warnings."),
    "who": say("Who breaks which rules"),
    "overview": say("Rates by institution, the highest rate of errors first; below each, of how many checks"),
    "matrix": say("The rules that are broken most, by institution; below each rate, of how many checks"),
    "trend": say("Month by month"),
    "trend_about": say("Share of the checks of each month that found a violation"),
    "no_trend": say("No month has enough checks to say something."),
    "rules": say("Rule by rule"),
    "by_account": say("By institution and account"),
    "in_figures": say("Rates by month"),
    "changed": say("A dashed line marks the day on which a value changed:"),
    "kept": say("Rules that nobody broke"),
    "silent": say("Rules that judged nothing"),
    "silent_about": say("They say nothing about whether the rule is kept."),
    "further": say("Further rules that were broken"),
    "unknown": say("What could not be judged"),
    "missing": say("What is missing"),
    "waived": say("What was waived"),
    "no_waived": say("No violation was waived."),
    "cost": say("What each rule cost"),
    "judged_by": say("By what was judged"),
    "outcomes": say("All outcomes"),
    "outcome": say("Outcome"),
    "meaning": say("Meaning"),
    "rule": say("Rule"),
    "account": say("Account"),
    "institution": say("Institution"),
    "violations": say("Violations"),
    "examples": say("Examples"),
    "rate": say("Rate"),
    "checks": say("Checks"),
    "share": say("Share"),
    "year": say("Year"),
    "not_judged": say("Could not be judged"),
    "waived_short": say("Waived"),
    "allowed": say("violations that were allowed for a time"),
    "seconds": say("Seconds"),
    "how": say("How"),
    "one_by_one": say("Checks one by one"),
    "why": say("Why"),
    "archive": say("Archive"),
    "rows": say("Rows"),
    "policy": say("Policy"),
    "version": say("Version"),
    "digest": say("Digest"),
    "plugins": say("Plugins"),
    "versions": say("Programs"),
    "selection": say("Selection"),
    "moment": say("Rules of which day"),
    "sign": say("The sign … stands for what differs from case to case."),
    "sound": say("No rule broke, no plugin was left out, and every entry could be read."),
    "attention": say("To be looked at first"),
}
SEVERITIES: Final[Mapping[str, Text]] = {"error": say("Errors"), "warning": say("Warnings"), "note": say("Notes")}
SEVERITY: Final[Mapping[str, Text]] = {"error": say("error"), "warning": say("warning"), "note": say("note")}
MEANINGS: Final[Mapping[str, Text]] = {
    "pass": say("the rule is kept"),
    "violation": say("the rule is broken"),
    "waived": say("the rule is broken, which was allowed for a time"),
    "superseded": say("the rule is broken, and another rule says so already"),
    "unknown": say("something is missing to judge by"),
    "error": say("the rule itself broke"),
    "not-applicable": say("the rule is not meant for it"),
    "open": say("a duty that nobody has attested"),
    "attested": say("a duty that somebody has attested"),
    "offered": say("an opportunity, or a place to stream"),
}
HOW: Final[Mapping[str, Text]] = {
    "columns": say("in columns"),
    "columns, then row by row": say("in columns, then row by row"),
    "one by one": say("one by one"),
}
_ABSENT: Final[Mapping[str, Text]] = {
    "post:*": say("posts that are referred to and not there"),
    "account:*": say("accounts that are referred to and not there"),
    "event:*": say("events that are referred to and not there"),
    "institution:*": say("institutions that are referred to and not there"),
}
_OPERATIONS: Final[Mapping[str, Text]] = {
    "": say("a reason that was not told"),
    "division by zero": say("a division by zero"),
    "integer overflow": say("a number that is too large"),
    "time out of range": say("a date out of range"),
    "duration out of range": say("a period that is too long"),
    "index out of range": say("a place behind the end of a list"),
}
_PATH: Final = re.compile(r"[a-z_]\w*(\[\])?(\.\w+(\[\])?)+")
_HIGH: Final = (0.0, 0.01, 0.05, 0.2)


def missing(what: str) -> Text:
    """Return what judgements wait for, in words."""
    if what in _ABSENT or what in _OPERATIONS:
        return _ABSENT.get(what) or _OPERATIONS[what]
    if what.startswith("param."):
        return say("the value of {name} on that day", name=what.removeprefix("param."))
    return say("the field {field}", field=what) if _PATH.fullmatch(what) else say("{reason}", reason=what)


def percent(rate: float, language: str) -> str:
    """Return *rate* in percent, with one decimal; a little is never nothing, and nearly all is never all."""
    value, sign = round(rate * 100, 1), ""
    if rate > 0 and value == 0:
        value, sign = 0.1, "< "
    if rate < 1 and value == 100:  # noqa: PLR2004 - percent
        value, sign = 99.9, "> "
    return f"{sign}{_decimals(value, 1, language)}{_percent(language)}"


def graduation(rate: float, language: str) -> str:
    """Return *rate* in percent as a scale has it, without needless decimals."""
    return f"{number(round(rate * 100, 3), language)}{_percent(language)}"


def _percent(language: str) -> str:
    return "%" if language in ("en", "nl") else "\N{NO-BREAK SPACE}%"


def _decimals(value: float, places: int, language: str) -> str:
    told = f"{value:.{places}f}"
    return told if language == "en" else told.replace(".", ",")


def level(rate: float) -> int:
    """Return how high *rate* is, from 0 (none) to 4."""
    return sum(rate > one for one in _HIGH)


def day(text: str) -> str:
    """Return a day or a month, such as ``2019-05-26``, as it is written in Belgium."""
    return "/".join(reversed(text[:10].split("-")))


def moment(summary: Mapping[str, Any]) -> Text:
    """Return by the rules of which day was judged."""
    if summary["as_of"]:
        return say("All is judged by the rules of {day}.", day=day(summary["as_of"]))
    if summary["as_of_field"]:
        return say("Each post is judged by the rules of the day in its field {field}.", field=summary["as_of_field"])
    return say("Each post is judged by the rules of its own day.")


def selection(chosen: Mapping[str, Any]) -> list[Text]:
    """Return what was chosen or left out by whoever asked for the audit."""
    lists = {
        "select": say("only the rules {names}", names=", ".join(chosen["select"])),
        "ignore": say("not the rules {names}", names=", ".join(chosen["ignore"])),
        "disable": say("without the plugins {names}", names=", ".join(chosen["disable"])),
    }
    told = [text for name, text in lists.items() if chosen[name]]
    told += [] if chosen["others"] else [say("without plugins of others")]
    copies = say("nearly equal posts of several institutions were taken for one information")
    return [*told, copies] if chosen["find_copies"] else told


def seconds(value: float, language: str) -> str:
    """Return a time in seconds, with two decimals."""
    return _decimals(value, 2, language)


def reading(minimum: int) -> Text:
    """Return how rates are to be read."""
    return say(
        "A check holds one rule against one resource. A rate says how many of the checks that came to an answer found"
        " a violation; what could not be judged does not count. Of fewer than {n} checks nothing is said.",
        n=minimum,
    )


def broken(n: int) -> Text:
    """Return that *n* rules broke."""
    return count(
        "{n} rule broke while it ran; what it judged is not known.",
        "{n} rules broke while they ran; what they judged is not known.",
        n=n,
    )


def violations(n: int, judged: int) -> Text:
    """Return how many violations were found, in how many checks."""
    checks = count("{n} check", "{n} checks", n=judged)
    return say("{violations} in {checks}", violations=count("{n} violation", "{n} violations", n=n), checks=checks)
