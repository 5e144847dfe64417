"""The archive that X gives its users, and tweets of version 1.1: read as they were written, with nothing made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.errors import InputError
from govsocial.readers import read
from govsocial_twitter import govsocial_readers
from govsocial_twitter.archive import moment, records

if TYPE_CHECKING:
    from govsocial.model import Account, Post

DATA = Path(__file__).resolve().parents[2] / "shared/data/tweets"
real = pytest.mark.skipif(not DATA.exists(), reason="../shared/data/tweets is not there")
READERS = tuple(govsocial_readers())
TWEET = {"id": 1169246717864136700, "id_str": "1169246717864136705", "full_text": "Hello"}


def posts(*tweets: dict[str, Any], folder: Path) -> list[Post]:
    """Return *tweets* as they come out of an archive."""
    file = folder / "tweets.js"
    file.write_text(f"window.YTD.tweets.part0 = {json.dumps([{'tweet': one} for one in tweets])}", encoding="utf-8")
    return list(read([file], extra=READERS).workspace.posts)


def post(folder: Path, **fields: Any) -> Post:  # noqa: ANN401 - whatever an archive may hold
    (found,) = posts({**TWEET, **fields}, folder=folder)
    return found


@real
def test_tweets_of_version_1_1_are_read_as_they_were_written() -> None:
    repost, reply, quote = read([DATA / "tweets-v1.1.json"], extra=READERS).workspace.posts

    assert [one.id for one in (repost, reply, quote)] == [
        "1169246717864136705",
        "1169196446043664385",
        "1168529001599533057",
    ]
    assert [one.kind for one in (repost, reply, quote)] == ["repost", "reply", "quote"]
    assert repost.published_at == datetime(2019, 9, 4, 13, 51, 55, tzinfo=UTC)
    assert (repost.text or "").startswith("My new post: an explainer on “carbon capture & utilization” (CCU).")
    assert [(one.type, one.alt) for one in reply.media or ()] == [("photo", None)]
    assert (reply.text or "").endswith("https://t.co/WbYktnYxBc")
    assert (quote.shared_from, quote.account, quote.language) == ("861696799362478085", "simonw", None)


@real
def test_the_account_of_an_archive_is_read() -> None:
    (account,) = read([DATA / "archive-account.js"], extra=READERS).workspace.accounts

    assert (account.id, account.handle, account.name) == ("simonw", "simonw", "Simon Willison")
    assert account.created_on == datetime(2006, 11, 15, 13, 18, 50, tzinfo=UTC)
    assert (account.followers, account.languages) == (None, None)


def test_the_id_is_the_one_that_javascript_has_not_rounded(tmp_path: Path) -> None:
    assert post(tmp_path).id == "1169246717864136705"


def test_a_tweet_may_stand_in_a_table_of_its_own_or_not(tmp_path: Path) -> None:
    file = tmp_path / "tweets-part1.js"
    file.write_text(f"window.YTD.tweet.part1 = {json.dumps([TWEET, {'tweet': TWEET | {'id_str': '2'}}])};", "utf-8")

    assert [one.id for one in read([file], extra=READERS).judged] == [TWEET["id_str"], "2"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "original"),
        ({"full_text": "RT @drvox: My new post"}, "repost"),
        ({"in_reply_to_status_id_str": "1"}, "reply"),
        ({"in_reply_to_user_id_str": "1", "is_quote_status": True}, "reply"),
        ({"is_quote_status": True}, "quote"),
        ({"entities": {"urls": [{"expanded_url": "https://twitter.com/simonw/status/1168529001599533057"}]}}, "quote"),
        ({"entities": {"urls": [{"expanded_url": "https://example.org/status/1"}]}}, "original"),
    ],
)
def test_the_kind_of_a_post_follows_from_what_it_answers_or_shares(
    tmp_path: Path, fields: dict[str, Any], kind: str
) -> None:
    assert post(tmp_path, **fields).kind == kind


def test_signs_of_html_are_what_they_stand_for(tmp_path: Path) -> None:
    assert post(tmp_path, full_text="&lt;3 &amp;amp; #caf&#233;").text == "<3 &amp; #café"


def test_the_link_that_x_adds_for_a_picture_is_no_part_of_the_text(tmp_path: Path) -> None:
    picture = {"type": "photo", "url": "https://t.co/b", "media_url_https": "https://example.org/b.jpg"}
    found = post(tmp_path, full_text="See https://t.co/a https://t.co/b", entities={"media": [picture]})

    assert found.text == "See https://t.co/a"
    assert [(one.type, one.url) for one in found.media or ()] == [("photo", "https://example.org/b.jpg")]


@pytest.mark.parametrize(
    ("medium", "alt"), [({}, None), ({"ext_alt_text": None}, ""), ({"ext_alt_text": "A bridge"}, "A bridge")]
)
def test_an_alternative_text_is_unknown_only_where_nobody_asked_for_it(
    tmp_path: Path, medium: dict[str, Any], alt: str | None
) -> None:
    media = post(tmp_path, extended_entities={"media": [{"type": "photo", **medium}]}).media or ()

    assert [one.alt for one in media] == [alt]


def test_of_a_video_the_length_is_known(tmp_path: Path) -> None:
    video = {"type": "video", "video_info": {"duration_millis": 61_500}}
    (found,) = post(tmp_path, extended_entities={"media": [video]}).media or ()

    assert (found.type, found.duration_s, found.captions) == ("video", 61.5, None)


def test_what_an_archive_does_not_tell_is_unknown(tmp_path: Path) -> None:
    found = post(tmp_path)

    assert {found.account, found.institution, found.language, found.audience, found.attested} == {None}
    assert found.media == ()


@given(st.datetimes(datetime(2006, 3, 21), datetime(2100, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001 - zone follows
def test_a_time_is_read_whatever_its_zone(time: datetime, hours: int) -> None:
    expected = time.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    day, month = "Mon Tue Wed Thu Fri Sat Sun".split(), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    text = f"{day[time.weekday()]} {month[time.month - 1]} {expected:%d %H:%M:%S %z} {time.year}"

    assert moment(text) == expected


def test_a_time_that_is_none_is_refused_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tweets\.js published_at|tweets\.js post\[0\]\.published_at"):
        post(tmp_path, created_at="yesterday")


@pytest.mark.parametrize("text", ["", "alert('hello')", "window.YTD.like.part0 = [ {} ]", "window.YTD = 1"])
def test_other_programs_and_other_parts_of_an_archive_hold_no_posts(text: str) -> None:
    assert list(records(text, "like.js")) == []


@pytest.mark.parametrize("text", ["{", "{}", "[1]", "7"])
def test_what_is_no_list_of_tweets_is_refused_by_the_name_of_the_reader(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tweets.js"
    file.write_text(f"window.YTD.tweets.part0 = {text}", encoding="utf-8")

    with pytest.raises(InputError, match="the reader 'x-archive' broke on this file"):
        read([file], extra=READERS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "tweet", "id_str", "full_text", "entities", "extended_entities", "media", "urls", "url", "user", "type",
        "retweeted_status", "video_info", "duration_millis", "created_at", "expanded_url", "quoted_status_permalink",
    ]), inner, max_size=5),
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(["tweet", "full_text", "entities", "created_at"]), JSON, max_size=4)))
def test_whatever_stands_in_a_tweet_it_becomes_a_record(tweets: list[dict[str, Any]]) -> None:
    found = list(records(f"window.YTD.tweets.part0 = {json.dumps(tweets)}", "tweets.js"))

    assert [one.path for one in found] == [("post", number) for number in range(len(tweets))]


def account(folder: Path, **fields: str) -> Account:
    file = folder / "account.js"
    file.write_text(f"window.YTD.account.part0 = {json.dumps([{'account': fields}])}", encoding="utf-8")
    (found,) = read([file], extra=READERS).workspace.accounts
    return found


def test_an_account_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="id"):
        account(tmp_path, email="someone@example.org")
