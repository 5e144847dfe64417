"""The tests that stand beside a rule: cases as values, and what came of each. Reads no files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, PolicyError, Problem, did_you_mean
from govsocial.judging import live_options
from govsocial.messages import Text, say
from govsocial.model import RESOURCES, Resource
from govsocial.policy.faults import problem_at
from govsocial.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.policy.faults import Path
    from govsocial.policy.schema import Item, Policy, Test
    from govsocial.policy.shapes import Words

PASSES: Final = {
    "rule": frozenset({"pass"}),
    "duty": frozenset({"open", "attested"}),
    "opportunity": frozenset({"offered"}),
    "live": frozenset({"offered"}),
}
FAILS: Final = {
    "rule": frozenset({"violation"}),
    "duty": frozenset({"violation"}),
    "opportunity": frozenset({"not-applicable"}),
    "live": frozenset({"not-applicable"}),
}
WITH_NETWORK: Final = ("post", "account")
SPEAKING: Final = frozenset({"violation", "superseded", "waived", "open", "attested", "unknown", "offered"})
"""The outcomes with which a rule says something."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    One test of one rule: *resources* by type, the first of type *on* being judged, and what is expected.

    Posts and accounts that name no network are on *network*, where it is empty on the first that there is.
    """

    rule: str
    on: str
    name: str
    path: Path
    network: str
    resources: Mapping[str, Sequence[Mapping[str, Any]]]
    outcomes: frozenset[str] = frozenset()
    as_of: datetime | None = None
    failed: tuple[int, ...] | None = None
    message: Words | None = None
    live: tuple[str, ...] | None = None


def cases(policy: Policy) -> tuple[Case, ...]:
    """
    Return the tests of *policy*, in the order in which they stand in its file.

    Raises:
        PolicyError: where a resource in one of them cannot be read, with all that is wrong.
    """
    found = tuple(case for table, number, item in policy.document.items() for case in _of(policy, table, number, item))
    problems = [problem for case in found for problem in _unreadable(case, policy)]
    if problems:
        raise PolicyError(problems)
    return found


def all_cases(policies: Iterable[Policy]) -> tuple[tuple[Policy, Case], ...]:
    """
    Return the tests of *policies*, each with the policy that it stands in.

    Raises:
        PolicyError: where a resource in one of them cannot be read, with all that is wrong in all of them.
    """
    found: list[tuple[Policy, Case]] = []
    problems: list[Problem] = []
    for policy in policies:
        try:
            found += [(policy, case) for case in cases(policy)]
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    return tuple(found)


def _of(policy: Policy, table: str, number: int, item: Item) -> Iterator[Case]:
    defaults = policy.document.defaults
    networks = item.networks if item.networks is not None else defaults.networks
    start = Case(
        f"{policy.id}/{item.id}", item.on or defaults.on, "", (table, number), networks[0] if networks else "", {}
    )
    for key, outcomes in (("passes", PASSES[table]), ("fails", FAILS[table])):
        for place, given in enumerate(getattr(item, key)):
            data = {"text": given} if isinstance(given, str) else given
            path = (*start.path, key, place)
            yield replace(start, name=f"{key} {place + 1}", path=path, resources={start.on: [data]}, outcomes=outcomes)
    for place, test in enumerate(item.test):
        yield _long(start, test, place)


def _long(start: Case, test: Test, place: int) -> Case:
    return replace(
        start,
        name=test.name or f"test {place + 1}",
        path=(*start.path, "test", place),
        resources={kind: tables for kind in RESOURCES if (tables := getattr(test, kind))},
        outcomes=frozenset({test.expect} if test.expect else ()),
        as_of=test.as_of,
        failed=test.clauses,
        message=test.message,
        live=test.live,
    )


def _unreadable(case: Case, policy: Policy) -> Iterator[Problem]:
    """Yield what is wrong with the resources of *case*, each with its place in the file."""
    for kind, number, data in _tables(case):
        try:
            RESOURCES[kind].parse(_with_network(kind, data, "any"))
        except InputError as error:
            where = case.path if "test" not in case.path else (*case.path, kind)
            inside = (number,) if len(case.resources[kind]) > 1 else ()
            for one in error.problems:
                yield problem_at(policy, (*where, *inside, *_parts(one.path)), one.text, case.rule)


def _parts(path: str) -> Path:
    """Return the parts of a path such as ``media[0].alt``."""
    return tuple(int(index) if index else name for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path))


def _tables(case: Case) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    return ((kind, number, data) for kind, tables in case.resources.items() for number, data in enumerate(tables))


def run(case: Case, engine: Engine) -> Text | None:
    """Return why *case* fails on *engine*, None where it passes."""
    if not case.resources.get(case.on):
        return say("the test has no {kind}, which is what the rule judges", kind=case.on)
    try:
        findings = findings_of(case, engine)
    except InputError as error:
        return say("{problem}", problem="; ".join(problem.render() for problem in error.problems))
    finding = next((one for one in findings if one.rule == case.rule), None)
    return next((fault for fault in _faults(case, finding, findings) if fault is not None), None)


def findings_of(case: Case, engine: Engine) -> tuple[Finding, ...]:
    """
    Return what all rules of *engine* say of the resource that *case* is about.

    Raises:
        InputError: where its resources cannot stand beside one another.
    """
    workspace = _workspace(case, engine)
    return engine.verdicts(getattr(workspace, f"{case.on}s")[0], workspace, case.as_of)


def _workspace(case: Case, engine: Engine) -> Workspace:
    network = case.network or min(engine.networks.by_id, default="facebook")
    made: dict[str, list[Resource]] = {}
    for kind, _, data in _tables(case):
        made.setdefault(kind, []).append(RESOURCES[kind].parse(_with_network(kind, data, network)))
    return Workspace(**{f"{kind}s": tuple(items) for kind, items in made.items()})  # type: ignore[arg-type]


def _with_network(kind: str, data: Mapping[str, Any], network: str) -> Mapping[str, Any]:
    return {"network": network} | dict(data) if kind in WITH_NETWORK else data


def _faults(case: Case, finding: Finding | None, findings: Sequence[Finding]) -> Iterator[Text | None]:
    outcome = finding.outcome if finding else "not-applicable"
    if case.outcomes and outcome not in case.outcomes:
        missing = f" ({', '.join(finding.missing)})" if finding and finding.missing else ""
        yield say(
            "expected {expected}, found {found}", expected=" / ".join(sorted(case.outcomes)), found=outcome + missing
        )
    if case.failed is not None:
        yield _failed_clauses(case.failed, finding)
    if case.message is not None:
        yield _message(case.message, finding)
    if case.live is not None:
        yield _live(case.live, findings)


def _failed_clauses(expected: tuple[int, ...], finding: Finding | None) -> Text | None:
    clauses = finding.clauses()[len(finding.compiled.when) :] if finding else ()
    failed = tuple(number for number, clause in enumerate(clauses, 1) if clause.outcome == "fail")
    if failed == expected:
        return None
    return say("expected the clauses {expected} to fail, found {found}", expected=list(expected), found=list(failed))


def _message(expected: Words, finding: Finding | None) -> Text | None:
    for language, wanted in expected.items():
        message = finding.message(language) if finding and finding.outcome in SPEAKING else ""
        if wanted.other not in message:
            return say("expected the message '{expected}', found '{found}'", expected=wanted.other, found=message)
    return None


def _live(expected: tuple[str, ...], findings: Sequence[Finding]) -> Text | None:
    known = {name for one in findings if one.effect == "live" for name in _names(one)}
    if known and (strange := next((name for name in expected if name not in known), None)):
        hint = did_you_mean(strange, known)
        return say("there is no live platform '{name}' for this event{hint}", name=strange, hint=hint)
    options = live_options(findings)
    names = [_names(one.finding) for one in options]
    if len(names) == len(expected) and all(name in own for name, own in zip(expected, names, strict=True)):
        return None
    found = ", ".join(one.finding.rule for one in options)
    return say("expected the live platforms {expected}, found {found}", expected=", ".join(expected), found=found)


def _names(option: Finding) -> frozenset[str]:
    """Return how a test may call a live option: by its platform, or by its id in full or in short."""
    return frozenset({option.compiled.platform, option.rule, option.rule.partition("/")[2]})
