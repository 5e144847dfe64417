"""Run the command as a person would, and look at what came of it."""

from __future__ import annotations

from typer.testing import CliRunner

from govsocial.cli import app


class Run:
    """One run of the command: its exit code and its two outputs."""

    def __init__(self, *arguments: str, stdin: str | None = None, **environment: str) -> None:
        neutral = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C", "COLUMNS": "200", "NO_COLOR": "1", "FORCE_COLOR": ""}
        result = CliRunner().invoke(app, arguments, input=stdin, env=neutral | environment)
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr
