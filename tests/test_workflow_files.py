"""Workflow files: what is wrong with one, what lint sees, and the tests that stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.workflows import Ran, lint, run
from govsocial.defaults import assemble, vocabulary_of
from govsocial.errors import PolicyError
from govsocial.workflow.load import load_workflow, parse_workflow
from houses import vocabulary
from publishing import (
    ENGINE,
    FILE,
    PUBLICATION,
    TEXT,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tests_in_the_built_in_workflow_pass_and_nothing_in_it_is_suspicious() -> None:
    setup = assemble(others=False)
    workflow = load_workflow(FILE, vocabulary_of(setup.plugins))
    ran = [run(workflow, one, setup.engine) for one in workflow.document.test]

    assert [(one.name, one.fault.render()) for one in ran if one.fault] == []
    assert [one.render() for one in lint(workflow, setup.engine, ran)] == []


def test_the_built_in_workflow_says_everything_in_four_languages() -> None:
    titles = [*PUBLICATION.roles.values(), *PUBLICATION.events.values()]
    titles += [one.title for one in PUBLICATION.states.values()]
    titles += [one.title for one in PUBLICATION.gates.values()]

    for title in titles:
        assert all(title.render(language) for language in ("nl", "fr", "de", "en"))
    assert PUBLICATION.states["standby"].title.render("fr") == "garde"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('start = "draft"', 'start = "darft"', "7:9 workflow.start: there is no state 'darft'; did you mean 'draft'?"),
        ('to = "published"', 'to = "publishd"', "there is no state 'publishd'; did you mean 'published'?"),
        ('by = "coordinator"\ngates', 'by = "cordinator"\ngates', "no role 'cordinator'; did you mean 'coordinator'?"),
        ('gates = "day-over"', 'gates = "day-ovr"', "there is no gate 'day-ovr'; did you mean 'day-over'?"),
        ('on = "language-ok", not', 'on = "langage-ok", not', "no event 'langage-ok'; did you mean 'language-ok'?"),
        ('owner = "coordinator"', 'ower = "coordinator"', "unknown key 'ower'; did you mean 'owner'?"),
        ('within = "3 days"', 'within = "3 moons"', "'3 moons' is no length of time; write it as '4 hours'"),
        ("after = 'post.scheduled_at'", "after = 'post.sheduled_at'", "did you mean 'scheduled_at'?"),
        ("after = 'post.scheduled_at'", "after = 'post.text'", "a moment is a time, such as post.scheduled_at"),
        ("skip_when = 'size(fact.event_institutions) < 2'", "skip_when = '1'", "a condition is true or false"),
        ("size(fact.event_institutions) > 1'\nof", "size(fact.event_institution) > 1'\nof", "did you mean"),
        ('event = "close"\nfrom = "standby"', 'event = "monitor"\nfrom = "published"', "has two ways from 'published'"),
        ('message.de = "Der Beitrag hat', 'message.du = "Der Beitrag hat', "'du' is no language of this policy"),
        ('apply = "rework system"', 'apply = "rework"', "'rework' is no step; write it as 'approve spokesperson An'"),
    ],
)  # fmt: skip
def test_a_fault_in_a_file_is_told_with_its_place_and_what_was_meant(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)

    with pytest.raises(PolicyError) as error:
        parse_workflow(text, "house.workflow.toml", vocabulary())

    told = str(error.value).splitlines()
    found = next((one for one in told if complaint in one), None)
    assert found, told
    source = text.splitlines()[int(found.split(":")[1]) - 1]
    assert source == "[[transition]]" or any(line in source for line in new.splitlines()), found


def test_a_policy_is_no_workflow(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"'workflow' is missing"):
        parse_workflow('govsocial = 1\n[policy]\nid = "a"\n', "a.toml", vocabulary())
    with pytest.raises(PolicyError, match="cannot be read"):
        load_workflow(tmp_path / "none.workflow.toml", vocabulary())


def suspicious(text: str) -> list[str]:
    return [one.message() for one in lint(parse_workflow(text, "h.toml", vocabulary()), ENGINE, [Ran("x", None)])]


def test_lint_finds_what_no_way_leads_to_and_what_no_way_leads_out_of() -> None:
    lost = TEXT.replace('event = "monitor"\nfrom = "published"', 'event = "monitor"\nfrom = "standby"')
    lost = lost.replace("final = true", "final = false")

    found = suspicious(lost)

    assert found[:2] == ["no way leads to the state 'standby'", "no way leads to the state 'closed'"]
    assert "from the state 'draft' no final state can be reached" in found


def test_lint_finds_gates_that_name_no_rule_or_that_nobody_asks_for() -> None:
    extra = '[gate.idle]\ntitle = { nl = "a", fr = "a", de = "a", en = "a" }\n\n[gate.day-over]'

    found = suspicious(TEXT.replace("[gate.day-over]", extra))

    assert "no rule matches 'general/event-hashtag-single'" in found  # the small rules have none of that name
    assert "the gate 'idle' asks for nothing: it names no rule" in found
    assert "no transition asks for the gate 'idle'" in found


def test_lint_finds_transitions_without_a_test() -> None:
    found = suspicious(TEXT)

    assert "no test takes 'close' from standby" in found
    assert "no test refuses 'submit' from draft" in found


def test_a_workflow_test_that_is_wrong_fails_and_says_how() -> None:
    first = PUBLICATION.document.test[0]
    wrong = first.model_copy(update={"expect": "approval"})

    fault = run(PUBLICATION, wrong, ENGINE).fault

    assert fault
    assert fault.render() == "expected approval, found language-check"
