"""Physical names that a template gives.

AWS: a name that is taken fails the resource (CloudFormation user guide, "Name type": names are
unique in an account, and for regional resources in a Region). ministack: what has the name is taken
over in silence, and lost when the second stack goes.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from ministack.services import cloudwatch_logs, dynamodb, iam, lambda_svc, sns, sqs
from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from collections.abc import Callable


class _Named(NamedTuple):
    """How a type is named in a template, and whether a name is taken."""

    key: str
    is_taken: Callable[[str], bool]


_TYPES = {
    "AWS::DynamoDB::Table": _Named("TableName", lambda name: name in dynamodb._tables),
    "AWS::IAM::ManagedPolicy": _Named(
        "ManagedPolicyName", lambda name: _is_record(iam._policies, "PolicyName", name)
    ),
    "AWS::Lambda::Function": _Named("FunctionName", lambda name: name in lambda_svc._functions),
    "AWS::Logs::LogGroup": _Named("LogGroupName", lambda name: name in cloudwatch_logs._log_groups),
    "AWS::SNS::Topic": _Named("TopicName", lambda name: _is_record(sns._topics, "name", name)),
    "AWS::SQS::Queue": _Named("QueueName", lambda name: _is_record(sqs._queues, "name", name)),
}


def apply() -> None:
    """Refuse names that are taken."""
    for resource_type, named in _TYPES.items():
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        handlers["create"] = _create_new(resource_type, named, handlers["create"])


def _is_record(records: Any, key: str, name: str) -> bool:  # noqa: ANN401 - ministack's own
    return any(record.get(key) == name for record in records.values())


def _create_new(
    resource_type: str, named: _Named, create: Callable[[str, dict[str, Any], str], object]
) -> Callable[[str, dict[str, Any], str], object]:
    def create_new(logical_id: str, props: dict[str, Any], stack_name: str) -> object:
        name = props.get(named.key)
        if name and named.is_taken(name):
            raise ValueError(
                f"Resource handler returned message: \"Resource of type '{resource_type}' with "
                f"identifier '{name}' already exists.\" "
                f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)"
            )
        return create(logical_id, props, stack_name)

    return create_new
