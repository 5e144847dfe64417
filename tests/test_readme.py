"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from govsocial import Engine, Post
from govsocial.authoring.tests import cases, run
from govsocial.policy.load import parse_policy

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_draft_can_be_read() -> None:
    draft = next(tomllib.loads(text) for text in snippets("toml") if text.startswith("[post]"))

    assert Post.parse(draft["post"]).text == "Nos guichets sont fermés lundi."


def test_the_rule_holds_its_own_cases() -> None:
    text = next(text for text in snippets("toml") if "[policy]" in text)
    policy = parse_policy(text)
    engine = Engine.default(policies=[policy])

    assert [run(case, engine) for case in cases(policy)] == [None, None]


def test_the_python_says_what_it_says_it_does() -> None:
    scope: dict[str, object] = {}
    lines = snippets("python")[0]
    exec(lines, scope)  # noqa: S102 - it is our own text
    shown = re.search(r"report\.decision +# '(\w+)'", lines)

    assert shown
    assert shown[1] == scope["report"].decision  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", re.findall(r"\]\((\w+\.md)\)", README))
def test_a_linked_file_exists(name: str) -> None:
    assert (Path(__file__).parent.parent / name).is_file()
