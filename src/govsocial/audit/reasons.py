"""
What is missing where columns say *unknown*: told for rows in which it can be one thing only, else left to closures.

A clause is unknown because of something that it reads, or of an operation without a result. Where the latter cannot be,
and just one of the things that it reads is not known in a row, that is the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from govsocial.audit.clauses import JOINED
from govsocial.cel.columns import called
from govsocial.cel.tree import Call, Const, Field, Node, Var, walk
from govsocial.model import Post, Resource
from govsocial.validation import models_in
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from govsocial.policy.rules import Rule

_SAFE: Final = frozenset(
    "_&&_ _||_ !_ _==_ _!=_ _<_ _<=_ _>_ _>=_ _?_:_ @in size contains startsWith endsWith matches"
    " lowerAscii upperAscii trim split join words distinct double".split()
)
"""What always has a result, where its arguments have one."""
_ELEMENTS: Final = re.compile(r"fact\.\w+\[\]")
"""The elements of a list of texts or numbers, of which none is missing."""
Possible = tuple[pl.Expr, pl.Expr]
"""Whether something is not known in a row, and what a closure would call it."""


def reason(rule: Rule, facts: Mapping[str, Node], params: Mapping[str, object]) -> pl.Expr | None:
    """Return what is missing in each row where *rule* is unknown, null where closures have to say; or None: always."""
    nodes = [part for clause in (*rule.when, *rule.require) for part in _all(clause.node, facts)]
    if not all(map(_is_safe, nodes)):
        return None
    paths = {*rule.fields, *(["post.kind"] if rule.kinds is not None else [])}
    found: dict[str, Possible] = {}
    for path in sorted(paths):
        possible = _possible(path, params)
        if possible is None:
            return None
        found |= possible
    if not found:
        return None
    reasons = pl.concat_list([pl.when(missing).then(name) for missing, name in found.values()])
    only = reasons.list.drop_nulls().list.unique()
    return pl.when(only.list.len() == 1).then(only.list.first())


def _all(node: Node, facts: Mapping[str, Node]) -> Iterator[Node]:
    """Yield *node* and all that it is made of, the facts that it names too."""
    for part in walk(node):
        yield part
        if isinstance(part, Var) and part.name in facts:
            yield from _all(facts[part.name], facts)


def _is_safe(node: Node) -> bool:
    if isinstance(node, Field):
        return node.operand.type.name != "map"
    match node:
        case Call(function="_+_"):
            return node.type.name in ("string", "list")
        case Call(function="_[_]", args=(Call(function="split", args=(_, _)), Const(value=0))):
            return True  # a text that is split has one part at least
    return not isinstance(node, Call) or node.function in _SAFE


def _possible(path: str, params: Mapping[str, object]) -> dict[str, Possible] | None:
    """Return what may be missing at *path*, by name; None where a column cannot tell."""
    root, _, rest = path.partition(".")
    if root == "param":
        return {path: (pl.lit(value=True), pl.lit(path))} if params.get(path) is None else {}
    if path == "context.as_of" or _ELEMENTS.fullmatch(path):
        return {}
    names = rest.split(".")
    if root == "post" and rest:
        return _fields(Post, names, root, None)
    if root in JOINED and rest:
        below = _fields(RELATIONS["post"][root].model, names, root, pl.col(called(root)))
        return None if below is None else {root: _reference(root), **below}
    return None


def _reference(name: str) -> Possible:
    """Return whether what *name* refers to is not there, and how a closure calls that."""
    absent = pl.col(called(name)).is_null()
    if name != "concerned":
        return absent, pl.coalesce(pl.format(f"{name}:{{}}", pl.col(name)), pl.lit(f"post.{name}"))
    key = pl.col("question").struct.field("institution")
    unknown = pl.when(pl.col("question").is_null()).then(pl.lit("post.question"))
    return absent, pl.coalesce(pl.format("institution:{}", key), unknown, pl.lit("post.question.institution"))


def _fields(model: type[BaseModel], names: list[str], path: str, whole: pl.Expr | None) -> dict[str, Possible] | None:
    """Return what may be missing on the way down from *whole*, a table of *model*, by *names*."""
    name, inside = names[0].removesuffix("[]"), names[0].endswith("[]") or len(names) > 1
    if name not in model.model_fields:
        return None
    value = pl.col(name) if whole is None else whole.struct.field(name)
    missing = value.is_null() if whole is None else whole.is_not_null() & value.is_null()
    found: dict[str, Possible] = {f"{path}.{name}": (missing, pl.lit(f"{path}.{name}"))}
    if not inside:
        return found
    if names[0].endswith("[]"):
        return found | _elements(value, names[1:], f"{path}.{name}[]")
    table = next(iter(models_in(model.model_fields[name].annotation)), None)
    below = _fields(table, names[1:], f"{path}.{name}", value) if table and not issubclass(table, Resource) else None
    return None if below is None else found | below


def _elements(items: pl.Expr, names: list[str], path: str) -> dict[str, Possible]:
    """Return what may be missing in the elements of a list: a field of theirs; further down, anything."""
    if not names:
        return {}
    if len(names) == 1 and not names[0].endswith("[]"):
        missing = items.list.eval(pl.element().struct.field(names[0]).is_null()).list.any()
        return {f"{path}.{names[0]}": (missing, pl.lit(f"{path}.{names[0]}"))}
    filled = items.list.len() > 0
    return {f"{path}{sign}": (filled, pl.lit(f"{path}{sign}")) for sign in ("?", "??")}  # two, so that it is not told
