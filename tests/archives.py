"""A small archive, the house that judges it, and what an audit leaves: for all tests of audits."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from govsocial.audit.bundle import Choices
from govsocial.convert import convert
from govsocial.defaults import assemble
from govsocial.policy.load import parse_policy
from govsocial.workspace import Workspace, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from govsocial.engine import Engine
    from govsocial.finding import Finding
    from govsocial.model import Resource

POLICY = """
govsocial = 1
[policy]
id = "house"
version = "7"
title = "House rules"
[param.most]
values = [
  { from = 2010-01-01, until = 2020-01-01, value = 20, source = "a" },
  { from = 2020-01-01, value = 10, source = "b" },
]
[fact]
others = 'peers.filter(p, p.language == post.language)'
[[rule]]
id = "short"
severity = "error"
require = 'size(post.text) <= param.most'
message = "Too long."
yields_to = ["house/polite"]
[[rule]]
id = "polite"
require = '!post.text.contains("!")'
message = "No shouting."
[[rule]]
id = "alone"
when = 'post.info != ""'
require = 'size(fact.others) == 0'
message = "Others said so."
[[rule]]
id = "first"
when = 'post.info != ""'
require = 'siblings.all(s, s.published_at >= post.published_at)'
message = "You said so."
[[rule]]
id = "named"
severity = "note"
kinds = ["reply", "original"]
require = 'account.name != "" && post.language in account.languages'
message = "No name."
[[rule]]
id = "counted"
require = '100 / size(post.text) > 4'
message = "Odd."
[[rule]]
id = "answered"
networks = ["twitter"]
when = 'post.question.institution != ""'
require = 'concerned.contacts.exists(c, c.value != "")'
message = "No contact."
[[duty]]
id = "watch"
when = 'post.topics.exists(t, t == "health")'
message = "Somebody watches."
[[rule]]
id = "many"
on = "account"
require = 'size(posts) < 2'
message = "Many."
[[waiver]]
id = "old"
rules = ["house/polite"]
match = 'post.institution == "a"'
from = 2019-01-01
until = 2021-01-01
reason = "Was agreed."
approved_by = "me"
"""
HOUSE = parse_policy(POLICY, "house.toml")
SETUP = assemble([HOUSE])
HOUSE_ONLY = Choices(select=("house/*",))
ACCOUNTS = """
[[account]]
id = "one"
network = "twitter"
name = "One"
languages = ["nl"]
[[institution]]
id = "a"
contacts = [{ kind = "phone", value = "1" }]
[[institution]]
id = "b"
"""


def lines(path: Path, resources: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in resources), encoding="utf-8")
    return path


def a_post(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a post has
    return {"post": {"id": name, "network": "twitter", **fields}}


def findings_in(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "findings" / "*.parquet")


def outcomes_in(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "outcomes" / "*.parquet")


def digests(out: Path) -> dict[str, bytes]:
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted(out.glob("*/*.parquet"))}


def two_files(folder: Path) -> Path:
    """Return *folder* with an archive of two files that refer to one another, and what they refer to."""
    several = [
        a_post(str(n), text="Hi!" * (n % 5), institution="ab"[n % 2], info=f"i{n % 3}", language="nl", account="one")
        for n in range(20)
    ]
    lines(folder / "one.jsonl", several[:7])
    convert(lines(folder / "two.jsonl", several[7:]), folder / "two.parquet", SETUP.engine)
    (folder / "two.jsonl").unlink()
    (folder / "accounts.toml").write_text(ACCOUNTS, encoding="utf-8")
    return folder


def told(out: Path) -> Counter[tuple[str, ...]]:
    """Return what an audit lists: which rule, on what, how it came out, and its fingerprint."""
    names = ("resource_type", "resource_id", "rule", "outcome", "severity", "fingerprint")
    return Counter(findings_in(out).select(names).iter_rows())


def of_check(found: Iterable[Finding]) -> Counter[tuple[str, ...]]:
    """Return the same of what closures found, one by one."""
    return Counter(
        (type_of(one.resource), one.resource.id, one.rule, one.outcome, one.severity, one.fingerprint)
        for one in found
        if one.outcome == "error" or (one.outcome in ("violation", "waived") and one.severity != "note")
    )


def counted(out: Path) -> Counter[tuple[str, ...]]:
    """Return how often each rule came out how, and what was missing."""
    names = ("rule", "outcome", "severity", "missing", "institution", "network")
    rows = outcomes_in(out).group_by(names).agg(pl.col("n").sum()).iter_rows()
    return Counter({row[:-1]: row[-1] for row in rows})


def of_closures(found: Iterable[Finding]) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            one.rule,
            one.outcome,
            one.severity,
            one.missing[0] if one.outcome == "unknown" else "",
            one.subject.to_dict()["institution"] or "",
            getattr(one.resource, "network", ""),
        )
        for one in found
    )


def verdicts(engine: Engine, resources: Sequence[Resource], beside: Workspace) -> list[Finding]:
    return [finding for one in resources for finding in engine.verdicts(one, beside)]
