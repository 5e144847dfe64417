"""Whatever people do, nothing is published without its gates, and a history gives the state that it led to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from hypothesis.stateful import rule as step

from govsocial.history import line_of, parse
from govsocial.workflow.decide import Moved
from govsocial.workflow.entry import state_of
from publishing import (
    PARTNERS,
    PLANNED,
    POST,
    PUBLICATION,
    START,
    take,
)  # fmt: skip

if TYPE_CHECKING:
    from govsocial.workflow.entry import Entry

SHARED_POST = POST.model_copy(update={"event": "day"})
NAMES = ("An", "Bo", "Cem", "Dina", "Emil", "")
PROPER = {
    "draft": ("submit author An",),
    "language-check": ("language-ok language-editor Bo",),
    "coordination": ("coordinated coordinator Dina@fps-health", "coordinated coordinator Emil@fps-mobility"),
    "approval": ("approve spokesperson Cem",),
    "scheduled": ("publish system", "publish spokesperson Cem"),
    "published": ("monitor standby-officer Fien",),
    "standby": ("close standby-officer Fien",),
}


class Publishing(RuleBasedStateMachine):
    """Anybody does anything at any time, and edits in between; now and then the proper thing."""

    def __init__(self) -> None:
        super().__init__()
        self.post = SHARED_POST
        self.time = START
        self.history: list[Entry] = []
        self.state = PUBLICATION.start

    @step(text=st.sampled_from(("good", "hm", "bad", "better")))
    def edit(self, text: str) -> None:
        self.post = self.post.model_copy(update={"text": text})

    @step(
        event=st.sampled_from(sorted(PUBLICATION.events)),
        role=st.sampled_from(sorted(PUBLICATION.roles)),
        name=st.sampled_from(NAMES),
        institution=st.sampled_from((*PARTNERS, "")),
        hours=st.integers(-1, 40),
    )
    def anything(self, event: str, role: str, name: str, institution: str, hours: int) -> None:
        self._apply(f"{event} {role} {name}@{institution}", hours)

    @step(data=st.data(), hours=st.integers(0, 25))
    def the_proper_thing(self, data: st.DataObject, hours: int) -> None:
        if ways := PROPER.get(self.state):
            self._apply(data.draw(st.sampled_from(ways)), hours)

    def _apply(self, what: str, hours: int) -> None:
        time = self.time + timedelta(hours=hours)
        found = take(what, self.history, self.post, time)
        if isinstance(found, Moved):
            for entry in found.entries:
                self.history.append(entry)
                if entry.to == "published":
                    self._went_through_its_gates()
            self.state, self.time = found.state, time
        elif found.kept:
            self.history.append(found.kept)
            self.time = time

    def _went_through_its_gates(self) -> None:
        """Look at the history alone, by other means than the gates do."""
        last = max(number for number, one in enumerate(self.history) if one.event == "submit")
        content, time = self.history[-1].content, self.history[-1].time
        same = [one for one in self.history[last:] if one.content == content]
        authors = {one.actor.lower() for one in self.history if one.role == "author"}
        others = {(one.event, one.role) for one in same if one.actor and one.actor.lower() not in authors}
        assert {("language-ok", "language-editor"), ("approve", "spokesperson")} <= others
        assert {one.institution for one in same if one.event == "coordinated"} >= set(PARTNERS)
        assert PLANNED <= time < PLANNED + timedelta(hours=168)
        assert self.post.text != "bad"
        assert self.history[-1].start == "scheduled"

    @invariant()
    def folding_the_history_gives_the_state(self) -> None:
        assert state_of(PUBLICATION, self.history) == self.state

    def teardown(self) -> None:
        lines = "".join(line_of("p", one, START) + "\n" for one in self.history).encode()
        read = parse(lines)
        assert list(read.of("p")) == self.history
        assert state_of(PUBLICATION, read.of("p")) == self.state


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
