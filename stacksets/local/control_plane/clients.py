"""boto3 clients that call the embedded AWS back: a 12-digit access key is the account."""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, cast

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_iam import IAMClient
    from types_boto3_lambda import LambdaClient


class S3Client(Protocol):
    """What is asked of S3."""

    def create_bucket(self, *, Bucket: str) -> object:  # noqa: N803 - boto3's names
        """Make a bucket."""
        ...

    def delete_bucket(self, *, Bucket: str) -> object:  # noqa: N803
        """Delete a bucket."""
        ...

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """Read an object, whose `Body` is a stream."""
        ...

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> object:  # noqa: N803
        """Write an object."""
        ...

    def delete_object(self, *, Bucket: str, Key: str) -> object:  # noqa: N803
        """Delete an object."""
        ...


USER_AGENT = "stacksets-control-plane"
"""Stands in the user agent of every call back, so that a journal can tell it from a deployer's."""

CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=100,
    proxies={},
    user_agent_extra=USER_AGENT,
)
IAM_REGION = "us-east-1"
NOBODY = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Session variables, each with its key in a file, its environment variable, default, conversion."""


class _Access(TypedDict):
    """What every client is made with; the types of boto3's clients need its keys by name."""

    endpoint_url: str
    aws_access_key_id: str
    aws_secret_access_key: str


class Clients:
    """Makes each client once; boto3 clients may be shared by threads, making them may not."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._session = boto3.Session(botocore_session=_bare_session())
        self._make_cloudformation = functools.cache(self._cloudformation)
        self._make_iam = functools.cache(self._iam)
        self._make_s3 = functools.cache(self._s3)
        self._make_functions = functools.cache(self._functions)

    def cloudformation(self, account: str, region: str) -> CloudFormationClient:
        """Give the client for the stacks of an account and region."""
        with self._lock:
            return self._make_cloudformation(account, region)

    def iam(self, account: str) -> IAMClient:
        """Give the client for the roles of an account."""
        with self._lock:
            return self._make_iam(account)

    def s3(self, account: str) -> S3Client:
        """Give the client for the buckets of an account."""
        with self._lock:
            return self._make_s3(account)

    def functions(self, account: str, region: str) -> LambdaClient:
        """Give the client for the functions of an account and region."""
        with self._lock:
            return self._make_functions(account, region)

    def _as(self, account: str) -> _Access:
        return _Access(
            endpoint_url=self._endpoint_url,
            aws_access_key_id=account,
            aws_secret_access_key=account,
        )

    def _cloudformation(self, account: str, region: str) -> CloudFormationClient:
        return self._session.client(
            "cloudformation",
            region_name=region,
            config=CONFIG,
            **self._as(account),
        )

    def _iam(self, account: str) -> IAMClient:
        return self._session.client(
            "iam",
            region_name=IAM_REGION,
            config=CONFIG,
            **self._as(account),
        )

    def _functions(self, account: str, region: str) -> LambdaClient:
        return self._session.client(
            "lambda",
            region_name=region,
            config=CONFIG,
            **self._as(account),
        )

    def _s3(self, account: str) -> S3Client:
        client: object = self._session.client(
            "s3",
            region_name=IAM_REGION,
            config=CONFIG.merge(Config(s3={"addressing_style": "path"})),
            **self._as(account),
        )
        return cast("S3Client", client)


def _bare_session() -> botocore.session.Session:
    """Give a session that knows nothing of the profile and files of whoever runs the emulator."""
    return botocore.session.Session(session_vars=NOBODY)
