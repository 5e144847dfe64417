"""New files to start from: a policy of one's own, written without harm to what is there."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from govsocial.authoring.templates import fill
from govsocial.errors import InputError, Problem
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FALLBACK: Final = "house"
"""The id of a policy whose file has a name that cannot be one."""


def new_policy(name: str, languages: Sequence[str], version: str, file: str) -> str:
    """Return the text of a policy *name* with one rule and its cases, in *languages*, that is to stand in *file*."""
    words = tomllib.loads((files("govsocial") / "templates/starter.toml").read_text(encoding="utf-8"))
    return fill("policy.toml", id=name, languages=languages, version=version, file=file, **words)


def id_for(path: Path) -> str:
    """Return the id that a policy in the file *path* gets where nobody says another."""
    name = "-".join(re.findall(r"[a-z0-9]+", path.stem.lower())).lstrip("0123456789-")
    return name or FALLBACK


def write_new(text: str, path: Path) -> None:
    """
    Write *text* to *path*, whole or not at all, and never over a file that is there.

    Raises:
        InputError: where there is one, or where it cannot be written.
    """
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            whole.write_text(text, encoding="utf-8", newline="\n")
            _appear(whole, path)
        finally:
            whole.unlink(missing_ok=True)
    except FileExistsError:
        reason = say("there is a file already, and it stays as it is; choose another name, or remove it")
        raise InputError([Problem(reason, str(path))]) from None
    except OSError as error:
        reason = say("it cannot be written: {reason}", reason=error.strerror or error)
        raise InputError([Problem(reason, str(path))]) from None


def _appear(whole: Path, path: Path) -> None:
    """Let what is in *whole* be at *path* too, in one step where the disk can, else in a new file."""
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(whole.read_text(encoding="utf-8"))
