"""
For authors of policies and plugins: their tests in a few lines, with what comes with govsocial and what they name.

Nothing depends on what else is installed. The strategies ``posts accounts events institutions workspaces`` need
Hypothesis, ``check_columns`` what the extra ``audit`` has, the rest nothing; a test runner is of your choice.
"""

from __future__ import annotations

import copy
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from govsocial.authoring import tests
from govsocial.cel.library import Fact, Function, python_type
from govsocial.defaults import assemble, under_test
from govsocial.errors import PluginError
from govsocial.messages import Text, say
from govsocial.plugins import Plugin, collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govsocial.authoring.tests import Case
    from govsocial.defaults import Setup
    from govsocial.engine import Engine
    from govsocial.policy.schema import Policy
    from govsocial.testing.columns import check_columns
    from govsocial.testing.strategies import accounts, events, institutions, posts, workspaces

__all__ = [
    "PolicyCase",
    "accounts",
    "check_columns",
    "check_pure",
    "engine_with",
    "events",
    "institutions",
    "policy_cases",
    "posts",
    "workspaces",
]
_STRATEGIES: Final = ("accounts", "events", "institutions", "posts", "workspaces")


@dataclass(frozen=True)
class PolicyCase:
    """A test that stands beside a rule, and the *engine* that it is for; as a text it names the rule and itself."""

    case: Case
    engine: Engine

    def __str__(self) -> str:
        return f"{self.case.rule} {self.case.name}"

    def problem(self, language: str = "en") -> str:
        """Return why the test fails, in *language*; empty where it passes."""
        fault = tests.run(self.case, self.engine)
        return fault.render(language) if fault else ""

    def check(self) -> None:
        """
        Run the test.

        Raises:
            AssertionError: where it fails, with what was expected and what was found.
        """
        if problem := self.problem():
            message = f"{self}: {problem}"
            raise AssertionError(message)


def policy_cases(*sources: ModuleType | str | Path, plugins: Sequence[ModuleType] = ()) -> tuple[PolicyCase, ...]:
    """
    Return the tests beside the rules of *sources*: modules of plugins, policy files, folders of those.

    They are made for ``@pytest.mark.parametrize("case", policy_cases("house.toml"), ids=str)``. The rules may use what
    comes with govsocial, what the modules bring, and what *plugins* bring.

    Raises:
        PolicyError: where a policy cannot be loaded, or a test cannot be read.
        PluginError: where a plugin is refused, with the reason.
    """
    modules = [one for one in sources if isinstance(one, ModuleType)]
    setup = _set_up([*modules, *plugins])
    brought = [policy for one in map(_collected, modules) for policy in one.policies]
    found = _cases(brought, setup.engine)
    if paths := [Path(one) for one in sources if not isinstance(one, ModuleType)]:
        tested = under_test(paths, setup)
        found += _cases(tested.policies, tested.engine)
    return tuple(found)


def _cases(policies: Iterable[Policy], engine: Engine) -> list[PolicyCase]:
    return [PolicyCase(case, engine) for _, case in tests.all_cases(policies)]


def engine_with(*plugins: ModuleType, policies: Sequence[str | Path | Policy] = ()) -> Engine:
    """
    Return an engine with what comes with govsocial, the modules *plugins*, and *policies*: files, folders or values.

    Raises:
        PolicyError: where one of *policies* cannot be loaded.
        PluginError: where a plugin is refused, with the reason.
    """
    return _set_up(plugins, policies).engine


def _set_up(modules: Sequence[ModuleType], policies: Sequence[str | Path | Policy] = ()) -> Setup:
    setup = assemble(policies, others=False, beside=[_collected(one) for one in dict.fromkeys(modules)])
    if setup.problems:
        raise PluginError(setup.problems)
    return setup


def _collected(module: ModuleType) -> Plugin:
    return collect(module.__name__, "", module)


def check_pure(code: Fact | Function, *values: object) -> Any:  # noqa: ANN401 - of the type that *code* declares
    """
    Compute *code* twice, each time on a copy of *values*, and return what it comes to.

    *values* are, for a fact, its resource (``engine.prepare`` makes it as rules see it) and then what it ``needs``; for
    a function its arguments, with tuples for lists. A file that was read, or a clock, does not show here.

    Raises:
        AssertionError: where it gave two answers, changed *values*, printed, or returned another type than declared.
    """
    given, printed = copy.deepcopy(values), StringIO()
    with redirect_stdout(printed):
        first, second = code.compute(*given), code.compute(*copy.deepcopy(values))
    for fault in _impure(code, (first, second), changed=repr(given) != repr(values), printed=printed.getvalue()):
        raise AssertionError(fault.render())
    return first


def _impure(code: Fact | Function, results: tuple[Any, Any], *, changed: bool, printed: str) -> Iterator[Text]:
    first, second = results
    declared = code.type if isinstance(code, Fact) else code.returns
    if repr(first) != repr(second):
        yield say("{name} gave {one}, then {other}, for the same values", name=code.name, one=first, other=second)
    if changed:
        yield say("{name} changed a value that it was given", name=code.name)
    if printed:
        yield say("{name} printed '{text}'", name=code.name, text=printed.partition("\n")[0])
    if first is not None and not python_type(declared)(tuple(first) if isinstance(first, list) else first):
        yield say("{name} returned {found}, which is no {type}", name=code.name, found=repr(first), type=declared)


def __getattr__(name: str) -> object:
    """Return a strategy, or what compares columns; Hypothesis or Polars is imported by those only who ask for one."""
    if name == "check_columns":
        from govsocial.testing import columns  # noqa: PLC0415

        return columns.check_columns
    if name in _STRATEGIES:
        from govsocial.testing import strategies  # noqa: PLC0415

        return getattr(strategies, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
