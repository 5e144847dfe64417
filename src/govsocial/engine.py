"""The engine: resources to a report. Pure: it reads no file, and asks the time of the clock it was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Never, TypeVar

from govsocial.cel.evaluate import Absent
from govsocial.finding import Finding, Subject
from govsocial.judging import NOT_APPLICABLE, judge, live_options, superseded, waived
from govsocial.model import Post, Resource
from govsocial.networks import Networks, networks_of, prepare
from govsocial.policy.rules import Vocabulary, enabled_at
from govsocial.report import LiveTable, Opportunity, Report
from govsocial.validation import moment_of
from govsocial.workspace import RELATIONS, Dangling, Workspace, empty, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from govsocial.cel.evaluate import Frame
    from govsocial.errors import Problem
    from govsocial.language import Detect
    from govsocial.policy.params import ParamTable
    from govsocial.policy.rules import CompiledPolicy, Layout, PolicySet, Rule, Waiver
    from govsocial.workspace import Related

    Beside = Callable[[str], Any]

R = TypeVar("R", bound=Resource)
ALONE: Final = Workspace()
"""The workspace of a resource that is judged by itself."""
SILENT: Final = frozenset({"pass", "not-applicable"})


@dataclass(frozen=True)
class Engine:
    """
    Judges resources by a set of policies. Immutable, and safe to share between threads.

    *clock* says what today is, for resources without a date of their own; *detect* which languages a text is in;
    *vocabulary* is what plugins bring to further policies. ``Engine.default()`` gives one with all that is installed;
    *problems* name the plugins that were refused there.
    """

    policies: PolicySet
    networks: Networks
    clock: Callable[[], datetime]
    detect: Detect | None = None
    vocabulary: Vocabulary = field(default=Vocabulary({}, {}, {}), repr=False)
    problems: tuple[Problem, ...] = ()
    _index: dict[tuple[str, str], tuple[tuple[CompiledPolicy, tuple[Rule, ...]], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _asked: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def default(cls, policies: Sequence[Any] = (), disable: Sequence[str] = ()) -> Engine:
        """
        Return an engine with the built-in policies and the installed plugins.

        *policies* are files, folders or ``Policy`` values to add; *disable* names plugins to leave out. A plugin that
        cannot be used is left out with a ``RuntimeWarning``, and named in ``problems``.

        Raises:
            PolicyError: where one of *policies* cannot be loaded.
            PluginError: where *disable* names a plugin that is not installed.
        """
        from govsocial.defaults import default_engine  # noqa: PLC0415 - the shell, reached from the core on request

        return default_engine(policies, disable)

    def with_policies(self, policies: Sequence[Any]) -> Engine:
        """
        Return an engine with *policies* (as for ``default``) too: one a tenant, with the compiled rules of this one.

        Select rules afterwards.

        Raises:
            PolicyError: where one of *policies* cannot be loaded, or does not go with those that are there.
        """
        from govsocial.defaults import extended  # noqa: PLC0415 - the shell, reached from the core on request

        return extended(self, policies)

    def selecting(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Engine:
        """Return an engine with the rules whose full id matches a pattern of *select* and none of *ignore*."""
        kept = tuple(
            replace(policy, rules=tuple(rule for rule in policy.rules if _selected(rule.id, select, ignore)))
            for policy in self.policies.policies
        )
        return replace(self, policies=replace(self.policies, policies=kept))

    def __reduce__(self) -> Never:
        """
        Refuse to be pickled or copied.

        Raises:
            TypeError: always, with what to do.
        """
        raise TypeError("an Engine holds compiled rules and cannot be pickled; make one in each process")

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
        run = _Run(self, workspace or ALONE, moment_of(as_of, "as_of"), keep_all=keep_all)
        for item in items:
            run.judge(item)
        return run.report()

    def verdicts(
        self, resource: Resource, workspace: Workspace | None = None, as_of: datetime | date | None = None
    ) -> tuple[Finding, ...]:
        """Return what every rule on *resource* says, passes, opportunities and live options included."""
        return tuple(_Run(self, workspace or ALONE, moment_of(as_of, "as_of"), keep_all=True).verdicts(resource))

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
                for path in (*rule.fields, *self.policies.matching(rule.id))
            )
        return self._asked[network]

    def _covers(self, rule: Rule, network: str) -> bool:
        """Whether *rule* is for *network*; its author may have named that by an alias."""
        return rule.networks is None or not network or network in map(self.networks.resolve, rule.networks)


def _selected(name: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    chosen = not select or any(fnmatchcase(name, pattern) for pattern in select)
    return chosen and not any(fnmatchcase(name, pattern) for pattern in ignore)


@cache
def _nothing(model: type[Resource]) -> Resource:
    """Return the empty resource of type *model* as rules see it, which is the same whatever networks there are."""
    return prepare(empty(model), networks_of(()))


class _Run:
    """One call of ``check``: gathers findings, and prepares each related post once."""

    def __init__(self, engine: Engine, workspace: Workspace, as_of: datetime | None, *, keep_all: bool) -> None:
        self._engine = engine
        self._workspace = workspace
        self._as_of = as_of
        self._closures = tuple(workspace.closures)
        self._now = engine.clock()  # once, so that midnight does not divide a run
        self._keep_all = keep_all
        self._prepared: dict[int, tuple[Resource, Resource]] = {}  # keeps the original: another may not get its number
        self._findings: list[Finding] = []
        self._opportunities: list[Opportunity] = []
        self._live: list[LiveTable] = []
        self._counts: Counter[str] = Counter()
        self._in_force: set[str] = set()  # names of waivers

    def judge(self, item: Resource) -> None:
        """Judge one resource, and keep what is to be said."""
        self._keep(self.verdicts(item))

    def verdicts(self, item: Resource) -> list[Finding]:
        """Return what every rule on the type and network of *item* says; what is only counted is left out."""
        subject, beside = self._subject(item), self._beside(item)
        found: list[Finding] = []
        for policy, rules in self._engine.rules_on(type_of(item), getattr(subject.resource, "network", "")):
            frame = self._frame(rules[0].layout, policy.params, beside, subject)
            valid = policy.valid.holds(subject.as_of)
            for rule in enabled_at(rules, subject.as_of) if policy.dated else rules:
                outcome, missing = judge(rule, frame, subject) if valid else NOT_APPLICABLE
                if self._keep_all or outcome not in SILENT:
                    found.append(Finding(rule, outcome, subject, frame, missing))
                else:
                    self._counts[outcome] += 1
        found = superseded(found)
        return self._waived(found, beside, subject) if self._engine.policies.waivers else found

    def _waived(self, found: list[Finding], beside: Beside, subject: Subject) -> list[Finding]:
        """Return *found* with what is waived marked as such; each waiver reads a frame of its own policy."""

        def frame_of(waiver: Waiver, layout: Layout) -> Frame:
            return self._frame(layout, waiver.params, beside, subject)

        in_force = [one for one in self._engine.policies.waivers if one.period.holds(subject.as_of)]
        self._in_force.update(one.name for one in in_force)
        return waived(found, in_force, frame_of) if in_force else found

    def report(self) -> Report:
        """Return all that was said."""
        best = sorted(self._opportunities, key=lambda one: -one.score)
        return Report(
            findings=tuple(self._findings),
            opportunities=tuple(best),
            live=tuple(self._live),
            counts=self._counts,
            policies=self._engine.policies.named,
            as_of=self._as_of,
            unused_waivers=self._unused(),
        )

    def _unused(self) -> tuple[Waiver, ...]:
        if not self._in_force:
            return ()
        unused = self._in_force - {one.waiver.name for one in self._findings if one.waiver}
        return tuple(one for one in self._engine.policies.waivers if one.name in unused)

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

    def _frame(self, layout: Layout, params: ParamTable, beside: Beside, subject: Subject) -> Frame:
        as_of = subject.as_of
        return layout.frame(subject.resource, beside, self._closures, as_of, params.at(as_of))

    def _beside(self, item: Resource) -> Beside:
        """Return what finds the relations of *item* by name, each once however many policies ask."""
        relations, known = RELATIONS[type_of(item)], dict[str, Any]()

        def related(name: str) -> Any:  # noqa: ANN401
            if name not in known:  # of the item as it was given, so that a post without id is not its own sibling
                known[name] = self._as_seen(relations[name].find(item, self._workspace))
            return known[name]

        return related

    def _as_seen(self, found: Related) -> Any:  # noqa: ANN401
        """Return what a relation leads to as rules see it."""
        if isinstance(found, Dangling):
            return Absent(found.reason)
        return tuple(map(self._prepare, found)) if isinstance(found, tuple) else self._prepare(found)

    def _prepare(self, resource: Resource) -> Resource:
        if resource is empty(type(resource)):
            return _nothing(type(resource))
        if not isinstance(resource, Post):
            return self._engine.prepare(resource)
        if id(resource) not in self._prepared:
            self._prepared[id(resource)] = resource, self._engine.prepare(resource)
        return self._prepared[id(resource)][1]
