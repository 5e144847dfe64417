"""
Random expressions on random resources mean what the CEL library says they mean.

The library checks each expression against messages and evaluates it on dictionaries that lack the fields which nobody
knows: an absent key, like an unbound variable, is its error value, and that is what *unknown* is. Tags are drawn in
letters that case-folding leaves alone, since comparing them folded is ours, not CEL's.

``GOVSOCIAL_FUZZ`` says how many expressions are drawn; where it is unset, the same 300 every time.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from functools import cache
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from govsocial.cel.evaluate import MACRO_SLOTS, Absent, Slots, closure
from govsocial.cel.frontend import Checker, ExpressionError
from govsocial.cel.library import Unknown
from govsocial.cel.tree import Node, fields, render
from govsocial.cel.frontend import _library_type as library_type
from govsocial.cel.types import DOUBLE, INT, STRING, TIMESTAMP, CelType, FieldType, fields_of, list_of, message_of
from govsocial.model import Account, Attestation, Audience, Media, Post, Question
from govsocial.validation import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hypothesis.strategies import DrawFn

EXAMPLES = int(os.environ.get("GOVSOCIAL_FUZZ", "300"))
UNKNOWN = "unknown"
LEFT_OUT = object()
GONE = Absent("account:gone")
VARIABLES = {
    "post": message_of(Post),
    "account": message_of(Account),
    "siblings": list_of(message_of(Post)),
    "param.count": INT,
    "param.ratio": DOUBLE,
    "param.word": STRING,
    "param.day": TIMESTAMP,
    "param.counts": list_of(INT),
    "param.ratios": list_of(DOUBLE),
    "param.words": list_of(STRING),
    "param.days": list_of(TIMESTAMP),
}
FIELDS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Post: tuple("text kind topics hashtags length media published_at date audience question extra attested".split()),
    Account: tuple("name purpose languages followers created_on".split()),
    Media: tuple("type alt duration_s captions".split()),
    Audience: tuple("languages age_min age_max international".split()),
    Question: ("text",),
    Attestation: tuple("duty on".split()),
}
CHECKER = Checker(VARIABLES, models=[Post, Account])
SLOTS = Slots({name: slot for slot, name in enumerate(VARIABLES)}, len(VARIABLES), {}, {})


# Values


TEXTS = st.text("aAéßİıſKà١Zzǅ_#9, \n\t\x1c\xa0\u200d\u2028👩", max_size=6) | st.text(max_size=3).filter(
    lambda text: "\0" not in text
)
INTS = st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1])
BRUSSELS = ZoneInfo("Europe/Brussels")
LAST_SUNDAYS = [datetime(2026, 3, 29, tzinfo=BRUSSELS), datetime(2026, 10, 25, tzinfo=BRUSSELS)]
TIMES = st.one_of(
    st.builds(
        lambda midnight, minutes, fold: (midnight + timedelta(minutes=minutes)).replace(fold=fold),
        st.sampled_from(LAST_SUNDAYS),
        st.integers(60, 240),
        st.integers(0, 1),
    ),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC, BRUSSELS, ZoneInfo("Asia/Kathmandu")])),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
SCALARS: Mapping[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": INTS,
    "double": st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 1.5, 1e308]),
    "string": TEXTS,
    "timestamp": TIMES,
}


def values(kind: CelType, names: frozenset[str], choices: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Return the values of a field of type *kind*, as an author gives them."""
    if choices:
        return st.sampled_from(choices)
    if kind.folded:
        return st.text("abc09é", max_size=2)
    if kind.model is not None:
        return tables(kind.model, names)
    if kind.name == "map":
        return st.dictionaries(st.sampled_from(["a", "ß"]), TEXTS, max_size=2)
    return st.lists(values(kind.element, names), max_size=3) if kind.element else SCALARS[kind.name]


@cache
def tables(model: type[BaseModel], names: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return data for *model*: any field among *names* may be given, left out or unknown; others are left out."""
    fields = {name: fields_of(model)[name] for name in FIELDS[model] if name in names}
    known = {name: values(field.type, names, field.choices) for name, field in fields.items()}
    known |= {name: st.integers(0, 2**63 - 1) | st.integers(0, 3) for name in ("length", "followers") if name in known}
    network = {"network": st.just("twitter")} if "network" in model.model_fields else {}
    drawn = st.fixed_dictionaries({name: mostly(each, LEFT_OUT) for name, each in known.items()} | network)
    return drawn.map(lambda data: {name: value for name, value in data.items() if value is not LEFT_OUT})


def mostly(each: st.SearchStrategy[Any], *other: object) -> st.SearchStrategy[Any]:
    """Return *each*, and now and then None or one of *other*."""
    return st.integers(0, 7).flatmap(lambda chance: st.sampled_from([None, *other]) if chance == 7 else each)


# Expressions


def escaped(text: str) -> str:
    plain = {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _#,"}
    return "'" + "".join(one if one in plain else f"\\U{ord(one):08x}" for one in text) + "'"


DURATIONS = "0 1h -1h 36h 1.5s -0.0015s 23h59m 2h1ms 2562047h -2562047h 0.000001s".split()
MOMENTS = ("2026-03-29T01:00:00Z", "2026-10-25T02:30:00+02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")
LITERALS: Mapping[str, st.SearchStrategy[str]] = {
    "bool": st.sampled_from(["true", "false"]),
    "int": INTS.map("({})".format),
    "double": SCALARS["double"].map(lambda value: f"({float(value)!r})"),
    "string": TEXTS.map(escaped),
    "timestamp": st.sampled_from([f"timestamp('{text}')" for text in MOMENTS]),
    "duration": st.sampled_from([f"duration('{text}')" for text in DURATIONS]),
}
ELEMENTS: Mapping[str, CelType] = {
    "ints": INT,
    "doubles": DOUBLE,
    "strings": STRING,
    "timestamps": TIMESTAMP,
    "medias": message_of(Media),
    "posts": message_of(Post),
    "attestations": message_of(Attestation),
}
LISTS = tuple(name for name, element in ELEMENTS.items() if element.model is None)
PATTERNS = (
    *(r"^\w+$", r"\d", r"\bz", "(?i)k", "(?i)ß", "(?i)[a-z]", r"\s", "", ".", "a$", r"[\w#]+", r"\p{L}", r"(?i)\bé"),
    *(r"\W", r"\p{Lu}", "(?s).$", "(?m)^a", "[^a]", r"\p{N}", "a{2}", r"\x{0130}", "(a|é)+?_", r"\A#", r"\z"),
)
RULES: Mapping[str, tuple[str, ...]] = {
    "order": ("==", "!=", "<", "<=", ">", ">="),
    "same": ("==", "!="),
    "search": ("contains", "startsWith", "endsWith"),
    "pattern": tuple(map(escaped, PATTERNS)),
    "zone": ("Europe/Brussels", "UTC", "Asia/Kathmandu", "America/St_Johns"),
    "clock": tuple("Hours Minutes Seconds Milliseconds".split()),
    "day": tuple("FullYear Month Date DayOfMonth DayOfWeek DayOfYear".split()),
    "limit": ("-1", "0", "1", "2", "5"),
    "quantifier": ("exists", "all", "exists_one"),
    "bool": (
        *("({bool} && {bool})", "({bool} || {bool})", "!{bool}", "({bool} && {bool} && {bool})", "{quantified}") * 3,
        *(f"({{{kind}}} {{order}} {{{kind}}})" for kind in LITERALS),
        *(f"({{{kinds}}} {{same}} {{{kinds}}})" for kinds in LISTS),
        *(f"({{{kinds[:-1]}}} in {{{kinds}}})" for kinds in LISTS),
        *("{string}.{search}({string})", "{string}.matches({pattern})", "({string} in {map})"),
    ),
    "int": (
        *(f"({{int}} {operator} {{int}})" for operator in "+-*/%"),
        *("-{int}", "size({string})", *(f"size({{{kinds}}})" for kinds in (*ELEMENTS, "map"))),
        *("{timestamp}.get{day}('{zone}')", "{timestamp}.get{clock}('{zone}')", "{duration}.get{clock}()") * 2,
    ),
    "double": (*(f"({{double}} {operator} {{double}})" for operator in "+-*/"), "-{double}", "double({int})"),
    "string": (
        *("({string} + {string})", "{string}.lowerAscii()", "{string}.upperAscii()", "{string}.trim()"),
        *("{strings}.join()", "{strings}.join({string})", "{map}['a']", "{map}.a"),
    ),
    "timestamp": ("({timestamp} + {duration})", "({timestamp} - {duration})", "({duration} + {timestamp})"),
    "duration": ("({timestamp} - {timestamp})", "({duration} + {duration})", "({duration} - {duration})"),
    "strings": ("{string}.split({string})", "{string}.split({string}, {limit})"),
}
Scope = tuple[tuple[str, CelType], ...]


def rules(kind: str) -> tuple[str, ...]:
    """Return the ways to write *kind*: its own, and those of all values, elements or lists."""
    found = RULES.get(kind, ())
    if kind in LITERALS or kind in LISTS:
        found += (f"({{bool}} ? {{{kind}}} : {{{kind}}})",)
    if f"{kind}s" in LISTS:
        found += (f"{{{kind}s}}[{{int}}]", f"{{{kind}s}}[0]")
    if kind in LISTS:
        found += (f"[{{{kind[:-1]}}}, {{{kind[:-1]}}}]", f"[{{{kind[:-1]}}}]", "{mapped}", "{mapped}")
    return (*found, f"({{{kind}}} + {{{kind}}})", "{filtered}", "{filtered}") if kind in ELEMENTS else found


@cache
def paths(name: str, kind: CelType) -> Mapping[str, tuple[str, ...]]:
    """Return what can be read from the variable *name*, by kind."""
    found: dict[str, list[str]] = {}
    for what, text in _paths(name, kind, FieldType(kind)):
        found.setdefault(what, []).append(text)
    return {what: tuple(texts) for what, texts in found.items()}


def _paths(text: str, kind: CelType, field: FieldType) -> Iterator[tuple[str, str]]:
    if field.optional:
        yield "bool", f"has({text})"
    if field.choices:
        yield "bool", f"({text} == '{field.choices[-1]}')"
        yield "bool", f"({text} in ['{field.choices[0]}', '{field.choices[1]}'])"
    elif kind.model is not None:
        for name in FIELDS[kind.model]:
            below = fields_of(kind.model)[name]
            yield from _paths(f"{text}.{name}", below.type, below)
    elif kind.element is None or kind.name == "map":
        yield kind.name, text
    else:
        yield next(name for name, element in ELEMENTS.items() if str(element) == str(kind.element)), text
        if kind.element.model is not None:
            yield from _paths(f"{text}[0]", kind.element, FieldType(kind.element))


class Writer:
    """Writes random expressions by the rules."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def write(self, kind: str, depth: int, scope: Scope) -> str:
        """Return an expression of *kind*, at most *depth* rules deep."""
        ways = rules(kind)
        if "{" not in "".join(ways):
            return self._draw(st.sampled_from(ways)) if ways else self._leaf(kind, scope)
        if depth == 0 or self._draw(st.integers(0, 4)) == 0:
            return self._leaf(kind, scope)
        parts = Formatter().parse(self._draw(st.sampled_from(ways)))
        return "".join(text + (self._part(name, kind, depth - 1, scope) if name else "") for text, name, _, _ in parts)

    def _leaf(self, kind: str, scope: Scope) -> str:
        known = [each[kind] for name, of in scope if kind in (each := paths(name, of))]
        if kind in LITERALS and (not known or self._draw(st.integers(0, 2)) == 0):
            return self._draw(LITERALS[kind])
        return self._draw(st.sampled_from(self._draw(st.sampled_from(known))))

    def _part(self, name: str, kind: str, depth: int, scope: Scope) -> str:
        loops = len(scope) - len(VARIABLES)
        if name not in ("quantified", "filtered", "mapped"):
            return self.write(name, depth, scope)
        if loops == MACRO_SLOTS:
            return self._leaf(kind, scope)
        over = kind if name == "filtered" else self._draw(st.sampled_from(sorted(ELEMENTS)))
        macro = {"filtered": "filter", "mapped": "map"}.get(name) or self.write("quantifier", 0, scope)
        variable = self._draw(st.sampled_from(["x", "y"]))
        inside = (*(one for one in scope if one[0] != variable), (variable, ELEMENTS[over]))
        body = self.write(kind[:-1] if name == "mapped" else "bool", depth, inside)
        return f"{self.write(over, depth, scope)}.{macro}({variable}, {body})"


@st.composite
def expressions(draw: DrawFn) -> str:
    """Return an expression, most often a condition."""
    kind = draw(st.sampled_from(["bool"] * 8 + [*LITERALS, *LISTS]))
    return Writer(draw).write(kind, 4, tuple(VARIABLES.items()))


# The two evaluations


@st.composite
def worlds(draw: DrawFn, text: str) -> dict[str, Any]:
    """Return a value for each variable, None where it is unknown, with what *text* reads drawn at random."""
    names = frozenset(re.findall(r"\w+", text))
    given = {name: values(kind, names) for name, kind in VARIABLES.items() if name.partition(".")[2] in names}
    ratios = {"param.ratio": st.sampled_from([math.inf, -math.inf, math.nan]) | given.get("param.ratio", st.nothing())}
    account = draw(mostly(tables(Account, names)))
    siblings = draw(st.lists(tables(Post, names), max_size=2)) if "siblings" in names else []
    return {
        **dict.fromkeys(VARIABLES),
        "post": Post(**draw(tables(Post, names))),
        "account": GONE if account is None else Account(**account),
        "siblings": tuple(Post(**data) for data in siblings),
        **{name: settled(draw(mostly(each))) for name, each in (given | ratios).items()},
    }


@st.composite
def cases(draw: DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """Return an expression, and two worlds to evaluate it in."""
    text = draw(expressions())
    return text, [draw(worlds(text)), draw(worlds(text))]


def settled(value: object) -> object:
    """Return the value of a param as policies give it."""
    return tuple(map(settled, value)) if isinstance(value, list) else moment(value) if isinstance(value, datetime) else value


LIBRARY = cel.NewEnv(
    variables={
        name: library_type(kind) if name.startswith("param.") else cel.Type.DYN for name, kind in VARIABLES.items()
    },
    config=cel.NewEnvConfigFromYaml("name: oracle\nextensions:\n- name: strings\n"),
)


def theirs(text: str, world: Mapping[str, Any]) -> object:
    """Return what the library says that *text* is in *world*."""
    program = LIBRARY.deserialize(CHECKER._environment.compile(text).serialize())
    known = {name: plain(value) for name, value in world.items() if value is not None and value is not GONE}
    result = program.eval(data=known)
    return UNKNOWN if result.type() == cel.Type.ERROR else canonical(result.plain_value())


def plain(value: object) -> Any:
    """Return *value* as the library takes it: what nobody knows is absent."""
    if isinstance(value, BaseModel):
        return {name: plain(each) for name in type(value).model_fields if (each := getattr(value, name)) is not None}
    if isinstance(value, datetime):
        time = Timestamp()
        time.FromDatetime(value)
        return time
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def ours(node: Node, world: Mapping[str, Any]) -> object:
    """Return what the closure of *node* says."""
    try:
        return canonical(closure(node, SLOTS)([*world.values(), *[None] * MACRO_SLOTS]))
    except Unknown:
        return UNKNOWN


def canonical(value: object) -> object:
    """Return *value* so that only what is the same value of the same type is equal; NaN is."""
    if isinstance(value, list | tuple):
        return tuple(map(canonical, value))
    return type(value).__name__, repr(value.astimezone(UTC) if isinstance(value, datetime) else value)


def test_closures_and_the_library_agree_on_random_expressions() -> None:
    tally: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="GOVSOCIAL_FUZZ" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def agree(case: tuple[str, list[dict[str, Any]]]) -> None:
        text, drawn = case
        tally["drawn"] += 1
        try:
            node = CHECKER.check(text, None)
        except ExpressionError:
            tally["refused"] += 1
            return
        for world in drawn:
            mine = ours(node, world)
            tally["unknown"] += mine == UNKNOWN
            assert mine == theirs(text, world), text

    agree()
    print(tally)
