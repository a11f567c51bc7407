"""The key that a function's environment is encrypted with.

AWS: KmsKeyArn of an AWS::Lambda::Function is kept, and GetFunctionConfiguration shows it
(CloudFormation template reference). ministack: drops it from templates.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_HANDLERS = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
_create = _HANDLERS["create"]
_update = _HANDLERS["update"]


def apply() -> None:
    """Keep the key."""
    _HANDLERS.update(create=_create_with_key, update=_update_with_key)


def _create_with_key(logical_id: str, props: Record, stack_name: str) -> object:
    made = _create(logical_id, props, stack_name)
    _keep(made[0], props)
    return made


def _update_with_key(
    physical_id: str, old: Record, new: Record, stack_name: str, logical_id: str
) -> object:
    made = _update(physical_id, old, new, stack_name, logical_id)
    _keep(made[0], new)
    return made


def _keep(name: str, props: Record) -> None:
    lambda_svc._functions[name]["config"]["KMSKeyArn"] = props.get("KmsKeyArn", "")
