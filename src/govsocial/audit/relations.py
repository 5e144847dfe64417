"""What the posts of a shard refer to: accounts, events and institutions, and the posts of other shards beside them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit.manifest import WORK
from govsocial.model import RESOURCES, Account, Event, Institution, Post
from govsocial.networks import prepare
from govsocial.readers.stream import stream
from govsocial.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from govsocial.engine import Engine
    from govsocial.model import Resource

RESOURCES_FILE: Final = f"{WORK}/resources.jsonl"
RELATED: Final = f"{WORK}/related"
_LINKS: Final = ("id", "info", "institution", "account", "event")
_MANY: Final = frozenset({"siblings", "peers", "source", "posts"})
_ALL: Final = frozenset(Post.model_fields)
_UNDERIVED: Final[Mapping[str, Any]] = dict.fromkeys(
    "hashtags mentions links length bytes emoji_count detected_languages date".split()
)
"""What is not derived again for a post of which some fields were kept only."""
_OF: Final[Mapping[type[Resource], str]] = {Account: "account", Event: "event", Institution: "institution"}


def wanted(engine: Engine) -> frozenset[str]:
    """Return which fields of other posts the rules of *engine* read; none where they read no other posts."""
    names: set[str] = set()
    for rule in engine.policies.rules():
        code = any(clause.code for clause in rule.clauses)
        for path in (*rule.fields, *engine.policies.matching(rule.id)):
            root, _, rest = path.partition(".")
            if root.partition("[")[0] in _MANY:
                names |= _ALL if code else {rest.partition(".")[0].partition("[")[0], *_LINKS}
    return frozenset(names - {""})


def reads_any(engine: Engine) -> bool:
    """Whether rules of *engine* may ask for any post of the archive, and not only for those of one information."""
    paths = (path for rule in engine.policies.rules() for path in (*rule.fields, *engine.policies.matching(rule.id)))
    return any(path.partition(".")[0] == "source" for path in paths)


def kept(frame: pl.DataFrame, names: frozenset[str], *, every: bool) -> pl.DataFrame:
    """Return the fields *names* of what other shards may ask for: posts with an ``info``, or *every* post."""
    found = frame if every else frame.filter(pl.col("info").fill_null("") != "")
    return found.select([name for name in Post.model_fields if name in {*names, "network"}])


def workspace_of(out: Path, beside: str, frame: pl.DataFrame, others: Sequence[Resource], engine: Engine) -> Workspace:
    """Return what the posts in *frame*, and the *others* of a shard, refer to; *beside* is a digest of that."""
    static = [engine.prepare(one) for one in _static(out / RESOURCES_FILE, beside)]
    return grouped([*static, *_related(out / RELATED, frame, others, engine)])


def grouped(resources: Iterable[Resource], *, posts_elsewhere: bool = False) -> Workspace:
    """
    Return *resources* as a workspace.

    Raises:
        InputError: where two of one type have the same id.
    """
    every = list(resources)
    groups: dict[str, Any] = {
        f"{kind}s": [one for one in every if type(one) is model] for kind, model in RESOURCES.items()
    }
    return Workspace(posts_elsewhere=posts_elsewhere, **groups)


@lru_cache(maxsize=1)
def _static(path: Path, _: str) -> tuple[Resource, ...]:
    return tuple(one.resource for part in stream(path) for one in part.found) if path.exists() else ()


def _related(folder: Path, frame: pl.DataFrame, others: Iterable[Resource], engine: Engine) -> list[Post]:
    """Return the posts that those in *frame*, or *others*, have something to do with, in the order of the archive."""
    files = sorted(folder.glob("part-*.parquet"))
    asked = [(pl.col("info"), frame["info"]), (pl.col("id"), frame["shared_from"])]
    for model, name in _OF.items():
        ids = [one.id for one in others if isinstance(one, model)]
        asked.append((pl.col(name), pl.Series(name, ids, dtype=pl.String)))
    chosen = [column.is_in(_given(values).implode()) for column, values in asked if _given(values).len() > 0]
    if not files or not chosen:
        return []
    rows = pl.scan_parquet(files, low_memory=True).filter(pl.any_horizontal(chosen)).collect()
    unique = rows.unique("id", keep="first", maintain_order=True)
    return [_post({**_UNDERIVED, **row}, engine) for row in unique.iter_rows(named=True)]


def _post(row: dict[str, Any], engine: Engine) -> Post:
    if isinstance(row.get("extra"), list):
        row["extra"] = {one["key"]: one["value"] for one in row["extra"]}
    return prepare(Post.parse(row), engine.networks)


def _given(values: pl.Series) -> pl.Series:
    known = values.drop_nulls().unique(maintain_order=True)
    return known.filter(known != "")
