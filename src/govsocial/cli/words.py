"""The words of the command line itself, help texts and those of typer, in the reader's language. Knows no command."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from govsocial.config import find
from govsocial.errors import InputError
from govsocial.messages import LANGUAGES, LOCALE, Text, say

C = TypeVar("C")

OPTION: Final = "--lang"

TYPER: Final = (
    say("Arguments"),
    say("Options"),
    say("Commands"),
    say("Error"),
    say("Aborted."),
    say("[default: {}]"),
    say("[required]"),
    say("Missing command."),
    say("No such command {name!r}."),
    say("Try [blue]'{command_path} {help_option}'[/] for help."),
)
"""What typer asks gettext for; ``speak`` lets it find ours."""
USAGE: Final = say("Usage:")
HELP: Final = say("Show this message and exit.")
ERRORS: Final = (
    say("No such option: {name} (Possible options: {others})"),
    say("No such option: {name}"),
    say("{problem} Did you mean {name}?"),
    say("Invalid value for {name}: {reason}"),
    say("Missing argument {name}."),
    say("Missing option {name}."),
    say("Option {name} does not take a value."),
    say("Option {name} requires an argument."),
    say("Got unexpected extra argument(s) ({names})"),
    say("Value error, {value} is not one of {choices}."),
)
"""What typer says in English only, so that we say it again."""


def spoken(arguments: Sequence[str], folder: Path) -> str:
    """Return the language of the reader: as told in *arguments*, else as *folder* is configured, else by the locale."""
    told = _told(arguments)
    if told in LANGUAGES:
        return told
    try:
        configured = find(folder).values.lang
    except InputError:  # the command will say so
        configured = None
    return configured or by_locale(os.environ)


def _told(arguments: Sequence[str]) -> str:
    """Return the value of ``--lang``; the last one counts, as it does for typer."""
    told = ""
    for here, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if here == OPTION:
            told = following
        elif here.startswith(f"{OPTION}="):
            told = here.removeprefix(f"{OPTION}=")
    return told


def by_locale(environment: Mapping[str, str]) -> str:
    """Return the language of the locale, read as gettext reads it: ``LANGUAGE`` counts wherever the locale is not C."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    preferred = [] if _name(locale) in ("c", "posix") else environment.get("LANGUAGE", "").split(":")
    return next((name for one in (*preferred, locale) if (name := _name(one)) in LANGUAGES), "en")


def _name(locale: str) -> str:
    return locale.partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0].lower()


def speak(language: str) -> None:
    """Let typer find its own words in our catalogue of *language*. Changes this process: for its beginning only."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("govsocial", str(LOCALE))
    gettext.textdomain("govsocial")


def translated(command: C, language: str) -> C:
    """Return *command*, its help texts and those of all below it in *language*, in lines as long as fit."""
    for owner, name in texts(command):
        setattr(owner, name, _words(getattr(owner, name), language))
    if language == "en":
        return command
    for one in _all(command):
        one.get_usage = partial(_usage, one.get_usage, language)
        one.get_help_option = partial(_help_option, one.get_help_option, language)
        for name in ("make_context", "resolve_command"):
            if run := getattr(one, name, None):
                setattr(one, name, partial(_retelling, run, language))
    return command


def texts(command: Any) -> Iterator[tuple[Any, str]]:  # noqa: ANN401 - typer does not name the types of its commands
    """Yield where the words of *command* and of all below it stand: an object, and the name of its attribute."""
    for one in _all(command):
        places = [(one, name) for name in ("help", "epilog", "options_metavar", "subcommand_metavar")]
        places += [(param, name) for param in one.params for name in ("help", "rich_help_panel")]
        yield from ((owner, name) for owner, name in places if getattr(owner, name, None))


def _all(command: Any) -> Iterator[Any]:  # noqa: ANN401
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _all(below)


def paragraphs(text: str) -> list[str]:
    """Return the parts of *text* that are translated one by one."""
    return text.split("\n\n")


def _words(text: str, language: str) -> str:
    return "\n\n".join(" ".join(Text(part, {}).render(language).split()) for part in paragraphs(text))


def _usage(usage: Callable[..., str], language: str, *arguments: Any) -> str:  # noqa: ANN401
    return usage(*arguments).replace(USAGE.template, USAGE.render(language), 1)


def _help_option(option: Callable[..., Any], language: str, *arguments: Any) -> Any:  # noqa: ANN401
    found = option(*arguments)
    if found:
        found.help = HELP.render(language)
    return found


def _retelling(run: Callable[..., Any], language: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
    """Run *run*; what it complains of is said in *language*."""
    try:
        return run(*arguments, **named)
    except Exception as error:
        if hasattr(error, "format_message"):
            told = retold(error.format_message(), language)
            error.format_message = lambda: told  # typer shows what this gives
        raise


def retold(complaint: str, language: str) -> str:
    """Return what typer says in English, in *language*; as it is where we do not know it."""
    for text in ERRORS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text.template))
        if found := re.fullmatch(pattern, complaint, re.DOTALL):
            values = {name: retold(value, language) for name, value in found.groupdict().items()}
            return Text(text.template, values).render(language)
    return complaint
