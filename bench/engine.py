"""What the engine adds to its rules: preparing, frames, outcomes, findings, the report."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.figures import Figure
from bench.posts import drafts
from bench.timing import race, ratio, timed
from govsocial import Engine
from govsocial.cel.evaluate import UNSET
from govsocial.cel.library import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from govsocial import Post
    from govsocial.cel.evaluate import Closure, Frame
    from govsocial.policy.rules import Layout, Rule

POSTS: Final = 300
Conditions = tuple[tuple["Closure", ...], tuple["Closure", ...]]
Bare = tuple["Frame", tuple[Conditions, ...]]


def engine(rounds: int) -> Iterator[Figure]:
    """Yield the figures of ``Engine.check`` with the built-in policies against their rules alone."""
    judge = Engine.default()
    written = drafts(POSTS)
    prepared = [judge.prepare(post) for post in written]
    bare = [_bare(judge, post) for post in prepared]
    found = sum(_broken(judge, post) for post in prepared)
    if sum(map(_run, bare)) != found:
        raise SystemExit(f"the bare rules find {sum(map(_run, bare))} violations, the engine {found}")
    contest: dict[str, Callable[[], object]] = {
        "rules": lambda: [_run(one) for one in bare],
        "check": lambda: [judge.check(post) for post in prepared],
        "draft": lambda: [judge.check(post) for post in written],
    }
    times = race({name: timed(run, POSTS) for name, run in contest.items()}, rounds)
    mean = sum(len(rules) for policies in bare for _, rules in policies) / POSTS
    note = f"{mean:.1f} rules on a post"
    yield _figure("engine.check with report / the bare rules", times, "check", target=3, aim=2, note=note)
    yield _figure("the same with a draft, from which everything is derived first", times, "draft")


def _figure(name: str, times: dict[str, list[float]], side: str, **more: Any) -> Figure:  # noqa: ANN401
    seconds = {one: median(times[one]) for one in (side, "rules")}
    return Figure("engine", name, ratio(times[side], times["rules"]), seconds=seconds, **more)


def _broken(judge: Engine, post: Post) -> int:
    counts = judge.check(post).counts
    return counts.get("violation", 0) + counts.get("superseded", 0)


def _bare(judge: Engine, post: Post) -> list[Bare]:
    """Return the conditions of every rule that is for posts like *post*, on the frame that the engine makes for it."""
    frames = {finding.rule: finding.frame for finding in judge.verdicts(post)}
    ready: list[Bare] = []
    for policy, rules in judge.rules_on("post", post.network):
        fits = [rule for rule in rules if policy.valid.holds(_date(post)) and _fits(rule, post)]
        conditions = tuple(
            (tuple(one.run for one in rule.when), tuple(one.run for one in rule.require)) for rule in fits
        )
        if fits:
            ready.append((_fresh(rules[0].layout, frames[fits[0].id]), conditions))
    return ready


def _fits(rule: Rule, post: Post) -> bool:
    return (rule.kinds is None or post.kind in rule.kinds) and (rule.valid is None or rule.valid.holds(_date(post)))


def _date(post: Post) -> datetime:
    if post.date is None:
        raise SystemExit("a post has no date")
    return post.date


def _fresh(layout: Layout, frame: Frame) -> Frame:
    """Return *frame* with its facts to be computed again."""
    facts = {slot for name, slot in layout.slots.index.items() if name.startswith("fact.")}
    return [UNSET if slot in facts else value for slot, value in enumerate(frame)]


def _run(policies: Sequence[Bare]) -> int:
    """Return how many rules are broken, as someone would write it who needs no report."""
    broken = 0
    for ready, rules in policies:
        frame = ready[:]  # facts are kept in it
        for when, require in rules:
            try:
                broken += all(run(frame) for run in when) and not all(run(frame) for run in require)
            except Unknown:
                continue
    return broken
