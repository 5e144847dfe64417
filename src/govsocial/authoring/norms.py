"""Which rule runs each item of a norm, how much of it a machine sees, and what stays with a person. Reads no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from govsocial import toml
from govsocial.authoring.templates import fill
from govsocial.errors import InputError, Problem, did_you_mean
from govsocial.messages import say
from govsocial.policy.message import shown
from govsocial.validation import Str, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.messages import Text
    from govsocial.policy.params import Dated
    from govsocial.policy.rules import PolicySet

_KINDS: Final = {"duty": "duty", "opportunity": "opportunity", "live": "live option"}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NormItem(_Shape):
    """One thing that a norm says: where, what it asks, the *rules* and dated *params* that run it."""

    id: Str
    place: Str
    asks: Str
    rules: tuple[Str, ...] = ()
    params: tuple[Str, ...] = ()
    machine: Literal["all", "part", "nothing"]
    sees: Str
    person: Str


class NormPart(_Shape):
    """Items under a heading."""

    title: Str
    item: tuple[NormItem, ...] = Field(min_length=1)


class Norms(_Shape):
    """All items of a norm, in parts; the *text* says what it is."""

    title: Str
    text: Str = ""
    part: tuple[NormPart, ...] = Field(min_length=1)

    def items(self) -> Iterator[NormItem]:
        """Yield the items of all parts."""
        for part in self.part:
            yield from part.item


def parse_norms(text: str, file: str = "") -> Norms:
    """
    Return the items that *text* lists.

    Raises:
        InputError: with all that is wrong in its form.
    """
    try:
        return Norms.model_validate(toml.parse(text, file))
    except ValidationError as error:
        found = problems_of(error, Norms)
        raise InputError(Problem(one.text, file, path=one.path) for one in found) from None


def coverage_page(norms: Norms, policies: PolicySet, mark: str, file: str = "") -> str:
    """
    Return the table of *norms* in Markdown; its first line is *mark*.

    Raises:
        InputError: where an item names a rule or a param that does not exist.
    """
    problems = [Problem(text, file, path=item.id) for item in norms.items() for text in _strange(item, policies)]
    if problems:
        raise InputError(problems)
    parts = [(part.title, [_row(item, policies) for item in part.item]) for part in norms.part]
    return fill("coverage.md", mark=mark, norms=norms, parts=parts)


def unlisted(norms: Norms, policies: PolicySet) -> tuple[str, ...]:
    """Return the ids of those rules of *policies* that no item of *norms* names."""
    named = {name for item in norms.items() for name in item.rules}
    return tuple(rule.id for rule in policies.rules() if rule.id not in named)


def _strange(item: NormItem, policies: PolicySet) -> Iterator[Text]:
    """Yield what *item* names that does not exist."""
    for name in item.rules:
        if policies.find(name) is None:
            hint = did_you_mean(name, (rule.id for rule in policies.rules()))
            yield say("there is no rule '{name}'{hint}", name=name, hint=hint)
    known = _params(policies)
    for name in item.params:
        if name not in known:
            yield say("there is no param '{name}'{hint}", name=name, hint=did_you_mean(name, known))


def _params(policies: PolicySet) -> dict[str, tuple[Dated, ...]]:
    return {
        f"{policy.id}/{name}": dated
        for policy in policies.policies
        for name, dated in zip(policy.params.names, policy.params.values, strict=True)
    }


def _row(item: NormItem, policies: PolicySet) -> dict[str, Any]:
    known = _params(policies)
    runs = [f"`{name}` ({_weight(name, policies)})" for name in item.rules]
    runs += [f"`{name}` = {_told(known[name])}" for name in item.params]
    return {"item": item, "runs": runs}


def _weight(name: str, policies: PolicySet) -> str:
    rule = policies.find(name)
    return "" if rule is None else _KINDS.get(rule.effect, rule.severity)


def _told(dated: tuple[Dated, ...]) -> str:
    """Return the values of a param, each with the day from which it stands."""
    since = (f" since {shown(one.period.start)}" if one.period.start else "" for one in dated)
    return ", ".join(f"{shown(one.value)}{day}" for one, day in zip(dated, since, strict=True))
