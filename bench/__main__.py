"""``python -m bench``: run benchmarks, show them beside the figures to reach."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from bench import figures
from bench.derive import derive
from bench.engine import engine
from bench.point import peers, point
from bench.startup import startup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.figures import Figure

BENCHES: Final[dict[str, Callable[[int], Iterable[Figure]]]] = {
    "point": point,
    "peers": peers,
    "engine": engine,
    "derive": derive,
    "startup": startup,
}


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m bench", description="Measure govsocial, as ratios within one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHES)}")
    parser.add_argument("--rounds", type=int, default=21, help="how often each side runs (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    found = parser.parse_args()
    unknown = [name for name in found.names if name not in BENCHES]
    if unknown or found.rounds < 1:
        parser.error(f"there is no {', '.join(unknown)}" if unknown else "--rounds is at least 1")
    return found


def main() -> None:
    arguments = _arguments()
    errors = Console(stderr=True)
    found: list[Figure] = []
    try:
        for name in arguments.names or BENCHES:
            with errors.status(f"measuring: {name}"):
                found += BENCHES[name](arguments.rounds)
    finally:  # one that fails does not take the others' figures along
        Console().print(figures.table(found))
    if arguments.json:
        text = json.dumps(figures.to_dict(found, arguments.rounds), indent=2, ensure_ascii=False)
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
