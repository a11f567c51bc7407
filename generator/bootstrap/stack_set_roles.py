"""The two roles of self-managed StackSets: one administers, one executes.

CloudFormation assumes the administration role in the account of the stack set, and through it
the execution role in a target account (CloudFormation user guide, "Grant self-managed
permissions").
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import awacs.sts
from awacs.aws import ArnLike, Condition, PolicyDocument, SourceAccount, SourceArn, StringEquals
from troposphere import GetAtt, If, Ref
from troposphere.iam import ManagedPolicy, Policy, Role

from generator.bootstrap.execution_policy import build_execution_policies
from generator.bootstrap.names import role_arn, role_name, stack_set_arns
from generator.bootstrap.parameters import IS_ADMIN_HOME, IS_HOME, Parameters
from generator.metadata import Skip, context, tags
from generator.policies import allow, policy, trust
from generator.settings import SERVICE

# Statements that no resource can bound, hence no check of it passes.
_AT_LARGE = {
    "ComposeAlarms": Skip("CKV_AWS_111", "CloudWatch asks for '*' where alarms are composed"),
}


class StackSetRoles(NamedTuple):
    """The chain, from the account of the stack set to a target, and what its end may do."""

    administration: Role
    execution_policies: tuple[ManagedPolicy, ...]
    execution: Role


def build_stack_set_roles(parameters: Parameters, service_types: Iterable[str]) -> StackSetRoles:
    """With names: StackSets finds the execution role of another account by its name."""
    administration = _administration(parameters)
    policies = tuple(_execution_policies(parameters, service_types))
    return StackSetRoles(administration, policies, _execution(parameters, administration, policies))


def _execution(
    parameters: Parameters, administration: Role, policies: Iterable[ManagedPolicy]
) -> Role:
    return Role(
        "ExecutionRole",
        Metadata=context(
            "What StackSets makes stack instances with. Its name is how it is found in every "
            "account.",
            "trusts the administration role alone, not the whole account",
        ),
        Condition=IS_HOME,
        RoleName=role_name("execution"),
        # IAM refuses a principal that does not exist: within one stack the reference keeps the
        # order, and another account has the role since its own bootstrap came first.
        AssumeRolePolicyDocument=trust(
            "AWS",
            If(
                IS_ADMIN_HOME,
                GetAtt(administration, "Arn"),
                role_arn("${AdminAccountId}", "administration"),
            ),
        ),
        ManagedPolicyArns=[Ref(policy) for policy in policies],
        Tags=tags(parameters),
    )


def _execution_policies(
    parameters: Parameters, service_types: Iterable[str]
) -> Iterator[ManagedPolicy]:
    """Managed ones: together they are longer than a role's inline policies may be."""
    for number, document in enumerate(build_execution_policies(parameters, service_types), 1):
        yield ManagedPolicy(
            f"ExecutionPolicy{number}",
            Metadata=context(
                "What the execution role may do: what CloudFormation's handlers call for the "
                "types of the service template, on what is ours.",
                "derived: generator/bootstrap/execution_policy.py",
                skips=[_AT_LARGE[one.Sid] for one in document.Statement if one.Sid in _AT_LARGE],
            ),
            Condition=IS_HOME,
            Path=f"/{SERVICE}-bootstrap/",
            Description="What StackSets may do for the service's stacks.",
            PolicyDocument=document,
        )


def _administration(parameters: Parameters) -> Role:
    # Other accounts' stack sets must not use it (the confused deputy).
    only_our_stack_set = Condition(
        [
            StringEquals({SourceAccount: Ref(parameters.admin_account_id)}),
            ArnLike({SourceArn: stack_set_arns()}),
        ]
    )
    trusted = trust("Service", Ref(parameters.stack_sets_principals), only_our_stack_set)
    assume = Policy(PolicyName="AssumeExecutionRole", PolicyDocument=_assume_policy(parameters))
    return Role(
        "AdministrationRole",
        Metadata=context(
            "What CloudFormation reaches the target accounts with.",
            "only CloudFormation on behalf of this environment's stack set may assume it",
            "it may assume the execution role of the listed accounts, and nothing else",
        ),
        Condition=IS_ADMIN_HOME,
        RoleName=role_name("administration"),
        AssumeRolePolicyDocument=trusted,
        Policies=[assume],
        Tags=tags(parameters),
    )


def _assume_policy(parameters: Parameters) -> PolicyDocument:
    """Fenced by account, since a list of accounts cannot become a list of such ARNs.

    The ARNs hold parameters, and the delimiter of Fn::Join must be a literal.
    """
    in_target_accounts = Condition(
        StringEquals({"aws:ResourceAccount": Ref(parameters.target_account_ids)})
    )
    return policy(
        allow(
            "AssumeExecutionRole",
            [awacs.sts.AssumeRole],
            [role_arn("*", "execution")],
            in_target_accounts,
        )
    )
