"""From any format to JSON lines and Parquet: nothing is lost, what is wrong is told, a file is whole or not there."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from random import Random
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govsocial import convert as conversion
from govsocial import processes, readers
from govsocial.convert import MOST_TOLD, convert
from govsocial.convert.sinks import written as written_to
from govsocial.defaults import assemble
from govsocial.engine import Engine
from govsocial.errors import InputError
from govsocial.model import Media, Post, Question
from govsocial.readers import parquet
from govsocial.readers import stream as cutting
from govsocial.readers.stream import stream
from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from govsocial.model import Resource

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "examples" / "campaign"
ENGINE = Engine.default()
words = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=12)
posts = st.builds(
    Post,
    id=st.uuids().map(str),
    network=st.sampled_from(["twitter", "x", "facebook", "elsewhere"]),
    text=words | st.none(),
    institution=words | st.none(),
    media=st.lists(st.builds(Media, type=st.sampled_from(["photo", "video"]), alt=words | st.none()), max_size=2)
    | st.none(),
    question=st.builds(Question, institution=words | st.none()) | st.none(),
    topics=st.lists(words, max_size=2),
    extra=st.dictionaries(words, words, max_size=2) | st.none(),
    published_at=st.datetimes(datetime(2006, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001 - it gets one
    | st.none(),
)


def read(path: Path) -> list[Resource]:
    return [ENGINE.prepare(one.resource) for part in stream(path) for one in part.found]


def written(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def a_post(name: str, **fields: Any) -> str:  # noqa: ANN401 - whatever a post has
    return json.dumps({"post": {"id": name, "network": "twitter", **fields}})


@given(st.lists(posts, min_size=1, max_size=5, unique_by=lambda one: one.id))
@settings(max_examples=60)
def test_a_post_is_the_same_after_parquet_and_after_json_lines(given_posts: list[Post]) -> None:
    batch = parquet.table_of([ENGINE.prepare(one) for one in given_posts])
    back = [ENGINE.prepare(Post.parse(one.data)) for one in parquet.records(batch, 1)]

    assert back == [ENGINE.prepare(one) for one in given_posts]


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_what_is_derived_stands_in_the_file(tmp_path: Path, ending: str) -> None:
    source = written(tmp_path / "in.jsonl", [a_post("a", text="Come to #Brussels with @us")])

    convert(source, tmp_path / f"out.{ending}", ENGINE)
    [record] = [one for part in stream(tmp_path / f"out.{ending}") for one in part.found]

    assert isinstance(record.resource, Post)
    assert (record.resource.hashtags, record.resource.mentions) == (("Brussels",), ("us",))
    assert record.resource.model_fields_set >= {"hashtags", "length"}


@pytest.mark.parametrize("folder", ["campaign", "faulty"])
def test_a_folder_of_drafts_is_the_same_as_json_lines(tmp_path: Path, folder: str) -> None:
    source = ROOT / "examples" / folder
    expected = [ENGINE.prepare(one) for one in readers.read([str(source)]).judged]

    convert(source, tmp_path / "out.jsonl", ENGINE)

    assert sorted(read(tmp_path / "out.jsonl"), key=str) == sorted(expected, key=str)


def test_what_cannot_be_read_is_told_with_its_line_and_the_rest_is_written(tmp_path: Path) -> None:
    lines = [a_post("a"), "{nonsense", a_post("b", kind="knd"), "", a_post("c")]
    source = written(tmp_path / "in.jsonl", lines)

    run = Run("convert", str(source), str(tmp_path / "out.jsonl"))

    assert run.code == 0
    assert f"{source}:2" in run.err
    assert f"{source}:3" in run.err
    assert "2 entries could not be read" in run.err
    assert [one.id for one in read(tmp_path / "out.jsonl")] == ["a", "c"]


def test_a_file_of_which_nothing_can_be_read_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    source, target = written(tmp_path / "in.jsonl", ["{nonsense"]), tmp_path / "out.parquet"
    target.write_text("what was there")

    run = Run("convert", str(source), str(target))

    assert run.code == 2
    assert target.read_text() == "what was there"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.jsonl", "out.parquet"]


def test_a_post_without_id_is_named_by_its_line(tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", ["", json.dumps({"post": {"network": "twitter"}})])

    convert(source, tmp_path / "out.parquet", ENGINE)

    assert [one.id for one in read(tmp_path / "out.parquet")] == [f"{source}:2"]


def test_accounts_do_not_fit_into_parquet_and_are_told(tmp_path: Path) -> None:
    run = Run("convert", str(CAMPAIGN), str(tmp_path / "out.parquet"))

    assert run.code == 0
    assert "of type account are left out" in run.err


@pytest.mark.parametrize("name", ["out.json", "out"])
def test_an_ending_that_is_not_written_is_refused_with_those_that_are(tmp_path: Path, name: str) -> None:
    run = Run("convert", str(CAMPAIGN), str(tmp_path / name))

    assert run.code == 2
    assert ".jsonl .parquet" in run.err


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path) -> None:
    run = Run("convert", str(CAMPAIGN), str(tmp_path / "nowhere" / "out.jsonl"))

    assert run.code == 2
    assert run.err.count("\n") == 1
    assert "cannot be written" in run.err


def a_table(path: Path, **columns: Any) -> Path:  # noqa: ANN401 - whatever Arrow takes
    pq.write_table(pa.table({name: pa.array(*values) for name, values in columns.items()}), path)
    return path


def test_a_table_from_elsewhere_may_have_other_widths_and_units(tmp_path: Path) -> None:
    path = a_table(
        tmp_path / "in.parquet",
        id=[["a"], pa.large_string()],
        network=[["twitter"], pa.dictionary(pa.int32(), pa.string())],
        published_at=[[datetime(2020, 7, 1, 12)], pa.timestamp("ms")],  # noqa: DTZ001 - that is the case
        length=[[3], pa.int16()],
        extra=[[[("k", "v")]], pa.map_(pa.string(), pa.string())],
    )

    [post] = read(path)

    assert isinstance(post, Post)
    assert post.published_at == datetime(2020, 7, 1, 10, tzinfo=UTC)  # clocks in Brussels showed 12
    assert (post.length, post.extra, post.text) == (3, {"k": "v"}, "")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no table of posts": ({"name": [["x"]], "followers": [[3]]}, "no column 'network', but name, followers"),
    "an unknown column": ({"network": [["x"]], "tekst": [["y"]]}, "unknown column 'tekst'; did you mean 'text'?"),
    "another type": ({"network": [["x"]], "length": [["y"]]}, "the column 'length' is string; it has to be int64"),
    "another type inside": ({"network": [["x"]], "topics": [[[3]]]}, "the column 'topics' is list"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_table_of_something_else_is_refused(tmp_path: Path, case: str) -> None:
    columns, complaint = WRONG[case]
    path = a_table(tmp_path / "in.parquet", **columns)

    with pytest.raises(InputError, match=r"in\.parquet") as caught:
        read(path)

    assert complaint in str(caught.value)


def test_a_truncated_table_is_refused_in_one_line(tmp_path: Path) -> None:
    path = a_table(tmp_path / "in.parquet", network=[["twitter"] * 1000])
    path.write_bytes(path.read_bytes()[:-20])

    run = Run("convert", str(path), str(tmp_path / "out.jsonl"))

    assert run.code == 2
    assert run.err.count("\n") == 1
    assert "cannot be read as Parquet" in run.err
    assert not (tmp_path / "out.jsonl").exists()


def test_any_cut_of_a_table_gives_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"id": [str(n) for n in range(100)], "network": ["x"] * 100}), path, row_group_size=7)
    table = parquet.Table(path)

    for start, rows in ((0, 100), (5, 20), (7, 7), (99, 1), (60, 1000)):
        names = [name for batch in table.batches(start, rows) for name in batch.column("id").to_pylist()]
        assert names == [str(n) for n in range(start, min(start + rows, 100))]


NASTY = ["{nonsense", "", json.dumps({"account": {"id": "one", "network": "twitter"}}), a_post("bad", kind="knd")]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Return JSON lines of all kinds, some of them no drafts."""
    good = (a_post(str(n), text=f"Le train {'no ' * (n % 40)}#a{n} 😀", topics=["x"] * (n % 3)) for n in range(300))
    lines = [line for n, post in enumerate(good) for line in (post, *(NASTY if n % 50 == 0 else ()))]
    return written(tmp_path / "many.jsonl", lines)


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let parts be small, and no input too small for several processes."""
    monkeypatch.setattr(cutting, "BYTES", 3000)
    monkeypatch.setattr(cutting, "ROWS", 40)
    monkeypatch.setattr(conversion, "SMALL", 0)


def without_processes(_: int) -> NoReturn:
    raise AssertionError("a process was started")


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.parametrize("size", [1, 700, 5000])
def test_any_cut_of_the_input_gives_the_same_file(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, size: int
) -> None:
    monkeypatch.setattr(parquet, "ROWS", 64)
    whole, cut = tmp_path / f"whole.{ending}", tmp_path / f"cut.{ending}"
    told = convert(many, whole, ENGINE)
    monkeypatch.setattr(cutting, "BYTES", size)

    told_again = convert(many, cut, ENGINE)

    assert cut.read_bytes() == whole.read_bytes()
    assert told_again == told
    assert told.skipped == 12
    if ending == "parquet":
        groups = pq.ParquetFile(cut).metadata
        assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [64, 64, 64, 64, 44]


def test_long_texts_are_the_same_bytes_however_they_come(tmp_path: Path) -> None:
    chance = Random(1)  # noqa: S311 - no secret
    rows = parquet.table_of(Post(id=str(n), network="x", text=chance.randbytes(900).hex()) for n in range(1500))
    files = [tmp_path / f"{size}.parquet" for size in (1500, 1000, 37)]  # pages end at a megabyte

    for file in files:
        size = int(file.stem)
        with written_to(file) as add:
            for start in range(0, rows.num_rows, size):
                add(rows.slice(start, size))

    assert len({file.read_bytes() for file in files}) == 1


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_however_many_processes_there_are_the_file_is_the_same(many: Path, tmp_path: Path, ending: str) -> None:
    here, there = tmp_path / f"here.{ending}", tmp_path / f"there.{ending}"

    told = [convert(many, here, ENGINE), convert(many, there, ENGINE, workers=2)]

    assert here.read_bytes() == there.read_bytes()
    assert told[0] == told[1]
    assert [one.line for one in told[1].problems][:2] == [2, 5]


@pytest.mark.usefixtures("parted")
def test_a_table_and_a_folder_go_through_several_processes_too(many: Path, tmp_path: Path) -> None:
    table = tmp_path / "many.parquet"
    convert(many, table, ENGINE)
    readers_ = assemble().readers
    tweet = {"id_str": "9", "created_at": "Wed Jul 01 12:00:00 +0000 2020", "full_text": "Hi", "user": {}}
    folder = tmp_path / "drafts"
    folder.mkdir()
    (folder / "old.v1.1.json").write_text(json.dumps([tweet]), encoding="utf-8")
    (folder / "new.toml").write_text('[post]\nnetwork = "twitter"\ntext = "Hi"', encoding="utf-8")
    (folder / "torn.toml").write_text("[post", encoding="utf-8")

    for source in (table, folder):
        one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
        told = [convert(source, one, ENGINE, readers_), convert(source, two, ENGINE, readers_, workers=2)]
        assert one.read_bytes() == two.read_bytes()
        assert told[0] == told[1]


def test_a_small_input_starts_no_process(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "pool", without_processes)

    assert Run("convert", str(many), str(tmp_path / "out.jsonl"), "--workers", "8").code == 0


@pytest.mark.usefixtures("parted")
def test_what_cannot_travel_to_another_process_is_worked_out_in_this_one(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "pool", without_processes)
    odd = replace(ENGINE, detect=lambda _: ("nl",))

    convert(many, tmp_path / "out.jsonl", odd, workers=2)

    assert {one.detected_languages for one in read(tmp_path / "out.jsonl") if isinstance(one, Post)} == {("nl",)}


def killed(text: str, mark: Path | None) -> tuple[str, ...]:
    """Kill the process that asks for the languages of a text; where there is a *mark*, only the first one that does."""
    if mark is None or (text.endswith("#a77 😀") and not mark.exists()):
        if mark:
            mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return ("nl",)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")
@pytest.mark.usefixtures("parted")
def test_what_a_worker_that_died_was_about_to_do_another_one_does(many: Path, tmp_path: Path) -> None:
    here, there, mark = tmp_path / "here.jsonl", tmp_path / "there.jsonl", tmp_path / "mark"
    dying = replace(ENGINE, detect=partial(killed, mark=mark))

    convert(many, there, dying, workers=2)
    assert mark.exists()
    convert(many, here, dying)

    assert there.read_bytes() == here.read_bytes()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")
@pytest.mark.usefixtures("parted")
def test_workers_that_die_again_and_again_end_it_and_leave_what_was_there(many: Path, tmp_path: Path) -> None:
    target = written(tmp_path / "out.jsonl", ["what was there"])

    with pytest.raises(InputError, match="3 times a worker died, perhaps for want of memory"):
        convert(many, target, replace(ENGINE, detect=partial(killed, mark=None)), workers=2)

    assert target.read_text() == "what was there\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["many.jsonl", "out.jsonl"]


def test_no_more_is_read_than_workers_are_about_to_need() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(50):
            taken.append(n)
            yield n

    found = processes.in_order(abs, items(), 2)

    assert [next(found), len(taken)] == [0, 4]
    assert [next(found), len(taken)] == [1, 5]
    assert list(found) == list(range(2, 50))


def test_workers_end_at_once_when_nobody_asks_for_more() -> None:
    found = processes.in_order(sleep, [0, 600, 600], 2)

    assert next(found) is None
    workers = active_children()
    found.close()  # type: ignore[attr-defined]

    assert len(workers) == 2
    assert not any(one.is_alive() for one in workers)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("parted")
def test_how_far_it_is_is_told_in_bytes_and_entries(many: Path, tmp_path: Path, workers: int) -> None:
    seen: list[tuple[int, int]] = []
    totals: list[int] = []

    def started(size: int) -> Callable[[int, int], None]:
        totals.append(size)
        return lambda more, entries: seen.append((more, entries))

    told = convert(many, tmp_path / "out.jsonl", ENGINE, workers=workers, started=started)

    assert totals == [many.stat().st_size]
    assert seen[0] == (0, 0)
    assert [sum(column) for column in zip(*seen, strict=True)] == [many.stat().st_size, told.written]
    assert len(seen) > 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes in folders")
@pytest.mark.usefixtures("parted")
def test_a_pipe_is_read_once_and_part_by_part(many: Path, tmp_path: Path) -> None:
    pipe, target = tmp_path / "pipe.jsonl", tmp_path / "out.jsonl"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_bytes(many.read_bytes()))
    writer.start()

    told = convert(pipe, target, ENGINE, workers=2)
    writer.join()

    assert (told.written, told.skipped) == (306, 12)


def test_only_so_many_faults_are_told_and_all_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "BYTES", 500)
    source = written(tmp_path / "in.jsonl", [*["{nonsense"] * (MOST_TOLD + 500), a_post("a")])

    told = convert(source, tmp_path / "out.jsonl", ENGINE)

    assert (told.written, told.skipped, len(told.problems)) == (1, MOST_TOLD + 500, MOST_TOLD)
