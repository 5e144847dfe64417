"""The engine inside other programs: what docs/embedding.md shows works, and tenants share what they have in common."""

from __future__ import annotations

import ast
import asyncio
import json
import pickle
import re
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.conf import settings
from django.utils import translation

from govsocial import Engine, Post
from govsocial.errors import PolicyError
from govsocial.policy.load import parse_policy
from houses import HEADER, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govsocial.policy.schema import Policy
    from govsocial.report import Report

PAGE = (Path(__file__).parent.parent / "docs/embedding.md").read_text(encoding="utf-8")
BLOCKS = {
    name: (language, code)
    for language, name, code in re.findall(r"^```(python|sh)\n# (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
}
COMMON = Engine.default()
FOUR_TAGS = "#aa #bb #cc #dd"


def policy(name: str, *lines: str, require: str = "true") -> Policy:
    return parse_policy(HEADER.replace("house", name) + rule(*lines, require=require), f"{name}.toml")


# tenants


def test_an_engine_with_further_policies_judges_by_those_too() -> None:
    engine = COMMON.with_policies([policy("house", require='post.text != "Hello"')])
    outcomes = {one.rule: one.outcome for one in engine.verdicts(Post(network="twitter", text="Hello"))}

    assert outcomes["house/a"] == "violation"
    assert outcomes.keys() - {"house/a"} == {one.rule for one in COMMON.verdicts(Post(network="twitter", text="Hello"))}


def test_the_engine_that_it_came_from_stays_as_it_is() -> None:
    before = list(COMMON.policies.rules())
    COMMON.with_policies([policy("house")])

    assert list(COMMON.policies.rules()) == before


def test_compiled_rules_are_shared() -> None:
    one, other = (COMMON.with_policies([policy(name)]) for name in ("one", "other"))
    common = {rule.id: rule for rule in COMMON.policies.rules()}

    assert {rule.id for rule in one.policies.rules()} == {*common, "one/a"}
    assert all(common.get(rule.id, rule) is rule for engine in (one, other) for rule in engine.policies.rules())


def test_tenants_may_be_piled_up() -> None:
    engine = COMMON.with_policies([policy("region")]).with_policies([policy("town")])

    assert {"region/a", "town/a", "twitter/hashtags-max"} <= {rule.id for rule in engine.policies.rules()}


def test_what_plugins_bring_is_there_for_a_tenant() -> None:
    text = rule('on = "account"', require="size(fact.uncovered_closures) == 0 && total([1]) == 1")
    engine = COMMON.with_policies([parse_policy(HEADER + text, "house.toml")])

    assert engine.policies.find("house/a")


def test_a_policy_may_be_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(HEADER + rule(), encoding="utf-8")

    for where in (tmp_path, tmp_path / "house.toml", str(tmp_path / "house.toml")):
        assert COMMON.with_policies([where]).policies.find("house/a")


def test_a_tenant_changes_what_is_common_for_itself_alone() -> None:
    text = '[[override]]\nparam = "twitter/max_hashtags"\nvalue = 1\nreason = "Fewer."\n'
    engine = COMMON.with_policies([parse_policy(HEADER + text, "house.toml")]).selecting(["twitter/hashtags-max"])
    post = Post(network="twitter", text="#aa #bb")

    assert engine.check(post).decision == "deny"
    assert COMMON.selecting(["twitter/hashtags-max"]).check(post).decision == "allow"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (policy("house", require="size(post.hastags) > 0"), r"house\.toml:8:22 house/a: undefined field 'hastags'"),
        (policy("twitter"), "twitter.toml:3:6 policy.id: there is another policy with the id 'twitter'"),
        (policy("house", 'yields_to = ["twitter/hashtags-mx"]'), "there is no rule 'twitter/hashtags-mx'"),
        ("nowhere.toml", r"nowhere\.toml: the policy cannot be read"),
    ],
)
def test_what_cannot_be_added_is_told_with_its_place(given: Policy | str, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        COMMON.with_policies([given])


def test_eight_threads_judge_for_their_tenants_as_one_would() -> None:
    posts = [Post(id=str(n), network="twitter", text=f"Hello {'#aa #bb #cc #dd'[: 4 * n]}") for n in range(5)]

    def judged(number: int) -> list[tuple[str, str, str]]:
        tenant = policy(f"tenant-{number}", require=f"size(post.hashtags) < {number % 4 + 1}")
        engine = COMMON.with_policies([tenant])
        report = engine.check(posts, keep_all=True)
        return [(one.resource.id, one.rule, one.outcome) for one in report.findings]

    alone = [judged(number) for number in range(32)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(judged, range(32)))

    assert together == alone
    assert len({str(one) for one in alone}) > 4


def test_eight_threads_share_one_engine() -> None:
    fresh = Engine.default()  # with nothing looked up yet
    posts = [Post(id=str(n), network=("twitter", "facebook")[n % 2], text=FOUR_TAGS) for n in range(64)]

    def decided(post: Post) -> list[tuple[str, str]]:
        return [(one.rule, one.outcome) for one in fresh.verdicts(post)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(decided, posts))

    assert found == [[(one.rule, one.outcome) for one in COMMON.verdicts(post)] for post in posts]


# the page


def run(name: str, **names: object) -> dict[str, Any]:
    """Run the block *name* of the page, and return its names."""
    made = types.ModuleType(name.removesuffix(".py"))
    vars(made).update(names)
    exec(compile(BLOCKS[name][1], name, "exec"), vars(made))  # noqa: S102 - what is shown is what is run
    return vars(made)


@pytest.fixture
def tenants(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants/brussels.toml").write_text(HEADER + rule(require="false"), encoding="utf-8")
    return run("tenants.py", __file__=str(tmp_path / "tenants.py"))


def test_the_page_has_the_blocks_that_are_run_here() -> None:
    assert set(BLOCKS) == {
        *("tenants.py", "api.py", "forms.py", "nightly.sh", "nightly.py", "workers.py", "notebook.py")
    }


def test_a_tenant_has_an_engine_of_its_own(tenants: dict[str, Any]) -> None:
    engine_of = tenants["engine_of"]

    assert engine_of("brussels").policies.find("house/a")
    assert engine_of("brussels") is engine_of("brussels")
    assert engine_of("elsewhere") is engine_of("../tenants/brussels") is tenants["COMMON"]


@pytest.mark.parametrize("name", [name for name, (language, _) in BLOCKS.items() if language == "python"])
def test_what_the_page_imports_of_govsocial_is_there(name: str) -> None:
    import govsocial  # noqa: PLC0415 - the module itself, whose names are looked up

    wanted = {
        alias.name
        for node in ast.walk(ast.parse(BLOCKS[name][1]))
        if isinstance(node, ast.ImportFrom) and node.module == "govsocial"
        for alias in node.names
    }

    assert wanted - set(govsocial.__all__) == set()


@pytest.fixture
def api(tenants: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - whatever FastAPI makes
    made = types.ModuleType("tenants")
    vars(made).update(tenants)
    monkeypatch.setitem(sys.modules, "tenants", made)
    return run("api.py")["app"]


def posted(app: Any, path: str, body: object, language: str) -> tuple[int, Any]:  # noqa: ANN401
    """Return the status and the answer that *app* gives to *body*, as a server asks it."""
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    headers = [(b"content-type", b"application/json"), (b"accept-language", language.encode())]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: Any) -> None:  # noqa: ANN401
        sent.append(message)

    asyncio.run(app({**scope, "headers": headers}, receive, send))
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent))


def test_the_handler_answers_by_the_rules_of_the_tenant_in_the_language_of_the_reader(api: Any) -> None:  # noqa: ANN401
    status, report = posted(api, "/brussels/check", {"network": "twitter", "text": FOUR_TAGS}, "fr-BE")
    elsewhere = posted(api, "/ghent/check", {"network": "twitter", "text": "Hallo."}, "nl")[1]

    assert (status, report["decision"], elsewhere["decision"]) == (200, "deny", "allow")
    assert {"house/a", "twitter/hashtags-max"} <= {one["rule"] for one in report["findings"]}
    assert "Cette publication compte 4 hashtags." in json.dumps(report, ensure_ascii=False)


def test_the_handler_tells_what_is_wrong_with_a_draft(api: Any) -> None:  # noqa: ANN401
    status, told = posted(api, "/brussels/check", {"network": "twitter", "txt": "x"}, "nl")

    assert status == 422
    assert [one["path"] for one in told["detail"]] == ["txt"]
    assert "text" in told["detail"][0]["message"]


@pytest.fixture
def form() -> Iterator[type[Any]]:
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    yield run("forms.py", __annotations__={})["PostForm"]
    translation.deactivate()


def test_the_form_refuses_what_the_engine_denies_in_the_language_of_the_page(form: type[Any]) -> None:
    translation.activate("fr")
    filled = form({"network": "twitter", "language": "fr", "text": FOUR_TAGS})

    assert not filled.is_valid()
    assert filled.errors["text"] == [
        "Cette publication compte 4 hashtags. Sur X (Twitter), n’en utilisez pas plus de 3."
    ]


def test_the_form_lets_a_good_post_through_and_keeps_the_advice(form: type[Any]) -> None:
    filled = form({"network": "twitter", "language": "nl", "text": "Morgen zijn onze loketten open."})

    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["text"] == "Morgen zijn onze loketten open."
    assert isinstance(filled.advice, list)


def test_the_form_leaves_an_empty_field_to_its_own_error(form: type[Any]) -> None:
    filled = form({"network": "twitter", "language": "nl", "text": ""})

    assert not filled.is_valid()
    assert filled.advice == []


def archive(folder: Path, *texts: str) -> Path:
    file = folder / "archive.jsonl"
    tables = [
        {"post": {"id": str(n), "network": "twitter", "language": "nl", "text": text}} for n, text in enumerate(texts)
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in tables), encoding="utf-8")
    return file


def test_the_job_in_python_lists_violations(tmp_path: Path) -> None:
    found = run("nightly.py", __name__="nightly")["rows"](archive(tmp_path, "Hallo.", FOUR_TAGS), "nl")

    assert ("1", "twitter/hashtags-max", "Deze post telt 4 hashtags; gebruik er op X (Twitter) hoogstens 3.") in found


@pytest.mark.parametrize(("text", "said"), [("Hallo.", ""), (FOUR_TAGS, "hashtags")])
def test_the_job_in_the_shell_speaks_only_when_something_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    program = tmp_path / "govsocial"
    program.write_text(f"#!{sys.executable}\nfrom govsocial.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    script = f"PATH={tmp_path}:$PATH\n{BLOCKS['nightly.sh'][1]}"
    command = ["sh", "-c", script, "nightly.sh", str(archive(tmp_path, text))]
    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (found.returncode, bool(found.stdout)) == (0, bool(said)), found.stderr
    assert said in found.stdout


def test_several_processes_judge_with_an_engine_each(tmp_path: Path) -> None:
    (tmp_path / "workers.py").write_text(BLOCKS["workers.py"][1], encoding="utf-8")
    command = [sys.executable, str(tmp_path / "workers.py"), str(archive(tmp_path, "Hallo.", FOUR_TAGS))]

    found = subprocess.run(command, capture_output=True, text=True, check=True)

    assert found.stdout.splitlines() == ["0 allow", "1 deny"]


def test_an_engine_says_that_it_does_not_travel() -> None:
    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(COMMON)


def test_the_notebook_counts_and_explains() -> None:
    names = run("notebook.py")
    report: Report = names["report"]

    assert names["by_rule"]["twitter/hashtags-max", "violation"] == 1
    assert names["by_rule"]["twitter/hashtags-max", "pass"] == 1
    assert sum(names["by_rule"].values()) == len(report.findings)
    assert names["why"]
