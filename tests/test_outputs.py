"""What a report says to people and to programs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from govsocial.cel.library import Fact
from govsocial.engine import Engine
from govsocial.model import Account, Event, Post, Resource
from govsocial.networks import Network, networks_of
from govsocial.outputs import explain, render
from govsocial.outputs.lines import View, entry
from govsocial.outputs.pointing import pointed
from govsocial.policy.compile import assemble, compile_policy
from govsocial.policy.load import parse_policy
from govsocial.policy.rules import Vocabulary
from govsocial.report import Report
from govsocial.text import normalise
from govsocial.workspace import Workspace

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[source.norm]
title = "Recommendations"
publisher = "belgium.be"
[fact]
chars = 'size(post.text)'
[[rule]]
id = "short"
severity = "error"
source = { ref = "norm", at = "part 7" }
require = 'fact.chars <= 20'
message.en = "This text has {fact.chars} characters; 20 is the limit."
message.fr = "Ce texte compte {fact.chars} caractères, la limite est 20."
help.en = "Cut some words."
help.fr = "Supprimez quelques mots."
[[rule]]
id = "one-language"
require = 'size(account.languages) <= 1'
message = "The account has {account.languages.size} languages; 1 is enough."
[[rule]]
id = "dated"
networks = ["facebook"]
require = 'post.published_at < timestamp("2030-01-01T00:00:00Z")'
message = "Too late."
[[rule]]
id = "quiet"
severity = "note"
require = '!post.text.contains("!")'
message = "No need to shout; 0 exclamation marks are ideal."
help = "Use a full stop."
[[rule]]
id = "ratio"
networks = ["snapchat"]
require = '10 / size(post.text) > 1'
message = "Too long."
[[duty]]
id = "monitor"
on = "account"
require = 'account.network != ""'
message = "Someone follows what is said."
[[opportunity]]
id = "bronze"
network = "snapchat"
score = 10
when = 'post.content_type == "event"'
message = "Good for Snapchat."
[[opportunity]]
id = "gold"
network = "instagram"
score = 90
when = 'post.content_type == "event"'
message = "Good for Instagram."
[[live]]
id = "big"
platform = "facebook"
when = 'event.livestream.planned'
eligible = 'accounts.exists(a, a.followers >= 100)'
reach = '21300'
message = "Facebook reaches very many."
help = "You need 100 followers."
[[live]]
id = "free"
platform = "twitter"
when = 'event.livestream.planned'
reach = '500'
message = "X takes everyone."
[[live]]
id = "small"
platform = "snapchat"
when = 'event.livestream.planned'
eligible = 'false'
message = "Snapchat is for the young."
help = "It takes no one."
"""
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG = "a text that is too long to pass"


def engine(text: str = POLICY, facts: tuple[Fact, ...] = ()) -> Engine:
    networks = tuple(Network(name) for name in ("facebook", "instagram", "snapchat", "twitter"))
    vocabulary = Vocabulary({one.id: one for one in networks}, {(one.on, one.name): one for one in facts}, {})
    policies = assemble([compile_policy(parse_policy(text), vocabulary)])
    return Engine(policies, networks_of(networks), clock=lambda: NOW)


HOUSE = engine()


def post(name: str = "p", text: str = "fine", **fields: object) -> Post:
    return Post.parse({"id": name, "network": "twitter", "text": text, **fields})


def judged(*resources: Resource, workspace: Workspace | None = None) -> Report:
    return HOUSE.check(resources, workspace)


def text_of(report: Report, language: str = "en", **view: object) -> str:
    return render(report, "text", language, **{"width": 200, **view})


def test_a_resource_without_fault_is_fine() -> None:
    assert text_of(judged(post()), judged=1) == (
        "✓ this draft: fine\n\n1 resource judged: nothing to change. Nothing stands in the way.\n"
    )


def test_a_violation_is_told_with_its_next_step() -> None:
    assert text_of(judged(post(text=LONG)), judged=1) == (
        "✗ post p: not ready, 1 error\n"
        "  This text has 31 characters; 20 is the limit.\n"
        "  → Cut some words.\n"
        "\n"
        "1 resource judged: 1 error. Not ready: change what is marked ✗.\n"
    )


TAGS = engine(
    POLICY
    + """
[[rule]]
id = "tags"
severity = "error"
networks = ["instagram"]
require = 'size(post.hashtags) <= 1'
message = "Too many tags."
[[rule]]
id = "brief"
networks = ["facebook"]
require = 'post.length < 8'
message = "Too long a text."
"""
)


def marked(text: str, network: str = "instagram", width: int = 200) -> list[str]:
    """Return the lines between what is wrong and the next step."""
    lines = text_of(TAGS.check(post(text=text, network=network)), width=width).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  Too "))
    return [line.removeprefix("    ") for line in lines[start + 1 : start + 3] if line.startswith("    ")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Kom #een #twee", ["Kom #een #twee", "    ^^^^^^^^^^"]),
        ("Eerst dit\r\nKom #een\nen #twee", ["Kom #een", "    ^^^^"]),
        ("Kom\t#een\u00a0#twee", ["Kom #een #twee", "    ^^^^^^^^^^"]),
        ("日本 😀 #日 #twee", ["日本 😀 #日 #twee", "        ^^^^^^^^^"]),
        ("e\u0301t\u0301 #een #twee", ["ét\u0301 #een #twee", "   ^^^^^^^^^^"]),
        ("Kom\x1b[2J #een #twee", ["Kom\ufffd[2J #een #twee", "        ^^^^^^^^^^"]),
    ],
)
def test_what_is_wrong_is_marked_in_the_text(text: str, lines: list[str]) -> None:
    assert marked(text) == lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("x" * 30 + " #een #twee", 24, ["…xxxxxxxx #een #twee", " " * 10 + "^" * 10]),
        ("#een #twee " + "x" * 30, 24, ["#een #twee xxxxxxxx…", "^" * 10]),
        ("x" * 30 + " #een" + " x" * 30 + " #twee", 24, ["…xxx #een x x x x x…", " " * 5 + "^" * 15]),
        ("日" * 30 + " #een #twee", 24, ["…日日日日 #een #twee", " " * 10 + "^" * 10]),
    ],
)
def test_a_line_that_is_too_long_is_cut_around_what_is_marked(text: str, width: int, lines: list[str]) -> None:
    assert marked(text, width=width) == lines


def test_a_text_that_is_too_long_is_marked_only_where_it_fits_the_terminal() -> None:
    assert marked("Kom maar mee", "facebook") == ["Kom maar mee", "^" * 12]
    assert marked("Kom maar mee. " * 20, "facebook") == []


def test_a_tip_marks_nothing() -> None:
    tags = engine(POLICY.replace('!post.text.contains("!")', '!post.hashtags.exists(h, h == "een")'))
    report = tags.check(post(text="Kom #een"))

    assert report.to_dict()["findings"][0]["span"] == {"field": "text", "start": 4, "end": 8}
    assert "^" not in text_of(report)


@given(st.text("ab 日😀\n\t", max_size=60), st.text("ab 日e\u0301\n", max_size=60), st.integers(20, 60))
def test_a_mark_begins_beneath_what_it_marks_and_fits_the_terminal(before: str, text: str, width: int) -> None:
    whole = normalise(f"{before}#{text}")
    line, mark = pointed(whole, len(before), len(whole), View(width=width))
    lead = len(mark) - len(mark.lstrip())

    assert max(cell_len(line), len(mark)) <= width
    assert set(mark.strip()) == {"^"}
    assert cell_len(line.partition("#")[0]) == lead


@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_no_text_and_no_place_in_it_breaks_the_marking(text: str, start: int, end: int) -> None:
    lines = pointed(text, min(start, len(text)), min(end, len(text)), View(width=20))

    assert len(lines) in (0, 2)
    assert all(len(line.splitlines()) == 1 for line in lines)


def test_the_policy_speaks_the_language_of_the_reader() -> None:
    assert "Ce texte compte 31 caractères, la limite est 20." in text_of(judged(post(text=LONG)), "fr")


def test_the_worst_resource_comes_first() -> None:
    workspace = Workspace(accounts=[Account(id="a", network="twitter", languages=("nl", "fr"))])
    told = text_of(judged(post("mild", account="a"), post("bad", LONG), workspace=workspace))

    assert told.index("✗ post bad: 1 error") < told.index("! post mild: 1 warning")


def test_a_warning_at_the_fail_level_is_marked_as_an_error_is() -> None:
    workspace = Workspace(accounts=[Account(id="a", network="twitter", languages=("nl", "fr"))])
    report = HOUSE.check(post(account="a"), workspace)

    assert "! post p" in text_of(report)
    assert "✗ post p" in text_of(Report(report.findings, (), (), {}, (), fail_level="warning"))


def test_a_tip_is_one_line_and_is_no_fault() -> None:
    told = text_of(judged(post(text="hi!")), judged=1)

    assert told.splitlines()[:3] == ["✓ post p: fine", "", "Tip: No need to shout; 0 exclamation marks are ideal."]
    assert "Use a full stop." not in told


def test_a_tip_becomes_a_fault_where_notes_fail_the_run() -> None:
    report = judged(post(text="hi!"))

    assert "✗ post p: 1 tip" in text_of(Report(report.findings, (), (), {}, (), fail_level="note"))


def test_a_section_that_is_opened_gives_the_next_step() -> None:
    assert "→ Use a full stop." in text_of(judged(post(text="hi!")), show=frozenset({"notes"}))


def test_the_same_tip_for_several_posts_is_told_once() -> None:
    told = text_of(judged(*(post(f"p{number}", "hi!") for number in range(5))))

    assert told.count("No need to shout") == 1
    assert "(p0, p1, p2 and 2 more)" in told


def test_what_is_missing_is_asked_once() -> None:
    told = text_of(judged(post("one", account="finbel"), post("two", account="finbel")), judged=2)

    assert told.count("Question: I do not know the account 'finbel': add it to your files.") == 1
    assert "\n1 question. Nothing stands in the way.\n" in told


def test_a_question_says_who_waits_for_it_when_asked() -> None:
    told = text_of(judged(post("one", account="finbel"), post("two", account="finbel")), show=frozenset({"unknown"}))

    assert "Waits for it: post one, post two" in told


def test_a_field_that_is_missing_is_asked_for_by_name() -> None:
    report = judged(post("one", network="facebook"), post("two", network="facebook"))

    assert "Question: I do not know 'published_at' of post one, post two: add it." in text_of(report)


def test_a_field_of_what_is_referred_to_is_asked_for_there() -> None:
    workspace = Workspace(accounts=[Account(id="a", network="twitter", languages=None)])

    assert "I do not know 'languages' of account a: add it." in text_of(judged(post(account="a"), workspace=workspace))


def test_an_operation_without_result_is_told_plainly() -> None:
    report = judged(post("empty", "", network="snapchat"))

    assert "Question: A check of post empty came to no result (a division by zero)." in text_of(report)


def test_a_duty_names_the_institution_once() -> None:
    accounts = [Account(id=name, network="twitter", institution="fps") for name in ("a", "b")]

    assert "Duty: Someone follows what is said. (fps)\n" in text_of(judged(*accounts))


def test_the_duties_are_a_checklist_with_what_was_seen_when_asked() -> None:
    done = Account.parse({"id": "b", "network": "twitter", "institution": "pod", "attested": [{"duty": "monitor"}]})
    report = judged(Account(id="a", network="twitter", institution="fps"), done)

    assert (
        "☐ Duty: Someone follows what is said. (fps)\n  ✓ seen in your files: network\n"
        "☑ Duty, attested: Someone follows what is said. (pod)\n  ✓ seen in your files: network\n"
    ) in text_of(report, show=frozenset({"duties"}))


def test_opportunities_come_best_first() -> None:
    told = text_of(judged(post(content_type="event")))

    assert told.index("Opportunity: Good for Instagram.") < told.index("Opportunity: Good for Snapchat.")


def test_a_live_table_says_yes_unknown_or_no_and_why() -> None:
    event = Event.parse({"id": "day", "livestream": {"planned": True}, "institutions": ["fps"]})
    account = Account(id="a", network="facebook", institution="fps")
    lines = text_of(judged(event, workspace=Workspace(accounts=[account]))).splitlines()

    assert lines[0:2] == [
        "Question: I do not know every 'followers' for event day: add what is missing.",
        "Live streaming of day:",
    ]
    assert [line.split(maxsplit=3) for line in lines[2:5]] == [
        ["yes", "twitter", "500", "X takes everyone."],
        ["unknown", "facebook", "21,300", "You need 100 followers."],
        ["no", "snapchat", "?", "It takes no one."],
    ]


@pytest.mark.parametrize(
    ("language", "number"), [("nl", "21.300"), ("de", "21.300"), ("fr", "21\u202f300"), ("en", "21,300")]
)
def test_numbers_are_written_as_the_reader_writes_them(language: str, number: str) -> None:
    event = Event.parse({"id": "day", "livestream": {"planned": True}})

    assert number in text_of(judged(event), language)


def test_after_twenty_resources_the_rest_is_counted_by_rule() -> None:
    told = text_of(judged(*(post(f"p{number}", LONG + "." * number) for number in range(26))))

    assert told.count("✗ post ") == 20
    assert "6 more have something to change; see all: --show all" in told
    assert "26 × for example: This text has 31 characters; 20 is the limit." in told


def test_all_resources_are_told_when_asked() -> None:
    told = text_of(judged(*(post(f"p{number}", LONG) for number in range(26))), show=frozenset({"all"}))

    assert told.count("✗ post ") == 26
    assert "--show" not in told


def test_rules_are_named_only_when_asked() -> None:
    report = HOUSE.check([post(text=LONG + "!", account="finbel")], keep_all=True)

    assert "house/" not in text_of(report, show=frozenset({"all"}))
    assert "[house/short]" in text_of(report, ids=True)
    assert "pass: house/" not in text_of(report, ids=True)
    assert "[house/one-language]" in text_of(report, ids=True)


def test_the_outcomes_are_counted_when_asked() -> None:
    assert "Outcomes: not-applicable 2, pass 2, violation 1\n" in text_of(
        judged(post(text=LONG)), show=frozenset({"outcomes"})
    )


def test_a_broken_rule_is_named_for_its_author() -> None:
    def compute(_: Post) -> int:
        raise ValueError("no luck")

    text = POLICY.replace("'fact.chars <= 20'", "'fact.lucky <= 20'")
    report = engine(text, (Fact("lucky", "post", "int", compute),)).check(post())
    told = text_of(report)

    assert "✗ The rule house/short broke (" in told
    assert "no luck" in told
    assert "1 broken rule. Please look at this before you publish." in told


def test_a_draft_cannot_steer_the_terminal() -> None:
    told = text_of(judged(post("a\x1b[2Jb\x07", LONG)))

    assert "\x1b" not in told
    assert "\x07" not in told


BUSY = (
    *(post(f"post-{number}", LONG + "!" * (number % 2), account="finbel", content_type="event") for number in range(3)),
    Account(id="acc", network="twitter"),
    Event.parse({"id": "day", "livestream": {"planned": True}}),
)


@given(st.integers(40, 140), st.sampled_from(["nl", "fr", "de", "en"]), st.booleans())
def test_no_line_is_wider_than_the_terminal(width: int, language: str, opened: bool) -> None:  # noqa: FBT001
    show = frozenset({"all"} if opened else ())

    assert max(map(len, render(judged(*BUSY), language=language, width=width, show=show).splitlines())) <= width


@given(st.integers(40, 140), st.booleans())
def test_colours_change_nothing_but_colours(width: int, opened: bool) -> None:  # noqa: FBT001
    view: dict[str, Any] = {"width": width, "show": frozenset({"all"} if opened else ())}
    painted = render(judged(*BUSY), colour=True, **view)

    assert "\x1b[" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == render(judged(*BUSY), **view)


def test_json_has_the_agreed_keys() -> None:
    event = Event.parse({"id": "day", "livestream": {"planned": True}})
    data = json.loads(render(judged(post(text=LONG, content_type="event"), event), "json"))

    assert list(data) == "govsocial decision as_of policies counts findings opportunities live".split()
    assert list(data["policies"][0]) == "id version digest".split()
    assert set(data["findings"][0]) == set(
        "rule effect outcome severity resource message help fields span failing clauses missing source waiver "
        "fingerprint as_of".split()
    )
    assert set(data["findings"][0]["resource"]) == set(
        "type id file line institution account network language date url".split()
    )
    assert set(data["findings"][0]["clauses"][0]) == {"text", "outcome", "values"}
    assert set(data["opportunities"][0]) == set("rule resource network score message".split())
    assert set(data["live"][0]) == {"event", "options"}
    assert set(data["live"][0]["options"][0]) == set("platform rule eligible reach why".split())


def test_json_is_json_even_where_a_value_is_infinite() -> None:
    text = POLICY.replace("'fact.chars <= 20'", "'1.0 / double(fact.chars) < 2.0'") + "[param.unused]\nvalue = 1\n"
    report = engine(text).check(post(text=""))
    data = json.loads(render(report, "json"), parse_constant=pytest.fail)

    assert "inf" in {
        str(value) for one in data["findings"] for clause in one["clauses"] for value in clause["values"].values()
    }


def explained(*resources: Resource, **view: object) -> str:
    found = [one for item in resources for one in HOUSE.verdicts(item)]
    return explain.render(found, View(width=200, **view))  # type: ignore[arg-type]


def test_an_explanation_gives_the_clause_its_values_and_its_source() -> None:
    told = explained(post(text=LONG)).splitlines()
    start = told.index("  house/short: violation")

    assert told[0] == "post p, judged by 24/11/2026 01:00"
    assert told[start + 1 : start + 5] == [
        "    This text has 31 characters; 20 is the limit.",
        "    ✗ fact.chars <= 20",
        "        fact.chars = 31",
        "    source: Recommendations, belgium.be, part 7",
    ]


def test_an_explanation_says_what_is_unknown() -> None:
    told = explained(post(account="finbel"))

    assert "house/one-language: unknown" in told
    assert "size(account.languages) = unknown (account:finbel)" in told
    assert "missing: account:finbel" in told


def test_an_explanation_says_why_a_kind_is_not_judged() -> None:
    told = explained(post(kind="repost"))

    assert "house/short: does not apply\n    this is of kind 'repost'; judged are: original, quote" in told


def test_what_decided_a_condition_is_named() -> None:
    told = explained(Event.parse({"id": "day", "livestream": {"planned": True}}))

    assert "house/big: offered" in told
    assert "decided by" not in told  # no account, so no element decided
    text = POLICY.replace("'fact.chars <= 20'", "'post.hashtags.all(h, size(h) < 5)'")
    found = engine(text).verdicts(post(text="#mobiliteit #gent"))

    assert "        decided by: mobiliteit\n" in explain.render(found, View(width=200))


def shortened(*resources: Resource, **view: object) -> list[str]:
    found = [one for item in resources for one in HOUSE.verdicts(item)]
    return explain.render(found, View(width=200, **view), full=False).splitlines()  # type: ignore[arg-type]


def test_a_short_explanation_begins_with_what_is_wrong_and_has_a_line_for_the_rest() -> None:
    lines = shortened(post(text=LONG))

    assert lines[1] == "  house/short: violation"
    assert "  house/quiet: passes" in lines
    assert lines[-1] == "All conditions and values: --full; those of one rule: --rule ID."


def test_a_short_explanation_gives_the_values_of_what_decided_only() -> None:
    text = POLICY.replace("'fact.chars <= 20'", "['post.kind == \"original\"', 'fact.chars <= 20']")
    told = explain.render(engine(text).verdicts(post(text=LONG)), View(width=200), full=False)

    assert '    ✓ post.kind == "original"\n    ✗ fact.chars <= 20\n        fact.chars = 31\n' in told


def test_a_short_explanation_says_which_condition_is_not_met_and_what_it_saw() -> None:
    assert "  house/gold: does not apply: ✗ post.content_type == \"event\" (post.content_type = '')" in shortened(
        post()
    )


def test_an_explanation_says_what_would_settle_an_unknown() -> None:
    assert "    → I do not know the account 'finbel': add it to your files." in shortened(post(account="finbel"))


def test_an_explanation_says_that_a_rule_is_not_in_force_then() -> None:
    text = POLICY.replace('id = "short"', 'id = "short"\nvalid = { until = 2020-01-01 }')
    told = explain.render(engine(text).verdicts(post()), View(width=200), full=False)

    assert "  house/short: does not apply: not in force on 24/11/2026 01:00\n" in told


def test_an_explanation_says_that_a_policy_is_not_in_force_then() -> None:
    text = POLICY.replace('title = "House rules"', 'title = "House rules"\nvalid = { until = 2020-01-01 }')
    told = explain.render(engine(text).verdicts(post()), View(width=200), full=False)

    assert "  house/short: does not apply: its policy is not in force on 24/11/2026 01:00\n" in told


def test_a_folder_of_drafts_begins_with_how_many_may_go_out() -> None:
    workspace = Workspace(accounts=[Account(id="a", network="twitter", languages=("nl", "fr"))])
    drafts = [
        post(f"p{number}", LONG if number < 3 else "fine", account="a" if number < 8 else "") for number in range(40)
    ]
    lines = text_of(judged(*drafts, workspace=workspace), judged=40).splitlines()

    assert lines[0] == "✗ 40 resources judged: 3 not ready, 5 to look at, 32 fine."
    assert lines[-1] == "3 errors, 8 warnings. Not ready: change what is marked ✗."


def test_doubt_is_not_told_as_fine_where_it_asks_for_a_review() -> None:
    report = judged(post(account="finbel"))
    strict = Report(report.findings, (), (), {}, (), strict=True)

    assert text_of(report, judged=1).startswith("✓ post p: fine\n")
    assert text_of(strict, judged=1).startswith("! post p: please look at it\n")


def test_the_answer_to_one_draft_is_cut_to_what_is_read_at_a_glance() -> None:
    tips = "".join(
        f'[[rule]]\nid = "tip-{number}"\nseverity = "note"\nrequire = \'post.url != ""\'\nmessage = "Tip {number}."\n'
        for number in range(5)
    )
    report = engine(POLICY + tips).check(post(text=LONG, account="finbel", content_type="event"))
    lines = text_of(report, judged=1, width=80).splitlines()

    assert len(lines) == 12
    assert lines[0] == "✗ post p: not ready, 1 error"
    assert "3 more: --show all" in lines
    assert len(text_of(report, judged=1, width=80, show=frozenset({"all"})).splitlines()) > 12


def test_what_is_absent_is_asked_for_at_once() -> None:
    told = text_of(judged(post("one", account="finbel"), post("two", account="other")), judged=2)

    assert "Question: I do not know the account 'finbel', the account 'other': add them to your files.\n" in told
    assert "\n2 questions." in told


def test_no_line_begins_with_a_sign_that_french_sets_apart() -> None:
    lines = [
        line
        for width in range(20, 60)
        for line in entry("Trop long : que faire ? Coupez ; ou pas !", View(width=width))
    ]

    assert [line for line in lines if line.strip()[:1] in ":;?!"] == []


def test_numbers_in_messages_are_written_as_the_reader_writes_them() -> None:
    text = POLICY.replace("'fact.chars <= 20'", "'size(post.text) < 5 || fact.chars * 1000 < 2026'")
    report = engine(
        text.replace("{fact.chars}", "{fact.many}").replace("[fact]", "[fact]\nmany = 'size(post.text) * 1000'")
    )
    told = report.check(post(text=LONG))

    assert "Ce texte compte 31\u202f000 caractères" in text_of(told, "fr")
    assert "This text has 31,000 characters" in text_of(told, "en")
