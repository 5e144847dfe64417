"""What an audit leaves for people: figures as counted by hand, and a page that is safe, whole and in their language."""

from __future__ import annotations

import json
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import HOUSE_ONLY, a_post, lines
from govsocial import readers
from govsocial.audit import shards
from govsocial.audit.bundle import Choices
from govsocial.audit.charts import Rates, chart, months_shown
from govsocial.audit.page import render
from govsocial.audit.phrases import graduation, missing, percent
from govsocial.audit.run import Audited, Order, audit
from govsocial.audit.summary import FIXES, MINIMUM, OF_RULE, figures
from govsocial.defaults import assemble
from govsocial.messages import LANGUAGES
from govsocial.policy.load import parse_policy
from running import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.finding import Finding

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "7"
title = "House rules"
[param.most]
values = [
  { from = 2010-01-01, until = 2020-01-15, value = 20, source = "a" },
  { from = 2020-01-15, value = 10, source = "b" },
]
[[rule]]
id = "short"
severity = "error"
require = 'size(post.text) <= param.most'
message = { en = "{post.length} signs; at most {param.most}.", nl = "{post.length} tekens; hoogstens {param.most}." }
help = { en = "Shorten it.", nl = "Maak het korter." }
[[rule]]
id = "polite"
require = '!post.text.contains("!")'
message = "No shouting."
[[rule]]
id = "named"
severity = "note"
require = 'account.name != ""'
message = "No name."
[[duty]]
id = "watch"
when = 'post.topics.exists(t, t == "health")'
require = 'post.text != ""'
message = "Somebody watches."
[[rule]]
id = "many"
on = "account"
require = 'size(posts) < 2'
message = "Many."
[[waiver]]
id = "old"
rules = ["house/polite"]
match = 'post.institution == "a"'
from = 2019-01-01
until = 2020-01-01
reason = "Was agreed."
approved_by = "me"
"""
HOUSE = parse_policy(POLICY, "house.toml")
SETUP = assemble([HOUSE])
HOSTILE = "<script>alert('&')</script>"


def many(n: int, prefix: str = "", **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return *n* posts that are alike."""
    return [a_post(f"{prefix}{number}", **fields) for number in range(n)]


def judged(
    folder: Path, resources: Iterable[dict[str, Any]], choices: Choices = HOUSE_ONLY, lang: str = "en"
) -> Audited:
    """Return the audit of *resources*, in the folder ``out`` of *folder*."""
    source = lines(folder / "in.jsonl", resources)
    return audit(Order(source, folder / "out", language=lang), SETUP, [HOUSE], choices)


def page(folder: Path) -> str:
    return (folder / "out" / "report.html").read_text(encoding="utf-8")


def one(rows: Sequence[dict[str, Any]], **names: str) -> dict[str, Any]:
    """Return the one row of *rows* with these names."""
    [found] = [row for row in rows if all(row[name] == value for name, value in names.items())]
    return found


class Read(HTMLParser):
    """A page as a browser reads it: its tags with their attributes, its words, and whether all that opens is closed."""

    EMPTY = frozenset("meta br link input img hr".split())

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_a_rate_is_of_what_was_judged_and_never_of_what_does_not_apply(tmp_path: Path) -> None:
    shouts = many(3, "loud", institution="b", text="Hi!")
    waived = many(2, "old", institution="a", text="Hi!", published_at="2019-05-01")
    calm = many(20, "calm", institution="b", text="Hi")
    reposts = many(40, "again", institution="b", text="Hi!", kind="repost")
    found = judged(tmp_path, [*shouts, *waived, *calm, *reposts]).summary

    rule = one(found["rules"], id="house/polite")

    assert (rule["violations"], rule["waived"], rule["judged"]) == (3, 2, 25)
    assert rule["rate"] == 3 / 25
    assert one(found["rates"]["institutions"], rule="house/polite", institution="b")["rate"] == round(3 / 23, 6)


def test_of_too_few_checks_no_rate_is_told(tmp_path: Path) -> None:
    few = many(MINIMUM - 1, "few", institution="few", text="Hi!")
    found = judged(tmp_path, [*few, *many(MINIMUM, institution="enough", text="Hi!")]).summary
    rates = {row["institution"]: row["rate"] for row in found["rates"]["institutions"] if row["rule"] == "house/polite"}

    assert rates == {"few": None, "enough": 1.0}
    assert f"too few to say ({MINIMUM - 1})" in page(tmp_path)


def test_a_month_with_too_few_checks_is_a_gap(tmp_path: Path) -> None:
    months = {"2015-01": MINIMUM, "2015-02": 1, "2015-03": MINIMUM}
    posts = [one for month, n in months.items() for one in many(n, month, text="Hi!", published_at=f"{month}-05")]
    trend = judged(tmp_path, posts).summary["trend"]["rules"]

    assert [(row["month"], row["rate"]) for row in trend if row["rule"] == "house/polite"] == [
        ("2015-01", 1.0),
        ("2015-02", None),
        ("2015-03", 1.0),
    ]


def test_a_line_breaks_where_a_month_is_missing_and_one_month_alone_is_a_dot() -> None:
    rates: Rates = [("2015-01", 0.1), ("2015-02", 0.2), ("2015-03", None), ("2015-04", 0.3), ("2016-01", None)]
    drawn = chart([("error", rates)], ["2015-02-15", "2030-01-01"], months_shown([rates]) or (0, 0))
    [line] = drawn.lines

    assert [len(points.split()) for points in line.parts] == [2]
    assert len(line.dots) == 1
    assert len(drawn.marks) == 1


def test_the_names_of_marks_that_are_close_do_not_lie_upon_one_another() -> None:
    rates: Rates = [("2009-01", 0.1), ("2024-12", 0.1)]
    drawn = chart([("error", rates)], ["2023-02-01", "2023-04-01", "2023-06-01"], months_shown([rates]) or (0, 0))
    names = [name for _, name in drawn.marks]

    assert all(later - sooner >= 12 for sooner, later in pairwise(names))


def test_a_mark_stands_where_a_dated_param_changed_and_says_which_values(tmp_path: Path) -> None:
    posts = [one for year in (2018, 2021) for one in many(20, f"{year}", text="x" * 15, published_at=f"{year}-05-01")]
    rule = one(judged(tmp_path, posts).summary["rules"], id="house/short")
    read = Read(page(tmp_path))

    assert rule["changes"] == [{"day": "2020-01-15", "params": [{"name": "most", "before": "20", "after": "10"}]}]
    assert [tag.get("class") for tag in read.all("line")].count("mark") == 1
    assert "15/01/2020" in read.words
    assert "most: 20 → 10" in read.words


def test_the_biggest_fixes_come_first_each_with_three_examples(tmp_path: Path) -> None:
    linked = many(5, "p", account="big", institution="a", text="Hi!", url="https://example.org/p")
    plain = many(2, "q", account="small", institution="a", text="Hi!")
    fixes = judged(tmp_path, [*plain, *linked]).summary["fixes"]

    assert [(row["rule"], row["account"], row["violations"]) for row in fixes["first"]] == [
        ("house/polite", "big", 5),
        ("house/polite", "small", 2),
    ]
    assert [one["id"] for one in fixes["first"][0]["examples"]] == ["p0", "p1", "p2"]
    assert fixes["first"][1]["examples"][0] == {"type": "post", "id": "q0", "url": None}
    assert [link["href"] for link in Read(page(tmp_path)).all("a") if link["href"].startswith("http")] == (  # type: ignore[union-attr]
        ["https://example.org/p"] * 3
    )


def test_what_everybody_breaks_hides_no_other_rule(tmp_path: Path) -> None:
    loud = [one for name in "abcdefgh" for one in many(9, name, account=name, text="Hi!")]
    long = many(1, "long", account="z", text="x" * 15, published_at="2021-01-01")
    first = judged(tmp_path, [*loud, *long]).summary["fixes"]["first"]

    assert Counter(row["rule"] for row in first) == {"house/polite": OF_RULE, "house/short": 1}


def test_an_address_that_could_run_something_is_no_link(tmp_path: Path) -> None:
    judged(tmp_path, many(3, text="Hi!", url="javascript:alert(1)"))

    assert [link["href"] for link in Read(page(tmp_path)).all("a") if not link["href"].startswith("#")] == []  # type: ignore[union-attr]


def test_what_is_unknown_is_told_with_what_is_missing_and_its_share(tmp_path: Path) -> None:
    posts = [*many(3, "gone", account="gone", text="Hi"), *many(1, "void", text=None), *many(6, "fine", text="Hi")]
    unknown = judged(tmp_path, posts, Choices(select=("house/polite", "house/named"))).summary["unknown"]
    told = {row["missing"]: (row["n"], row["share"]) for row in unknown["missing"]}

    assert told == {"account:*": (3, 0.15), "post.text": (1, 0.05)}
    assert (unknown["n"], unknown["applicable"], unknown["share"]) == (4, 20, 0.2)
    assert unknown["missing"][0]["absent"] == {"n": 1, "first": ["account:gone"]}
    assert unknown["missing"][0]["rules"] == [{"rule": "house/named", "n": 3, "applicable": 10, "share": 0.3}]
    assert "the field post.text" in page(tmp_path)


def test_a_rule_that_judged_nothing_is_not_among_those_that_nobody_broke(tmp_path: Path) -> None:
    judged(tmp_path, many(30, text=None), Choices(select=("house/polite",)))
    words = Read(page(tmp_path)).words

    assert "Rules that judged nothing" in words
    assert "Rules that nobody broke" not in words


def test_duties_that_a_machine_checks_a_part_of_have_rates_of_all_that_it_checked(tmp_path: Path) -> None:
    posts = [*many(5, "void", text="", topics=["health"]), *many(15, text="Hi", topics=["health"])]
    rule = one(judged(tmp_path, posts).summary["rules"], id="house/watch")

    assert (rule["violations"], rule["judged"], rule["rate"]) == (5, 20, 0.25)


def test_what_could_not_be_read_stands_at_the_top_in_the_language_of_the_reader(tmp_path: Path) -> None:
    judged(tmp_path, [{"post": {"network": "twitter", "nonsense": 1}}, *many(1)], lang="nl")
    words = Read(page(tmp_path)).words

    assert "in.jsonl:1: onbekende sleutel 'nonsense'" in words
    assert words.index("onbekende sleutel") < words.index("house/")


def test_hostile_words_of_an_archive_stay_words(tmp_path: Path) -> None:
    posts = many(25, HOSTILE, institution=HOSTILE, account=f'"{HOSTILE}', text="Hi!", url=f"https://x.org/{HOSTILE}")
    judged(tmp_path, posts)
    read = Read(page(tmp_path))

    assert "<script" not in page(tmp_path)
    assert read.all("script") == []
    assert HOSTILE in read.words


def test_the_page_takes_nothing_from_elsewhere(tmp_path: Path) -> None:
    judged(tmp_path, [*many(25, text="Hi!", url="https://example.org/p"), a_post("z", text="x" * 15)])
    read = Read(page(tmp_path))
    sources = [
        value for _, tag in read.tags for name in ("src", "srcset", "data", "action") if (value := tag.get(name))
    ]

    assert sources == []
    assert {tag for tag, _ in read.tags} & {"script", "link", "iframe", "img", "object", "form"} == set()
    assert page(tmp_path).count("http") == page(tmp_path).count("https://example.org/p") + page(tmp_path).count(
        "http-equiv"
    )


def test_the_page_is_whole_and_its_charts_have_titles_and_tables(tmp_path: Path) -> None:
    posts = [one for month in ("2015-01", "2015-02") for one in many(20, month, text="Hi!", published_at=f"{month}-05")]
    judged(tmp_path, posts)
    read = Read(page(tmp_path))
    drawings = [f"<svg{part.partition('</svg>')[0]}</svg>" for part in page(tmp_path).split("<svg")[1:]]
    charts = [one for one in drawings if 'class="grid"' in one]

    assert read.open == []
    assert drawings
    assert all(ET.fromstring(one).findtext("title") for one in drawings)  # noqa: S314 - our own
    assert [tag.get("class") for tag in read.all("table")].count("months") >= len(charts) > 0
    assert all(tag.get("scope") for tag in read.all("th"))
    assert len(ids := [tag["id"] for _, tag in read.tags if "id" in tag]) == len(set(ids))
    assert {link["href"] for link in read.all("a")} <= {f"#{name}" for name in ids}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_language_of_the_reader(tmp_path: Path, language: str) -> None:
    audited = judged(tmp_path, many(25, text="x" * 15, published_at="2021-05-01"), lang=language)
    read = Read(page(tmp_path))

    assert read.all("html") == [{"lang": language}]
    assert ("tekens; hoogstens 10." in read.words) == (language == "nl")
    assert page(tmp_path) == render(audited.summary, audited.manifest, language)


def test_a_page_in_another_language_is_written_from_what_is_known(tmp_path: Path) -> None:
    posts = many(25, text="Hi!")
    judged(tmp_path, posts)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*") if path.name != "report.html"}

    again = judged(tmp_path, posts, lang="nl")

    assert again.done
    assert '<html lang="nl">' in page(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_second_run_changes_no_byte_and_brings_back_what_is_gone(tmp_path: Path) -> None:
    posts = [*many(25, text="Hi!", account="a"), {"account": {"id": "a", "network": "twitter"}}]
    names = ("report.html", "summary.json", "manifest.json")
    first = judged(tmp_path, posts)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in names}
    (tmp_path / "out" / "report.html").unlink()
    (tmp_path / "out" / "summary.json").write_text("{}")

    again = judged(tmp_path, posts)

    assert {name: (tmp_path / "out" / name).read_bytes() for name in names} == before
    assert again.summary == first.summary == json.loads(before["summary.json"])


def test_where_it_was_cut_changes_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [one for name in "ab" for one in many(30, name, institution=name, text="Hi!", published_at="2018-05-05")]
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    whole = judged(tmp_path / "one", posts).summary
    monkeypatch.setattr(shards, "ROWS", 7)
    parts = judged(tmp_path / "many", posts).summary

    assert {**parts, "sources": []} == {**whole, "sources": []}


def test_rules_on_accounts_are_among_what_was_spent(tmp_path: Path) -> None:
    audited = judged(tmp_path, [*many(3, account="a"), {"account": {"id": "a", "network": "twitter"}}])
    cost = one(audited.manifest["rules"], rule="house/many")

    assert (cost["how"], cost["rows_by_closures"]) == ("one by one", 1)
    assert cost["seconds"] >= 0
    assert one(audited.manifest["rules"], rule="house/polite")["how"] == "columns"


def test_the_page_says_how_fast_the_run_was_that_ended_the_audit(tmp_path: Path) -> None:
    run = judged(tmp_path, many(30, text="Hi")).manifest["run"]

    assert run["rows"] == 30
    assert run["rows_per_second"] == pytest.approx(30 / run["seconds"], rel=0.2)
    assert run["memory_mb"] > 20 or sys.platform == "win32"
    assert f"30 rows in {run['seconds']:.2f} s" in Read(page(tmp_path)).words


def test_what_was_judged_before_does_not_make_a_run_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "ROWS", 10)
    judged(tmp_path, many(30, text="Hi"))
    (tmp_path / "out" / "shards" / "00001.json").unlink()

    assert judged(tmp_path, many(30, text="Hi")).manifest["run"]["rows"] == 10


def test_the_last_lines_say_what_matters(tmp_path: Path) -> None:
    house, source = tmp_path / "house.toml", tmp_path / "in.jsonl"
    house.write_text(POLICY, encoding="utf-8")
    posts = [*many(25, "loud", account="a", text="Hi!"), a_post("void", text=None)]
    source.write_text("".join(f"{json.dumps(one)}\n" for one in posts), encoding="utf-8")

    told = Run(
        *("audit", str(source), "--out", str(tmp_path / "out"), "--engine", "inline"),
        *("--policy", str(house), "--select", "house/polite,house/named"),
    )

    assert told.code == 0
    assert told.out.splitlines() == [
        "26 resources were judged.",
        "Warnings: 25 violations in 25 checks (100.0%)",
        "Notes: 1 violation in 1 check",
        "Notes are counted, not listed.",
        f"26 checks came to no answer (50.0%), most often for want of this: {missing('account:*').render()}.",
        "To mend first:",
        "  house/polite, a: 25 violations",
        f"All of it is in {tmp_path / 'out' / 'report.html'}; the findings are in {tmp_path / 'out' / 'findings'}.",
    ]


@pytest.mark.parametrize(
    ("rate", "language", "told"),
    [
        (0.1234, "en", "12.3%"),
        (0.1234, "nl", "12,3%"),
        (0.1234, "fr", "12,3\N{NO-BREAK SPACE}%"),
        (0.0, "de", "0,0\N{NO-BREAK SPACE}%"),
        (0.0001, "en", "< 0.1%"),
        (0.9999, "en", "> 99.9%"),
        (1.0, "en", "100.0%"),
    ],
)
def test_a_little_is_never_nothing_and_nearly_all_is_never_all(rate: float, language: str, told: str) -> None:
    assert percent(rate, language) == told


def test_a_scale_has_no_needless_decimals() -> None:
    assert [graduation(rate, "nl") for rate in (0.0, 0.0025, 0.5, 1.0)] == ["0%", "0,25%", "50%", "100%"]


names = st.sampled_from(["", "a", "b"]) | st.none()
drawn = st.fixed_dictionaries(
    {
        "network": st.sampled_from(["twitter", "facebook"]),
        "text": st.sampled_from(["", "Hi", "Hi!", "x" * 15]) | st.none(),
    },
    optional={
        "institution": names,
        "account": st.sampled_from(["", "one", "gone"]) | st.none(),
        "published_at": st.sampled_from(["2005-01-01", "2019-06-01", "2020-01-31", "2024-01-01"]) | st.none(),
        "topics": st.lists(st.just("health"), max_size=1) | st.none(),
        "kind": st.sampled_from(["original", "repost"]) | st.none(),
    },
)


def by_hand(found: Sequence[Finding], **of: str) -> tuple[int, int, int, int]:
    """Return violations, waived ones, what was judged and what is unknown, counted one by one."""
    met = Counter(
        finding.outcome
        for finding in found
        if all((finding.rule if name == "rule" else finding.subject.to_dict()[name] or "") == of[name] for name in of)
    )
    kept = met["open"] + met["attested"]
    return met["violation"], met["waived"], met["pass"] + met["violation"] + met["waived"] + kept, met["unknown"]


@given(st.lists(drawn, min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_the_summary_of_any_archive_is_what_counting_one_by_one_gives(posts: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "ROWS", 5)
        folder = Path(name)
        account = {"account": {"id": "one", "network": "twitter", "name": "One", "institution": "a"}}
        summary = judged(folder, [account, *(a_post(str(n), **one) for n, one in enumerate(posts))]).summary
        workspace = readers.read([str(folder / "in.jsonl")]).workspace
        every = [one for item in workspace if item.id for one in SETUP.engine.verdicts(item, workspace)]
        found = [one for one in every if one.rule.startswith("house/")]
        checked = {one.rule for one in found if one.effect != "duty" or one.outcome == "violation"}
        plain = [one for one in found if one.rule in checked]

        assert summary["counts"] == dict(sorted(Counter(one.outcome for one in found).items()))
        for row in summary["rates"]["accounts"]:
            if row["rule"] in checked:
                numbers = tuple(row[key] for key in ("violations", "waived", "judged", "unknown"))
                of = {key: row[key] for key in ("rule", "institution", "account")}
                assert numbers == by_hand(plain, **of)
        assert sum(row["judged"] for row in summary["rates"]["accounts"]) == sum(
            row["judged"] for row in summary["rules"]
        )
        listed = [one for one in found if one.outcome == "violation" and one.severity != "note"]
        assert summary["fixes"]["violations"] == len(listed)


def test_an_archive_of_nothing_has_a_page_too(tmp_path: Path) -> None:
    judged(tmp_path, [])

    assert Read(page(tmp_path)).open == []
    assert "There are no errors and no warnings." in page(tmp_path)


def test_no_more_fixes_are_told_than_a_reader_can_use() -> None:
    rows = [
        {"rule": f"p/{n}", "effect": "violation", "severity": "error", "outcome": "violation", "account": "a", "n": 1}
        for n in range(FIXES + 5)
    ]
    blank = dict.fromkeys(("institution", "network", "language", "month", "missing", "regime"), "")
    found = figures([pl.DataFrame([{**blank, **one} for one in rows]).lazy()], [])["fixes"]

    assert (found["n"], len(found["first"])) == (FIXES + 5, FIXES)
