"""Plugins that are installed nowhere: distributions and entry points, and what puts them in place."""

from __future__ import annotations

import types
from importlib.metadata import Distribution, EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govsocial import hookspecs, plugins
from govsocial.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

REAL = ("livestream", "twitter")


class Wheel(Distribution):
    """A distribution that is installed nowhere."""

    def __init__(self, name: str, version: str, requires: Iterable[str] = ()) -> None:
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires), ""]
        self._text = "\n".join(["Metadata-Version: 2.1", *lines])

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:  # noqa: ANN401
        return Path(path)


class Point(EntryPoint):
    """An entry point to a module that is made here."""

    def __init__(
        self, name: str, module: object, version: str = "1.0", dist: str = "", requires: Iterable[str] = ()
    ) -> None:
        super().__init__(name, f"fake_{name}", hookspecs.GROUP)
        vars(self).update(module=module, dist=Wheel(dist or f"govsocial-{name}", version, requires))

    def load(self) -> object:
        module = vars(self)["module"]
        return module() if callable(module) else module


def brings(name: str, what: object) -> object:
    """Return the hook *name* that returns *what*, or raises it."""

    def hook() -> object:
        if isinstance(what, BaseException):
            raise what
        return what

    hook.__name__ = name
    return hookimpl(hook)


def module(**hooks: object) -> types.ModuleType:
    """Return a module with these hooks, without their prefix."""
    made = types.ModuleType("fake")
    for name, what in hooks.items():
        setattr(made, f"govsocial_{name}", brings(f"govsocial_{name}", what))
    return made


def installer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what installs these plugins beside two of the built-in ones, which stay as they are."""
    real = [one for one in entry_points(group=hookspecs.GROUP) if one.name in REAL]

    def install(*points: EntryPoint) -> None:
        found = EntryPoints((*points, *real))
        monkeypatch.setattr(plugins, "entry_points", lambda **_: found)

    return install
