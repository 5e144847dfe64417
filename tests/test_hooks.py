"""The hooks: each is documented with exactly its arguments, is shown to work, and has a real user."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govsocial import hookspecs
from govsocial.authoring.anatomy import bodies
from govsocial.authoring.lint import lint
from govsocial.defaults import assemble
from govsocial.plugins import collect
from govsocial.testing import engine_with, policy_cases
from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
HOOKS = {
    name: hook
    for name, hook in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(hook, f"{hookspecs.GROUP}_spec")
}
PACKAGES = [
    *sorted((ROOT / "plugins").glob("*/govsocial_*")),
    *sorted((ROOT / "examples/plugins").glob("*/govsocial_*")),
]
EXAMPLES = sorted(path for path in (ROOT / "examples/plugins").iterdir() if path.is_dir())


def signature(hook: Callable[..., object]) -> str:
    """Return *hook* as a heading has it."""
    found = inspect.signature(hook)
    return f"{hook.__name__}({', '.join(map(str, found.parameters.values()))}) -> {found.return_annotation}"


def section(name: str) -> str:
    """Return what the page says of the hook *name*."""
    found = re.search(rf"^### {name}\(.*?(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    return found[0] if found else ""


def files(text: str) -> dict[str, str]:
    return dict(re.findall(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[ModuleType]]]:
    """Return what writes the packages that a text shows, and imports them."""
    known = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str) -> list[ModuleType]:
        for name, content in files(text).items():
            file = tmp_path / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return [importlib.import_module(one.parent.name) for one in sorted(tmp_path.glob("*/__init__.py"))]

    yield write
    for name in set(sys.modules) - known:
        if name.startswith("govsocial_"):
            del sys.modules[name]


def test_there_are_five_hooks() -> None:
    assert list(HOOKS) == [
        "govsocial_facts",
        "govsocial_functions",
        "govsocial_networks",
        "govsocial_policies",
        "govsocial_readers",
    ]


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_has_a_heading_with_exactly_its_arguments(name: str) -> None:
    assert f"\n### {signature(HOOKS[name])}\n" in PAGE


def test_no_heading_names_a_hook_that_is_not_there() -> None:
    assert re.findall(r"^### (govsocial_\w+)", PAGE, re.MULTILINE) == sorted(HOOKS, key=PAGE.index)


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_says_when_it_is_called_with_what_and_what_is_done_with_the_result(name: str) -> None:
    places = [
        section(name).find(words) for words in ("**Called**", "**Parameters**", "**What is done with the result**")
    ]

    assert -1 not in places
    assert places == sorted(places)
    assert "**Parameters**: none." in section(name) or inspect.signature(HOOKS[name]).parameters


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_says_the_same_to_those_who_read_the_code(name: str) -> None:
    assert "Called once when an engine is set up" in (HOOKS[name].__doc__ or "")


@pytest.mark.parametrize("name", HOOKS)
def test_the_example_of_each_hook_is_a_plugin_that_brings_something(
    name: str, written: Callable[[str], list[ModuleType]]
) -> None:
    (module,) = written(section(name))
    plugin = collect(module.__name__, "1.0", module)

    assert plugin.status == "active", plugin.reason.render()
    assert getattr(plugin, name.removeprefix("govsocial_"))
    assert list(engine_with(module).policies.rules())
    assert [case.problem() for case in policy_cases(module)] == [""] * len(policy_cases(module))


def test_the_tests_that_the_page_shows_pass(tmp_path: Path, written: Callable[[str], list[ModuleType]]) -> None:
    written(PAGE)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shouting.py")
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "5 passed" in run.stdout


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_has_a_real_user(name: str) -> None:
    users = [path.name for path in PACKAGES if f"\ndef {name}(" in (path / "__init__.py").read_text(encoding="utf-8")]

    assert users


def test_each_public_name_for_tests_is_on_the_page() -> None:
    from govsocial import testing  # noqa: PLC0415 - for its list of names

    assert [name for name in testing.__all__ if name not in PAGE and name != "PolicyCase"] == []


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).exists()


def test_the_first_command_of_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = re.search(r"^govsocial (plugin new .*)$", PAGE, re.MULTILINE)
    assert command
    run = Run(*command[1].split())

    assert run.code == 0, run.err
    assert 'health = "govsocial_health"' in (tmp_path / "govsocial-health/pyproject.toml").read_text(encoding="utf-8")


# the larger examples


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_the_tests_of_an_example_pass(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_an_example_imports_public_names_only(folder: Path) -> None:
    imported = {
        node.module
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "govsocial"
    }

    assert imported == {"govsocial", "govsocial.testing"}


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_there_is_nothing_to_say_of_the_policies_of_an_example(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder))
    name = folder.name.replace("-", "_")
    plugin = collect(name, "1.0", importlib.import_module(name))
    setup = assemble(others=False, beside=[plugin])
    remarks = [
        one.problem.render()
        for body in bodies(setup.engine.policies, [policy.id for policy in plugin.policies])
        for one in lint(body, setup.engine.networks, datetime(2026, 11, 24, tzinfo=UTC))
    ]

    assert (setup.problems, setup.notes, remarks) == ((), (), [])
