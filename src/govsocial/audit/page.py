"""The summary of an audit as one HTML page to read and to print: no script, nothing from elsewhere. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govsocial.audit import phrases
from govsocial.audit.cards import cards, of_severities
from govsocial.audit.fixes import fixes
from govsocial.audit.phrases import SEVERITIES, WORDS
from govsocial.audit.speech import Speech
from govsocial.authoring.templates import fill
from govsocial.messages import count, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from govsocial.messages import Text

    Row = dict[str, Any]

MOST_INSTITUTIONS: Final = 40
MOST_COLUMNS: Final = 8
MOST_CARDS: Final = 24
MOST_NAMES: Final = 3
MOST_SKIPPED: Final = 20
MOST_LINES: Final = 40


def render(summary: Row, manifest: Mapping[str, Any], language: str) -> str:
    """Return the page of *summary* in *language*; *manifest* says what rules cost, and which programs ran."""
    speech = Speech(language, {one["id"]: one for one in summary["rules"]})
    words = {name: speech.words(text) for name, text in WORDS.items()}
    return fill(
        "audit.html",
        language=language,
        words=words,
        head=_head(summary, speech),
        alerts=_alerts(summary, speech),
        tiles=_tiles(summary, speech),
        fixes=fixes(summary, speech),
        overview=_overview(summary, speech),
        matrix=_matrix(summary, speech),
        trend=of_severities(summary, speech),
        rules=cards(summary, speech, MOST_CARDS, MOST_LINES),
        unknown=_unknown(summary, speech),
        waived=_waived(summary, speech),
        pace=_pace(manifest["run"], speech),
        costs=_costs(manifest, speech),
        about=_about(summary, manifest, speech),
        outcomes=_outcomes(summary, speech),
        foot=speech.words(_foot(manifest)),
    )


def _foot(manifest: Mapping[str, Any]) -> Text:
    version = manifest["versions"]["govsocial"]
    return say("Made by govsocial {version}. All figures are in summary.json.", version=version)


def _head(summary: Row, speech: Speech) -> list[str]:
    period = summary["period"]
    names = ", ".join(one["name"] for one in summary["sources"][:MOST_NAMES])
    lines = [count("{n} resource was judged.", "{n} resources were judged.", n=summary["judged"])]
    if period["first"]:
        first, last = (phrases.day(period[name]) for name in ("first", "last"))
        lines.append(say("They are dated from {first} to {last}.", first=first, last=last))
    lines.append(phrases.moment(summary))
    archive = speech.words(say("Archive: {names}", names=names))
    return [
        f"{archive} {speech.more(len(summary['sources']) - MOST_NAMES)}".rstrip(),
        " ".join(speech.words(one) for one in lines),
        speech.words(phrases.reading(summary["minimum"])),
    ]


def _alerts(summary: Row, speech: Speech) -> list[Row]:
    """Return what went wrong with the audit itself, with details."""
    refused = [one for one in summary["plugins"] if one["status"] == "refused"]
    skipped = summary["skipped"]
    found: list[tuple[Text, list[str], int]] = []
    if summary["errors"]:
        text = phrases.broken(len(summary["errors"]))
        found.append((text, [f"{one['rule']}: {speech.number(one['n'])}" for one in summary["errors"]], 0))
    if refused:
        text = count("{n} plugin was left out.", "{n} plugins were left out.", n=len(refused))
        names = [f"{one['name']} {one['version']}: {one['reason'].get(speech.language, '')}" for one in refused]
        found.append((text, names, 0))
    if skipped["n"]:
        text = count(
            "{n} entry could not be read, and was not judged.",
            "{n} entries could not be read, and were not judged.",
            n=skipped["n"],
        )
        first = [_skipped(one, speech) for one in skipped["first"][:MOST_SKIPPED]]
        found.append((text, first, skipped["n"] - len(first)))
    return [{"text": speech.words(text), "details": told, "more": speech.more(more)} for text, told, more in found]


def _skipped(entry: Row, speech: Speech) -> str:
    place = ":".join(str(part) for part in (entry["file"], entry["line"]) if part)
    reason = entry.get("reasons", {}).get(speech.language, entry["reason"])
    return f"{place}: {reason}"


def _tiles(summary: Row, speech: Speech) -> list[Row]:
    tiles = [
        {
            "name": speech.words(SEVERITIES[one["severity"]]),
            "figure": speech.rate(one)["text"],
            "below": speech.words(phrases.violations(one["violations"], one["judged"])),
            "kind": one["severity"],
        }
        for one in summary["severities"]
    ]
    unknown, waived = summary["unknown"], summary["counts"].get("waived", 0)
    below = say("{n} of {all} checks", n=unknown["n"], all=unknown["applicable"])
    tiles.append({"name": speech.words(WORDS["not_judged"]), "figure": speech.percent(unknown["share"]),
                  "below": speech.words(below), "kind": "unknown"})  # fmt: skip
    tiles.append({"name": speech.words(WORDS["waived_short"]), "figure": speech.number(waived),
                  "below": speech.words(WORDS["allowed"]), "kind": "waived"})  # fmt: skip
    return tiles


def _overview(summary: Row, speech: Speech) -> Row:
    """Return the rates of each institution by severity, the worst first, and what could not be judged."""
    groups: dict[str, dict[str, Row]] = {}
    for one in summary["institutions"]:
        groups.setdefault(one["institution"], {})[one["severity"]] = one
    order = sorted(groups, key=lambda name: (*(-_height(groups[name].get(one)) for one in SEVERITIES), name))
    rows = [
        {
            "name": speech.institution(name),
            "rates": [speech.rate(groups[name].get(severity)) for severity in SEVERITIES],
            "unknown": _unjudged(groups[name].values(), speech),
        }
        for name in order[:MOST_INSTITUTIONS]
    ]
    heads = [speech.words(text) for text in SEVERITIES.values()]
    return {"heads": heads, "rows": rows, "more": speech.more(len(order) - len(rows))}


def _height(row: Row | None) -> float:
    return -1.0 if row is None or row["rate"] is None else row["rate"]


def _unjudged(rows: Iterable[Row], speech: Speech) -> str:
    every = list(rows)
    unknown, applicable = (sum(one[name] for one in every) for name in ("unknown", "applicable"))
    return speech.percent(unknown / applicable) if applicable else "–"


def _matrix(summary: Row, speech: Speech) -> Row:
    """Return the rates of the rules that are broken most, an institution a row, in the order of the names."""
    broken = sorted((one for one in summary["rules"] if one["violations"]), key=lambda one: -one["violations"])
    columns = [one["id"] for one in broken[:MOST_COLUMNS]]
    known = {(one["institution"], one["rule"]): one for one in summary["rates"]["institutions"]}
    names = sorted({name for name, _ in known})
    rows = [
        {"name": speech.institution(name), "rates": [speech.rate(known.get((name, rule))) for rule in columns]}
        for name in names[:MOST_INSTITUTIONS]
    ]
    more = speech.more(len(names) - len(rows))
    return {"columns": [speech.rule(one) for one in columns], "rows": rows, "more": more}


def _unknown(summary: Row, speech: Speech) -> Row:
    unknown = summary["unknown"]
    text = say("{n} of {all} checks ({share}) came to no answer: nobody knows whether these rules were kept.",
               n=unknown["n"], all=unknown["applicable"], share=speech.percent(unknown["share"]))  # fmt: skip
    rows = [
        {
            "what": speech.words(phrases.missing(one["missing"])),
            "names": [name.partition(":")[2] for name in one["absent"]["first"]],
            "more": speech.more(one["absent"]["n"] - len(one["absent"]["first"])),
            "n": speech.number(one["n"]),
            "share": speech.percent(one["share"]),
            "rules": [f"{rule['rule']} ({speech.percent(rule['share'])})" for rule in one["rules"][:3]],
            "more_rules": speech.more(len(one["rules"]) - 3),
        }
        for one in unknown["missing"]
    ]
    return {"text": speech.words(text), "rows": rows[:MOST_LINES], "more": speech.more(len(rows) - MOST_LINES)}


def _waived(summary: Row, speech: Speech) -> Row:
    rows = [
        {
            "rule": speech.rule(one["rule"]),
            "institution": speech.institution(one["institution"]),
            "n": speech.number(one["n"]),
        }
        for one in summary["waived"]
    ]
    return {"rows": rows[:MOST_LINES], "more": speech.more(len(rows) - MOST_LINES)}


def _pace(run: Mapping[str, Any], speech: Speech) -> str:
    """Return how fast the run was that ended the audit, and what memory it took where that is known."""
    seconds = phrases.seconds(run["seconds"], speech.language)
    found = [
        say("{n} rows in {seconds} s: {rate} a second.", n=run["rows"], seconds=seconds, rate=run["rows_per_second"])
    ]
    if run["memory_mb"]:
        found.append(say("The largest process had {n} MB at most.", n=run["memory_mb"]))
    return " ".join(map(speech.words, found))


def _costs(manifest: Mapping[str, Any], speech: Speech) -> list[Row]:
    """Return what each rule took, the most first."""
    return [
        {
            "rule": one["rule"],
            "seconds": phrases.seconds(one["seconds"], speech.language),
            "how": speech.words(phrases.HOW[one["how"]]),
            "rows": speech.number(one["rows_by_closures"]),
            "why": one["why"] if one["how"] != "one by one" else "",
        }
        for one in sorted(manifest["rules"], key=lambda one: (-one["seconds"], one["rule"]))
    ]


def _about(summary: Row, manifest: Mapping[str, Any], speech: Speech) -> Row:
    sources = [{"name": one["name"], "rows": speech.number(one["rows"])} for one in summary["sources"]]
    policies = [{**one, "title": one["title"].get(speech.language, "")} for one in summary["policies"]]
    worded = say("The texts of rules have the values of {day}.", day=phrases.day(summary["day"]))
    return {
        "sources": sources[:MOST_LINES],
        "more_sources": speech.more(len(sources) - MOST_LINES),
        "policies": policies,
        "plugins": [_plugin(one) for one in summary["plugins"]],
        "versions": [f"{name} {edition}" for name, edition in sorted(manifest["versions"].items())],
        "moment": [speech.words(one) for one in (phrases.moment(summary), worded, WORDS["sign"])],
        "selection": [speech.words(one) for one in phrases.selection(summary["selection"])],
    }


def _plugin(one: Row) -> str:
    name = f"{one['name']} {one['version']}".rstrip()
    return name if one["status"] == "active" else f"{name} ({one['status']})"


def _outcomes(summary: Row, speech: Speech) -> list[Row]:
    """Return each outcome that was met, the commonest first."""
    return [
        {"name": name, "meaning": speech.words(phrases.MEANINGS[name]), "n": speech.number(n)}
        for name, n in sorted(summary["counts"].items(), key=lambda one: (-one[1], one[0]))
    ]
