"""Tables of posts: what a column means, how a cell is read, and what is said of bad ones."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.errors import InputError
from govsocial.model import Audience, Media, Post, Question
from govsocial.readers import read
from govsocial.readers.csv import is_table
from govsocial.readers.csv_columns import columns

DATA = Path(__file__).parents[2] / "shared/data"
TORN = 'the quote that opens here is never closed, or is closed inside the text; write "" for one in a text'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that files go by their bare names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def posts(content: str | bytes, **options: Any) -> tuple[Post, ...]:  # noqa: ANN401 - whatever read takes
    Path("a.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return tuple(read(["a.csv"], **options).workspace.posts)


def complaints(content: str | bytes, **options: Any) -> list[str]:  # noqa: ANN401
    with pytest.raises(InputError) as caught:
        posts(content, **options)
    return [problem.render() for problem in caught.value.problems]


def test_a_row_is_a_post_and_a_column_is_a_field() -> None:
    text = (
        "id,network,text,scheduled_at,topics,media.type,media.alt,media.duration_s,question.institution,"
        "audience.languages,audience.age_min,audience.international,extra.campaign,length\n"
        'a,facebook,"Hello, ""all""",2026-04-03 09:30+00:00,health; travel;,photo,A tram,1.5,fps-tax,'
        "nl;fr,12,TRUE,spring,7\n"
    )

    assert posts(text) == (
        Post(
            id="a",
            network="facebook",
            text='Hello, "all"',
            scheduled_at=datetime(2026, 4, 3, 9, 30, tzinfo=UTC),
            topics=("health", "travel"),
            media=(Media(type="photo", alt="A tram", duration_s=1.5),),
            question=Question(institution="fps-tax"),
            audience=Audience(languages=("nl", "fr"), age_min=12, international=True),
            extra={"campaign": "spring"},
            length=7,
        ),
    )


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_first_row_tells_what_separates_the_cells(sign: str) -> None:
    (post,) = posts(f'network{sign}text{sign}topics\nx{sign}"a, b; c\td"{sign}"e;f"\n')

    assert (post.text, post.topics) == ("a, b; c\td", ("e", "f"))


def test_a_table_as_a_spreadsheet_writes_it_is_read() -> None:
    (post,) = posts(b'\xef\xbb\xbfnetwork;text;url\r\nx;"a\r\nb";\r\n;;\r\n')

    assert (post.network, post.text, post.url) == ("x", "a\nb", "")


def test_an_empty_cell_is_left_out() -> None:
    (post,) = posts("network,text,date,kind,media.alt\nx,a,,,\n")

    assert post == Post(id="a.csv:2", network="x", text="a")


def test_a_short_row_lacks_its_last_cells() -> None:
    assert posts("network,text\nx\n")[0].text == ""


def test_network_and_language_are_for_rows_that_lack_them() -> None:
    found = posts("text,network\na,\nb,twitter\n", network="facebook", language="nl")

    assert [(one.network, one.language) for one in found] == [("facebook", "nl"), ("twitter", "nl")]


def test_a_post_is_named_by_its_first_line() -> None:
    assert [one.id for one in posts('\nnetwork,text\nx,"a\n\nb"\n\nx,c\n')] == ["a.csv:3", "a.csv:7"]


def test_a_table_without_rows_is_noted() -> None:
    Path("a.csv").write_text("network,text\n", encoding="utf-8")

    assert [note.render() for note in read(["a.csv"]).notes] == ["a.csv: there is no draft in this file"]


def test_a_table_of_something_else_is_left_out_of_a_folder_and_refused_by_name() -> None:
    line = "a.csv:1:1: {}no column is called like a field of a post, such as network, text or scheduled_at"
    assert complaints("name,likes\na,3\n") == [line.format("")]
    Path("b.toml").write_text('[post]\nnetwork = "x"\n', encoding="utf-8")
    given = read(["."])

    assert [one.id for one in given.judged] == ["b.toml:1"]
    assert [note.render() for note in given.notes] == [line.format("left out: ")]


NETWORK = (
    "network: the network is missing: say --network facebook, or write it in the file"
    ' (a plain text begins with three lines: +++, network = "facebook", +++)'
)
BAD: dict[str, tuple[str, list[str]]] = {
    "an unknown column": (
        "network,txet\nx,a\n",
        ["a.csv:1:9: unknown column 'txet'; did you mean 'text'?"],
    ),
    "a column in capitals": ("network,TEXT\n", ["a.csv:1:9: unknown column 'TEXT'; did you mean 'text'?"]),
    "a table for a column": ("network,media\n", ["a.csv:1:9: unknown column 'media'; did you mean 'media.url'?"]),
    "a column twice": ('network,"text",text\n', ["a.csv:1:16: the column 'text' stands here a second time"]),
    "a column without a name": (
        "network,,text\nx,,a\nx,b,c\n",
        ["a.csv:3:3: the column of this cell has no name in the first row"],
    ),
    "a text with a comma": (
        "network,text\nx,Hello, all\nx,a,\n",
        ["a.csv:2:9: this row has 3 cells, the first row 2; a text with , in it stands in quotes"],
    ),
    "a text with a tab": (
        "network\ttext\nx\ta\tb\n",
        ["a.csv:2:5: this row has 3 cells, the first row 2; a text with a tab in it stands in quotes"],
    ),
    "a quote that is never closed": ('network,text\nx,a\nx,"b\nx,c\n', [f"a.csv:3:3: {TORN}"]),
    "a quote that closes early": ('network,text\nx,"say "hi" now"\n', [f"a.csv:2:3: {TORN}"]),
    "no network, told once": ("text\na\nb\n", [f"a.csv:2:1 {NETWORK}"]),
    "a wrong value": (
        'network,text,kind\nx,"a\nb",retweet\n',
        ["a.csv:3:4 kind: 'retweet' is not one of: original, reply, repost, quote, story, live, message"],
    ),
    "a word for a switch": (
        "network,audience.international\nx,WAAR\n",
        ["a.csv:2:3 audience.international: expected true or false, found WAAR"],
    ),
    "a number with a comma": (
        'network,media.duration_s\nx,"1,5"\n',
        ["a.csv:2:3 media[0].duration_s: expected a number, found 1,5"],
    ),
    "a word for a number": ("network,length\nx,many\n", ["a.csv:2:3 length: expected a whole number, found many"]),
    "a NUL in a list": (
        "network,topics\nx,a;b\0\n",
        ["a.csv:2:3 topics[1]: a NUL character stands in the text; remove it"],
    ),
    "a date that does not exist": (
        "network,date\nx,2026-02-30\n",
        ["a.csv:2:3 date: '2026-02-30' is no date or time; write it as 2026-11-24 or 2026-11-24T09:30"],
    ),
    "a very long cell": (
        f"network,text\nx,{'m' * 200_000}\n",
        ["a.csv:2:1: a cell of this row has more than 131,072 characters, the most it may have"],
    ),
    "many faults at once": (
        'network,txet,date\nx,,30/04/2026\n,,\nx,"\n',
        [
            "a.csv:1:9: unknown column 'txet'; did you mean 'text'?",
            "a.csv:2:4 date: write '30/04/2026' as 2026-04-30",
            f"a.csv:4:3: {TORN}",
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_told_in_lines_with_their_places(name: str) -> None:
    content, lines = BAD[name]

    assert complaints(content) == lines


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("03/04/2026", "'03/04/2026' may be read as 2026-04-03 and as 2026-03-04; write the one that is meant"),
        ("3.4.26 9:05", "'3.4.26 9:05' may be read as 2026-04-03T09:05 and as 2026-03-04T09:05; write the one"),
        ("30-4-2026", "write '30-4-2026' as 2026-04-30"),
        ("4/30/2026", "write '4/30/2026' as 2026-04-30"),
        ("4/4/2026", "write '4/4/2026' as 2026-04-04"),
        ("31/31/2026", "'31/31/2026' is no date or time; write it as 2026-11-24"),
        ("tomorrow", "'tomorrow' is no date or time; write it as 2026-11-24"),
    ],
)
def test_a_date_without_a_fixed_order_is_refused_with_how_to_write_it(cell: str, told: str) -> None:
    (line,) = complaints(f"network,scheduled_at\nx,{cell}\n")

    assert line.startswith(f"a.csv:2:3 scheduled_at: {told}")


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("network,text\nx,a", True),
        ("text;extra.campaign", True),
        ("text", False),
        ("text, please\n", False),
        ("", False),
    ],
)
def test_a_table_is_known_by_the_names_of_its_columns(text: str, whether: bool) -> None:  # noqa: FBT001
    assert is_table(text) is whether


def test_every_field_of_a_post_has_a_column() -> None:
    assert {name.partition(".")[0] for name in columns()} == Post.model_fields.keys() - {"extra"}


@pytest.mark.skipif(not (DATA / "tweets").exists(), reason="../shared/data/tweets is not there")
def test_real_tweets_are_refused_for_their_bytes_their_columns_and_their_dates() -> None:
    raw = (DATA / "tweets/BarackObama.csv").read_bytes()
    (line,) = complaints(raw)
    assert line == "a.csv:5:135: byte 0xE4 is no UTF-8; save the file as UTF-8"

    text = raw.decode("cp1252", errors="replace")
    strange = [told for told in complaints(text, network="x") if told.startswith("a.csv:1:")]
    assert strange[0] == "a.csv:1:1: unknown column 'created_at'; did you mean 'scheduled_at'?"
    assert len(strange) == 5

    named = "published_at,text,url,extra.replies,extra.retweets,extra.likes,extra.user\n" + text.partition("\n")[2]
    dates = complaints(named, network="x")
    assert dates[0] == "a.csv:2:1 published_at: write '10/16/17 22:59' as 2017-10-16T22:59"
    assert all("published_at: " in told for told in dates)


@pytest.mark.skipif(not (DATA / "deputes").exists(), reason="../shared/data/deputes is not there")
def test_a_real_table_of_people_is_refused_in_one_line() -> None:
    assert len(complaints((DATA / "deputes/deputes.csv").read_bytes())) == 1


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=9)
ROWS = st.lists(st.tuples(CELLS, st.sampled_from(["", "a", "a;b"]), CELLS), min_size=1, max_size=4)


@given(ROWS, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_python_writes_is_read_back(
    rows: list[tuple[str, str, str]],
    sign: str,
    end: str,
    quoted: bool,  # noqa: FBT001
) -> None:
    buffer = StringIO()
    style: Any = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=sign, lineterminator=end, quoting=style)
    writer.writerow(["network", "text", "topics", "extra.note"])
    writer.writerows(("x", *row) for row in rows)
    expected = [
        Post(network="x", text=text.strip(), topics=tuple(filter(None, topics.split(";"))), extra=note)
        for text, topics, cell in rows
        for note in [{"note": cell.strip()} if cell.strip() else {}]
    ]

    assert [one.model_copy(update={"id": ""}) for one in posts(buffer.getvalue())] == expected
