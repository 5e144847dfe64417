"""The import contracts of pyproject.toml: they hold, and each of them notices when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = (
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command as lint; lint()",
    "--no-logo",
    "--no-cache",
)
VIOLATIONS = {
    "messages.py": "import govsocial.errors",
    "engine.py": "import pathlib",
    "outputs_of_mine.py": "import govsocial",
    "report.py": "import cel_expr_python",
    "workspace.py": "import polars",
    "cli/audit.py": "import pyspark",
    "facebook": "import govsocial_twitter",
    "twitter": "import govsocial.engine",
}
FOUND = (
    "govsocial.messages is not allowed to import govsocial.errors",
    "govsocial.engine is not allowed to import pathlib",
    "govsocial.outputs_of_mine",
    "govsocial.report -> cel_expr_python",
    "govsocial.workspace -> polars",
    "govsocial.cli.audit -> pyspark",
    "govsocial_facebook is not allowed to import govsocial_twitter",
    "govsocial_twitter is not allowed to import govsocial.engine",
)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on the packages below *root*, which win over the installed ones."""
    places = [root / "src", *sorted((root / "plugins").iterdir())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places)), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(LINT, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the contracts say of a copy in which each of them is broken."""
    root = tmp_path_factory.mktemp("broken")
    shutil.copy(ROOT / "pyproject.toml", root)
    for folder in ("src", "plugins"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for place, line in VIOLATIONS.items():
        path = root / "src/govsocial" / place
        path = path if path.suffix else root / f"plugins/{place}/govsocial_{place}/__init__.py"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    return lint(root).stdout


def test_the_modules_import_as_the_contracts_allow() -> None:
    run = lint(ROOT)

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("sentence", FOUND)
def test_a_forbidden_import_is_found(broken: str, sentence: str) -> None:
    assert sentence in broken


def test_every_contract_notices_when_it_is_broken(broken: str) -> None:
    assert "0 kept, 7 broken" in broken
