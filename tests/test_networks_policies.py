"""What the built-in plugins say of each network: advice and platform limits by date, live tables, closures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial import Account, Closure, Engine, Event, Post, Workspace, load_policies
from govsocial.readers import read
from govsocial_facebook.away import HOME, LOOK_AHEAD, Span, breaks, gaps, merged, uncovered_closures

ENGINE = Engine.default()
ROOT = Path(__file__).parent.parent
LANGUAGES = ("nl", "fr", "de", "en")
TODAY = date(2026, 11, 24)
CHRISTMAS = "25/12/2026 – 03/01/2027"
TEN_TAGS = "Tot morgen! #fiets #trein #tram #bus #metro #step #stappen #delen #lucht #klimaat"


def post(network: str, text: str = "", **fields: object) -> Post:
    return Post.parse({"network": network, "text": text, **fields})


def page(name: str, network: str, **fields: object) -> Account:
    """Return the account *name* of the institution of the events below."""
    return Account.parse({"id": name, "network": network, "institution": "fod", **fields})


def event(**fields: object) -> Event:
    return Event.parse({"id": "pers", "institutions": ["fod"], **fields})


def broken(resource: Post | Account, as_of: date = TODAY, accounts: tuple[Account, ...] = ()) -> dict[str, str]:
    """Return the severity of each rule that *resource* breaks."""
    report = ENGINE.check(resource, Workspace(accounts=accounts), as_of)
    return {one.rule: one.severity for one in report.findings if one.outcome == "violation"}


def chances(resource: Post) -> set[str]:
    """Return the rules that see an opportunity in *resource*."""
    return {one["rule"] for one in ENGINE.check(resource, as_of=TODAY).to_dict()["opportunities"]}


# --- hashtags on Instagram and Twitter


def test_ten_tags_on_instagram_are_fine_for_the_advice_and_too_many_for_the_platform_of_today() -> None:
    found = broken(post("instagram", TEN_TAGS))

    assert found["instagram-platform/hashtag-limit"] == "error"
    assert "instagram/hashtags-relevant" not in found


@pytest.mark.parametrize(
    ("day", "speaks"), [(date(2019, 5, 1), False), (date(2025, 12, 17), False), (date(2025, 12, 18), True)]
)
def test_ten_tags_on_instagram_were_fine_until_the_limit_of_five(day: date, *, speaks: bool) -> None:
    assert ("instagram-platform/hashtag-limit" in broken(post("instagram", TEN_TAGS), day)) is speaks


def test_advice_and_platform_speak_of_one_post_each_for_itself() -> None:
    found = broken(post("twitter", " ".join(f"#spoorlijn{number}" for number in range(40))))

    assert found["twitter/hashtags-max"] == found["twitter-platform/length"] == "error"


def test_an_archived_post_is_judged_by_its_own_day() -> None:
    report = ENGINE.check(post("instagram", TEN_TAGS, published_at=date(2020, 5, 1)))

    assert "instagram-platform/hashtag-limit" not in {one.rule for one in report.findings}


def test_relevance_is_asked_once_for_an_account_and_not_for_its_posts() -> None:
    judged = page("ig", "instagram", languages=("nl",))
    posts = [post("instagram", "#fiets", id=f"p{number}", account="ig") for number in range(3)]
    report = ENGINE.check([judged, *posts], Workspace(accounts=[judged], posts=posts), TODAY)

    duties = [one for one in report.findings if one.rule == "instagram/hashtags-are-relevant"]
    assert [(one.resource, one.outcome) for one in duties] == [(judged, "open")]


# --- lengths on Twitter


@pytest.mark.parametrize(
    ("day", "tier", "limit"),
    [
        (date(2016, 5, 1), "", 140),
        (date(2017, 11, 1), "", 280),
        (date(2022, 5, 1), "premium", 280),
        (date(2023, 3, 1), "premium", 4_000),
        (date(2023, 5, 1), "premium", 10_000),
        (TODAY, "premium", 25_000),
        (TODAY, "free", 280),
    ],
)
def test_the_longest_text_on_twitter_depends_on_the_day_and_on_the_subscription(
    day: date, tier: str, limit: int
) -> None:
    owner = page("x", "twitter", tier=tier)
    posts = [post("twitter", "a" * length, account="x") for length in (limit, limit + 1)]

    assert ["twitter-platform/length" in broken(one, day, (owner,)) for one in posts] == [False, True]


@pytest.mark.parametrize("network", ["facebook", "instagram", "snapchat", "twitter"])
@pytest.mark.parametrize("day", [date(2011, 5, 1), date(2016, 1, 15), date(2020, 5, 1), TODAY])
def test_a_limit_that_is_not_known_on_a_day_is_not_asked_about(network: str, day: date) -> None:
    draft = post(network, "Tot morgen! #fiets", language="nl", media=[{"type": "photo", "alt": "Een fiets"}])
    unknown = [one.rule for one in ENGINE.check(draft, as_of=day).findings if one.outcome == "unknown"]

    assert [rule for rule in unknown if "-platform/" in rule] == []


# --- live streaming


def live(day: date, *accounts: Account) -> list[tuple[str, bool | None]]:
    (table,) = ENGINE.check(event(livestream={"planned": True}), Workspace(accounts=accounts), day).to_dict()["live"]
    return [(one["rule"].partition("/")[2], one["eligible"]) for one in table["options"]]


def test_the_live_tables_of_2018_and_2026_differ() -> None:
    accounts = (
        page("fb", "facebook", followers=80, created_on=date(2017, 1, 1)),
        page("tw", "twitter", followers=2500, tier="free"),
        page("ig", "instagram", followers=1200),
    )

    assert live(date(2018, 5, 1), *accounts) == [
        ("periscope", True),
        ("instagram-live", True),
        ("facebook-live", True),
    ]
    assert live(TODAY, *accounts) == [
        ("instagram-live", True),
        ("x-live", False),
        ("facebook-live", False),
        ("youtube-live", False),
    ]


def test_where_one_may_not_stream_the_help_says_what_is_missing() -> None:
    found = {one.rule: one for one in ENGINE.verdicts(event(livestream={"planned": True}), as_of=TODAY)}

    assert "100 followers and 60 days old" in found["livestream/facebook-live"].help("en")
    assert "1000 abonnés" in found["livestream/instagram-live"].help("fr")
    assert "50 Abonnenten" in found["livestream/youtube-live"].help("de")
    assert "Premium" in found["livestream/x-live"].help("nl")


def test_a_press_conference_without_a_stream_is_a_chance_without_a_network() -> None:
    report = ENGINE.check(event(type="press-conference"), as_of=TODAY)

    assert [(one.finding.rule, one.network) for one in report.opportunities] == [("livestream/press-conference", "")]
    assert report.live == ()


# --- opportunities


@pytest.mark.parametrize(("age_min", "age_max", "offered"), [(14, 18, True), (6, 18, False), (None, 12, False)])
def test_no_network_is_advised_for_children(age_min: int | None, age_max: int, *, offered: bool) -> None:
    audience = {"age_min": age_min, "age_max": age_max}
    video = {"type": "video", "duration_s": 20.0}
    contest = post("facebook", content_type="contest", media=[video], audience=audience)
    spot = post("facebook", content_type="campaign", media=[video], audience=audience)

    assert ({"instagram/visual-content", "snapchat/young-theme"} <= chances(contest)) is offered
    assert ("snapchat/short-spot" in chances(spot)) is offered
    assert bool(chances(contest) | chances(spot)) is offered


def test_a_figure_is_told_with_its_year_in_every_language() -> None:
    draft = post("facebook", "Op kot", audience={"age_max": 24})
    (tip,) = (one for one in ENGINE.check(draft, as_of=TODAY).opportunities if one.network == "snapchat")

    for language in LANGUAGES:
        assert all(part in tip.message(language).lower() for part in ("2016", "1 mil", "71")), language


# --- closures


def moment(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=HOME)


def account(*replies: tuple[str, str, str], languages: tuple[str, ...] = ("nl",)) -> Account:
    """Return an account on Facebook with *replies*, each from, until and its languages."""
    windows = [{"start": start, "end": end, "languages": spoken.split()} for start, end, spoken in replies]
    return page("fb", "facebook", languages=languages, auto_replies=windows)


def uncovered(of: Account, *closures: tuple[str, str], now: datetime | None = None) -> list[str] | None:
    given = tuple(Closure.parse({"name": "dicht", "start": start, "end": end}) for start, end in closures)
    return uncovered_closures(of, given, now or moment(2026, 11, 24))


def test_long_weekends_bridge_days_and_the_year_end_are_closures() -> None:
    local = [(one.start.astimezone(HOME).date(), one.end.astimezone(HOME).date()) for one in breaks(2026)]
    days = {(start, (end - start).days) for start, end in local}

    assert {
        (date(2026, 4, 4), 3),  # Easter
        (date(2026, 5, 14), 4),  # Ascension Day and the Friday after it
        (date(2026, 7, 18), 4),  # the Monday before the national holiday, a Tuesday
        (date(2025, 12, 25), 11),  # from Christmas over the bridge of 2 January
    } <= days


def test_the_days_of_the_communities_are_no_closures() -> None:
    noons = [moment(year, *day, 12) for year in range(2020, 2031) for day in ((7, 11), (9, 27), (11, 15))]
    weekdays = [noon for noon in noons if noon.weekday() < 5]

    assert len(weekdays) > 20
    assert [noon for noon in weekdays for one in breaks(noon.year) if one.start < noon < one.end] == []


def test_the_days_in_one_language_and_not_in_another_are_named() -> None:
    of = account(("2026-12-25", "2027-01-04", "nl"), languages=("nl", "fr", "nl-BE"))

    assert uncovered(of) == [f"{CHRISTMAS} (fr)"]
    assert uncovered(account(languages=("nl", "fr"))) == [f"{CHRISTMAS} (nl, fr)"]


@pytest.mark.parametrize(
    ("replies", "open_days"),
    [
        ((("2026-12-25", "2027-01-04", "nl"),), []),
        ((("2026-12-01", "2027-02-01", "nl-BE"),), []),
        ((("2026-12-25", "2027-01-01", "nl"), ("2027-01-01", "2027-01-04", "nl")), []),
        ((("2026-12-25", "2026-12-30", "nl"), ("2026-12-28", "2027-01-04", "nl")), []),
        ((("2026-12-25", "2027-01-03T23:59", "nl"),), []),
        ((("2026-12-25", "2027-01-03T23:59:59", "nl"),), []),
        ((("2026-12-25", "2027-01-03", "nl"),), ["03/01/2027 (nl)"]),
        ((("2026-12-25T12:00", "2027-01-04", "nl"),), ["25/12/2026 – 25/12/2026 12:00 (nl)"]),
        ((("2026-12-27", "2026-12-28", "nl"),), ["25/12/2026 – 26/12/2026 (nl)", "28/12/2026 – 03/01/2027 (nl)"]),
        ((("2027-01-04", "2026-12-25", "nl"),), [f"{CHRISTMAS} (nl)"]),
        ((("2026-12-25", "2027-01-04", ""),), [f"{CHRISTMAS} (nl)"]),
    ],
)  # fmt: skip
def test_what_replies_leave_open_is_told_by_the_day(
    replies: tuple[tuple[str, str, str], ...], open_days: list[str]
) -> None:
    assert uncovered(account(*replies)) == open_days


def test_a_closure_of_the_services_counts_and_joins_what_it_touches() -> None:
    assert uncovered(account(), ("2026-12-24", "2026-12-25")) == ["24/12/2026 – 03/01/2027 (nl)"]
    assert uncovered(account(), ("2026-12-09", "2026-12-11T12:00")) == [
        "09/12/2026 – 11/12/2026 12:00 (nl)",
        f"{CHRISTMAS} (nl)",
    ]


def test_only_closures_that_begin_in_the_next_sixty_days_and_are_not_over_count() -> None:
    assert uncovered(account(), now=moment(2026, 8, 16)) == []
    assert uncovered(account(), now=moment(2026, 10, 26)) == []
    assert uncovered(account(), now=moment(2026, 10, 27)) == [f"{CHRISTMAS} (nl)"]
    assert uncovered(account(), now=moment(2027, 1, 2)) == ["02/01/2027 – 03/01/2027 (nl)"]
    assert uncovered(account(), now=moment(2027, 1, 4)) == []


def test_the_change_of_the_clocks_costs_no_hour() -> None:
    easter = account(("2024-03-30", "2024-04-02", "nl"))
    autumn = account(("2026-10-24", "2026-10-27", "nl"))

    assert uncovered(easter, now=moment(2024, 3, 1)) == []
    assert uncovered(autumn, ("2026-10-24", "2026-10-27"), now=moment(2026, 10, 1)) == []
    assert uncovered(account(), ("2026-10-24", "2026-10-27"), now=moment(2026, 10, 1)) == [
        "24/10/2026 – 26/10/2026 (nl)"
    ]


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    assert uncovered(account(("2026-12-24T23:00:00Z", "2027-01-03T23:00:00Z", "nl"))) == []


def test_an_account_without_languages_needs_a_reply_in_any() -> None:
    assert uncovered(account(languages=())) == [CHRISTMAS]
    assert uncovered(account(("2026-12-25", "2027-01-04", "en"), languages=())) == []


def test_what_nobody_knows_is_unknown_unless_it_makes_no_difference() -> None:
    whole = {"start": "2026-12-25", "end": "2027-01-04", "languages": ("nl",)}
    endless = {"start": "2026-12-24", "languages": ("nl",)}
    wordless = {**whole, "languages": None}

    def found(languages: tuple[str, ...] | None, replies: tuple[dict[str, Any], ...] | None) -> list[str] | None:
        return uncovered(page("fb", "facebook", languages=languages, auto_replies=replies))

    assert found(None, (whole,)) is None
    assert found(("nl",), None) is None
    assert found(("nl",), (endless,)) is None
    assert found(("nl",), (wordless,)) is None
    assert found(("nl",), (endless, whole)) == []
    assert found(("nl", "fr"), (endless,)) == [f"{CHRISTMAS} (fr)"]
    assert uncovered_closures(account(), (Closure(name="dicht"),), moment(2026, 8, 16)) is None
    assert uncovered_closures(account(), (), datetime(9999, 12, 31, tzinfo=UTC)) is None


def test_the_message_names_the_days_ahead_that_are_looked_at() -> None:
    report = ENGINE.check(account(), as_of=TODAY)
    (finding,) = (one for one in report.findings if one.rule == "facebook/auto-reply-when-away")

    assert all(str(LOOK_AHEAD.days) in finding.message(language) for language in LANGUAGES)
    assert f"{CHRISTMAS} (nl)" in finding.message("en")


def test_the_workspace_brings_the_closures() -> None:
    closure = Closure.parse({"name": "Verhuis", "start": "2026-12-09", "end": "2026-12-12"})
    report = ENGINE.check(account(), Workspace(closures=[closure]), TODAY)
    (finding,) = (one for one in report.findings if one.rule == "facebook/auto-reply-when-away")

    assert "09/12/2026 – 11/12/2026 (nl)" in finding.message("fr")


HOURS = st.integers(0, 24 * 90)
WINDOWS = st.lists(st.tuples(HOURS, HOURS, st.sampled_from(["nl", "fr", "nl fr"])), max_size=6)
START = moment(2026, 11, 24)


def drawn(windows: list[tuple[int, int, str]]) -> list[tuple[str, str, str]]:
    return [
        ((START + timedelta(hours=a)).isoformat(), (START + timedelta(hours=b)).isoformat(), spoken)
        for a, b, spoken in windows
    ]


@given(WINDOWS, st.sampled_from([("nl",), ("nl", "fr"), ()]))
def test_a_reply_to_everything_in_every_language_leaves_nothing_open(
    windows: list[tuple[int, int, str]], languages: tuple[str, ...]
) -> None:
    everything = ("2020-01-01", "2040-01-01", "nl fr")

    assert uncovered(account(*drawn(windows), everything, languages=languages), now=START) == []


@given(WINDOWS, HOURS, HOURS, HOURS)
def test_two_windows_that_touch_are_as_good_as_one(
    windows: list[tuple[int, int, str]], first: int, second: int, third: int
) -> None:
    start, middle, end = sorted((first, second, third))
    apart = drawn([*windows, (start, middle, "nl"), (middle, end, "nl")])
    together = drawn([*windows, (start, end, "nl")])
    languages = ("nl", "fr")

    assert uncovered(account(*apart, languages=languages)) == uncovered(account(*together, languages=languages))


SPANS = st.lists(st.builds(lambda a, b: Span(START + timedelta(hours=a), START + timedelta(hours=b)), HOURS, HOURS))


@given(SPANS, HOURS, HOURS)
def test_gaps_and_covers_share_each_hour_out_between_them(spans: list[Span], first: int, last: int) -> None:
    hours = [START + timedelta(hours=number) for number in range(min(first, last), max(first, last))]
    period = Span(START + timedelta(hours=min(first, last)), START + timedelta(hours=max(first, last)))
    open_parts = list(gaps(period, merged(spans)))

    for hour in hours:
        covered = any(one.start <= hour < one.end for one in spans)
        assert any(one.start <= hour < one.end for one in open_parts) is not covered


# --- the files


def test_each_built_in_network_keeps_advice_and_limits_apart() -> None:
    limits = {name for name, _, _ in ENGINE.check(post("twitter")).policies if name.endswith("-platform")}

    assert limits == {f"{name}-platform" for name in ("facebook", "instagram", "snapchat", "twitter")}


@pytest.mark.parametrize("path", sorted(ROOT.glob("plugins/*/*/*.toml")), ids=lambda path: path.stem)
def test_each_dated_fact_says_how_sure_we_are_and_who_says_so(path: Path) -> None:
    (policy,) = load_policies(path)
    dated = [one for param in policy.document.param.values() for one in param.values]

    assert [one for one in dated if one.confidence is None or not one.source] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("plugins/*/*/*.toml")), ids=lambda path: path.stem)
def test_each_rule_has_a_source_a_next_step_and_four_languages(path: Path) -> None:
    (policy,) = load_policies(path)
    default = policy.document.defaults.source

    for _, _, item in policy.document.items():
        assert item.source or default, item.id
        assert set(item.message or ()) == set(item.help or ()) == set(LANGUAGES), item.id


def test_the_registry_raises_no_finding_but_open_duties() -> None:
    given = read([ROOT / "examples/registry"])
    findings = ENGINE.check(given.judged, given.workspace, TODAY).findings

    assert len(tuple(given.workspace.institutions)) == 9
    assert {(one.effect, one.outcome) for one in findings} == {("duty", "open")}


def test_the_campaign_and_the_registry_are_read_together_without_an_error() -> None:
    given = read([ROOT / "examples/campaign", ROOT / "examples/registry"])

    assert ENGINE.check(given.judged, given.workspace, TODAY).decision != "deny"


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("nl", "Schrap 1 teken", "Schrap 2 tekens"),
        ("fr", "Supprimez 1 caractère", "Supprimez 2 caractères"),
        ("de", "Streichen Sie 1 Zeichen", "Streichen Sie 2 Zeichen"),
        ("en", "Remove 1 character", "Remove 2 characters"),
    ],
)
@pytest.mark.parametrize(("network", "most"), [("twitter", 280), ("instagram", 2200), ("facebook", 63_206)])
def test_one_character_too_many_is_one_character(network: str, most: int, language: str, one: str, two: str) -> None:
    drafts = [Post(network=network, text="a" * (most + surplus)) for surplus in (1, 2)]
    said = [
        finding.help(language)
        for draft in drafts
        for finding in ENGINE.check(draft, as_of=TODAY).findings
        if finding.rule == f"{network}-platform/length"
    ]

    assert [re.split(r"[.,]", text)[0] for text in said] == [one, two]
