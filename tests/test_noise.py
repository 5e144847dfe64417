"""
How often each rule speaks on ordinary posts: a rule that cries wolf is switched off by its readers.

``GOVSOCIAL_WRITE=1`` writes the table of docs/noise.md anew.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from govsocial import Engine, Post, readers
from govsocial.workspace import Workspace

ROOT = Path(__file__).parent.parent
TWEETS = ROOT.parent / "shared/data/tweets/obama.jsonl"
TABLE = ROOT / "docs/noise.md"
LOUD = ("error", "warning")
MOST = 0.05
HEAD = """\
# How often each rule speaks

Rules on posts, over two sets of ordinary posts: 40 of one week of an invented federal institution in Dutch and French
(`tests/week`), and 3,207 tweets of a public account in English, 2014–17, each judged by its own day. Counted by
`tests/test_noise.py`, which holds every error and warning below 5 % of the posts; `GOVSOCIAL_WRITE=1` writes this
table anew. A rule that is not listed did not speak.

| rule | severity | week (40) | tweets (3,207) |
|---|---|---|---|
"""

Spoken = Counter[tuple[str, str]]


def spoken(posts: list[Post], workspace: Workspace) -> Spoken:
    report = Engine.default().check(posts, workspace)
    return Counter((one.rule, one.severity) for one in report.findings if one.outcome == "violation")


@pytest.fixture(scope="module")
def week() -> Spoken:
    given = readers.read([ROOT / "tests/week"])
    posts = [one for one in given.judged if isinstance(one, Post)]

    assert len(posts) == 40
    return spoken(posts, given.workspace)


@pytest.fixture(scope="module")
def tweets() -> Spoken:
    if not TWEETS.is_file():
        pytest.skip("the tweets are not on this machine")
    lines = TWEETS.read_text(encoding="utf-8").splitlines()
    return spoken([Post.parse(json.loads(line)["post"]) for line in lines], Workspace())


def too_loud(found: Spoken, posts: int) -> list[str]:
    return [rule for (rule, severity), times in found.items() if severity in LOUD and times > MOST * posts]


def test_no_error_or_warning_speaks_on_many_posts_of_an_ordinary_week(week: Spoken) -> None:
    assert too_loud(week, 40) == []


def test_no_error_or_warning_speaks_on_many_real_tweets(tweets: Spoken) -> None:
    assert too_loud(tweets, 3207) == []


def test_the_table_says_what_was_counted(week: Spoken, tweets: Spoken) -> None:
    rows = [
        f"| `{rule}` | {severity} | {week[rule, severity]} | {tweets[rule, severity]} |\n"
        for rule, severity in sorted({*week, *tweets})
    ]
    text = HEAD + "".join(rows)
    if os.environ.get("GOVSOCIAL_WRITE") == "1":
        TABLE.write_text(text, encoding="utf-8")

    assert TABLE.read_text(encoding="utf-8") == text
