"""Everything that one set of credentials opens, as `door.Aws` has it: the entrance for `cli`."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ProfileNotFound

from stacksets.aws.account import BotoAccount
from stacksets.aws.clients import Clients, Keys, find_known_regions
from stacksets.aws.organizations import BotoOrganizations
from stacksets.aws.stack_sets import BotoStackSets
from stacksets.aws.web_pages import refuse_web_pages
from stacksets.errors import AwsError, CredentialsError, InputError, PermissionDeniedError
from stacksets.model.desired import AccountId, Region
from stacksets.model.outcome import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.model.desired import CallAs

_ANY_REGION = Region("us-east-1")
_SESSION_NAME = "stacksets"
_RENEW_BEFORE = timedelta(minutes=5)
_KEPT = 64
"""Accounts and regions whose clients are kept: a client holds half a megabyte, and a plan may look
into hundreds of accounts, each once or twice in a row."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assumed:
    keys: Keys
    expires: datetime


class BotoAws:
    """`door.Aws` by boto3, with the profile, variables and files that every AWS tool honours.

    `home_region` is where STS is asked who calls; any region of the credentials' partition does.

    Raises:
        CredentialsError: the profile does not exist or its settings cannot be read.
    """

    def __init__(
        self,
        profile: str | None = None,
        *,
        home_region: Region = _ANY_REGION,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._session = _open_session(profile)
        self._home_region = home_region
        self._now = now
        self._assumed: dict[str, _Assumed] = {}
        self._assuming: dict[str, Lock] = {}
        self._opened: OrderedDict[tuple[Region, str], Clients] = OrderedDict()
        self._opening = Lock()

    def identity(self) -> Identity:
        """Say who calls; without valid credentials a CredentialsError says what to type."""
        return self._identity

    def known_regions(self) -> Mapping[Region, str]:
        """Give the regions that this machine's botocore knows, each with its partition.

        A brand-new region is not among them until botocore is newer than the region.
        """
        return find_known_regions(self._session)

    def stack_sets(self, home_region: Region, call_as: CallAs) -> BotoStackSets:
        """Open the StackSets of the caller's account in a region, every call made `call_as`."""
        return BotoStackSets(self._own(home_region), call_as)

    def organizations(self) -> BotoOrganizations:
        """Open the organization of the caller's account."""
        return BotoOrganizations(self._own(self._home_region))

    def account(self, account: AccountId, region: Region, role_name: str | None) -> BotoAccount:
        """Open an account and region: the caller's own directly, another's through the role.

        Raises PermissionDeniedError where the role is None or may not be assumed.
        """
        if account == self._identity.account:
            return BotoAccount(self._own(region))
        if role_name is None:
            raise PermissionDeniedError(
                f"account {account} cannot be read: the deployment file names no read role",
                hint="read_role_name in [stack_set] names a role of that account that trusts the "
                "caller; `stacksets bootstrap` makes it where the file has [bootstrap]",
            )
        partition = self._identity.arn.split(":")[1]
        role_arn = f"arn:{partition}:iam::{account}:role/{role_name}"
        with self._assuming.setdefault(role_arn, Lock()):
            keys = self._assume(role_arn, region)
        return BotoAccount(self._open(region, keys))

    @cached_property
    def _identity(self) -> Identity:
        clients = self._own(self._home_region)
        with clients.origin.asking("sts:GetCallerIdentity"):
            caller = clients.sts.get_caller_identity()
        return Identity(
            account=AccountId(caller["Account"]),
            arn=caller["Arn"],
            alias=self._find_alias(clients),
        )

    @staticmethod
    def _find_alias(clients: Clients) -> str | None:
        aliases: list[str] = []
        with suppress(AwsError), clients.origin.asking("iam:ListAccountAliases"):
            aliases = clients.iam.list_account_aliases()["AccountAliases"]
        return next(iter(aliases), None)

    def _own(self, region: Region) -> Clients:
        return self._open(region, None)

    def _open(self, region: Region, keys: Keys | None) -> Clients:
        """Give the clients of a place; those that were used the longest ago are let go."""
        place = (region, keys["aws_access_key_id"] if keys else "")
        with self._opening:
            if place not in self._opened:
                self._opened[place] = Clients(self._session, region, keys=keys)
            self._opened.move_to_end(place)
            if len(self._opened) > _KEPT:
                self._opened.popitem(last=False)
            return self._opened[place]

    def _assume(self, role_arn: str, region: Region) -> Keys:
        """Give credentials of the role, assumed anew when they are about to end (after an hour)."""
        known = self._assumed.get(role_arn)
        if known and known.expires - _RENEW_BEFORE > self._now():
            return known.keys
        clients = self._own(region)
        with clients.origin.asking("sts:AssumeRole"):
            answer = clients.sts.assume_role(RoleArn=role_arn, RoleSessionName=_SESSION_NAME)
        found = answer["Credentials"]
        keys = Keys(
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )
        self._assumed[role_arn] = _Assumed(keys=keys, expires=found["Expiration"])
        return keys


def _open_session(profile: str | None) -> boto3.Session:
    try:
        session = boto3.Session(profile_name=profile)
    except ProfileNotFound as error:
        raise CredentialsError(
            f"no usable AWS credentials: {error}",
            hint="`aws configure list-profiles` lists those there are, then "
            "`export AWS_PROFILE=NAME`; `stacksets local run -- COMMAND` needs none",
        ) from error
    except BotoCoreError as error:
        raise InputError(
            f"the AWS config files cannot be read: {error}",
            hint="check AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE",
        ) from error
    refuse_web_pages(session)
    return session
