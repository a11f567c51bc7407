"""What the template's resources need of each account and region, in the view of each instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import Problem
from stacksets.preflight.case import Unchecked, by_account, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import InstanceKey
    from stacksets.preflight.case import Case, Finding

_UNRESERVED = 10
"""Concurrent executions that Lambda keeps unreserved in the smallest account; 100 in others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a stack instance needs: a stage that logs, and functions that reserve executions."""

    logs: bool
    has_function: bool
    reserved: int


def find_needs(view: Mapping[str, object]) -> Needs:
    """Find what the template needs as one stack instance sees it."""
    return Needs(logs=_logs(view), has_function=_has_function(view), reserved=_reserved(view))


def check_api_gateway_role(case: Case, needs: Mapping[InstanceKey, Needs]) -> Iterator[Finding]:
    """Find accounts and regions where API Gateway may not write the logs that a stage asks for.

    The role is a setting of the account in a region (API Gateway developer guide, "Set up
    CloudWatch logging"); without it the creation of such a stage fails.
    """
    logging = [key for key, need in needs.items() if need.logs]
    answers, refusals = case.ask(logging, lambda account: account.api_gateway_role())
    yield from unread(case, "API Gateway's CloudWatch role", refusals)
    missing = by_account(key for key, role in answers.items() if role is None)
    for account, regions in missing.items():
        yield Problem(
            where=f"account {account}",
            what=f"API Gateway has no CloudWatch role in {regions}; logging needs one",
            hint=case.mended_by_bootstrap(account),
        )


def check_concurrency(case: Case, needs: Mapping[InstanceKey, Needs]) -> Iterator[Finding]:
    """Find functions that reserve more concurrent executions than the account has."""
    reserved = {key: need.reserved for key, need in needs.items() if need.has_function}
    answers, refusals = case.ask(reserved, lambda account: account.lambda_concurrency())
    yield from unread(case, "the Lambda quota", refusals)
    for key, limit in answers.items():
        if reserved[key] > limit - _UNRESERVED and reserved[key]:
            yield Problem(
                where=str(key),
                what=f"the functions reserve {reserved[key]} concurrent executions of {limit}, and "
                f"Lambda keeps at least {_UNRESERVED} unreserved",
                hint="reserve less, or ask for more in the Service Quotas console",
            )


def tell_left_out(case: Case, needs: Mapping[InstanceKey, Needs]) -> Iterator[Finding]:
    """Say what was not asked of healthy stack instances, where the template has such resources."""
    left_out = len(case.deployment.instance_keys()) - len(needs)
    content = case.deployment.template.content
    asked_of = ("AWS::ApiGateway::Stage", "AWS::Lambda::Function")
    if left_out and any(True for one in asked_of for _ in _properties(content, one)):
        stand = "instance stands" if left_out == 1 else "instances stand"
        yield Unchecked(
            what=f"API Gateway's CloudWatch role and the Lambda quota were not checked where "
            f"{left_out} healthy stack {stand}; `stacksets plan --audit` does"
        )


def _logs(view: Mapping[str, object]) -> bool:
    return any(
        "AccessLogSetting" in stage or any(map(_logs_execution, _list(stage, "MethodSettings")))
        for stage in _properties(view, "AWS::ApiGateway::Stage")
    )


def _logs_execution(setting: object) -> bool:
    return isinstance(setting, Mapping) and setting.get("LoggingLevel", "OFF") != "OFF"


def _has_function(view: Mapping[str, object]) -> bool:
    return any(True for _ in _properties(view, "AWS::Lambda::Function"))


def _reserved(view: Mapping[str, object]) -> int:
    values = (
        str(function.get("ReservedConcurrentExecutions", 0))
        for function in _properties(view, "AWS::Lambda::Function")
    )
    return sum(int(value) for value in values if value.isdecimal())


def _properties(view: Mapping[str, object], resource_type: str) -> Iterator[Mapping[str, object]]:
    resources = view.get("Resources")
    for resource in resources.values() if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and resource.get("Type") == resource_type:
            properties = resource.get("Properties")
            yield properties if isinstance(properties, Mapping) else {}


def _list(properties: Mapping[str, object], name: str) -> list[object]:
    value = properties.get(name)
    return value if isinstance(value, list) else []
