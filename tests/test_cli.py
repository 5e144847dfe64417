"""The command line: what it prints where, and the exit code of each kind of run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from govsocial import defaults, plugins
from govsocial.cli import app
from govsocial.cli.words import texts
from running import Run

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
CAMPAIGN = str(ROOT / "examples/campaign")
FAULTY = str(ROOT / "examples/faulty")
FOUR_TAGS = ("--text", "#aa #bb #cc #dd", "--network", "twitter")
BROKEN_PLUGIN = """
from govsocial import Fact, hookimpl, load_policies

def lucky(post):
    raise ValueError("no luck today")

@hookimpl
def govsocial_facts():
    return (Fact("lucky", "post", "int", lucky),)
"""
BROKEN_POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[[rule]]
id = "lucky"
require = 'fact.lucky > 0'
message = "No luck."
"""
HOUSE = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[[rule]]
id = "polite"
severity = "error"
require = '!post.text.contains("!")'
message = "Exclamation marks: none is the limit."
passes = ["Hello."]
fails = ["Hello!"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "house.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def with_plugin(monkeypatch: pytest.MonkeyPatch, name: str, module: str) -> None:
    """Let one more plugin be installed."""
    found = EntryPoints((*entry_points(group="govsocial"), EntryPoint(name, module, "govsocial")))
    monkeypatch.setattr(plugins, "entry_points", lambda **_: found)


def test_the_campaign_has_advice_and_passes() -> None:
    run = Run("check", CAMPAIGN)

    assert run.code == 0
    assert "! account health-facebook: 1 warning" in run.out
    assert "Live streaming of klimaatdag:" in run.out
    assert "Opportunity:" in run.out
    assert run.err == ""


def test_the_faulty_drafts_fail() -> None:
    run = Run("check", FAULTY)

    assert run.code == 1
    assert "✗ post x-vier-hashtags: 1 error" in run.out
    assert run.out.count("I do not know the account 'finbel': add it to your files.") == 1


def test_four_hashtags_fail() -> None:
    run = Run("check", *FOUR_TAGS)

    assert run.code == 1
    assert "This post has 4 hashtags; use at most 3 on X (Twitter)." in run.out
    assert len(run.out.splitlines()) <= 12


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", FAULTY, "--select", "twitter/*", "--lang", "en", "--format", "json"),
        ("check", "--lang", "en", "--select", "twitter/*", FAULTY, "--format", "json"),
        ("check", "--format", "json", "--select", "twitter/*", "--lang", "en", FAULTY),
    ],
)
def test_options_and_paths_come_in_any_order(arguments: tuple[str, ...]) -> None:
    run = Run(*arguments)

    assert run.code == 1
    assert {one["rule"] for one in json.loads(run.out)["findings"]} == {
        "twitter/hashtags-ideal",
        "twitter/hashtags-max",
    }


def test_json_is_one_report_with_the_agreed_keys() -> None:
    run = Run("check", FAULTY, "--format", "json")
    report = json.loads(run.out)

    assert run.code == 1
    assert list(report) == "govsocial decision as_of policies counts findings opportunities live".split()
    assert report["decision"] == "deny"
    assert report["as_of"] is None
    assert {one["outcome"] for one in report["findings"]} <= {"violation", "unknown", "superseded", "open"}


def test_json_lists_what_passed_only_when_asked() -> None:
    report = json.loads(Run("check", FAULTY, "--format", "json", "--show", "all").out)

    assert {"pass", "not-applicable"} <= {one["outcome"] for one in report["findings"]}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Deze post telt 4 hashtags; gebruik er op X (Twitter) hoogstens 3."),
        ("fr", "Cette publication compte 4 hashtags. Sur X (Twitter), n’en utilisez pas plus de 3."),
        ("de", "Dieser Beitrag hat 4 Hashtags; verwenden Sie auf X (Twitter) höchstens 3."),
        ("en", "This post has 4 hashtags; use at most 3 on X (Twitter)."),
    ],
)
def test_the_answer_is_in_the_language_asked_for(language: str, sentence: str) -> None:
    assert sentence in Run("check", *FOUR_TAGS, "--lang", language).out


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LANG": "fr_BE.UTF-8"}, "Cette publication"),
        ({"LANG": "fr_BE.UTF-8", "LC_ALL": "nl_BE"}, "Deze post"),
        ({"LANG": "fr_BE.UTF-8", "LC_MESSAGES": "de"}, "Dieser Beitrag"),
        ({"LANG": "C.UTF-8"}, "This post"),
        ({"LANG": "ja_JP.UTF-8"}, "This post"),
    ],
)
def test_the_locale_chooses_the_language(environment: dict[str, str], sentence: str) -> None:
    assert sentence in Run("check", *FOUR_TAGS, **environment).out


def test_an_unknown_network_is_a_warning_once() -> None:
    run = Run("check", "--text", "Hello", "--network", "facebok")

    assert run.code == 0
    assert run.err == "nobody provides the network 'facebok', so only general rules apply; did you mean 'facebook'?\n"


def test_a_network_may_go_by_its_other_name() -> None:
    run = Run("check", "--text", "#aa #bb #cc #dd", "--network", "X")

    assert run.code == 1
    assert run.err == ""


def test_standard_input_is_a_draft_too() -> None:
    assert Run("check", "-", "--network", "twitter", stdin="#aa #bb #cc #dd").code == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("check",), "give a file or a folder to judge, or a text with --text and --network"),
        (("check", FAULTY, "--text", "x"), "--text: give a text or files, not both"),
        (("check", "--text", "x"), "--text: say for which network it is, such as --network facebook"),
        (("check", FAULTY, "--as-of", "yesterday"), "--as-of: 'yesterday' is no date; write it as 2026-11-24"),
        (("check", FAULTY, "--show", "note"), "--show: there is no 'note'; did you mean 'notes'?"),
        (("check", FAULTY, "--lang", "it"), "'nl', 'fr'"),
        (("check", FAULTY, "--format", "xml"), "'text', 'json'"),
        (("check", FAULTY, "--fail-level", "fatal"), "'error', 'warning'"),
        (("check", FAULTY, "--disable", "twiter"), "no plugin is called 'twiter'; did you mean 'twitter'?"),
        (("check", FAULTY, "--policy", "missing.toml"), "missing.toml: "),
        (("check", "missing.toml"), "missing.toml"),
        (("check", FAULTY, "--nonsense"), "No such option"),
        (("explain", FAULTY, "--rule", "hashtags-max"), "--rule: there is no rule 'hashtags-max'; did you mean"),
        (("policy", "show", "twitter/hashtag-max"), "there is no rule 'twitter/hashtag-max'; did you mean"),
        (("policy", "test", "missing.toml"), "missing.toml: "),
        (("plugin", "list", "--disable", "snapcha"), "no plugin is called 'snapcha'; did you mean 'snapchat'?"),
        (("chek",), "No such command 'chek'"),
    ],
)
def test_wrong_use_is_told_on_stderr(arguments: tuple[str, ...], line: str) -> None:
    run = Run(*arguments)

    assert run.code == 2
    assert line in run.err
    assert run.out == ""


def test_a_policy_with_faults_is_told_line_by_line(house: Callable[[str], str]) -> None:
    path = house(HOUSE.replace("post.text", "post.txet").replace("[policy]", "[policy]\ntimezone = 'Europe/Brussel'"))
    run = Run("check", CAMPAIGN, "--policy", path)

    assert run.code == 2
    assert [line.startswith(f"{path}:") for line in run.err.splitlines()] == [True, True]


def test_a_policy_is_added_to_those_built_in(house: Callable[[str], str]) -> None:
    run = Run("check", "--text", "Hello! #aa #bb #cc #dd", "--network", "twitter", "--policy", house(HOUSE))

    assert run.code == 1
    assert ": 2 errors" in run.out


def test_nothing_to_judge_is_told(tmp_path: Path) -> None:
    run = Run("check", str(tmp_path))

    assert run.code == 5
    assert "nothing to judge" in run.err


def test_no_rule_selected_is_told() -> None:
    run = Run("check", CAMPAIGN, "--select", "twiter/*")

    assert run.code == 5
    assert run.err.splitlines() == [
        "--select: no rule matches 'twiter/*'; did you mean 'twitter/*'?",
        "no rule is selected; 'govsocial policy list' shows them all",
    ]


def test_rules_are_chosen_and_left_out_by_their_ids() -> None:
    run = Run("check", FAULTY, "--select", "twitter/*,general/*", "--ignore", "*/hashtags-max", "--format", "json")
    rules = {one["rule"] for one in json.loads(run.out)["findings"]}

    assert "twitter/hashtags-ideal" in rules
    assert {rule.partition("/")[0] for rule in rules} == {"twitter", "general"}
    assert "twitter/hashtags-max" not in rules


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_the_fail_level_decides_the_exit_code(level: str, code: int) -> None:
    assert Run("check", CAMPAIGN, "--fail-level", level).code == code


def test_strict_asks_for_a_review_where_something_is_unknown() -> None:
    draft = ("--text", "Hello", "--network", "facebook", "--select", "*/post-language-defined", "--language", "nl")
    unknown = str(Path(FAULTY) / "facebook-onbekend-account.md")

    assert (
        json.loads(Run("check", unknown, "--select", "general/post-language-defined", "--format", "json").out)[
            "decision"
        ]
        == "allow"
    )
    run = Run("check", unknown, "--select", "general/post-language-defined", "--format", "json", "--strict")
    assert (run.code, json.loads(run.out)["decision"]) == (0, "review")
    assert json.loads(Run("check", *draft, "--format", "json", "--strict").out)["decision"] == "allow"


def test_a_plugin_that_is_refused_is_named_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with_plugin(monkeypatch, "absent", "govsocial_that_is_not_there")
    run = Run("check", *FOUR_TAGS)

    assert run.code == 3
    assert run.err.startswith("plugin absent ")
    assert "This post has 4 hashtags" in run.out


def test_a_refused_plugin_may_be_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    with_plugin(monkeypatch, "absent", "govsocial_that_is_not_there")

    assert Run("check", *FOUR_TAGS, "--disable", "absent").code == 1
    assert Run("check", *FOUR_TAGS, "--no-plugins").code == 1


def test_a_broken_rule_wins_over_a_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, house: Callable[[str], str]
) -> None:
    (tmp_path / "govsocial_unlucky.py").write_text(BROKEN_PLUGIN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with_plugin(monkeypatch, "unlucky", "govsocial_unlucky")
    run = Run("check", *FOUR_TAGS, "--policy", house(BROKEN_POLICY))

    assert run.code == 3
    assert "The rule house/lucky broke" in run.out
    assert "This post has 4 hashtags" in run.out


def test_an_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(defaults, "assemble", fail)
    run = Run("check", *FOUR_TAGS)

    assert run.code == 3
    assert run.err == "internal error (RuntimeError: two): please report it, with what GOVSOCIAL_DEBUG=1 shows\n"
    assert "Traceback" in Run("check", *FOUR_TAGS, GOVSOCIAL_DEBUG="1").err


def test_control_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(defaults, "assemble", interrupt)

    assert Run("check", *FOUR_TAGS).code == 130


def test_the_answer_goes_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text("old", encoding="utf-8")
    run = Run("check", *FOUR_TAGS, "--format", "json", "--output", str(file))

    assert (run.code, run.out) == (1, "")
    assert json.loads(file.read_text(encoding="utf-8"))["decision"] == "deny"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    run = Run("check", *FOUR_TAGS, "--output", str(tmp_path / "no" / "answer.txt"))

    assert run.code == 2
    assert "--output: " in run.err


def test_a_device_is_written_to_and_not_replaced() -> None:
    assert Run("check", *FOUR_TAGS, "--output", os.devnull).code == 1
    assert not Path(os.devnull).is_file()


def test_colours_are_for_those_who_want_them() -> None:
    assert "\x1b[" in Run("check", *FOUR_TAGS, FORCE_COLOR="1", NO_COLOR="").out
    assert "\x1b[" not in Run("check", *FOUR_TAGS, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in Run("check", *FOUR_TAGS, NO_COLOR="").out


def test_lines_fit_the_terminal() -> None:
    assert max(map(len, Run("check", CAMPAIGN, COLUMNS="60").out.splitlines())) <= 60


def test_ids_are_shown_when_asked() -> None:
    assert "twitter/hashtags-max" not in Run("check", FAULTY).out
    assert "[twitter/hashtags-max]" in Run("check", FAULTY, "--ids").out


def test_the_day_decides_which_rules_speak() -> None:
    event = str(ROOT / "examples/campaign/campaign.toml")
    today = json.loads(Run("check", event, "--format", "json").out)["live"][0]["options"]
    then = json.loads(Run("check", event, "--format", "json", "--as-of", "2018-05-26").out)["live"][0]["options"]

    assert {one["rule"] for one in today} - {one["rule"] for one in then} == {
        "livestream/x-live",
        "livestream/youtube-live",
    }
    assert {one["rule"] for one in then} - {one["rule"] for one in today} == {"livestream/periscope"}


def test_explain_gives_the_clauses_and_their_values() -> None:
    run = Run("explain", FAULTY, "--rule", "twitter/hashtags-max")

    assert run.code == 0
    assert "✗ size(post.hashtags) <= param.max_hashtags" in run.out
    assert "size(post.hashtags) = 4" in run.out
    assert "general/" not in run.out


def test_explain_says_where_a_rule_is_about_others() -> None:
    run = Run("explain", "--text", "x", "--network", "facebook", "--rule", "twitter/hashtags-max")

    assert run.code == 5
    assert run.err == "this rule is about other resources or networks than those given\n"


def test_the_rules_are_listed() -> None:
    run = Run("policy", "list")

    assert run.code == 0
    assert ["twitter/hashtags-max", "error", "post", "twitter"] in [line.split() for line in run.out.splitlines()]
    assert "use at most 3 on X (Twitter)." in run.out


def test_the_rules_of_a_day_are_listed() -> None:
    assert "livestream/x-live" in Run("policy", "list").out
    assert "livestream/x-live" not in Run("policy", "list", "--as-of", "2019-05-26").out


def test_one_rule_is_shown_with_all_that_it_rests_on() -> None:
    told = Run("policy", "show", "twitter/hashtags-ideal").out

    assert "fact.own_tag_count = size(fact.own_tags)" in told
    assert "fact.own_tags = post.hashtags.filter" in told
    assert "param.ideal_hashtags = 1 (always)" in told
    assert "silent where these speak: twitter/hashtags-max" in told


def test_the_values_of_a_rule_are_shown_by_date() -> None:
    told = Run("policy", "show", "livestream/facebook-live").out

    assert "param.facebook_min_followers = 0 (from 01/04/2016 until 01/06/2024); confidence medium" in told
    assert "param.facebook_min_followers = 100 (from 01/06/2024); confidence medium" in told


def test_the_tests_of_the_built_in_policies_pass() -> None:
    run = Run("policy", "test")

    assert run.code == 0
    assert run.out.endswith(" tests run, 0 failed\n")


def test_the_tests_of_a_policy_run_in_place_of_the_built_in_one() -> None:
    assert Run("policy", "test", str(ROOT / "policies/general.toml")).code == 0


def test_a_policy_test_that_fails_is_told(house: Callable[[str], str]) -> None:
    path = house(HOUSE.replace('passes = ["Hello."]', 'passes = ["Hello.", "Hey!"]'))
    run = Run("policy", "test", path)

    assert run.code == 1
    assert run.out == f"{path} house/polite, passes 2: expected pass, found violation\n3 tests run, 1 failed\n"


def test_a_folder_without_policies_is_told(tmp_path: Path) -> None:
    run = Run("policy", "test", str(tmp_path))

    assert run.code == 5
    assert str(tmp_path) in run.err


def test_the_plugins_are_listed_with_what_they_bring() -> None:
    run = Run("plugin", "list", "--disable", "snapchat")
    rows = {line.split()[0]: line for line in run.out.splitlines()}

    assert run.code == 0
    assert {"facebook", "instagram", "livestream", "snapchat", "twitter"} <= rows.keys()
    assert "networks: twitter; policies: twitter" in rows["twitter"]
    assert "disabled" in rows["snapchat"]


def test_a_refused_plugin_is_listed_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with_plugin(monkeypatch, "absent", "govsocial_that_is_not_there")
    run = Run("plugin", "list")

    assert run.code == 3
    assert "refused" in next(line for line in run.out.splitlines() if line.startswith("absent"))


@pytest.mark.parametrize(
    "command",
    [(), ("check",), ("explain",), ("policy", "list"), ("policy", "show"), ("policy", "test"), ("plugin", "list")],
)
def test_every_command_helps_with_an_example(command: tuple[str, ...]) -> None:
    run = Run(*command, "--help")

    assert run.code == 0
    assert "govsocial check" in run.out or "Example: govsocial" in run.out


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_help_is_told_in_lines_as_long_as_there_is_room(lang: str) -> None:
    lines = {
        "en": "outcomes/ and manifest.json. The same command goes on where it was broken off,",
        "nl": "outcomes/ en manifest.json. Hetzelfde commando gaat verder waar het werd",
    }

    assert lines[lang] in run_python("audit", "--help", "--lang", lang).stdout.decode()


def test_no_help_has_what_the_terminal_would_take_for_a_style() -> None:
    places = texts(typer.main.get_command(app))

    assert [text for owner, name in places if name == "help" and re.search(r"\[\w", text := getattr(owner, name))] == []


def run_python(*arguments: str, seed: str = "0", stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "LANG": "C.UTF-8", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "govsocial", *arguments],
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


def test_the_answer_depends_on_no_hash_seed() -> None:
    answers = {
        run_python(
            "check", FAULTY, CAMPAIGN, "--format", "json", "--as-of", "2026-11-24", "--show", "all", seed=seed
        ).stdout
        for seed in "012"
    }

    assert len(answers) == 1
    assert b'"deny"' in answers.pop()


def test_a_reader_that_goes_away_is_no_error() -> None:
    readable, writable = os.pipe()
    os.close(readable)
    run = run_python("check", FAULTY, stdout=writable)
    os.close(writable)

    assert run.returncode == 141
    assert run.stderr == b""


def test_a_terminal_without_the_characters_shows_what_it_can() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        [sys.executable, "-m", "govsocial", "check", *FOUR_TAGS], env=environment, capture_output=True, check=False
    )

    assert run.returncode == 1
    assert b"4 hashtags" in run.stdout


def test_completion_is_a_script_for_the_shell() -> None:
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    run = subprocess.run(
        [Path(sys.executable).with_name("govsocial"), "--show-completion", "bash"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0
    assert run.stdout.rstrip().endswith("complete -o default -F _govsocial_completion govsocial")


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("govsocial ch", ["check"]),
        ("govsocial policy lis", ["list"]),
        ("govsocial check --fail", ["--fail-level"]),
        ("govsocial check --lang n", ["nl"]),
    ],
)
def test_a_word_that_is_begun_is_completed(words: str, answers: list[str]) -> None:
    last = str(len(words.split()) - 1)
    environment = {**os.environ, "_GOVSOCIAL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": last}
    run = subprocess.run(
        [Path(sys.executable).with_name("govsocial")], env=environment, capture_output=True, text=True, check=False
    )

    assert run.stdout.split() == answers
