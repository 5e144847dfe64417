"""Plugins: each is loaded on its own, refused by name where it cannot be used, and stops no other."""

from __future__ import annotations

import json
import random
import re
import types
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from govsocial import Engine
from govsocial.cel.library import Fact, Function
from govsocial.defaults import Setup, assemble
from govsocial.errors import PluginError, PolicyError
from govsocial.hookspecs import hookimpl
from govsocial.networks import Network
from govsocial.plugins import Plugin, collect, without_clashes
from govsocial.policy.load import parse_policy
from govsocial.promises import unmet
from govsocial.readers.base import Reader
from houses import HEADER, POST, rule
from running import Run
from wheels import REAL, Point, installer, module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from govsocial.model import Post
    from govsocial.policy.schema import Policy


def policy(text: str = "", name: str = "house") -> Policy:
    return parse_policy(HEADER.replace("house", name) + text, f"{name}.toml")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return installer(monkeypatch)


def told(setup: Setup) -> list[str]:
    return [problem.render() for problem in setup.problems]


def status(setup: Setup) -> dict[str, str]:
    return {one.name: one.status for one in setup.plugins if one.name not in REAL}


def absent() -> object:
    raise ModuleNotFoundError("No module named 'absent'\nsecond line")


def loops() -> object:
    raise RecursionError("maximum recursion depth exceeded")


def leaves() -> object:
    raise SystemExit(9)


FACT = Fact("luck", "post", "int", lambda _: 7)
REFUSED = {
    "fails to import": (absent, "it cannot be imported (ModuleNotFoundError: No module named 'absent')"),
    "leaves while it is imported": (leaves, "it cannot be imported (SystemExit: 9)"),
    "goes round in circles while it is imported": (
        loops,
        "it cannot be imported (RecursionError: maximum recursion depth exceeded)",
    ),
    "has an unknown hook": (
        module(polices=()),
        "it names an unknown hook 'govsocial_polices'; did you mean 'govsocial_policies'?",
    ),
    "has a hook that raises": (
        module(facts=ValueError("no luck\ntoday")),
        "its hook govsocial_facts failed (ValueError: no luck)",
    ),
    "has a hook that leaves": (module(facts=SystemExit(9)), "its hook govsocial_facts failed (SystemExit: 9)"),
    "has a hook that returns no list": (
        module(networks=5),
        "its hook govsocial_networks failed (TypeError: 'int' object is not iterable)",
    ),
    "has a hook that returns the wrong things": (
        module(policies=["house.toml"]),
        "its hook govsocial_policies returned a str, not a Policy",
    ),
    "cannot read its policy": (
        module(policies=PolicyError(())),
        "its hook govsocial_policies failed: ",
    ),
    "has two rules of one id": (
        module(policies=[policy(rule() + rule())]),
        "its policy cannot be used: house.toml:11:6 house/a: two rules have the id 'a'",
    ),
    "brings a network twice": (
        module(networks=[Network("mastodon"), Network("toots", ("Mastodon",))]),
        "it brings two of the same network: 'mastodon'",
    ),
    "brings a function twice": (
        module(functions=[Function("luck", (), "int", len), Function("luck", ("int",), "int", len)]),
        "it brings two of the same function: 'luck'",
    ),
    "brings a policy twice": (
        module(policies=[policy(), policy()]),
        "it brings two of the same policy: 'house'",
    ),
    "has a bad policy": (
        module(policies=[policy(rule(require="size(post.hastags) > 0"))]),
        (
            "its policy cannot be used: house.toml:8:22 house/a: undefined field 'hastags' of post;"
            " did you mean 'hashtags'?"
        ),
    ),
    "yields to a rule that is not there": (
        module(policies=[policy(rule('yields_to = ["twitter/hashtags-mx"]'))]),
        (
            "its policy cannot be used: house.toml:10:14 house/a: there is no rule 'twitter/hashtags-mx';"
            " did you mean 'twitter/hashtags-max'?"
        ),
    ),
    "has the id of a built-in policy": (
        module(policies=[policy(name="general")]),
        "its policy 'general' is already brought by govsocial itself",
    ),
    "has a fact of a built-in policy": (
        module(facts=[Fact("own_tags", "post", "int", len)]),
        "a policy of plugin twitter has a fact 'own_tags' too",
    ),
    "has the network of another": (
        module(networks=[Network("birds", ("X",))]),
        "its network 'x' is already brought by plugin twitter",
    ),
    "has the function of another": (
        module(functions=[Function("total", ("list(int)",), "int", sum)]),
        "its function 'total' is already brought by plugin livestream",
    ),
    "brings a fact twice": (module(facts=[FACT, FACT]), "it brings two of the same fact: 'luck'"),
    "has a fact of no type": (
        module(facts=[Fact("luck", "post", "integer", len)]),
        (
            "its 'luck' has a type that is none (no type 'integer'; there are bool, int, double, string, timestamp,"
            " duration and list(...))"
        ),
    ),
    "has a fact on nothing": (
        module(facts=[Fact("luck", "pots", "int", len)]),
        "its fact 'luck' is on 'pots', which rules do not judge; did you mean 'post'?",
    ),
    "has a fact that needs what is not there": (
        module(facts=[Fact("luck", "post", "int", len, ("acount",))]),
        "its fact 'luck' needs 'acount', which is not there; did you mean 'account'?",
    ),
    "has a fact without a proper name": (
        module(facts=[Fact("Luck", "post", "int", len)]),
        "its fact 'Luck' needs a name of small letters, digits and _",
    ),
    "has a function of the language": (
        module(functions=[Function("size", ("string",), "int", len)]),
        "its function cannot be called 'size': that means something already",
    ),
    "has a function of no type": (
        module(functions=[Function("luck", ("text",), "int", len)]),
        (
            "its 'luck' has a type that is none (no type 'text'; there are bool, int, double, string, timestamp,"
            " duration and list(...))"
        ),
    ),
    "has a network without id": (
        module(networks=[Network("")]),
        "its network '' needs an id, and aliases as a tuple of texts",
    ),
}


@pytest.mark.parametrize(("made", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_plugin_is_refused_by_name_and_version_where_it(
    install: Callable[..., None], made: object, reason: str
) -> None:
    install(Point("bad", made, "2.5"), Point("fine", module(networks=[Network("mastodon")])))
    setup = assemble()

    assert told(setup) == [f"plugin bad 2.5 is left out: {reason}"]
    assert status(setup) == {"bad": "refused", "fine": "active"}
    assert {"general", "twitter"} <= {one.id for one in setup.policies}
    assert "mastodon" in setup.engine.networks.by_id


def test_a_plugin_may_be_an_object() -> None:
    class House:
        @hookimpl
        def govsocial_networks(self) -> Iterable[Network]:
            return [Network("mastodon")]

    assert collect("house", "1.0", House()).networks == (Network("mastodon"),)


def test_an_unknown_hook_of_an_object_is_found_too() -> None:
    class House:
        @hookimpl
        def govsocial_network(self) -> Iterable[Network]:
            return ()

    assert collect("house", "1.0", House()).status == "refused"


def test_a_hook_that_asks_for_more_than_there_is_is_refused() -> None:
    made = types.ModuleType("fake")

    @hookimpl
    def govsocial_facts(post: object) -> object:
        return post

    made.govsocial_facts = govsocial_facts  # type: ignore[attr-defined]
    refused = collect("fake", "1.0", made)

    assert refused.status == "refused"
    assert "Argument(s) {'post'}" in refused.reason.render()


def test_a_plugin_without_hooks_brings_nothing() -> None:
    assert collect("fake", "1.0", types.ModuleType("fake")) == Plugin("fake", "1.0", reason=Plugin("", "").reason)


def test_what_all_hooks_return_is_brought() -> None:
    reader = Reader("csv", (".csv",), lambda *_: ())
    brought = (policy(), Network("mastodon"), FACT, Function("twice", ("int",), "int", lambda n: 2 * n), reader)
    names = ("policies", "networks", "facts", "functions", "readers")
    plugin = collect("fake", "1.0", module(**{name: [one] for name, one in zip(names, brought, strict=True)}))

    assert plugin.status == "active"
    assert [plugin.policies, plugin.networks, plugin.readers] == [(brought[number],) for number in (0, 1, 4)]
    assert [(one.name, one.plugin) for one in plugin.facts] == [("luck", "fake 1.0")]
    assert [(one.name, one.plugin) for one in plugin.functions] == [("twice", "fake 1.0")]


def test_a_disabled_plugin_is_not_even_imported(install: Callable[..., None]) -> None:
    install(Point("bad", absent), Point("worse", absent))
    setup = assemble(disable=["bad", "worse"])

    assert status(setup) == {"bad": "disabled", "worse": "disabled"}
    assert told(setup) == []


def test_without_others_only_built_in_plugins_are_imported(install: Callable[..., None]) -> None:
    install(Point("bad", absent))
    setup = assemble(others=False)

    assert {one.name for one in setup.plugins} == set(REAL)
    assert told(setup) == []


def test_a_built_in_plugin_can_be_disabled(install: Callable[..., None]) -> None:
    install()
    setup = assemble(disable=["twitter"])

    assert "twitter" not in {one.id for one in setup.policies}
    assert "twitter" not in setup.engine.networks.by_id


def test_a_name_that_no_plugin_has_cannot_be_disabled(install: Callable[..., None]) -> None:
    install()

    with pytest.raises(PluginError) as error:
        assemble(disable=["twiter", "nothing"])

    assert str(error.value).splitlines() == [
        "no plugin is called 'twiter'; did you mean 'twitter'?",
        "no plugin is called 'nothing'",
    ]


def test_a_plugin_may_not_go_by_the_name_of_a_built_in_one(install: Callable[..., None]) -> None:
    install(Point("twitter", module(networks=[Network("mastodon")]), "9.9"))
    setup = assemble()

    assert told(setup) == ["plugin twitter 9.9 is left out: another plugin has the same name"]
    assert "twitter" in setup.engine.networks.by_id


CLASHES = {
    "network": module(networks=[Network("mastodon")]),
    "alias": module(networks=[Network("toots", ("Mastodon",))]),
    "fact": module(facts=[FACT]),
    "same fact": module(facts=[FACT]),
    "function": module(functions=[Function("twice", ("int",), "int", len)]),
    "same function": module(functions=[Function("twice", ("int",), "int", len)]),
    "policy": module(policies=[policy()]),
    "same policy": module(policies=[policy()]),
}


@pytest.mark.parametrize("seed", range(6))
def test_of_two_that_clash_the_first_by_name_stays_in_whatever_order_they_are_found(
    install: Callable[..., None], seed: int
) -> None:
    points = [Point(f"p{number}", made) for number, made in enumerate(CLASHES.values())]
    random.Random(seed).shuffle(points)  # noqa: S311 - chance, not secrets
    install(*points)
    setup = assemble()

    assert status(setup) == {f"p{number}": ("active", "refused")[number % 2] for number in range(len(points))}
    assert told(setup) == [
        "plugin p1 1.0 is left out: its network 'mastodon' is already brought by plugin p0",
        "plugin p3 1.0 is left out: its fact 'luck' is already brought by plugin p2",
        "plugin p5 1.0 is left out: its function 'twice' is already brought by plugin p4",
        "plugin p7 1.0 is left out: its policy 'house' is already brought by plugin p6",
    ]


def test_a_fact_on_another_type_of_resource_is_another_fact() -> None:
    one, other = Plugin("a", "1", facts=(FACT,)), Plugin("b", "1", facts=(Fact("luck", "account", "int", len),))

    assert {plugin.status for plugin in without_clashes([one, other])} == {"active"}


def test_a_plugin_that_rests_on_a_refused_one_is_refused_too(install: Callable[..., None]) -> None:
    bad = module(facts=[FACT], policies=[policy(rule(require="size(pots.text) > 0"), "bad")])
    needy = module(policies=[policy(rule(require="fact.luck > 0"), "needy")])
    install(Point("bad", bad), Point("needy", needy))
    setup = assemble()

    assert status(setup) == {"bad": "refused", "needy": "refused"}
    assert told(setup)[1].startswith("plugin needy 1.0 is left out: its policy cannot be used: needy.toml:8:")


def test_a_policy_that_rests_on_a_refused_plugin_is_told_with_the_reason(install: Callable[..., None]) -> None:
    install(Point("bad", module(facts=[FACT, FACT])))

    with pytest.raises(PolicyError) as error:
        assemble([policy(rule(require="fact.luck > 0"))])

    lines = str(error.value).splitlines()
    assert lines[0] == "plugin bad 1.0 is left out: it brings two of the same fact: 'luck'"
    assert lines[1].startswith("house.toml:8:12 house/a: unknown name 'fact.luck'")


@pytest.mark.parametrize(
    ("result", "expected", "missing"),
    [
        (7, "pass", ()),
        (None, "unknown", ("fact.luck",)),
        ("7", "error", ("fact.luck (lucky 1.0): returned str",)),
        (True, "error", ("fact.luck (lucky 1.0): returned bool",)),
        (2**63, "error", ("fact.luck (lucky 1.0): returned int",)),
        (ValueError("none today"), "error", ("fact.luck (lucky 1.0): ValueError: none today",)),
    ],
)
def test_a_fact_keeps_to_its_type_or_its_rules_say_so(
    install: Callable[..., None], result: object, expected: str, missing: tuple[str, ...]
) -> None:
    def luck(_: object) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    install(Point("lucky", module(facts=[Fact("luck", "post", "int", luck)])))
    engine = assemble([policy(rule(require="fact.luck == 7"))]).engine
    found = next(one for one in engine.verdicts(POST) if one.rule == "house/a")

    assert (found.outcome, found.missing) == (expected, missing)


@pytest.mark.parametrize(
    ("result", "expected", "missing"),
    [
        (["a"], "pass", ()),
        (None, "unknown", ("parts",)),
        ([1], "error", ("parts (parts 1.0): returned tuple",)),
        (ValueError("none today"), "error", ("parts (parts 1.0): ValueError: none today",)),
    ],
)
def test_a_function_keeps_to_its_type_or_its_rules_say_so(
    install: Callable[..., None], result: object, expected: str, missing: tuple[str, ...]
) -> None:
    def parts(_: str) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    install(Point("parts", module(functions=[Function("parts", ("string",), "list(string)", parts)])))
    engine = assemble([policy(rule(require='"a" in parts(post.text)'))]).engine
    found = next(one for one in engine.verdicts(POST) if one.rule == "house/a")

    assert (found.outcome, found.missing) == (expected, missing)


def test_what_plugins_declare_is_checked_in_expressions(install: Callable[..., None]) -> None:
    install(Point("lucky", module(facts=[FACT], functions=[Function("twice", ("int",), "int", lambda n: 2 * n)])))

    with pytest.raises(PolicyError) as error:
        assemble([policy(rule(require='fact.luck == "7"') + rule(require='twice("7") == 14', name="b"))])

    assert str(error.value).splitlines() == [
        "house.toml:8:22 house/a: '==' cannot be used on (int, string)",
        "house.toml:12:17 house/b: 'twice' cannot be used on (string)",
    ]


def test_a_rule_for_a_disabled_network_is_inactive_and_told(install: Callable[..., None]) -> None:
    install()
    setup = assemble([policy(rule('networks = ["twitter"]'))], disable=["twitter"])

    assert [note.render() for note in setup.notes] == [
        "house.toml:10:13 house/a: nobody provides the network 'twitter', so its rules never apply"
    ]
    assert "house/a" not in {one.id for one in setup.engine.policies.rules()}


# what a plugin is built for

NEEDS = {
    "a newer one": (["govsocial>=99"], "99"),
    "a newer one, among others": (["pydantic>=2", "govsocial>=0.1,<100,>=99.1 ; python_version > '3'"], "99.1"),
    "a newer one, in brackets and capitals": (["Govsocial (>=99.0.1)"], "99.0.1"),
    "a newer one of its kind": (["govsocial[test]~=99.0"], "99.0"),
}


@pytest.mark.parametrize(("requires", "wanted"), NEEDS.values(), ids=NEEDS)
def test_a_plugin_that_was_built_for_a_newer_govsocial_is_refused_before_it_is_imported(
    install: Callable[..., None], requires: list[str], wanted: str
) -> None:
    install(Point("bad", absent, "2.5", requires=requires))
    have = version("govsocial")

    assert told(assemble()) == [
        f"plugin bad 2.5 is left out: it needs govsocial {wanted} or newer, this is {have}; update govsocial"
    ]


@pytest.mark.parametrize(
    "requires",
    [
        "govsocial",
        "govsocial>=0.0.1",
        f"govsocial>={version('govsocial')}.0",
        "govsocial!=99",
        "govsocial>=99; extra == 'web'",
        "govsocial-health>=99",
        "govsocial_x>=99",
        "pydantic>=99",
    ],
)
def test_a_plugin_that_asks_for_no_more_than_this_one_is_used(install: Callable[..., None], requires: str) -> None:
    install(Point("fine", module(networks=[Network("mastodon")]), requires=[requires]))

    assert told(assemble()) == []


@pytest.mark.parametrize(
    ("have", "wanted", "fine"),
    [("1.0", "1", True), ("1.10", "1.9", True), ("1.9", "1.10", False), ("2.0rc1", "2", True), ("1", "1.0.1", False)],
)
def test_versions_are_compared_number_by_number(have: str, wanted: str, fine: bool) -> None:  # noqa: FBT001
    assert (unmet([f"govsocial>={wanted}"], have) is None) == fine


# what a plugin does while it runs


def chatters() -> object:
    print("being imported")  # noqa: T201 - what plugins do
    return module(facts=[Fact("luck", "post", "int", prints)])


def prints(_: object) -> int:
    print("being computed")  # noqa: T201
    return 7


def spoils(post: Post) -> int:
    post.text = "mine"  # type: ignore[misc]
    return 7


def fills(post: Post) -> int:
    assert post.extra is not None
    post.extra["owner"] = "me"
    return 7


@pytest.fixture
def house(tmp_path: Path) -> str:
    """Return a policy file whose one rule reads what plugins of these tests bring."""
    file = tmp_path / "house.toml"
    file.write_text(HEADER + rule(require="fact.luck == 7"), encoding="utf-8")
    return str(file)


def checked(house: str, *options: str) -> Run:
    return Run("check", "--text", "Hello", "--network", "twitter", "--policy", house, *options)


def test_what_a_plugin_prints_does_not_stand_in_the_answer(install: Callable[..., None], house: str) -> None:
    install(Point("lucky", chatters))
    run = checked(house, "--format", "json")

    assert json.loads(run.out)["govsocial"] == 1
    assert [run.err.count(line) for line in ("being imported", "being computed")] == [1, 1]


@pytest.mark.parametrize(
    ("compute", "reason"),
    [
        (lambda _: 1 // 0, "ZeroDivisionError: integer division or modulo by zero"),
        (lambda _: "7", "returned str"),
        (spoils, "ValidationError: 1 validation error for Post"),
        (fills, "TypeError: a resource is frozen: take a copy of this table to change it"),
    ],
)
def test_a_fact_that_breaks_is_named_with_its_plugin_and_its_rule_and_is_never_a_pass(
    install: Callable[..., None], house: str, compute: Callable[[Post], int], reason: str
) -> None:
    install(Point("lucky", module(facts=[Fact("luck", "post", "int", compute)]), "1.2"))
    run = checked(house, "--format", "json")
    found = {one["rule"]: one for one in json.loads(run.out)["findings"]}

    assert run.code == 3
    assert found["house/a"]["outcome"] == "error"
    assert [one.partition("\n")[0] for one in found["house/a"]["missing"]] == [f"fact.luck (lucky 1.2): {reason}"]


def test_a_run_with_a_refused_plugin_judges_by_the_others_and_ends_with_3(install: Callable[..., None]) -> None:
    install(Point("bad", absent, "2.5"))
    run = Run("check", "--text", "#aa #bb #cc #dd", "--network", "twitter", "--format", "json")
    disabled = Run("check", "--text", "#aa #bb #cc #dd", "--network", "twitter", "--disable", "bad")

    assert (run.code, disabled.code) == (3, 1)
    assert "twitter/hashtags-max" in {one["rule"] for one in json.loads(run.out)["findings"]}
    assert run.err.startswith("plugin bad 2.5 is left out: it cannot be imported (ModuleNotFoundError: ")


# the list


def test_the_list_says_of_each_plugin_what_it_is_and_brings(install: Callable[..., None]) -> None:
    lucky = module(facts=[FACT], policies=[policy(rule() + rule(name="b"))])
    install(Point("bad", absent, "2.5"), Point("lucky", lucky, "1.2"), Point("plain", module(networks=[Network("m")])))
    run = Run("plugin", "list", "--disable", "livestream")
    lines = {line.split()[0]: " ".join(re.sub(r"\d+ ms", "… ms", line).split()[1:]) for line in run.out.splitlines()}

    assert run.code == 3
    assert lines["bad"].startswith("2.5 refused … ms it cannot be imported (ModuleNotFoundError: ")
    assert lines["lucky"] == "1.2 active code … ms policies: house; facts: luck; 2 rules"
    assert lines["plain"] == "1.0 active data … ms networks: m"
    assert lines["livestream"] == f"{version('govsocial')} disabled"


def test_loading_takes_time_that_is_told(install: Callable[..., None]) -> None:
    install(Point("lucky", module(facts=[FACT])))
    plugins = {one.name: one for one in assemble(disable=["livestream"]).plugins}

    assert plugins["lucky"].seconds > 0
    assert plugins["livestream"].seconds == 0


def test_an_engine_for_a_program_warns_of_a_plugin_that_was_refused(install: Callable[..., None]) -> None:
    install(Point("bad", absent))

    with pytest.warns(RuntimeWarning, match="plugin bad 1.0.*No module named 'absent'") as caught:
        engine = Engine.default()

    assert [one.filename for one in caught] == [__file__]
    assert [one.render() for one in engine.problems] == [str(one.message) for one in caught]
    assert engine.with_policies([policy()]).problems == engine.problems
