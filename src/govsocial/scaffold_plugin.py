"""A new plugin to start from: a distribution that installs, with tests that pass. Never over a folder that is there."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final, NamedTuple

from govsocial.authoring.templates import fill
from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

LONGEST: Final = 40
"""How many characters a name may have: it comes to stand in those of folders, packages and rules."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX: Final = "govsocial-"


class NewPlugin(NamedTuple):
    """
    What is to be written: the plugin's *name*, the id of the *network* that it is about, and whether it brings that.

    *engine* is the version of govsocial that it is built for, *edition* the version of its policy.
    """

    name: str
    network: str
    new: bool
    engine: str
    edition: str

    @property
    def folder(self) -> str:
        """The name of its folder, which is that of the distribution."""
        return f"{_PREFIX}{self.name}"

    @property
    def package(self) -> str:
        """The name of its Python package."""
        return self.folder.replace("-", "_")


def wrong_name(name: str, taken: Collection[str] = ()) -> Text | None:
    """Return why a plugin, or a network, cannot be called *name*; None where it can."""
    if not _NAME.fullmatch(name):
        near = "-".join(re.findall(r"[a-z0-9]+", name.lower())).lstrip("0123456789-")
        hint = did_you_mean(near, [near]) if near else say(", such as health")
        return say("'{name}' cannot be a name: use small letters, digits and -{hint}", name=name, hint=hint)
    if len(name) > LONGEST:
        return say("'{name}' has {n} characters; use at most {most}", name=name, n=len(name), most=LONGEST)
    if name in taken:
        return say("there is a '{name}' already; choose another name", name=name)
    return None


def plain_name(name: str) -> str:
    """Return *name* without what all plugins' distributions begin with."""
    return name.removeprefix(_PREFIX)


def plugin_files(plugin: NewPlugin) -> Mapping[str, str]:
    """Return the files of *plugin* by their paths below its folder."""
    places = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        ".gitignore": "gitignore",
        ".ci/run": "ci",
        f"{plugin.package}/__init__.py": "__init__.py",
        f"{plugin.package}/facts.py": "facts.py",
        f"{plugin.package}/reader.py": "reader.py",
        f"{plugin.package}/{plugin.name}.toml": "policy.toml",
        f"tests/test_{plugin.package.removeprefix('govsocial_')}.py": "test_plugin.py",
    }
    values = {**plugin._asdict(), "package": plugin.package, "version": plugin.engine, "fact": _fact(plugin)}
    found = {path: fill(f"plugin/{template}", **values) for path, template in places.items()}
    return {**found, f"{plugin.package}/py.typed": ""}


def _fact(plugin: NewPlugin) -> str:
    """Return the name of its fact, which no other plugin that was begun like this has."""
    return f"{plugin.name.replace('-', '_')}_shouted"


def write_folder(texts: Mapping[str, str], folder: Path) -> None:
    """
    Write *texts*, by path, into the new *folder*: all of them, or nothing where one cannot be written.

    Raises:
        InputError: where there is something called *folder*, or where it cannot be written.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        reason = say("there is one already, and it stays as it is; choose another name, or remove it")
        raise InputError([Problem(reason, str(folder))]) from None
    except OSError as error:
        raise _not_written(error, folder) from None
    try:
        _fill(folder, texts)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise _not_written(error, folder) from None
        raise


def _not_written(error: OSError, folder: Path) -> InputError:
    return InputError([Problem(say("it cannot be written: {reason}", reason=error.strerror or error), str(folder))])


def _fill(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        if text.startswith("#!"):
            file.chmod(0o755)
