"""The log groups: ours, so that they are kept for a time and go when the stack goes."""

from typing import NamedTuple

from troposphere import Ref, Sub, logs
from troposphere.apigateway import RestApi

from generator.metadata import context, tags
from generator.service.parameters import Parameters
from generator.settings import STAGE_NAME


class Logs(NamedTuple):
    """The groups that stand before what writes to them."""

    function: logs.LogGroup
    access: logs.LogGroup


def build_logs(parameters: Parameters) -> Logs:
    """The function's group and the one of the API's access log, without names of ours."""
    return Logs(
        _group(
            parameters,
            "FunctionLogs",
            "Own group instead of /aws/lambda/*: it has a retention, and a late invocation cannot "
            "bring back a group that was deleted.",
        ),
        _group(
            parameters,
            "AccessLogs",
            "One line a request. It stays when ApiLogging is off, so that switching off deletes "
            "nothing that was logged.",
        ),
    )


def build_execution_logs(parameters: Parameters, api: RestApi) -> logs.LogGroup:
    """The group of the API's execution log, under the one name that API Gateway writes to.

    API Gateway would create it itself, without retention and out of the stack's reach
    (API Gateway developer guide, "Set up CloudWatch logging for REST APIs").
    """
    group = _group(
        parameters,
        "ExecutionLogs",
        "API Gateway writes its execution log to a group of this name and creates it without "
        "retention if it is missing. The name holds the API's id, so no two stacks clash.",
    )
    group.LogGroupName = Sub(f"API-Gateway-Execution-Logs_${{{api.title}}}/{STAGE_NAME}")
    return group


def _group(parameters: Parameters, title: str, why: str) -> logs.LogGroup:
    return logs.LogGroup(
        title,
        Metadata=context(why),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        RetentionInDays=Ref(parameters.log_retention_days),
        Tags=tags(parameters),
    )
