"""What is valid CEL, and is refused here all the same: the language is small so that every back end can be exact."""

from __future__ import annotations

import re as syntax
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from govsocial.cel.library import DURATION_PARTS, TIME_PARTS
from govsocial.cel.literals import epoch, known_zone, pattern_fault, span
from govsocial.cel.tree import Call, Const, Field, ListOf, Macro, Node, Var, walk
from govsocial.cel.types import STRING, fields_of
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.cel.library import Function

MAX_DEPTH: Final = 2
MAX_NODES: Final = 2_000
RESERVED: Final = frozenset(
    "post posts account accounts event institution institutions source concerned siblings peers param fact context".split()
)
_OPERATORS: Final = frozenset("_&&_ _||_ !_ -_ _==_ _!=_ _<_ _<=_ _>_ _>=_ _+_ _-_ _*_ _/_ _%_ _?_:_ @in _[_]".split())
ALLOWED_NAMES: Final = (
    *"size startsWith endsWith contains matches lowerAscii upperAscii split join trim".split(),
    *"words distinct timestamp duration double has".split(),
    *TIME_PARTS,
)
_EQUALITY: Final = ("_==_", "_!=_")

Refusal = tuple[Node, Text]


def of(node: Node, functions: Sequence[Function], networks: frozenset[str]) -> Iterator[Refusal]:
    """Yield each part of *node* that is refused, with the reason and what to write instead."""
    allowed = {*_OPERATORS, *ALLOWED_NAMES, *(function.name for function in functions)}
    parts = list(walk(node))
    if len(parts) > MAX_NODES:
        yield node, say("the expression has {n} parts; at most {most}", n=len(parts), most=MAX_NODES)
        return
    for part in parts:
        yield from _part(part, allowed, networks)
    yield from _too_deep(node, 0)


def _part(node: Node, allowed: set[str], networks: frozenset[str]) -> Iterator[Refusal]:
    match node:
        case Const(value=None):
            yield node, say("there is no null in policies; has(x) asks whether x is known")
        case Const() if node.type.name in ("uint", "bytes"):
            yield node, say("a value of type {type} cannot be used here", type=str(node.type))
        case Var() if node.type.name in ("dyn", "type") or "." in str(node.type):
            yield node, say("'{name}' cannot be used as a value", name=node.name)
        case Field(test=True):
            yield from _has(node)
        case ListOf():
            yield from _list(node)
        case Macro():
            yield from _macro(node)
        case Call():
            yield from _call(node, allowed)
            yield from _choices(node, networks)


def _has(node: Field) -> Iterator[Refusal]:
    if isinstance(node.operand, Var) and not node.name:
        yield node, say("has({path}) has no meaning; {path} always has its value", path=node.operand.name)
    elif node.operand.type.name == "map":
        yield node, say("write '{key}' in … instead of has(…)", key=node.name)
    elif node.operand.type.model is not None:
        field = fields_of(node.operand.type.model)[node.name]
        if not field.optional:
            empty = {"list": "size(…) > 0", "string": "… != ''"}.get(field.type.name, "… == …")
            yield node, say("has(…) asks whether a value is known, and '{name}' always is; compare it instead: {compare}",
                            name=node.name, compare=empty)  # fmt: skip


def _list(node: ListOf) -> Iterator[Refusal]:
    kinds = {str(item.type) for item in node.items}
    if len(kinds) > 1:
        yield node, say("a list holds values of one kind; this one holds {kinds}", kinds=", ".join(sorted(kinds)))


def _macro(node: Macro) -> Iterator[Refusal]:
    if node.var in RESERVED:
        yield node, say("'{name}' already means something; give the element another name", name=node.var)
    if node.range.type.name != "list":
        yield node, say("{macro} goes through a list; this is {type}", macro=node.kind, type=str(node.range.type))
    if node.kind in ("map",) and node.body.type.name in ("list", "map"):
        yield node, say("a list of lists cannot be made")


def _too_deep(node: Node, depth: int) -> Iterator[Refusal]:
    if isinstance(node, Macro):
        if depth == MAX_DEPTH:
            yield node, say("at most {most} of exists, all, filter and map inside one another", most=MAX_DEPTH)
            return
        yield from _too_deep(node.range, depth)
        yield from _too_deep(node.body, depth + 1)
    else:
        for child in node.children:
            yield from _too_deep(child, depth)


def _call(node: Call, allowed: set[str]) -> Iterator[Refusal]:
    if node.function not in allowed:
        shown = {"{}": "{…}", "fold": "this macro"}.get(node.function, node.function)
        hint = did_you_mean(node.function, ALLOWED_NAMES)
        yield node, say("'{name}' is not part of the expression language{hint}", name=shown, hint=hint)
    elif node.function in ("_==_", "_!=_", "@in") and any(arg.type.mentions_message for arg in node.args):
        yield node, say("tables cannot be compared as a whole; compare a field, or size(…) == 0")
    elif node.function == "matches":
        yield from _pattern(node)
    elif node.function in ("timestamp", "duration"):
        yield from _time(node)
    elif node.function in TIME_PARTS:
        yield from _zone(node)
    elif node.function == "double" and node.args[0].type.name != "int":
        yield (
            node,
            say(
                "double(…) turns a whole number into a number with decimals; this is {type}",
                type=str(node.args[0].type),
            ),
        )


def _pattern(node: Call) -> Iterator[Refusal]:
    pattern = node.args[1]
    if not isinstance(pattern, Const):
        yield node, say("the pattern of matches(…) must be written out, between quotes")
        return
    reason = pattern_fault(str(pattern.value))
    if reason:
        yield pattern, say("the pattern cannot be used: {reason}", reason=reason)


def _time(node: Call) -> Iterator[Refusal]:
    text = node.args[0]
    if not isinstance(text, Const) or text.type != STRING:
        yield node, say("{function}(…) takes a text that is written out", function=node.function)
        return
    try:
        _ = epoch(str(text.value)) if node.function == "timestamp" else span(str(text.value))
    except (ValueError, OverflowError):
        example = "timestamp('2026-11-24T09:30:00Z')" if node.function == "timestamp" else "duration('36h')"
        yield (
            text,
            say("'{text}' is no {function}; write {example}", text=text.value, function=node.function, example=example),
        )


def _zone(node: Call) -> Iterator[Refusal]:
    if node.args[0].type.name == "duration":
        if node.function not in DURATION_PARTS:
            yield node, say("'{name}' cannot be used on a duration", name=node.function)
        return
    if len(node.args) == 1:
        yield node, say("write {name}('Europe/Brussels'): without a time zone this would be UTC", name=node.function)
    elif not isinstance(zone := node.args[1], Const):
        yield zone, say("the time zone must be written out, between quotes")
    elif not known_zone(str(zone.value)):
        yield zone, say("there is no time zone '{zone}'; write for example 'Europe/Brussels'", zone=zone.value)


def _choices(node: Call, networks: frozenset[str]) -> Iterator[Refusal]:
    """Refuse a comparison with a value that a field can never have."""
    if node.function not in (*_EQUALITY, "@in"):
        return
    for field, other in (node.args, node.args[::-1]):
        literals = other.items if isinstance(other, ListOf) else (other,)
        for literal in literals:
            if isinstance(field, Field) and isinstance(literal, Const) and isinstance(literal.value, str):
                yield from _choice(field, literal, networks)


def _choice(field: Field, literal: Const, networks: frozenset[str]) -> Iterator[Refusal]:
    value = str(literal.value)
    if field.operand.type.model is None or field.test:
        return
    choices = fields_of(field.operand.type.model)[field.name].choices
    if choices and value not in choices:
        known = [choice for choice in choices if choice]
        yield literal, say("'{value}' is no {field}; one of: {choices}{hint}", value=value, field=field.name,
                           choices=", ".join(known), hint=did_you_mean(value, known))  # fmt: skip
    elif (
        field.name == "network" and value and networks and value not in networks and get_close_matches(value, networks)
    ):
        yield literal, say("there is no network '{value}'{hint}", value=value, hint=did_you_mean(value, networks))
