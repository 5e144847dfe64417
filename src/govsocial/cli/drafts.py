"""From a path to the posts in it, what lies beside them, and their histories; says on stderr what one should know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from govsocial.cli.shell import complain, tell, wrong
from govsocial.errors import InputError, did_you_mean
from govsocial.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govsocial.defaults import Setup
    from govsocial.history import History
    from govsocial.model import Post
    from govsocial.readers import Input
    from govsocial.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Draft:
    """A *post*, what it refers to, where its history lies, and the *key* that it goes by there."""

    post: Post
    workspace: Workspace
    path: Path
    key: str


def draft_in(name: str, wanted: str, beside: Sequence[str], setup: Setup, lang: str) -> Draft:
    """
    Return the post in the file *name*, the one with the id *wanted* where there are several.

    What lies in the same folder and in *beside* is what it may refer to.

    Raises:
        InputError: where there is no such post, or the file cannot be read.
    """
    from govsocial import readers  # noqa: PLC0415 - imported when needed, so that --help stays quick

    path = Path(name)
    if path.is_dir() or name == "-":
        raise wrong("", say("{name}: give the file of one post; its history lies beside it", name=name))
    post = _chosen(readers.read([str(path)], extra=setup.readers).workspace.posts, wanted, path)
    found = _around(path, beside, setup, lang).workspace
    return _draft(found.find("post", post.id), found, path)


def _around(path: Path, beside: Sequence[str], setup: Setup, lang: str) -> Input:
    from govsocial import readers  # noqa: PLC0415

    try:
        return readers.read([str(path.parent), str(path), *beside], extra=setup.readers)
    except InputError as error:
        complain(error.problems, lang)
        tell(say("what lies beside the post is left out, for it cannot be read; --with names what it needs"), lang)
        return readers.read([str(path), *beside], extra=setup.readers)


def _chosen(posts: Iterable[Post], wanted: str, path: Path) -> Post:
    every = list(posts)
    if not every:
        raise wrong("", say("{file}: there is no post in this file", file=path))
    if len(every) == 1 and not wanted:
        return every[0]
    ids = [post.id for post in every]
    if wanted not in ids:
        hint = did_you_mean(wanted, ids)
        names = ", ".join(ids)
        raise wrong(
            "--id", say("{file} has the posts {names}; say which with --id{hint}", file=path, names=names, hint=hint)
        )
    return every[ids.index(wanted)]


def _draft(post: Post, workspace: Workspace, path: Path) -> Draft:
    """Return the draft of *post*: its own id is the key, a name made of file and line would change with every edit."""
    own = not post.id.startswith((f"{path}:", f"{path}#"))
    unnamed = [one for one in workspace.posts if _file(one, workspace) == str(path) and not own]
    if len(unnamed) > 1:
        raise wrong("", say("{file}: give each post an id, so that its history finds it", file=path))
    return Draft(post, workspace, path, post.id if own else path.name)


def _file(post: Post, workspace: Workspace) -> str:
    return workspace.origins.get(("post", post.id), ("", None))[0]


def drafts_in(given: Input) -> Iterator[Draft]:
    """Yield the posts of *given* that were read from a file."""
    for post in given.workspace.posts:
        file = _file(post, given.workspace)
        if file and file != "-":
            yield _draft(post, given.workspace, Path(file))


def histories(drafts: Iterable[Draft], lang: str) -> Mapping[Path, History]:
    """Return the histories beside *drafts* by the file of the draft; torn lines are named on stderr."""
    from govsocial.history import history_of, read  # noqa: PLC0415

    found = {draft.path: read(history_of(draft.path)) for draft in drafts}
    complain([one for path in sorted(found) for one in found[path].torn], lang)
    return found
