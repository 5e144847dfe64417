"""What is valid CEL, and is refused here all the same: the language is small so that every back end can be exact."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from govsocial.cel.build import MESSAGE, OTHER_MACRO
from govsocial.cel.library import DURATION_PARTS, TIME_PARTS
from govsocial.cel.literals import epoch, known_zone, pattern_fault, span
from govsocial.cel.tree import MACROS, Call, Const, Field, ListOf, Macro, Node, Var, render, walk
from govsocial.cel.types import DYN, STRING, fields_of
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say
from govsocial.model import RESOURCES
from govsocial.workspace import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govsocial.cel.library import Function

MAX_DEPTH: Final = 2
"""How deep exists, all, filter and map may stand inside one another."""
MAX_NODES: Final = 2_000
RESERVED: Final = frozenset(
    {*RESOURCES, *(name for seen in RELATIONS.values() for name in seen), "param", "fact", "context"}
)
"""What the element of a macro may not be called."""
USAGES: Final = {
    "size": "size(list)",
    "startsWith": "text.startsWith('a')",
    "endsWith": "text.endsWith('a')",
    "contains": "text.contains('a')",
    "matches": "text.matches('[0-9]+')",
    "lowerAscii": "text.lowerAscii()",
    "upperAscii": "text.upperAscii()",
    "split": "text.split(',')",
    "join": "list.join(', ')",
    "trim": "text.trim()",
    "words": "words(text)",
    "distinct": "distinct(list)",
    "timestamp": "timestamp('2026-11-24T09:30:00Z')",
    "duration": "duration('36h')",
    "double": "double(1)",
    "has": "has(post.date)",
    **{name: f"time.{name}('Europe/Brussels')" for name in TIME_PARTS},
    **{name: f"list.{name}(x, x == 'a')" for name in MACROS},
}
"""The functions and macros of the language, and how each is written."""
ALLOWED_NAMES: Final = tuple(name for name in USAGES if name not in MACROS)
_OPERATORS: Final = frozenset("_&&_ _||_ !_ -_ _==_ _!=_ _<_ _<=_ _>_ _>=_ _+_ _-_ _*_ _/_ _%_ _?_:_ @in _[_]".split())
_ALIKE: Final = ("_==_", "_!=_", "@in")
_SHOWN: Final = {MESSAGE: "{…}", OTHER_MACRO: "this macro"}

Refusal = tuple[Node, Text]


def of(node: Node, functions: Sequence[Function], networks: frozenset[str]) -> list[Refusal]:
    """Return what is refused in *node*, in the order of the text, with the reason and what to write instead."""
    allowed = {*_OPERATORS, *ALLOWED_NAMES, *(function.name for function in functions)}
    parts = list(walk(node))
    if len(parts) > MAX_NODES:
        return [(node, say("the expression has {n} parts; at most {most}", n=len(parts), most=MAX_NODES))]
    found = [refusal for part in parts for refusal in _part(part, allowed, networks)]
    found += _too_deep(node, 0)
    causes = [(part, reason) for part, reason in found if not (isinstance(part, Var) and part.type == DYN)]
    return sorted(causes or found, key=lambda refusal: refusal[0].at)


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
    path = render(node.operand)
    if not node.name:
        yield node, say("has({path}) has no meaning; {path} always has its value", path=path)
    elif node.operand.type.name == "map":
        yield node, say("write '{key}' in {path} instead of has(…)", key=node.name, path=path)
    elif node.operand.type.model is not None:
        field = fields_of(node.operand.type.model)[node.name]
        if not field.optional:
            path = f"{path}.{node.name}"
            instead = {"string": f"{path} != ''", "list": f"size({path}) > 0", "map": f"size({path}) > 0"}
            yield node, say("has(…) asks whether a value is known, and '{name}' always is; compare it: {instead}",
                            name=node.name, instead=instead.get(field.type.name, f"{path} == …"))  # fmt: skip


def _list(node: ListOf) -> Iterator[Refusal]:
    kinds = {str(item.type) for item in node.items}
    if len(kinds) > 1:
        yield node, say("a list holds values of one kind; this one holds {kinds}", kinds=", ".join(sorted(kinds)))
    elif any(item.type.name in ("list", "map") for item in node.items):
        yield node, say("a list of lists cannot be made")


def _macro(node: Macro) -> Iterator[Refusal]:
    if node.var in RESERVED:
        yield node, say("'{name}' already means something; give the element another name", name=node.var)
    if node.range.type.name != "list":
        yield node, say("{macro} goes through a list; this is {type}", macro=node.kind, type=str(node.range.type))
    if node.kind == "map" and node.body.type.name in ("list", "map"):
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
    name = node.function
    if name not in allowed:
        hint = did_you_mean(name, ALLOWED_NAMES)
        shown = _SHOWN.get(name, name)
        yield node, say("'{name}' is not part of the expression language{hint}", name=shown, hint=hint)
    elif name in _ALIKE and any(arg.type.mentions_message for arg in node.args):
        yield node, say("tables cannot be compared as a whole; compare a field, or size(…) == 0")
    elif name == "matches":
        yield from _pattern(node)
    elif name in ("timestamp", "duration"):
        yield from _time(node)
    elif name in TIME_PARTS:
        yield from _zone(node)
    elif name == "double" and node.args[0].type.name != "int":
        reason = say(
            "double(…) turns a whole number into one with decimals; this is {type}", type=str(node.args[0].type)
        )
        yield node, reason


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
        usage = USAGES[node.function]
        yield (
            text,
            say("'{text}' is no {function}; write {usage}", text=text.value, function=node.function, usage=usage),
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
    if node.function in _ALIKE:
        for one, other in (node.args, node.args[::-1]):
            for field in sources(one):
                for literal in literals(other):
                    yield from _choice(field, literal, networks)


def sources(node: Node) -> Iterator[Field]:
    """Yield the fields whose values *node* is, or holds."""
    match node:
        case Field(test=False) if node.operand.type.model is not None:
            yield node
        case Macro(kind="map", body=part) | Macro(kind="filter", range=part):
            yield from sources(part)
        case Call(function="_[_]" | "distinct", args=(part, *_)):
            yield from sources(part)
        case Call(function="_?_:_", args=(_, *parts)) | Call(function="_+_", args=parts):
            for part in parts:
                yield from sources(part)


def literals(node: Node) -> Iterator[Const]:
    """Yield the texts written out that *node* is, or holds."""
    match node:
        case Const(value=str()):
            yield node
        case ListOf(items=parts) | Call(function="_?_:_", args=(_, *parts)):
            for part in parts:
                yield from literals(part)


def _choice(field: Field, literal: Const, networks: frozenset[str]) -> Iterator[Refusal]:
    value, model = str(literal.value), field.operand.type.model
    choices = fields_of(model)[field.name].choices if model is not None else ()
    if choices and value not in choices:
        known = [choice for choice in choices if choice]
        yield literal, say("'{value}' is no {field}; one of: {choices}{hint}", value=value, field=field.name,
                           choices=", ".join(known), hint=did_you_mean(value, known))  # fmt: skip
    elif field.name in ("network", "networks") and value not in networks and get_close_matches(value, networks):
        yield literal, say("there is no network '{value}'{hint}", value=value, hint=did_you_mean(value, networks))
