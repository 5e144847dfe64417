"""Networks, and how a resource is read by them: aliases resolved, tags and lengths derived from the text. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from govsocial.model import Account, Event, Institution, Post, Resource
from govsocial.text import TextProfile, derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govsocial.language import Detect

R = TypeVar("R", bound=Resource)
_DERIVED: Final = ("hashtags", "mentions", "links", "length", "bytes", "emoji_count")


@dataclass(frozen=True, slots=True)
class Network:
    """A network: its *id* for all years, other names that it goes by, and how it reads text."""

    id: str
    aliases: tuple[str, ...] = ()
    profile: TextProfile = field(default_factory=TextProfile)


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that plugins provide, by id and by alias."""

    by_id: Mapping[str, Network]
    by_name: Mapping[str, str]

    def resolve(self, name: str) -> str:
        """Return the id of the network called *name*, which is the name itself where nobody provides it."""
        return self.by_name.get(name.casefold(), name)

    def profile(self, network: str) -> TextProfile:
        """Return how *network* reads text; as text in general where nobody provides it."""
        known = self.by_id.get(network)
        return known.profile if known else TextProfile()


def networks_of(networks: Iterable[Network]) -> Networks:
    """Return *networks* with their names."""
    by_id = {one.id: one for one in networks}
    aliases = {alias.casefold(): one.id for one in by_id.values() for alias in one.aliases}
    return Networks(by_id, aliases | {name.casefold(): name for name in by_id})


def prepare(resource: R, networks: Networks, detect: Detect | None = None) -> R:
    """
    Return *resource* as rules see it.

    Network aliases become ids; a post gets what is derived from its text, and its date, unless they were given. The
    languages of the text are found by *detect*, and stay unknown without it.
    """
    updates = _PREPARE[type(resource)](resource, networks) if type(resource) in _PREPARE else {}
    if detect and isinstance(resource, Post):
        updates |= _languages(resource, detect)
    return resource.model_copy(update=updates) if updates else resource


def _post(post: Post, networks: Networks) -> dict[str, Any]:
    updates = _own_network(post, networks)
    given = post.model_fields_set
    wanted = [name for name in _DERIVED if name not in given]
    if post.text is not None and wanted:
        derived = derive(post.text, networks.profile(networks.resolve(post.network)))
        updates |= {name: getattr(derived, name) for name in wanted}
    if "date" not in given and (date := post.published_at or post.scheduled_at):
        updates["date"] = date
    return updates


def _languages(post: Post, detect: Detect) -> dict[str, Any]:
    if not post.text or "detected_languages" in post.model_fields_set:
        return {}
    return {"detected_languages": detect(post.text)}


def _own_network(resource: Post | Account, networks: Networks) -> dict[str, Any]:
    network = networks.resolve(resource.network)
    return {} if network == resource.network else {"network": network}


def _event(event: Event, networks: Networks) -> dict[str, Any]:
    updates = _renamed(event, "pages", networks)
    live = event.livestream
    if live is not None and live.networks:
        resolved = tuple(map(networks.resolve, live.networks))
        if resolved != live.networks:
            updates["livestream"] = live.model_copy(update={"networks": resolved})
    return updates


def _institution(institution: Institution, networks: Networks) -> dict[str, Any]:
    return _renamed(institution, "handles", networks)


def _renamed(resource: Resource, name: str, networks: Networks) -> dict[str, Any]:
    """Return the list *name* with the network of each element resolved, where that changes something."""
    items = getattr(resource, name) or ()
    resolved = tuple(
        item.model_copy(update={"network": networks.resolve(item.network)}) if item.network else item for item in items
    )
    return {} if resolved == items else {name: resolved}


_PREPARE: Final[Mapping[type[Resource], Callable[[Any, Networks], dict[str, Any]]]] = {
    Post: _post,
    Account: _own_network,
    Event: _event,
    Institution: _institution,
}
