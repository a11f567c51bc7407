"""Takes everything away that the tests have made in an account, and tells what had to stay."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.account.deployed import HOME, REGIONS

if TYPE_CHECKING:
    from tests.account.deployed import Service

TRIES = 2
"""The first `destroy` may have to attach to what an interrupted test left running."""

_LOGGING_ROLE = "ApiGatewayLogsRole"


class NotCleanError(AssertionError):
    """Something is left in the account."""


@dataclass(frozen=True)
class BootstrapStack:
    """A bootstrap stack that is there, and the role that it made for API Gateway, if any."""

    region: str
    id: str
    logging_role: str | None


def clean(service: Service) -> list[str]:
    """Destroy the stack set, then the bootstrap stacks; tell what was kept, and why.

    The roles stay where `destroy` fails, since it needs them to be repeated.

    Raises:
        NotCleanError: something is left that should not be.
    """
    kept = _destroy(service)
    stacks = _find_bootstrap_stacks(service)
    for stack in stacks:
        service.account.client("cloudformation", region=stack.region).delete_stack(
            StackName=stack.id
        )
    for stack in stacks:
        waiter = service.account.client("cloudformation", region=stack.region).get_waiter(
            "stack_delete_complete"
        )
        waiter.wait(StackName=stack.id, WaiterConfig={"Delay": 2, "MaxAttempts": 300})
    for stack in stacks:
        if stack.logging_role:
            kept += _put_back_logging(service, stack.region, stack.logging_role)
    for region in (HOME, *REGIONS):
        _delete_bucket(service, region)
    left = _list_left(service)
    if left:
        raise NotCleanError(f"left in account {service.account.id}: {', '.join(left)}")
    return kept


def _destroy(service: Service) -> list[str]:
    """Run `destroy`; delete the logs that it kept, because services wrote them by themselves."""
    for _ in range(TRIES):
        ran = service.run("destroy", "--yes", "--allow-delete")
        if ran.exit_code == 0:
            break
    else:
        raise NotCleanError(f"destroy failed; nothing else was removed\n{ran}")
    for one in ran.result.get("kept", ()):
        if one["resource_type"] == "AWS::Logs::LogGroup":
            logs = service.account.client("logs", region=one["region"])
            with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
                logs.delete_log_group(logGroupName=one["name"])
    return [f"could not tell: {one}" for one in ran.result.get("unchecked", ())]


def _find_bootstrap_stacks(service: Service) -> list[BootstrapStack]:
    found = []
    for region in (HOME, *REGIONS):
        client = service.account.client("cloudformation", region=region)
        stack = _find_stack(client, service.bootstrap_stack)
        if stack:
            resources = client.describe_stack_resources(StackName=stack["StackId"])
            roles = [
                one.get("PhysicalResourceId")
                for one in resources["StackResources"]
                if one["LogicalResourceId"] == _LOGGING_ROLE
            ]
            found.append(BootstrapStack(region, stack["StackId"], next(iter(roles), None)))
    return found


def _find_stack(client: Any, name: str) -> dict[str, Any] | None:
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack


def _put_back_logging(service: Service, region: str, role: str) -> list[str]:
    """Take API Gateway's role away again, unless other APIs may have begun to log through it.

    The bootstrap template retains it for their sake.
    """
    gateway = service.account.client("apigateway", region=region)
    is_used = (gateway.get_account().get("cloudwatchRoleArn") or "").endswith(f"/{role}")
    if is_used and _has_apis(service, region):
        return [f"API Gateway's role {role} in {region}: other APIs there may log through it now"]
    if is_used:
        gateway.update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
        )
    iam = service.account.client("iam", region=region)
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=role)
    return []


def _delete_bucket(service: Service, region: str) -> None:
    """Delete the bucket for artifacts, which the bootstrap template retains; the tests fill none.

    One with something in it is not of these tests, and S3 refuses to delete it.
    """
    s3 = service.account.client("s3", region=region)
    try:
        s3.delete_bucket(Bucket=service.bucket(region))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def _has_apis(service: Service, region: str) -> bool:
    """Tell whether the region has an API of a kind that logs through the account's role."""
    rest = service.account.client("apigateway", region=region).get_rest_apis(limit=1)["items"]
    others = service.account.client("apigatewayv2", region=region).get_apis()["Items"]
    return bool(rest) or bool(others)


def _list_left(service: Service) -> list[str]:
    """Look for what carries the environment's name: stack set, stacks and roles."""
    client, iam = service.account.client, service.account.client("iam", region=HOME)
    sets = client("cloudformation", region=HOME).get_paginator("list_stack_sets")
    left = [
        f"stack set {one['StackSetName']}"
        for page in sets.paginate(Status="ACTIVE")
        for one in page["Summaries"]
        if service.environment in one["StackSetName"]
    ]
    for region in (HOME, *REGIONS):
        stacks = client("cloudformation", region=region).get_paginator("describe_stacks")
        left += [
            f"stack {one['StackName']} in {region}"
            for page in stacks.paginate()
            for one in page["Stacks"]
            if service.environment in one["StackName"]
        ]
    buckets = {one["Name"] for one in client("s3", region=HOME).list_buckets()["Buckets"]}
    left += [f"bucket {name}" for name in buckets & set(map(service.bucket, (HOME, *REGIONS)))]
    for purpose in ("administration", "execution", "read"):
        with contextlib.suppress(iam.exceptions.NoSuchEntityException):
            role = iam.get_role(RoleName=f"{service.stack_set}-{purpose}")["Role"]
            left.append(f"role {role['RoleName']}")
    return left
