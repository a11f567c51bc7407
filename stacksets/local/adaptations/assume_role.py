"""sts:AssumeRole asks the role.

AWS: AssumeRole fails with AccessDenied where the role does not exist or its trust policy does not
let the caller in, and nobody enters an account that is closed. ministack without AUTH: answers with
credentials for every ARN. (With AUTH=true it asks, but then every request is authorised, and its
root may assume what trusts only a service.)
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from ministack.services import iam, sts

from stacksets.local.adaptations.organizations import find_organization
from stacksets.local.adaptations.policies import trust_allows

_handle = sts.handle_request


def apply() -> None:
    """Put the question to the role first."""
    sts.handle_request = _handle_request


async def _handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
) -> object:
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if form.get("Action") == "AssumeRole":
        caller = sts._caller_identity(headers, query_params)["userArn"]
        if not _lets_in(form.get("RoleArn", ""), caller, form):
            message = (
                f"User: {caller} is not authorized to perform: sts:AssumeRole "
                f"on resource: {form.get('RoleArn', '')}"
            )
            return sts._error(403, "AccessDenied", message, ns="sts")
    return await _handle(method, path, headers, body, query_params)


def _lets_in(role_arn: str, caller: str, form: dict[str, str]) -> bool:
    account = (role_arn.split(":") + [""] * 5)[4]
    role = iam._roles.get_scoped(account, None, role_arn.rsplit("/", 1)[-1])
    organization = find_organization(account)
    is_closed = organization is not None and organization.is_suspended(account)
    if role is None or role["Arn"] != role_arn or is_closed:
        return False
    names = (("ExternalId", "sts:ExternalId"), ("RoleSessionName", "sts:RoleSessionName"))
    return trust_allows(
        json.loads(role["AssumeRolePolicyDocument"]),
        principal_type="AWS",
        principal=caller,
        context={key: form[name] for name, key in names if name in form},
    )
