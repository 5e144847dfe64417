"""What authors of policies and plugins test with: it finds what it is for, and draws what a run may meet."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govsocial import testing
from govsocial.cel.library import Fact, Function
from govsocial.errors import PluginError, PolicyError
from govsocial.hookspecs import hookimpl
from govsocial.model import Account, Event, Institution, Post
from govsocial.policy.load import parse_policy
from govsocial.testing import accounts, check_pure, engine_with, events, institutions, policy_cases, posts, workspaces
from houses import HEADER, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from govsocial.model import Resource
    from govsocial.policy.schema import Policy
    from govsocial.workspace import Workspace

HOUSE = Path(__file__).parent.parent / "examples/house/house.toml"
ENGINE = engine_with()
CASES = 'networks = ["facebook"]\npasses = ["hello"]\nfails = ["goodbye"]'
LUCK = Fact("luck", "post", "int", lambda _: 7)


def plugin(*facts: Fact, policy: str = "") -> types.ModuleType:
    """Return a module that brings *facts*, and the rules *policy*."""
    made = types.ModuleType("lucky")

    @hookimpl
    def govsocial_facts() -> tuple[Fact, ...]:
        return facts

    @hookimpl
    def govsocial_policies() -> tuple[Policy, ...]:
        return (parse_policy(HEADER + policy, "house.toml"),)

    vars(made).update(govsocial_facts=govsocial_facts, govsocial_policies=govsocial_policies)
    return made


# the tests beside rules


@pytest.mark.parametrize("case", policy_cases(HOUSE), ids=str)
def test_the_cases_of_a_policy_are_tests_of_their_own(case: testing.PolicyCase) -> None:
    case.check()


def test_a_case_is_called_by_its_rule_and_its_name() -> None:
    names = [str(case) for case in policy_cases(plugin(policy=rule(CASES)))]

    assert names == ["house/a passes 1", "house/a fails 1"]


def test_a_case_that_fails_says_what_was_expected() -> None:
    passes, fails = policy_cases(plugin(LUCK, policy=rule(CASES, require="fact.luck == 7")))

    assert passes.problem() == ""
    assert fails.problem() == "expected violation, found pass"
    assert fails.problem("fr") == "attendu : violation, trouvé : pass"
    with pytest.raises(AssertionError, match=r"^house/a fails 1: expected violation, found pass$"):
        fails.check()


def test_a_policy_file_may_use_the_facts_of_a_plugin(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    text = HEADER.replace("house", "other") + rule(CASES, require='fact.luck == 7 && post.text == "hello"')
    file.write_text(text, encoding="utf-8")
    found = policy_cases(file, plugins=[plugin(LUCK)])

    assert [(str(case), case.problem()) for case in found] == [("other/a passes 1", ""), ("other/a fails 1", "")]
    with pytest.raises(PolicyError, match=r"fact\.luck"):
        policy_cases(file)


def test_a_plugin_that_is_refused_is_told_with_its_reason() -> None:
    with pytest.raises(PluginError, match="plugin lucky is left out: it brings two of the same fact: 'luck'"):
        policy_cases(plugin(LUCK, LUCK))
    with pytest.raises(PluginError, match="undefined field 'txt' of post"):
        engine_with(plugin(policy=rule(require='post.txt == ""')))


def test_an_engine_has_what_its_plugins_and_policies_bring_and_what_is_built_in() -> None:
    other = parse_policy(HEADER.replace("house", "other") + rule(require="fact.luck == 6"), "other.toml")
    engine = engine_with(plugin(LUCK, policy=rule()), policies=[other])
    outcomes = {one.rule: one.outcome for one in engine.verdicts(Post(network="twitter", text="Hello"))}

    assert outcomes["house/a"] == "pass"
    assert outcomes["other/a"] == "violation"
    assert "twitter/hashtags-max" in outcomes


def test_the_strategies_alone_need_hypothesis() -> None:
    code = "import sys, govsocial.testing; sys.exit('hypothesis' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr


def test_every_public_name_is_there_and_says_what_it_does() -> None:
    assert [name for name in testing.__all__ if not getattr(testing, name).__doc__] == []
    with pytest.raises(AttributeError, match="has no attribute 'dreams'"):
        _ = testing.dreams


# purity


def flips() -> Callable[[object], int]:
    """Return a function that counts its calls."""
    calls: list[object] = []

    def flip(value: object) -> int:
        calls.append(value)
        return len(calls)

    return flip


def writes(post: Post) -> int:
    object.__setattr__(post, "text", "mine")
    return 7


def prints(_: Post) -> int:
    print("hello")  # noqa: T201 - what is looked for
    return 7


IMPURE: dict[str, tuple[Callable[..., Any], str]] = {
    "answers twice": (flips(), "luck gave 1, then 2, for the same values"),
    "writes": (writes, "luck changed a value that it was given"),
    "prints": (prints, "luck printed 'hello'"),
    "returns another type": (lambda _: "7", "luck returned '7', which is no int"),
    "returns no whole number": (lambda _: True, "luck returned True, which is no int"),
}


@pytest.mark.parametrize(("compute", "told"), IMPURE.values(), ids=IMPURE)
def test_a_fact_is_not_pure_that(compute: Callable[..., Any], told: str) -> None:
    with pytest.raises(AssertionError) as error:
        check_pure(Fact("luck", "post", "int", compute), Post(network="twitter"))

    assert str(error.value) == told


def test_what_a_pure_fact_comes_to_is_returned() -> None:
    assert check_pure(LUCK, Post(network="twitter")) == 7
    assert check_pure(Fact("luck", "post", "int", lambda _: None), Post(network="twitter")) is None


def test_functions_are_held_to_the_same() -> None:
    assert check_pure(Function("parts", ("string",), "list(string)", str.split), "a b") == ["a", "b"]
    assert repr(check_pure(Function("none", (), "double", lambda: float("nan")))) == "nan"
    with pytest.raises(AssertionError, match=r"^parts returned \[1\], which is no list\(string\)$"):
        check_pure(Function("parts", ("string",), "list(string)", lambda _: [1]), "a b")


def test_what_code_raises_is_for_its_author_to_see() -> None:
    with pytest.raises(ZeroDivisionError):
        check_pure(Fact("luck", "post", "int", lambda _: 1 // 0), Post(network="twitter"))


@given(posts())
def test_the_facts_that_come_with_govsocial_are_pure(post: Post) -> None:
    prepared = ENGINE.prepare(post)

    assert check_pure(Fact("tags", "post", "list(string)", lambda one: one.hashtags), prepared) == prepared.hashtags


# what is drawn

MODELS = {Post: posts, Account: accounts, Event: events, Institution: institutions}


DERIVED = ("hashtags", "mentions", "links", "length", "bytes", "emoji_count", "detected_languages", "date")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_field_is_drawn_known_and_where_it_may_be_unknown_too(model: type[Resource]) -> None:
    seen: set[tuple[str, bool]] = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(MODELS[model]())
    def draw(one: Resource) -> None:
        seen.update((name, getattr(one, name) is not None) for name in model.model_fields)

    draw()
    fields = model.model_fields.keys() - {"id", "network", *DERIVED}

    assert {(name, known) for name in fields for known in (True, False)} - seen == set()


@given(posts(network="facebook", text=st.sampled_from(["one", "two"])))
def test_a_field_may_be_fixed_or_drawn_in_a_way_of_ones_own(post: Post) -> None:
    assert post.network == "facebook"
    assert post.text in ("one", "two")


@given(posts())
def test_what_is_derived_is_left_to_the_engine(post: Post) -> None:
    prepared = ENGINE.prepare(post)

    assert (post.hashtags, post.length) == (None, None)
    assert (prepared.hashtags is None) == (post.text is None)


def test_texts_have_what_posts_have() -> None:
    wanted = ("hashtags", "mentions", "links", "emoji_count")
    seen: set[str] = set()

    @settings(derandomize=True, database=None)
    @given(posts(network="twitter"))
    def draw(post: Post) -> None:
        seen.update(name for name in wanted if getattr(ENGINE.prepare(post), name))

    draw()

    assert seen == set(wanted)


@given(workspaces())
@settings(max_examples=30)
def test_whatever_is_drawn_is_judged(workspace: Workspace) -> None:
    judged = [one for one in workspace if type(one) in MODELS]
    report = ENGINE.check(judged, workspace)

    assert report.decision in ("allow", "review", "deny")
    assert "error" not in report.counts


def test_resources_refer_to_what_is_there_to_what_is_not_and_to_nothing() -> None:
    kinds = {"account": "account", "institution": "institution", "event": "event", "shared_from": "post"}
    seen: set[tuple[str, bool | str | None]] = set()

    @settings(max_examples=200, derandomize=True, database=None)
    @given(workspaces())
    def draw(workspace: Workspace) -> None:
        for post in workspace.posts:
            named = {field: (kind, getattr(post, field)) for field, kind in kinds.items()}
            seen.update(
                (field, name and workspace.find(kind, name) is not None) for field, (kind, name) in named.items()
            )

    draw()

    assert {(field, there) for field in kinds for there in (True, False, None, "")} - seen == set()
