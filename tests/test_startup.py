"""What a command leaves out so that it starts soon, and that nobody notices it."""

from __future__ import annotations

import gc
import sys

import pytest
import typer

from govsocial.cli import _only, app, main
from govsocial.cli.shell import settled, unhurried_gc


def names(chosen: typer.Typer) -> set[str]:
    return set(getattr(typer.main.get_command(chosen), "commands", {}))


@pytest.mark.parametrize("name", sorted(names(app)))
def test_typer_is_given_only_the_command_that_is_asked_for(name: str) -> None:
    assert names(_only([name, "--help"])) == {name}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["chekc"], ["--version", "check"]])
def test_where_none_is_asked_for_typer_is_given_all(arguments: list[str]) -> None:
    assert names(_only(arguments)) == names(app)


def test_the_app_itself_keeps_all_its_commands() -> None:
    before = names(app)
    _only(["check"])

    assert names(app) == before != {"check"}


def test_garbage_is_collected_again_once_a_command_is_set_up() -> None:
    with unhurried_gc():
        assert not gc.isenabled()
        settled()
        assert gc.isenabled()


def test_a_command_that_fails_leaves_garbage_collection_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["govsocial", "chekc"])
    with pytest.raises(SystemExit):
        main()

    assert gc.isenabled()
