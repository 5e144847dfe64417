"""What is left of a policy whose form is wrong, so that its expressions are judged too. Guesses what was meant."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from govsocial.policy.schema import EFFECTS, Document
from govsocial.validation import meant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

ROUNDS: Final = 5
FILLINGS: Final[Mapping[str, Any]] = {"version": "-", "title": "-", "message": "-", "require": "true", "platform": "-"}
"""What stands for a key that must be there and is wrong, so that nothing more is said of it."""


def left_of(data: Mapping[str, Any], error: ValidationError) -> Document | None:
    """
    Return *data* as a document without what *error* says of it; None where too little would be left to judge.

    A key that is nearly right is taken as it was meant; a rule on an unknown type of resource is emptied.
    """
    left = deepcopy(dict(data))
    for _ in range(ROUNDS):
        if not all(_mend(left, details) for details in error.errors(include_url=False)):
            return None
        try:
            return Document.model_validate(left)
        except ValidationError as found:
            error = found
    return None


def _mend(data: dict[str, Any], details: ErrorDetails) -> bool:
    """Mend one fault in *data*, and return whether the rest can still be judged."""
    path = details["loc"]
    if details["type"] == "extra_forbidden":
        return _rename(_table(data, path[:-1]), str(path[-1]), meant(Document, path))
    match path:
        case (str(table), int(number), str(key), *_) if table in EFFECTS:
            return _take_out(_table(data, (table, number)), key)
        case ("override" | "waiver" as table, *_):  # these are looked through once all files are in form
            data.pop(table, None)
            return True
        case ("policy", str(key), *_):
            return _take_out(_table(data, ("policy",)), key)
        case ("govsocial",) if details["type"] == "missing":
            data["govsocial"] = 1
            return True
    return False


def _table(data: dict[str, Any], path: Sequence[str | int]) -> dict[str, Any]:
    """Return the table at *path*; parts of a path that only the checker knows are passed over."""
    found: Any = data
    for part in path:
        match found, part:
            case dict(), _ if part in found:
                found = found[part]
            case list(), int(number):
                found = found[number]
    return found if isinstance(found, dict) else {}


def _rename(table: dict[str, Any], key: str, near: str) -> bool:
    value = table.pop(key, None)
    if near and value is not None:
        table.setdefault(near, value)
    return True


def _take_out(table: dict[str, Any], key: str) -> bool:
    """Leave *key* out of a rule or a header, or fill it."""
    if key == "id":
        table["id"] = re.sub(r"[^a-z0-9]+", "-", str(table.get("id", "")).lower()).strip("-") or "unnamed"
    elif key == "on":
        kept = table.keys() & {"id", *FILLINGS}
        table |= FILLINGS
        for other in table.keys() - kept:
            del table[other]
    elif key in FILLINGS:
        table[key] = FILLINGS[key]
    else:
        table.pop(key, None)
    return True
