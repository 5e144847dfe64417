"""
The thirty rules in the CEL library at its fastest: one list of all of them, a message made beforehand, RE2 ready.

Its own ``matches`` compiles the pattern anew for each call, which costs a hundred times more than all the rest. So
each pattern is a function that holds a compiled one, as its users are told to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cel_expr_python import cel
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from bench.hand import re2_search
from govsocial import Post
from govsocial.cel.proto import message_pool
from govsocial.cel.tree import Call, Const, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from govsocial.policy.rules import Clause

EXTENSIONS: Final = "name: bench\nextensions:\n- name: strings\n"


class Fused:
    """All clauses as one program, checked against the message of a post; *patterns* are those of ``matches``."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        patterns = [pattern for clause in clauses for pattern in _patterns(clause)]
        texts = iter(range(len(patterns)))
        self._text = f"[{', '.join(_with_functions(clause, texts) for clause in clauses)}]"
        self._functions = [_function(nth, pattern) for nth, pattern in enumerate(patterns)]
        self._pool, _ = message_pool((Post,))
        self._typed = self._environment(cel.Type("govsocial.Post"))
        self._checked = self._typed.compile(self._text)

    def on_messages(self, posts: Sequence[Post]) -> Callable[[], list[list[bool]]]:
        """Return what judges *posts*, made into messages beforehand."""
        kind = GetMessageClass(self._pool.FindMessageTypeByName("govsocial.Post"))
        messages = [ParseDict(post.model_dump(mode="json", exclude_none=True), kind()) for post in posts]
        return _all(self._typed, self._checked, messages)

    def on_dicts(self, posts: Sequence[Post]) -> Callable[[], list[list[bool]]]:
        """Return what judges *posts*, made into dicts beforehand; checked against the message all the same."""
        environment = self._environment(cel.Type.DYN)
        return _all(environment, environment.deserialize(self._checked.serialize()), list(map(_dict, posts)))

    def _environment(self, kind: Any) -> Any:  # noqa: ANN401 - the library's types are not known to mypy
        return cel.NewEnv(
            self._pool,
            variables={"post": kind},
            functions=self._functions,
            config=cel.NewEnvConfigFromYaml(EXTENSIONS),
        )


def _all(environment: Any, program: Any, inputs: Sequence[Any]) -> Callable[[], list[list[bool]]]:  # noqa: ANN401
    activation, run = environment.Activation, program.eval
    return lambda: [run(activation({"post": one})).plain_value() for one in inputs]


def _patterns(clause: Clause) -> Iterator[str]:
    for node in walk(clause.node):
        match node:
            case Call(function="matches", args=(_, Const(value=pattern))):
                yield str(pattern)


def _with_functions(clause: Clause, numbers: Iterator[int]) -> str:
    """Return the text of *clause* with a call of a function of our own in place of ``matches``."""
    before, found, after = clause.text.partition(".matches('")
    return f"{before}.matches_{next(numbers)}({after.partition(chr(39))[2]}" if found else clause.text


def _function(nth: int, pattern: str) -> Any:  # noqa: ANN401
    search = re2_search(pattern)
    name = f"matches_{nth}"
    overload = cel.Overload(
        name, cel.Type.BOOL, [cel.Type.STRING], is_member=True, impl=lambda text: search(text) is not None
    )
    return cel.FunctionDecl(name, [overload])


def _dict(post: Post) -> dict[str, Any]:
    time = Timestamp()
    if post.published_at:
        time.FromDatetime(post.published_at)
    return post.model_dump(mode="json") | {"published_at": time}
