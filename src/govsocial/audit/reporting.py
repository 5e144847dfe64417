"""What an audit leaves for people: its summary as data and as a page. Written where they are not there yet."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from govsocial.audit import norms
from govsocial.audit.manifest import FINDINGS, MANIFEST, OUTCOMES, PAGE, SUMMARY, part, read_json, write
from govsocial.audit.page import render
from govsocial.audit.summary import MINIMUM, figures
from govsocial.messages import LANGUAGES
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from govsocial.audit.bundle import Bundle
    from govsocial.defaults import Setup
    from govsocial.engine import Engine

    Row = dict[str, Any]

_SKIPPED: Final = 50
"""How many entries that could not be read the summary tells; the manifest has them all."""


def summarised(out: Path, manifest: Row, bundle: Bundle, setup: Setup, engine: Engine) -> Row:
    """
    Return the summary of the audit in *out*: as it stands there, else worked out and written, then the *manifest*.

    The manifest, which has its digest, comes last: where it is all is there.
    """
    if found := _kept(out, manifest):
        return found
    every = {**_head(manifest, bundle, setup, engine), **_figures(out, manifest, engine, bundle)}
    digest = write(out / SUMMARY, json.dumps(every, ensure_ascii=False, indent=1).encode())
    write(out / MANIFEST, json.dumps({**manifest, "summary": digest}, ensure_ascii=False, indent=1).encode())
    return every


def written(out: Path, summary: Row, manifest: Mapping[str, Any], language: str) -> None:
    """Write the page of *summary* in *language*, unless it lies there."""
    page, path = render(summary, manifest, language).encode(), out / PAGE
    if not path.is_file() or path.read_bytes() != page:
        write(path, page)


def _kept(out: Path, manifest: Mapping[str, Any]) -> Row:
    path = out / SUMMARY
    if not path.is_file() or sha256(path.read_bytes()).hexdigest() != manifest.get("summary"):
        return {}
    return dict(read_json(path))


def _head(manifest: Mapping[str, Any], bundle: Bundle, setup: Setup, engine: Engine) -> Row:
    """Return what was judged, and by what."""
    choices, reasons = bundle.choices, {one.name: one.reason for one in setup.plugins}
    return {
        "govsocial": 1,
        "minimum": MINIMUM,
        "day": (choices.as_of or bundle.today).astimezone(HOME).date().isoformat(),
        "as_of": choices.as_of.astimezone(HOME).date().isoformat() if choices.as_of else None,
        "as_of_field": choices.as_of_field,
        "selection": {
            **{name: list(getattr(choices, name)) for name in ("select", "ignore", "disable")},
            "others": choices.others,
            "find_copies": choices.find_copies,
        },
        "sources": manifest["sources"],
        "policies": norms.policies(engine),
        "plugins": [
            {**one, "reason": {language: reasons[one["name"]].render(language) for language in LANGUAGES}}
            for one in manifest["plugins"]
        ],
        "judged": manifest["judged"],
        "skipped": _skipped(manifest["skipped"]),
    }


def _skipped(problems: Sequence[Row]) -> Row:
    """Return how many entries could not be read, and the first things that are wrong with them."""
    return {"n": len({(one["file"], one["line"]) for one in problems}), "first": problems[:_SKIPPED]}


def _figures(out: Path, manifest: Mapping[str, Any], engine: Engine, bundle: Bundle) -> Row:
    """Return the figures, each rule with its words and with what changed in its params."""
    numbers = [one["number"] for one in manifest["shards"]]
    outcomes, findings = (
        [pl.scan_parquet(part(out, kind, one), glob=False) for one in numbers] for kind in (OUTCOMES, FINDINGS)
    )
    found = figures(outcomes, findings)
    words = norms.rules(engine, bundle.choices.as_of or bundle.today)
    turned = norms.changes(engine, found.pop("regimes"))
    found["rules"] = [
        {"id": one.pop("rule"), **words[name], **one, "changes": turned.get(name, [])}
        for one in found["rules"]
        if (name := one["rule"]) in words
    ]
    return found
