"""``python -m bench``: run benchmarks, show them beside the figures to reach."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from bench import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.figures import Figure

BENCHES: Final = {
    "point": "point",
    "peers": "point",
    "engine": "engine",
    "columns": "columns",
    "audit": "audit",
    "derive": "derive",
    "startup": "startup",
}
"""In which module each of them is: one whose extra is missing does not keep the others from running."""
SIZES: Final = {"columns": "posts", "audit": "archive"}


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m bench", description="Measure govsocial, as ratios within one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHES)}")
    parser.add_argument("--rounds", type=int, default=21, help="how often each side runs (default: %(default)s)")
    parser.add_argument(
        "--posts", type=int, default=1_000_000, help="how many posts 'columns' judges (default: %(default)s)"
    )
    parser.add_argument(
        "--archive", type=int, default=262_144, help="how many posts 'audit' begins with (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    found = parser.parse_args()
    unknown = [name for name in found.names if name not in BENCHES]
    if unknown or min(found.rounds, found.posts, found.archive) < 1:
        parser.error(f"there is no {', '.join(unknown)}" if unknown else "numbers are at least 1")
    return found


def _run(name: str, arguments: Namespace) -> Iterable[Figure]:
    try:
        module = import_module(f"bench.{BENCHES[name]}")
    except ModuleNotFoundError as error:
        note = f"needs {error.name}: pip install -e '.[bench,audit]'"
        return [figures.Figure(name, "all of it", None, note=note)]
    measure: Callable[..., Iterable[Figure]] = getattr(module, name)
    size = (getattr(arguments, SIZES[name]),) if name in SIZES else ()
    return measure(arguments.rounds, *size)


def main() -> None:
    arguments = _arguments()
    errors = Console(stderr=True)
    found: list[Figure] = []
    try:
        for name in arguments.names or BENCHES:
            with errors.status(f"measuring: {name}"):
                found += _run(name, arguments)
    finally:  # one that fails does not take the others' figures along
        Console().print(figures.table(found))
    if arguments.json:
        text = json.dumps(figures.to_dict(found, arguments.rounds), indent=2, ensure_ascii=False)
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
