"""Workflows: what is decided, by whom it can be lifted, and what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from govsocial.errors import InputError
from govsocial.model import Account, Event, Institution, Monitoring, Post
from govsocial.workflow.case import Case
from govsocial.workflow.decide import decide, options
from govsocial.workflow.due import now, obligations, shifts
from govsocial.workflow.entry import Actor, content_digest, state_of
from govsocial.workspace import Workspace
from houses import house, rule
from publishing import (
    ENGINE,
    PARTNERS,
    PLANNED,
    POST,
    PUBLICATION,
    SHARED,
    START,
    STEPS,
    moved,
    refused,
    take,
    taken,
)  # fmt: skip

SHARED_POST = POST.model_copy(update={"event": "day"})
AGREED = (*STEPS[:2], "coordinated coordinator Dina@fps-health", "coordinated coordinator Emil@fps-mobility")


def test_a_draft_with_errors_may_be_submitted_and_is_not_approved() -> None:
    bad = POST.model_copy(update={"text": "bad"})
    history = taken(*STEPS[:2], post=bad)

    found = refused(take(STEPS[2], history, bad))

    assert [one.rule for one in found.findings] == ["house/no-bad"]
    assert found.findings[0].lifted_by("fr") == ("auteur",)


def test_a_warning_does_not_stop_an_approval() -> None:
    warned = POST.model_copy(update={"text": "hm"})

    assert moved(take(STEPS[2], taken(*STEPS[:2], post=warned), warned)).state == "scheduled"


def test_a_refusal_is_told_in_the_language_of_the_reader_with_who_can_lift_it() -> None:
    post = Post(id="p", network="twitter", text="good")
    finding = refused(take(STEPS[2], taken(*STEPS[:2], post=post), post)).findings[0]

    assert finding.message("nl") == "De post heeft geen gepland uur."
    assert finding.help("fr").startswith("Complétez scheduled_at")
    assert finding.lifted_by("de") == ("Verfasser",)
    assert finding.to_dict("en")["rule"] == "publication/planned"


def test_one_institution_agrees_and_the_other_is_waited_for() -> None:
    history = taken(*STEPS[:2], post=SHARED_POST)

    found = refused(take("coordinated coordinator Dina@fps-health", history, SHARED_POST))

    assert [one.message() for one in found.findings] == ["fps-mobility has not agreed to this version yet"]
    assert found.findings[0].lifted_by() == ("coordinator of fps-mobility",)
    assert found.kept
    assert (found.kept.start, found.kept.to) == ("coordination", "coordination")


def test_who_agrees_twice_or_takes_no_part_leaves_nothing_in_the_history() -> None:
    history = taken(*AGREED[:3], post=SHARED_POST)

    assert refused(take("coordinated coordinator Dina@fps-health", history, SHARED_POST)).kept is None
    assert refused(take("coordinated coordinator Emil@fps-finance", history, SHARED_POST)).kept is None


def test_an_event_that_nobody_knows_is_not_taken_for_none() -> None:
    found = take(STEPS[1], taken(STEPS[0], post=SHARED_POST), SHARED_POST, events=())
    assert moved(found).state == "coordination"
    history = taken(*STEPS[:2], post=SHARED_POST)

    findings = refused(take("coordinated coordinator Dina@fps-health", history, SHARED_POST, events=())).findings

    assert all("event:day is not known" in one.message() for one in findings)
    assert findings


def test_a_changed_post_voids_every_approval() -> None:
    history = taken(*AGREED, STEPS[2], post=SHARED_POST)
    edited = SHARED_POST.model_copy(update={"text": "better"})

    assert moved(take("publish system", history, SHARED_POST, PLANNED)).state == "published"
    found = refused(take("publish system", history, edited, PLANNED))

    assert [one.gate for one in found.findings] == ["language-checked", "agreed", "agreed", "approved"]
    assert all("is void: the post was changed since" in one.message() for one in found.findings)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "other"),
        ("media", ({"type": "photo"},)),
        ("scheduled_at", PLANNED + timedelta(hours=1)),
        ("event", "e"),
    ],
)
def test_what_an_author_writes_is_content(field: str, value: object) -> None:
    changed = Post.parse(POST.model_dump(exclude={field}) | {field: value})

    assert content_digest(changed) != content_digest(POST)


def test_what_comes_with_publishing_is_no_content() -> None:
    changes = {
        "id": "q",
        "url": "https://x.example/1",
        "published_at": PLANNED,
        "hashtags": ("a",),
        "calendar_entry": "w7",
    }
    same_moment = PLANNED.astimezone(UTC).isoformat()

    assert content_digest(POST.model_copy(update=changes)) == content_digest(POST)
    assert content_digest(Post.parse(POST.model_dump() | {"scheduled_at": same_moment})) == content_digest(POST)


def test_an_author_does_not_approve_whatever_the_capitals_and_nobody_does_without_a_name() -> None:
    history = taken(*STEPS[:2])

    for step_ in ("approve spokesperson  AN ", "approve spokesperson"):
        assert [one.gate for one in refused(take(step_, history)).findings] == ["approved"]


def test_what_was_approved_before_a_rework_is_approved_anew() -> None:
    history = taken(*STEPS, "rework author An", *STEPS[:2])

    assert refused(take("publish system", history, time=PLANNED)).state == "approval"
    assert moved(take(STEPS[2], history)).state == "scheduled"


def test_a_verdict_that_is_no_longer_that_of_the_submission_is_shown_with_its_cause() -> None:
    stricter = house(rule('severity = "error"', name="no-good", require='!post.text.contains("good")'))
    history = taken(*STEPS)

    found = refused(take("publish system", history, time=PLANNED, engine=stricter))

    assert [one.rule for one in found.findings] == ["house/no-good"]
    told = [one.render() for one in found.notes]
    assert told == [
        "the verdict was 'fine' on submission and is 'not ready' now (the rules were changed): + error house/no-good"
    ]
    assert moved(take("publish system", history, time=PLANNED)).notes == ()


def test_rules_judge_by_the_planned_hour_and_then_by_the_clock() -> None:
    later = (PLANNED + timedelta(hours=1)).date()
    dated = house(rule(f"valid = {{ from = {later} }}", 'severity = "error"', require="false"))
    planned_later = POST.model_copy(update={"scheduled_at": PLANNED + timedelta(days=2)})
    history = taken(*STEPS[:2], post=planned_later)

    assert [one.rule for one in refused(take(STEPS[2], history, planned_later, engine=dated)).findings] == ["house/a"]


def test_a_history_goes_forward() -> None:
    history = taken(STEPS[0])

    found = refused(take(STEPS[1], history, time=START - timedelta(seconds=1)))

    assert found.findings[0].message().startswith("the history already goes to")


def test_a_history_that_does_not_hold_together_is_told() -> None:
    first, second, *_ = taken(*STEPS)

    with pytest.raises(InputError, match="entry 1 leaves 'language-check', the post was in 'draft'"):
        state_of(PUBLICATION, [second])
    with pytest.raises(InputError, match=r"no state 'languagecheck'; did you mean 'language-check'\?"):
        state_of(PUBLICATION, [replace(first, to="languagecheck")])


def test_deciding_changes_nothing_and_says_the_same_twice() -> None:
    history = [*taken(*STEPS)]
    before = [*history]

    assert take("publish system", history, time=PLANNED) == take("publish system", history, time=PLANNED)
    assert history == before


def test_what_is_possible_for_a_role_is_told_with_what_is_missing() -> None:
    case = Case(PUBLICATION, POST, taken(*STEPS), Actor("spokesperson", "Cem"), START, ENGINE, Workspace([POST]))

    found = {one.transition.event: [each.gate for each in one.findings] for one in options(case)}

    assert found == {"publish": ["hour-come"], "rework": [], "withdraw": []}


def test_an_obligation_is_due_and_then_goes_to_another_role() -> None:
    history = taken(*STEPS)

    def at(hours: float) -> list[tuple[bool, list[str]]]:
        time = PLANNED + timedelta(hours=hours)
        case = Case(PUBLICATION, POST, history, Actor(""), time, ENGINE, Workspace([POST]))
        return [(one.late, [who.render() for who in one.who]) for one in now(obligations(case), time)]

    assert at(-0.5) == []
    assert at(0.5) == [(False, ["spokesperson"])]
    assert at(1) == [(True, ["spokesperson", "stand-by officer"])]


def test_the_shift_of_an_event_is_late_where_nobody_was_named() -> None:
    unnamed = Event(id="b", starts_at=START, ends_at=START + timedelta(hours=8))
    named = unnamed.model_copy(update={"id": "a", "monitoring": Monitoring(owner="Web team")})

    found = now(shifts([named, unnamed, Event(id="c")], START), START)

    assert [(one.resource.id, one.late, one.person) for one in found] == [("b", True, ""), ("a", False, "Web team")]
    assert now(shifts([named], START), START + timedelta(hours=8)) == ()


@pytest.mark.parametrize("kind", ["account", "event", "institution"])
def test_where_somebody_watches_a_published_post_goes_on_stand_by_by_itself(kind: str) -> None:
    watcher = Monitoring(owner="Web team")
    post = POST.model_copy(update={kind: "day"})
    made = {
        "account": Account(id="day", network="twitter", monitoring=watcher),
        "event": Event(id="day", institutions=PARTNERS[:1], monitoring=watcher),
        "institution": Institution(id="day", monitoring=watcher),
    }[kind]
    workspace = Workspace([post], **{f"{kind}s": [made]})  # type: ignore[arg-type]
    history = taken(*STEPS, post=post, events=[made] if isinstance(made, Event) else [SHARED])
    case = Case(PUBLICATION, post, history, Actor("system"), PLANNED, ENGINE, workspace)
    found = moved(
        decide(PUBLICATION, post, history, "publish", case.actor, PLANNED, engine=ENGINE, workspace=workspace)
    )

    assert [(one.event, one.to) for one in found.entries] == [("publish", "published"), ("monitor", "standby")]
