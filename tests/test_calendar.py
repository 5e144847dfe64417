"""The publication calendar: what stands on which day, what is missing, and what is in the way."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from govsocial.calendar.days import holidays
from govsocial.calendar.drafts import slug, template
from govsocial.calendar.month import Month, exported, months
from govsocial.messages import LANGUAGES
from govsocial.model import Account, Closure, Event, Institution, Monitoring, Post
from govsocial.outputs import calendar as words
from govsocial.outputs import calendar_html, calendar_ics
from govsocial.outputs.lines import View
from govsocial.workflow.due import shifts
from govsocial.workspace import Workspace
from running import Run

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2027, 1, 10, 9, tzinfo=UTC)


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment of January 2027, whose clock in Brussels is an hour ahead."""
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def post(name: str, time: datetime | None, **more: str) -> Post:
    return Post.parse({"id": name, "network": "facebook", "institution": "health", "scheduled_at": time, **more})


FAIR = Event(
    id="fair", name="Health fair", starts_at=at(12, 9), ends_at=at(13, 17), institutions=("health", "mobility"),
    monitoring=Monitoring(owner="Web team"),
)  # fmt: skip
WORKSPACE = Workspace(
    posts=[
        post("one", at(5)),
        post("two", at(12, 8)),
        post("none", None),
        Post(id="three", network="twitter", account="x"),
    ],
    accounts=[Account(id="x", network="twitter", institution="mobility")],
    events=[FAIR],
    institutions=[Institution(id="health", name="FPS Health")],
    closures=[Closure(id="c", name="Bridge day", start=at(29, 0), end=at(30, 0))],
)


def january(workspace: Workspace = WORKSPACE) -> dict[str, Month]:
    found = months(workspace, 2027, 1, holidays(2027), shifts(workspace.events, NOW))
    return {one.institution: one for one in found}


def clashes(*posts: Post, closures: tuple[Closure, ...] = ()) -> list[str]:
    return [one.render() for one in january(Workspace(posts=posts, closures=closures))["health"].clashes]


def test_each_institution_has_its_own_month() -> None:
    found = january()

    assert list(found) == ["health", "mobility"]
    assert found["health"].name == "FPS Health"
    assert [item.id for item in words.told(found["health"]) if item.kind == "post"] == ["one", "two"]
    assert [item.kind for item in words.told(found["mobility"])] == ["holiday", "event", "shift", "closure"]
    assert (found["health"].undated, found["mobility"].undated) == (1, 1)


def test_an_event_stands_on_each_of_its_days_and_a_closure_on_none_after_its_end() -> None:
    month = january()["health"]

    assert [day.day for day in month.by_day if any(one.kind == "event" for one in month.on(day))] == [12, 13]
    assert [day.day for day in month.by_day if any(one.kind == "closure" for one in month.on(day))] == [29]
    assert [one.id for one in month.on(date(2027, 1, 12))] == ["two", "fair", "fair"]


@pytest.mark.parametrize(
    ("language", "name"), [("nl", "Nieuwjaar"), ("fr", "Nouvel An"), ("de", "Neujahr"), ("en", "New Year's Day")]
)
def test_holidays_have_names_in_the_language_of_the_reader(language: str, name: str) -> None:
    assert holidays(2027)[date(2027, 1, 1)].render(language) == name
    assert name in words.render([*january().values()], View(language))


def test_weeks_without_a_post_are_gaps() -> None:
    assert january()["health"].gaps == (date(2026, 12, 28), date(2027, 1, 18), date(2027, 1, 25))


def test_a_post_in_a_week_that_begins_in_another_month_fills_it() -> None:
    posts = [post(str(number), at(day)) for number, day in enumerate((4, 11, 18, 25))]
    before = post("before", datetime(2026, 12, 29, tzinfo=UTC))

    assert january(Workspace(posts=posts))["health"].gaps == (date(2026, 12, 28),)
    assert january(Workspace(posts=[*posts, before]))["health"].gaps == ()


def test_two_posts_on_one_account_within_an_hour_clash() -> None:
    assert clashes(post("a", at(5)), post("b", at(5, 10, 59))) == [
        "a and b come within an hour on the same account (facebook, 05/01/2027 10:00)"
    ]
    assert clashes(post("a", at(5)), post("b", at(5, 11))) == []
    assert clashes(post("a", at(5)), post("b", at(5), network="twitter")) == []
    assert clashes(post("a", at(5), account="x"), post("b", at(5), account="y")) == []


def test_a_post_while_services_are_closed_clashes() -> None:
    closed = Closure(id="c", name="Strike", start=at(7, 1), end=at(8, 1))

    assert clashes(post("a", at(1, 9))) == ["a comes while services are closed (New Year's Day)"]
    assert clashes(post("a", at(7)), closures=(closed,)) == ["a comes while services are closed (Strike)"]
    assert clashes(post("a", at(8)), closures=(closed,)) == []


def test_two_posts_with_one_place_in_the_calendar_clash() -> None:
    found = clashes(post("a", at(5), calendar_entry="w1"), post("b", at(6), calendar_entry="w1"))

    assert found == ["a and b have the same place in the calendar"]


def test_the_terminal_shows_the_month_with_its_marks() -> None:
    told = words.render([january()["health"]], View("en", width=100)).splitlines()

    assert told[0] == "FPS Health: January 2027"
    assert told[1].split() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert told[2].split() == ["1", "☆", "2", "3"]
    assert any("12 ●◆○" in line for line in told)
    assert "  Tue 12  08:00  ● post two (facebook)" in told
    assert "  ! 3 weeks without a post: 28/12–03/01, 18/01–24/01, 25/01–31/01" in told
    assert "  ! 1 post has no day yet" in told


@given(st.integers(40, 100), st.sampled_from(LANGUAGES))
def test_no_line_is_wider_than_the_terminal(width: int, language: str) -> None:
    for line in words.render([*january().values()], View(language, width=width)).splitlines()[:-1]:
        assert len(line) <= max(width, 2 + 7 * 7)


class Page(HTMLParser):
    """Gathers the texts of a page by the tags around them, and sees that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the parser calls it
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))


def test_the_page_holds_what_the_terminal_shows_and_no_code_of_a_draft() -> None:
    page = Page()
    nasty = Workspace(posts=[post("<script>alert(1)</script>", at(5))])
    page.feed(calendar_html.render([*january().values(), *january(nasty).values()], "en"))

    assert page.open == []
    assert ("h1", "FPS Health: January 2027") in page.texts
    assert any(tag == "li" and text.endswith("one (facebook)") for tag, text in page.texts)
    assert any(tag == "li" and "<script>alert(1)</script>" in text for tag, text in page.texts)
    assert "script" not in {tag for tag, _ in page.texts}


def read_back(workspace: Workspace, when: tuple[int, int] | None = None) -> dict[str, tuple[datetime, datetime]]:
    data = calendar_ics.render(exported(workspace, [*shifts(workspace.events, NOW)], when), "en", NOW)
    events = Calendar.from_ical(data).walk("VEVENT")
    assert len({str(one["uid"]) for one in events}) == len(events)
    return {str(one["summary"]): (one.decoded("dtstart"), one.decoded("dtend")) for one in events}


def test_posts_events_and_shifts_are_read_back_from_icalendar() -> None:
    assert read_back(WORKSPACE) == {
        "post: one (facebook)": (at(5), at(5) + timedelta(minutes=15)),
        "post: two (facebook)": (at(12, 8), at(12, 8) + timedelta(minutes=15)),
        "event: Health fair": (FAIR.starts_at, FAIR.ends_at),
        "stand-by: Health fair (Web team)": (FAIR.starts_at, FAIR.ends_at),
    }
    assert read_back(WORKSPACE, (2027, 2)) == {}


@given(st.text(max_size=80).filter(lambda text: "\0" not in text))
def test_whatever_an_event_is_called_its_name_comes_back(name: str) -> None:
    try:
        event = Event(id="e", name=name, starts_at=NOW, institutions=("a",))
    except ValueError:  # half a character
        return
    calendar = Calendar.from_ical(calendar_ics.render(exported(Workspace(events=[event]), []), "en", NOW))

    assert len(calendar.walk("VEVENT")) == 1


def test_the_template_holds_a_draft_for_each_known_day_and_institution() -> None:
    given_ = Workspace(
        accounts=WORKSPACE.accounts, events=[FAIR], institutions=[Institution(id="health"), Institution(id="mobility")]
    )

    data = tomllib.loads(template(given_, 2027, 1, holidays(2027), "nl"))
    posts = [Post.parse(one) for one in data["post"]]

    assert [(one.id, one.network) for one in posts] == [
        ("2027-01-01-new-years-day-health", "facebook"),
        ("2027-01-01-new-years-day-mobility", "twitter"),
        ("2027-01-12-fair-health", "facebook"),
        ("2027-01-12-fair-mobility", "twitter"),
    ]
    assert posts[0].scheduled_at == datetime(2026, 12, 31, 9, tzinfo=UTC)
    assert (posts[3].event, posts[3].account) == ("fair", "x")


def test_a_name_with_line_breaks_stays_a_comment() -> None:
    event = Event(id="e", name='x\n[[post]]\nid = "stray"', starts_at=NOW, institutions=("a",))

    data = tomllib.loads(template(Workspace(events=[event]), 2027, 1, {}, "en"))

    assert [one["id"] for one in data["post"]] == ["2027-01-10-e-a"]


@given(st.text())
def test_a_part_of_an_id_is_plain(text: str) -> None:
    assert all(char.isascii() and (char.isalnum() or char == "-") and char == char.lower() for char in slug(text))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = '[post]\nid = "p"\nnetwork = "twitter"\ninstitution = "a"\nscheduled_at = 2027-01-05T09:00:00\ntext = "Hi"\n'
    (tmp_path / "post.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_command_shows_this_month_or_another_one() -> None:
    assert "a: January 2027" in Run("calendar", ".", "--as-of", "2027-01-31T23:30").out
    assert "a: February 2027" in Run("calendar", ".", "--as-of", "2027-01-31T23:30:00Z").out  # in Brussels
    assert "Tue  5  09:00  ● post p (twitter)" in Run("calendar", ".", "--month", "2027-01").out


def test_the_command_writes_icalendar_and_a_page(folder: Path) -> None:
    run = Run("calendar", ".", "--month", "2027-01", "--ics", "c.ics", "--html", "c.html", "--lang", "fr")

    assert (run.code, run.out) == (0, "")
    assert len(Calendar.from_ical((folder / "c.ics").read_bytes()).walk("VEVENT")) == 1
    assert '<html lang="fr">' in (folder / "c.html").read_text(encoding="utf-8")
    assert "Nouvel An" in (folder / "c.html").read_text(encoding="utf-8")


def test_a_template_is_written_once_and_can_be_judged(folder: Path) -> None:
    first = Run("calendar", ".", "--new", "2027-05")
    text = (folder / "2027-05.toml").read_text(encoding="utf-8")
    (folder / "2027-05.toml").write_text(text + "# mine\n", encoding="utf-8")
    again = Run("calendar", ".", "--new", "2027-05")

    assert (first.code, first.out) == (0, "2027-05.toml: 4 drafts\n")
    assert again.code == 2
    assert "2027-05.toml is there already; nothing was written" in again.err
    assert (folder / "2027-05.toml").read_text(encoding="utf-8").endswith("# mine\n")
    assert Run("check", "2027-05.toml").code in (0, 1)


@pytest.mark.parametrize("option", ["--month", "--new"])
@pytest.mark.parametrize("value", ["2027-13", "2027-1", "0000-01", "January"])
@pytest.mark.usefixtures("folder")
def test_a_month_that_is_none_is_told(option: str, value: str) -> None:
    run = Run("calendar", ".", option, value)

    assert run.code == 2
    assert f"{option}: '{value}' is no month; write it as 2027-01" in run.err


@pytest.mark.usefixtures("folder")
def test_the_shift_of_a_post_on_stand_by_is_in_the_calendar() -> None:
    steps = (("submit", "author", "An", "01"), ("language-ok", "language-editor", "Bo", "01"),
             ("approve", "spokesperson", "Cem", "02"), ("publish", "system", "", "05T09:00"),
             ("monitor", "standby-officer", "Fien", "05T10:00"))  # fmt: skip
    for event, role, name, day in steps:
        run = Run("workflow", "apply", event, "post.toml", "--as", role, "--actor", name, "--as-of", f"2027-01-{day}")
        assert run.code == 0, run.out

    told = Run("calendar", ".", "--month", "2027-01", "--as-of", "2027-01-05").out

    assert "Tue  5  10:00  ○ stand-by p until 06/01" in told
