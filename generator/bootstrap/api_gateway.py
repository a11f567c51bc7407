"""API Gateway's account role: one an account and region, needed by every log of every API."""

from typing import NamedTuple

from troposphere import GetAtt, Sub
from troposphere.apigateway import Account
from troposphere.iam import Role

from generator.bootstrap.parameters import MANAGE_API_GATEWAY, Parameters
from generator.metadata import context, tags
from generator.policies import trust
from generator.settings import SERVICE


class ApiGatewayLogging(NamedTuple):
    """The role and the setting that names it."""

    role: Role
    account: Account


def build_api_gateway_logging(parameters: Parameters) -> ApiGatewayLogging:
    """Kept when the stack goes: by then other APIs of the account may log through it."""
    role = _role(parameters)
    account = Account(
        "ApiGatewayAccount",
        Metadata=context(
            "Without it no stage with logs can be created in this account and region.",
            "one an account and region: leave it where another owns it (ApiGatewayAccountRole)",
        ),
        Condition=MANAGE_API_GATEWAY,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        CloudWatchRoleArn=GetAtt(role, "Arn"),
    )
    return ApiGatewayLogging(role, account)


def _role(parameters: Parameters) -> Role:
    return Role(
        "ApiGatewayLogsRole",
        Metadata=context(
            "What API Gateway writes logs with. AWS's own policy, since API Gateway checks it.",
            "Retain: deleting it silences every API of this account and region",
        ),
        Condition=MANAGE_API_GATEWAY,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Path=f"/{SERVICE}-bootstrap/",
        AssumeRolePolicyDocument=trust("Service", "apigateway.amazonaws.com"),
        ManagedPolicyArns=[
            Sub(
                "arn:${AWS::Partition}:iam::aws:policy/service-role/"
                "AmazonAPIGatewayPushToCloudWatchLogs"
            )
        ],
        Tags=tags(parameters),
    )
