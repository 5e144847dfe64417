"""
Random expressions on random resources mean what the CEL library says they mean: as closures, and as columns.

The library checks each expression against messages and evaluates it on dictionaries that lack the fields which nobody
knows: an absent key, like an unbound variable, is its error value, and that is what *unknown* is. Tags are drawn in
letters that case-folding leaves alone, since comparing them folded is ours, not CEL's.

``GOVSOCIAL_FUZZ`` says how often two resources and eight expressions are drawn; where it is unset, the same 300 times.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from govsocial.cel.columns import CannotSay, Layout
from govsocial.cel.evaluate import MACRO_SLOTS, Absent, Slots, closure
from govsocial.cel.frontend import Checker, ExpressionError
from govsocial.cel.frontend import _library_type as library_type
from govsocial.cel.library import Unknown
from govsocial.cel.packed import packed, unpacked
from govsocial.cel.tree import fields, render, variables, walk
from govsocial.cel.types import DOUBLE, INT, STRING, TIMESTAMP, CelType, FieldType, fields_of, list_of, message_of
from govsocial.model import Account, Attestation, Audience, Media, Post, Question
from govsocial.validation import moment
from rows import UNKNOWN, canonical, table, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from govsocial.cel.tree import Node

EXAMPLES = int(os.environ.get("GOVSOCIAL_FUZZ", "300"))
AT_ONCE = 8
HALF = 0.5
RARELY = 0.1
LEAVES = 0.2
MOST_REFUSED = 0.1
OPERATIONS = {
    "division by zero",
    "integer overflow",
    "index out of range",
    "time out of range",
    "duration out of range",
}
LOOSE = ("x[].", "y[].")
"""How the fields of an element are named that stands in no one list."""
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
LAYOUT = Layout("post", frozenset(VARIABLES) - {"post"})
SLOTS = Slots({name: slot for slot, name in enumerate(VARIABLES)}, len(VARIABLES), {}, {})


# Values

NASTY = "aAéßİıſKà١Zzǅ_#9, \n\t\x1c\xa0\u200d\u2028👩"
EDGES = (2**63 - 1, -(2**63), 2**53 + 1)
ZONES = (UTC, ZoneInfo("Europe/Brussels"), ZoneInfo("Asia/Kathmandu"))
CLOCKS_CHANGE = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))


def some_text(random: Random) -> str:
    """Return a short text of letters that programs stumble over, now and then of any."""
    if random.random() < RARELY:
        return chr(random.choice([random.randint(1, 0xD7FF), random.randint(0xE000, 0x10FFFF)]))
    return "".join(random.choices(NASTY, k=random.randint(0, 4)))


def some_int(random: Random) -> int:
    return random.choice(
        [random.randint(-3, 3), random.randint(0, 3), random.choice(EDGES), random.randint(*EDGES[1::-1])]
    )


def some_double(random: Random) -> float:
    return random.choice([0.0, -0.0, 1.5, 1e308, random.uniform(-3, 3)])


def some_time(random: Random) -> datetime:
    """Return a time, most often near one at which clocks change."""
    if random.random() < RARELY:
        return random.choice([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
    start = random.choice(CLOCKS_CHANGE) + random.choice([0, 400]) * timedelta(days=random.uniform(-300, 300))
    return (start + timedelta(minutes=random.randint(-90, 90))).astimezone(random.choice(ZONES))


SCALARS: Mapping[str, Callable[[Random], Any]] = {
    "bool": lambda random: random.random() < HALF,
    "int": some_int,
    "double": some_double,
    "string": some_text,
    "timestamp": some_time,
}


def some_value(random: Random, kind: CelType, choices: tuple[str, ...] = ()) -> object:
    """Return a value of a field of type *kind*, as an author gives it."""
    if choices:
        return random.choice(choices)
    if kind.folded:
        return "".join(random.choices("abé09", k=random.randint(0, 2)))
    if kind.model is not None:
        return some_table(random, kind.model)
    if kind.name == "map":
        return {key: some_text(random) for key in "aß" if random.random() < HALF}
    if kind.element is not None:
        return [some_value(random, kind.element) for _ in range(random.choice([0, 1, 2, 2, 3]))]
    return SCALARS[kind.name](random)


def some_table(random: Random, model: type[BaseModel]) -> dict[str, Any]:
    """Return data for *model*: any of its fields may be left out, and any may be unknown."""
    data: dict[str, Any] = {"network": "twitter"} if "network" in model.model_fields else {}
    for name in FIELDS[model]:
        if random.random() > RARELY:
            field = fields_of(model)[name]
            known = random.random() > RARELY
            data[name] = some_value(random, field.type, field.choices) if known else None
    return data | {name: abs(data[name]) % 2**63 for name in ("length", "followers") if data.get(name) is not None}


def some_world(random: Random) -> dict[str, Any]:
    """Return a value for each variable; None where it is unknown."""
    world = {
        name: settled(some_value(random, kind)) if random.random() > RARELY else None
        for name, kind in VARIABLES.items()
        if name.startswith("param.")
    }
    if random.random() < RARELY:
        world["param.ratio"] = random.choice([math.inf, -math.inf, math.nan])
    return {
        "post": Post(**some_table(random, Post)),
        "account": Account(**some_table(random, Account)) if random.random() > RARELY else GONE,
        "siblings": tuple(Post(**some_table(random, Post)) for _ in range(random.choice([0, 1, 1, 2]))),
        **world,
    }


def settled(value: object) -> object:
    """Return the value of a param as policies give it."""
    if isinstance(value, list):
        return tuple(map(settled, value))
    return moment(value) if isinstance(value, datetime) else value


# Expressions


def escaped(text: str) -> str:
    plain = {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _#,"}
    return "'" + "".join(one if one in plain else f"\\U{ord(one):08x}" for one in text) + "'"


def is_zone(name: str) -> bool:
    """Whether the library, which knows only the zones of the machine, has heard of *name*."""
    part = cel.NewEnv().compile(f"timestamp('2026-01-01T00:00:00Z').getHours('{name}')")
    return bool(part.eval(data={}).type() != cel.Type.ERROR)


DURATIONS = "0 1h -1h 36h 1.5s -0.0015s 23h59m 2h1ms 2562047h -2562047h 0.000001s".split()
MOMENTS = ("2026-03-29T01:00:00Z", "2026-10-25T02:30:00+02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")
LITERALS: Mapping[str, Callable[[Random], str]] = {
    "bool": lambda random: random.choice(["true", "false"]),
    "int": lambda random: f"({some_int(random)})",
    "double": lambda random: f"({some_double(random)!r})",
    "string": lambda random: escaped(some_text(random)),
    "timestamp": lambda random: f"timestamp('{random.choice(MOMENTS)}')",
    "duration": lambda random: f"duration('{random.choice(DURATIONS)}')",
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
    "zone": tuple(filter(is_zone, ("UTC", "Europe/Brussels", "Asia/Kathmandu", "America/St_Johns"))),
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
    """Writes random expressions by the rules, and by *more*."""

    def __init__(self, random: Random, more: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._random = random
        self._more = more or {}

    def write(self, kind: str, depth: int, scope: Scope) -> str:
        """Return an expression of *kind*, at most *depth* rules deep."""
        ways = rules(kind) + self._more.get(kind, ())
        if "{" not in "".join(ways):
            return self._random.choice(ways) if ways else self._leaf(kind, scope)
        if depth == 0 or self._random.random() < LEAVES:
            return self._leaf(kind, scope)
        parts = Formatter().parse(self._random.choice(ways))
        return "".join(text + (self._part(name, kind, depth - 1, scope) if name else "") for text, name, _, _ in parts)

    def _leaf(self, kind: str, scope: Scope) -> str:
        known = [each[kind] for name, of in scope if kind in (each := paths(name, of))]
        if kind in LITERALS and (not known or self._random.random() < LEAVES):
            return LITERALS[kind](self._random)
        return self._random.choice(self._random.choice(known))

    def _part(self, name: str, kind: str, depth: int, scope: Scope) -> str:
        loops = len(scope) - len(VARIABLES)
        if name not in ("quantified", "filtered", "mapped"):
            return self.write(name, depth, scope)
        if loops == MACRO_SLOTS:
            return self._leaf(kind, scope)
        over = kind if name == "filtered" else self._random.choice(sorted(ELEMENTS))
        macro = {"filtered": "filter", "mapped": "map"}.get(name) or self.write("quantifier", 0, scope)
        variable = self._random.choice("xy")
        inside = (*(one for one in scope if one[0] != variable), (variable, ELEMENTS[over]))
        body = self.write(kind[:-1] if name == "mapped" else "bool", depth, inside)
        if name == "mapped" and self._random.random() < HALF:
            body = f"{self.write('bool', depth, inside)}, {body}"
        return f"{self.write(over, depth, scope)}.{macro}({variable}, {body})"


def written(random: Random) -> str:
    """Return an expression, a condition or any other value."""
    kind = random.choice(["bool"] * 4 + [*LITERALS, *LISTS])
    return Writer(random).write(kind, random.randint(1, 4), tuple(VARIABLES.items()))


# The two evaluations


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


def plain(value: object) -> object:
    """Return *value* as the library takes it: what nobody knows is absent."""
    if isinstance(value, BaseModel):
        return {name: plain(each) for name in type(value).model_fields if (each := getattr(value, name)) is not None}
    if isinstance(value, dict):
        return dict(value)
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


def reasons(node: Node, world: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why the closure of *node* is unknown, nothing where it is known."""
    try:
        closure(node, SLOTS)([*world.values(), *[None] * MACRO_SLOTS])
    except Unknown as error:
        return error.reasons
    return ()


def on_random_cases(law: Callable[[str, Node, list[dict[str, Any]]], None]) -> None:
    """Hold *law* to random expressions in random worlds; very few expressions may be refused."""
    tally: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize="GOVSOCIAL_FUZZ" not in os.environ, database=None)
    @given(st.randoms(use_true_random=True))  # drawn step by step, most expressions would be copies of others
    def hold(random: Random) -> None:
        worlds = [some_world(random), some_world(random)]
        for text in [written(random) for _ in range(AT_ONCE)]:
            tally["drawn"] += 1
            try:
                node = CHECKER.check(text, None)
            except ExpressionError:
                tally["refused"] += 1
            else:
                law(text, node, worlds)

    hold()
    assert tally["refused"] <= tally["drawn"] * MOST_REFUSED


def smallest_difference(node: Node, world: Mapping[str, Any]) -> str:
    """Return the shortest part of *node* on which the two differ."""
    parts = [part for part in walk(node) if variables(part) <= set(VARIABLES) and not part.type.mentions_message]
    for part in sorted(parts, key=lambda part: len(render(part))):
        mine, other = ours(part, world), theirs(render(part), world)
        if mine != other:
            return f"{render(part)} is {mine}, in CEL {other}, in {world}"
    return f"{render(node)} in {world}"


def test_closures_and_the_library_agree() -> None:
    answers: Counter[str] = Counter()

    def agree(text: str, node: Node, drawn: list[dict[str, Any]]) -> None:
        for world in drawn:
            mine = ours(node, world)
            answers["unknown" if mine == UNKNOWN else "known"] += 1
            assert mine == theirs(text, world), smallest_difference(node, world)

    on_random_cases(agree)
    assert min(answers["known"], answers["unknown"]) > answers.total() / 5, "one of the two is hardly tested"


def test_columns_and_the_library_agree() -> None:
    answers: Counter[str] = Counter()

    def agree(text: str, node: Node, drawn: list[dict[str, Any]]) -> None:
        if node.type.mentions_message:
            return
        try:
            found = told(node, LAYOUT, table(drawn, VARIABLES, LAYOUT))
        except CannotSay:
            answers["refused"] += 1
            return
        answers["said"] += 1
        assert found == [theirs(text, world) for world in drawn], text

    on_random_cases(agree)
    assert answers["refused"] <= answers.total() * MOST_REFUSED, "what columns refuse is not tested"


def test_what_is_shown_of_an_expression_means_the_same() -> None:
    def same(text: str, node: Node, drawn: list[dict[str, Any]]) -> None:
        shown = render(node)
        again = CHECKER.check(shown, None)
        assert render(again) == shown, text
        assert [ours(again, world) for world in drawn] == [ours(node, world) for world in drawn], text

    on_random_cases(same)


def test_an_expression_reads_no_field_that_it_does_not_name() -> None:
    def indifferent(text: str, node: Node, drawn: list[dict[str, Any]]) -> None:
        read = {path.split(".")[1].removesuffix("[]") for path in fields(node) if path.startswith("post.")}
        forgotten = dict.fromkeys({*Post.model_fields} - read)
        for world in drawn:
            blind = world | {"post": world["post"].model_copy(update=forgotten)}
            assert ours(node, blind) == ours(node, world), text

    on_random_cases(indifferent)


def test_what_is_unknown_has_a_reason_that_the_expression_names() -> None:
    def told(text: str, node: Node, drawn: list[dict[str, Any]]) -> None:
        named = tuple(fields(node))
        for world in drawn:
            for reason in reasons(node, world):
                loose = reason in OPERATIONS or reason.startswith(("no key", *LOOSE)) or reason == GONE.reason
                assert loose or any(f"{path}.".startswith((f"{reason}.", f"{reason}[]")) for path in named), text

    on_random_cases(told)


def test_every_tree_comes_back_from_json() -> None:
    def law(text: str, node: Node, _: list[dict[str, Any]]) -> None:
        assert unpacked(json.loads(json.dumps(packed(node)))) == node, text

    on_random_cases(law)
