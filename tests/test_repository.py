"""What must agree between the files of the repository itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir())
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -qc constraints.txt -e"
COMMANDS = (
    f"{SET_UP} . && .venv/bin/govsocial check examples/campaign",
    f"{SET_UP} '.[test]' && .venv/bin/pytest -q",
)
# in two parts, so that this file does not name them either
REGISTRIES = tuple(
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi.python", "org"),
        ("anaconda", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("proxy.golang", "org"),
    )
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#"))
    return {normal(name): number for name, number in (line.split("==") for line in lines)}


def tracked() -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if run.returncode:
        pytest.skip("needs a git checkout: only git knows which files are tracked")
    return [path for name in run.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_every_plugin_folder_is_registered_under_its_own_name() -> None:
    assert PROJECT["project"]["entry-points"]["govsocial"] == {name: f"govsocial_{name}" for name in PLUGINS}


def test_every_plugin_folder_goes_into_the_wheel() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert ["src/govsocial", *(f"plugins/{name}/govsocial_{name}" for name in PLUGINS)] == wheel["packages"]


def test_an_editable_install_finds_every_plugin_folder() -> None:
    assert ["src", *(f"plugins/{name}" for name in PLUGINS)] == PROJECT["tool"]["hatch"]["build"]["dev-mode-dirs"]


def test_the_import_contracts_know_every_plugin() -> None:
    packages = [f"govsocial_{name}" for name in PLUGINS]
    linter = PROJECT["tool"]["importlinter"]
    named = [contract.get("modules") or contract.get("source_modules") for contract in linter["contracts"]]

    assert ["govsocial", *packages] == linter["root_packages"]
    assert named.count(packages) == 2


def test_every_dependency_is_pinned() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {normal(found[0]) for line in wanted if (found := re.match(r"[\w.-]+", line))}

    assert names - pins().keys() == set()


def test_the_pins_name_no_address() -> None:
    assert "://" not in CONSTRAINTS
    assert " @ " not in CONSTRAINTS


def test_what_is_installed_is_what_pyproject_says() -> None:
    assert PROJECT["project"]["version"] == version("govsocial")


def test_the_command_says_its_version() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sys; from govsocial.cli import main; sys.exit(main())", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert PROJECT["project"]["version"] in run.stdout


def test_the_change_log_speaks_of_this_version_or_of_what_comes() -> None:
    sections = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert {"Unreleased", PROJECT["project"]["version"]} & set(sections)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_gives_the_commands_that_do_all_of_their_own_set_up(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_no_tracked_file_names_the_host_of_a_package_registry() -> None:
    texts = {path: path.read_bytes().decode("utf-8", errors="replace") for path in tracked()}
    named = [f"{path.relative_to(ROOT)}: {host}" for path, text in texts.items() for host in REGISTRIES if host in text]

    assert named == []
