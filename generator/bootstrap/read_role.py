"""The role through which an account is read: by smoke, diagnose and a destroy's proof."""

import awacs.account
import awacs.apigateway
import awacs.awslambda
import awacs.cloudformation
import awacs.iam
import awacs.logs
import awacs.servicequotas
import awacs.tag
from awacs.aws import PolicyDocument
from troposphere import Sub
from troposphere.iam import Policy, Role

from generator.bootstrap.names import (
    account_arns,
    account_itself,
    api_gateway_arns,
    role_name,
    stack_arns,
)
from generator.bootstrap.parameters import IS_HOME, Parameters
from generator.metadata import context, tags
from generator.policies import allow, policy, trust

_OUR_STACKS = (
    awacs.cloudformation.DescribeEvents,
    awacs.cloudformation.DescribeStackEvents,
    awacs.cloudformation.DescribeStackResource,
    awacs.cloudformation.DescribeStackResources,
    awacs.cloudformation.DescribeStacks,
    awacs.cloudformation.GetTemplate,
    awacs.cloudformation.ListStackResources,
)
# These know no resource, or list what is there to prove that nothing is.
_AT_LARGE = (
    awacs.cloudformation.ListStacks,
    awacs.iam.ListRoles,
    awacs.awslambda.GetAccountSettings,
    awacs.awslambda.ListFunctions,
    awacs.servicequotas.GetServiceQuota,
    awacs.tag.GetResources,
)


def build_read_role(parameters: Parameters) -> Role:
    """The execution role trusts StackSets alone, so people read through this one."""
    return Role(
        "ReadRole",
        Metadata=context(
            "What people and CI of the admin account read this account with; whoever uses it "
            "needs sts:AssumeRole on it.",
            "it changes nothing and reads no logs",
        ),
        Condition=IS_HOME,
        RoleName=role_name("read"),
        AssumeRolePolicyDocument=trust(
            "AWS", Sub("arn:${AWS::Partition}:iam::${AdminAccountId}:root")
        ),
        Policies=[Policy(PolicyName="Read", PolicyDocument=_policy())],
        Tags=tags(parameters),
    )


def _policy() -> PolicyDocument:
    functions = (awacs.awslambda.GetFunction, awacs.awslambda.GetFunctionConfiguration)
    return policy(
        allow("ReadOurStacks", _OUR_STACKS, [stack_arns()]),
        allow("ListAtLarge", _AT_LARGE, ["*"]),
        allow("ListRegions", [awacs.account.ListRegions], [account_itself()]),
        allow("ReadFunctions", functions, [account_arns("lambda", "function:*")]),
        allow(
            "ReadApis",
            [awacs.apigateway.GET],
            [
                api_gateway_arns("/account"),
                api_gateway_arns("/restapis"),
                api_gateway_arns("/restapis/*"),
            ],
        ),
        allow("ListLogGroups", [awacs.logs.DescribeLogGroups], [account_arns("logs", "*")]),
        allow(
            "ReadRoles",
            [awacs.iam.GetRole],
            [Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*")],
        ),
    )
