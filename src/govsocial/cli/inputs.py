"""From options to what a command works on: an engine, resources, a moment. Says on stderr what a person should know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from govsocial.cli.progress import progress
from govsocial.cli.shell import complain, settled, split, tell, wrong
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from datetime import datetime

    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.model import Resource
    from govsocial.networks import Networks
    from govsocial.readers import Input


def set_up(
    policies: Sequence[Path] | None, disable: Sequence[str] | None, no_plugins: bool, lang: str, detector: str = ""
) -> Setup:
    """Return the engine and its parts; refused plugins and inactive rules are named on stderr."""
    from govsocial.defaults import assemble  # noqa: PLC0415 - imported when needed, so that --help stays quick

    setup = assemble(tuple(policies or ()), split(disable or ()), others=not no_plugins)
    settled()
    complain((*setup.problems, *setup.notes), lang)
    return _detecting(setup, detector) if detector else setup


def _detecting(setup: Setup, detector: str) -> Setup:
    from govsocial.language import detecting  # noqa: PLC0415

    return replace(setup, engine=replace(setup.engine, detect=detecting(detector)))


def read(
    paths: Sequence[str] | None, text: str | None, network: str, language: str, setup: Setup, *, lang: str
) -> Input:
    """
    Return what is to be judged: a *text* given on the command line, or what lies in *paths*.

    Says on stderr what a person should know of it; once for each network that nobody provides.

    Raises:
        InputError: with all that is wrong with the drafts.
    """
    with progress(say("reading").render(lang)):
        given = _given(paths, text, network, language, setup)
    complain(given.notes, lang)
    _strange_networks(given.judged, setup.engine.networks, lang)
    return given


def _given(paths: Sequence[str] | None, text: str | None, network: str, language: str, setup: Setup) -> Input:
    from govsocial import readers  # noqa: PLC0415 - imported when needed, so that --help stays quick

    if text is not None and paths:
        raise wrong("--text", say("give a text or files, not both"))
    if text is not None and not network:
        raise wrong("--text", say("say for which network it is, such as --network facebook"))
    if text is not None:
        return readers.read_text(text, network=network, language=language)
    if not paths:
        raise wrong("", say("give a file or a folder to judge, or a text with --text and --network"))
    return readers.read(paths, network=network, language=language, extra=setup.readers)


def _strange_networks(resources: Iterable[Resource], networks: Networks, lang: str) -> None:
    for name in sorted({name for one in resources if (name := getattr(one, "network", ""))}):
        if networks.resolve(name) not in networks.by_id:
            hint = did_you_mean(name, networks.by_name)
            tell(
                say("nobody provides the network '{name}', so only general rules apply{hint}", name=name, hint=hint),
                lang,
            )


def selected(engine: Engine, select: Sequence[str] | None, ignore: Sequence[str] | None, lang: str) -> Engine:
    """Return *engine* with the rules that are chosen; a pattern that matches no rule is named on stderr."""
    chosen, left_out = split(select or ()), split(ignore or ())
    for option, patterns in (("--select", chosen), ("--ignore", left_out)):
        for pattern in patterns:
            if not any(engine.selecting([pattern]).policies.rules()):
                hint = did_you_mean(pattern, _patterns(engine))
                tell(
                    say("{option}: no rule matches '{pattern}'{hint}", option=option, pattern=pattern, hint=hint), lang
                )
    return engine.selecting(chosen, left_out)


def _patterns(engine: Engine) -> list[str]:
    return [*(rule.id for rule in engine.policies.rules()), *(f"{policy.id}/*" for policy in engine.policies.policies)]


def nothing(given: Input, engine: Engine) -> Iterator[Text]:
    """Yield why there is nothing to judge, with the next step."""
    if not given.judged:
        yield say("nothing to judge: no post, account, event or institution was given; give a file that has one")
    if not any(engine.policies.rules()):
        yield say("no rule is selected; 'govsocial policy list' shows them all")


def moment_of(as_of: str | None) -> datetime | None:
    """
    Return the moment that ``--as-of`` names.

    Raises:
        InputError: where it is no date.
    """
    from govsocial.validation import moment_of as moment  # noqa: PLC0415 - imported when needed

    return moment(as_of, "--as-of")
