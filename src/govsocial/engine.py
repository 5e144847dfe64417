"""The engine: resources to a report. Pure: it reads no file, and asks the time of the clock it was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, TypeVar

from govsocial.cel.evaluate import Absent
from govsocial.errors import InputError, Problem
from govsocial.finding import Finding, Subject
from govsocial.judging import NOT_APPLICABLE, judge, live_options, superseded
from govsocial.messages import say
from govsocial.model import Post, Resource
from govsocial.networks import Networks, prepare
from govsocial.policy.rules import CompiledPolicy, PolicySet, Rule
from govsocial.report import LiveTable, Opportunity, Report
from govsocial.validation import moment
from govsocial.workspace import RELATIONS, Dangling, Workspace, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from govsocial.cel.evaluate import Frame
    from govsocial.language import Detect

R = TypeVar("R", bound=Resource)
SILENT: Final = frozenset({"pass", "not-applicable"})


@dataclass(frozen=True)
class Engine:
    """
    Judges resources by a set of policies. Immutable, and safe to share between threads.

    *clock* says what today is, for resources without a date of their own; *detect* which languages a text is in.
    ``Engine.default()`` gives one with the built-in policies and the installed plugins.
    """

    policies: PolicySet
    networks: Networks
    clock: Callable[[], datetime]
    detect: Detect | None = None
    _index: dict[tuple[str, str], tuple[tuple[CompiledPolicy, tuple[Rule, ...]], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _asked: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def default(cls, policies: Sequence[Any] = (), disable: Sequence[str] = ()) -> Engine:
        """
        Return an engine with the built-in policies and the installed plugins.

        *policies* are files, folders or ``Policy`` values to add; *disable* names plugins to leave out.

        Raises:
            PolicyError: where one of *policies* cannot be loaded.
        """
        from govsocial.defaults import default_engine  # noqa: PLC0415 - the shell, reached from the core on request

        return default_engine(policies, disable)

    def selecting(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Engine:
        """Return an engine with the rules whose full id matches a pattern of *select* and none of *ignore*."""
        kept = tuple(
            replace(policy, rules=tuple(rule for rule in policy.rules if _selected(rule.id, select, ignore)))
            for policy in self.policies.policies
        )
        return replace(self, policies=PolicySet(kept))

    def prepare(self, resource: R) -> R:
        """
        Return *resource* as rules see it: aliases resolved, tags, links, lengths and date derived unless given.

        The languages of a text take longest to find; they are where a rule that may see the post reads them.
        """
        asked = isinstance(resource, Post) and self._asks_languages(self.networks.resolve(resource.network))
        return prepare(resource, self.networks, self.detect if asked else None)

    def check(
        self,
        resources: Resource | Iterable[Resource],
        workspace: Workspace | None = None,
        as_of: datetime | date | None = None,
        *,
        keep_all: bool = False,
    ) -> Report:
        """
        Judge one resource, or several, and return one report.

        *workspace* holds what they refer to. *as_of* judges by the rules and facts of that moment (a bare date is
        midnight in Brussels); without it each is judged by its own date, else by today. With *keep_all* the findings
        include passes and rules that do not apply.

        Raises:
            InputError: where *as_of* is no moment.
        """
        items = (resources,) if isinstance(resources, Resource) else resources
        run = _Run(self, workspace or Workspace(), _moment(as_of), keep_all=keep_all)
        for item in items:
            run.judge(item)
        return run.report()

    def verdicts(
        self, resource: Resource, workspace: Workspace | None = None, as_of: datetime | date | None = None
    ) -> tuple[Finding, ...]:
        """Return what every rule on *resource* says, passes, opportunities and live options included."""
        return tuple(_Run(self, workspace or Workspace(), _moment(as_of), keep_all=True).verdicts(resource))

    def rules_on(self, on: str, network: str) -> tuple[tuple[CompiledPolicy, tuple[Rule, ...]], ...]:
        """Return the rules for resources of type *on* on *network* (empty where the type has none), by policy."""
        key = (on, network)
        if key not in self._index:
            found = (
                (policy, tuple(rule for rule in policy.rules if rule.on == on and self._covers(rule, network)))
                for policy in self.policies.policies
            )
            self._index[key] = tuple((policy, rules) for policy, rules in found if rules)
        return self._index[key]

    def _asks_languages(self, network: str) -> bool:
        """Whether a rule reads in which languages a post of *network* is: its own post, or a related one."""
        if network not in self._asked:
            self._asked[network] = any(
                path.endswith(".detected_languages") and (self._covers(rule, network) or not path.startswith("post."))
                for rule in self.policies.rules()
                for path in rule.fields
            )
        return self._asked[network]

    def _covers(self, rule: Rule, network: str) -> bool:
        """Whether *rule* is for *network*; its author may have named that by an alias."""
        return rule.networks is None or not network or network in map(self.networks.resolve, rule.networks)


def _moment(as_of: datetime | date | None) -> datetime | None:
    if as_of is None:
        return None
    try:
        found = moment(as_of)
    except ValueError:
        found = None
    if not isinstance(found, datetime):
        text = say("'{value}' is no date; write it as 2026-11-24", value=as_of)
        raise InputError([Problem(text, path="as_of")])
    return found


def _selected(name: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    chosen = not select or any(fnmatchcase(name, pattern) for pattern in select)
    return chosen and not any(fnmatchcase(name, pattern) for pattern in ignore)


class _Run:
    """One call of ``check``: gathers findings, and prepares each related post once."""

    def __init__(self, engine: Engine, workspace: Workspace, as_of: datetime | None, *, keep_all: bool) -> None:
        self._engine = engine
        self._workspace = workspace
        self._as_of = as_of
        self._now = engine.clock()  # once, so that midnight does not divide a run
        self._keep_all = keep_all
        self._prepared: dict[int, tuple[Resource, Resource]] = {}  # keeps the original: another may not get its number
        self._findings: list[Finding] = []
        self._opportunities: list[Opportunity] = []
        self._live: list[LiveTable] = []
        self._counts: Counter[str] = Counter()

    def judge(self, item: Resource) -> None:
        """Judge one resource, and keep what is to be said."""
        self._keep(self.verdicts(item))

    def verdicts(self, item: Resource) -> list[Finding]:
        """Return what every rule on the type and network of *item* says."""
        subject = self._subject(item)
        found: list[Finding] = []
        for policy, rules in self._engine.rules_on(type_of(item), getattr(subject.resource, "network", "")):
            frame = self._frame(rules[0], policy, item, subject)
            valid = policy.valid.holds(subject.as_of)
            for rule in rules:
                outcome, missing = judge(rule, frame, subject) if valid else NOT_APPLICABLE
                found.append(Finding(rule, outcome, subject, frame, missing))
        return superseded(found)

    def report(self) -> Report:
        """Return all that was said."""
        policies = tuple((one.id, one.version, one.digest) for one in self._engine.policies.policies)
        best = sorted(self._opportunities, key=lambda one: -one.score)
        return Report(tuple(self._findings), tuple(best), tuple(self._live), self._counts, policies, self._as_of)

    def _keep(self, found: list[Finding]) -> None:
        for one in found:
            self._counts[one.outcome] += 1
            judged = one.effect in ("violation", "duty")
            if one.outcome == "error" or (judged and (self._keep_all or one.outcome not in SILENT)):
                self._findings.append(one)
            elif one.effect == "opportunity" and one.outcome == "offered":
                self._opportunities.append(Opportunity(one))
        if options := live_options(found):
            self._live.append(LiveTable(options[0].finding.subject, options))

    def _subject(self, item: Resource) -> Subject:
        resource = self._prepare(item)
        own = getattr(resource, "date", None) or getattr(resource, "starts_at", None)
        return Subject(
            resource,
            self._workspace.origins.get((type_of(item), item.id), ("", None)),
            self._as_of or own or self._now,
            self._engine.networks.profile(getattr(resource, "network", "")),
        )

    def _frame(self, rule: Rule, policy: CompiledPolicy, item: Resource, subject: Subject) -> Frame:
        def related(name: str) -> Any:  # noqa: ANN401
            return self._related(name, item)

        closures, as_of = tuple(self._workspace.closures), subject.as_of
        return rule.layout.frame(subject.resource, related, closures, as_of, policy.params.at(as_of))

    def _related(self, name: str, item: Resource) -> Any:  # noqa: ANN401
        """Return what *item* is related to: as it was given, so that a post without id is not its own sibling."""
        found = RELATIONS[type_of(item)][name].find(item, self._workspace)
        if isinstance(found, Dangling):
            return Absent(found.reason)
        return tuple(map(self._prepare, found)) if isinstance(found, tuple) else self._prepare(found)

    def _prepare(self, resource: Resource) -> Resource:
        if not isinstance(resource, Post):
            return self._engine.prepare(resource)
        if id(resource) not in self._prepared:
            self._prepared[id(resource)] = resource, self._engine.prepare(resource)
        return self._prepared[id(resource)][1]
