"""The role chain of self-managed permissions: CloudFormation -> administration -> execution.

Source: StackSets user guide, stacksets-prereqs-self-managed; for `aws:SourceArn` and
`aws:SourceAccount`, which CloudFormation fills in, its part on the confused deputy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stacksets.errors import Problem, TemplateError
from stacksets.model.desired import (
    DEFAULT_EXECUTION_ROLE,
    InstanceKey,
    KeptValue,
    PermissionModel,
)
from stacksets.parameter_values import declared_parameters, default_parameters
from stacksets.preflight.case import Unchecked, unread
from stacksets.preflight.trust import Caller, judge_trust
from stacksets.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacksets.model.desired import Bootstrap
    from stacksets.preflight.case import Case, Finding

_ROLE = "AWS::IAM::Role"
_SERVICE = "cloudformation.amazonaws.com"
_DEFAULT_ADMINISTRATION = "AWSCloudFormationStackSetAdministrationRole"
_ANY_ID = "00000000-0000-0000-0000-000000000000"
"""Stands for the id that AWS gives a stack set when it is created."""


def check_roles(case: Case) -> Iterator[Finding]:
    """Find roles that are missing or do not trust the one before them in the chain."""
    if case.deployment.permission_model is not PermissionModel.SELF_MANAGED:
        return
    yield from _check_administration_role(case)
    yield from _check_execution_roles(case)


def _check_administration_role(case: Case) -> Iterator[Finding]:
    """CloudFormation comes as itself, and for an opt-in region under the name of that region."""
    name = _administration_role_arn(case).rsplit("/", 1)[-1]
    home = InstanceKey(case.identity.account, case.deployment.home_region)
    facts = {"aws:sourceaccount": case.identity.account, "aws:sourcearn": _stack_set_arn(case)}
    regions = dict.fromkeys(case.deployment.regions())
    regional = [f"cloudformation.{one}.amazonaws.com" for one in regions if case.is_opt_in(one)]
    callers = (
        Caller(kind="Service", names=(service,), facts=facts) for service in (_SERVICE, *regional)
    )
    yield from _check_trust(case, [home], name, *callers)


def _check_execution_roles(case: Case) -> Iterator[Finding]:
    name = case.deployment.execution_role_name or DEFAULT_EXECUTION_ROLE
    arn = _administration_role_arn(case)
    partition, account = arn.split(":")[1], arn.split(":")[4]
    administration = Caller(
        kind="AWS",
        names=(arn, f"arn:{partition}:iam::{account}:root", account),
        facts={"aws:principalaccount": account, "aws:principalarn": arn},
    )
    yield from _check_trust(case, case.one_region_each(), name, administration)


def _check_trust(
    case: Case, keys: Iterable[InstanceKey], name: str, *callers: Caller
) -> Iterator[Finding]:
    answers, refusals = case.ask(keys, lambda account: account.find_role_trust(name))
    yield from unread(case, f"the role {name}", refusals)
    for key, policy in answers.items():
        if policy is None:
            hint = _made_by_bootstrap(case, key, name)
            yield Problem(where=f"account {key.account}", what=f"no role {name}", hint=hint)
            continue
        # What cannot be told of several callers is told once.
        yield from dict.fromkeys(
            one for caller in callers for one in _judge(case, key, name, policy, caller)
        )


def _judge(
    case: Case, key: InstanceKey, name: str, policy: Mapping[str, object], caller: Caller
) -> Iterator[Finding]:
    trust = judge_trust(policy, caller)
    if trust.allowed is None:
        yield Unchecked(
            what=f"the trust of role {name} in {key.account} has conditions that were not checked"
        )
    elif not trust.allowed:
        what = f"role {name} does not trust {caller.names[0]}"
        if trust.unmet:
            what += f" for stack set {case.deployment.name} of {case.deployment.home_region}: "
            what += f"its conditions want {', '.join(trust.unmet)}"
        hint = _mend(case, key, name, caller, has_unmet=bool(trust.unmet))
        yield Problem(where=f"account {key.account}", what=what, hint=hint)


def _mend(case: Case, key: InstanceKey, role: str, caller: Caller, *, has_unmet: bool) -> str:
    """Say what makes a role trust a caller; not every bootstrap knows of opt-in regions."""
    (name, *_) = caller.names
    bootstrap = case.deployment.bootstrap
    declared = declared_parameters(bootstrap.template.content) if bootstrap else {}
    is_regional = caller.kind == "Service" and name != _SERVICE
    if is_regional and "StackSetsPrincipals" not in declared:
        return f"add the service {name} to its trust policy: an opt-in region comes under its own"
    by_bootstrap = _made_by_bootstrap(case, key, role)
    if bootstrap and has_unmet and by_bootstrap == case.mended_by_bootstrap(key.account):
        return f"{by_bootstrap}; where the conditions stay, mend them in {bootstrap.template.path}"
    return by_bootstrap


def _made_by_bootstrap(case: Case, key: InstanceKey, name: str) -> str:
    """Name the bootstrap as what makes a role, unless its template is known to make only others."""
    bootstrap = case.deployment.bootstrap
    made = _list_made_roles(bootstrap, key) if bootstrap else None
    if bootstrap is None or made is None or name in made:
        return case.mended_by_bootstrap(key.account)
    others = f"those that it makes are {', '.join(made)}" if made else "it makes none"
    return (
        f"{bootstrap.template.path} of [bootstrap] makes no role {name}, {others}: let [stack_set] "
        "name what it makes, or see StackSets user guide, stacksets-prereqs-self-managed"
    )


def _list_made_roles(bootstrap: Bootstrap, key: InstanceKey) -> tuple[str, ...] | None:
    """Give the names of the roles that a bootstrap's template makes; None where one is not known.

    Conditions are passed over: which of the roles an account gets, its bootstrap knows.
    """
    content = bootstrap.template.content
    resources = content.get("Resources")
    roles = {
        logical_id: {"Type": _ROLE, "Properties": {"RoleName": resource["Properties"]["RoleName"]}}
        for logical_id, resource in (resources.items() if isinstance(resources, Mapping) else ())
        if isinstance(resource, Mapping)
        and resource.get("Type") == _ROLE
        and "RoleName" in (resource.get("Properties") or {})
    }
    given = {k: v for k, v in bootstrap.parameters.items() if not isinstance(v, KeptValue)}
    known = default_parameters(content) | given
    declared = {k: one for k, one in declared_parameters(content).items() if k in known}
    try:
        view: dict[str, Any] = resolve(
            {"Parameters": declared, "Resources": roles},
            parameters={k: known[k] for k in declared},
            account=key.account,
            region=key.region,
        )
    except TemplateError:
        return None
    names = tuple(view["Resources"][one]["Properties"]["RoleName"] for one in roles)
    return names if all(isinstance(one, str) for one in names) else None


def _administration_role_arn(case: Case) -> str:
    """Give the role's ARN; without one AWS takes the default name (API reference)."""
    default = f"arn:{case.partition}:iam::{case.identity.account}:role/{_DEFAULT_ADMINISTRATION}"
    return case.deployment.administration_role_arn or default


def _stack_set_arn(case: Case) -> str:
    """Give the stack set's ARN, or what it will look like."""
    deployment = case.deployment
    place = f"arn:{case.partition}:cloudformation:{deployment.home_region}"
    expected = f"{place}:{case.identity.account}:stackset/{deployment.name}:{_ANY_ID}"
    return (case.observed and case.observed.arn) or expected
