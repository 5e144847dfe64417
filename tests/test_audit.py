"""Bulk audits: they find what ``check`` finds, however they are cut and wherever they run; and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import (
    ACCOUNTS,
    HOUSE,
    HOUSE_ONLY,
    POLICY,
    SETUP,
    a_post,
    counted,
    digests,
    findings_in,
    lines,
    of_check,
    of_closures,
    outcomes_in,
    told,
    verdicts,
)
from govsocial import readers
from govsocial.audit import shards
from govsocial.audit.bundle import Choices
from govsocial.audit.executors import Inline, Pool
from govsocial.audit.manifest import locked
from govsocial.audit.run import Order, audit
from govsocial.convert import convert
from govsocial.defaults import assemble
from govsocial.errors import InputError
from govsocial.workspace import Workspace
from running import Run

if TYPE_CHECKING:
    from govsocial.audit.bundle import Bundle
    from govsocial.audit.shards import Shard

ROOT = Path(__file__).parent.parent
TWEETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "tweets" / "obama.jsonl"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let shards hold four rows."""
    monkeypatch.setattr(shards, "ROWS", 4)


@pytest.mark.skipif(not TWEETS.exists(), reason=f"needs {TWEETS}, which is not in the repository")
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_real_tweets_have_the_same_findings_as_one_by_one(tmp_path: Path, ending: str) -> None:
    setup, source = assemble(), tmp_path / f"tweets.{ending}"
    convert(TWEETS, source, setup.engine)
    tweets = readers.read([str(TWEETS)])
    report = setup.engine.check(tweets.judged, keep_all=True)

    audited = audit(Order(source, tmp_path / "out"), setup, (), Choices())

    assert audited.manifest["judged"] == 3207
    assert told(tmp_path / "out") == of_check(report.findings)
    assert counted(tmp_path / "out") == of_closures(verdicts(setup.engine, tweets.judged, Workspace()))
    assert audited.manifest["counts"] == dict(report.counts)


texts = st.sampled_from(["", "Hi", "Hi!", "Nothing to see here", "Nothing to see here at all!"]) | st.none()
names = st.sampled_from(["", "a", "b", "zz"]) | st.none()
times = st.sampled_from(["2005-01-01", "2015-06-01", "2019-12-31T23:30:00Z", "2020-05-05", "2024-01-01"]) | st.none()
drawn = st.fixed_dictionaries(
    {"network": st.sampled_from(["twitter", "x", "facebook", "elsewhere"])},
    optional={
        "kind": st.sampled_from(["original", "reply", "repost"]) | st.none(),
        "text": texts,
        "institution": names,
        "info": st.sampled_from(["", "i", "j"]) | st.none(),
        "language": st.sampled_from(["nl", "fr"]) | st.none(),
        "account": st.sampled_from(["", "one", "gone"]) | st.none(),
        "published_at": times,
        "question": st.fixed_dictionaries({"institution": names}) | st.none(),
        "topics": st.lists(st.sampled_from(["health", "travel"]), max_size=2) | st.none(),
        "attested": st.just([{"duty": "watch", "by": "me", "on": "2018-01-01"}]),
    },
)


@given(st.lists(drawn, min_size=1, max_size=9), st.integers(1, 9), st.sampled_from(["jsonl", "parquet"]))
@settings(max_examples=25, deadline=None)
def test_any_archive_cut_anywhere_is_judged_as_one_by_one(posts: list[dict[str, Any]], rows: int, ending: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "ROWS", rows)
        source = lines(Path(folder, "in.jsonl"), (a_post(str(n), **one) for n, one in enumerate(posts)))
        beside = Path(folder, "beside.toml")
        beside.write_text(ACCOUNTS, encoding="utf-8")
        found = readers.read([str(source), str(beside)]).workspace
        target = Path(folder, f"archive.{ending}")
        convert(source, target, SETUP.engine)
        out = Path(folder, "out")

        audit(Order(target, out, (beside,)), SETUP, [HOUSE], Choices())

        expected = verdicts(SETUP.engine, [*found.posts], found)
        assert told(out) == of_check(expected)
        assert counted(out) == of_closures(expected)


@pytest.mark.usefixtures("small")
def test_accounts_and_events_of_an_archive_are_judged_with_all_of_its_posts(tmp_path: Path) -> None:
    posts = [a_post(str(n), account="one", info="i", institution="a") for n in range(9)]
    source = lines(tmp_path / "in.jsonl", [{"account": {"id": "one", "network": "twitter"}}, *posts])
    given_ = readers.read([str(source)])

    audit(Order(source, tmp_path / "out"), SETUP, [HOUSE], Choices())

    assert told(tmp_path / "out") == of_check(verdicts(SETUP.engine, given_.judged, given_.workspace))
    assert ("account", "one", "house/many") in findings_in(tmp_path / "out").select(
        "resource_type", "resource_id", "rule"
    ).rows()


def test_where_it_runs_and_with_how_many_changes_no_byte(archive: Path, tmp_path: Path) -> None:
    for name, executor in (("inline", Inline()), ("one", Pool(1)), ("two", Pool(2))):
        audit(Order(archive, tmp_path / name, executor=executor), SETUP, [HOUSE], Choices())

    assert len(digests(tmp_path / "inline")) == 4
    assert digests(tmp_path / "inline") == digests(tmp_path / "one") == digests(tmp_path / "two")


def test_the_columns_of_the_answer_are_as_agreed(archive: Path, tmp_path: Path) -> None:
    audit(Order(archive, tmp_path), SETUP, [HOUSE], Choices())

    assert findings_in(tmp_path).columns == [
        *"resource_type resource_id rule effect outcome severity institution account network language kind".split(),
        *"date url fields as_of policy_version fingerprint".split(),
    ]
    assert outcomes_in(tmp_path).columns == [
        *"institution account network language rule effect severity month outcome missing regime n".split()
    ]


def test_a_dated_param_gives_each_post_the_value_of_its_day_and_a_mark(tmp_path: Path) -> None:
    days = ("2009-05-01", "2015-05-01", "2023-05-01")
    source = lines(tmp_path / "in.jsonl", (a_post(day, text="x" * 15, published_at=day) for day in days))

    audit(Order(source, tmp_path / "out"), SETUP, [HOUSE], HOUSE_ONLY)
    rows = outcomes_in(tmp_path / "out").filter(pl.col("rule") == "house/short")

    assert sorted(rows.select("month", "outcome", "missing", "regime").rows()) == [
        ("2009-05", "unknown", "param.most", "< 2010-01-01"),
        ("2015-05", "pass", "", "2010-01-01"),
        ("2023-05", "violation", "", "2020-01-01"),
    ]


def test_as_of_judges_all_by_one_day_and_as_of_field_by_a_date_of_each(tmp_path: Path) -> None:
    post = a_post("a", text="x" * 15, published_at="2023-05-01", scheduled_at="2015-05-01")
    source = lines(tmp_path / "in.jsonl", [post])
    by = {
        "own": HOUSE_ONLY,
        "field": Choices(select=("house/*",), as_of_field="scheduled_at"),
        "day": Choices(select=("house/*",), as_of=datetime(2015, 5, 1, tzinfo=UTC)),
    }
    for name, choices in by.items():
        audit(Order(source, tmp_path / name), SETUP, [HOUSE], choices)

    assert {name: "house/short" in findings_in(tmp_path / name)["rule"] for name in by} == {
        "own": True,
        "field": False,
        "day": False,
    }


def test_the_manifest_says_what_ran_as_columns_and_what_row_by_row(archive: Path, tmp_path: Path) -> None:
    rules = {one["rule"]: one for one in audit(Order(archive, tmp_path), SETUP, [HOUSE], HOUSE_ONLY).manifest["rules"]}

    assert rules["house/polite"]["how"] == "columns"
    assert rules["house/alone"]["how"] != "columns"
    assert "peers" in rules["house/alone"]["why"]


def test_a_line_that_cannot_be_read_is_skipped_and_told_with_its_number(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", [a_post("a"), a_post("b")])
    source.write_text(f"{{nonsense\n{source.read_text()}", encoding="utf-8")

    run_ = Run("audit", str(source), "--out", str(tmp_path / "out"), "--engine", "inline")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())

    assert run_.code == 0
    assert f"{source}:1" in run_.err
    assert (manifest["judged"], [one["line"] for one in manifest["skipped"]]) == (2, [1])


def test_a_finished_audit_is_not_done_again(archive: Path, tmp_path: Path) -> None:
    first = Run("audit", str(archive), "--out", str(tmp_path), "--engine", "inline")
    before = {one: one.stat().st_mtime_ns for one in tmp_path.glob("*/*")}

    again = Run("audit", str(archive), "--out", str(tmp_path), "--engine", "inline")

    assert "Nothing to do" in again.out
    assert "Nothing to do" not in first.out
    assert again.code == first.code
    assert {one: one.stat().st_mtime_ns for one in tmp_path.glob("*/*")} == before


@pytest.mark.usefixtures("small")
def test_an_audit_that_was_broken_off_goes_on_and_comes_to_the_same(archive: Path, tmp_path: Path) -> None:
    audit(Order(archive, tmp_path / "whole"), SETUP, [HOUSE], Choices())
    left = tmp_path / "left"

    def stop_soon(_: int) -> Any:  # noqa: ANN401
        seen: list[int] = []

        def done(rows: int, _: int) -> None:
            seen.append(rows)
            if seen == [0, 4, 3]:  # before, and of each shard
                raise KeyboardInterrupt

        return done

    with pytest.raises(KeyboardInterrupt):
        audit(Order(archive, left), SETUP, [HOUSE], Choices(), stop_soon)
    (left / "findings" / ".part-00003.parquet.77").write_bytes(b"half")
    kept = {one: one.stat().st_mtime_ns for one in left.glob("findings/part-*")}
    assert not (left / "manifest.json").exists()
    audit(Order(archive, left), SETUP, [HOUSE], Choices())

    assert len(kept) == 2
    assert all(one.stat().st_mtime_ns == time for one, time in kept.items())
    assert digests(left) == digests(tmp_path / "whole")


@pytest.mark.usefixtures("small")
def test_what_changed_in_the_archive_is_judged_again_and_what_is_gone_is_gone(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", (a_post(str(n), text="Hi!") for n in range(10)))
    audit(Order(source, tmp_path / "out"), SETUP, [HOUSE], HOUSE_ONLY)
    lines(source, (a_post(str(n), text="Hi!" if n else "Hi") for n in range(5)))

    audited = audit(Order(source, tmp_path / "out"), SETUP, [HOUSE], HOUSE_ONLY)

    assert not audited.done
    assert sorted(findings_in(tmp_path / "out")["resource_id"]) == ["1", "2", "3", "4"]


def killed_once(shard: Shard, _: Bundle, out: str) -> int:
    """Kill the process that is first to do the second shard; count the others."""
    mark = Path(out, "killed")
    if shard.number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return shard.number


def killed_always(shard: Shard, _: Bundle, out: str) -> int:  # noqa: ARG001 - it does not get far
    """Kill the process that does it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def named(_: Shard, __: Bundle, out: str) -> int:
    """Tell which process this is, and take long."""
    Path(out, str(os.getpid())).touch()
    time.sleep(60)
    return 0


def ended(process: int) -> bool:
    """Whether *process* ends soon."""
    for _ in range(300):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


KILLED = """
import sys, test_audit
if __name__ == "__main__":
    list(test_audit.Pool(1).run(test_audit.named, test_audit.some(1), None, sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")
def test_workers_end_with_an_audit_that_is_killed(tmp_path: Path) -> None:
    out, script = tmp_path / "out", tmp_path / "killed.py"
    out.mkdir()
    script.write_text(KILLED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen([sys.executable, str(script), str(out)], env=environment) as driver:
        while not list(out.iterdir()) and driver.poll() is None:
            time.sleep(0.1)
        driver.kill()

    [worker] = out.iterdir()
    assert ended(int(worker.name))


def some(count: int) -> list[Shard]:
    return [shards.Shard(number, "in.jsonl", "in.jsonl", number, 1, "") for number in range(count)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")
def test_what_a_worker_that_died_was_to_do_others_do(tmp_path: Path) -> None:
    found = Pool(2).run(killed_once, some(5), None, str(tmp_path))  # type: ignore[arg-type]

    assert sorted(found) == [0, 1, 2, 3, 4]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")
def test_workers_that_die_again_and_again_end_the_audit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 times a worker died"):
        list(Pool(1).run(killed_always, some(1), None, str(tmp_path)))  # type: ignore[arg-type]


def test_a_policy_that_changed_asks_for_another_folder(archive: Path, tmp_path: Path) -> None:
    house = tmp_path / "house.toml"
    house.write_text(POLICY, encoding="utf-8")
    options = ("audit", str(archive), "--policy", str(house), "--engine", "inline", "--out")
    Run(*options, str(tmp_path / "out"))
    before = digests(tmp_path / "out")
    house.write_text(POLICY.replace('version = "7"', 'version = "8"'), encoding="utf-8")

    changed, elsewhere = Run(*options, str(tmp_path / "out")), Run(*options, str(tmp_path / "other"))

    assert changed.code == 2
    assert changed.err.count("\n") == 1
    assert "by other policies or options; give another --out" in changed.err
    assert digests(tmp_path / "out") == before
    assert elsewhere.code == 0


def test_two_audits_into_one_folder_are_refused(archive: Path, tmp_path: Path) -> None:
    with locked(tmp_path):
        second = Run("audit", str(archive), "--out", str(tmp_path), "--engine", "inline")

    assert second.code == 2
    assert "another audit is writing to this folder" in second.err
    assert Run("audit", str(archive), "--out", str(tmp_path), "--engine", "inline").code in (0, 1)


def test_a_folder_that_cannot_be_written_is_told_in_one_line(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    found = Run("audit", str(archive), "--out", str(tmp_path / "file" / "out"), "--engine", "inline")

    assert found.code == 2
    assert found.err.count("\n") == 1
    assert "cannot be written" in found.err


def test_a_table_of_something_else_and_a_torn_one_are_both_told(tmp_path: Path) -> None:
    pl.DataFrame({"name": ["x"]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"network": ["x"] * 100}).write_parquet(tmp_path / "b.parquet")
    (tmp_path / "b.parquet").write_bytes((tmp_path / "b.parquet").read_bytes()[:-9])

    found = Run("audit", str(tmp_path), "--out", str(tmp_path / "out"), "--engine", "inline")

    assert found.code == 2
    assert found.err.count("\n") == 2
    assert "no column 'network'" in found.err
    assert "cannot be read as Parquet" in found.err


@pytest.mark.parametrize(("name", "text"), [("in.toml", "[post]"), ("nowhere.jsonl", None)])
def test_what_is_no_archive_is_told(tmp_path: Path, name: str, text: str | None) -> None:
    if text:
        (tmp_path / name).write_text(text)

    found = Run("audit", str(tmp_path / name), "--out", str(tmp_path / "out"))

    assert found.code == 2
    assert found.err.count("\n") == 1


def test_posts_in_a_file_that_is_not_judged_are_not_passed_over(tmp_path: Path) -> None:
    lines(tmp_path / "in.jsonl", [a_post("a")])
    (tmp_path / "more.toml").write_text('[post]\nid = "b"\nnetwork = "twitter"', encoding="utf-8")

    found = Run("audit", str(tmp_path), "--out", str(tmp_path / "out"), "--engine", "inline")

    assert found.code == 2
    assert f"{tmp_path / 'more.toml'}:1: an audit judges posts in .parquet and .jsonl" in found.err


def test_an_archive_without_posts_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", [])

    assert Run("audit", str(source), "--out", str(tmp_path / "out"), "--engine", "inline").code == 5


def test_the_fail_level_decides_about_the_exit_code(tmp_path: Path) -> None:
    source, house = lines(tmp_path / "in.jsonl", [a_post("a", text="Hi!")]), tmp_path / "house.toml"
    house.write_text(POLICY, encoding="utf-8")
    options = ("audit", str(source), "--policy", str(house), "--select", "house/polite", "--engine", "inline")

    codes = [
        Run(*options, "--out", str(tmp_path / level), "--fail-level", level).code for level in ("error", "warning")
    ]

    assert codes == [0, 1]
