"""The customer-managed key: for logs, the function's variables and the alarms' topic.

There is one where Encryption asks for it.
"""

import awacs.kms
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    AWSPrincipal,
    BoolIfExists,
    Condition,
    Deny,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import AccountId, Sub
from troposphere.apigateway import RestApi
from troposphere.kms import Key

from generator.metadata import context, tags
from generator.policies import policy
from generator.service.conditions import HAS_CUSTOMER_KEY
from generator.service.parameters import Parameters
from generator.settings import STAGE_NAME

# What managing a key takes; none of them reads what the key has encrypted.
_ADMINISTRATION = (
    *(awacs.kms.CancelKeyDeletion, awacs.kms.DescribeKey, awacs.kms.DisableKey),
    *(awacs.kms.DisableKeyRotation, awacs.kms.EnableKey, awacs.kms.EnableKeyRotation),
    *(awacs.kms.GetKeyPolicy, awacs.kms.GetKeyRotationStatus, awacs.kms.ListGrants),
    *(awacs.kms.ListResourceTags, awacs.kms.PutKeyPolicy, awacs.kms.RevokeGrant),
    *(awacs.kms.ScheduleKeyDeletion, awacs.kms.TagResource, awacs.kms.UntagResource),
    awacs.kms.UpdateKeyDescription,
)
# CloudWatch Logs user guide, "Encrypt log data using KMS", which has wildcards for these.
_LOGS_USE = (
    *(awacs.kms.Decrypt, awacs.kms.DescribeKey, awacs.kms.Encrypt, awacs.kms.GenerateDataKey),
    *(awacs.kms.GenerateDataKeyWithoutPlaintext, awacs.kms.ReEncryptFrom, awacs.kms.ReEncryptTo),
)
# SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted
# topics", which has a wildcard for the second.
_ALARMS_USE = (awacs.kms.Decrypt, awacs.kms.GenerateDataKey)
# Lambda developer guide, "Securing Lambda environment variables".
_LAMBDA_USE = (awacs.kms.CreateGrant, awacs.kms.Decrypt, awacs.kms.Encrypt)


def build_key(parameters: Parameters, api: RestApi) -> Key:
    """A key of its own in each region, so that the loss of one takes no log of another with it."""
    return Key(
        "Key",
        Metadata=context(
            "For log groups, the function's variables and the topic.",
            "kept when the stack goes: kept logs cannot be read without it",
        ),
        Condition=HAS_CUSTOMER_KEY,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Description=Sub("Logs, variables and pages of ${AWS::StackName}"),
        EnableKeyRotation=True,
        PendingWindowInDays=30,
        KeyPolicy=_policy(api),
        Tags=tags(parameters),
    )


def _policy(api: RestApi) -> PolicyDocument:
    """Root stands for the account: what it may, IAM policies may give to principals there."""
    root = AWSPrincipal(Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"))
    logs = Principal("Service", Sub("logs.${AWS::Region}.${AWS::URLSuffix}"))
    alarms = Principal("Service", "cloudwatch.amazonaws.com")
    return policy(
        _allow("Administer", root, _ADMINISTRATION),
        _allow("ThroughLambda", root, _LAMBDA_USE, Condition(StringEquals(_LAMBDA))),
        _allow("OwnLogGroups", logs, _LOGS_USE, Condition(ArnLike(_own_groups(api)))),
        _allow("OwnAlarms", alarms, _ALARMS_USE, Condition(ArnLike(_own_alarms()))),
        Statement(
            Sid="GrantsForServicesOnly",
            Effect=Deny,
            Principal=AWSPrincipal("*"),
            Action=[awacs.kms.CreateGrant],
            Resource=["*"],
            Condition=Condition(
                BoolIfExists(
                    {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}
                )
            ),
        ),
    )


_LAMBDA = {
    "kms:CallerAccount": AccountId,
    "kms:ViaService": Sub("lambda.${AWS::Region}.${AWS::URLSuffix}"),
}


def _own_groups(api: RestApi) -> dict[str, list[Sub]]:
    """CloudFormation names two groups after the stack, API Gateway the third after the API."""
    start = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    names = ("${AWS::StackName}-*", f"API-Gateway-Execution-Logs_${{{api.title}}}/{STAGE_NAME}")
    return {"kms:EncryptionContext:aws:logs:arn": [Sub(start + name) for name in names]}


def _own_alarms() -> dict[str, Sub]:
    """CloudFormation names alarms after the stack; a topic's encryption context names no alarm."""
    start = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
    return {"aws:SourceArn": Sub(start + "${AWS::StackName}-*")}


def _allow(
    sid: str, principal: Principal, actions: tuple[Action, ...], condition: Condition | None = None
) -> Statement:
    """In a key's policy the resource is the key itself."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=principal,
        Action=list(actions),
        Resource=["*"],
        **({"Condition": condition} if condition else {}),
    )
