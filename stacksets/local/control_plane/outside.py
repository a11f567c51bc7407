"""What the control plane reads of the AWS around it while it answers a request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from stacksets.local.control_plane.errors import not_emulated, validation_error
from stacksets.local.control_plane.model import InstanceKey
from stacksets.local.control_plane.s3_urls import read_any_url, read_https_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_cloudformation import CloudFormationClient

    from stacksets.local.control_plane.clients import Clients
    from stacksets.local.control_plane.s3_urls import S3Object

MAXIMUM_OBJECT_BYTES = 1_000_000
MAXIMUM_LIST_BYTES = 10_000_000
SSM_DOCUMENT = "ssm-doc://"
ARN = re.compile(
    r"arn:aws[-a-z]*:cloudformation:(?P<region>[-a-z0-9]+):(?P<account>\d{12}):stack/[^/]+/.+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStack:
    """A stack that is there; `parameters` as DescribeStacks shows them, secrets masked."""

    id: str
    key: InstanceKey
    status: str
    template: str
    parameters: Mapping[str, str]


class Outside:
    """Reads stacks and S3 objects."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def read_template(self, account: str, url: str) -> str:
        """Read a TemplateURL with the caller's rights.

        Raises:
            ApiError: `ValidationError` for an address that is not S3's, for an object that is not
                there or not the caller's, and for one of more than 1 MB.
        """
        if url.startswith(SSM_DOCUMENT):
            raise not_emulated("A template in a Systems Manager document")
        where = read_https_url(url)
        if where is None:
            raise validation_error("TemplateURL must be a supported URL.")
        body = self._read_object(account, where)
        if len(body) > MAXIMUM_OBJECT_BYTES:
            raise validation_error(f"Template may not exceed {MAXIMUM_OBJECT_BYTES} bytes in size.")
        return body.decode(errors="replace")

    def read_stack_ids(self, account: str, url: str) -> list[str]:
        """Read a StackIdsUrl, whose ids stand apart by commas or lines: that form is assumed.

        Raises:
            ApiError: `ValidationError` as for a template.
        """
        return _split(self._read_any(account, url, "StackIdsUrl"))

    def read_accounts(self, account: str, url: str) -> list[str]:
        """Read an AccountsUrl.

        Raises:
            ApiError: `ValidationError` as for a template, and for a file of more than 10 MB.
        """
        body = self._read_any(account, url, "AccountsUrl")
        if len(body) > MAXIMUM_LIST_BYTES:
            raise validation_error(f"AccountsUrl may not exceed {MAXIMUM_LIST_BYTES} bytes in size")
        return _split(body)

    def _read_any(self, account: str, url: str, name: str) -> bytes:
        where = read_any_url(url)
        if where is None:
            raise validation_error(f"{name} must be a supported URL.")
        return self._read_object(account, where)

    def _read_object(self, account: str, where: S3Object) -> bytes:
        try:
            found = self._clients.s3(account).get_object(Bucket=where.bucket, Key=where.key)
            return bytes(found["Body"].read())
        except ClientError as error:
            raise validation_error(f"S3 error: {error.response['Error']['Message']}") from error

    def find_stack(self, stack_id: str) -> FoundStack | None:
        """Read a stack by its ARN; None for one that is not there, and for what is no ARN."""
        arn = ARN.fullmatch(stack_id)
        if arn is None:
            return None
        key = InstanceKey(account=arn["account"], region=arn["region"])
        return read_stack(self._clients.cloudformation(*key), stack_id, key)


def _split(body: bytes) -> list[str]:
    return body.decode(errors="replace").replace(",", " ").split()


def read_stack(client: CloudFormationClient, stack_id: str, key: InstanceKey) -> FoundStack | None:
    """Read a stack with its template; None when it is not there (any more)."""
    try:
        stack = client.describe_stacks(StackName=stack_id)["Stacks"][0]
        template = client.get_template(StackName=stack_id, TemplateStage="Original")
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    if stack["StackStatus"] == "DELETE_COMPLETE":
        return None
    return FoundStack(
        id=stack["StackId"],
        key=key,
        status=stack["StackStatus"],
        template=_as_text(template["TemplateBody"]),
        parameters={
            item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", ())
        },
    )


def _as_text(template: object) -> str:
    """Undo botocore, which reads what is JSON."""
    return template if isinstance(template, str) else json.dumps(template)
