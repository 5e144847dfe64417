"""
The thirty rules in Rego, by ``regopy``, which is Rego in C++: one module compiled beforehand, posts as JSON.

In a process of its own, which this file is too: beside the CEL library it breaks the memory of both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from time import process_time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from govsocial import Post

    Asked = tuple[list[list[bool]], float]

# When a post breaks the rule, as policies in Rego say it.
REGO: Final = (
    'input.network == "twitter"; count(input.hashtags) > 3',
    'input.network == "twitter"; count(input.hashtags) < 1',
    'input.network == "twitter"; count(input.text) > 280',
    'input.network == "instagram"; count(input.media) == 0',
    'some m in input.media; m.type == "photo"; m.alt == ""',
    'some m in input.media; m.type == "video"; m.duration_s > 140',
    "count(input.media) == 0",
    'not input.language in {"nl", "fr", "de", "en"}',
    'input.network == "facebook"; input.language == "und"',
    'contains(input.text, "http://")',
    'some l in input.links; not startswith(l, "https://")',
    r"count(input.links) > 0; count([l | some l in input.links; regex.match(`\.be(/|$)`, l)]) == 0",
    r"regex.match(`\b(gratis|win nu|klik hier)\b`, lower(input.text))",
    "",  # its patterns have no classes of Unicode
    "some h in input.hashtags; count(h) > 30",
    'count(input.hashtags) > 0; count([h | some h in input.hashtags; lower(h) in {"belgie", "belgium"}]) == 0',
    'input.event != ""; not input.event in input.topics',
    'input.kind == "repost"; input.source_institution == ""',
    'input.kind == "repost"; input.source_institution == input.institution',
    'input.kind == "reply"; count(input.mentions) == 0',
    "count(input.mentions) > 5",
    'some m in input.mentions; contains(m, "minister")',
    'input.network == "snapchat"; input.audience.age_max > 25',
    'input.network == "snapchat"; count([m | some m in input.media; m.type == "video"; m.duration_s < 30]) == 0',
    'live := input.network == "livestream"; live != (count([m | some m in input.media; m.type == "audio"]) > 0)',
    'count([m | some m in input.media; m.type == "photo"]) > 4',
    "some m in input.media; m.duration_s != 0; m.duration_s < 3",
    "input.bytes >= 100; input.length * 2 < input.bytes",
    "input.published_at < 1577836800000000000",  # it reads no times
    'input.network == "facebook"; time.clock([input.published_at, "Europe/Brussels"])[0] < 7',
)
"""An empty one cannot be said."""


@contextmanager
def rego(posts: Sequence[Post]) -> Iterator[Callable[[Sequence[str]], Asked]]:
    """Give what judges *posts* by rules, and returns what they say and how many seconds of its processor that took."""
    command = (sys.executable, "-m", "bench.rego")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        if process.stdin is None or process.stdout is None:
            raise SystemExit("regopy has no pipes")
        asked, told = process.stdin, process.stdout

        def ask(what: Sequence[str]) -> Any:  # noqa: ANN401 - what JSON holds
            print(json.dumps(what), file=asked, flush=True)
            return json.loads(told.readline())

        ask([_as_json(post) for post in posts])
        yield ask
        asked.close()


def _as_json(post: Post) -> str:
    """Return *post* as JSON, its time in nanoseconds, as the clock of Rego wants it."""
    seconds = int(post.published_at.timestamp()) if post.published_at else 0
    return json.dumps(post.model_dump(mode="json") | {"published_at": seconds * 1_000_000_000})


def _main() -> None:
    """Read the posts, then answer each list of rules: with nothing where one of them cannot be run."""
    posts = json.loads(sys.stdin.readline())
    print(json.dumps(len(posts)), flush=True)
    for line in sys.stdin:
        print(json.dumps(_answered(tuple(json.loads(line)), posts)), flush=True)


def _answered(rules: tuple[str, ...], posts: Sequence[str]) -> tuple[list[Any], float]:
    try:
        run = _program(rules)
        start = process_time()
        found = [run(post) for post in posts]
        return found, process_time() - start
    except Exception:  # noqa: BLE001 - its own, and whatever else, mean that it cannot say this
        return [], 0.0


@cache
def _program(rules: tuple[str, ...]) -> Callable[[str], list[Any]]:
    module: Any = import_module("regopy")
    interpreter = module.Interpreter()
    interpreter.add_module("rules", _module(rules))
    bundle = interpreter.build("data.rules.all", [])

    def run(post: str) -> list[Any]:
        interpreter.set_input_term(post)
        found = json.loads(str(interpreter.query_bundle(bundle)))["expressions"][0]
        return list(found)

    return run


def _module(rules: Sequence[str]) -> str:
    """Return a module in which ``all`` is a list with what each of *rules* says."""
    each = [f"default r{nth} := true\nr{nth} := false if {{ {text} }}" for nth, text in enumerate(rules)]
    names = ", ".join(f"r{nth}" for nth in range(len(rules)))
    return "\n".join(["package rules", "import rego.v1", *each, f"all := [{names}]"])


if __name__ == "__main__":
    _main()
