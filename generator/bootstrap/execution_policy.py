"""What the execution role may do, derived from what the service is made of.

The types of the service template, what CloudFormation's handlers of these call (`handlers.json`),
less what the service does not use (`unused.py`), each on what is ours (`scopes.py`).
"""

from collections.abc import Iterable, Iterator

import awacs.cloudformation
import awacs.iam
from awacs.aws import (
    Action,
    Condition,
    Deny,
    PolicyDocument,
    Statement,
    StringNotEquals,
)
from troposphere import Ref

from generator.bootstrap.handlers import Called, calls_of
from generator.bootstrap.names import api_gateway_role_arn, bootstrap_arns, stack_arns
from generator.bootstrap.packing import pack
from generator.bootstrap.parameters import Parameters
from generator.bootstrap.scopes import build_scopes, find_scopes
from generator.bootstrap.unused import is_unused
from generator.policies import allow

# The user guide's minimum for an execution role is cloudformation:*; here it ends at our stacks.
_STACKS = (awacs.cloudformation.Action("*"),)
# These know no resource.
_STACKS_AT_LARGE = (
    awacs.cloudformation.DescribeStackDriftDetectionStatus,
    awacs.cloudformation.GetTemplateSummary,
    awacs.cloudformation.ListStacks,
    awacs.cloudformation.ValidateTemplate,
)
_CHANGING_STACKS = frozenset(
    f"cloudformation:{name}"
    for name in ("CreateChangeSet", "CreateStack", "ExecuteChangeSet", "UpdateStack")
)
# Their calls carry us-east-1, or whatever region, wherever the stack is.
_GLOBAL = ("iam:", "route53:")
_CHANGING = frozenset({"create", "update"})
_READING = ("Describe", "Get", "List")


def build_execution_policies(
    parameters: Parameters, service_types: Iterable[str]
) -> tuple[PolicyDocument, ...]:
    """Everything that the service template's types need, and no more of it than that.

    Args:
        parameters: of the bootstrap.
        service_types: the resource types of the service template.
    """
    calls = [called for called in calls_of(service_types) if not is_unused(called.action)]
    return pack(
        (
            *_denials(parameters, calls),
            allow("ManageStacks", _STACKS, [stack_arns()]),
            allow("ReadStacks", _STACKS_AT_LARGE, ["*"]),
            # API Gateway makes its own role in an account when the first API is created there.
            allow("LetApiGatewayIn", [awacs.iam.CreateServiceLinkedRole], [api_gateway_role_arn()]),
            *_allowances(parameters, calls),
        )
    )


def _allowances(parameters: Parameters, calls: Iterable[Called]) -> Iterator[Statement]:
    """A statement a scope, with the actions that are called there."""
    scopes = build_scopes(parameters)
    actions: dict[str, set[str]] = {scope.sid: set() for scope in scopes}
    for called in calls:
        for scope in find_scopes(called, scopes):
            actions[scope.sid].add(called.action)
    for scope in scopes:
        if actions[scope.sid]:
            yield allow(scope.sid, _actions(actions[scope.sid]), scope.resources, scope.condition)


def _denials(parameters: Parameters, calls: Iterable[Called]) -> Iterator[Statement]:
    """What stays forbidden whatever is allowed later, here or by another policy of the role."""
    yield Statement(
        Sid="KeepOffTheBootstrap",
        Effect=Deny,
        Action=[awacs.iam.Action("*")],
        Resource=list(bootstrap_arns()),
    )
    yield Statement(
        Sid="KeepBoundaries",
        Effect=Deny,
        Action=[awacs.iam.DeleteRolePermissionsBoundary],
        Resource=["*"],
    )
    # Deleting and reading stays possible: a region that left the file has to be emptied.
    elsewhere = StringNotEquals({"aws:RequestedRegion": Ref(parameters.target_regions)})
    yield Statement(
        Sid="MakeNothingElsewhere",
        Effect=Deny,
        Action=_actions(_CHANGING_STACKS | set(_regional_changes(calls))),
        Resource=["*"],
        Condition=Condition(elsewhere),
    )


def _regional_changes(calls: Iterable[Called]) -> set[str]:
    """What only creations and updates call, of services that have regions, short of reading."""
    regional = [called for called in calls if not called.action.startswith(_GLOBAL)]
    changing = {called.action for called in regional if called.handler in _CHANGING}
    others = {called.action for called in regional if called.handler not in _CHANGING}
    reading = {action for action in changing if action.split(":")[1].startswith(_READING)}
    return changing - others - reading


def _actions(names: Iterable[str]) -> list[Action]:
    return [Action(*name.split(":")) for name in sorted(names)]
