"""JSON Schemas of what people write and programs read, from the models, with a description of each key for editors."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema

from govsocial.authoring.shapes import Draft, ReportFile
from govsocial.config import Configuration
from govsocial.policy.schema import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

_DAY: Final[Mapping[str, Any]] = {"type": "string", "pattern": r"^\d{4}-?(\d{2}-?\d{2}|\d{3}|W\d{2})"}
"""A date or a time as TOML and ISO 8601 write it; the formats of JSON Schema refuse one without a zone."""
_ANY: Final = "any"


class _Schema(GenerateJsonSchema):
    """Schemas that are read in an editor: no titles that repeat the key, no defaults that are only 'nothing'."""

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:  # noqa: ARG002
        return dict(_DAY)

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:  # noqa: ARG002
        return dict(_DAY)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        told = super().dict_schema(schema)
        return told | ({"additionalProperties": False} if "patternProperties" in told else {})

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        told = super().default_schema(schema)
        if not isinstance(told.get("default"), bool | int | str) or told["default"] == "":
            told.pop("default", None)
        return told

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False


class _Toml(_Schema):
    """Schemas of files in TOML, which has no null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


_MODELS: Final[Mapping[str, tuple[type[BaseModel], type[GenerateJsonSchema]]]] = {
    "policy": (Document, _Toml),
    "draft": (Draft, _Schema),
    "report": (ReportFile, _Schema),
    "configuration": (Configuration, _Toml),
}
NAMES: Final = tuple(_MODELS)
"""The schemas there are."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema called *name*, with a description of every key."""
    model, generator = _MODELS[name]
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"urn:govsocial:1:{name}"}
    found = head | model.model_json_schema(schema_generator=generator)
    known = _descriptions()
    for table, properties in tables(found):
        for key, value in properties.items():
            if text := known.get(table, {}).get(key) or known[_ANY].get(key):
                value["description"] = text
    return found


def schema_text(name: str) -> str:
    """Return the JSON Schema called *name* as the text of a file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def tables(found: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each table in a schema, with its keys."""
    for one in (found, *found.get("$defs", {}).values()):
        if "properties" in one:
            yield one["title"], one["properties"]


def _descriptions() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("govsocial.authoring") / "descriptions.toml").read_text(encoding="utf-8"))
