"""Where each part of a TOML text stands; looked up only when there is something to say about it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from govsocial.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node, Point

Path: TypeAlias = "tuple[str | int, ...]"

# One decoded character each, but for the backslash that ends a line: it and the blanks after it are none.
_PIECE: Final = re.compile(r"(?P<joint>\\[ \t]*\n[ \t\n]*)|\\u.{4}|\\U.{8}|\\x..|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Part:
    """Where the value stands, where its key stands, and the source of the value where it is a string."""

    value: Place
    key: Place
    string: str = ""


class Places:
    """The places of the parts of one text, by path, such as ``("rule", 0, "message", "nl")``."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Mapping[Path, _Part]) -> None:
        self._parts = parts

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value at *path*, or of the nearest part around it that is known."""
        return self._nearest(path).value

    def key(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key at *path*, or of the nearest part around it that is known."""
        return self._nearest(path).key

    def inside(self, path: Sequence[str | int], line: int, column: int) -> Place:
        """
        Return where code point (*line*, *column*) of the string at *path* stands in the text.

        Line and column count from 1 in the decoded string; what lies past its end is at its closing quote. Where
        there is no string at *path*, the answer is that of `of`.
        """
        part = self._parts.get(tuple(path))
        if part is None or not part.string:
            return self.of(path)
        decoded = tomllib.loads(f"_ = {part.string}")["_"]
        offset = _offsets(part.string)[_index(decoded, line, column)]
        return _shifted(part.value, part.string[:offset])

    def _nearest(self, path: Sequence[str | int]) -> _Part:
        around = (tuple(path[:size]) for size in range(len(path), 0, -1))
        start = Place(1, 1)
        return next((self._parts[one] for one in around if one in self._parts), _Part(start, start))


@lru_cache(maxsize=1)  # the problems of one file come in a row
def places(text: str) -> Places:
    """Return the places of the parts of *text*, which is valid TOML."""
    from tree_sitter import Language, Parser  # noqa: PLC0415 - only on error
    from tree_sitter_toml import language  # noqa: PLC0415

    source = text.replace("\r\n", "\n").encode(errors="replace") + b"\n"
    tree = Parser(Language(language())).parse(source)
    return Places(_Reader(source).read(tree.root_node))


class _Reader:
    """Walks the tree of one text and notes where everything stands."""

    def __init__(self, source: bytes) -> None:
        self._lines = source.split(b"\n")
        self._parts: dict[Path, _Part] = {}
        self._last: dict[Path, int] = {}  # number of the latest table of each list

    def read(self, root: Node) -> dict[Path, _Part]:
        for node in root.named_children:
            path = self._header(node) if node.type in ("table", "table_array_element") else ()
            for pair in [node] if node.type == "pair" else node.named_children:
                if pair.type == "pair":
                    self._pair(pair, path)
        return self._parts

    def _header(self, node: Node) -> Path:
        """Note the table that *node* opens and return its path."""
        *around, name = _names(node.children[1])
        path: Path = ()
        for key in around:
            path = self._latest((*path, _name(key)))
            self._implied(path, key)
        path = (*path, _name(name))
        if node.type == "table_array_element":
            self._parts.setdefault(path, _Part(self._place(node.start_point), self._place(name.start_point)))
            self._last[path] = self._last.get(path, -1) + 1
            path = self._latest(path)
        self._parts[path] = _Part(self._place(node.start_point), self._place(name.start_point))
        return path

    def _latest(self, path: Path) -> Path:
        return (*path, self._last[path]) if path in self._last else path

    def _pair(self, pair: Node, path: Path) -> None:
        """Note the value of *pair* and all that lies in it."""
        stack = [(pair, path)]  # by hand, for a text may nest deeper than functions may
        while stack:
            node, path = stack.pop()
            if node.type == "pair":
                stack.append(self._value(node, path))
            elif node.type == "inline_table":
                stack += [(one, path) for one in node.named_children if one.type == "pair"]
            elif node.type == "array":
                stack += self._elements(node, path)

    def _value(self, pair: Node, path: Path) -> tuple[Node, Path]:
        *around, name = _names(pair.children[0])
        for key in around:
            path = (*path, _name(key))
            self._implied(path, key)
        path, value = (*path, _name(name)), pair.named_children[1]  # a comment may follow
        self._note(path, value, self._place(name.start_point))
        return value, path

    def _elements(self, array: Node, path: Path) -> Iterator[tuple[Node, Path]]:
        values = (node for node in array.named_children if node.type != "comment")
        for number, value in enumerate(values):
            self._note((*path, number), value, self._place(value.start_point))
            yield value, (*path, number)

    def _note(self, path: Path, value: Node, key: Place) -> None:
        string = _text(value) if value.type == "string" else ""
        self._parts[path] = _Part(self._place(value.start_point), key, string)

    def _implied(self, path: Path, key: Node) -> None:
        """Note a table that has no place of its own: *key* is the first to name it."""
        place = self._place(key.start_point)
        self._parts.setdefault(path, _Part(place, place))

    def _place(self, point: Point) -> Place:
        before = self._lines[point.row][: point.column]
        return Place(point.row + 1, len(before.decode()) + 1)


def _names(key: Node) -> list[Node]:
    """Return the parts of a key; dotted ones lie in one another."""
    if key.type != "dotted_key":
        return [key]
    return [name for part in key.named_children for name in _names(part)]


def _name(key: Node) -> str:
    text = _text(key)
    return next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _offsets(string: str) -> list[int]:
    """Return where each decoded character of *string* stands in it; the last is its closing quote."""
    long = string[:3] in ("'''", '"""')
    width = 3 if long else 1
    start, end = width, len(string) - width
    if long and string[start] == "\n":
        start += 1
    if string[0] == "'":
        return list(range(start, end + 1))
    pieces = _PIECE.finditer(string, start, end)
    return [piece.start() for piece in pieces if not piece["joint"]] + [end]


def _index(decoded: str, line: int, column: int) -> int:
    """Return the number of the code point at *line* and *column*, which may lie past the end."""
    lines = decoded.split("\n")
    if line > len(lines):
        return len(decoded)
    return sum(len(one) + 1 for one in lines[: line - 1]) + min(column - 1, len(lines[line - 1]))


def _shifted(place: Place, text: str) -> Place:
    """Return the place right after *text*, which begins at *place*."""
    last = text.rpartition("\n")[2]
    column = len(last) + (place.column if last == text else 1)
    return Place(place.line + text.count("\n"), column)
