"""What the page of an audit says of what to mend first: rules, and the accounts that break each most. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.messages import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.audit.speech import Speech
    from govsocial.messages import Text

    Row = dict[str, Any]

MOST: Final = 25
"""How many fixes the page tells."""
WEB: Final = ("https://", "http://")
"""What an address begins with that the page links to: an archive may hold others, which could run something."""


def fixes(summary: Row, speech: Speech) -> Row:
    """Return the biggest fixes by rule, the rule that is broken most first, and what they would come to."""
    told = summary["fixes"]
    first = told["first"][:MOST]
    groups: dict[str, list[Row]] = {}
    for one in first:
        groups.setdefault(one["rule"], []).append(one)
    totals = {one["id"]: one["violations"] for one in summary["rules"]}
    order = sorted(groups, key=lambda name: (-totals[name], name))
    return {
        "groups": [_group(name, groups[name], totals[name], told, speech) for name in order],
        "together": speech.words(_together(first, told["violations"], speech)) if first else "",
        "more": speech.more(told["n"] - len(first)),
    }


def _together(first: Sequence[Row], total: int, speech: Speech) -> Text:
    return count(
        "The {n} fix below would remove {share} of all errors and warnings.",
        "The {n} fixes below would together remove {share} of all errors and warnings.",
        n=len(first),
        share=speech.percent(sum(one["violations"] for one in first) / total),
    )


def _group(name: str, rows: Sequence[Row], total: int, told: Row, speech: Speech) -> Row:
    """Return a rule, how often it was broken by whomever, and the accounts that broke it most."""
    highest = max(one["violations"] for one in told["first"])
    return {
        "rule": speech.rule(name),
        "violations": speech.number(total),
        "share": speech.percent(total / told["violations"]),
        "rows": [_fix(one, highest, speech) for one in rows],
    }


def _fix(one: Row, highest: int, speech: Speech) -> Row:
    return {
        "account": one["account"],
        "institution": speech.institution(one["institution"]),
        "violations": speech.number(one["violations"]),
        "share": speech.percent(one["share"]),
        "width": round(100 * one["violations"] / highest, 1),
        "examples": [_example(each) for each in one["examples"]],
    }


def _example(one: Row) -> Row:
    address = one["url"] or ""
    return {"name": one["id"] or "?", "address": address if address.casefold().startswith(WEB) else ""}
