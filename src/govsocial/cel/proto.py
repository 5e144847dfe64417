"""
The two protobuf borders of the CEL library: our models as message types, and its checked tree as messages.

The field numbers of the checked tree are those of ``cel.expr.CheckedExpr`` (cel-spec, ``cel/expr/checked.proto`` and
``syntax.proto``); only what is read here is declared. Names are our own, shorter ones: the wire knows only numbers.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from govsocial.cel.types import fields_of

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto
    from pydantic import BaseModel

    from govsocial.cel.types import CelType

PACKAGE: Final = "govsocial"
_SCALARS: Final = {
    "double": FieldDescriptorProto.TYPE_DOUBLE,
    "int": FieldDescriptorProto.TYPE_INT64,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "uint": FieldDescriptorProto.TYPE_UINT64,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
}
_WELL_KNOWN: Final = {"timestamp": ".google.protobuf.Timestamp", "duration": ".google.protobuf.Duration"}

# message -> "field:type=number …"; a type ending in * is repeated
_CHECKED: Final = {
    "Checked": "types:TypeEntry*=3 info:SourceInfo=5 expr:Expr=4",
    "TypeEntry": "key:int=1 value:Type=2",
    "Type": "dyn:Empty=1 primitive:int32=3 well_known:int32=5 list:ListType=6 map:MapType=7 message:string=9",
    "ListType": "element:Type=1",
    "MapType": "key:Type=1 value:Type=2",
    "Empty": "",
    "SourceInfo": "positions:Position*=4",
    "Position": "key:int=1 value:int32=2",
    "Expr": (
        "id:int=2 const:Constant=3 ident:Ident=4 select:Select=5 call:Call=6 list:ListExpr=7 struct:Empty=8 fold:Fold=9"
    ),
    "Constant": "null:int32=1 bool:bool=2 int:int=3 uint:uint=4 double:double=5 string:string=6 bytes:bytes=7",
    "Ident": "name:string=1",
    "Select": "operand:Expr=1 field:string=2 test:bool=3",
    "Call": "target:Expr=1 function:string=2 args:Expr*=3",
    "ListExpr": "elements:Expr*=1",
    "Fold": "var:string=1 var2:string=8 range:Expr=2 accumulator:string=3 start:Expr=4 step:Expr=6",
}


def decode(serialized: bytes) -> Any:  # noqa: ANN401 - a message class made at run time has no static type
    """Return the checked tree inside what the library serialised, an ``Any`` around a ``CheckedExpr``."""
    return _checked_class().FromString(any_pb2.Any.FromString(serialized).value)


@cache
def _checked_class() -> Any:  # noqa: ANN401
    pool = DescriptorPool()
    file = FileDescriptorProto(name="checked.proto", package="checked", syntax="proto2")
    for name, spec in _CHECKED.items():
        message = file.message_type.add(name=name)
        for part in spec.split():
            field, _, rest = part.partition(":")
            kind, _, number = rest.partition("=")
            _add(message, field, int(number), kind if kind.rstrip("*") in _SCALARS else f".checked.{kind}")
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("checked.Checked"))


def _add(message: DescriptorProto, name: str, number: int, kind: str) -> None:
    """Add a field to *message*; *kind* is a scalar or the full name of a message, with a ``*`` if repeated."""
    repeated, kind = kind.endswith("*"), kind.rstrip("*")
    field = message.field.add(name=name, number=number, type=_SCALARS.get(kind, FieldDescriptorProto.TYPE_MESSAGE))
    field.label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    if kind not in _SCALARS:
        field.type_name = kind


@cache
def message_pool(models: tuple[type[BaseModel], ...]) -> tuple[DescriptorPool, dict[str, type[BaseModel]]]:
    """Return a pool with a message type for each of *models* and the tables in them, and those models by name."""
    found: dict[str, type[BaseModel]] = {}
    for model in models:
        _collect(model, found)
    pool = DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(duration_pb2.DESCRIPTOR.serialized_pb)
    file = FileDescriptorProto(name="govsocial.proto", package=PACKAGE, syntax="proto3")
    file.dependency.extend(["google/protobuf/timestamp.proto", "google/protobuf/duration.proto"])
    for name, model in found.items():
        _declare(file.message_type.add(name=name), model)
    pool.Add(file)
    return pool, {f"{PACKAGE}.{name}": model for name, model in found.items()}


def _collect(model: type[BaseModel], found: dict[str, type[BaseModel]]) -> None:
    found[model.__name__] = model
    for field in fields_of(model).values():
        inner = field.type.element or field.type
        if inner.model is not None and inner.model.__name__ not in found:
            _collect(inner.model, found)


def _declare(message: DescriptorProto, model: type[BaseModel]) -> None:
    for number, (name, field) in enumerate(fields_of(model).items(), start=1):
        if field.type.name == "map":
            _add(message, name, number, f"{_entry(message, name)}*")
        elif field.type.element is not None:
            _add(message, name, number, f"{_type_name(field.type.element)}*")
        else:
            _add(message, name, number, _type_name(field.type))


def _entry(message: DescriptorProto, name: str) -> str:
    """Declare what the map *name* holds, and return its full name."""
    entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
    entry.options.map_entry = True
    _add(entry, "key", 1, "string")
    _add(entry, "value", 2, "string")
    return f".{PACKAGE}.{message.name}.{entry.name}"


def _type_name(kind: CelType) -> str:
    return f".{PACKAGE}.{kind.model.__name__}" if kind.model else _WELL_KNOWN.get(kind.name, kind.name)
