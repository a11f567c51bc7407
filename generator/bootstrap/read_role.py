"""The role through which an account is read: by smoke, diagnose and a destroy's proof."""

import awacs.account
import awacs.acm
import awacs.apigateway
import awacs.awslambda
import awacs.cloudformation
import awacs.cloudwatch
import awacs.execute_api
import awacs.iam
import awacs.kms
import awacs.logs
import awacs.route53
import awacs.servicequotas
import awacs.sns
import awacs.tag
import awacs.xray
from awacs.aws import Statement
from troposphere import Sub
from troposphere.iam import Policy, Role

from generator.bootstrap.names import (
    account_arns,
    account_itself,
    api_gateway_arns,
    boundary_arn,
    dashboard_arns,
    function_arns,
    hosted_zone_arn,
    named_after_stack,
    role_name,
    route53_arns,
    stack_arns,
)
from generator.bootstrap.parameters import IS_HOME, Parameters
from generator.metadata import context, tags
from generator.policies import allow, policy, trust
from generator.settings import PATHS, STAGE_NAME

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
    # Composite alarms are left out, without an error, where the scope is narrower than "*"
    # (CloudWatch API reference, DescribeAlarms): a proof would take that for gone.
    awacs.cloudwatch.DescribeAlarms,
    awacs.iam.ListRoles,
    awacs.awslambda.GetAccountSettings,
    awacs.awslambda.ListFunctions,
    awacs.servicequotas.GetServiceQuota,
    awacs.tag.GetResources,
    awacs.xray.GetSamplingRules,
)

_HEALTH_CHECKS = (awacs.route53.GetHealthCheck, awacs.route53.GetHealthCheckStatus)


def build_read_role(parameters: Parameters) -> Role:
    """The execution role trusts StackSets alone, so people read through this one."""
    return Role(
        "ReadRole",
        Metadata=context(
            "What people and CI of the admin account read this account with; whoever uses it "
            "needs sts:AssumeRole on it.",
            "it changes nothing, reads no logs, and calls what smoke calls",
        ),
        Condition=IS_HOME,
        RoleName=role_name("read"),
        AssumeRolePolicyDocument=trust(
            "AWS", Sub("arn:${AWS::Partition}:iam::${AdminAccountId}:root")
        ),
        Policies=[
            Policy(
                PolicyName="Read", PolicyDocument=policy(*reading_statements(), calling_statement())
            )
        ],
        Tags=tags(parameters),
    )


def calling_statement() -> Statement:
    """What smoke calls where the service lets in IAM's callers only."""
    what = account_arns("execute-api", f"*/{STAGE_NAME}/GET/{PATHS['MyResource']}")
    return allow("CallOurApis", [awacs.execute_api.Invoke], [what])


def reading_statements() -> tuple[Statement, ...]:
    """What reading an account takes; GitHub's jobs read the admin account by themselves."""
    # Configurations hold variables, so those of strangers stay out; code is not read at all.
    configurations = [awacs.awslambda.GetFunctionConfiguration]
    return (
        allow("ReadOurStacks", _OUR_STACKS, [stack_arns()]),
        allow("ListAtLarge", _AT_LARGE, ["*"]),
        allow("ListRegions", [awacs.account.ListRegions], [account_itself()]),
        allow("ReadFunctions", configurations, [function_arns()]),
        allow(
            "ReadApis",
            [awacs.apigateway.GET],
            [
                api_gateway_arns("/account"),
                api_gateway_arns("/restapis"),
                api_gateway_arns("/restapis/*"),
                api_gateway_arns("/domainnames/*"),
            ],
        ),
        *_proving_statements(),
        # Where callers are sent, and why: what an operator looks at who drains a region.
        allow("ReadRecords", [awacs.route53.ListResourceRecordSets], [hosted_zone_arn()]),
        allow("ReadHealthChecks", _HEALTH_CHECKS, [route53_arns("healthcheck")]),
        allow("ListLogGroups", [awacs.logs.DescribeLogGroups], [account_arns("logs", "*")]),
        allow(
            "ReadRoles",
            [awacs.iam.GetRole],
            [Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*")],
        ),
        allow("ReadBoundary", [awacs.iam.GetPolicy], [boundary_arn()]),
    )


def _proving_statements() -> tuple[Statement, ...]:
    """What a destroy's proof looks up beside functions, APIs, roles and log groups."""
    certificates, keys = account_arns("acm", "certificate/*"), account_arns("kms", "key/*")
    topics = account_arns("sns", named_after_stack())
    return (
        allow("ReadCertificates", [awacs.acm.DescribeCertificate], [certificates]),
        allow("ReadKeys", [awacs.kms.DescribeKey], [keys]),
        allow("ReadTopics", [awacs.sns.GetTopicAttributes], [topics]),
        allow("ReadDashboards", [awacs.cloudwatch.GetDashboard], dashboard_arns()),
    )
