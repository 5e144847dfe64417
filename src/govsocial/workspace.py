"""The resources of one run, and how they refer to one another. Reads no files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from govsocial.errors import InputError, Problem
from govsocial.messages import say
from govsocial.model import RESOURCES, Account, Closure, Event, Institution, Post, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Dangling:
    """A reference to what the workspace does not hold (``account:finbel``), or that nobody knows (``post.account``)."""

    reason: str


Related = Resource | tuple[Resource, ...] | Dangling
Origin = tuple[str, int | None]


@dataclass(frozen=True)
class Workspace:
    """
    Posts, accounts, events, institutions and closures that may refer to one another by id.

    *origins* tells where a resource was read: ``(type, id)`` to ``(file, line)``. Resources without id may repeat.
    Where *posts_elsewhere*, what rules ask of other posts is unknown, as these were not given.

    Raises:
        InputError: where two resources of one type have the same id.
    """

    posts: Iterable[Post] = ()
    accounts: Iterable[Account] = ()
    events: Iterable[Event] = ()
    institutions: Iterable[Institution] = ()
    closures: Iterable[Closure] = ()
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    posts_elsewhere: bool = False
    _indexes: dict[tuple[str, str], Mapping[str, tuple[Any, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in RESOURCES:
            object.__setattr__(self, f"{name}s", tuple(getattr(self, f"{name}s")))
        ids = Counter((type_of(item), item.id) for item in self if item.id)
        problems = [self._repeated(*key, times) for key, times in ids.items() if times > 1]
        if problems:
            raise InputError(problems)

    def _repeated(self, kind: str, name: str, times: int) -> Problem:
        text = say("{n} resources of type {type} have the id '{id}'; give each its own", n=times, type=kind, id=name)
        file, line = self.origins.get((kind, name), ("", None))
        return Problem(text, file, line, path=f"{kind}.id")

    def __iter__(self) -> Iterator[Resource]:
        """Yield every resource, type by type, in the order given."""
        for name in RESOURCES:
            yield from getattr(self, f"{name}s")

    def find(self, kind: str, name: str) -> Any:  # noqa: ANN401 - the resource type that *kind* names
        """Return the resource of type *kind* with the id *name*, None where there is none."""
        return next(iter(self.group(kind, "id", name)), None)

    def group(self, kind: str, by: str, value: str) -> tuple[Any, ...]:
        """Return the resources of type *kind* whose field *by* is *value*; none for an empty value."""
        if (kind, by) not in self._indexes:
            self._indexes[kind, by] = _grouped(getattr(self, f"{kind}s"), by)
        return self._indexes[kind, by].get(value, ())


def type_of(resource: Resource) -> str:
    """Return the name that files give to the type of *resource*, such as ``post``."""
    return type(resource).__name__.lower()


def _grouped(items: Iterable[Resource], by: str) -> Mapping[str, tuple[Resource, ...]]:
    groups: dict[str, list[Resource]] = {}
    for item in items:
        if value := getattr(item, by):
            groups.setdefault(value, []).append(item)
    return {value: tuple(group) for value, group in groups.items()}


@cache
def empty(model: type[Resource]) -> Resource:
    """Return the resource that an empty reference stands for: all defaults."""
    required: dict[str, Any] = {"network": ""} if "network" in model.model_fields else {}
    return model.model_construct(**required)


def _to_one(kind: str, name: str, workspace: Workspace) -> Resource | Dangling:
    if not name:
        return empty(RESOURCES[kind])
    found: Resource | None = workspace.find(kind, name)
    return found or Dangling(f"{kind}:{name}")


def _named(kind: str) -> Callable[[Any, Workspace], Related]:
    """Return the relation that the field called like its *kind* names."""

    def find(item: Any, workspace: Workspace) -> Related:  # noqa: ANN401
        name = getattr(item, kind)
        return Dangling(f"{type_of(item)}.{kind}") if name is None else _to_one(kind, name, workspace)

    return find


def _source(post: Post, workspace: Workspace) -> Related:
    if post.shared_from is None:
        return Dangling("post.shared_from")
    if post.shared_from:
        return Dangling("source") if workspace.posts_elsewhere else _to_one("post", post.shared_from, workspace)
    for name in ("source_institution", "info"):
        if not getattr(post, name):
            return empty(Post) if getattr(post, name) == "" else Dangling(f"post.{name}")
    if post.source_institution == post.institution:
        return post
    if workspace.posts_elsewhere:
        return Dangling("source")
    same = workspace.group("post", "info", post.info or "")
    found = next((other for other in same if other.institution == post.source_institution), None)
    return found or Dangling(f"post:{post.source_institution}/{post.info}")


def _concerned(post: Post, workspace: Workspace) -> Related:
    if post.question is None:
        return Dangling("post.question")
    name = post.question.institution
    return Dangling("post.question.institution") if name is None else _to_one("institution", name, workspace)


def _same_info(post: Post, workspace: Workspace, name: str) -> tuple[Post, ...] | Dangling:
    if post.info is None or post.institution is None:
        return Dangling("post.info" if post.info is None else "post.institution")
    if not (post.info and post.institution):
        return ()
    if workspace.posts_elsewhere:
        return Dangling(name)
    same = workspace.group("post", "info", post.info)
    return tuple(other for other in same if other is not post and (not post.id or other.id != post.id))


def _siblings(post: Post, workspace: Workspace) -> Related:
    same = _same_info(post, workspace, "siblings")
    return same if isinstance(same, Dangling) else tuple(p for p in same if p.institution == post.institution)


def _peers(post: Post, workspace: Workspace) -> Related:
    same = _same_info(post, workspace, "peers")
    if isinstance(same, Dangling):
        return same
    return tuple(other for other in same if other.institution and other.institution != post.institution)


def _referring(kind: str, by: str) -> Callable[[Any, Workspace], Related]:
    """Return the relation to all of *kind* whose field *by* names the resource."""

    def find(item: Any, workspace: Workspace) -> Related:  # noqa: ANN401
        unknown = kind == "post" and workspace.posts_elsewhere
        return Dangling("posts") if unknown else workspace.group(kind, by, item.id)

    return find


def _institutions(event: Event, workspace: Workspace) -> Related:
    if event.institutions is None:
        return Dangling("event.institutions")
    names = dict.fromkeys(event.institutions)
    return tuple(found for name in names if (found := workspace.find("institution", name)))


def _accounts(event: Event, workspace: Workspace) -> Related:
    if event.institutions is None:
        return Dangling("event.institutions")
    return tuple(
        one for name in dict.fromkeys(event.institutions) for one in workspace.group("account", "institution", name)
    )


@dataclass(frozen=True, slots=True)
class Relation:
    """What rules on a resource see beside it: one *model*, or *many*."""

    model: type[Resource]
    find: Callable[[Any, Workspace], Related]
    many: bool = False


RELATIONS: Final[Mapping[str, Mapping[str, Relation]]] = {
    "post": {
        "account": Relation(Account, _named("account")),
        "event": Relation(Event, _named("event")),
        "institution": Relation(Institution, _named("institution")),
        "source": Relation(Post, _source),
        "concerned": Relation(Institution, _concerned),
        "siblings": Relation(Post, _siblings, many=True),
        "peers": Relation(Post, _peers, many=True),
    },
    "account": {
        "institution": Relation(Institution, _named("institution")),
        "posts": Relation(Post, _referring("post", "account"), many=True),
    },
    "event": {
        "posts": Relation(Post, _referring("post", "event"), many=True),
        "accounts": Relation(Account, _accounts, many=True),
        "institutions": Relation(Institution, _institutions, many=True),
    },
    "institution": {
        "accounts": Relation(Account, _referring("account", "institution"), many=True),
        "posts": Relation(Post, _referring("post", "institution"), many=True),
    },
}
"""The relations of each type of resource that rules judge, by name."""
