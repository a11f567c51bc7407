"""AWS::XRay::SamplingRule.

AWS: makes the rule; Ref and GetAtt RuleARN give its ARN, RuleName and Version change by
replacement, and a name is taken once in an account and Region (resource schema). ministack: knows
neither the type nor X-Ray.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.core.responses import get_account_id, get_region

from stacksets.local.adaptations.registering import (
    Change,
    Made,
    Record,
    already_exists,
    register,
    tag_map,
)
from stacksets.local.sampling_rules import SamplingRules, TakenError

if TYPE_CHECKING:
    from stacksets.local.control_plane.settings import Place

_TYPE = "AWS::XRay::SamplingRule"
_CREATE_ONLY = ("SamplingRule.RuleName", "SamplingRule.Version")


def apply(rules: SamplingRules) -> None:
    """Register the type; `rules` keeps what it makes."""
    register(_TYPE, _Provisioner(rules), create_only=_CREATE_ONLY)


class _Provisioner:
    def __init__(self, rules: SamplingRules) -> None:
        self._rules = rules

    def create(self, _: str, props: Record, __: str) -> Made:
        rule = _rule(props)
        try:
            arn = self._rules.create(_here(), rule, tag_map(props.get("Tags")))
        except TakenError as error:
            raise already_exists(_TYPE, str(error)) from error
        return arn, {"RuleARN": arn}

    def update(self, change: Change) -> Made:
        arn = change.physical_id
        self._rules.update(_here(), arn, _rule(change.new), tag_map(change.new.get("Tags")))
        return arn, {"RuleARN": arn}

    def delete(self, physical_id: str) -> None:
        self._rules.delete(_here(), physical_id)


def _here() -> Place:
    return get_account_id(), get_region()


def _rule(props: Record) -> Record:
    rule: Record = props["SamplingRule"]
    numbers = {
        "FixedRate": float(rule["FixedRate"]),
        "Priority": int(rule["Priority"]),
        "ReservoirSize": int(rule["ReservoirSize"]),
        "Version": int(rule.get("Version", 1)),
    }
    return {"Attributes": {}, **rule, **numbers}
