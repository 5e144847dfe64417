"""The types of the expression language, read from the models, so that a field exists in one place only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from govsocial.validation import DERIVED, FOLDED


@dataclass(frozen=True, slots=True)
class CelType:
    """
    A type: ``bool int double string timestamp duration``, ``list`` and ``map`` of *element*, or ``message``.

    *folded* strings (tags and handles) compare case-folded. A message has its *model*.
    """

    name: str
    element: CelType | None = None
    model: type[BaseModel] | None = None
    folded: bool = False

    def __str__(self) -> str:
        if self.model is not None:
            return self.model.__name__
        return f"{self.name}({self.element})" if self.element else self.name

    @property
    def mentions_message(self) -> bool:
        """Whether a value of this type holds a table, which cannot be compared as a whole."""
        return self.model is not None or (self.element is not None and self.element.mentions_message)


BOOL: Final = CelType("bool")
INT: Final = CelType("int")
DOUBLE: Final = CelType("double")
STRING: Final = CelType("string")
TIMESTAMP: Final = CelType("timestamp")
DURATION: Final = CelType("duration")
DYN: Final = CelType("dyn")
SCALARS: Final = {kind.name: kind for kind in (BOOL, INT, DOUBLE, STRING, TIMESTAMP, DURATION)}
_PYTHON: Final[dict[object, CelType]] = {bool: BOOL, int: INT, float: DOUBLE, str: STRING, datetime: TIMESTAMP}


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a rule may do with a field: its type, whether ``has`` may ask for it, its closed set of values."""

    type: CelType
    optional: bool = False
    choices: tuple[str, ...] = ()


def list_of(element: CelType) -> CelType:
    """Return the type of a list of *element*."""
    return CelType("list", element)


def message_of(model: type[BaseModel]) -> CelType:
    """Return the type of a resource or of a table inside one."""
    return CelType("message", model=model)


def named(name: str) -> CelType:
    """
    Return the type that ``int`` or ``list(int)`` names.

    Raises:
        ValueError: where there is no such type.
    """
    if name.startswith("list(") and name.endswith(")"):
        return list_of(named(name[5:-1]))
    if name not in SCALARS:
        message = f"no type {name!r}; there are {', '.join(SCALARS)} and list(...)"
        raise ValueError(message)
    return SCALARS[name]


@cache
def fields_of(model: type[BaseModel]) -> dict[str, FieldType]:
    """Return the fields of *model* as expressions see them."""
    return {
        name: _field(
            Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation, field.default
        )
        for name, field in model.model_fields.items()
    }


def _field(annotation: Any, default: object) -> FieldType:  # noqa: ANN401 - annotations have no type of their own
    kind, markers, choices = _read(annotation)
    return FieldType(kind, optional=default is None and DERIVED not in markers, choices=choices)


def _read(annotation: Any) -> tuple[CelType, list[object], tuple[str, ...]]:  # noqa: ANN401
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kind, markers, choices = _read(arguments[0])
        markers = [*markers, *arguments[1:]]
        return (CelType(kind.name, folded=True) if FOLDED in markers else kind), markers, choices
    if origin in (Union, UnionType):
        return _read(next(part for part in arguments if part is not NoneType))
    if origin is Literal:
        return STRING, [], arguments
    return _plain(annotation, origin, arguments), [], ()


def _plain(annotation: Any, origin: object, arguments: tuple[Any, ...]) -> CelType:  # noqa: ANN401
    if origin is tuple:
        return list_of(_read(arguments[0])[0])
    if origin is dict:
        return CelType("map", _read(arguments[1])[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return message_of(annotation)
    return _PYTHON[annotation]
