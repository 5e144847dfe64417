"""From any format to JSON lines and Parquet: nothing is lost, what is wrong is told, a file is whole or not there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govsocial import readers
from govsocial.convert import convert
from govsocial.engine import Engine
from govsocial.errors import InputError
from govsocial.model import Media, Post, Question
from govsocial.readers import parquet
from govsocial.readers.stream import stream
from running import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

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
