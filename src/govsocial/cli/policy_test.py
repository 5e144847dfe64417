"""``govsocial policy test``: the tests that stand beside rules, what they reach, and whether they notice a change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import set_up
from govsocial.cli.progress import progress
from govsocial.cli.shell import BROKEN, FINE, FOUND, NOTHING, complain, reader, show, tell
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from govsocial.authoring.tests import Case
    from govsocial.defaults import Setup
    from govsocial.policy.schema import Policy

    Cases = Sequence[tuple[Policy, Case]]

Word = Annotated[str, typer.Option("-k", metavar="WORD", help="Only the tests whose rule or name has this word in it.")]
Coverage = Annotated[bool, typer.Option("--coverage", help="Say which outcomes and clauses the tests reach.")]
Threshold = Annotated[
    int | None,
    typer.Option("--threshold", metavar="PERCENT", min=0, max=100, help="Fail where less than this is reached."),
]
Mutate = Annotated[
    bool, typer.Option("--mutate", help="Change the policy in many places, and say which changes no test notices.")
]


def run_tests(
    paths: opt.PolicyPaths = None,
    *,
    word: Word = "",
    coverage: Coverage = False,
    threshold: Threshold = None,
    mutate: Mutate = False,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
) -> int:
    """
    Run the tests that stand beside the rules.

    Example: govsocial policy test house.toml --coverage --mutate
    """
    from govsocial.authoring.tests import all_cases  # noqa: PLC0415 - imported when needed, so that --help stays quick

    speech = reader(lang)
    setup = set_up(None, disable, no_plugins, speech)
    tested = _under_test(paths, setup, speech)
    if not tested.policies:
        return _nothing(say("there is no policy in {paths}", paths=", ".join(map(str, paths or ()))), speech)
    chosen = [(policy, case) for policy, case in all_cases(tested.policies) if _has(case, word)]
    if word and not chosen:
        return _nothing(say("no test has '{word}' in its name or that of its rule", word=word), speech)
    fine = passed = _run(chosen, tested, speech)
    if coverage or threshold is not None:
        fine &= _cover(chosen, tested, word, threshold or 0, speech)
    if mutate and passed:
        fine &= _mutate({case.rule for _, case in chosen} if word else None, tested, speech)
    elif mutate:
        tell(say("no change is tried while a test fails"), speech)
    return BROKEN if setup.problems else FINE if fine else FOUND


def _under_test(paths: Sequence[Path] | None, setup: Setup, language: str) -> Setup:
    """Return the policies to test, in an engine in which they stand for those with the same id."""
    from govsocial.defaults import under_test  # noqa: PLC0415

    if not paths:
        return setup
    tested = under_test(paths, setup)
    complain(tested.notes, language)
    return tested


def _nothing(text: Text, language: str) -> int:
    tell(text, language)
    return NOTHING


def _has(case: Case, word: str) -> bool:
    return word.casefold() in f"{case.rule} {case.name}".casefold()


def _write(lines: Iterator[str]) -> None:
    show("".join(f"{line}\n" for line in lines))


def _run(chosen: Cases, tested: Setup, language: str) -> bool:
    """Run the tests, tell which failed, and return whether none did."""
    from govsocial.authoring.tests import run  # noqa: PLC0415
    from govsocial.outputs.policy_tests import failures  # noqa: PLC0415

    found = [(policy, case, fault) for policy, case in chosen if (fault := run(case, tested.engine))]
    _write(failures(found, len(chosen), language))
    return not found


def _cover(chosen: Cases, tested: Setup, word: str, threshold: int, language: str) -> bool:
    """Tell what the tests reach of their rules, and return whether that is *threshold* percent."""
    from govsocial.authoring.coverage import coverage, percent  # noqa: PLC0415
    from govsocial.outputs.policy_tests import coverage as told  # noqa: PLC0415

    ids, named = {policy.id for policy in tested.policies}, {case.rule for _, case in chosen}
    rules = [rule for one in tested.engine.policies.policies if one.id in ids for rule in one.rules]
    found = coverage(
        [rule for rule in rules if not word or rule.id in named], [case for _, case in chosen], tested.engine
    )
    _write(told(found, language))
    return percent(found) >= threshold


def _mutate(rules: Collection[str] | None, tested: Setup, language: str) -> bool:
    """Tell which changes to the policies no test notices, and return whether each is noticed or explained."""
    from govsocial.authoring.anatomy import bodies  # noqa: PLC0415
    from govsocial.authoring.mutation import trial  # noqa: PLC0415
    from govsocial.outputs.policy_tests import mutation  # noqa: PLC0415

    with progress(say("changing").render(language)) as done:
        ids = [policy.id for policy in tested.policies]
        trials = [trial(body, tested.engine, rules, done) for body in bodies(tested.engine.policies, ids)]
    _write(mutation(trials, language))
    return all(one.clean for one in trials)
