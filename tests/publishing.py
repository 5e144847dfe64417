"""The built-in workflow, small rules, and posts on their way, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from govsocial.model import Event, Post
from govsocial.workflow.decide import Moved, decide
from govsocial.workflow.entry import Actor
from govsocial.workflow.load import parse_workflow
from govsocial.workspace import Workspace
from houses import house, rule, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.engine import Engine
    from govsocial.workflow.decide import Refused
    from govsocial.workflow.entry import Entry

FILE = Path(__file__).parent.parent / "policies/publication.workflow.toml"
TEXT = FILE.read_text(encoding="utf-8")
PUBLICATION = parse_workflow(TEXT, FILE.name, vocabulary())
ENGINE = house(
    rule('severity = "error"', name="no-bad", require='!post.text.contains("bad")')
    + rule(name="no-hm", require='!post.text.contains("hm")')
)
START = datetime(2027, 2, 1, 9, tzinfo=UTC)
PLANNED = START + timedelta(hours=48)
PARTNERS = ("fps-health", "fps-mobility")
SHARED = Event(id="day", institutions=PARTNERS)
POST = Post(id="p", network="twitter", text="good", scheduled_at=PLANNED)
STEPS = ("submit author An", "language-ok language-editor Bo", "approve spokesperson Cem")
"""The way of a post about no shared event, up to its hour."""


def actor(words: str) -> Actor:
    role, _, rest = words.partition(" ")
    name, _, institution = rest.partition("@")
    return Actor(role, name, institution)


def take(  # noqa: PLR0917 - all that a decision depends on
    step: str,
    history: Sequence[Entry] = (),
    post: Post = POST,
    time: datetime = START,
    events: Sequence[Event] = (SHARED,),
    engine: Engine = ENGINE,
) -> Moved | Refused:
    """Decide on *step*, such as ``submit author An`` or ``coordinated coordinator Dina@fps-health``."""
    event, _, rest = step.partition(" ")
    workspace = Workspace(posts=[post], events=events)
    return decide(PUBLICATION, post, history, event, actor(rest), time, engine=engine, workspace=workspace)


def taken(*steps: str, post: Post = POST, events: Sequence[Event] = (SHARED,)) -> tuple[Entry, ...]:
    """Return the history that *steps* leave; an agreement that waits for another one is part of it."""
    history: tuple[Entry, ...] = ()
    for step in steps:
        found = take(step, history, post, events=events)
        gained = found.entries if isinstance(found, Moved) else tuple(filter(None, [found.kept]))
        assert gained, f"{step} left nothing: {found}"
        history += gained
    return history


def refused(found: Moved | Refused) -> Refused:
    assert not isinstance(found, Moved), found.state
    return found


def moved(found: Moved | Refused) -> Moved:
    assert isinstance(found, Moved), [one.message() for one in found.findings]
    return found
