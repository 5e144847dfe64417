"""What the author of a policy may want to mend though it can be used: each remark with its place. Judges nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from govsocial.authoring.clauses import in_clauses
from govsocial.authoring.remarks import Remark, Spot, remark
from govsocial.authoring.tests import Case, cases
from govsocial.messages import Text, say
from govsocial.policy.message import pieces
from govsocial.validation import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from govsocial.authoring.anatomy import Anatomy, Body
    from govsocial.networks import Networks
    from govsocial.policy.faults import Path
    from govsocial.policy.period import Period
    from govsocial.policy.rules import Rule
    from govsocial.policy.schema import Item
    from govsocial.policy.shapes import Words

FIRING: Final = frozenset({"violation", "open", "offered"})
SILENT: Final = frozenset({"pass", "not-applicable", "attested", "superseded", "waived"})
"""The outcomes with which a rule has nothing to say, or is not heard."""
_NAMED: Final = re.compile(r"\b((?:param|fact)\.[a-z][a-z0-9_]*)")
_DAYS: Final = ("published_at", "scheduled_at", "starts_at", "date")


def lint(body: Body, networks: Networks, as_of: datetime) -> tuple[Remark, ...]:
    """
    Return what there is to say of a policy, in the order of its file; *as_of* is the day by which something has ended.

    Raises:
        PolicyError: where a case beside a rule cannot be read.
    """
    found = cases(body.policy.written)
    every = dict.fromkeys((
        *(one for rule in body.rules for one in _untested(body, rule, found)),
        *_unused(body),
        *_unsourced(body),
        *(one for path, rule, words in _texts(body) for one in _in_words(body, path, rule, words)),
        *_periods(body, found, as_of),
        *(Remark("unknown-network", note) for note in body.policy.notes),
        *in_clauses(body, networks),
    ))  # fmt: skip
    return tuple(sorted(every, key=lambda one: (one.problem.line or 0, one.problem.column or 0)))


def _untested(body: Body, one: Anatomy, found: Sequence[Case]) -> Iterator[Remark]:
    own = [case for case in found if case.rule == one.rule.id]
    if not any(case.outcomes & FIRING or case.message or case.failed or case.live for case in own):
        text = say("no case shows this rule speaking; add one")
        yield remark(body, "no-firing-case", Spot((*one.path, "id"), one.rule.id), text)
    if _may_be_silent(one.rule) and not any(case.outcomes & SILENT or case.failed == () for case in own):
        text = say("no case shows this rule silent; add one")
        yield remark(body, "no-silent-case", Spot((*one.path, "id"), one.rule.id), text)


def _may_be_silent(rule: Rule) -> bool:
    return bool(rule.effect in ("violation", "duty") or rule.when or rule.kinds or rule.networks or rule.valid)


def _unused(body: Body) -> Iterator[Remark]:
    document = body.policy.written.document
    used = _reached(_read(body), {f"fact.{name}": _NAMED.findall(text) for name, text in document.fact.items()})
    for kind, names in (("param", document.param), ("fact", document.fact)):
        for name in names:
            if f"{kind}.{name}" not in used:
                yield remark(body, f"unused-{kind}", Spot((kind, name)), say("no rule uses it; take it out"))


def _read(body: Body) -> set[str]:
    """Return the params and facts that rules, their words and the waivers name."""
    document = body.policy.written.document
    texts = [text for one in document.waiver for text in one.match]
    for _, _, item in document.items():
        texts += [*item.when, *getattr(item, "require", ()), *getattr(item, "eligible", ())]
        texts += [getattr(item, "reach", ""), item.plural or ""]
        texts += [form for words in (item.message, item.help) for form in _forms(words)]
    return {name for text in texts for name in _NAMED.findall(text)}


def _forms(words: Words | None) -> Iterator[str]:
    for text in (words or {}).values():
        yield from (text.one, text.other)


def _reached(names: Iterable[str], needs: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found


def _unsourced(body: Body) -> Iterator[Remark]:
    for one in body.rules:
        if one.rule.source is None:
            text = say('no source says where this norm comes from; add source = {{ ref = "…", at = "…" }}')
            yield remark(body, "missing-source", Spot((*one.path, "id"), one.rule.id), text)
    for name, param in body.policy.written.document.param.items():
        for number, value in enumerate(param.values):
            if value.source is None and param.source is None:
                text = say("no source says where this value comes from; add one")
                yield remark(body, "missing-source", Spot(("param", name, "values", number)), text)


def _texts(body: Body) -> Iterator[tuple[Path, str, Words]]:
    """Yield the texts of the policy, each with its path and the rule that it belongs to."""
    document = body.policy.written.document
    found: list[tuple[Path, str, Words | None]] = [(("policy", "title"), "", document.policy.title)]
    found += [(("param", name, "title"), "", param.title) for name, param in document.param.items()]
    for table, number, item in document.items():
        found += [((table, number, key), _name(body, item), getattr(item, key)) for key in ("message", "help")]
    for number, override in enumerate(document.override):
        found += [(("override", number, key), "", getattr(override, key)) for key in ("message", "reason")]
    found += [(("waiver", number, "reason"), "", waiver.reason) for number, waiver in enumerate(document.waiver)]
    yield from ((path, rule, words) for path, rule, words in found if words)


def _name(body: Body, item: Item) -> str:
    return f"{body.policy.id}/{item.id}"


def _in_words(body: Body, path: Path, rule: str, words: Words) -> Iterator[Remark]:
    first = body.policy.languages[0]
    missing = [one for one in body.policy.languages if one not in words and not (one == first and "" in words)]
    if missing:
        text = say("the text is missing in: {languages}", languages=", ".join(missing))
        yield remark(body, "missing-language", Spot(path, rule), text)
    places = {language: _placeholders(text.other) for language, text in words.items()}
    every = frozenset().union(*places.values())
    for language, own in places.items():
        if lacking := ", ".join(f"{{{name}}}" for name in sorted(every - own)):
            told = say("in '{language}' the form 'other' lacks {names}", language=language or first, names=lacking)
            spot = Spot((*path, language) if language else path, rule)
            yield remark(body, "differing-placeholders", spot, told)


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name in pieces(text) if name is not None)


def _periods(body: Body, found: Sequence[Case], as_of: datetime) -> Iterator[Remark]:
    policy = body.policy
    if _ended(policy.valid, as_of) and not _shown(policy.valid, found):
        yield _expired(body, "expired-policy", Spot(("policy", "valid")), policy.valid)
    for one in body.rules:
        valid = one.rule.valid
        if valid is None:
            continue
        if not policy.valid.overlaps(valid):
            text = say("this rule is never in force: its policy is not in that period")
            yield remark(body, "never-applies", Spot((*one.path, "valid"), one.rule.id), text)
        elif _ended(valid, as_of) and not _shown(valid, [case for case in found if case.rule == one.rule.id]):
            yield _expired(body, "expired-rule", Spot((*one.path, "valid"), one.rule.id), valid)
    for number, waiver in enumerate(policy.written.document.waiver):
        period = waiver.period(policy.zone)
        if _ended(period, as_of):
            spot = Spot(("waiver", number, "until"), f"{policy.id}/{waiver.id}")
            yield _expired(body, "expired-waiver", spot, period)


def _ended(period: Period, as_of: datetime) -> bool:
    return period.until is not None and period.until <= as_of


def _shown(period: Period, found: Iterable[Case]) -> bool:
    """Whether a case is of that *period*: then what has ended is kept for posts of old."""
    return any(day is not None and period.holds(day) for day in map(_day, found))


def _day(case: Case) -> datetime | None:
    """Return the day by which *case* is judged, None where that is today."""
    resource = next(iter(case.resources.get(case.on, ())), {})
    given = case.as_of or next((value for key in _DAYS if (value := resource.get(key))), None)
    return moment(given) if given else None  # type: ignore[return-value]  # its cases could be read


def _expired(body: Body, code: str, spot: Spot, period: Period) -> Remark:
    day = f"{period.until:%d/%m/%Y}"
    keep = (
        Text("", {}) if code == "expired-waiver" else say(", or add a case of that time where it is kept for old posts")
    )
    return remark(body, code, spot, say("it ended on {day}; take it out{keep}", day=day, keep=keep))
