"""Some thousands of real tweets through the engine, against a count that knows nothing of it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govsocial import readers
from govsocial.engine import Engine

if TYPE_CHECKING:
    from govsocial.report import Report

TWEETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "tweets" / "obama.jsonl"
pytestmark = pytest.mark.skipif(not TWEETS.exists(), reason=f"needs {TWEETS}, which is not in the repository")
MOST = 3


@pytest.fixture(scope="module")
def given() -> readers.Input:
    return readers.read([str(TWEETS)])


@pytest.fixture(scope="module")
def report(given: readers.Input) -> Report:
    return Engine.default().selecting(["twitter/*"]).check(given.judged, given.workspace, keep_all=True)


def of(report: Report, rule: str) -> Counter[str]:
    return Counter(one.outcome for one in report.findings if one.rule == rule)


def tags(text: str) -> set[str]:
    """Return the tags of *text* by the simplest reading that does these tweets justice."""
    return {tag.casefold() for tag in re.findall(r"(?<![\w&/])#(\w*[^\W\d]\w*)", text)}


def too_many(item: Any) -> bool:  # noqa: ANN401 - a post
    return item.kind in ("original", "quote") and len(tags(item.text)) > MOST


def test_every_tweet_is_judged_by_every_rule_of_its_network(report: Report) -> None:
    rules = {one.rule for one in report.findings}

    assert "twitter/hashtags-max" in rules
    assert {sum(of(report, rule).values()) for rule in rules} == {3207}


def test_reposts_are_not_judged(report: Report, given: readers.Input) -> None:
    kinds = Counter(getattr(one, "kind", "") for one in given.judged)

    assert kinds["repost"] == of(report, "twitter/hashtags-max")["not-applicable"] == 351


def test_as_many_tweets_have_too_many_tags_as_are_counted_by_hand(report: Report, given: readers.Input) -> None:
    expected = {one.id for one in given.judged if too_many(one)}
    found = [one for one in report.findings if one.rule == "twitter/hashtags-max" and one.outcome == "violation"]

    assert {one.resource.id for one in found} == expected
    assert len(found) == len(expected) > 0


def test_every_tweet_has_the_tags_that_are_found_by_hand(given: readers.Input) -> None:
    prepare = Engine.default().prepare
    derived = {one.id: {tag.casefold() for tag in prepare(one).hashtags or ()} for one in given.workspace.posts}

    assert derived == {one.id: tags(one.text or "") for one in given.workspace.posts}


def test_a_tweet_with_too_many_tags_points_at_them(report: Report) -> None:
    for one in report.findings:
        if one.rule == "twitter/hashtags-max" and one.outcome == "violation":
            assert one.span is not None
            text = str(getattr(one.resource, "text", ""))[one.span.start : one.span.end]
            assert text.startswith("#")
            assert len(tags(text)) > MOST


def test_only_the_maximum_speaks_where_there_are_too_many(report: Report) -> None:
    assert of(report, "twitter/hashtags-ideal")["superseded"] == of(report, "twitter/hashtags-max")["violation"]


def test_each_tweet_is_judged_by_its_own_day(report: Report) -> None:
    assert {one.subject.as_of.year for one in report.findings} == {2014, 2015, 2016, 2017}
