"""What is read from the text of a post, against the conformance files of twitter-text and the traps of real posts."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import emoji
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govsocial.text import (
    Derived,
    LengthUnit,
    TextProfile,
    Token,
    derive,
    emoji_count,
    hashtags,
    length,
    links,
    mentions,
    normalise,
    words,
)
from govsocial_twitter import govsocial_networks

CONFORMANCE = Path(__file__).resolve().parents[2] / "shared" / "data" / "twitter-text"
PLAIN = TextProfile()
TWITTER = next(one.profile for one in govsocial_networks() if one.id == "twitter")
FAMILY = "👩‍👩‍👧"


def texts(tokens: tuple[Token, ...]) -> list[str]:
    return [token.text for token in tokens]


def tags(text: str, profile: TextProfile = PLAIN) -> list[str]:
    return texts(hashtags(text, profile))


def spans(tokens: tuple[Token, ...], name: str) -> list[dict[str, object]]:
    return [{name: token.text, "indices": [token.start, token.end]} for token in tokens]


def cases(file: str, *groups: str) -> list[Any]:
    """Return the text and the expected value of each case of *groups*, or one skipped case where there is no file."""
    path = CONFORMANCE / file
    if not path.exists():
        return [pytest.param("", None, marks=pytest.mark.skip(reason=f"needs {path}, which is not in the repository"))]
    return [
        pytest.param(case["text"], case["expected"], id=case["description"])
        for group in groups
        for case in held_in(file, group)
    ]


def held_in(file: str, group: str) -> list[Any]:
    path = CONFORMANCE / file
    known: dict[str, list[Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"] if path.exists() else {}
    return known.get(group, [])


# The conformance files

COUNTS = {
    ("extract.yml", "hashtags"): 65,
    ("extract.yml", "hashtags_from_astral"): 3,
    ("extract.yml", "mentions"): 23,
    ("extract.yml", "urls"): 91,
    ("validate.yml", "WeightedTweetsWithDiscountedEmojiCounterTest"): 22,
    ("validate.yml", "UnicodeDirectionalMarkerCounterTest"): 2,
}


def test_the_conformance_files_are_run_whole(capsys: pytest.CaptureFixture[str]) -> None:
    if not CONFORMANCE.is_dir():
        pytest.skip(f"needs {CONFORMANCE}, which is not in the repository")
    held = {(file, group): len(held_in(file, group)) for file, group in COUNTS}
    with capsys.disabled():
        print("\ntwitter-text cases:", ", ".join(f"{number} {group}" for (_, group), number in held.items()))  # noqa: T201

    assert held == COUNTS


@pytest.mark.parametrize(("text", "expected"), cases("extract.yml", "hashtags", "hashtags_from_astral"))
def test_tags_are_those_of_twitter_text(text: str, expected: list[str]) -> None:
    assert tags(text, TWITTER) == expected


@pytest.mark.parametrize(("text", "expected"), cases("extract.yml", "hashtags_with_indices"))
def test_tags_stand_where_twitter_text_says(text: str, expected: list[dict[str, object]]) -> None:
    assert spans(hashtags(text, TWITTER), "hashtag") == expected


@pytest.mark.parametrize(("text", "expected"), cases("extract.yml", "mentions"))
def test_mentions_are_those_of_twitter_text(text: str, expected: list[str]) -> None:
    assert texts(mentions(text, TWITTER)) == expected


@pytest.mark.parametrize(("text", "expected"), cases("extract.yml", "mentions_with_indices"))
def test_mentions_stand_where_twitter_text_says(text: str, expected: list[dict[str, object]]) -> None:
    assert spans(mentions(text, TWITTER), "screen_name") == expected


@pytest.mark.parametrize(("text", "expected"), cases("extract.yml", "urls", "tco_urls_with_params"))
def test_links_are_those_of_twitter_text(text: str, expected: list[str]) -> None:
    assert texts(links(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"), cases("extract.yml", "urls_with_indices", "urls_with_directional_markers")
)
def test_links_stand_where_twitter_text_says(text: str, expected: list[dict[str, object]]) -> None:
    assert spans(links(text), "url") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    cases("validate.yml", "WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"),
)
def test_the_weighted_length_is_that_of_twitter_text(text: str, expected: dict[str, int]) -> None:
    assert length(text, TWITTER) == expected["weightedLength"]


# Tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(unicodedata.normalize("NFD", "#België leeft"), ["België"], id="decomposed letters"),
        pytest.param("#1 en #2024", [], id="only digits"),
        pytest.param("#COP30 #2024jaar", ["COP30", "2024jaar"], id="digits and letters"),
        pytest.param("l&#39;eau &#x27; &#233;", [], id="entities"),
        pytest.param("Nieuws &amp; meer &amp;#tag", ["tag"], id="a tag behind an entity"),
        pytest.param("＃Klimaatdag", ["Klimaatdag"], id="full-width sign"),
        pytest.param("https://belgium.be/#inhoud www.belgium.be/nl#top", [], id="anchors of links"),
        pytest.param("https://belgium.be #tag", ["tag"], id="behind a link"),
        pytest.param("woord#tag", [], id="inside a word"),
        pytest.param("e\u0301#tag", [], id="inside a word that ends in a mark"),
        pytest.param("#een#twee", [], id="two signs in one word"),
        pytest.param("##tag", ["tag"], id="doubled sign"),
        pytest.param("#il·lusió #می‌خواهم", ["il·lusió", "می‌خواهم"], id="middle dot and ZWNJ"),
        pytest.param("#_ #__ # #", [], id="no letter"),
        pytest.param("#1️⃣ #️⃣ #️⃣jaar", [], id="key caps"),
        pytest.param("(#tag), “#tag”; ❤️#tag", ["tag", "tag", "tag"], id="behind punctuation and emoji"),
        pytest.param("#Klimaat-dag #l'eau", ["Klimaat", "l"], id="dash and apostrophe end it"),
        pytest.param("#tag😀", ["tag"], id="an emoji ends it"),
    ],
)
def test_a_tag_is_found_where_a_reader_sees_one(text: str, expected: list[str]) -> None:
    assert tags(text) == expected


def test_a_tag_of_digits_counts_where_the_network_allows_it() -> None:
    assert tags("#1 #2024 #_ &#39;", TextProfile(digits_only_tags=True)) == ["1", "2024"]


def test_a_network_says_what_a_tag_may_hold() -> None:
    assert tags("#klimaat-dag #été", TextProfile(tag_pattern="[a-z]+(?:-[a-z]+)*")) == ["klimaat-dag"]


def test_a_tag_before_an_ellipsis_is_cut() -> None:
    assert hashtags("RT @x: op #dag naar #Clima…", PLAIN) == (Token("dag", 10, 14), Token("Clima", 20, 26, cut=True))


def test_positions_are_those_of_the_composed_text() -> None:
    assert hashtags("e\u0301te\u0301 #tag", PLAIN) == (Token("tag", 4, 8),)


# Mentions and links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("info@kanselarij.be", []),
        ("@kanselarij.be zegt", ["kanselarij.be"]),
        ("zie @kanselarij. Dank", ["kanselarij"]),
        ("https://medium.com/@iemand", []),
        ("RT @een: RT@twee", ["een", "twee"]),
        ("＠een", ["een"]),
    ],
)
def test_a_mention_is_found_where_a_reader_sees_one(text: str, expected: list[str]) -> None:
    assert texts(mentions(text, PLAIN)) == expected


def test_a_handle_longer_than_the_network_allows_is_no_mention() -> None:
    assert texts(mentions("@" + 20 * "a" + " @" + 21 * "b", TWITTER)) == [20 * "a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zie belgium.be, www.klimaat.brussels en kanal.gent.", ["belgium.be", "www.klimaat.brussels", "kanal.gent"]),
        ("Zie HTTPS://Belgium.BE/nl?lang=nl.", ["HTTPS://Belgium.BE/nl?lang=nl"]),
        ("http://een.nieuwdomein/pad", ["http://een.nieuwdomein/pad"]),
        ("een.nieuwdomein", []),
        ("http://президент.рф/ http://пример.москва/", ["http://президент.рф/", "http://пример.москва/"]),
        ("node.js, README.md5, 3.5 km, e.g. dit, U.S. en a.m.", []),
        ("Einde.Begin", []),
        ("jan.smit@belgium.be", []),
        ("(https://belgium.be/a_(b))", ["https://belgium.be/a_(b)"]),
        ("https://t.co/abc…", ["https://t.co/abc"]),
        ("sub_domein.belgium.be", ["sub_domein.belgium.be"]),
        ("http://" + 64 * "a" + ".be", []),
        ("http://" + 63 * "a" + ".be", ["http://" + 63 * "a" + ".be"]),
        ("http://" + 63 * "é" + ".be", []),
    ],
)
def test_a_link_is_found_where_a_reader_sees_one(text: str, expected: list[str]) -> None:
    assert texts(links(text)) == expected


# Lengths, emoji, words


@pytest.mark.parametrize(
    ("unit", "expected"), [("weighted", 31), ("code-points", 23), ("graphemes", 19), ("bytes", 39)]
)
def test_a_text_is_as_long_as_its_network_counts(unit: LengthUnit, expected: int) -> None:
    assert length(f"e\u0301 日 {FAMILY} http://a.be/x", TextProfile(length_unit=unit)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("© Belga ® ™ €5", 0),
        ("©️", 1),
        ("☺ ❤ ❤️ ☺️", 4),
        ("☺\ufe0e", 0),
        ("🇧🇪🇫🇷", 2),
        (FAMILY, 1),
        ("👍🏽👍", 2),
        ("1️⃣2⃣ 3", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
        ("http://✪df.ws 日本", 0),
    ],
)
def test_an_emoji_is_counted_once(text: str, expected: int) -> None:
    assert emoji_count(text) == expected


def test_every_emoji_in_full_form_is_one_and_weighs_two() -> None:
    every = [one for one, about in emoji.EMOJI_DATA.items() if about["status"] == emoji.STATUS["fully_qualified"]]
    assert len(every) > 3000
    assert [one for one in every if (emoji_count(one), length(one, TWITTER)) != (1, 2)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'ÉTÉ à Liège!", ["l", "été", "à", "liège"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        (unicodedata.normalize("NFD", "Coördinatie"), ["coördinatie"]),
        ("कि_2 3.5 ٣", ["कि", "2", "3", "5", "٣"]),
        ("\u0301 … #_", []),
    ],
)
def test_words_are_letters_digits_and_their_marks(text: str, expected: list[str]) -> None:
    assert words(text) == expected


# What a post gets


def test_a_post_gets_what_stands_in_its_text() -> None:
    text = "#Klimaat 😀 #KLIMAAT @Premier @premier #été www.a.be www.a.be"
    assert derive(text, TWITTER) == Derived(
        hashtags=("Klimaat", "été"),
        mentions=("Premier",),
        links=("www.a.be",),
        length=len(text) + 1 + 2 * 15,
        bytes=len(text) + 5,
        emoji_count=1,
    )


def test_a_plain_text_needs_neither_regex_nor_emoji() -> None:
    code = (
        "import sys; from govsocial.text import TextProfile, derive\n"
        "derive('Gewone zin. Été, 5 €', TextProfile()); sys.exit('regex' in sys.modules or 'emoji' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "part", ["a.", "a.be/(", "a.be #x ", "#a", "@a.", "あ.", "a_", ".be-", "((a)", "👨\u200d", "e\u0301", "http://"]
)
def test_no_text_takes_ages(part: str) -> None:
    text = 20_000 * part
    assert derive("http://a" + text, TWITTER).bytes == len(normalise(text).encode()) + 8


# Laws

PIECES = st.sampled_from(
    [
        *"# ＃ #tag #Tag #1 #België @ @x RT@x . … - _ / ( ) : & ; a 1 é 日 ・ · ß İ ŉ 😀 🇧 ✪ © #39; a@b.be .com".split(
            " "
        ),
        *"www.a.be a.be/#b http:// https://t.co/a http://b.be/(c".split(" "),
        *(FAMILY, " ", "\n", "\t", "e\u0301", "\u0301", "\u200c", "\u200d", "\ufe0e", "\ufe0f", "\u20e3"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
PROFILES = st.sampled_from([PLAIN, TWITTER, TextProfile(digits_only_tags=True, length_unit="graphemes")])


@given(TEXTS, PROFILES)
def test_a_text_without_the_sign_has_no_tags(text: str, profile: TextProfile) -> None:
    assert hashtags(text.replace("#", "").replace("＃", ""), profile) == ()


@given(TEXTS, PROFILES)
def test_a_token_is_the_slice_it_says(text: str, profile: TextProfile) -> None:
    composed = normalise(text)
    found = [
        *((one, "#＃") for one in hashtags(text, profile)),
        *((one, "@＠") for one in mentions(text, profile)),
        *((one, ("",)) for one in links(text)),
    ]
    assert all(composed[one.start : one.end] in [sign + one.text for sign in signs] for one, signs in found)


@given(TEXTS, TEXTS, PROFILES)
def test_a_newline_between_texts_neither_loses_nor_invents_anything(one: str, two: str, profile: TextProfile) -> None:
    both = f"{one}\n{two}"
    assert tags(both, profile) == tags(one, profile) + tags(two, profile)
    assert texts(mentions(both, profile)) == texts(mentions(one, profile) + mentions(two, profile))
    assert texts(links(both)) == texts(links(one) + links(two))
    assert words(both) == words(one) + words(two)
    assert emoji_count(both) == emoji_count(one) + emoji_count(two)
    assert length(both, TWITTER) == length(one, TWITTER) + 1 + length(two, TWITTER)


@given(TEXTS, PROFILES)
def test_nothing_stands_inside_a_link(text: str, profile: TextProfile) -> None:
    inside = {position for link in links(text) for position in range(link.start, link.end)}
    assert inside.isdisjoint(one.start for one in (*hashtags(text, profile), *mentions(text, profile)))


@given(TEXTS, PROFILES)
def test_what_is_derived_is_what_is_found_without_repeats(text: str, profile: TextProfile) -> None:
    derived = derive(text, profile)
    assert derived == derive(text, profile)
    assert {tag.casefold() for tag in derived.hashtags} == {tag.casefold() for tag in tags(text, profile)}
    assert max(Counter(tag.casefold() for tag in derived.hashtags).values(), default=1) == 1
    assert derived.links == tuple(dict.fromkeys(texts(links(text))))
    assert (derived.length, derived.emoji_count) == (length(text, profile), emoji_count(text))


@given(TEXTS, PROFILES)
def test_how_a_letter_was_typed_changes_nothing(text: str, profile: TextProfile) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert derive(composed, profile) == derive(decomposed, profile)
    assert words(composed) == words(decomposed)
