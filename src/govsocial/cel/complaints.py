"""What the CEL library complains of, in our words and at the column of what is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govsocial.cel import tree
from govsocial.cel.types import fields_of
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

_COMPLAINT: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_TOO_DEEP: Final = re.compile(r"max recursion depth|recursion limit exceeded")
_ELEMENT: Final = re.compile(r"\.\w+\(\s*([A-Za-z_]\w*)\s*,")
_INSTEAD: Final = {"=": "==", "&": "&&", "|": "||", "and": "&&", "or": "||", "not": "!", "is": "==", "<>": "!="}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with an expression, and where: line and column from 1, in code points of the expression."""

    text: Text
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Known:
    """
    What an expression may name.

    *names* are variables, *functions* how each is written, *models* the message types of the library.
    """

    names: frozenset[str]
    functions: Mapping[str, str]
    models: Mapping[str, type[BaseModel]]

    def near(self, name: str) -> Text:
        """Return the hint which names what was perhaps meant by *name*."""
        every = {*self.names, *self.functions} - {name}
        whole = did_you_mean(name, every)
        return whole if whole.template else did_you_mean(name.partition(".")[0], every)


@dataclass(frozen=True, slots=True)
class _Report:
    """One complaint of the library: its *reason*, and where it points to in *text*."""

    text: str
    line: int
    column: int
    reason: str
    known: Known

    @property
    def row(self) -> str:
        """The line that is meant."""
        return self.text.split("\n")[self.line - 1]

    @property
    def sign(self) -> str:
        """What stands at the place."""
        return self.row[self.column - 1 : self.column]

    def told(self, text: Text, column: int = 0) -> Complaint:
        """Return the complaint in our words."""
        return Complaint(text, self.line, column or self.column)


def complaints(report: str, text: str, known: Known) -> list[Complaint]:
    """Return what *report* says is wrong with *text*, in the order of the text; of a faulty syntax only the first."""
    if _TOO_DEEP.search(report):
        return [too_deep()]
    found = [
        _Report(text, int(line), int(column), reason.removesuffix(" [INVALID_ARGUMENT]"), known)
        for line, column, reason in _COMPLAINT.findall(report)
    ]
    if not found:
        return [Complaint(say("{reason}", reason=report), 1, 1)]
    if any(one.reason.startswith("Syntax error") for one in found):
        found = found[:1]
    told = [_translated(one) for one in found if "'*error*'" not in one.reason and not _follows(one, found)]
    return sorted(told, key=lambda one: (one.line, one.column))


def too_deep() -> Complaint:
    """Return the complaint about an expression that the library cannot hold."""
    return Complaint(say("the expression is nested too deeply; at most 32 levels, so make a [fact] of a part"), 1, 1)


def _follows(one: _Report, found: list[_Report]) -> bool:
    """Whether a name is unknown only because the macro that would give it its meaning is misspelt."""
    match = re.match(r"undeclared reference to '(\w+)' ", one.reason)
    misspelt = len(found) > 1 and any(re.search(r"to '\w+' ", other.reason) and other.sign == "(" for other in found)
    return bool(match and misspelt and match[1] in _ELEMENT.findall(one.text) and one.sign != "(")


def _translated(one: _Report) -> Complaint:
    for pattern, translate in _TRANSLATIONS:
        if match := pattern.match(one.reason):
            return translate(one, *match.groups())
    return one.told(say("{reason}", reason=one.reason))


def _no_field(one: _Report, name: str, struct: str) -> Complaint:
    owner = struct.rpartition(".")[2].lower()
    hint = did_you_mean(name, fields_of(one.known.models[struct]))
    found = one.row.find(name, one.column - 1)
    return one.told(say("undefined field '{name}' of {owner}{hint}", name=name, owner=owner, hint=hint), found + 1)


def _no_name(one: _Report, name: str) -> Complaint:
    column = _start(one, name)
    if name in one.known.functions:
        usage = one.known.functions[name]
        return one.told(say("'{name}' is not used like this; write {usage}", name=name, usage=usage), column)
    return one.told(say("unknown name '{name}'{hint}", name=name, hint=one.known.near(name)), column)


def _start(one: _Report, name: str) -> int:
    """Return where *name* starts: the library points at it, at the bracket before it, or at a dot or bracket in it."""
    for column in (one.column, one.column + 1):
        if one.row.startswith(name, column - 1):
            return column
    return one.row.rfind(name.partition(".")[0], 0, one.column - 1) + 1 or one.column


def _no_overload(one: _Report, function: str, types: str) -> Complaint:
    kinds = types.replace("govsocial.", "").replace("google.protobuf.", "")
    kinds = kinds.replace("Timestamp", "timestamp").replace("Duration", "duration")
    if function in ("_||_", "_&&_", "_?_:_") and one.sign == "(":
        return one.told(say("what stands inside exists, all or filter must be true or false"))
    hint = Text("", {})
    if {"int", "double"} <= set(kinds.split(", ")):
        hint = say("; write double(…) around the whole number")
    name = {"_?_:_": "? :", "_[_]": "[…]"}.get(function) or tree.OPERATORS.get(function, function.strip("_"))
    return one.told(say("'{name}' cannot be used on ({kinds}){hint}", name=name, kinds=kinds, hint=hint))


def _unreadable(one: _Report, token: str) -> Complaint:
    if token[0] in "'\"":
        return _bad_text(one, token)
    if token[0] in "“”„‘’«»":  # noqa: RUF001 - what word processors make of quotes
        return one.told(say("write straight quotes: ' or \""))
    return _unexpected(one, token.strip())


def _bad_text(one: _Report, token: str) -> Complaint:
    if re.search(r"\\.$", token):
        text = say("'{escape}' means nothing in a text; double the backslash, or write r'…'", escape=token[-2:])
        return one.told(text, one.column + len(token) - 2)
    return one.told(say("a quote is not closed"))


def _unexpected(one: _Report, token: str) -> Complaint:
    if token.startswith("<EOF>"):
        return one.told(say("the expression ends too early"))
    before = re.search(r"(\w+|<)\s*$", one.row[: one.column - 1])
    for word in (token, f"{before[1]}{token}" if before else "", before[1] if before else ""):
        if instead := _INSTEAD.get(word.lower()):
            return one.told(say("'{token}' was not expected here; write {instead}", token=word, instead=instead))
    return one.told(say("'{token}' was not expected here", token=token))


def _missing(one: _Report, sign: str) -> Complaint:
    return one.told(say("a '{sign}' is missing", sign=sign))


def _reserved(one: _Report, word: str) -> Complaint:
    return one.told(say("'{word}' means nothing in expressions", word=word))


def _unsupported(one: _Report, sign: str) -> Complaint:
    return one.told(say("'{name}' is not part of the expression language{hint}", name=sign, hint=Text("", {})))


def _no_list(one: _Report, kind: str) -> Complaint:
    return one.told(say("exists, all, filter and map go through a list; this is {type}", type=kind))


def _no_path(one: _Report) -> Complaint:
    return one.told(say("has(…) takes a field, such as has(post.date)"))


def _no_variable(one: _Report) -> Complaint:
    return one.told(say("the first part must be a name for the element, such as list.exists(x, x == 'a')"))


def _too_large(one: _Report) -> Complaint:
    return one.told(say("the number is too large"))


_TRANSLATIONS: Final[tuple[tuple[re.Pattern[str], Callable[..., Complaint]], ...]] = (
    (re.compile(r"undefined field '(\w+)' not found in struct '([\w.]+)'"), _no_field),
    (re.compile(r"undeclared reference to '([\w.]+)'"), _no_name),
    (re.compile(r"found no matching overload for '([^']+)' applied to '\((.*)\)'"), _no_overload),
    (re.compile(r"Syntax error: token recognition error at: '(.*)'$"), _unreadable),
    (re.compile(r"Syntax error: missing '(.*?)' at"), _missing),
    (re.compile(r"Syntax error: .*? input '(.*?)'(?: expecting|$)"), _unexpected),
    (re.compile(r"reserved identifier: (\w+)"), _reserved),
    (re.compile(r"expression of type '(.*?)' cannot be the range"), _no_list),
    (re.compile(r"unsupported syntax '(.*)'"), _unsupported),
    (re.compile(r"has\(\) argument must be"), _no_path),
    (re.compile(r"\w+\(\) variable name must be"), _no_variable),
    (re.compile(r"invalid (?:int|uint|float) literal"), _too_large),
)
