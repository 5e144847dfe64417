"""Bluesky by the cases beside its rules, its limits to the last character, and records as a repository gives them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govsocial_bluesky
from govsocial import InputError, Post, Record
from govsocial.testing import PolicyCase, check_pure, engine_with, policy_cases, posts
from govsocial_bluesky.camel import suggestion, vocabulary, words_in
from govsocial_bluesky.counting import graphemes, shown

if TYPE_CHECKING:
    from random import Random

ENGINE = engine_with(govsocial_bluesky)
SAVED, CAMEL = govsocial_bluesky.govsocial_facts()
GRAPHEMES, SIZE = govsocial_bluesky.govsocial_functions()
WORDS = vocabulary()
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
URI = f"at://{DID}/app.bsky.feed.post/3lbqk2"
FACET = "app.bsky.richtext.facet"
# one character each to those who read them: a family, an astronaut, a flag, a rainbow, a key cap, a letter and a mark
CHARACTERS = ("👨‍👩‍👧", "👩🏽‍🚀", "🇧🇪", "🏳️‍🌈", "1️⃣", "e\u0301", "n\u0303\u0323", "한", "✍🏾", "x", "é")


def post(text: str = "", **fields: object) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-24T09:30:12.345Z", **fields}


def listed(*values: dict[str, Any], uri: str = URI) -> str:
    """Return *values* as a repository lists its records, one a line."""
    records = (json.dumps({"uri": uri, "cid": "bafy", "value": value}, ensure_ascii=False) for value in values)
    return '{"records": [\n' + ",\n".join(records) + '\n], "cursor": "3lbqk2"}'


def read(text: str) -> list[Record]:
    return list(govsocial_bluesky.read_json(text, "posts.bsky.json"))


def one(value: dict[str, Any]) -> Post:
    (record,) = read(listed(value))
    return Post.parse(record.data)


def facet(start: object, end: object, kind: str = "tag", **value: str) -> dict[str, Any]:
    feature = {"$type": f"{FACET}#{kind}", **(value or {"tag": "x"})}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def speaks(rule: str, draft: Post) -> list[str]:
    """Return the messages of *rule* on *draft*."""
    return [found.message("en") for found in ENGINE.selecting([rule]).check(draft).findings if found.outcome != "pass"]


@pytest.mark.parametrize("case", policy_cases(govsocial_bluesky), ids=str)
def test_a_rule_holds_the_case_beside_it(case: PolicyCase) -> None:
    case.check()


# how text is counted


@pytest.mark.parametrize("character", CHARACTERS)
def test_what_people_see_as_one_character_counts_as_one(character: str) -> None:
    fits, too_long = (Post(network="bsky", text=character * count) for count in (300, 301))

    assert speaks("bluesky-platform/length", fits) == []
    assert speaks("bluesky-platform/length", too_long) == ["This post has 301 characters; Bluesky accepts at most 300."]


@pytest.mark.parametrize(("text", "told"), [("€" * 1000, []), ("€" * 1000 + "x", ["3001 bytes"]), ("👨‍👩‍👧" * 166, [])])
def test_the_bytes_are_those_of_utf_8(text: str, told: list[str]) -> None:
    found = speaks("bluesky-platform/bytes", Post(network="bluesky", text=text))

    assert [any(words in message for message in found) for words in told] == [True] * len(found)


@given(st.lists(st.sampled_from([*CHARACTERS, " "])).map("".join))
def test_expressions_count_as_the_network_does(text: str) -> None:
    prepared = ENGINE.prepare(Post(network="bluesky", text=text))

    assert check_pure(GRAPHEMES, prepared.text) == prepared.length
    assert check_pure(SIZE, prepared.text) == prepared.bytes


@given(posts(network="bluesky"))
def test_the_facts_are_pure_and_unknown_only_without_a_text(drawn: Post) -> None:
    prepared = ENGINE.prepare(drawn)

    assert (check_pure(SAVED, prepared) is None) == (prepared.text is None)
    assert (check_pure(CAMEL, prepared) is None) == (prepared.hashtags is None)


@pytest.mark.parametrize(
    ("link", "short"),
    [
        ("https://example.be/", "example.be"),
        ("https://example.be/a?b=c#d", "example.be/a?b=c#d"),
        ("http://www.example.be/123456789012345", "www.example.be/123456789012..."),
        ("https://www.example.be/nl/nieuws?pagina=12", "www.example.be/nl/nieuws?pa..."),
        ("example.be/nl", "example.be/nl"),
        ("https://[/", "https://[/"),
    ],
)
def test_links_are_as_short_as_the_app_makes_them(link: str, short: str) -> None:
    assert shown(link) == short


@pytest.mark.parametrize(
    ("text", "tags", "mentions"),
    [
        ("Meer op #covid-19, #été.", ("covid-19", "été"), ()),
        ("Dank aan @fod.example.be en @finbel!", (), ("fod.example.be",)),
        ("Nr. #1 en # niets, #2026", (), ()),
    ],
)
def test_a_draft_is_read_as_the_app_reads_it(text: str, tags: tuple[str, ...], mentions: tuple[str, ...]) -> None:
    prepared = ENGINE.prepare(Post(network="bluesky", text=text))

    assert (prepared.hashtags, prepared.mentions) == (tags, mentions)


# facets

PARTS = st.one_of(
    st.sampled_from(CHARACTERS).map(lambda text: ("", text, text)),
    st.sampled_from(["fiets", "Été", "e\u0301te\u0301", "한국", "België"]).map(lambda tag: ("tag", f"#{tag}", tag)),
    st.sampled_from(["fod.example.be", "an.bsky.social"]).map(lambda name: ("mention", f"@{name}", name)),
    st.sampled_from(["https://example.be/é", "https://example.org"]).map(lambda link: ("link", link, link)),
)


def with_facets(parts: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Return the record of a text made of *parts*, which knows where each begins because it was there."""
    data, facets = b"", []
    for kind, text, value in parts:
        start, data = len(data), data + text.encode() + b" "
        name = {"tag": "tag", "mention": "did", "link": "uri"}.get(kind)
        if name:
            facets.append(facet(start, len(data) - 1, kind, **{name: DID if kind == "mention" else value}))
    return post(data.decode(), facets=facets)


def values(parts: list[tuple[str, str, str]], kind: str) -> list[str]:
    first: dict[str, str] = {}
    for found, _, value in parts:
        if found == kind:
            first.setdefault(value.casefold() if kind != "link" else value, value)
    return list(first.values())


@given(st.lists(PARTS), st.randoms(use_true_random=False))
def test_facets_give_back_the_parts_that_a_text_was_made_of(parts: list[tuple[str, str, str]], luck: Random) -> None:
    record = with_facets(parts)
    luck.shuffle(record["facets"])
    (found,) = read(listed(record))

    for field, kind in (("hashtags", "tag"), ("mentions", "mention"), ("links", "link")):
        assert found.data[field] == values(parts, kind)
    assert found.data["extra"] == {"bluesky_plain": ""}


@given(st.lists(PARTS))
def test_without_facets_nothing_is_clickable(parts: list[tuple[str, str, str]]) -> None:
    (found,) = read(listed(with_facets(parts) | {"facets": []}))
    plain = list(dict.fromkeys(text for kind, text, _ in parts if kind))

    assert found.data["extra"] == {"bluesky_plain": "\n".join(plain)}
    assert found.data["hashtags"] == found.data["mentions"] == found.data["links"] == []


@pytest.mark.parametrize(
    ("facets", "number", "told"),
    [
        ([facet(0, 90)], 0, "the facet is for bytes 0 to 90, but the text has 15 bytes"),
        ([facet(-1, 4)], 0, "the facet is for bytes -1 to 4"),
        ([facet(4, 4)], 0, "the facet is for bytes 4 to 4"),
        ([facet(0, 2), facet(3, 6)], 1, "the facet for bytes 3 to 6 cuts a character in two"),
        ([facet(6, 15), facet(0, 1)], 1, "cuts a character in two"),
        (
            [facet(9, 14), facet(0, 10)],
            0,
            "the facet for bytes 9 to 14 begins before the one before it ends, at byte 10",
        ),
        ([facet("0", 4)], 0, "a facet needs an index with byteStart and byteEnd, and a list of features"),
        (["#fiets"], 0, "a facet needs an index"),
        ({}, 0, "a facet needs an index"),
    ],
)
def test_a_facet_that_fits_no_text_is_told_with_its_line_and_the_others_are_read(
    facets: object, number: int, told: str
) -> None:
    records = govsocial_bluesky.read_json(listed(post("é🚲 #fietsen", facets=facets), post("Dag")), "posts.bsky.json")
    read_ones: list[Record] = []
    with pytest.raises(InputError) as caught:
        read_ones.extend(records)
    (problem,) = caught.value.problems

    assert (problem.line, problem.path) == (2, f"records[0].value.facets[{number}]")
    assert told in problem.message("en")
    assert len({problem.message(language) for language in ("nl", "fr", "de", "en")}) == 4


def test_each_faulty_facet_is_told() -> None:
    with pytest.raises(InputError) as caught:
        read(listed(post("é", facets=[facet(0, 9), facet(1, 2)]), post("é", facets=[facet(0, 1)])))

    assert [(one.line, one.path[-2]) for one in caught.value.problems] == [(2, "0"), (2, "1"), (3, "0")]


def test_features_of_tomorrow_are_left_to_it() -> None:
    unknown = facet(0, 3) | {"features": [{"$type": f"{FACET}#bold"}, "bold", {"$type": f"{FACET}#tag", "tag": 1}]}

    assert one(post("Dag", facets=[unknown])).hashtags == ()


# records


def test_a_record_becomes_a_post() -> None:
    text = "Zondag 🚲! #fiets met @fod.example.be"
    found = one(
        post(
            text,
            langs=["nl-BE"],
            tags=["Fiets", "open dag"],
            facets=[facet(13, 19, tag="fiets"), facet(24, 39, "mention", did=DID)],
            embed={"$type": "app.bsky.embed.external", "external": {"uri": "https://example.be", "title": "Dag"}},
        )
    )

    assert (found.id, found.account, found.network, found.kind) == (URI, DID, "bluesky", "original")
    assert found.url == f"https://bsky.app/profile/{DID}/post/3lbqk2"
    assert (found.text, found.language, found.bytes) == (text, "nl", len(text.encode()))
    assert (found.hashtags, found.mentions) == (("fiets", "open dag"), ("fod.example.be",))
    assert found.links == ("https://example.be",)
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-11-24T09:30:12.345000+00:00"
    assert found.extra == {"bluesky_plain": "", "bluesky_tags": "Fiets\nopen dag"}
    assert (found.shared_from, found.media, found.institution) == ("", (), None)


OTHER = f"at://{DID}/app.bsky.feed.post/other"


@pytest.mark.parametrize(
    ("fields", "kind", "shared"),
    [
        ({}, "original", ""),
        ({"reply": {"root": {"uri": OTHER}, "parent": {"uri": OTHER}}}, "reply", ""),
        ({"embed": {"$type": "app.bsky.embed.record", "record": {"uri": OTHER, "cid": "b"}}}, "quote", OTHER),
        ({"embed": {"record": {"record": {"uri": OTHER}}, "media": {"images": []}}}, "quote", OTHER),
        ({"embed": {"record": {"uri": f"at://{DID}/app.bsky.feed.generator/best"}}}, "original", ""),
    ],
)
def test_the_kind_follows_from_what_a_record_answers_or_shows(fields: dict[str, Any], kind: str, shared: str) -> None:
    found = one(post("Dag", **fields))

    assert (found.kind, found.shared_from) == (kind, shared)


def test_a_repost_names_what_it_shares_and_knows_no_text() -> None:
    subject = {"uri": OTHER, "cid": "bafy"}
    value = {"$type": "app.bsky.feed.repost", "subject": subject, "createdAt": "2026-11-24T09:30:12Z"}
    (record,) = read(listed(value, uri=f"at://{DID}/app.bsky.feed.repost/3lbqk3"))
    found = Post.parse(record.data)

    assert (found.kind, found.shared_from, found.text, found.media, found.url) == ("repost", OTHER, None, None, "")
    assert ENGINE.check(found).decision == "allow"


@pytest.mark.parametrize(("langs", "language"), [({}, ""), ({"langs": ["fr"]}, "fr"), ({"langs": ["nl", "fr"]}, None)])
def test_a_text_in_two_languages_has_no_single_one(langs: dict[str, Any], language: str | None) -> None:
    assert one(post("Dag", **langs)).language == language


IMAGE = {"image": {"$type": "blob"}, "alt": "Een tram"}
VIDEO = {"$type": "app.bsky.embed.video", "video": {"$type": "blob"}}


@pytest.mark.parametrize(
    ("embed", "media"),
    [
        ({"images": [IMAGE, {**IMAGE, "alt": ""}]}, [("photo", "Een tram", ()), ("photo", "", ())]),
        ({"items": [{"$type": "app.bsky.embed.gallery#image", **IMAGE}]}, [("photo", "Een tram", ())]),
        ({"media": {"images": [IMAGE]}, "record": {"record": {"uri": OTHER}}}, [("photo", "Een tram", ())]),
        (VIDEO, [("video", "", ())]),
        (
            VIDEO | {"alt": "Een tram", "captions": [{"lang": "nl"}, {"lang": "fr"}]},
            [("video", "Een tram", ("nl", "fr"))],
        ),
        (VIDEO | {"presentation": "gif"}, [("gif", "", ())]),
        ({"external": {"uri": "https://example.be"}}, []),
    ],
)
def test_pictures_and_videos_come_with_their_descriptions(embed: dict[str, Any], media: list[Any]) -> None:
    found = one(post("Kijk", embed=embed))

    assert [(each.type, each.alt, each.captions) for each in found.media or ()] == media


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (listed(post("a"), post("b")), [2, 3]),
        (f"\n[\n{json.dumps(post('a'))},\n\n{json.dumps(post('b'))}]", [3, 5]),
        (json.dumps(post("a"), indent=1), [1]),
        (json.dumps({"cursor": "a", "records": [{"value": post("a")}]}, indent=1), [4]),
        ('{"records": []}', []),
        (listed({"$type": "app.bsky.feed.like", "subject": {}}), []),
    ],
)
def test_a_file_may_hold_a_record_a_list_of_them_or_the_answer_of_a_repository(text: str, lines: list[int]) -> None:
    assert [record.line for record in read(text)] == lines


def test_of_lines_those_that_are_records_are_read_and_the_others_told() -> None:
    text = "\n".join([json.dumps(post("a")), "", '{"a": 1', "[1]", json.dumps({"uri": URI, "value": post("b")})])
    found: list[Record] = []
    with pytest.raises(InputError) as caught:
        found.extend(govsocial_bluesky.read_lines(text, "posts.bsky.jsonl"))

    assert [record.line for record in found] == [1, 5]
    assert [problem.line for problem in caught.value.problems] == [3, 4]
    assert "expected a record" in caught.value.problems[1].message("en")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('{"records": [\n{]}', 2, "this is not JSON"),
        ("[" * 100_000, 1, "this is not JSON: RecursionError"),
        ("[7]", 1, "expected a record"),
        ('{"post": {}}', 1, "expected a record"),
        ('[\n{"$type": "app.bsky.feed.post"}]', 2, "a post has a 'text', which may be empty"),
    ],
)
def test_what_is_no_record_is_told_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    (problem,) = caught.value.problems

    assert problem.line == line
    assert told in problem.message("en")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 90) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("uri alt lang record x".split()), inner)
    ),
    max_leaves=6,
)
KEYS = "text createdAt langs tags facets embed reply".split()
EMBEDS = st.dictionaries(st.sampled_from("images items video captions external record media".split()), ANYTHING)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, ANYTHING) | {"embed": EMBEDS, "text": st.text()}))
def test_whatever_a_record_holds_it_is_a_post_or_told(fields: dict[str, Any]) -> None:
    found: list[Post] = []
    with suppress(InputError):
        found.extend(Post.parse(record.data) for record in read(listed(post() | fields)))
        assert len(found) == 1


# capitals in hashtags


@pytest.mark.parametrize(
    ("tag", "better"),
    [
        ("openbedrijvendag", "OpenBedrijvendag"),
        ("Openbedrijvendag", "OpenBedrijvendag"),
        ("OPENBEDRIJVENDAG", "OpenBedrijvendag"),
        ("climatechange", "ClimateChange"),
        ("climatechange2030", "ClimateChange2030"),
        ("samentegenkanker", "SamenTegenKanker"),
        ("journéesdupatrimoine", "JournéesDuPatrimoine"),
        ("journeesdupatrimoine", "JourneesDuPatrimoine"),
        ("tagderoffenentür", "TagDerOffenenTür"),
    ],
)
def test_a_tag_of_several_words_gets_a_capital_for_each(tag: str, better: str) -> None:
    assert suggestion(tag, WORDS) == better


@pytest.mark.parametrize(
    "tag",
    "instagram vandaag België bruxelles COVID19 klimaatdag verkiezingen weekend today football maintenant surtout"
    " Deutschland zusammenarbeit NATO fiets openBedrijvendag OpenBedrijvendag open_bedrijvendag een stopdebankiers"
    " klimaatneutraal voorraad 2026 café facebook overheid onderwijs aujourdhui testsystem".split(),
)
def test_where_there_is_a_doubt_nothing_is_said(tag: str) -> None:
    assert suggestion(tag, WORDS) is None


def test_a_tag_that_is_too_long_for_bluesky_is_not_looked_at() -> None:
    assert suggestion("climatechange" * 4, WORDS) == "ClimateChange" * 4
    assert suggestion("climatechange" * 5, WORDS) is None


@pytest.mark.parametrize("language", WORDS)
def test_no_word_of_the_list_is_taken_for_two(language: str) -> None:
    assert [(word, better) for word in WORDS[language] if (better := suggestion(word, WORDS))] == []


@given(
    st.lists(st.sampled_from(sorted(WORDS["nl"] | WORDS["en"])), min_size=1, max_size=4).map("".join)
    | st.text(st.sampled_from("abcéßİıŉdagopentheSſﬁ1_"), max_size=12)
)
def test_a_suggestion_differs_by_capitals_only_and_needs_no_other(tag: str) -> None:
    better = suggestion(tag, WORDS)

    assert better is None or (better != tag and better.casefold() == tag.casefold())
    assert better is None or suggestion(better, WORDS) is None


def test_two_ways_to_cut_a_tag_are_a_doubt() -> None:
    assert suggestion("nowhere", words_in("en other: now here")) == "NowHere"
    assert suggestion("nowhere", words_in("en other: now here no where")) is None
    assert suggestion("nowhere", words_in("en other: now here\nnl other: no where")) is None


def test_graphemes_count_a_line_break_once() -> None:
    assert (graphemes("a\r\nb"), graphemes("a\nb"), graphemes("")) == (3, 3, 0)
