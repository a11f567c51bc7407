"""Physical names of IAM roles.

AWS: a generated name is unique, so that the same stack name in two regions makes two roles; an
explicit RoleName that exists already fails the resource. ministack: generated names are a hash of
stack name and logical id alone, so that both regions share one role, and deleting one stack deletes
the other's; and an explicit name that exists is taken over in silence.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import uuid
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import iam
from ministack.services.cloudformation import provisioners

_ROLE = "AWS::IAM::Role"
_physical_name = provisioners._physical_name
_create_role = provisioners._RESOURCE_HANDLERS[_ROLE]["create"]


def apply() -> None:
    """Make generated names regional, and refuse a role name that is taken."""
    provisioners._physical_name = _regional_name
    provisioners._RESOURCE_HANDLERS[_ROLE]["create"] = _create_new_role


def _regional_name(stack_name: str, logical_id: str, **options: object) -> object:
    seed = provisioners._NAME_SEED
    token = seed.set(f"{get_account_id()}:{get_region()}:{seed.get()}")
    try:
        return _physical_name(stack_name, logical_id, **options)
    finally:
        seed.reset(token)


def _create_new_role(logical_id: str, props: dict[str, Any], stack_name: str) -> object:
    name = props.get("RoleName")
    if name in iam._roles:
        raise ValueError(
            f'Resource handler returned message: "Role with name {name} already exists. '
            f'(Service: Iam, Status Code: 409, Request ID: {uuid.uuid4()})" '
            f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)"
        )
    return _create_role(logical_id, props, stack_name)
