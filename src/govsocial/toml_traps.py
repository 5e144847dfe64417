"""What is wrong with a text that is not TOML, put as its author would put it; knows nothing of policies."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

from govsocial.errors import Problem
from govsocial.messages import Text, say
from govsocial.toml_faults import HEADER, KEY, KEYS, Fault, first_fault, without

if TYPE_CHECKING:
    from collections.abc import Callable

Hint: TypeAlias = "tuple[Text, int] | None"
"""What is wrong, and the offset in the text where it is; None where this trap was not walked into."""

_MOST: Final = 20
_LONG: Final = 60
_STATEMENT: Final = re.compile(rf"\s*(\[{{0,2}})[ \t]*({KEYS})")
_SETTING: Final = re.compile(rf"[ \t]*{KEYS}[ \t]*=(?!=)")
_DAY: Final = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_DAY_FIRST: Final = re.compile(r"\d\d?[-/.]\d\d?[-/.]\d{4}|\d{4}/\d\d?/\d\d?")
_NUMBER: Final = re.compile(r"([+-]?)(?=.\d|\d)(\d*)[.,](\d*)")
_SWITCH: Final = frozenset(("true", "false", "yes", "no", "on", "off"))
_CURLY: Final = "“”„‟‘’‚‛«»"  # noqa: RUF001 - what word processors make of quotes


def problems(text: str, file: str) -> list[Problem]:
    """Return what is wrong with *text*: the first fault, and what is found after it when it is passed over."""
    source = text.replace("\r\n", "\n")
    found: list[Problem] = []
    try:
        while source and len(found) < _MOST and (fault := first_fault(source)):
            hint, offset = _hint(fault)
            found.append(Problem(hint, file, *fault.place(offset)))
            source = without(fault)
    except RecursionError:
        found.append(Problem(say("the brackets lie too deep in one another"), file))
    except ValueError:
        found.append(Problem(say("a number has too many digits"), file))
    return found


def _hint(fault: Fault) -> tuple[Text, int]:
    """Return what the first trap that fits says, or else the library's reason."""
    for trap in _TRAPS:
        if hint := trap(fault):
            return hint
    other = say("this is not TOML: {reason}", reason=fault.reason[:1].lower() + fault.reason[1:])
    return _plain_words().get(fault.reason, other), fault.pos


def _plain_words() -> dict[str, Text]:
    return {
        "Invalid statement": say("a key or a [table] is expected here"),
        "Invalid initial character for a key part": say("a key is expected here"),
        "Expected newline or end of document after a statement": say("nothing more may stand on this line"),
        "Unclosed array": say("a comma or ']' is expected here"),
        "Unclosed inline table": say("a comma or '}}' is expected here"),
    }


def _twice(fault: Fault) -> Hint:
    found = _STATEMENT.match(fault.source, fault.part)
    if not fault.reason.startswith(("Cannot", "Duplicate")) or not found:
        return None
    brackets, key = found.groups()
    line = _line_of_first(fault, brackets, _names(key))
    where = say(" on line {line}", line=line) if line else Text("", {})
    if brackets == "[":
        text = say("[{key}] is already there{where}; in a list, each one is [[{key}]]", key=key, where=where)
    elif brackets:
        text = say("[[{key}]] is one of a list, but '{key}' is already something else{where}", key=key, where=where)
    else:
        text = say("'{key}' is already set{where}", key=key, where=where)
    return text, found.start(2)


def _line_of_first(fault: Fault, brackets: str, names: list[str]) -> int | None:
    """Return the line of the statement that sets *names*, or what they lie in, before the statement at fault."""
    if fault.brackets:
        return None
    before = (_STATEMENT.match(fault.source, start, fault.starts[-1]) for start in reversed(fault.starts[:-1]))
    for found in filter(None, before):
        other = _names(found[2])
        shared = len(names) if brackets else min(len(names), len(other))
        if bool(found[1]) == bool(brackets) and names[:shared] == other[: shared if not brackets else None]:
            return fault.place(found.start(2))[0]
        if found[1] and not brackets:  # here the table of the key begins
            return None
    return None


def _names(key: str) -> list[str]:
    return [name.strip("\"'") for name in re.findall(KEY, key)]


def _invisible(fault: Fault) -> Hint:
    if fault.here in ("", " ", "\t", "\n") or unicodedata.category(fault.here) not in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return None
    code = f"U+{ord(fault.here):04X}"
    return say("an invisible character, {code}, stands here; delete it", code=code), fault.pos


def _curly(fault: Fault) -> Hint:
    if not fault.here or fault.here not in _CURLY or fault.late:
        return None
    return say("{quote} is a curly quote; write straight ones, \" or '", quote=fault.here), fault.pos


def _broken_table(fault: Fault) -> Hint:
    if fault.bracket != "{" or fault.here not in ("\n", "#"):
        return None
    text = say("a line ends inside {{ … }}; write it on one line, or each key on its own line without the braces")
    return text, fault.pos


def _left_open(fault: Fault) -> Hint:
    if not fault.brackets:
        return None
    start, opened = fault.source.rfind("\n", 0, fault.pos) + 1, fault.brackets[0]
    new = _SETTING.match(fault.source, start) or HEADER.match(fault.source, start)
    if fault.here and (opened > start or not new):
        return None
    bracket = fault.source[opened]
    closing = "]" if bracket == "[" else "}"
    return say("'{bracket}' is never closed with '{closing}'", bracket=bracket, closing=closing), opened


def _last_comma(fault: Fault) -> Hint:
    before = fault.source[: fault.pos].rstrip()
    if fault.bracket != "{" or fault.here != "}" or not before.endswith(","):
        return None
    return say("leave out the comma before '}}'"), len(before) - 1


def _unclosed_text(fault: Fault) -> Hint:
    torn = fault.reason.startswith("Unescaped") and fault.source[fault.pos + 1 : fault.pos + 2] in ("", "\n")
    if not torn and not re.match(r"Unterminated string|Expected \"'|.*character '\\n'", fault.reason):
        return None
    quote = fault.source[fault.quote]
    three = quote * 3
    if fault.source.startswith(three, fault.quote):
        return say("this text is never closed with {three}", three=three), fault.quote
    text = say("this text is not closed with {quote}; one of several lines stands in {three}", quote=quote, three=three)
    return text, fault.quote


def _escape(fault: Fault) -> Hint:
    if not fault.reason.startswith(("Unescaped", "Invalid hex", "Escaped")):
        return None
    sign = _shown(fault.source[fault.pos : fault.pos + 2])
    if sign in ("\\u", "\\U"):
        return say("\\u takes four hexadecimal digits and \\U eight, of a character that exists"), fault.pos
    return say("{sign} means nothing in \"…\"; write '…', or \\\\ for a backslash", sign=sign), fault.pos


def _no_such_date(fault: Fault) -> Hint:
    found = _DAY.match(fault.source, fault.pos) if fault.reason.startswith("Invalid date") else None
    return (say("the date {date} does not exist", date=found[0]), fault.pos) if found else None


def _no_value(fault: Fault) -> Hint:
    if fault.reason != "Invalid value" or fault.here not in ("", "\n", "#", ",", "]", "}"):
        return None
    return say("a value is missing here"), fault.pos


def _no_comma(fault: Fault) -> Hint:
    if not fault.late or not fault.brackets or not fault.source[fault.pos - 1].isspace():
        return None
    if fault.here not in "\"'[{" and fault.source[fault.value] in "\"'" and not _SETTING.match(fault.source, fault.pos):
        return None
    return say("a comma is missing before this"), fault.pos


def _second_setting(fault: Fault) -> Hint:
    if not fault.late or not fault.source[fault.pos - 1].isspace() or not _SETTING.match(fault.source, fault.pos):
        return None
    return say("this begins a new key; write it on a line of its own"), fault.pos


def _inner_quote(fault: Fault) -> Hint:
    quote = fault.source[fault.value : fault.value + 1]
    if not fault.late or quote not in "\"'" or fault.source.startswith(quote * 3, fault.value):
        return None
    ends = fault.source.find(quote, fault.value + 1, fault.pos)
    if quote == "'":
        return say("an apostrophe ends a text in '…'; use \"…\" or '''…'''"), ends
    return say('a " ends a text in "…"; use \'…\' or write \\"'), fault.source.rfind(quote, 0, fault.pos)


def _unquoted(fault: Fault) -> Hint:
    start = fault.value if fault.late else fault.pos
    if not (fault.late or fault.reason == "Invalid value") or fault.source[start] in "\"'[{" or fault.here in "]}":
        return None
    found = re.compile(r"[^\n#,\]}]*" if fault.brackets else r"[^\n#]*").match(fault.source, start)
    word = found[0].strip() if found else ""
    return _rewritten(word), start


def _rewritten(word: str) -> Text:
    """Return how to write the value *word*, which has no quotes."""
    if word.lower() in _SWITCH:
        return say("write true or false, in small letters and without quotes")
    if number := _NUMBER.fullmatch(word):
        return say("write the number as {number}", number=f"{number[1]}{number[2] or 0}.{number[3] or 0}")
    if day := _DAY.fullmatch(word):
        return _day(*(int(part) for part in day.groups()))
    if _DAY_FIRST.fullmatch(word):
        return say("write a date as year-month-day, such as 2026-02-05")
    return say("write it in quotes: {text}", text=_quoted(word))


def _day(year: int, month: int, day: int) -> Text:
    written = f"{year:04}-{month:02}-{day:02}"
    try:
        date(year, month, day)
    except ValueError:
        return say("the date {date} does not exist", date=written)
    return say("write the date as {date}", date=written)


def _shown(word: str) -> str:
    """Return *word* as it fits in one printed line."""
    return "".join(sign if sign.isprintable() else " " for sign in word)


def _quoted(word: str) -> str:
    word = _shown(word)
    short = word if len(word) <= _LONG else f"{word[:_LONG]}…"
    quote = '"' if not set('"\\') & set(word) else "'" if "'" not in word else "'''"
    return f"{quote}{short}{quote}"


def _no_equals(fault: Fault) -> Hint:
    first = fault.reason in ("Invalid statement", "Invalid initial character for a key part") and fault.here.isalpha()
    if not first and not fault.reason.startswith("Expected '='"):
        return None
    if fault.here == ":":
        return say("write '=' between a key and its value, not ':'"), fault.pos
    line = fault.source[fault.part :].partition("\n")[0]
    key, equals, _ = line.partition("=")
    if equals and not set("\"'") & set(key):
        return say('a key with spaces or accents stands in quotes: "{key}"', key=_shown(key.strip())), fault.part
    return say("a key, '=' and a value are expected here"), fault.part


def _open_header(fault: Fault) -> Hint:
    line = fault.source[fault.part :].partition("\n")[0]
    odd = fault.here.isalpha() and line.startswith("[")
    if not odd and not fault.reason.startswith("Expected ']"):
        return None
    brackets = "[[" if line.startswith("[[") else "["
    name = line.partition("#")[0].strip(" \t[]")
    name = name if re.fullmatch(KEYS, name) else _quoted(name)
    return say("write {header}", header=f"{brackets}{name}{']' * len(brackets)}"), fault.part


_TRAPS: Final[tuple[Callable[[Fault], Hint], ...]] = (
    _twice,
    _invisible,
    _unclosed_text,
    _escape,
    _curly,
    _broken_table,
    _left_open,
    _last_comma,
    _no_such_date,
    _no_value,
    _no_comma,
    _second_setting,
    _inner_quote,
    _unquoted,
    _open_header,
    _no_equals,
)
"""The first that fits speaks: those that are sure of themselves come before those that guess."""
