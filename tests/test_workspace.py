"""How resources refer to one another: every relation, given, left empty, unknown, and to what nobody described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govsocial.errors import InputError
from govsocial.model import RESOURCES, Account, Closure, Event, Institution, Post, Resource
from govsocial.workspace import RELATIONS, Dangling, Workspace, empty, type_of

if TYPE_CHECKING:
    from govsocial.workspace import Related


def post(name: str = "", **fields: object) -> Post:
    return Post.parse({"id": name, "network": "twitter", **fields})


def account(name: str, **fields: object) -> Account:
    return Account.parse({"id": name, "network": "twitter", **fields})


RAIL = Institution(id="rail", name="Rail")
ROADS = Institution(id="roads", name="Roads")
DAY = Event(id="day", institutions=("rail", "roads", "elsewhere", "rail"))
RAIL_X = account("rail-x", institution="rail")
ROADS_X = account("roads-x", institution="roads")
FIRST = post("first", institution="rail", account="rail-x", event="day", info="strike")
SECOND = post("second", institution="rail", account="rail-x", info="strike")
THIRD = post("third", institution="roads", info="strike", shared_from="first")
NOBODYS = post("nobodys", info="strike")
UNKNOWN = post("unknown", info="strike", institution=None)
OTHER = post("other", institution="roads", info="snow", event="day")
HOLIDAY = Closure(id="holiday")
EVERYTHING = Workspace(
    posts=[FIRST, SECOND, THIRD, NOBODYS, UNKNOWN, OTHER],
    accounts=[RAIL_X, ROADS_X],
    events=[DAY],
    institutions=[RAIL, ROADS],
    closures=[HOLIDAY],
)


def related(item: Resource, name: str, workspace: Workspace = EVERYTHING) -> Related:
    return RELATIONS[type_of(item)][name].find(item, workspace)


# The table of relations


def test_rules_see_these_relations_and_no_others() -> None:
    assert {kind: list(relations) for kind, relations in RELATIONS.items()} == {
        "post": ["account", "event", "institution", "source", "concerned", "siblings", "peers"],
        "account": ["institution", "posts"],
        "event": ["posts", "accounts", "institutions"],
        "institution": ["accounts", "posts"],
    }


@pytest.mark.parametrize(
    ("item", "name", "expected"),
    [
        (FIRST, "account", RAIL_X),
        (FIRST, "event", DAY),
        (FIRST, "institution", RAIL),
        (THIRD, "source", FIRST),
        (post(question={"institution": "roads"}), "concerned", ROADS),
        (RAIL_X, "institution", RAIL),
    ],
)
def test_a_reference_finds_the_one_it_names(item: Resource, name: str, expected: Resource) -> None:
    assert related(item, name) is expected


@pytest.mark.parametrize(
    ("item", "name", "expected"),
    [
        (FIRST, "siblings", (SECOND,)),
        (SECOND, "siblings", (FIRST,)),
        (FIRST, "peers", (THIRD,)),
        (THIRD, "peers", (FIRST, SECOND)),
        (OTHER, "peers", ()),
        (RAIL_X, "posts", (FIRST, SECOND)),
        (ROADS_X, "posts", ()),
        (DAY, "posts", (FIRST, OTHER)),
        (DAY, "accounts", (RAIL_X, ROADS_X)),
        (DAY, "institutions", (RAIL, ROADS)),
        (RAIL, "accounts", (RAIL_X,)),
        (RAIL, "posts", (FIRST, SECOND)),
    ],
)
def test_a_relation_to_many_holds_what_the_workspace_holds(
    item: Resource, name: str, expected: tuple[Resource, ...]
) -> None:
    assert related(item, name) == expected


TO_ONE = [
    (Post, "account", Account),
    (Post, "event", Event),
    (Post, "institution", Institution),
    (Post, "source", Post),
    (Post, "concerned", Institution),
    (Account, "institution", Institution),
]


@pytest.mark.parametrize(("model", "name", "target"), TO_ONE)
def test_a_reference_left_empty_gives_a_resource_of_defaults(
    model: type[Resource], name: str, target: type[Resource]
) -> None:
    item = model.parse({"network": "twitter"})
    found: Any = related(item, name)

    assert type(found) is target
    network = {"network": "x"} if "network" in target.model_fields else {}
    assert found.model_dump(exclude={"network"}) == target.parse(network).model_dump(exclude={"network"})
    assert getattr(found, "network", "") == ""


@pytest.mark.parametrize("model", list(RESOURCES.values()))
def test_the_empty_resource_is_made_once(model: type[Resource]) -> None:
    assert empty(model) is empty(model)


@pytest.mark.parametrize(
    ("item", "name", "reason"),
    [
        (post(account="finbel"), "account", "account:finbel"),
        (post(event="finbel"), "event", "event:finbel"),
        (post(institution="finbel"), "institution", "institution:finbel"),
        (post(shared_from="finbel"), "source", "post:finbel"),
        (post(source_institution="roads", info="rain"), "source", "post:roads/rain"),
        (post(question={"institution": "finbel"}), "concerned", "institution:finbel"),
        (account("a", institution="finbel"), "institution", "institution:finbel"),
    ],
)
def test_a_reference_to_what_nobody_described_says_what_is_missing(item: Resource, name: str, reason: str) -> None:
    assert related(item, name) == Dangling(reason)


@pytest.mark.parametrize(
    ("item", "name", "reason"),
    [
        (post(account=None), "account", "post.account"),
        (post(event=None), "event", "post.event"),
        (post(institution=None), "institution", "post.institution"),
        (post(shared_from=None), "source", "post.shared_from"),
        (post(source_institution=None, info="strike"), "source", "post.source_institution"),
        (post(source_institution="roads", info=None), "source", "post.info"),
        (post(question=None), "concerned", "post.question"),
        (post(question={"institution": None}), "concerned", "post.question.institution"),
        (post(institution="rail", info=None), "siblings", "post.info"),
        (post(institution=None, info="strike"), "siblings", "post.institution"),
        (post(institution="rail", info=None), "peers", "post.info"),
        (post(institution=None, info="strike"), "peers", "post.institution"),
        (account("a", institution=None), "institution", "account.institution"),
        (Event(institutions=None), "accounts", "event.institutions"),
        (Event(institutions=None), "institutions", "event.institutions"),
    ],
)
def test_a_reference_that_nobody_knows_says_which_field_is_missing(item: Resource, name: str, reason: str) -> None:
    assert related(item, name) == Dangling(reason)


MANY = [(kind, name) for kind, relations in RELATIONS.items() for name, one in relations.items() if one.many]


@pytest.mark.parametrize(("kind", "name"), MANY)
def test_a_resource_that_says_nothing_has_no_many(kind: str, name: str) -> None:
    assert related(RESOURCES[kind].parse({"network": "twitter"} if kind in ("post", "account") else {}), name) == ()


# The source of a post


def test_a_source_may_be_named_by_its_institution_and_the_information() -> None:
    assert related(post(institution="elsewhere", source_institution="rail", info="strike"), "source") is FIRST


def test_the_post_that_is_shared_comes_before_the_institution_of_the_information() -> None:
    shared = post(shared_from="other", source_institution="rail", info="strike")

    assert related(shared, "source") is OTHER


def test_an_institution_is_its_own_source() -> None:
    own = post("own", institution="rail", source_institution="rail", info="strike")

    assert related(own, "source") is own


# Siblings and peers


def test_a_post_is_neither_its_own_sibling_nor_its_own_peer_even_without_id() -> None:
    nameless, twin = (post(institution="rail", info="strike") for _ in range(2))
    workspace = Workspace(posts=[nameless, twin])
    siblings = related(nameless, "siblings", workspace)

    assert isinstance(siblings, tuple)
    assert [one is twin for one in siblings] == [True]
    assert related(nameless, "peers", workspace) == ()


def test_a_post_from_outside_the_workspace_knows_itself_by_its_id() -> None:
    assert related(FIRST.model_copy(), "siblings") == (SECOND,)


def test_a_post_of_no_institution_has_neither_siblings_nor_peers() -> None:
    assert (related(NOBODYS, "siblings"), related(NOBODYS, "peers")) == ((), ())


POSTS = st.lists(
    st.builds(
        lambda institution, info: {"institution": institution, "info": info},
        st.sampled_from(["", "rail", "roads", "tax", None]),
        st.sampled_from(["", "strike", "snow", None]),
    ),
    max_size=8,
).map(lambda drawn: [post(f"p{number}", **fields) for number, fields in enumerate(drawn)])


@given(POSTS)
def test_siblings_and_peers_are_mutual_and_never_both(posts: list[Post]) -> None:
    workspace = Workspace(posts=posts)
    found = {
        (one.id, name): {other.id for other in many if isinstance(other, Post)}
        for one in posts
        for name in ("siblings", "peers")
        if isinstance(many := related(one, name, workspace), tuple)
    }

    for (name, relation), others in found.items():
        assert all(name in found[other, relation] for other in others)
        assert name not in others
    for one in posts:
        assert not found.get((one.id, "siblings"), set()) & found.get((one.id, "peers"), set())


# The workspace itself


@pytest.mark.parametrize("kind", list(RESOURCES))
def test_an_id_given_twice_is_refused(kind: str) -> None:
    fields = {"network": "twitter"} if kind in ("post", "account") else {}
    twins: Any = {f"{kind}s": [RESOURCES[kind].parse({"id": "same", **fields}) for _ in range(2)]}
    with pytest.raises(InputError) as caught:
        Workspace(**twins)

    (problem,) = caught.value.problems
    assert problem.path == f"{kind}.id"
    assert problem.message() == f"2 resources of type {kind} have the id 'same'; give each its own"


def test_every_repeated_id_is_told_with_the_place_where_it_was_read() -> None:
    origins = {("post", "a"): ("drafts.toml", 7)}
    with pytest.raises(InputError) as caught:
        Workspace(posts=[post("a"), post("a"), post("b"), post("b"), post("b")], origins=origins)

    assert [(one.file, one.line) for one in caught.value.problems] == [("drafts.toml", 7), ("", None)]
    assert "3 resources of type post have the id 'b'" in caught.value.problems[1].message()


def test_one_id_may_name_resources_of_different_types() -> None:
    workspace = Workspace(posts=[post("same")], events=[Event(id="same")])

    assert type(workspace.find("event", "same")) is Event


def test_resources_without_id_may_repeat_and_are_found_by_no_name() -> None:
    workspace = Workspace(posts=[post(), post()])

    assert len(list(workspace)) == 2
    assert workspace.find("post", "") is None


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("post", "first", FIRST),
        ("account", "rail-x", RAIL_X),
        ("event", "day", DAY),
        ("institution", "roads", ROADS),
        ("closure", "holiday", HOLIDAY),
        ("account", "first", None),
        ("post", "FIRST", None),
    ],
)
def test_a_resource_is_found_by_its_type_and_id(kind: str, name: str, expected: Resource | None) -> None:
    assert EVERYTHING.find(kind, name) is expected


def test_resources_keep_the_order_in_which_they_were_given() -> None:
    assert [one.id for one in EVERYTHING][:6] == ["first", "second", "third", "nobodys", "unknown", "other"]
    assert [type_of(one) for one in EVERYTHING][6:] == "account account event institution institution closure".split()


def test_a_workspace_reads_what_it_is_given_only_once() -> None:
    workspace = Workspace(posts=(post(name) for name in "ab"))

    assert [one.id for one in workspace] == [one.id for one in workspace] == ["a", "b"]
