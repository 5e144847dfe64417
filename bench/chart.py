"""``python -m bench.chart FIGURES.json docs/``: what a run found, as a page and a picture. Measures nothing itself."""

from __future__ import annotations

import json
import sys
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Found = Mapping[str, Any]
    Bar = tuple[str, float]

OURS: Final = {"closures": "one post at a time, 30 rules", "columns": "a million posts, 30 rules"}
"""Our side of a ratio, and what its group of bars is called."""
BENCHES: Final = ("point", "peers", "columns")
WIDTH, LEFT, RIGHT, ROW, TOP = 820, 310, 60, 26, 58
LEAST: Final = 0.25
MARK: Final = 4
STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .small { font-size: 11px; fill: #59636e }
.grid { stroke: #d1d9e0 } .one { stroke: #1f2328 }
.slower { fill: #8d96a0 } .ours { fill: #0969da } .faster { fill: #bf8700 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .small { fill: #9198a1 }
  .grid { stroke: #3d444d } .one { stroke: #f0f6fc }
  .slower { fill: #656c76 } .ours { fill: #4493f8 } .faster { fill: #d29922 }
}"""
PAGE: Final = """\
# Performance

What `python -m bench` found on {date}. Each figure is a ratio of two times (or sizes) taken in turns within one run, so
that it means about the same on another machine; the middle half says between which values half of the rounds lay.
[`bench/README.md`](../bench/README.md) says what each of them is, and what to know when reading it.

![Time for a post in several engines, on a logarithmic scale, govsocial being 1](performance.svg)

{verdict}

{table}

## Where and with what

| | |
|---|---|
{machine}

Repeat it with `just bench --json figures.json`, then `.venv-bench/bin/python -m bench.chart figures.json docs/`, which
writes this page and its picture anew.
"""


def page(run: Found) -> str:
    """Return the page of *run*, what a JSON file of figures holds."""
    figures = run["figures"]
    machine = "\n".join(f"| {name} | {value} |" for name, value in _machine(run))
    return PAGE.format(date=run["machine"]["date"], verdict=_verdict(figures), table=_table(figures), machine=machine)


def _verdict(figures: Sequence[Found]) -> str:
    """Return in words which targets were missed, and what was not measured."""
    wanted = [one for one in figures if one["target"] is not None and one["verdict"] != "skipped"]
    missed = [one["name"] for one in wanted if one["verdict"] == "missed"]
    skipped = [f"{one['name']} ({one['note']})" for one in figures if one["verdict"] == "skipped"]
    told = f"{len(wanted) - len(missed)} of {len(wanted)} targets were reached"
    told += f"; missed: {'; '.join(missed)}." if missed else "."
    return f"{told} Not measured: {'; '.join(skipped)}." if skipped else told


def _table(figures: Sequence[Found]) -> str:
    head = "| | figure | found | middle half | target | aim | reached |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(f"| {' | '.join(_cells(one))} |" for one in figures)])


def _cells(one: Found) -> Iterable[str]:
    sign, found = "≥" if one["at_least"] else "≤", one["ratio"]
    note = f"<br><sub>{_plain(one['note'])}</sub>" if one["note"] else ""
    yield one["bench"]
    yield _plain(one["name"]) + note
    yield _plain(one["told"]) if found is None else f"**{found['value']:.2f}**"
    yield "" if found is None else f"{found['low']:.2f}–{found['high']:.2f}"
    for limit in (one["target"], one["aim"]):
        yield "" if limit is None else f"{sign} {limit:g}"
    yield one["verdict"]


def _plain(text: str) -> str:
    return escape(text).replace("|", "\\|")


def _machine(run: Found) -> Iterable[tuple[str, object]]:
    found = run["machine"]
    yield "Processor", f"{found['processor']}, {found['cores']} cores"
    yield "Memory", f"{found['memory_gb']} GB"
    yield "System", found["system"]
    yield "Python", found["python"]
    yield "Libraries", ", ".join(f"{name} {version}" for name, version in found["libraries"].items())
    yield "Day, rounds", f"{found['date']}, {run['rounds']}; fewer where a side is slow"


def bars(figures: Sequence[Found]) -> dict[str, list[Bar]]:
    """Return by our side what each other one takes where ours takes 1, the quickest first."""
    found: dict[str, list[Bar]] = {own: [(f"govsocial, {own}", 1.0)] for own in OURS}
    for one in figures:
        own = next((side for side in OURS if side in (one["seconds"] or {})), "")
        if one["bench"] in BENCHES and own and one["ratio"]:
            above = next(iter(one["seconds"])) == own
            value = 1 / one["ratio"]["value"] if above else one["ratio"]["value"]
            found[own].append((_side(one["name"]), value))
    return {own: sorted(each, key=lambda bar: bar[1]) for own, each in found.items() if len(each) > 1}


def _side(name: str) -> str:
    """Return whom the figure *name* compares us with."""
    sides = name.rpartition(": ")[2].split(" / ")
    return next(side for side in sides if side not in {*OURS, "the same"})


def picture(figures: Sequence[Found]) -> str:
    """Return the bars as SVG, in light or dark as the reader's system is; without a script."""
    groups = bars(figures)
    most = 10 ** _tens(max((value for each in groups.values() for _, value in each), default=10))
    height = TOP + sum(ROW * (len(each) + 2) for each in groups.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Time for a post, govsocial being 1, on a logarithmic scale</title>",
        f"<style>{STYLE}</style>",
        '<text class="title" x="16" y="24">Time for a post, govsocial being 1 (logarithmic; longer is slower)</text>',
        *_grid(most, height),
        *_rows(groups, most),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _tens(value: float) -> int:
    """Return the power of ten above *value*."""
    return next(power for power in range(1, 10) if 10**power >= value)


def _at(value: float, most: float) -> float:
    """Return how far to the right *value* lies."""
    share = (log10(max(value, LEAST)) - log10(LEAST)) / (log10(most) - log10(LEAST))
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _grid(most: float, height: int) -> Iterable[str]:
    for power in range(_tens(most) + 1):
        x, kind = _at(10**power, most), "grid" if power else "one"
        yield f'<line class="{kind}" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{height - ROW}"/>'
        yield f'<text class="small" x="{x}" y="{TOP - 12}" text-anchor="middle">{10**power:,}</text>'


def _rows(groups: Mapping[str, Sequence[Bar]], most: float) -> Iterable[str]:
    y = TOP
    for own, each in groups.items():
        yield f'<text class="title" x="16" y="{y + 18}">{OURS[own]}</text>'
        for name, value in each:
            y += ROW
            yield from _bar(name, value, most, y)
        y += 2 * ROW


def _bar(name: str, value: float, most: float, y: int) -> Iterable[str]:
    """Yield one bar, from 1 to *value*; our own is a mark at 1."""
    start, end = sorted((_at(1, most), _at(value, most)))
    width = max(end - start, MARK)
    x = round((start + end - width) / 2, 1)
    kind = "ours" if value == 1 else "slower" if value > 1 else "faster"
    told = f"{value:.2f}" if value < 10 else f"{value:,.0f}"
    yield f'<text x="{LEFT - 12}" y="{y + 18}" text-anchor="end">{escape(name)}</text>'
    yield f'<rect class="{kind}" x="{x}" y="{y + 6}" width="{width:.1f}" height="16"/>'
    yield f'<text class="small" x="{end + 6}" y="{y + 18}">{told}</text>'


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m bench.chart FIGURES.json FOLDER")
    run, folder = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    (folder / "performance.md").write_text(page(run), encoding="utf-8", newline="\n")
    (folder / "performance.svg").write_text(picture(run["figures"]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
