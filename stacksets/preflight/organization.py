"""What service-managed permissions need: an organization that lets StackSets in, and its units.

Sources: StackSets user guide, stacksets-orgs-enable-trusted-access, stacksets-orgs-delegated-admin
and, for templates, stacksets-orgs-associate-stackset-with-org ("Considerations").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, Problem, StackSetsError
from stacksets.model.desired import CallAs, PermissionModel
from stacksets.organization import missing_accounts, missing_units
from stacksets.preflight.case import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import AccountId, Organization
    from stacksets.preflight.case import Case, Finding

_NESTED = "AWS::CloudFormation::Stack"
_CALL_AS = "[stack_set] call_as"
_LIST_UNITS = (
    "aws organizations list-organizational-units-for-parent --parent-id ID lists those below a "
    "root or a unit; aws organizations list-roots names the root"
)


def check_organization(case: Case) -> Iterator[Finding]:
    """Find what AWS would refuse to a service-managed stack set, and units that are not there."""
    organization = case.deployment.organization
    if organization is None or case.deployment.permission_model is PermissionModel.SELF_MANAGED:
        return
    yield from _check_trusted_access(case, organization)
    yield from _check_caller(case, organization)
    for unit in missing_units(case.deployment):
        yield Problem(
            where="organizational_units",
            what=f"the organization has no unit {unit}",
            hint=_LIST_UNITS,
            is_input=True,
        )
    for account in missing_accounts(case.deployment, organization):
        yield Problem(
            where="[[targets]] accounts",
            what=f"account {account} is not in the organization",
            hint="check its number, or take it out of the targets where it has left: StackSets "
            "reaches it no more",
            is_input=True,
        )
    yield from _check_template(case)


def _check_trusted_access(case: Case, organization: Organization) -> Iterator[Finding]:
    try:
        trusted = case.aws.organizations().has_trusted_access(case.deployment.call_as)
    except CredentialsError:
        raise
    except StackSetsError as error:
        yield Unchecked(what=f"could not check trusted access of StackSets: {error.message}")
        return
    if not trusted:
        yield Problem(
            where=f"organization of {organization.management_account}",
            what="StackSets has no trusted access to it",
            hint="`aws cloudformation activate-organizations-access`, with credentials of account "
            f"{organization.management_account}",
        )


def _check_caller(case: Case, organization: Organization) -> Iterator[Finding]:
    caller, call_as = case.identity.account, case.deployment.call_as
    if caller == organization.management_account:
        if call_as is CallAs.DELEGATED_ADMIN:
            yield Problem(
                where=_CALL_AS,
                what=f"{caller} is the management account, no delegated administrator",
                hint="leave it out",
                is_input=True,
            )
        return
    try:
        delegated = case.aws.organizations().list_delegated_administrators()
    except CredentialsError:
        raise
    except StackSetsError as error:
        yield Unchecked(
            what=f"could not check whether {caller} is a delegated administrator: {error.message}"
        )
        return
    yield from _judge_member(caller, call_as, organization, is_delegated=caller in delegated)


def _judge_member(
    caller: AccountId, call_as: CallAs, organization: Organization, *, is_delegated: bool
) -> Iterator[Finding]:
    if not is_delegated:
        yield Problem(
            where=f"account {caller}",
            what="is neither the management account nor a delegated administrator of StackSets",
            hint="`aws organizations register-delegated-administrator --account-id "
            f"{caller} --service-principal member.org.stacksets.cloudformation.amazonaws.com`, "
            f"with credentials of account {organization.management_account}",
        )
    elif call_as is CallAs.SELF:
        yield Problem(
            where=_CALL_AS,
            what=f"{caller} is a delegated administrator and has to say so",
            hint='call_as = "DELEGATED_ADMIN"',
            is_input=True,
        )


def _check_template(case: Case) -> Iterator[Finding]:
    template = case.deployment.template
    refused = [
        *(["a transform"] if "Transform" in template.content else []),
        *(["Fn::Transform"] if _has_key(template.content, "Fn::Transform") else []),
        *([f"nested stacks ({_NESTED})"] if _has_nested_stack(template.content) else []),
    ]
    if refused:
        yield Problem(
            where=template.path,
            what=f"holds {', '.join(refused)}, which SERVICE_MANAGED does not take",
            hint="write it out, or use SELF_MANAGED permissions",
            is_input=True,
        )


def _has_key(node: object, key: str) -> bool:
    if isinstance(node, Mapping):
        return key in node or any(_has_key(one, key) for one in node.values())
    return isinstance(node, list) and any(_has_key(one, key) for one in node)


def _has_nested_stack(content: Mapping[str, object]) -> bool:
    resources = content.get("Resources")
    found = resources.values() if isinstance(resources, Mapping) else ()
    return any(isinstance(one, Mapping) and one.get("Type") == _NESTED for one in found)
