"""The history of a post: entries as values, the state that they add up to, and digests of what they are about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govsocial.model import Post
    from govsocial.policy.rules import PolicySet
    from govsocial.workflow.model import Workflow

_CONTENT: Final = (
    "network kind institution account event info text language variants media scheduled_at question shared_from "
    "source_institution content_type topics audience extra"
).split()
"""The fields that an approval is about: what an author writes, not what is derived or comes with publishing."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which role, and for which institution."""

    role: str
    name: str = ""
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules said of a post: the decision, and what was violated, as ``error twitter/hashtags-max``."""

    decision: str
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One event in the life of a post, by which it went from one state *to* another one, or stayed.

    *content*, *policies* and *workflow* are digests; *verdict* is what the rules said on leaving the first state.
    """

    time: datetime
    event: str
    start: str
    to: str
    role: str
    actor: str
    institution: str
    content: str
    policies: str
    workflow: str
    reason: str = ""
    verdict: Verdict | None = field(default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as a line of a history tells it."""
        told = {_KEYS.get(name, name): value for name, value in asdict(self).items()}
        return told | {"time": self.time.isoformat()}

    @classmethod
    def parse(cls, data: Any) -> Entry:  # noqa: ANN401 - whatever a line holds
        """
        Return the entry that a line of a history tells.

        Raises:
            ValueError: where it tells none.
        """
        try:
            given = {name: data[_KEYS.get(name, name)] for name in cls.__slots__}
            verdict = given["verdict"] and Verdict(given["verdict"]["decision"], tuple(given["verdict"]["broken"]))
            time = datetime.fromisoformat(given["time"])
            texts = {name: value for name, value in given.items() if name not in ("time", "verdict")}
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(error) from None
        if time.tzinfo is None or not all(isinstance(value, str) for value in texts.values()):
            raise ValueError(time)
        return cls(time=time, verdict=verdict or None, **texts)


_KEYS: Final = {"start": "from"}


def state_of(workflow: Workflow, history: Sequence[Entry]) -> str:
    """
    Return the state that *history* adds up to.

    Raises:
        InputError: where it does not hold together: a state that there is none of, or an entry that leaves another.
    """
    state = workflow.start
    for number, entry in enumerate(history, 1):
        if entry.to not in workflow.states:
            hint = did_you_mean(entry.to, workflow.states)
            raise _broken(say("entry {n}: there is no state '{state}'{hint}", n=number, state=entry.to, hint=hint))
        if entry.start != state:
            was = say("entry {n} leaves '{start}', the post was in '{state}'", n=number, start=entry.start, state=state)
            raise _broken(was)
        state = entry.to
    return state


def _broken(text: Any) -> InputError:  # noqa: ANN401
    return InputError([Problem(say("the history does not hold together: {reason}", reason=text))])


def this_round(workflow: Workflow, history: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries since the post last left the first state: a rework begins anew, approvals included."""
    starts = [number for number, entry in enumerate(history) if entry.start == workflow.start]
    return history[starts[-1] :] if starts else ()


def content_digest(post: Post) -> str:
    """Return the SHA-256 of what an author wrote in *post*, in hexadecimal: what approvals are bound to."""
    data = post.model_dump(mode="json", include=set(_CONTENT))
    if post.scheduled_at is not None:  # one moment is one moment, in whatever zone it is written
        data["scheduled_at"] = post.scheduled_at.astimezone(UTC).isoformat()
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def policies_digest(policies: PolicySet) -> str:
    """Return the SHA-256 of *policies*, of ids, versions and digests of all of them, in hexadecimal."""
    names = sorted(f"{one.id}\0{one.version}\0{one.digest}" for one in policies.policies)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
