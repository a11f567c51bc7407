"""The two roles of self-managed StackSets: one administers, one executes.

CloudFormation assumes the administration role in the account of the stack set, and through it
the execution role in a target account (CloudFormation user guide, "Grant self-managed
permissions").
"""

from typing import NamedTuple

import awacs.sts
from awacs.aws import ArnLike, Condition, PolicyDocument, SourceAccount, SourceArn, StringEquals
from troposphere import GetAtt, If, Ref
from troposphere.iam import Policy, Role

from generator.bootstrap.execution_policy import build_execution_policy
from generator.bootstrap.names import role_arn, role_name, stack_set_arns
from generator.bootstrap.parameters import IS_ADMIN_HOME, IS_HOME, Parameters
from generator.metadata import context, tags
from generator.policies import allow, policy, trust


class StackSetRoles(NamedTuple):
    """The chain, from the account of the stack set to a target."""

    administration: Role
    execution: Role


def build_stack_set_roles(parameters: Parameters) -> StackSetRoles:
    """With names: StackSets finds the execution role of another account by its name."""
    administration = _administration(parameters)
    execution = Role(
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
        Policies=[Policy(PolicyName="ManageStacks", PolicyDocument=build_execution_policy())],
        Tags=tags(parameters),
    )
    return StackSetRoles(administration, execution)


def _administration(parameters: Parameters) -> Role:
    # Other accounts' stack sets must not use it (the confused deputy).
    only_our_stack_set = Condition(
        [
            StringEquals({SourceAccount: Ref(parameters.admin_account_id)}),
            ArnLike({SourceArn: stack_set_arns()}),
        ]
    )
    trusted = trust("Service", "cloudformation.amazonaws.com", only_our_stack_set)
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
