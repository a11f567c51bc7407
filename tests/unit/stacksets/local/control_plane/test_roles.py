"""Reading a role with everything that decides what it may do."""

from __future__ import annotations

import time

import pytest

from stacksets.local.control_plane import ControlPlane
from stacksets.local.control_plane.roles import read_role

ADMIN, EAST, HOME = "111111111111", "us-east-1", "us-west-2"
ARN = f"arn:aws:iam::{ADMIN}:role/boss"
TRUST = {"Statement": ["trust"]}


class NoSuchEntityError(Exception):
    pass


class Iam:
    """An IAM client that knows one role, with policies on two pages."""

    class exceptions:  # noqa: N801 - boto3's name
        NoSuchEntityException = NoSuchEntityError

    def get_role(self, *, RoleName):  # noqa: N803 - boto3's name
        if RoleName != "boss":
            raise NoSuchEntityError
        return {"Role": {"Arn": ARN, "AssumeRolePolicyDocument": TRUST}}

    def get_paginator(self, operation):
        return {
            "list_role_policies": Pages({"PolicyNames": ["one"]}, {"PolicyNames": ["two"]}),
            "list_attached_role_policies": Pages(
                {"AttachedPolicies": [{"PolicyArn": "arn:three"}]},
                {"AttachedPolicies": [{"PolicyArn": "arn:four"}]},
            ),
        }[operation]

    def get_role_policy(self, *, RoleName, PolicyName):  # noqa: N803 - boto3's names
        assert RoleName == "boss"
        return {"PolicyDocument": {"Statement": [PolicyName]}}

    def get_policy(self, *, PolicyArn):  # noqa: N803 - boto3's name
        return {"Policy": {"DefaultVersionId": f"v-{PolicyArn}"}}

    def get_policy_version(self, *, PolicyArn, VersionId):  # noqa: N803 - boto3's names
        assert VersionId == f"v-{PolicyArn}"
        return {"PolicyVersion": {"Document": {"Statement": [PolicyArn]}}}


class Pages:
    """A paginator."""

    def __init__(self, *pages):
        self._pages = pages

    def paginate(self, *, RoleName):  # noqa: N803 - boto3's name
        assert RoleName == "boss"
        return iter(self._pages)


def test_a_role_is_read_with_all_its_policies_inline_and_attached():
    role = read_role(Iam(), "boss")
    assert (role.arn, role.trust) == (ARN, TRUST)
    assert role.read_policies() == tuple(
        {"Statement": [name]} for name in ("one", "two", "arn:three", "arn:four")
    )


def test_a_role_that_is_not_there_is_none():
    assert read_role(Iam(), "nobody") is None


@pytest.fixture
def plane():
    plane = ControlPlane(
        endpoint_url="http://127.0.0.1:9",
        trust_allows=lambda *_, **__: True,
        policies_allow=lambda *_, **__: True,
    )
    yield plane
    plane.close()


def test_the_administration_role_is_looked_for_in_the_administrators_account(plane):
    asked = []

    class Accounts:
        def iam(self, account):
            asked.append(account)
            return Iam()

    def ask(action, **form):
        sent = {"Action": action, "StackSetName": "site", **form}
        return plane.handle(account=ADMIN, region=HOME, form=sent)[1].decode()

    plane._clients = Accounts()
    ask("CreateStackSet", TemplateBody='{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}')
    targets = {"Accounts.member.1": "222222222222", "Regions.member.1": EAST}
    ask("CreateStackInstances", OperationId="id", **targets)
    deadline = time.monotonic() + 10
    while "EndTimestamp" not in ask("DescribeStackSetOperation", OperationId="id"):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert asked == [ADMIN]
    refusal = f"Account {ADMIN} should have 'AWSCloudFormationStackSetAdministrationRole' role"
    assert refusal in ask("ListStackInstances")
