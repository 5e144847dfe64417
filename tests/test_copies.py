"""Copies: near-identical publications of several institutions are taken for one information, and nothing else is."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import digests, findings_in
from govsocial.audit import copies, copy_groups, shards
from govsocial.audit.bundle import Choices
from govsocial.audit.copies import ROWS, alike, noted, own_words
from govsocial.audit.copy_groups import MOST, ROW, WINDOW, Found, found_in
from govsocial.audit.executors import executor
from govsocial.audit.run import Order, audit
from govsocial.cel.column_frame import frame
from govsocial.convert import convert
from govsocial.defaults import assemble
from govsocial.errors import InputError
from govsocial.model import Post
from govsocial.policy.load import parse_policy
from govsocial.text import TextProfile
from running import Run

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

RULE = "general/share-source-publication"
FIRST = datetime(2024, 3, 1, 9, tzinfo=UTC)
FLU = "De griepprik is vanaf vandaag te krijgen bij uw huisarts en bij uw apotheker in de buurt"
NEARLY = "De griepprik is vanaf vandaag te krijgen bij uw huisarts en bij elke apotheker in de buurt"
FRENCH = "Le vaccin contre la grippe est disponible dès aujourd’hui chez votre médecin et chez votre pharmacien"
TRAIN = "Morgen rijden er door een actie van het personeel minder treinen tussen Gent en Brussel dan anders"


def a_post(name: str, institution: str = "a", text: str = FLU, days: float = 0, **fields: Any) -> Post:  # noqa: ANN401
    at = FIRST + timedelta(days=days)
    return Post(id=name, network="twitter", institution=institution, text=text, published_at=at, date=at, **fields)


def looked_at(posts: Sequence[Post]) -> tuple[Found, Counter[str]]:
    """Return what is found in *posts*, and what is not compared of them."""
    notes, rejected = noted(frame(posts, Post), lambda _: TextProfile())
    numbered = notes.with_row_index(ROW)
    found = found_in(
        numbered.select(ROW, "id", "institution", "date", "info", "digest"),
        lambda band: numbered.select(ROW, *(f"{band}.{row}" for row in range(ROWS))),
        lambda rows: numbered.select(ROW, "text").join(rows, on=ROW, how="semi"),
    )
    return found, rejected


def infos(*posts: Post) -> dict[str, str]:
    return dict(looked_at(posts)[0].infos.select("id", "info").iter_rows())


def sources(*posts: Post) -> dict[str, str | None]:
    return dict(looked_at(posts)[0].infos.select("id", "source_institution").iter_rows())


def out(*posts: Post) -> dict[str, int]:
    """Return how many of *posts* are no copies for which reason."""
    found, rejected = looked_at(posts)
    told = found.to_dict(rejected)["rejected"]
    assert isinstance(told, dict)
    return {reason: n for reason, n in told.items() if n}


def together(*posts: Post) -> bool:
    """Whether all of *posts* were given one information."""
    found = infos(*posts)
    return len(found) == len(posts) and len(set(found.values())) == 1


@pytest.mark.parametrize(
    "text",
    [
        FLU,
        FLU.upper() + "!!!",
        f"{FLU} https://example.be/griep",
        f"#griep @zorg {FLU} #vaccin",
        FLU.replace(" ", "\n\n"),
        FLU.replace("huisarts", "\U0001d5f5\U0001d602\U0001d5f6\U0001d600\U0001d5ee\U0001d5ff\U0001d601\U0001d600"),
    ],
)
def test_the_same_words_are_a_copy_whatever_stands_around_them(text: str) -> None:
    found, _ = looked_at([a_post("1"), a_post("2", "b", text)])

    assert found.infos["info"].n_unique() == 1
    assert (found.infos.height, found.groups, found.exact) == (2, 1, 1)


def test_a_text_with_few_other_words_is_a_copy() -> None:
    found, rejected = looked_at([a_post("1"), a_post("2", "b", NEARLY), a_post("3", "b", TRAIN)])

    assert found.infos["id"].to_list() == ["1", "2"]
    assert found.to_dict(rejected) == {
        "groups": 1,
        "posts": 2,
        "exact": 0,
        "near": 1,
        "rejected": dict.fromkeys(copies.REJECTED, 0),
    }


@pytest.mark.parametrize(
    "other",
    [
        FRENCH,
        TRAIN,
        f"{FLU} op 3 maart",
        "De griepprik is vanaf vandaag te krijgen in alle kazernes van het leger voor wie daar werkt",
        "",
    ],
    ids=["translation", "another", "another number", "the same beginning", "nothing"],
)
def test_another_text_is_no_copy(other: str) -> None:
    assert infos(a_post("1"), a_post("2", "b", other)) == {}


def test_two_sums_are_two_pieces_of_information() -> None:
    jobs = "In {} kwamen er {} banen bij in ons land en dat is meer dan in de maand ervoor".split()

    assert alike(" ".join(jobs).format("mei", "12000").split(), " ".join(jobs).format("juni", "12000").split())
    assert not alike(" ".join(jobs).format("mei", "12000").split(), " ".join(jobs).format("mei", "9000").split())


def test_a_short_text_is_not_compared() -> None:
    wish = "Gelukkig nieuwjaar aan u allen! #2024 @iedereen https://example.be/een/heel/lang/adres"

    assert infos(a_post("1", "a", wish), a_post("2", "b", wish)) == {}
    assert out(a_post("1", "a", wish), a_post("2", "b", wish)) == {"short": 2}


def test_words_are_those_of_the_one_tokenizer() -> None:
    assert own_words("Zie www.example.be: #griep kost @u ２０ euro, ÉÉN keer", TextProfile()) == [
        *"zie kost 20 euro één keer".split()
    ]


def test_one_institution_may_repeat_itself() -> None:
    assert infos(a_post("1"), a_post("2", days=1), a_post("3", text=NEARLY)) == {}
    assert together(a_post("1"), a_post("2", days=1), a_post("3", "b"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "repost"}, "share"),
        ({"shared_from": "1"}, "share"),
        ({"kind": "reply"}, "answer"),
        ({"kind": "message"}, "answer"),
        ({"institution": ""}, "no_institution"),
        ({"institution": None}, "no_institution"),
        ({"date": None, "published_at": None}, "undated"),
        ({"text": None}, "short"),
    ],
)
def test_what_is_no_publication_of_its_own_is_not_compared(fields: dict[str, Any], reason: str) -> None:
    other = a_post("2", "b").model_copy(update=fields)

    assert infos(a_post("1"), other) == {}
    assert out(a_post("1"), other) == {reason: 1}


def test_what_is_not_known_does_not_keep_a_post_out() -> None:
    assert together(a_post("1", info=None), a_post("2", "b", kind=None, shared_from=None))


def test_two_posts_with_one_id_are_not_compared_but_one_that_is_there_twice_is() -> None:
    assert out(a_post("1"), a_post("2", "b"), a_post("2", "b", TRAIN)) == {"repeated": 2}
    assert infos(a_post("1"), a_post("2", "b"), a_post("2", "b", TRAIN)) == {}
    assert set(infos(a_post("1"), a_post("2", "b"), a_post("2", "b"))) == {"1", "2"}


@pytest.mark.parametrize("text", [FLU, NEARLY], ids=["exact", "near"])
def test_a_copy_comes_within_the_window(text: str) -> None:
    days = WINDOW.days

    assert together(a_post("1"), a_post("2", "b", text, days))
    assert infos(a_post("1"), a_post("2", "b", text, days + 1)) == {}
    assert together(a_post("1"), a_post("2", "b", FLU, days), a_post("3", "c", text, 2 * days))


def test_what_returns_each_year_is_another_information_each_year() -> None:
    found = infos(a_post("1"), a_post("2", "b"), a_post("3", "a", FLU, 365), a_post("4", "b", FLU, 366))

    assert found["1"] == found["2"] != found["3"] == found["4"]


def test_the_information_is_named_after_the_earliest_post() -> None:
    found = infos(a_post("late", "a", days=2), a_post("early", "b"), a_post("last", "c", NEARLY, days=3))

    assert set(found.values()) == {"copy:" + infos(a_post("early"), a_post("x", "b", days=1))["early"][5:]}
    assert found["late"] != infos(a_post("late"), a_post("early", "b", days=1))["late"]


def test_the_first_to_publish_is_taken_for_the_source_unless_two_were() -> None:
    others = (a_post("2", "b", days=1), a_post("3", "c", NEARLY, days=2))

    assert sources(a_post("1"), *others) == {"1": "a", "2": "a", "3": "a"}
    assert sources(a_post("1"), a_post("0", "d"), *others) == dict.fromkeys("0123")


def test_an_information_that_is_given_stays_and_the_others_join_it() -> None:
    assert infos(a_post("1", info="griep"), a_post("2", "b"), a_post("3", "c", NEARLY)) == {"2": "griep", "3": "griep"}


def test_where_two_are_given_nobody_can_say_which_it_is() -> None:
    posts = (a_post("1", info="griep"), a_post("2", "b", info="prik"), a_post("3", "c"))

    assert infos(*posts) == {}
    assert out(*posts) == {"disputed": 1}


def test_what_stands_in_too_many_posts_is_boilerplate() -> None:
    posts = [a_post(str(n), "ab"[n % 2]) for n in range(MOST)]

    assert len(infos(*posts)) == MOST
    assert out(*posts, a_post("x")) == {"boilerplate": MOST + 1}
    assert infos(*posts, a_post("x")) == {}


def test_what_too_many_texts_resemble_is_boilerplate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_groups, "MOST", 4)
    words = "alfa bravo charlie delta echo foxtrot".split()
    posts = [a_post(word, word, FLU.replace("buurt", word)) for word in words]

    assert together(*posts[:4])
    assert infos(*posts) == {}
    assert out(*posts) == {"boilerplate": 6}


drawn = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([FLU, NEARLY, TRAIN, f"{TRAIN}!", FRENCH, "Kort"]),
    st.sampled_from([0, 1, 20, 40, 41, 90]),
    st.sampled_from(["", "", "", "griep", "trein"]),
)


@given(st.lists(drawn, min_size=2, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_the_posts_does_not_matter(several: list[tuple[Any, ...]], random: Any) -> None:  # noqa: ANN401
    posts = [
        a_post(str(n), institution, text, days, info=info) for n, (institution, text, days, info) in enumerate(several)
    ]
    found, rejected = looked_at(posts)
    random.shuffle(posts)
    again, still = looked_at(posts)

    assert again.infos.equals(found.infos)
    assert again.to_dict(still) == found.to_dict(rejected)


@given(st.lists(drawn, min_size=2, max_size=12))
@settings(max_examples=25)
def test_who_shares_an_information_shares_it_with_another_institution(several: list[tuple[Any, ...]]) -> None:
    posts = {str(n): a_post(str(n), *one[:3], info=one[3]) for n, one in enumerate(several)}
    found = infos(*posts.values())
    shared = {**{name: post.info or "" for name, post in posts.items() if post.info}, **found}

    for name, info in found.items():
        assert not posts[name].info
        assert len({posts[other].institution for other, same in shared.items() if same == info}) > 1


# From here on through whole audits.

HOUSE = parse_policy(
    """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[[rule]]
id = "own"
require = 'post.info == ""'
message = "Of others."
[[rule]]
id = "alone"
require = 'size(peers) == 0'
message = "Others say so."
[[rule]]
id = "first"
when = 'post.info != ""'
require = 'peers.all(p, p.published_at >= post.published_at) && size(siblings) == 0'
message = "Others were first."
[[rule]]
id = "many"
on = "account"
require = '!posts.exists(p, p.info.startsWith("copy:"))'
message = "Copies."
""",
    "house.toml",
)
SETUP = assemble([HOUSE])
LOOKING = Choices(find_copies=True)


def lines(path: Path, posts: Iterable[Post], *others: dict[str, Any]) -> Path:
    told = [{"post": one.model_dump(mode="json", exclude_unset=True, exclude={"date"})} for one in posts]
    path.write_text("".join(f"{json.dumps(one)}\n" for one in [*told, *others]), encoding="utf-8")
    return path


def audited(source: Path, out: Path, choices: Choices = LOOKING, engine: str = "inline") -> dict[str, Any]:
    return audit(Order(source, out, executor=executor(engine, 2)), SETUP, [HOUSE], choices).manifest


def findings(out: Path) -> set[tuple[str, str]]:
    return set(findings_in(out).select("resource_id", "rule").iter_rows())


SEVERAL = [
    a_post("bron", "fod", url="https://example.be/1"),
    a_post("eigen", "pod", f"{FLU} https://example.be/2", 1),
    a_post("bijna", "dg", NEARLY, 2, account="dg-tw"),
    a_post("weet", "agentschap", NEARLY, 2, source_institution="agentschap"),
    a_post("trein", "pod", TRAIN, 2, source_institution="fod"),
    a_post("kort", "pod", "Griepprik!", 2),
]


def test_the_rule_on_sharing_speaks_on_copies_and_only_when_they_are_looked_for(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL)
    for name in ("found", "not"):
        audited(source, tmp_path / name, Choices(find_copies=name == "found"))

    assert {name for name, rule in findings(tmp_path / "found") if rule == RULE} == {"eigen", "bijna"}
    assert {name for name, rule in findings(tmp_path / "not") if rule == RULE} == set()
    assert {one for one in findings(tmp_path / "found") if one[1] == "house/own"} == {
        (name, "house/own") for name in ("bron", "eigen", "bijna", "weet")
    }


def test_the_manifest_tells_what_was_found_and_nothing_of_it_stays_beside(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL)

    told = audited(source, tmp_path / "out")

    assert told["copies"] == {
        "groups": 1,
        "posts": 4,
        "exact": 0,
        "near": 1,
        "rejected": {**dict.fromkeys(copies.REJECTED, 0), "short": 1},
    }
    assert "copies" not in audited(source, tmp_path / "not", Choices())
    assert not (tmp_path / "out" / "work").exists()
    assert not any("griepprik" in one.read_text("latin-1") for one in (tmp_path / "out").rglob("*.json"))


def test_an_account_is_judged_with_what_was_found_for_its_posts(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL, {"account": {"id": "dg-tw", "network": "twitter"}})

    audited(source, tmp_path / "out")

    assert ("dg-tw", "house/many") in findings(tmp_path / "out")


@given(st.integers(1, 6), st.sampled_from(["jsonl", "parquet"]), st.permutations(SEVERAL))
@settings(max_examples=8)
def test_cut_anywhere_and_in_any_order_the_findings_are_the_same(rows: int, ending: str, posts: list[Post]) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        audited(lines(folder / "whole.jsonl", SEVERAL), folder / "whole")
        patch.setattr(shards, "ROWS", rows)
        target = folder / f"cut.{ending}"
        convert(lines(folder / "in.jsonl", posts), target, SETUP.engine)

        told = audited(target, folder / "cut")

        assert told["copies"]["posts"] == 4
        assert findings(folder / "cut") == findings(folder / "whole")


def test_where_it_runs_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "ROWS", 2)
    source = lines(tmp_path / "in.jsonl", SEVERAL)
    inline, pool = (audited(source, tmp_path / engine, LOOKING, engine) for engine in ("inline", "pool"))

    assert digests(tmp_path / "inline") == digests(tmp_path / "pool")
    assert len(digests(tmp_path / "inline")) > 4
    assert inline["copies"] == pool["copies"]


def test_looking_for_copies_is_another_question(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL)
    audited(source, tmp_path / "out", Choices())

    with pytest.raises(InputError, match="by other policies or options"):
        audited(source, tmp_path / "out")


def test_once_all_is_done_nothing_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL)
    first = audited(source, tmp_path / "out")
    monkeypatch.setattr("govsocial.audit.copying.find", lambda *_: pytest.fail("it was looked for"))

    assert audited(source, tmp_path / "out")["copies"] == first["copies"]


def test_a_copy_that_came_later_is_seen_in_what_was_judged_before(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    lines(archive / "one.jsonl", SEVERAL[:1])
    audited(archive, tmp_path / "out")
    before = findings(tmp_path / "out")
    lines(archive / "two.jsonl", SEVERAL[1:2])

    audited(archive, tmp_path / "out")

    assert ("bron", "house/own") not in before
    assert ("bron", "house/own") in findings(tmp_path / "out")


def test_an_archive_without_posts_has_no_copies(tmp_path: Path) -> None:
    told = audited(lines(tmp_path / "in.jsonl", [], {"account": {"id": "a", "network": "x"}}), tmp_path / "out")

    assert told["copies"]["groups"] == 0


def test_what_came_of_it_is_told_in_two_lines(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", SEVERAL)

    run = Run("audit", str(source), "--out", str(tmp_path / "out"), "--engine", "inline", "--find-copies")
    plain = Run("audit", str(source), "--out", str(tmp_path / "not"), "--engine", "inline")

    assert "4 posts belong to groups of copies (groups: 1)." in run.out
    assert "1 post was left out of that; manifest.json says why." in run.out
    assert "copies" not in plain.out


@pytest.mark.parametrize("name", ["rensa", "rapidfuzz.fuzz"])
def test_without_the_extra_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    source = lines(tmp_path / "in.jsonl", SEVERAL)

    run = Run("audit", str(source), "--out", str(tmp_path / "out"), "--engine", "inline", "--find-copies")

    assert run.code == 2
    assert run.err.count("\n") == 1
    assert "install govsocial[copies]" in run.err
