"""Draws docs/answer.svg, the picture of the README, from a real answer. Run it from anywhere: ``just picture``."""

# ruff: noqa: INP001 - a script
from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
COMMAND = ("govsocial", "check", "examples/faulty/x-vier-hashtags.toml")
WIDTH = 80


def answer() -> str:
    """Return what the command says on a terminal with colours."""
    environment = os.environ | {"LANG": "en", "LC_ALL": "", "COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "NO_COLOR": ""}
    program = Path(sys.executable).with_name(COMMAND[0])
    run = subprocess.run(  # noqa: S603 - our own command
        [program, *COMMAND[1:], "--lang", "en", "--as-of", "2026-11-24"],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return run.stdout


def svg(told: str) -> str:
    """Return *told* as a picture that needs no font from elsewhere."""
    console = Console(record=True, width=WIDTH, file=StringIO())
    console.print(Text(f"$ {' '.join(COMMAND)}", style="bold"), soft_wrap=True)
    console.print(Text.from_ansi(told), soft_wrap=True)
    drawn = console.export_svg(title="govsocial", unique_id="answer")
    return re.sub(r"\s*(@font-face \{.*?\}|<!--.*?-->)", "", drawn, flags=re.DOTALL).replace(
        "Fira Code", "ui-monospace"
    )


if __name__ == "__main__":
    (ROOT / "docs" / "answer.svg").write_text(svg(answer()), encoding="utf-8", newline="\n")
