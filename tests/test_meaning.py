"""What rules mean: how clauses combine, and what an expression sees of a reference and of a field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from govsocial import Account, Event, Fact, Institution, Post, Workspace
from govsocial.workspace import type_of
from houses import HEADER, engine

if TYPE_CHECKING:
    from govsocial.finding import Finding
    from govsocial.model import Resource

CLAUSES = {
    "true": "post.text == 'Hello'",
    "false": "post.text == 'Bye'",
    "unknown": "post.published_at > timestamp('2000-01-01T00:00:00Z')",
    "broken": "fact.broken",
}
DRAFT = Post(network="facebook", text="Hello")
ATTESTED = Post.parse({"network": "facebook", "text": "Hello", "attested": [{"duty": "a"}]})


def breaks(_: Post) -> bool:
    message = "no"
    raise ValueError(message)


BROKEN = Fact("broken", "post", "bool", breaks)


def judged(table: str, item: str, resource: Resource, workspace: Workspace | None = None) -> Finding:
    """Return what the one item of *table* says of *resource*."""
    text = f'{HEADER}[[{table}]]\nid = "a"\nmessage = "No."\n{item}\n'
    (finding,) = engine(text, facts=(BROKEN,)).verdicts(resource, workspace or Workspace())
    return finding


def clauses(key: str, names: str) -> str:
    return f"{key} = {[CLAUSES[name] for name in names.split()]}" if names else ""


# How clauses combine


@pytest.mark.parametrize(
    ("when", "require", "outcome"),
    [
        ("", "true", "pass"),
        ("", "false", "violation"),
        ("", "unknown", "unknown"),
        ("", "broken", "error"),
        ("true", "true", "pass"),
        ("true", "false", "violation"),
        ("true", "unknown", "unknown"),
        ("true", "broken", "error"),
        ("false", "true", "not-applicable"),
        ("false", "false", "not-applicable"),
        ("false", "unknown", "not-applicable"),
        ("false", "broken", "not-applicable"),
        ("unknown", "true", "unknown"),
        ("unknown", "false", "unknown"),
        ("unknown", "unknown", "unknown"),
        ("unknown", "broken", "unknown"),
        ("broken", "true", "error"),
        ("broken", "false", "error"),
        ("unknown false", "true", "not-applicable"),
        ("false unknown", "false", "not-applicable"),
        ("broken false", "true", "not-applicable"),
        ("false broken", "true", "not-applicable"),
        ("unknown broken", "true", "error"),
        ("true unknown", "false", "unknown"),
        ("true true", "true true", "pass"),
        ("", "false unknown", "violation"),
        ("", "unknown false", "violation"),
        ("", "true unknown", "unknown"),
        ("", "unknown broken", "error"),
        ("", "broken false", "error"),
        ("", "false broken", "error"),
        ("", "true true false", "violation"),
    ],
)
def test_the_clauses_of_a_rule_combine(when: str, require: str, outcome: str) -> None:
    item = f"{clauses('when', when)}\n{clauses('require', require)}"

    assert judged("rule", item, DRAFT).outcome == outcome


@pytest.mark.parametrize(
    ("when", "require", "open_", "attested"),
    [
        ("", "", "open", "attested"),
        ("", "true", "open", "attested"),
        ("", "false", "violation", "violation"),
        ("", "unknown", "unknown", "unknown"),
        ("", "broken", "error", "error"),
        ("true", "", "open", "attested"),
        ("false", "", "not-applicable", "not-applicable"),
        ("unknown", "", "unknown", "unknown"),
        ("broken", "", "error", "error"),
        ("", "false unknown", "violation", "violation"),
    ],
)
def test_the_clauses_of_a_duty_combine(when: str, require: str, open_: str, attested: str) -> None:
    item = f"{clauses('when', when)}\n{clauses('require', require)}"

    assert judged("duty", item, DRAFT).outcome == open_
    assert judged("duty", item, ATTESTED).outcome == attested


@pytest.mark.parametrize("table", ["opportunity", "live"])
@pytest.mark.parametrize(
    ("when", "outcome"),
    [
        ("", "offered"),
        ("true", "offered"),
        ("false", "not-applicable"),
        ("unknown", "unknown"),
        ("unknown false", "not-applicable"),
        ("true unknown", "unknown"),
        ("broken", "error"),
    ],
)
def test_the_clauses_of_an_offer_combine(table: str, when: str, outcome: str) -> None:
    live = 'on = "post"\nplatform = "facebook"\n' if table == "live" else ""

    assert judged(table, live + clauses("when", when), DRAFT).outcome == outcome


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("{unknown} || {true}", "pass"),
        ("{true} || {unknown}", "pass"),
        ("{unknown} || {false}", "unknown"),
        ("{unknown} && {false}", "violation"),
        ("{false} && {unknown}", "violation"),
        ("{unknown} && {true}", "unknown"),
        ("!({unknown})", "unknown"),
        ("[1, 2].exists(i, i == 2 || {unknown})", "pass"),
        ("[1, 2].all(i, i == 2 && {unknown})", "violation"),
        ("[1, 2].exists(i, i == 3 || {unknown})", "unknown"),
        ("({unknown}) ? true : true", "unknown"),
        ("1 / 0 == 1 || {true}", "pass"),
        ("1 / 0 == 1", "unknown"),
        ("post.hashtags[0] == 'a'", "unknown"),
        ("9223372036854775807 + 1 > 0", "unknown"),
    ],
)
def test_what_is_unknown_is_absorbed_as_cel_says(expression: str, outcome: str) -> None:
    text = expression.format(**{name: f"({clause})" for name, clause in CLAUSES.items()})

    assert judged("rule", f'require = """{text}"""', DRAFT.model_copy(update={"hashtags": ()})).outcome == outcome


@pytest.mark.parametrize("expression", ["{true} || {broken}", "{broken} || {true}", "!({false} && {broken})"])
def test_broken_code_never_makes_a_pass(expression: str) -> None:
    text = expression.format(**{name: f"({clause})" for name, clause in CLAUSES.items()})

    assert judged("rule", f'require = """{text}"""', DRAFT).outcome == "error"


def test_code_that_knows_no_answer_is_unknown_and_so_is_code_that_needs_what_is_absent() -> None:
    facts = (
        Fact("none", "post", "bool", lambda _: None),
        Fact("named", "post", "bool", lambda _, account: account.name != "", needs=("account",)),
    )
    text = """[[rule]]
id = "a"
require = "fact.none"
message = "No."
[[rule]]
id = "b"
require = "fact.named"
message = "No."
"""
    found = engine(HEADER + text, facts=facts).verdicts(Post(network="facebook", account="elsewhere"))

    assert [(one.outcome, one.missing) for one in found] == [
        ("unknown", ("fact.none",)),
        ("unknown", ("account:elsewhere",)),
    ]


# What an expression sees of a reference: empty, dangling, present; and of a field: given, default, null

PRESENT = Workspace(
    accounts=[
        Account(id="full", network="facebook", languages=("nl", "fr"), followers=5),
        Account(id="bare", network="facebook"),
        Account(id="null", network="facebook", languages=None, followers=None),
    ]
)
PASS, FAIL, UNKNOWN = "pass", "violation", "unknown"


@pytest.mark.parametrize(
    ("expression", "empty", "dangling", "full", "bare", "null"),
    [
        ("size(account.languages) > 1", FAIL, UNKNOWN, PASS, FAIL, UNKNOWN),
        ("account.languages == ['nl', 'fr']", FAIL, UNKNOWN, PASS, FAIL, UNKNOWN),
        ("account.network == ''", PASS, UNKNOWN, FAIL, FAIL, FAIL),
        ("account.followers == 5", UNKNOWN, UNKNOWN, PASS, UNKNOWN, UNKNOWN),
        ("has(account.followers)", FAIL, UNKNOWN, PASS, FAIL, FAIL),
        ("account.purpose == 'institution'", PASS, UNKNOWN, PASS, PASS, PASS),
        ("account.audience.international", FAIL, UNKNOWN, FAIL, FAIL, FAIL),
        ("!has(account.audience.age_min)", PASS, UNKNOWN, PASS, PASS, PASS),
        ("account.languages.exists(l, l == 'nl')", FAIL, UNKNOWN, PASS, FAIL, UNKNOWN),
        ("account.languages.all(l, l == 'nl')", PASS, UNKNOWN, FAIL, PASS, UNKNOWN),
    ],
)
def test_a_reference_is_empty_dangling_or_present(  # noqa: PLR0917 - one column each
    expression: str, empty: str, dangling: str, full: str, bare: str, null: str
) -> None:
    found = [
        judged("rule", f'require = """{expression}"""', Post(network="facebook", account=name), PRESENT).outcome
        for name in ("", "elsewhere", "full", "bare", "null")
    ]

    assert found == [empty, dangling, full, bare, null]


@pytest.mark.parametrize(
    ("expression", "empty", "dangling", "present"),
    [
        ("size(event.hashtags) == 0", PASS, UNKNOWN, FAIL),
        ("event.hashtags.exists(h, h.tag == 'FAIR')", FAIL, UNKNOWN, PASS),
        ("event.livestream.planned", FAIL, UNKNOWN, PASS),
        ("has(event.starts_at)", FAIL, UNKNOWN, PASS),
        ("event.ends_at > event.starts_at", UNKNOWN, UNKNOWN, UNKNOWN),
        ("institution.level == 'federal'", FAIL, UNKNOWN, PASS),
        ("size(institution.contacts) > 0 || post.text == 'Hello'", PASS, PASS, PASS),
        ("concerned.name == 'House'", FAIL, UNKNOWN, PASS),
        ("source.text == 'First'", FAIL, UNKNOWN, PASS),
    ],
)
def test_every_reference_is_empty_dangling_or_present(expression: str, empty: str, dangling: str, present: str) -> None:
    held = Workspace(
        posts=[Post(id="p", network="facebook", text="First")],
        events=[
            Event.parse(
                {
                    "id": "e",
                    "hashtags": [{"tag": "fair"}],
                    "livestream": {"planned": True},
                    "starts_at": "2026-11-24T09:30:00+01:00",
                }
            )
        ],
        institutions=[Institution(id="i", name="House", level="federal")],
    )
    names = {"event": "e", "institution": "i", "shared_from": "p", "question": {"institution": "i"}}
    pointing = Post.parse({"network": "facebook", "text": "Hello", **names})
    item = f'require = """{expression}"""'

    assert judged("rule", item, DRAFT, held).outcome == empty
    assert judged("rule", item, pointing).outcome == dangling
    assert judged("rule", item, pointing, held).outcome == present


def test_a_reference_that_is_null_is_unknown_itself() -> None:
    post = Post(network="facebook", account=None)
    finding = judged("rule", 'require = "size(account.languages) > 1"', post, PRESENT)

    assert (finding.outcome, finding.missing) == (UNKNOWN, ("post.account",))


@pytest.mark.parametrize(
    ("fields", "expression", "missing"),
    [
        ({"account": "a"}, "account.name == 'x'", "account:a"),
        ({"event": "e"}, "event.name == 'x'", "event:e"),
        ({"institution": "i"}, "institution.name == 'x'", "institution:i"),
        ({"shared_from": "p"}, "source.text == 'x'", "post:p"),
        ({"question": {"institution": "j"}}, "concerned.name == 'x'", "institution:j"),
        ({"info": "n", "source_institution": "s"}, "source.text == 'x'", "post:s/n"),
    ],
)
def test_what_is_not_in_the_workspace_is_asked_for_by_name(
    fields: dict[str, object], expression: str, missing: str
) -> None:
    finding = judged("rule", f'require = """{expression}"""', Post.parse({"network": "facebook", **fields}))

    assert (finding.outcome, finding.missing) == (UNKNOWN, (missing,))
    assert judged("rule", f'require = """{expression}"""', Post(network="facebook")).outcome == FAIL


def test_a_relation_to_many_is_what_the_workspace_holds() -> None:
    posts = [
        Post(id="a", network="facebook", institution="x", info="n"),
        Post(id="b", network="twitter", institution="x", info="n"),
        Post(id="c", network="twitter", institution="y", info="n"),
    ]
    held = Workspace(posts=posts)

    assert judged("rule", "require = 'size(siblings) == 1 && size(peers) == 1'", posts[0], held).outcome == PASS
    assert judged("rule", "require = 'size(siblings) == 0 && size(peers) == 0'", posts[0]).outcome == PASS


def test_an_institution_sees_its_accounts_and_posts_and_an_event_its_institutions() -> None:
    held = Workspace(
        posts=[Post(network="facebook", institution="x", event="e")],
        accounts=[Account(network="facebook", institution="x"), Account(network="facebook", institution="z")],
        institutions=[Institution(id="x"), Institution(id="y")],
    )
    event = Event(id="e", institutions=("x", "y", "unheard-of"))

    on = 'on = "{}"\nrequire = "size(accounts) == 1 && size(posts) == 1{}"'
    assert judged("rule", on.format("institution", ""), Institution(id="x"), held).outcome == PASS
    assert judged("rule", on.format("event", " && size(institutions) == 2"), event, held).outcome == PASS


@pytest.mark.parametrize(
    ("resource", "expression", "missing"),
    [
        (Post(network="facebook", info=None, institution="x"), "size(siblings) == 0", "post.info"),
        (Post(network="facebook", info="n", institution=None), "size(peers) == 0", "post.institution"),
        (Event(institutions=None), "size(accounts) == 0", "event.institutions"),
        (Event(institutions=None), "institutions.all(i, i.name != '')", "event.institutions"),
    ],
)
def test_a_relation_to_many_is_unknown_where_what_it_rests_on_is_null(
    resource: Resource, expression: str, missing: str
) -> None:
    finding = judged("rule", f'on = "{type_of(resource)}"\nrequire = "{expression}"', resource)

    assert (finding.outcome, finding.missing) == (UNKNOWN, (missing,))


@pytest.mark.parametrize(
    ("expression", "given", "left_out", "null"),
    [
        ("post.text == ''", FAIL, PASS, UNKNOWN),
        ("post.language == ''", FAIL, PASS, UNKNOWN),
        ("size(post.topics) == 0", FAIL, PASS, UNKNOWN),
        ("size(post.media) == 0", FAIL, PASS, UNKNOWN),
        ("has(post.published_at)", PASS, FAIL, FAIL),
        ("post.published_at == timestamp('2026-01-01T00:00:00Z')", PASS, UNKNOWN, UNKNOWN),
        ("has(post.date)", PASS, FAIL, FAIL),
        ("post.kind == 'original'", FAIL, PASS, UNKNOWN),
        ("post.question.institution == ''", FAIL, PASS, UNKNOWN),
        ("size(post.extra) == 0", FAIL, PASS, UNKNOWN),
        ("size(post.hashtags) == 0", FAIL, PASS, UNKNOWN),
        ("post.length == 0", FAIL, PASS, UNKNOWN),
    ],
)
def test_a_field_is_given_left_out_or_null(expression: str, given: str, left_out: str, null: str) -> None:
    fields = {
        "text": "Hello #a",
        "language": "en",
        "topics": ["a"],
        "media": [{"type": "photo"}],
        "published_at": "2026-01-01T00:00:00Z",
        "kind": "quote",
        "question": {"institution": "x"},
        "extra": {"a": "b"},
    }
    full = Post.parse({"network": "facebook", **fields})
    empty = Post(network="facebook")
    nothing = Post.parse({"network": "facebook"} | dict.fromkeys(fields))
    item = f'kinds = ["*"]\nrequire = """{expression}"""'

    assert [judged("rule", item, one).outcome for one in (full, empty, nothing)] == [given, left_out, null]


def test_a_kind_that_is_null_leaves_open_whether_the_rule_applies() -> None:
    finding = judged("rule", "require = 'true'", Post(network="facebook", kind=None))

    assert (finding.outcome, finding.missing) == (UNKNOWN, ("post.kind",))


def test_a_param_without_a_value_on_the_day_is_unknown() -> None:
    text = f"""{HEADER}[param.most]
values = [{{ from = 2020-01-01, until = 2021-01-01, value = 3 }}]
[[rule]]
id = "a"
require = "post.length <= param.most"
message = "No."
"""
    of = engine(text)
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    found = [of.verdicts(Post(network="facebook", text="Hey"), as_of=day)[0] for day in days]

    assert [one.outcome for one in found] == [UNKNOWN, PASS, PASS, UNKNOWN]
    assert found[0].missing == ("param.most",)
