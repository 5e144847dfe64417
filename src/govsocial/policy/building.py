"""The parts of one rule: conditions and words, compiled in the scope of what the rule judges."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from govsocial.cel.evaluate import Closure, closure
from govsocial.cel.tree import fields
from govsocial.cel.types import BOOL, DOUBLE, INT
from govsocial.errors import did_you_mean
from govsocial.messages import Text, say
from govsocial.policy.message import FAILING, Message, pieces
from govsocial.policy.rules import Clause
from govsocial.policy.schema import Live, Opportunity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govsocial.cel.tree import Node
    from govsocial.cel.types import CelType
    from govsocial.policy.faults import Faults, Path
    from govsocial.policy.schema import Item
    from govsocial.policy.scope import Scope
    from govsocial.policy.shapes import Plural, Words

_PATH: Final = re.compile(r"[a-z_]+(\.[a-z_][a-z0-9_]*)+")
_CONDITION: Final = say("a condition is true or false; this is {type}")
_PLURAL: Final = say("'plural' is a whole number; this is {type}")
_REACH: Final = say("'reach' is a number; this is {type}")


class Builder:
    """Compiles the parts of the rule at *path*, called *rule*; texts are wanted in *languages*."""

    def __init__(self, faults: Faults, languages: Sequence[str], path: Path, rule: str, scope: Scope) -> None:
        self._faults = faults
        self._languages = languages
        self._path = path
        self._rule = rule
        self._scope = scope
        self._fields: set[str] = set()
        self._known: dict[str, tuple[Closure | None, Text | None]] = {}  # placeholders come back in every language

    def parts(self, item: Item) -> dict[str, Any]:
        """Return the conditions and the words of *item*."""
        counted = self._clause((*self._path, "plural"), item.plural, (INT,), _PLURAL) if item.plural else None
        number = counted.run if counted else None
        return {
            "when": self.clauses("when", item.when),
            "require": self.clauses("require", getattr(item, "require", ())),
            "message": self.message("message", item.message, item.plural, number),
            "help": self.message("help", item.help, item.plural, number),
            **self._of_effect(item),
            "fields": self._scope.fields(self._fields),
        }

    def _of_effect(self, item: Item) -> dict[str, Any]:
        """Return what only opportunities or only live options have."""
        match item:
            case Opportunity(score=score):
                return {"score": score}
            case Live(platform=platform, eligible=eligible, reach=reach):
                number = self._clause((*self._path, "reach"), reach, (INT, DOUBLE), _REACH) if reach else None
                clauses = self.clauses("eligible", eligible)
                return {"platform": platform, "eligible": clauses, "reach": number}
        return {}

    def clauses(self, key: str, texts: tuple[str, ...]) -> tuple[Clause, ...]:
        """Return the conditions *texts* that stand under *key*."""
        found = [self._clause((*self._path, key, number), text) for number, text in enumerate(texts)]
        return tuple(clause for clause in found if clause is not None)

    def _clause(
        self, path: Path, text: str, expected: tuple[CelType, ...] = (BOOL,), otherwise: Text = _CONDITION
    ) -> Clause | None:
        node, complaints = self._scope.check(text)
        if node is not None and node.type not in expected:
            complaints = [(replace(otherwise, values={"type": str(node.type)}), 1, 1)]
        for reason, line, column in complaints:
            self._faults.add(path, reason, self._rule, (line, column))
        if node is None or complaints:
            return None
        read = fields(node)
        self._fields |= read
        run = closure(node, self._scope.slots)
        return Clause(text, node, run, self._scope.code(node), self._scope.fields(read))

    def message(self, key: str, words: Words | None, plural: str | None, number: Closure | None) -> Message:
        """Return the message under *key*; its placeholders are expressions of this rule's scope."""
        texts = by_language(self._faults, (*self._path, key), words, self._languages, self._rule)
        found = {language: self._places((*self._path, key, language), text) for language, text in texts.items()}
        for language, text in texts.items():
            if text.one != text.other and not plural:
                reason = say("say what is counted, such as plural = 'fact.n', or write one text instead of two")
                self._faults.add((*self._path, key, language), reason, self._rule)
        self._same_everywhere(key, {language: places for language, places in found.items() if places is not None})
        runs = {name: run for places in found.values() for name, run in (places or {}).items() if run is not None}
        return Message(texts, runs, number)

    def _places(self, path: Path, text: Plural) -> dict[str, Closure | None] | None:
        """Return the placeholders of *text*, None where they cannot be told apart."""
        try:
            found = [name for form in (text.one, text.other) for _, name in pieces(form) if name is not None]
        except ValueError:
            reason = say("a brace is not closed, or holds more than a path; write {{{{ for a brace")
            self._faults.add(path, reason, self._rule)
            return None
        return {name: self._place(path, name) for name in found}

    def _place(self, path: Path, name: str) -> Closure | None:
        if name == FAILING:
            return lambda _: ""
        if name not in self._known:
            node, found = self._checked(name)
            self._known[name] = closure(node, self._scope.slots) if node is not None else None, found
        run, reason = self._known[name]
        if reason is not None:
            text = say("placeholder {{{name}}}: {reason}", name=name, reason=reason)
            self._faults.add(path, text, self._rule)
        return run

    def _checked(self, name: str) -> tuple[Node | None, Text | None]:
        """Return the placeholder *name* as an expression, or why it is none; neither where a fact is to blame."""
        if not _PATH.fullmatch(name):
            return None, say("it is no path")
        node, complaints = self._scope.check(re.sub(r"^(.+)\.size$", r"size(\1)", name))
        if node is not None and node.type.mentions_message:
            return None, say("it is a table; name one of its fields")
        return node, complaints[0][0] if complaints else None

    def _same_everywhere(self, key: str, places: Mapping[str, Mapping[str, object]]) -> None:
        """Hold all languages to the same placeholders."""
        every = {name for own in places.values() for name in own}
        for language, own in places.items():
            if missing := ", ".join(f"{{{name}}}" for name in sorted(every - own.keys())):
                text = say("in '{language}' the text lacks {names}", language=language, names=missing)
                self._faults.add((*self._path, key, language), text, self._rule)


def by_language(
    faults: Faults, path: Path, words: Words | None, languages: Sequence[str], rule: str = ""
) -> Mapping[str, Plural]:
    """Return *words* in the order of *languages*, in all of them; a plain text is in the first one."""
    if not words:
        return {}
    if "" in words:
        return {languages[0]: words[""]}
    for language in words:
        if language not in languages:
            hint = did_you_mean(language, languages)
            text = say("'{language}' is no language of this policy{hint}", language=language, hint=hint)
            faults.add((*path, language), text, rule)
    missing = [language for language in languages if language not in words]
    if missing:
        faults.add(path, say("the text is missing in: {languages}", languages=", ".join(missing)), rule)
    return {language: words[language] for language in languages if language in words}
