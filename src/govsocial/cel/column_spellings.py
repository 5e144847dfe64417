r"""
Comparisons of a text, in which case does not count, with texts that are written out: as patterns, which are quicker.

``t.lowerAscii() == 'abc'`` says the same as ``t.matches('\\A[aA][bB][cC]\\z')``, and so does ``t == 'abc'`` of a tag.
From trees to trees; what cannot be said like this stays as it is. Knows no Polars.
"""

from __future__ import annotations

import string
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from govsocial.cel.fused import literal
from govsocial.cel.tree import Call, Const
from govsocial.cel.types import BOOL, STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from govsocial.cel.tree import Node

MOST_TEXTS: Final = 20
"""For how many texts a pattern is made: with many, changing the case once is quicker."""
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UPPER: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
FOLDED: Final = "folded"
"""How the case of tags and handles is changed before they are compared."""
_CHANGES: Final[Mapping[str, Callable[[str], str]]] = {
    "lowerAscii": lambda text: text.translate(_LOWER),
    "upperAscii": lambda text: text.translate(_UPPER),
    FOLDED: str.casefold,
}
_EVERY: Final = 0x110000
_STRETCH: Final = 0x100


def spelled(node: Call) -> Call:
    """Return *node* with a pattern in place of a comparison in which case does not count; any other as it is."""
    if node.function not in ("_==_", "_!=_", "@in"):
        return node
    text, written = node.args if node.function == "@in" or not literal(node.args[0]) else node.args[::-1]
    texts, (inner, change) = _texts(written), _changed(text, written)
    pattern = _pattern(texts, change) if change and 0 < len(texts) <= MOST_TEXTS else ""
    if not pattern:
        return node
    found = Call(BOOL, node.at, "matches", (inner, Const(STRING, node.at, pattern)))
    return Call(BOOL, node.at, "!_", (found,)) if node.function == "_!=_" else found


def _texts(written: Node) -> tuple[str, ...]:
    """Return the texts that are written out, none where something else is."""
    found = literal(written)
    values = () if found is None else found.value if isinstance(found.value, tuple) else (found.value,)
    return values if all(isinstance(value, str) for value in values) else ()


def _changed(text: Node, written: Node) -> tuple[Node, str]:
    """Return what *text* is before its case is changed, and by what; empty where case counts."""
    if text.type.folded or (written.type.element or written.type).folded:
        return text, FOLDED
    if isinstance(text, Call) and text.function in _CHANGES:
        return text.args[0], text.function
    return text, ""


@cache
def _pattern(texts: tuple[str, ...], change: str) -> str:
    """Return the pattern of all that becomes one of *texts*, tags being folded first; empty where there is none."""
    ways = [_way(text.casefold() if change == FOLDED else text, change) for text in texts]
    every = [way for way in ways if way is not None]
    return rf"\A(?:{'|'.join(every)})\z" if len(every) == len(ways) else ""


def _way(text: str, change: str) -> str | None:
    """Return the pattern of what becomes *text*; None where nothing does, or where characters would overlap."""
    spans = sorted(_spans(text, change))
    apart = all(end <= start for (_, end), (start, _) in pairwise(spans))
    if not apart or _CHANGES[change](text) != text:
        return None
    ends, parts, at = dict(spans), [], 0
    while at < len(text):
        end = ends.get(at, at + 1)
        each = "".join(_class(one, change) for one in text[at:end])
        parts.append(f"(?:{each}|{_class(text[at:end], change)})" if at in ends else each)
        at = end
    return "".join(parts)


def _spans(text: str, change: str) -> Iterator[tuple[int, int]]:
    """Yield where in *text* stands what a single character may become, such as the ``ss`` of a sharp s."""
    for several in (one for one in _sources(change) if len(one) > 1):
        yield from ((at, at + len(several)) for at in range(len(text)) if text.startswith(several, at))


def _class(changed: str, change: str) -> str:
    """Return the class of the single characters that become *changed*."""
    codes = [rf"\x{{{ord(one):X}}}" for one in _sources(change).get(changed, changed)]
    return f"[{''.join(codes)}]"


@cache
def _sources(change: str) -> Mapping[str, str]:
    """Return which characters become what, of all that another one becomes too."""
    found: defaultdict[str, str] = defaultdict(str)
    for one, changed in changes(change).items():
        found[changed] += one
    return {changed: sources + (changed if len(changed) == 1 else "") for changed, sources in found.items()}


@cache
def changes(change: str = FOLDED) -> Mapping[str, str]:
    """Return the characters that *change*, and into what; of most stretches of Unicode none does."""
    apply = _CHANGES[change]
    end = _EVERY if change == FOLDED else _STRETCH
    stretches = ("".join(map(chr, range(start, start + _STRETCH))) for start in range(0, end, _STRETCH))
    changing = (one for stretch in stretches if apply(stretch) != stretch for one in stretch)
    return {one: apply(one) for one in changing if apply(one) != one}
