"""From records to resources with names and places, and to the workspace of a run. Pure; knows no format."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.model import RESOURCES, Closure, Resource
from govsocial.readers.base import NotADraftError
from govsocial.readers.tables import placed
from govsocial.validation import joined
from govsocial.workspace import Workspace, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from govsocial.readers.base import Path, Reader, Record

_NO_NETWORK: Final = say(
    "the network is missing: say --network facebook, or write it in the file"
    ' (a plain text begins with three lines: +++, network = "facebook", +++)'
)
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[]+)")


@dataclass(frozen=True, slots=True)
class Input:
    """
    What was read: the *workspace* of all, those to be *judged* in the order given, and what a person should know.

    *judged* holds everything but closures, which are reference data.
    """

    workspace: Workspace
    judged: tuple[Resource, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A resource, and the file and line where it begins."""

    resource: Resource
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds, what is wrong with it, and what is said of it."""

    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def contents(reader: Reader, text: str, file: str, defaults: Mapping[str, str]) -> Contents:
    """
    Return what *text* holds, as *reader* understands it; posts take *defaults* for the fields that they lack.

    Raises:
        NotADraftError: where it is something else; all other faults are part of what is returned.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    numbers: Counter[str] = Counter()
    try:
        for record in reader.read(text, file):
            data = _completed(record, file, numbers[record.kind], defaults)
            numbers[record.kind] += 1
            try:
                found.append(Found(RESOURCES[record.kind].parse(data), file, record.line))
            except InputError as error:
                problems += (_located(problem, record, data) for problem in error.problems)
    except NotADraftError:
        raise
    except InputError as error:
        problems += error.problems
    if not found and not problems:
        return Contents(notes=(Problem(say("there is no draft in this file"), file),))
    named = (problem if problem.file else replace(problem, file=file) for problem in problems)
    return Contents(tuple(found), tuple(_once(sorted(named, key=lambda one: (one.line or 0, one.column or 0)))))


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield *problems*, a missing network once: what mends it for one post mends it for the whole file."""
    told = False
    for problem in problems:
        if problem.text is not _NO_NETWORK or not told:
            yield problem
        told = told or problem.text is _NO_NETWORK


def _completed(record: Record, file: str, number: int, defaults: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of *record* with its name, and with *defaults* where it is a post."""
    data = {**defaults, **record.data} if record.kind == "post" else dict(record.data)
    if file and data.get("id", "") == "":
        data["id"] = (
            f"{file}:{record.line}" if record.line else f"{file}#{joined('', record.path or (record.kind, number))}"
        )
    return data


def _located(problem: Problem, record: Record, data: Mapping[str, object]) -> Problem:
    """Return what is wrong with *record* with its place in the file."""
    text, path = problem.text, (*record.path, *_steps(problem.path))
    at_key = text.template.startswith("unknown key")
    if problem.path == "network" and record.kind == "post" and "network" not in data:
        text = _NO_NETWORK
    found = placed(text, path, record.places, at_key=at_key)
    return found if found.line else replace(found, line=record.line)


def _steps(path: str) -> Path:
    """Return the parts of a path such as ``media[0].alt``."""
    return tuple(int(number) if number else name for number, name in _STEP.findall(path))


def assembled(parts: Iterable[Contents]) -> Input:
    """
    Return *parts* as the input of one run.

    Raises:
        InputError: with all that is wrong in all of them; and where two resources of one type have one id.
    """
    every = tuple(parts)
    found = [one for part in every for one in part.found]
    problems = [*(problem for part in every for problem in part.problems), *_repeated(found)]
    if problems:
        raise InputError(problems)
    resources = [one.resource for one in found]
    groups: dict[str, Any] = {
        f"{kind}s": [one for one in resources if type(one) is model] for kind, model in RESOURCES.items()
    }
    origins = {_key(one): (one.file, one.line) for one in found if one.resource.id}
    judged = tuple(one for one in resources if not isinstance(one, Closure))
    return Input(Workspace(origins=origins, **groups), judged, tuple(note for part in every for note in part.notes))


def _repeated(found: Iterable[Found]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Found] = {}
    for one in found:
        other = first.setdefault(_key(one), one)
        if other is not one and one.resource.id:
            place = f"{other.file}:{other.line}" if other.line else other.file
            text = say(
                "the {type} at {place} has the id '{id}' too; give each its own",
                type=_key(one)[0],
                place=place,
                id=one.resource.id,
            )
            yield Problem(text, one.file, one.line, path="id")


def _key(found: Found) -> tuple[str, str]:
    return type_of(found.resource), found.resource.id
