"""A workflow drawn: as Mermaid, and as SVG with one lane for each event that leads to a state. Pure text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govsocial.workflow.model import Transition, Workflow

ROW: Final = 84
BOX: Final = (40, 210, 40)
"""Left, width and height of a state's box."""
LANE: Final = 150
"""How far apart the lanes are that lead past the next state."""
_HEAD: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" \
font-family="sans-serif" font-size="12" lang="{language}">
<title>{title}</title>
<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
<path d="M0 0 8 4 0 8z"/></marker></defs>"""


def mermaid(workflow: Workflow, language: str) -> str:
    """Return *workflow* as a Mermaid state diagram, with names in *language*."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {_safe(name)} : {_label(one.title.render(language))}" for name, one in workflow.states.items()]
    lines.append(f"    [*] --> {_safe(workflow.start)}")
    for one in workflow.transitions:
        label = _label(_said(one, workflow, language))
        lines += [f"    {_safe(state)} --> {_safe(one.to)} : {label}" for state in one.start]
    lines += [f"    {_safe(name)} --> [*]" for name, one in workflow.states.items() if one.final]
    return "\n".join(lines) + "\n"


def _safe(name: str) -> str:
    return name.replace("-", "_")  # Mermaid takes a hyphen for the beginning of an arrow


def _label(text: str) -> str:
    return " ".join(text.replace(":", " ").replace(";", " ").split())  # both end a label


def _said(one: Transition, workflow: Workflow, language: str) -> str:
    roles = ", ".join(workflow.roles[name].render(language) for name in one.by)
    return f"{workflow.events[one.event].render(language)} ({roles})"


def svg(workflow: Workflow, language: str) -> str:
    """Return *workflow* as an SVG picture, with names in *language*: states below one another, other ways beside."""
    rows = {name: number for number, name in enumerate(workflow.states)}
    straight = [one for one in workflow.transitions if _is_straight(one, rows)]
    others = [one for one in workflow.transitions if one not in straight]
    width = BOX[0] + BOX[1] + LANE * (len(others) + 1)
    height = ROW * len(rows)
    title = escape(workflow.title.render(language))
    body = [
        *_boxes(workflow, language),
        *(line for one in straight for line in _down(one, rows, workflow, language)),
        *(line for lane, one in enumerate(others) for line in _lane(one, lane, rows, workflow, language)),
    ]
    return (
        "\n".join(
            [
                _HEAD.format(width=width, height=height, language=language, title=title),
                '<g fill="none" stroke="#000">',
                *(line for line in body if line.startswith(("<rect", "<path"))),
                '</g><g fill="#000">',
                *(line for line in body if line.startswith("<text")),
                "</g></svg>",
            ]
        )
        + "\n"
    )


def _is_straight(one: Transition, rows: Mapping[str, int]) -> bool:
    return len(one.start) == 1 and rows[one.to] == rows[one.start[0]] + 1


def _middle(name: str, rows: Mapping[str, int]) -> int:
    return rows[name] * ROW + ROW // 2


def _boxes(workflow: Workflow, language: str) -> Iterator[str]:
    left, width, height = BOX
    for number, one in enumerate(workflow.states.values()):
        middle = number * ROW + ROW // 2
        weight = 3 if one.final else 1
        yield (
            f'<rect x="{left}" y="{middle - height // 2}" width="{width}" height="{height}" rx="8" '
            f'stroke-width="{weight}"/>'
        )
        yield _text(left + width // 2, middle + 4, one.title.render(language), "middle")


def _down(one: Transition, rows: Mapping[str, int], workflow: Workflow, language: str) -> Iterator[str]:
    left, width, height = BOX
    twins = [other for other in workflow.transitions if (other.start, other.to) == (one.start, one.to)]
    place = left + width // 4 + (width // 4) * twins.index(one)
    top = _middle(one.start[0], rows) + height // 2
    yield f'<path d="M{place} {top}V{top + ROW - height}" marker-end="url(#end)"/>'
    yield _text(place + 6, top + 18 + 14 * twins.index(one), _said(one, workflow, language))


def _lane(one: Transition, lane: int, rows: Mapping[str, int], workflow: Workflow, language: str) -> Iterator[str]:
    """Yield a line beside the states that gathers those that *one* leaves and leads to the one it goes to."""
    left, width, _ = BOX
    right, at = left + width, left + width + LANE * (lane + 1) - LANE // 2
    end = _middle(one.to, rows) + 4 * (lane % 4) - 6
    starts = [_middle(name, rows) + 3 * (lane % 4) for name in one.start]
    for start in starts:
        yield f'<path d="M{right} {start}H{at}V{end}"/>'
    yield f'<path d="M{at} {end}H{right}" marker-end="url(#end)"/>'
    yield from _words(at + 4, _between(starts, end), one, workflow, language)


def _between(starts: Sequence[int], end: int) -> int:
    nearest = min(starts, key=lambda start: abs(start - end))
    return (nearest + end) // 2


def _words(x: int, y: int, one: Transition, workflow: Workflow, language: str) -> Iterator[str]:
    yield _text(x, y, workflow.events[one.event].render(language))
    for number, name in enumerate(one.by, 1):
        yield _text(x, y + 13 * number, workflow.roles[name].render(language))


def _text(x: int, y: int, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
