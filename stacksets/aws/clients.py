"""boto3 clients of one account and region, made when first asked for and then kept.

The standard variables and files of AWS (profiles, AWS_ENDPOINT_URL, proxies, AWS_CA_BUNDLE) are
boto3's business; only the region is always ours to say, so that AWS_REGION decides nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, TypedDict

from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError

from stacksets.asking import AT_ONCE
from stacksets.aws.failures import Origin
from stacksets.errors import InputError
from stacksets.model.desired import Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3
    from types_boto3_account.client import AccountClient
    from types_boto3_acm.client import ACMClient
    from types_boto3_apigateway.client import APIGatewayClient
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudwatch.client import CloudWatchClient
    from types_boto3_iam.client import IAMClient
    from types_boto3_kms.client import KMSClient
    from types_boto3_lambda.client import LambdaClient
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_organizations.client import OrganizationsClient
    from types_boto3_route53.client import Route53Client
    from types_boto3_sns.client import SNSClient
    from types_boto3_sts.client import STSClient
    from types_boto3_xray.client import XRayClient

ATTEMPTS = 8
"""Tries of one call, the first included. They bound the waiting for a throttled answer to about a
minute, and that for a quota error as well: botocore's standard mode takes LimitExceededException
for throttling and tries it again."""

_CREATING = Lock()
"""boto3 clients may be shared between threads, a session must not make two at once (boto3 guide,
"Multithreading")."""


class Keys(TypedDict):
    """Temporary credentials in the words of `boto3.Session.client`."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str


class _NoKeys(TypedDict):
    """The session's own credentials: nothing is said."""


def config(attempts: int = ATTEMPTS) -> Config:
    """Give the settings of every client.

    Adaptive mode is the standard one that also slows down once AWS throttles, which StackSets does
    at rates that AWS does not publish; all threads that share a client slow down together. A
    connection for each of them: botocore drops what does not fit into its pool, TLS and all.
    """
    return Config(
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        max_pool_connections=AT_ONCE,
        connect_timeout=5,
        read_timeout=60,
        user_agent_extra="stacksets",
    )


class Clients:
    """The clients of one account and region; `keys` None means the session's own credentials."""

    def __init__(self, session: boto3.Session, region: str, *, keys: Keys | None = None) -> None:
        self._session = session
        self._keys = keys
        self.region = region
        self.origin = Origin(
            region=region,
            region_is_known=region in find_known_regions(session),
            profile=_profile(session),
        )

    @cached_property
    def account(self) -> AccountClient:
        """Open Account Management, which answers for the partition; the region tells which."""
        with self._creating():
            return self._session.client("account", self.region, config=config(), **self._given)

    @cached_property
    def acm(self) -> ACMClient:
        """Open Certificate Manager."""
        with self._creating():
            return self._session.client("acm", self.region, config=config(), **self._given)

    @cached_property
    def apigateway(self) -> APIGatewayClient:
        """Open API Gateway."""
        with self._creating():
            return self._session.client("apigateway", self.region, config=config(), **self._given)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """Open CloudFormation, StackSets included."""
        with self._creating():
            return self._session.client(
                "cloudformation", self.region, config=config(), **self._given
            )

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Open CloudWatch."""
        with self._creating():
            return self._session.client("cloudwatch", self.region, config=config(), **self._given)

    @cached_property
    def iam(self) -> IAMClient:
        """Open IAM, which answers for the whole account; the region only tells the partition."""
        with self._creating():
            return self._session.client("iam", self.region, config=config(), **self._given)

    @cached_property
    def kms(self) -> KMSClient:
        """Open KMS."""
        with self._creating():
            return self._session.client("kms", self.region, config=config(), **self._given)

    @cached_property
    def functions(self) -> LambdaClient:
        """Open Lambda."""
        with self._creating():
            return self._session.client("lambda", self.region, config=config(), **self._given)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """Open CloudWatch Logs."""
        with self._creating():
            return self._session.client("logs", self.region, config=config(), **self._given)

    @cached_property
    def organizations(self) -> OrganizationsClient:
        """Open Organizations, which answers for the partition; the region only tells which."""
        with self._creating():
            return self._session.client(
                "organizations", self.region, config=config(), **self._given
            )

    @cached_property
    def route53(self) -> Route53Client:
        """Open Route 53, which answers for the partition; the region only tells which."""
        with self._creating():
            return self._session.client("route53", self.region, config=config(), **self._given)

    @cached_property
    def sns(self) -> SNSClient:
        """Open SNS."""
        with self._creating():
            return self._session.client("sns", self.region, config=config(), **self._given)

    @cached_property
    def sts(self) -> STSClient:
        """Open STS with few tries: it is asked first, and who has no network should soon know."""
        with self._creating():
            return self._session.client("sts", self.region, config=config(3), **self._given)

    @cached_property
    def xray(self) -> XRayClient:
        """Open X-Ray."""
        with self._creating():
            return self._session.client("xray", self.region, config=config(), **self._given)

    def credentials(self) -> Credentials:
        """Give what requests are signed with.

        Raises:
            botocore.exceptions.NoCredentialsError: there are none.
        """
        if self._keys:
            return Credentials(
                self._keys["aws_access_key_id"],
                self._keys["aws_secret_access_key"],
                self._keys["aws_session_token"],
            )
        found = self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        return found

    @property
    def _given(self) -> Keys | _NoKeys:
        return self._keys or _NoKeys()

    @contextmanager
    def _creating(self) -> Iterator[None]:
        """Make a client alone; what boto refuses of region or endpoint is the user's input."""
        with _CREATING, self.origin.asking("AWS"):
            try:
                yield
            except ValueError as error:
                raise InputError(
                    f"boto cannot use its settings: {error}",
                    hint="check AWS_ENDPOINT_URL and the AWS config file",
                ) from error


def _profile(session: boto3.Session) -> str | None:
    """Give the profile in use; boto says `default` also where there is none."""
    name = session.profile_name
    return name if name in session.available_profiles else None


def find_known_regions(session: boto3.Session) -> Mapping[Region, str]:
    """Give the regions in which botocore knows CloudFormation, each with its partition."""
    return {
        Region(region): partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("cloudformation", partition)
    }
