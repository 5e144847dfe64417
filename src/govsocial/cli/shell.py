"""Where a command meets the terminal: exit codes, errors as lines, colours, files. Decides nothing about resources."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TextIO
from unicodedata import category

import typer

from govsocial.cli.words import by_locale
from govsocial.errors import GovsocialError, InputError, Problem, did_you_mean
from govsocial.messages import Text, say

P = ParamSpec("P")

FINE: Final = 0
FOUND: Final = 1
WRONG_USE: Final = 2
BROKEN: Final = 3
NOTHING: Final = 5
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

MOST_PROBLEMS: Final = 50
WIDEST: Final = 100
NARROWEST: Final = 40
_CONTROL: Final = ("Cc", "Zl", "Zp")
_ANSWERS: Final = ContextVar[TextIO | None]("answers", default=None)


def command(run: Callable[P, int]) -> Callable[P, None]:
    """Return *run* as a command: its number becomes the exit code, what it raises becomes lines on stderr."""

    @wraps(run)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        raise typer.Exit(guarded(lambda: run(*args, **kwargs), reader(kwargs.get("lang"))))

    return told


def guarded(run: Callable[[], int], language: str) -> int:
    """Return the exit code of *run*; what it raises is told on stderr and has an exit code too."""
    try:
        with _answers_apart():
            code = run()
        answers().flush()
    except GovsocialError as error:
        complain(getattr(error, "problems", None) or [Problem(say("{error}", error=error))], language)
        return WRONG_USE
    except BrokenPipeError:
        # the reader has gone: let nothing be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers().fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the program is told in one line
        return _internal(error, language)
    return code


@contextmanager
def _answers_apart() -> Iterator[None]:
    """Let nothing but answers come on stdout: what the code of a plugin prints, whenever it runs, goes to stderr."""
    token = _ANSWERS.set(answers())
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _ANSWERS.reset(token)


def answers() -> TextIO:
    """Return where answers go."""
    return _ANSWERS.get() or sys.stdout


def _internal(error: Exception, language: str) -> int:
    if os.environ.get("GOVSOCIAL_DEBUG") == "1":
        traceback.print_exception(error)
        return BROKEN
    reason = f"{type(error).__name__}: {error}".partition("\n")[0]
    text = say("internal error ({reason}): please report it, with what GOVSOCIAL_DEBUG=1 shows", reason=reason)
    tell(text, language)
    return BROKEN


def interruptible(run: Callable[[], None]) -> Callable[[], None]:
    """Return *run* so that Ctrl-C outside of a command ends it quietly too."""

    @wraps(run)
    def quiet() -> None:
        try:
            run()
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None

    return quiet


@contextmanager
def unhurried_gc() -> Iterator[None]:
    """Collect no garbage until ``settled``, and none at the very end: it costs a short run a sixth of its time."""
    gc.disable()
    try:
        yield
    finally:
        settled()


def settled() -> None:
    """Collect garbage from now on, but never look at what stands already, the first time: that stays to the end."""
    if not gc.get_freeze_count():
        gc.freeze()
    gc.enable()


def reader(lang: object) -> str:
    """Return the language of the person at the terminal: as told, else by the locale, else English."""
    return lang if isinstance(lang, str) else by_locale(os.environ)


def tell(text: Text, language: str) -> None:
    """Write one line of diagnostics."""
    _say(text.render(language))


def _say(line: str) -> None:
    """Write *line* on stderr without control characters: a draft must neither steer a terminal nor forge a line."""
    sys.stderr.write("".join(" " if category(char) in _CONTROL else char for char in line) + "\n")


def complain(problems: Sequence[Problem], language: str) -> None:
    """Write a line on stderr for each of *problems*, up to a number that a person can read."""
    for problem in problems[:MOST_PROBLEMS]:
        _say(problem.render(language))
    if len(problems) > MOST_PROBLEMS:
        tell(say("… and {n} more", n=len(problems) - MOST_PROBLEMS), language)


def wrong(option: str, text: Text) -> InputError:
    """Return the error for a wrong value of *option*."""
    return InputError([Problem(text, path=option)])


def one_of(option: str, words: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    """
    Return *words*, which may be joined by commas.

    Raises:
        InputError: where one of them is not among *known*.
    """
    found = split(words)
    for word in found:
        if word not in known:
            hint = did_you_mean(word, known)
            raise wrong(
                option,
                say("there is no '{word}'{hint} (choose from {all})", word=word, hint=hint, all=", ".join(known)),
            )
    return frozenset(found)


def split(words: Iterable[str]) -> tuple[str, ...]:
    """Return the parts of *words*, each of which may hold several, joined by commas."""
    return tuple(part.strip() for word in words for part in word.split(",") if part.strip())


def screen(output: Path | None = None) -> dict[str, Any]:
    """Return the width of the terminal and whether it shows colours, as ``View`` takes them; a file shows none."""
    if output:
        return {"width": WIDEST, "colour": False}
    return {"width": min(max(_columns(), NARROWEST), WIDEST), "colour": _colours()}


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(answers().fileno()).columns or 80
    except (OSError, ValueError, AttributeError):  # not a terminal
        return 80


def _colours() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or answers().isatty()


def show(text: str, output: Path | None = None) -> None:
    """
    Write *text* to *output*, whole or not at all; to stdout where there is none.

    Raises:
        InputError: where the file cannot be written.
    """
    if output:
        write(text, output)
    elif "\x1b[" in text:
        _paint(text)
    else:
        answers().write(text)


def _paint(text: str) -> None:
    """Write coloured *text*: rich knows which terminals need help with it."""
    from rich.console import Console  # noqa: PLC0415 - only where there are colours
    from rich.text import Text as Painted  # noqa: PLC0415

    Console(file=answers(), soft_wrap=True, highlight=False, force_terminal=True).print(Painted.from_ansi(text))


def write(text: str, output: Path, option: str = "--output") -> None:
    """
    Write *text* to the file *output*, whole or not at all.

    Raises:
        InputError: where it cannot be written, as a wrong value of *option*.
    """
    target = output.resolve()
    whole = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device is written to, never replaced
            target.write_text(text, encoding="utf-8", newline="\n")
            return
        whole.write_text(text, encoding="utf-8", newline="\n")
        whole.replace(target)
    except OSError as error:
        with suppress(OSError):  # it may not be there
            whole.unlink()
        raise wrong(
            option, say("{file} cannot be written: {reason}", file=output, reason=error.strerror or error)
        ) from None
