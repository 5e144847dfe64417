"""What docs/workflow.md shows is what the commands say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from running import Run

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parent.parent / "docs/workflow.md"
_BLOCK = re.compile(r"```(toml|console)\n(.*?)```", re.DOTALL)


def answers(commands: list[str]) -> str:
    """Return *commands* as a console shows them, each with its answer."""
    shown, code = "", 0
    for command in commands:
        if command == "echo $?":
            shown += f"$ {command}\n{code}\n"
            continue
        run = Run(*shlex.split(command)[1:], COLUMNS="100")
        code = run.code
        shown += f"$ {command}\n{run.err}{run.out}"
    return shown


def played(text: str) -> str:
    """Return the page *text* with the answers that the commands give, one after the other."""

    def block(found: re.Match[str]) -> str:
        if found[1] == "toml":
            name = found[2].splitlines()[0].removeprefix("# ")
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(found[2], encoding="utf-8")
            return found[0]
        commands = [line[2:] for line in found[2].splitlines() if line.startswith("$ ")]
        return f"```console\n{answers(commands)}```"

    return _BLOCK.sub(block, text)


def test_every_command_of_the_page_answers_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")

    assert text == played(text)


def test_the_page_shows_each_kind_of_answer() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for told in ("fps-health has not agreed", "is void", "The crisis centre asks", "overdue since", "now in 'closed'"):
        assert told in text
