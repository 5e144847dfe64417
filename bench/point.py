"""Thirty rules on one post: our closures against Python by hand, the CEL library, and other rule engines."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.celexpr import Fused
from bench.figures import Figure
from bench.hand import BY_HAND, BY_HAND_RE2
from bench.peers import PEERS
from bench.posts import posts
from bench.rego import REGO, rego
from bench.timing import race, ratio, timed
from govsocial import load_policies
from govsocial.defaults import vocabulary_of
from govsocial.policy.compile import compile_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.peers import Peer
    from govsocial import Post
    from govsocial.policy.rules import Clause, Layout

POSTS: Final = 300
SLOW_ROUNDS: Final = 3
Answers = list[list[bool]]


@dataclass(frozen=True, slots=True)
class Ours:
    """The thirty rules as the engine runs them."""

    clauses: tuple[Clause, ...]
    layout: Layout

    def on(self, judged: Sequence[Post], which: Sequence[int] | None = None) -> Callable[[], Answers]:
        """Return what judges *judged* by the rules *which*, or by all; each post gets its frame, as in the engine."""
        runs = [clause.run for nth, clause in enumerate(self.clauses) if which is None or nth in which]
        frame = self.layout.frame

        def judge(post: Post) -> list[bool]:
            ready = frame(post, None, (), post.published_at, ())  # type: ignore[arg-type] # no rule asks beside the post
            return [run(ready) for run in runs]

        return lambda: [judge(post) for post in judged]


def ours() -> Ours:
    """Return the rules of ``rules30.toml``, compiled."""
    policy = load_policies(Path(__file__).with_name("rules30.toml"))[0]
    rules = compile_policy(policy, vocabulary_of(())).rules
    return Ours(tuple(rule.require[0] for rule in rules), rules[0].layout)


def point(rounds: int) -> Iterator[Figure]:
    """Yield the figures of the closures against Python by hand and against the CEL library."""
    judged, rules = posts(POSTS), ours()
    fused = Fused(rules.clauses)
    contest = {
        "closures": rules.on(judged),
        "by hand": _by_hand(BY_HAND, judged),
        "by hand, RE2": _by_hand(BY_HAND_RE2, judged),
        "messages": fused.on_messages(judged),
        "dicts": fused.on_dicts(judged),
    }
    expected = contest["closures"]()
    for name, run in contest.items():
        same(name, run(), expected)
    times = race({name: timed(run, len(judged)) for name, run in contest.items()}, rounds)
    library = min("messages", "dicts", key=lambda name: median(times[name]))
    yield _figure("30 rules: closures / Python by hand", times, "closures", "by hand", target=3, aim=2)
    yield _figure("the same / by hand with google-re2 for both patterns", times, "closures", "by hand, RE2")
    yield _figure(f"30 rules: cel-expr-python, fused, on {library} / closures", times, library, "closures",
                  target=1.5, aim=2, at_least=True)  # fmt: skip


def _by_hand(rules: Sequence[Any], judged: Sequence[Post]) -> Callable[[], Answers]:
    return lambda: [[rule(post) for rule in rules] for post in judged]


def same(name: str, found: Answers, expected: Answers) -> None:
    """
    Hold *found* to *expected*: a time for other answers says nothing.

    Raises:
        SystemExit: where an answer differs.
    """
    wrong = [
        (post, rule + 1)
        for post, answers in enumerate(found)
        for rule, answer in enumerate(answers)
        if answer is not expected[post][rule]
    ]
    if wrong or len(found) != len(expected):
        raise SystemExit(f"{name} answers differently, first on post {wrong[0][0]}, rule {wrong[0][1]}")


def _figure(name: str, times: dict[str, list[float]], above: str, below: str, **wanted: Any) -> Figure:  # noqa: ANN401
    seconds = {side: median(times[side]) for side in (above, below)}
    return Figure("point", name, ratio(times[above], times[below]), seconds=seconds, **wanted)


def peers(rounds: int) -> Iterator[Figure]:
    """Yield the figures of other rule engines against the closures, each for the rules that both answer alike."""
    judged, rules = posts(POSTS), ours()
    expected = rules.on(judged)()
    texts = tuple(clause.text for clause in rules.clauses)
    for name, make in PEERS.items():
        try:
            peer = make(texts)
        except ImportError:
            yield _missing(name)
        else:
            inputs = [peer.ready(post) for post in judged]
            alike = [nth for nth, text in enumerate(peer.texts) if text and _agrees(peer, text, inputs, expected, nth)]
            yield _against(peer, inputs, rules.on(judged, alike), alike, min(rounds, SLOW_ROUNDS))
    slow = min(rounds, SLOW_ROUNDS)
    yield _against_rego(judged, rules, expected, slow) if find_spec("regopy") else _missing("regopy")


def _missing(name: str) -> Figure:
    note = "not installed: pip install -e '.[bench]'"
    return Figure("peers", f"30 rules: {name} / closures", None, 1, at_least=True, note=note)


def _against_rego(judged: Sequence[Post], rules: Ours, expected: Answers, rounds: int) -> Figure:
    with rego(judged) as ask:
        each = [[[answers[nth]] for answers in expected] for nth in range(len(REGO))]
        alike = [nth for nth, text in enumerate(REGO) if text and ask([text])[0] == each[nth]]
        texts = [REGO[nth] for nth in alike]
        same("regopy", ask(texts)[0], [[answers[nth] for nth in alike] for answers in expected])
        contest = {
            "regopy": lambda: ask(texts)[1] / len(judged),
            "closures": timed(rules.on(judged, alike), len(judged)),
        }
        return _peer("regopy (Rego)", race(contest, rounds), len(alike))


def _against(peer: Peer, inputs: Sequence[Any], own: Callable[[], Answers], alike: list[int], rounds: int) -> Figure:
    run = peer.program([peer.texts[nth] for nth in alike])
    contest = {
        peer.name: timed(lambda: [run(one) for one in inputs], len(inputs)),
        "closures": timed(own, len(inputs)),
    }
    return _peer(peer.name, race(contest, rounds), len(alike))


def _peer(title: str, times: dict[str, list[float]], alike: int) -> Figure:
    name = next(iter(times))
    seconds = {one: median(found) for one, found in times.items()}
    note = "" if alike == len(BY_HAND) else f"{alike} rules; it cannot say the others"
    return Figure("peers", f"30 rules: {title} / closures", ratio(times[name], times["closures"]), 1,
                  at_least=True, seconds=seconds, note=note)  # fmt: skip


def _agrees(peer: Peer, text: str, inputs: Sequence[Any], expected: Answers, rule: int) -> bool:
    try:
        run = peer.program([text])
        return all(run(one)[0] is expected[nth][rule] for nth, one in enumerate(inputs))
    except Exception:  # noqa: BLE001 - each engine has its own, and all mean that it cannot say this rule
        return False
