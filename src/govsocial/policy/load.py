"""Policy files to policies: finds them, reads them, and says with file, line and column what is wrong in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from govsocial import cache, toml
from govsocial.errors import InputError, PolicyError, Problem
from govsocial.messages import say
from govsocial.policy.schema import Document, Policy
from govsocial.validation import joined, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its *policy*, or what is left of it without its *problems*; None where nothing is."""

    policy: Policy | None
    problems: tuple[Problem, ...] = ()


def load_policies(where: str | Path | Iterable[str | Path]) -> tuple[Policy, ...]:
    """
    Return the policies that lie in *where*: files, folders, or the name of a package.

    Raises:
        PolicyError: with all that is wrong in the form of all of them.
    """
    readings = read_policies(where)
    problems = [problem for reading in readings for problem in reading.problems]
    if problems:
        raise PolicyError(problems)
    return tuple(reading.policy for reading in readings if reading.policy)


def read_policies(where: str | Path | Iterable[str | Path]) -> tuple[Reading, ...]:
    """Return what came of each policy file in *where*: files, folders, or the name of a package."""
    places = [where] if isinstance(where, str | Path) else list(where)
    return tuple(_read(file) for place in places for file in _files(place))


def parse_policy(text: str, file: str = "") -> Policy:
    """
    Return the policy that *text* describes.

    Raises:
        PolicyError: with all that is wrong in its form, each with its place.
    """
    reading = _parse(text, file)
    if reading.problems or reading.policy is None:
        raise PolicyError(reading.problems)
    return reading.policy


def _parse(text: str, file: str) -> Reading:
    try:
        data = _data(text, file)
    except InputError as error:
        return Reading(None, error.problems)
    try:
        return Reading(Policy(Document.model_validate(data), text, file))
    except ValidationError as error:
        from govsocial.policy.salvage import left_of  # noqa: PLC0415 - only on error

        problems = tuple({problem.render(): problem for problem in _placed(error, text, file, data)}.values())
        left = left_of(data, error)
        return Reading(Policy(left, text, file) if left else None, problems)


def _data(text: str, file: str) -> dict[str, Any]:
    """Return the data of *text*; reading TOML takes long, and most policies were read before."""
    name = cache.digest("toml", text)
    found = toml.unpacked(cache.read(name))
    if found is None:
        found = toml.parse(text, file)
        cache.write(name, toml.packed(found))
    return found


def _files(where: str | Path) -> Iterator[Traversable]:
    path = Path(where)
    if isinstance(where, str) and where in sys.modules:  # a package that asks for its own, whatever lies in this folder
        yield from _policies_in(files(where))
    elif path.is_dir():
        yield from _policies_in(path)
    elif path.suffix == ".toml" or isinstance(where, Path) or path.exists():
        yield path
    else:
        yield from _in_package(where)


def _in_package(name: str) -> Iterator[Traversable]:
    try:
        yield from _policies_in(files(name))
    except (ImportError, ValueError, TypeError):
        yield Path(name)


def _policies_in(folder: Traversable) -> Iterator[Traversable]:
    """Yield the policy files of a folder; workflows are not policies."""
    inside = sorted(folder.iterdir(), key=lambda one: one.name)
    yield from (one for one in inside if one.name.endswith(".toml") and not one.name.endswith(".workflow.toml"))


def _read(file: Traversable) -> Reading:
    name = str(file)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = say("the policy cannot be read: {reason}", reason=error.strerror or error)
    except UnicodeDecodeError as error:
        reason = say("byte {n} is no UTF-8; save the file as UTF-8", n=error.start + 1)
    else:
        return _parse(text, name)
    return Reading(None, (Problem(reason, name),))


def _placed(error: ValidationError, text: str, file: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the form, with its place; unknown keys at the key, all else at the value."""
    from govsocial.toml_places import places  # noqa: PLC0415 - only on error

    known = places(text)
    for problem, details in zip(problems_of(error, Document), error.errors(), strict=True):
        path = details["loc"]
        place = known.key(path) if details["type"] == "extra_forbidden" else known.of(path)
        written = joined("", path[: path.index("")] if "" in path else path)  # a plain text has no language
        yield Problem(problem.text, file, place.line, place.column, _rule_name(data, path) or written)


def _rule_name(data: Mapping[str, Any], path: tuple[int | str, ...]) -> str:
    """Return the full id of the rule that *path* lies in, empty where it lies in none."""
    match path:
        case (str(table), int(number), *_):
            try:
                return f"{data['policy']['id']}/{data[table][number]['id']}"
            except (KeyError, TypeError, IndexError):
                return ""
    return ""
