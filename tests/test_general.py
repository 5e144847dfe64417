"""The general recommendations on one campaign: an event of two institutions in two languages, its pages, a question."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govsocial import Account, Engine, Event, Institution, Post, Workspace
from govsocial.authoring.tests import Case, cases
from govsocial.defaults import built_in_policies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govsocial import Finding
    from govsocial.model import Resource

GENERAL = Path(__file__).parent.parent / "policies/general.toml"
ENGINE = Engine.default()
NOW = datetime(2027, 2, 1, tzinfo=UTC)
RULES = set(
    "account-monolingual account-language-fits-audience bilingual-account-defines-languages post-language-defined "
    "event-hashtag-agreed event-hashtag-single post-uses-event-hashtag event-page-agreed event-single-page "
    "event-page-admins share-source-publication public-question-redirect private-question-redirect "
    "institution-has-calendar post-in-calendar post-has-visual account-uses-visuals standby-mentions "
    "standby-visitor-content standby-federal-questions".split()
)
BOTH = ["fps-health", "fps-mobility"]
CAMPAIGN: dict[str, Any] = {
    "id": "klimaatdag",
    "institutions": BOTH,
    "starts_at": "2027-03-11T10:00:00+01:00",
    "hashtags": [{"tag": "Klimaatdag", "language": "nl"}, {"tag": "JourneeClimat", "language": "fr"}],
    "pages": [
        {
            "network": "facebook",
            "url": "https://facebook.example/klimaatdag",
            "owner": "fps-health",
            "admins": [{"institution": name} for name in BOTH],
        }
    ],
    "coordination": [
        {"subject": subject, "agreed_on": "2027-01-12", "parties": BOTH} for subject in ("hashtag", "page")
    ],
    "monitoring": {"owner": "Webteam"},
}
HEALTH = Institution.parse({"id": "fps-health", "level": "federal"})
MOBILITY = Institution.parse(
    {
        "id": "fps-mobility",
        "name": "FPS Mobility",
        "level": "federal",
        "handles": [
            {"network": "twitter", "handle": "MobiliteitDemo", "language": "nl"},
            {"network": "twitter", "handle": "MobiliteDemo", "language": "fr"},
        ],
        "contacts": [{"kind": "mail", "value": "info@mobility.example"}],
    }
)


def event(**changes: object) -> Event:
    return Event.parse({**CAMPAIGN, **changes})


def findings(resource: Resource, *others: Resource) -> dict[str, Finding]:
    """Judge *resource* beside the campaign and *others*; what each general rule says, by its own id."""
    known: dict[type, list[Any]] = {kind: [] for kind in (Post, Account, Event, Institution)}
    for one in (resource, *others, HEALTH, MOBILITY):
        known[type(one)].append(one)
    workspace = Workspace(known[Post], known[Account], known[Event] or [event()], known[Institution])
    found = ENGINE.check(resource, workspace, as_of=NOW, keep_all=True).findings
    return {one.rule: one for one in found}


def outcome(rule: str, resource: Resource, *others: Resource) -> str:
    return findings(resource, *others)[f"general/{rule}"].outcome


def post(text: str, **fields: object) -> Post:
    return Post.parse({"id": "post", "network": "twitter", "institution": "fps-health", "text": text, **fields})


def general_cases() -> Iterable[Case]:
    (policy,) = (one for one in built_in_policies() if one.id == "general")
    return cases(policy)


def test_every_general_recommendation_has_its_rule() -> None:
    rules = {
        rule.id.partition("/")[2]
        for policy in ENGINE.policies.policies
        if policy.id == "general"
        for rule in policy.rules
    }

    assert rules >= RULES


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_rule_has_a_case_in_which_it_speaks_and_one_in_which_it_is_silent(rule: str) -> None:
    expected = {one for case in general_cases() if case.rule == f"general/{rule}" for one in case.outcomes}

    assert "violation" in expected
    assert expected & {"pass", "not-applicable", "open"}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_rule_speaks_four_languages_and_names_its_place_in_the_recommendations(rule: str) -> None:
    compiled = next(one for policy in ENGINE.policies.policies for one in policy.rules if one.id == f"general/{rule}")

    assert set(compiled.message.texts) == set(compiled.help.texts) == {"nl", "fr", "de", "en"}
    assert compiled.source is not None
    assert compiled.source[1].at


def test_the_campaign_as_it_was_agreed_breaks_no_rule() -> None:
    outcomes = {name: one.outcome for name, one in findings(event()).items() if name.startswith("general/event-")}

    assert len(outcomes) == 5
    assert set(outcomes.values()) == {"pass"}


def test_two_hashtags_of_two_languages_pass_and_two_of_one_language_do_not() -> None:
    twice = [{"tag": "Klimaatdag", "language": "nl"}, {"tag": "Klimaatweek", "language": "nl"}]

    assert outcome("event-hashtag-single", event()) == "pass"
    assert outcome("event-hashtag-single", event(hashtags=twice)) == "violation"


def test_a_third_language_needs_a_house_that_allows_it(tmp_path: Path) -> None:
    three = event(hashtags=[*CAMPAIGN["hashtags"], {"tag": "Klimatag", "language": "de"}])
    house = tmp_path / "house.toml"
    raised = GENERAL.read_text(encoding="utf-8").replace(
        "[param.max_event_hashtags]\nvalue = 2", "[param.max_event_hashtags]\nvalue = 3"
    )
    house.write_text(raised.replace('id = "general"', 'id = "house"', 1), encoding="utf-8")
    found = Engine.default(policies=[house]).check(three, keep_all=True).findings
    single = {one.rule: one.outcome for one in found if one.rule.endswith("/event-hashtag-single")}

    assert single == {"general/event-hashtag-single": "violation", "house/event-hashtag-single": "pass"}


def test_the_french_post_with_only_the_dutch_hashtag_is_told_the_french_one() -> None:
    found = findings(post("À demain ! #Klimaatdag", event="klimaatdag", language="fr"), event())
    told = found["general/post-uses-event-hashtag"]

    assert told.outcome == "violation"
    assert all("#JourneeClimat" in told.message(language) for language in ("nl", "fr", "de", "en"))
    assert (
        outcome("post-uses-event-hashtag", post("Tot morgen! #klimaatdag", event="klimaatdag", language="nl")) == "pass"
    )


def test_the_agreed_hashtags_do_not_count_against_the_ideal_of_one() -> None:
    found = findings(post("Tot morgen! À demain ! #Klimaatdag #JourneeClimat #lucht", event="klimaatdag"))

    assert found["twitter/hashtags-ideal"].outcome == "pass"
    assert found["general/post-uses-event-hashtag"].outcome == "pass"


def test_three_pages_on_one_network_name_their_owners() -> None:
    pages = [
        {"network": "facebook", "url": f"https://facebook.example/{owner}", "owner": owner}
        for owner in (*BOTH, "fps-justice")
    ]
    told = findings(event(pages=pages))["general/event-single-page"]

    assert told.outcome == "violation"
    for language in ("nl", "fr", "de", "en"):
        assert "facebook (fps-health), facebook (fps-mobility), facebook (fps-justice)" in told.message(language)
        assert "3" in told.message(language)


def test_the_event_names_who_has_not_agreed_and_who_has_no_administrator() -> None:
    alone = [
        {"subject": subject, "agreed_on": "2027-01-12", "parties": ["fps-health"]} for subject in ("hashtag", "page")
    ]
    page = {**CAMPAIGN["pages"][0], "admins": [{"institution": "fps-health"}]}
    found = findings(event(coordination=alone, pages=[page]))

    for rule in ("event-hashtag-agreed", "event-page-agreed", "event-page-admins"):
        assert found[f"general/{rule}"].failing == ("fps-mobility",)


def test_a_reply_to_a_question_for_another_institution_is_told_the_handle() -> None:
    question = {"institution": "fps-mobility", "language": "fr"}
    told = findings(post("Adressez-vous à nos collègues.", kind="reply", question=question))[
        "general/public-question-redirect"
    ]

    assert told.outcome == "violation"
    assert all(
        "FPS Mobility" in told.message(one) and "@MobiliteDemo" in told.message(one) for one in ("nl", "fr", "de", "en")
    )
    assert outcome("public-question-redirect", post("Voyez @mobilitedemo.", kind="reply", question=question)) == "pass"


def test_a_private_answer_is_told_the_contact() -> None:
    question = {"institution": "fps-mobility"}
    told = findings(post("Dat weten wij niet.", kind="message", question=question))["general/private-question-redirect"]

    assert told.outcome == "violation"
    assert "info@mobility.example" in told.message("de")
    assert (
        outcome("private-question-redirect", post("Mail info@mobility.example", kind="message", question=question))
        == "pass"
    )


@pytest.mark.parametrize(
    ("language", "expected"), [("nl", "violation"), ("fr", "not-applicable"), ("", "violation"), ("nl-BE", "violation")]
)
def test_sharing_the_source_gives_way_to_the_language_of_the_account(language: str, expected: str) -> None:
    source = Post.parse(
        {"id": "source", "network": "twitter", "institution": "fps-mobility", "info": "trein", "language": "nl"}
    )
    own = post("Een eigen tekst", info="trein", source_institution="fps-mobility", language=language)

    assert outcome("share-source-publication", own, source) == expected


def test_the_account_of_a_shared_event_may_be_bilingual_but_defines_its_languages() -> None:
    account = Account.parse({"id": "klimaatdag", "network": "facebook", "purpose": "event", "languages": ["nl", "fr"]})

    assert outcome("account-monolingual", account) == "not-applicable"
    assert outcome("bilingual-account-defines-languages", account) == "violation"


@pytest.mark.parametrize(("days", "expected"), [(364, "violation"), (366, "not-applicable"), (-10, "violation")])
def test_only_recent_posts_make_the_share_of_visuals(days: int, expected: str) -> None:
    account = Account.parse({"id": "health-x", "network": "twitter"})
    date = datetime.fromtimestamp(NOW.timestamp() - days * 86_400, UTC)
    posts = [post("Zonder beeld", id=f"post-{n}", account="health-x", published_at=date) for n in range(10)]

    assert outcome("account-uses-visuals", account, *posts) == expected


def test_what_the_source_cannot_carry_is_a_question_and_no_accusation() -> None:
    unknown = {
        "event-hashtag-agreed": event(coordination=None),
        "event-hashtag-single": event(hashtags=None),
        "event-page-agreed": event(pages=None),
        "event-single-page": event(pages=None),
        "event-page-admins": event(pages=[{"network": "facebook", "admins": None}]),
        "institution-has-calendar": Institution.parse({"id": "other", "calendar": None}),
        "standby-mentions": Institution.parse({"id": "other", "monitoring": None}),
        "account-language-fits-audience": Account.parse({"id": "a", "network": "facebook", "audience": None}),
        "bilingual-account-defines-languages": Account.parse({"id": "a", "network": "facebook", "languages": None}),
        "public-question-redirect": post("Dank u", kind="reply", question=None),
        "post-in-calendar": post("Tot morgen", institution="elsewhere", scheduled_at="2027-03-01"),
    }

    assert {rule: outcome(rule, resource) for rule, resource in unknown.items()} == dict.fromkeys(unknown, "unknown")
