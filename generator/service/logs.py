"""The log groups: ours, so that they are kept for a time, and go when the stack goes but in prod.

What becomes of a resource with its stack cannot hang on a parameter (DeletionPolicy knows no
Fn::If), hence each group is declared twice, and a stack has one of the two. A template of its own
for prod would be another than the one that was tried before; DeletionProtectionEnabled would let
the stack's deletion fail.
"""

from typing import NamedTuple

from troposphere import GetAtt, If, NoValue, Ref, Sub, logs
from troposphere.apigateway import RestApi
from troposphere.kms import Key

from generator.metadata import Skip, context, tags
from generator.service.conditions import HAS_CUSTOMER_KEY, IS_NOT_PROD, IS_PROD
from generator.service.parameters import Parameters
from generator.settings import STAGE_NAME


class LogGroup(NamedTuple):
    """A log group: the one that outlives its stack, or the one that does not."""

    kept: logs.LogGroup
    passing: logs.LogGroup

    def name(self) -> If:
        """The name of the one that the stack has."""
        return If(IS_PROD, Ref(self.kept), Ref(self.passing))

    def arn(self) -> If:
        """Its ARN."""
        return If(IS_PROD, GetAtt(self.kept, "Arn"), GetAtt(self.passing, "Arn"))


class Logs(NamedTuple):
    """The groups that stand before what writes to them."""

    function: LogGroup
    access: LogGroup


def build_logs(parameters: Parameters, key: Key) -> Logs:
    """The function's group and the one of the API's access log, without names of ours."""
    return Logs(
        _group(
            parameters,
            key,
            "FunctionLogs",
            "Instead of /aws/lambda/*, which a late invocation brings back without retention.",
        ),
        _group(
            parameters,
            key,
            "AccessLogs",
            "One line a request; it stays when ApiLogging is switched off.",
        ),
    )


def build_execution_logs(parameters: Parameters, key: Key, api: RestApi) -> LogGroup:
    """The group of the API's execution log, under the one name that API Gateway writes to.

    API Gateway would create it itself, without retention and out of the stack's reach
    (API Gateway developer guide, "Set up CloudWatch logging for REST APIs").
    """
    group = _group(
        parameters,
        key,
        "ExecutionLogs",
        "API Gateway would make a group of this name without retention.",
    )
    for one in group:
        one.LogGroupName = Sub(f"API-Gateway-Execution-Logs_${{{api.title}}}/{STAGE_NAME}")
    return group


def _group(parameters: Parameters, key: Key, title: str, why: str) -> LogGroup:
    kept = logs.LogGroup(
        f"Kept{title}",
        Metadata=context(f"{title} of prod: kept when the stack goes."),
        Condition=IS_PROD,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    passing = logs.LogGroup(
        title,
        Metadata=context(why, skips=(Skip("CKV_AWS_158", "as Encryption says"),)),
        Condition=IS_NOT_PROD,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    for one in (kept, passing):
        one.RetentionInDays = Ref(parameters.log_retention_days)
        one.KmsKeyId = If(HAS_CUSTOMER_KEY, GetAtt(key, "Arn"), NoValue)
        one.Tags = tags(parameters)
    return LogGroup(kept, passing)
