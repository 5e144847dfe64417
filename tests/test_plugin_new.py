"""A new plugin: it installs, its tests pass, it is found without an edit, and nothing that is there is overwritten."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from govsocial.authoring.anatomy import bodies
from govsocial.authoring.lint import lint
from govsocial.authoring.mutation import trial
from govsocial.defaults import Setup, assemble
from govsocial.errors import InputError
from govsocial.messages import LANGUAGES
from govsocial.scaffold_plugin import NewPlugin, plugin_files, write_folder
from running import Run
from wheels import Point, installer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

NEW = {"mastodon": (), "museum": ("--network", "x"), "ink-stone2": ("--network", "ink-stone")}
"""Names of plugins, and what is said of their networks: one of its own, one that is known, one with a sign in it."""


@pytest.fixture(params=NEW)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a plugin that has just been written."""
    monkeypatch.chdir(tmp_path)
    run = Run("plugin", "new", name, *NEW[name])
    assert run.code == 0, run.err
    return tmp_path / f"govsocial-{name}"


@pytest.fixture
def setup(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    """Return what govsocial finds with that plugin on the path, by the entry point that its pyproject.toml names."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = project["entry-points"]["govsocial"].items()
    monkeypatch.syspath_prepend(str(folder))
    point = Point(name, lambda: importlib.import_module(entry[1]), project["version"], project["name"])
    vars(point)["dist"] = type(vars(point)["dist"])(project["name"], project["version"], project["dependencies"])
    installer(monkeypatch)(point)
    assert entry[0] == name
    yield assemble()
    for module in [one for one in sys.modules if one.startswith(entry[1])]:
        del sys.modules[module]


def test_a_new_plugin_is_found_and_brings_all_that_it_shows(setup: Setup, name: str) -> None:
    plugin = next(one for one in setup.plugins if one.name == name)
    brought = [[one.id for one in plugin.policies], [one.id for one in plugin.networks], len(plugin.readers)]

    assert setup.problems == setup.notes == ()
    assert (plugin.status, plugin.version) == ("active", "0.1.0")
    assert brought == [[name], {"mastodon": ["mastodon"], "museum": []}.get(name, ["ink-stone"]), 1]
    assert [one.name for one in plugin.facts] == [f"{name.replace('-', '_')}_shouted"]


def test_its_policy_speaks_four_languages_and_has_nothing_to_be_better(setup: Setup, name: str) -> None:
    (body,) = bodies(setup.engine.policies, [name])
    document = body.policy.written.document

    assert set(document.rule[0].message or ()) == set(document.rule[0].help or ()) == set(LANGUAGES)
    assert lint(body, setup.engine.networks, datetime.now(UTC)) == ()
    assert trial(body, setup.engine).clean


def test_its_own_tests_pass(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "10 passed" in run.stdout


def test_it_says_the_next_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known, brought = (
        Run("plugin", "new", "health", "--network", "x"),
        Run("plugin", "new", "toots", "--network", "tooter"),
    )

    assert known.out.splitlines() == [
        "govsocial-health is written; its rules are for posts on twitter",
        "next: python3 -m pip install -e './govsocial-health[test]'",
        "then: pytest govsocial-health, and govsocial plugin list",
    ]
    assert "nobody provided the network 'tooter', so the plugin brings it" in brought.out


def test_a_network_that_is_nearly_a_known_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run("plugin", "new", "health", "--network", "facebok")

    assert "nobody provided the network 'facebok', so the plugin brings it; did you mean 'facebook'?" in run.out


def test_it_asks_for_the_govsocial_that_wrote_it(folder: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["dependencies"] == [f"govsocial>={version('govsocial')}"]


def test_it_imports_public_names_only(folder: Path) -> None:
    imported = {
        node.module
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "govsocial"
    }

    assert imported == {"govsocial", "govsocial.testing"}


def test_its_checks_can_be_run(folder: Path) -> None:
    assert os.access(folder / ".ci/run", os.X_OK)


def test_the_prefix_of_distributions_may_be_written_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Run("plugin", "new", "govsocial-health", "--network", "facebook")

    assert [one.name for one in tmp_path.iterdir()] == ["govsocial-health"]


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_what_is_there_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "govsocial-health"
    make: dict[str, Callable[[], object]] = {
        "folder": path.mkdir,
        "file": lambda: path.write_text("mine", encoding="utf-8"),
        "link": lambda: path.symlink_to(tmp_path / "elsewhere"),
    }
    make[there]()
    run = Run("plugin", "new", "health", "--network", "facebook")

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("govsocial-health: there is one already, and it stays as it is")
    assert [one.name for one in tmp_path.iterdir()] == ["govsocial-health"]
    assert not path.is_dir() or not list(path.iterdir())


def test_where_one_file_cannot_be_written_nothing_is(tmp_path: Path) -> None:
    texts = plugin_files(NewPlugin("health", "facebook", new=False, engine="1", edition="2026.11.0"))

    with pytest.raises(InputError, match="it cannot be written: "):
        write_folder({**texts, "pyproject.toml/impossible": ""}, tmp_path / "govsocial-health")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("My Health",), "'My Health' cannot be a name: use small letters, digits and -; did you mean 'my-health'?"),
        (("../health",), "'../health' cannot be a name"),
        (("2026",), "'2026' cannot be a name: use small letters, digits and -, such as health"),
        (("",), "'' cannot be a name"),
        (("health_x",), "'health_x' cannot be a name: use small letters, digits and -; did you mean 'health-x'?"),
        (("h" * 41,), f"'{'h' * 41}' has 41 characters; use at most 40"),
        (("twitter",), "there is a 'twitter' already; choose another name"),
        (("general",), "there is a 'general' already; choose another name"),
        (("health", "--network", "Face Book"), "--network: 'Face Book' cannot be a name"),
    ],
)
def test_what_cannot_be_a_name_is_told_and_writes_nothing(
    arguments: Sequence[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run("plugin", "new", *arguments)

    assert run.code == 2
    assert run.err.startswith(told)
    assert list(tmp_path.iterdir()) == []
