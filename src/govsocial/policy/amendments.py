"""What a policy file may say of rules that are not its own: overrides and waivers. Shapes only."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from govsocial.messages import say
from govsocial.policy.period import Day
from govsocial.policy.shapes import Clauses, Id, Severity, Table, Validity, Words
from govsocial.validation import Bool, Str, TextError


class Override(Table):
    """What changes in a *rule*, or in a *param* for all rules of its policy, and the *reason*."""

    rule: Str | None = None
    severity: Severity | None = None
    message: Words | None = None
    enabled: Bool | None = None
    param: Str | None = None
    value: Any = None
    reason: Words

    @model_validator(mode="after")
    def _one_form(self) -> Override:
        of_rule = any(one is not None for one in (self.severity, self.message, self.enabled))
        if (self.rule is None) == (self.param is None):
            raise TextError(say("give either 'rule' or 'param'"))
        if self.rule is not None and (self.value is not None or not of_rule):
            raise TextError(say("an override of a rule gives 'severity', 'message' or 'enabled', and no 'value'"))
        if self.param is not None and (self.value is None or of_rule):
            raise TextError(say("an override of a param gives its 'value', and nothing else"))
        return self


class Waiver(Validity):
    """
    An exception that ends: violations of *rules* by resources for which all of *match* holds are waived.

    It is in force from ``from`` up to *until*, exclusive; a bare date is midnight in the policy's zone.
    """

    id: Id
    rules: Clauses = Field(min_length=1)
    match: Clauses = ()
    until: Day
    reason: Words
    approved_by: Str = ""
