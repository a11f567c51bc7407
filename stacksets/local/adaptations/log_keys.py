"""Whether CloudWatch Logs may use the key of a log group.

AWS: a log group whose KmsKeyId names a key that is not there, or whose policy does not let
`logs.<region>.amazonaws.com` in for that group, is refused (CloudWatch Logs user guide, "Encrypt
log data in CloudWatch Logs using AWS KMS"; the context is `aws:logs:arn`, the group's ARN).
A generated name begins with the stack's (CloudFormation user guide, "Name type"). ministack: takes
any text for a key, and names groups in a way of its own.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json

from ministack.core.responses import get_account_id, get_region
from ministack.services import kms
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.policies import service_allowed
from stacksets.local.adaptations.registering import Record, invalid_request

_HANDLERS = provisioners._RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
_NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")
_create = _HANDLERS["create"]
_update = _HANDLERS["update"]


def apply() -> None:
    """Ask the key first."""
    _HANDLERS.update(create=_create_asking, update=_update_asking)


def _create_asking(logical_id: str, props: Record, stack_name: str) -> object:
    _check(props, f"{stack_name}-{logical_id}-GENERATED")
    return _create(logical_id, props, stack_name)


def _update_asking(
    physical_id: str, old: Record, new: Record, stack_name: str, logical_id: str
) -> object:
    _check(new, f"{stack_name}-{logical_id}-GENERATED")
    return _update(physical_id, old, new, stack_name, logical_id)


def _check(props: Record, generated: str) -> None:
    key_id = props.get("KmsKeyId")
    if not key_id:
        return
    name = props.get("LogGroupName") or generated
    group = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}"
    key = kms._resolve_key(key_id)
    if key is None or not key["Enabled"] or not _lets_logs_in(key, group):
        raise invalid_request(
            "The specified KMS Key Id could not be found or is not allowed to be used with "
            f"Arn '{group}'",
            "CloudWatchLogs",
        )


def _lets_logs_in(key: Record, group: str) -> bool:
    return all(
        service_allowed(
            json.loads(key["Policy"]),
            action=action,
            resource=key["Arn"],
            service=f"logs.{get_region()}.amazonaws.com",
            context={"kms:EncryptionContext:aws:logs:arn": group},
        )
        for action in _NEEDED
    )
