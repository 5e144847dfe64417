"""The JSON Schemas: they take what the program takes, refuse what a schema can see, and describe all keys."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from govsocial import Engine
from govsocial.authoring.schemas import NAMES, _descriptions, schema, schema_text, tables
from govsocial.authoring.shapes import Draft
from govsocial.defaults import assemble
from govsocial.errors import GovsocialError
from govsocial.model import RESOURCES, Event, Livestream, Post
from govsocial.policy.load import load_policies
from govsocial.scaffold import new_policy
from running import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
POLICIES = [policy.text for policy in assemble(others=False).policies]
DRAFTS = sorted(
    path for folder in ("campaign", "faulty", "registry") for path in ROOT.glob(f"examples/{folder}/*.toml")
)
VALIDATORS = {name: Draft202012Validator(schema(name)) for name in NAMES}
POLICY = """
govsocial = 1
[policy]
id = "house"
version = "1"
title = "House rules"
[[rule]]
id = "a"
require = 'post.text != ""'
message = "No."
"""


def plain(value: object) -> object:
    """Return TOML as JSON has it: editors hold dates to a schema as texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def mistakes(name: str, text: str) -> list[str]:
    return told(name, plain(tomllib.loads(text)))


def told(name: str, data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(data)]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_itself(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_in_docs_are_up_to_date(name: str) -> None:
    assert (ROOT / f"docs/schemas/{name}.schema.json").read_text(encoding="utf-8") == schema_text(name), (
        "run: just docs"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described(name: str) -> None:
    bare = [
        f"{table}.{key}"
        for table, keys in tables(schema(name))
        for key, one in keys.items()
        if "description" not in one
    ]

    assert bare == []


def test_no_key_is_described_that_does_not_exist() -> None:
    known: dict[str, set[str]] = {}
    for name in NAMES:
        for table, keys in tables(schema(name)):
            known.setdefault(table, set()).update(keys)
    described = _descriptions()
    shared = {key for table, keys in known.items() for key in keys if key not in described.get(table, {})}
    idle = [
        f"{table}.{key}"
        for table, keys in described.items()
        if table != "any"
        for key in keys
        if key not in known.get(table, ())
    ]

    assert idle == []
    assert set(described["any"]) - shared == set()


def test_a_draft_file_has_each_type_of_resource() -> None:
    assert set(Draft.model_fields) - {"govsocial"} == set(RESOURCES)


# what the program takes


@pytest.mark.parametrize("text", POLICIES, ids=lambda text: text.splitlines()[0][:40])
def test_a_policy_that_ships_is_taken(text: str) -> None:
    assert mistakes("policy", text) == []


@pytest.mark.parametrize("path", ["examples/house/house.toml", "bench/rules30.toml"])
def test_a_policy_among_the_examples_is_taken(path: str) -> None:
    assert mistakes("policy", (ROOT / path).read_text(encoding="utf-8")) == []


def test_a_new_policy_is_taken() -> None:
    assert mistakes("policy", new_policy("house", ["nl", "fr"], "2026.11.0", "house.toml")) == []


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_a_draft_among_the_examples_is_taken(path: Path) -> None:
    assert mistakes("draft", path.read_text(encoding="utf-8")) == []


def test_a_draft_in_json_may_say_that_nobody_knows() -> None:
    assert told("draft", {"post": {"network": "facebook", "media": None, "published_at": "2026-11-24T09:30"}}) == []


def test_a_configuration_is_taken() -> None:
    assert (
        mistakes("configuration", 'policies = ["house.toml"]\nlang = "nl"\nfail_level = "warning"\nstrict = true') == []
    )


@pytest.mark.parametrize("folder", ["campaign", "faulty"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_report_is_taken(folder: str, language: str) -> None:
    run = Run("check", str(ROOT / "examples" / folder), "--format", "json", "--lang", language, "--show", "all")
    report = json.loads(run.out)

    assert told("report", report) == []
    assert report["findings"]
    assert folder == "faulty" or (report["opportunities"] and report["live"])


def test_a_report_with_a_waiver_is_taken(tmp_path: Path) -> None:
    waiver = """
[[waiver]]
id = "fair"
rules = ["twitter/hashtags-max"]
until = 2099-01-01
reason = "For the fair."
"""
    (tmp_path / "house.toml").write_text(POLICY + waiver, encoding="utf-8")
    run = Run(
        "check", "--text", "#a #b #c #d", "--network", "x", "--policy", str(tmp_path / "house.toml"), "--format", "json"
    )
    report = json.loads(run.out)

    assert told("report", report) == []
    assert [one["waiver"]["id"] for one in report["findings"] if one["waiver"]] == ["fair"]


def test_a_report_from_python_is_taken() -> None:
    event = Event(id="fair", type="press-conference", livestream=Livestream(planned=True))
    report = Engine.default().check(event)

    assert told("report", report.to_dict("fr")) == []
    assert report.live


# what the program refuses too


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('id = "a"', 'id = "a"\nrequires = "true"'),
        ('id = "a"', 'id = "a"\nseverity = "fatal"'),
        ('id = "a"', 'id = "a"\nnetworks = "twitter"'),
        ('id = "a"', 'id = "a"\nkinds = ["repots"]'),
        ('id = "a"', 'id = "A rule"'),
        ('id = "a"', 'id = "a"\nvalid = { form = 2026-01-01 }'),
        ('id = "a"', 'id = "a"\nvalid = { from = "tomorrow" }'),
        ('id = "a"', 'id = "a"\nbinding = "yes"'),
        ('id = "a"', 'id = "a"\npasses = [1]'),
        ('message = "No."', "message = { nl = 1 }"),
        ('message = "No."', 'message = ""'),
        ('message = "No."', ""),
        ("require = 'post.text != \"\"'", ""),
        ("require = 'post.text != \"\"'", "require = true"),
        ("govsocial = 1", "govsocial = 2"),
        ("govsocial = 1", ""),
        ("[[rule]]", "[[rules]]"),
        ("[[rule]]", "[rule]"),
        ('title = "House rules"', 'title = "House rules"\n[param.Max]\nvalue = 1'),
        ('title = "House rules"', 'title = "House rules"\n[param.max]\nvalue = 1\nstricter = "less"'),
    ],
)
def test_a_mistake_in_a_policy_is_refused_as_the_program_does(before: str, after: str, tmp_path: Path) -> None:
    assert POLICY.count(before) == 1
    text = POLICY.replace(before, after)
    file = tmp_path / "house.toml"
    file.write_text(text, encoding="utf-8")

    assert mistakes("policy", POLICY) == []
    assert mistakes("policy", text)
    with pytest.raises(GovsocialError):
        load_policies(file)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"post": {"text": "Closed."}}, "$.post"),
        ({"post": {"network": "facebook", "txet": "Closed."}}, "$.post"),
        ({"post": {"network": "facebook", "text": 1}}, "$.post"),
        ({"post": [{"network": "facebook", "kind": "repots"}]}, "$.post"),
        ({"account": {"network": "facebook", "followers": -1}}, "$.account"),
        ({"event": {"starts_at": "soon"}}, "$.event"),
        ({"posts": []}, "$"),
    ],
)
def test_a_mistake_in_a_draft_is_refused(data: Mapping[str, Any], place: str) -> None:
    assert [one for one in told("draft", data) if one.startswith(f"{place}: ")]


@pytest.mark.parametrize("text", ["polices = []", 'lang = "es"', 'strict = "yes"', 'disable = "snapchat"'])
def test_a_mistake_in_a_configuration_is_refused(text: str) -> None:
    assert mistakes("configuration", text)


@pytest.mark.parametrize("change", [{"decision": "maybe"}, {"more": 1}, {"counts": {"fine": 1}}, {"govsocial": 2}])
def test_a_report_of_another_form_is_refused(change: Mapping[str, Any]) -> None:
    report = Engine.default().check(Post(network="facebook")).to_dict()

    assert told("report", report) == []
    assert told("report", {**report, **change})


# the command


@pytest.mark.parametrize("name", NAMES)
def test_the_command_writes_a_schema(name: str, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"

    assert Run("policy", "schema", name).out == schema_text(name)
    assert Run("policy", "schema", name, "--output", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == schema_text(name)


def test_without_a_name_it_is_that_of_policies() -> None:
    assert Run("policy", "schema").out == schema_text("policy")


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    run = Run("policy", "schema", "polcy")

    assert (run.code, run.out) == (2, "")
    assert "there is no 'polcy'; did you mean 'policy'?" in run.err
