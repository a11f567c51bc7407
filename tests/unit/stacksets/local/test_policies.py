"""IAM's decisions as the control plane asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from stacksets.local.adaptations.policies import policies_allow, trust_allows

SERVICE = "cloudformation.amazonaws.com"
ROOT = "arn:aws:iam::111122223333:root"
ADMIN = "arn:aws:iam::111122223333:role/admin"


def trust(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": "sts:AssumeRole",
        **more,
    }


def allows_service(*statements: dict[str, Any], service: str = SERVICE, **context: str) -> bool:
    return trust_allows(
        {"Version": "2012-10-17", "Statement": list(statements)},
        principal_type="Service",
        principal=service,
        context={key.replace("_", ":"): value for key, value in context.items()},
    )


def allows_arn(*statements: dict[str, Any], arn: str = ADMIN) -> bool:
    return trust_allows(
        {"Statement": list(statements)}, principal_type="AWS", principal=arn, context={}
    )


def test_a_trusted_service_is_let_in_and_another_is_not() -> None:
    statement = trust({"Service": SERVICE})

    assert allows_service(statement)
    assert not allows_service(statement, service="lambda.amazonaws.com")


def test_a_root_is_no_service() -> None:
    assert not allows_arn(trust({"Service": SERVICE}), arn=ROOT)


def test_a_service_is_no_account() -> None:
    assert not allows_service(trust({"AWS": ROOT}))


@pytest.mark.parametrize(
    "principal", [{"AWS": ADMIN}, {"AWS": ROOT}, {"AWS": "111122223333"}, {"AWS": [ADMIN]}, "*"]
)
def test_a_role_is_let_in_by_its_arn_its_account_or_anyone(principal: Any) -> None:
    assert allows_arn(trust(principal))


def test_another_accounts_role_is_not_let_in() -> None:
    assert not allows_arn(trust({"AWS": ROOT}), arn="arn:aws:iam::999999999999:role/admin")


def test_a_session_of_a_trusted_role_is_let_in() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/admin/session"

    assert allows_arn(trust({"AWS": ADMIN}), arn=arn)


def test_conditions_against_the_confused_deputy_are_asked_whatever_their_case() -> None:
    condition = {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudformation:*:111122223333:stackset/*"},
    }
    statement = trust({"Service": SERVICE}, Condition=condition)
    arn = "arn:aws:cloudformation:us-west-2:111122223333:stackset/name:id"

    assert allows_service(statement, aws_SourceAccount="111122223333", AWS_SOURCEARN=arn)
    assert not allows_service(statement, aws_SourceAccount="999999999999", aws_SourceArn=arn)
    assert not allows_service(statement)


def test_a_denial_goes_before_every_allowance() -> None:
    assert not allows_service(trust({"Service": SERVICE}), trust({"Service": SERVICE}, "Deny"))


def test_a_single_statement_needs_no_list() -> None:
    assert trust_allows(
        {"Statement": trust({"AWS": ADMIN})},
        principal_type="AWS",
        principal=ADMIN,
        context={},
    )


def test_a_policy_without_statements_lets_nobody_in() -> None:
    assert not trust_allows({}, principal_type="AWS", principal=ADMIN, context={})


def policy(resource: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "sts:AssumeRole", "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def allowed(*policies: dict[str, Any], **context: str) -> bool:
    return policies_allow(
        policies,
        action="sts:AssumeRole",
        resource="arn:aws:iam::999999999999:role/execution",
        context=context,
    )


def test_one_policy_that_allows_is_enough() -> None:
    assert allowed(policy("arn:aws:s3:::other"), policy("arn:aws:iam::*:role/execution"))


def test_without_a_policy_that_allows_nothing_is() -> None:
    assert not allowed()
    assert not allowed(policy("arn:aws:iam::*:role/other"))


def test_one_policy_that_denies_is_enough_too() -> None:
    assert not allowed(policy("*"), policy("*", "Deny"))


def test_a_condition_of_an_identity_policy_is_asked() -> None:
    conditional = policy("*", Condition={"StringEquals": {"aws:ResourceAccount": "999999999999"}})
    elsewhere = policy("*", Condition={"StringEquals": {"aws:ResourceAccount": "111122223333"}})

    assert allowed(conditional)
    assert not allowed(elsewhere)


def test_the_region_of_a_request_is_a_condition_like_any_other() -> None:
    here = policy("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})

    assert allowed(here, **{"aws:RequestedRegion": "eu-west-1"})
    assert not allowed(here, **{"aws:RequestedRegion": "us-east-1"})
    assert not allowed(here)
