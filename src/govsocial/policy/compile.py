"""Policy documents to rules that run, or everything that is wrong with them. Reads no files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from govsocial.errors import PolicyError, Problem, did_you_mean
from govsocial.messages import say
from govsocial.networks import networks_of
from govsocial.policy import between
from govsocial.policy.building import Builder, by_language
from govsocial.policy.faults import Faults, Path, problem_at
from govsocial.policy.layers import layered
from govsocial.policy.message import Message
from govsocial.policy.params import table_of
from govsocial.policy.period import Period
from govsocial.policy.rules import CompiledPolicy, PolicySet, Rule, Vocabulary
from govsocial.policy.schema import EFFECTS, Citation, Item, Opportunity, Policy, Source
from govsocial.policy.scope import Scopes
from govsocial.policy.waivers import waivers_of
from govsocial.validation import HOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govsocial.policy.scope import Trees

ALL: Final = "*"
KINDS: Final = ("original", "quote")
"""The kinds of posts that a rule is about where neither it nor its policy says."""


def compile_policy(policy: Policy, vocabulary: Vocabulary, trees: Trees | None = None) -> CompiledPolicy:
    """
    Return *policy* with its rules ready to run; *trees* are its expressions as far as they were checked before.

    Raises:
        PolicyError: with all that is wrong, each with its place in the file and what was perhaps meant.
    """
    compiled, problems = attempt(policy, vocabulary, trees)
    if problems:
        raise PolicyError(problems)
    return compiled


def attempt(
    policy: Policy, vocabulary: Vocabulary, trees: Trees | None = None
) -> tuple[CompiledPolicy, tuple[Problem, ...]]:
    """Return *policy* with its rules ready to run, but for the parts that are wrong, and what is wrong with these."""
    return _Compiler(policy, vocabulary, trees).compile()


def assemble(policies: Iterable[CompiledPolicy]) -> PolicySet:
    """
    Return *policies* as one set, sorted by id; their overrides lie upon one another in the order given.

    Raises:
        PolicyError: with all that is wrong between them, such as two policies with one id, an override of a rule that
            does not exist, or one that loosens what is binding.
    """
    found, told = together(tuple(policies))
    if told:
        raise PolicyError([problem for _, problem in told])
    return found


def together(given: Sequence[CompiledPolicy]) -> tuple[PolicySet, list[between.Told]]:
    """Return *given* as one set, as ``assemble`` does, and what is wrong, each with the policy to mend."""
    policies, of_layers = layered(given)
    waivers, of_waivers = waivers_of(given)
    by_id = tuple(sorted(policies, key=lambda policy: policy.id))
    return PolicySet(by_id, tuple(given), waivers), [*between.faults(given), *of_layers, *of_waivers]


class _Compiler:
    """Compiles one policy, gathering what is wrong on the way."""

    def __init__(self, policy: Policy, vocabulary: Vocabulary, trees: Trees | None) -> None:
        self._policy = policy
        self._document = policy.document
        self._known = networks_of(vocabulary.networks.values())
        self._faults = Faults(policy)
        self._strange: dict[str, Problem] = {}
        self._zone = self._time_zone()
        self._languages = _languages(policy)
        self._params, wrong = table_of(self._document.param, self._zone)
        for path, text in wrong:
            self._faults.add(("param", *path), text)
        self._new_scopes = partial(Scopes, self._document.fact, self._params, vocabulary, trees=trees)
        self._scopes = self._new_scopes(self._faults)

    def compile(self) -> tuple[CompiledPolicy, tuple[Problem, ...]]:
        title = by_language(self._faults, ("policy", "title"), self._document.policy.title, self._languages)
        self._shared()
        rules = [self._rule(table, number, item) for table, number, item in self._document.items()]
        self._scopes.check_unused(self._document.defaults.on)
        self._no_id_twice()
        return self._compiled(rules, Message(title)), self._faults.problems

    def _compiled(self, rules: Sequence[Rule], title: Message) -> CompiledPolicy:
        header = self._document.policy
        laid_out = (replace(rule, layout=self._scopes.on(rule.on).layout) for rule in rules)
        active = [rule for rule in laid_out if rule.networks != frozenset() and rule.network not in self._strange]
        return CompiledPolicy(
            id=header.id,
            version=header.version,
            digest=self._policy.digest,
            languages=self._languages,
            valid=header.valid.period(self._zone),
            params=self._params,
            rules=tuple(sorted(active, key=lambda rule: rule.id)),
            title=title,
            written=self._policy,
            zone=self._zone,
            scopes=self._new_scopes,
            inactive=frozenset(rule.id for rule in rules) - {rule.id for rule in active},
            notes=tuple(self._strange.values()),
        )

    def _time_zone(self) -> ZoneInfo:
        name = self._document.policy.timezone
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._faults.add(("policy", "timezone"), say("there is no time zone '{zone}'", zone=name))
            return HOME

    def _no_id_twice(self) -> None:
        seen: set[str] = set()
        for table, number, item in self._document.items():
            if item.id in seen:
                text = say("two rules have the id '{id}'", id=item.id)
                self._faults.add((table, number, "id"), text, self._name(item))
            seen.add(item.id)

    def _name(self, item: Item) -> str:
        return f"{self._policy.id}/{item.id}"

    def _shared(self) -> None:
        """Look through what rules share, and what params cite, where each stands: once."""
        defaults = self._document.defaults
        self._networks(defaults.networks, ("defaults", "networks"))
        self._source(defaults.source, ("defaults", "source"))
        for name, param in self._document.param.items():
            self._source(param.source, ("param", name, "source"))
            for number, value in enumerate(param.values):
                self._source(value.source, ("param", name, "values", number, "source"))

    def _rule(self, table: str, number: int, item: Item) -> Rule:
        path, defaults = (table, number), self._document.defaults
        on = item.on or defaults.on
        kinds = item.kinds or defaults.kinds or KINDS
        period = item.valid.period(self._zone)
        builder = Builder(self._faults, self._languages, path, self._name(item), self._scopes.on(on))
        source = item.source or defaults.source
        if item.source:
            self._source(item.source, (*path, "source"), self._name(item))
        return Rule(
            id=self._name(item),
            effect=EFFECTS[table],
            on=on,
            networks=self._applies_on(item, path),
            kinds=None if on != "post" or ALL in kinds else frozenset(kinds),
            severity=getattr(item, "severity", None) or defaults.severity,
            valid=None if period == Period() else period,
            yields_to=frozenset(getattr(item, "yields_to", ())),
            source=self._cited(source) if source else None,
            binding=getattr(item, "binding", False),
            waivable=item.waivable,
            layout=self._scopes.on(on).layout,  # replaced once all expressions are known
            **builder.parts(item) | self._target(item, path),
        )

    def _applies_on(self, item: Item, path: Path) -> frozenset[str] | None:
        if item.networks is not None:
            return self._networks(item.networks, (*path, "networks"), self._name(item))
        return self._networks(self._document.defaults.networks, ("defaults", "networks"))

    def _target(self, item: Item, path: Path) -> dict[str, Any]:
        """Return the network that an opportunity is about, by its id."""
        if not isinstance(item, Opportunity):
            return {}
        if item.network:
            self._networks((item.network,), (*path, "network"), self._name(item))
        return {"network": self._known.resolve(item.network)}

    def _networks(self, names: Sequence[str] | None, path: Path, rule: str = "") -> frozenset[str] | None:
        """Return the ids of those *names* that somebody provides, None for all networks."""
        if not names:
            return None
        for number, name in enumerate(names):
            if self._known.by_id and self._known.resolve(name) not in self._known.by_id:
                self._no_network(name, (*path, number), rule)
        return frozenset(map(self._known.resolve, names)) - self._strange.keys()

    def _no_network(self, name: str, path: Path, rule: str) -> None:
        """Refuse a name near that of a network; note another one, which a plugin may provide elsewhere."""
        hint = did_you_mean(name, self._known.by_name)
        if hint.template:
            self._faults.add(path, say("there is no network '{name}'{hint}", name=name, hint=hint), rule)
        else:
            text = say("nobody provides the network '{name}', so its rules never apply", name=name)
            self._strange.setdefault(name, problem_at(self._policy, path, text, rule))

    def _source(self, citation: Citation | str | None, path: Path, rule: str = "") -> None:
        """Hold a citation to the sources of this policy; free words cite nothing."""
        known = self._document.source
        if isinstance(citation, Citation) and citation.ref not in known:
            hint = did_you_mean(citation.ref, known)
            text = say("no source is called '{ref}'{hint}", ref=citation.ref, hint=hint)
            self._faults.add((*path, "ref"), text, rule)

    def _cited(self, citation: Citation) -> tuple[Source, Citation] | None:
        found = self._document.source.get(citation.ref)
        return (found, citation) if found else None


def _languages(policy: Policy) -> tuple[str, ...]:
    """Return the languages that a policy declares, else those of its texts."""
    document = policy.document
    if document.policy.languages:
        return document.policy.languages
    words = [document.policy.title]
    words += [text for _, _, item in document.items() for text in (item.message, item.help) if text]
    words += [text for one in document.override for text in (one.message, one.reason) if text]
    words += [one.reason for one in document.waiver]
    found = dict.fromkeys(language for each in words for language in each if language)
    return tuple(found) or ("en",)
