"""Workflow files to workflows that run: reads them, and says with file, line and column what is wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from govsocial import toml
from govsocial.errors import InputError, PolicyError, Problem
from govsocial.messages import say
from govsocial.validation import problems_of
from govsocial.workflow.compile import compile_workflow
from govsocial.workflow.schema import Document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govsocial.policy.rules import Vocabulary
    from govsocial.workflow.model import Workflow


def load_workflow(path: Path, vocabulary: Vocabulary) -> Workflow:
    """
    Return the workflow in the file *path*; its expressions may use what *vocabulary* holds.

    Raises:
        PolicyError: with all that is wrong, each with its place in the file and what was perhaps meant.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = say("the workflow cannot be read: {reason}", reason=error.strerror or error)
        raise PolicyError([Problem(reason, str(path))]) from None
    except UnicodeDecodeError as error:
        reason = say("byte {n} is no UTF-8; save the file as UTF-8", n=error.start + 1)
        raise PolicyError([Problem(reason, str(path))]) from None
    return parse_workflow(text, str(path), vocabulary)


def parse_workflow(text: str, file: str, vocabulary: Vocabulary) -> Workflow:
    """
    Return the workflow that *text* describes.

    Raises:
        PolicyError: with all that is wrong, each with its place.
    """
    try:
        document = Document.model_validate(toml.parse(text, file))
    except InputError as error:
        raise PolicyError(error.problems) from None
    except ValidationError as error:
        raise PolicyError(dict.fromkeys(_placed(error, text, file))) from None
    return compile_workflow(document, text, file, vocabulary)


def _placed(error: ValidationError, text: str, file: str) -> Iterator[Problem]:
    """Yield what is wrong with the form, with its place; unknown keys at the key, all else at the value."""
    from govsocial.toml_places import places  # noqa: PLC0415 - only on error

    known = places(text)
    for problem, details in zip(problems_of(error, Document), error.errors(), strict=True):
        path = details["loc"]
        place = known.key(path) if details["type"] == "extra_forbidden" else known.of(path)
        yield problem.at(file, place.line, place.column)
