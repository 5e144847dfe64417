"""
Posts in Parquet: one post a row, its columns called and typed like the fields of ``Post``.

A null is what a null is in JSON: unknown. A column that is not there was left out. Accounts, events and institutions
stand in TOML or JSON. Needs the extra ``audit``; what reads other formats does not import this.
"""

from __future__ import annotations

import types
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import Text, say
from govsocial.model import Post
from govsocial.readers.base import PARQUET, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

SUFFIX: Final = PARQUET
ROWS: Final = 65_536
"""Rows per batch and per row group: what one step of an audit holds in memory."""
EXTRA: Final = "audit"
_PLACE: Final = "network"
_MARK: Final = {b"govsocial": b"1"}
"""What says in a file that its rows were checked and prepared when they were written."""


def arrow() -> Any:  # noqa: ANN401 - a module that has no types
    """
    Return pyarrow.

    Raises:
        InputError: where it is not installed.
    """
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - an extra: most people judge drafts
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise not_installed() from None
    return pyarrow


def not_installed(extra: str = EXTRA) -> InputError:
    """Return the error for an *extra* that is not there."""
    text = say("this takes more than was installed: install govsocial[{extra}]", extra=extra)
    return InputError([Problem(text)])


@cache
def schema() -> pa.Schema:
    """Return the columns that a table of posts may have."""
    pyarrow = arrow()
    fields = [(name, _type(info.annotation, pyarrow)) for name, info in Post.model_fields.items()]
    return pyarrow.schema(fields, metadata=_MARK)


def _type(annotation: object, pyarrow: Any) -> Any:  # noqa: ANN401
    kind = _kind(annotation)
    if get_origin(kind) is tuple:
        return pyarrow.list_(_type(get_args(kind)[0], pyarrow))
    if get_origin(kind) is dict:
        return pyarrow.map_(pyarrow.string(), pyarrow.string())
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return pyarrow.struct([(name, _type(info.annotation, pyarrow)) for name, info in kind.model_fields.items()])
    simple = {bool: pyarrow.bool_(), int: pyarrow.int64(), float: pyarrow.float64()}
    times = {datetime: pyarrow.timestamp("us", "UTC")}
    return (simple | times).get(kind, pyarrow.string())  # type: ignore[call-overload]


def _kind(annotation: object) -> object:
    """Return the type behind *annotation*, without what limits it and without None."""
    if get_origin(annotation) in (Annotated, Union, types.UnionType):
        return _kind(get_args(annotation)[0])
    return annotation


def table_of(posts: Iterable[Post]) -> pa.RecordBatch:
    """Return *posts* as rows."""
    return arrow().RecordBatch.from_pylist([_row(post) for post in posts], schema=schema())


def _row(post: Post) -> dict[str, Any]:
    row = post.model_dump()
    if row["extra"] is not None:
        row["extra"] = sorted(row["extra"].items())
    return row


class Table:
    """
    A Parquet file of posts that was found to be one.

    Raises:
        InputError: where the file cannot be read, or is a table of something else.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name or str(path)
        with told(self.name):
            self._file = arrow().parquet.ParquetFile(path)
        wrong = [*strange(self._file.schema_arrow)]
        if wrong:
            raise InputError(Problem(text, self.name) for text in wrong)
        self.rows: int = self._file.metadata.num_rows
        found = self._file.schema_arrow
        self.is_ours = found.equals(schema()) and (found.metadata or {}).items() >= _MARK.items()
        """Whether it has all columns, checked and prepared by 'govsocial convert'."""

    def batches(self, start: int = 0, rows: int | None = None, most: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Yield *rows* rows from *start* on, at most *most* at a time; no more is held than one batch."""
        groups, skip = self._groups(start)
        left = self.rows - start if rows is None else rows
        with told(self.name):
            for batch in self._file.iter_batches(most, row_groups=groups):
                part = batch.slice(skip, left)
                skip = max(0, skip - batch.num_rows)
                left -= part.num_rows
                if part.num_rows:
                    yield as_wanted(part)
                if left <= 0:
                    return

    def _groups(self, start: int) -> tuple[list[int], int]:
        """Return the row groups from the one that holds row *start*, and how many rows come before it in there."""
        first, before = 0, 0
        while first < self._file.num_row_groups:
            rows = self._file.metadata.row_group(first).num_rows
            if before + rows > start:
                break
            first, before = first + 1, before + rows
        return list(range(first, self._file.num_row_groups)), start - before


@contextmanager
def told(name: str) -> Iterator[None]:
    """Tell what pyarrow has to say of the file *name* in one line."""
    pyarrow = arrow()
    try:
        yield
    except (OSError, pyarrow.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise InputError([Problem(say("this cannot be read as Parquet: {reason}", reason=reason), name)]) from None


def records(batch: pa.RecordBatch, first: int) -> Iterator[Record]:
    """Yield the posts in *batch*, whose first row has the number *first*, counted from 1."""
    for number, row in enumerate(batch.to_pylist(), first):
        if row.get("id", "") is None:  # a post without id, as everywhere
            del row["id"]
        if isinstance(row.get("extra"), list):
            row["extra"] = dict(row["extra"])
        yield Record("post", row, number)


def as_wanted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return *batch* with the types of ours: other programs write other widths of text and units of time."""
    pyarrow = arrow()
    wanted = pyarrow.schema([_part(schema().field(one.name), one) for one in batch.schema])
    return batch if batch.schema.equals(wanted) else pyarrow.Table.from_batches([batch]).cast(wanted).to_batches()[0]


def _part(wanted: pa.Field, found: pa.Field) -> pa.Field:
    """Return the field *wanted* with those parts only that were *found*."""
    return arrow().field(wanted.name, _part_of(wanted.type, found.type))


def _part_of(wanted: Any, found: Any) -> Any:  # noqa: ANN401 - types of a module without types
    pyarrow = arrow()
    if pyarrow.types.is_struct(wanted):
        fields = [_part(wanted.field(one.name), one) for one in found.fields]
        return pyarrow.struct(fields)
    if pyarrow.types.is_timestamp(wanted) and getattr(found, "tz", None) is None:
        return pyarrow.timestamp("us")  # in no zone, so that the model decides in which
    if pyarrow.types.is_list(wanted):
        return pyarrow.list_(_part_of(wanted.value_type, found.value_type))
    return wanted


def strange(found: pa.Schema) -> Iterator[Text]:
    """Yield why a table with the columns *found* is none of posts."""
    names = list(found.names)
    if _PLACE not in names:
        shown = ", ".join(names[:6])
        yield say("this is no table of posts: it has no column 'network', but {names}", names=shown or "—")
        return
    for one in found:
        if one.name not in schema().names:
            hint = did_you_mean(one.name, schema().names)
            yield say("unknown column '{name}'{hint}", name=one.name, hint=hint)
        elif not _fits(one.type, schema().field(one.name).type):
            wanted = schema().field(one.name).type
            found_, wanted_ = str(one.type), str(wanted)
            yield say(
                "the column '{name}' is {found}; it has to be {wanted}", name=one.name, found=found_, wanted=wanted_
            )


def _fits(found: Any, wanted: Any) -> bool:  # noqa: ANN401
    """Whether values of the type *found* are those of the type *wanted*, however wide or fine."""
    kinds = arrow().types
    if kinds.is_null(found) or found.equals(wanted):
        return True
    if kinds.is_dictionary(found):
        return _fits(found.value_type, wanted)
    for is_kind in _families(kinds):
        if is_kind(wanted):
            return bool(is_kind(found))
    if kinds.is_struct(wanted):
        return kinds.is_struct(found) and _all_fit(found.fields, {one.name: one.type for one in wanted.fields})
    return _is_list(found, kinds) and kinds.is_list(wanted) and _fits(found.value_type, wanted.value_type)


def _families(kinds: Any) -> Sequence[Callable[[Any], bool]]:  # noqa: ANN401
    def is_text(one: Any) -> bool:  # noqa: ANN401
        return bool(kinds.is_string(one) or kinds.is_large_string(one) or kinds.is_string_view(one))

    def is_time(one: Any) -> bool:  # noqa: ANN401
        return bool(kinds.is_timestamp(one) or kinds.is_date(one))

    return is_text, kinds.is_boolean, kinds.is_integer, kinds.is_floating, is_time, kinds.is_map


def _all_fit(found: Iterable[Any], wanted: Mapping[str, Any]) -> bool:
    return all(one.name in wanted and _fits(one.type, wanted[one.name]) for one in found)


def _is_list(found: Any, kinds: Any) -> bool:  # noqa: ANN401
    return bool(kinds.is_list(found) or kinds.is_large_list(found) or kinds.is_list_view(found))
