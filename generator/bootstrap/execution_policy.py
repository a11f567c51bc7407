"""What the execution role may do: stacks of our stack set, and what the service is made of."""

import awacs.apigateway
import awacs.awslambda
import awacs.cloudformation
import awacs.iam
import awacs.logs
from awacs.aws import Condition, PolicyDocument, StringEquals

from generator.bootstrap.names import (
    account_arns,
    api_gateway_arns,
    api_gateway_role_arn,
    service_role_arns,
    stack_arns,
)
from generator.policies import allow, policy

# The user guide's minimum for an execution role is cloudformation:*; here it ends at our stacks.
_STACKS = (awacs.cloudformation.Action("*"),)
# These know no resource.
_STACKS_AT_LARGE = (
    awacs.cloudformation.DescribeStackDriftDetectionStatus,
    awacs.cloudformation.GetTemplateSummary,
    awacs.cloudformation.ListStacks,
    awacs.cloudformation.ValidateTemplate,
)
_FUNCTIONS = tuple(
    awacs.awslambda.Action(name)
    for name in (
        *("AddPermission", "CreateAlias", "CreateFunction", "DeleteAlias", "DeleteFunction"),
        *("DeleteFunctionCodeSigningConfig", "DeleteFunctionConcurrency", "GetAlias"),
        *("GetFunction", "GetFunctionCodeSigningConfig", "GetFunctionConfiguration"),
        *("GetFunctionRecursionConfig", "GetFunctionScalingConfig", "GetPolicy"),
        *("GetProvisionedConcurrencyConfig", "GetRuntimeManagementConfig", "ListAliases"),
        *("ListTags", "ListVersionsByFunction", "PublishVersion", "PutFunctionConcurrency"),
        *("PutFunctionRecursionConfig", "PutRuntimeManagementConfig", "RemovePermission"),
        *("TagResource", "UntagResource", "UpdateAlias", "UpdateFunctionCode"),
        "UpdateFunctionConfiguration",
    )
)
_LOG_GROUPS = (
    awacs.logs.CreateLogGroup,
    awacs.logs.DeleteLogGroup,
    awacs.logs.DeleteRetentionPolicy,
    awacs.logs.ListTagsForResource,
    awacs.logs.PutRetentionPolicy,
    awacs.logs.TagResource,
    awacs.logs.UntagResource,
)
_READ_LOG_GROUPS = (
    awacs.logs.DescribeIndexPolicies,
    awacs.logs.DescribeLogGroups,
    awacs.logs.DescribeResourcePolicies,
    awacs.logs.GetDataProtectionPolicy,
)
_ROLES = tuple(
    awacs.iam.Action(name)
    for name in (
        *("CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
        *("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"),
        *("ListRoleTags", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole"),
        *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
    )
)
_APIS = (
    awacs.apigateway.DELETE,
    awacs.apigateway.GET,
    awacs.apigateway.PATCH,
    awacs.apigateway.POST,
    awacs.apigateway.PUT,
)


def build_execution_policy() -> PolicyDocument:
    """Everything that the service template's types need, and no more of it than that."""
    only_lambda = Condition(StringEquals({"iam:PassedToService": "lambda.amazonaws.com"}))
    return policy(
        allow("ManageStacks", _STACKS, [stack_arns()]),
        allow("ReadStacks", _STACKS_AT_LARGE, ["*"]),
        # CloudFormation cuts the stack's name short in the names that it makes for functions.
        allow("ManageFunctions", _FUNCTIONS, [account_arns("lambda", "function:StackSet-*")]),
        allow(
            "ManageLogGroups",
            _LOG_GROUPS,
            [
                account_arns("logs", "log-group:StackSet-*"),
                account_arns("logs", "log-group:API-Gateway-Execution-Logs_*"),
            ],
        ),
        allow("ReadLogGroups", _READ_LOG_GROUPS, [account_arns("logs", "log-group:*")]),
        allow(
            "ManageApis",
            _APIS,
            [
                api_gateway_arns("/restapis"),
                api_gateway_arns("/restapis/*"),
                api_gateway_arns("/tags/*"),
            ],
        ),
        allow("ManageServiceRoles", _ROLES, [service_role_arns()]),
        allow("PassServiceRoles", [awacs.iam.PassRole], [service_role_arns()], only_lambda),
        # API Gateway makes its own role in an account when the first API is created there.
        allow("LetApiGatewayIn", [awacs.iam.CreateServiceLinkedRole], [api_gateway_role_arn()]),
    )
