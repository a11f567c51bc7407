"""sts:AssumeRole asks the role whether it trusts the caller."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.conformance.organizations import make_organization

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ADMIN, MEMBER = "000000000000", "111122223333"
ROOT = f"arn:aws:iam::{ADMIN}:root"


def make_role(local_aws: LocalAws, principal: Any, **statement: Any) -> str:
    document = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sts:AssumeRole",
            **statement,
        },
    }
    created = local_aws.client("iam", MEMBER).create_role(
        Path="/readers/", RoleName="reader", AssumeRolePolicyDocument=json.dumps(document)
    )
    return str(created["Role"]["Arn"])


def assume(local_aws: LocalAws, role_arn: str, account: str = ADMIN, **options: str) -> Any:
    return local_aws.client("sts", account).assume_role(
        RoleArn=role_arn, RoleSessionName="test", **options
    )


def test_a_role_that_trusts_the_callers_account_gives_credentials_of_its_own(
    local_aws: LocalAws,
) -> None:
    answer = assume(local_aws, make_role(local_aws, {"AWS": ROOT}))

    credentials = answer["Credentials"]
    reader = boto3.client(
        "sts",
        endpoint_url=local_aws.started.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    identity = reader.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (
        MEMBER,
        f"arn:aws:sts::{MEMBER}:assumed-role/reader/test",
    )
    assert local_aws.journal()[-1]["account"] == MEMBER


@pytest.mark.parametrize(
    "role_arn",
    [
        f"arn:aws:iam::{MEMBER}:role/none",
        f"arn:aws:iam::{MEMBER}:role/reader",
        f"arn:aws:iam::{ADMIN}:role/readers/reader",
    ],
)
def test_a_role_that_is_not_there_is_denied(local_aws: LocalAws, role_arn: str) -> None:
    make_role(local_aws, {"AWS": ROOT})

    with pytest.raises(ClientError) as caught:
        assume(local_aws, role_arn)

    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "AccessDenied",
        "Message": (
            f"User: {ROOT} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        ),
    }


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": "cloudformation.amazonaws.com"},
        {"AWS": f"arn:aws:iam::{MEMBER}:root"},
        {"AWS": f"arn:aws:iam::{ADMIN}:role/other"},
    ],
)
def test_a_role_that_trusts_others_is_denied(local_aws: LocalAws, principal: Any) -> None:
    role_arn = make_role(local_aws, principal)

    with pytest.raises(ClientError, match="AccessDenied"):
        assume(local_aws, role_arn)


def test_a_condition_of_the_trust_policy_is_asked(local_aws: LocalAws) -> None:
    role_arn = make_role(
        local_aws, {"AWS": ROOT}, Condition={"StringEquals": {"sts:ExternalId": "word"}}
    )

    assert assume(local_aws, role_arn, ExternalId="word")["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        assume(local_aws, role_arn, ExternalId="another")


def test_nobody_enters_an_account_that_is_closed(local_aws: LocalAws) -> None:
    world = make_organization(local_aws, {"Apps": [MEMBER]}, management=ADMIN)
    role_arn = make_role(local_aws, {"AWS": ROOT})
    assume(local_aws, role_arn)

    world.organizations.close_account(AccountId=MEMBER)

    with pytest.raises(ClientError, match="AccessDenied"):
        assume(local_aws, role_arn)
