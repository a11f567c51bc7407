from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from time import sleep

import pytest
from botocore.stub import Stubber

from stacksets.asking import AT_ONCE
from stacksets.aws.session import BotoAws
from stacksets.errors import CredentialsError, InputError, PermissionDeniedError
from stacksets.model.desired import AccountId, CallAs, Region
from stacksets.model.outcome import Identity

ONE, TWO, THREE = (AccountId(digit * 12) for digit in "123")
HOME, EAST = Region("us-west-2"), Region("us-east-1")
CALLER = {"Account": ONE, "Arn": "arn:aws-cn:iam::111111111111:user/u", "UserId": "AIDA"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


class Time:
    """The hour, as a test sets it."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def aws(time) -> BotoAws:
    return BotoAws(home_region=HOME, now=time)


def known_caller(aws, *, aliases=("acme",)):
    """Answer who calls, once."""
    clients = aws._own(HOME)
    sts, iam = Stubber(clients.sts), Stubber(clients.iam)
    sts.add_response("get_caller_identity", CALLER, {})
    iam.add_response("list_account_aliases", {"AccountAliases": list(aliases)}, {})
    sts.activate()
    iam.activate()
    return sts, iam


def will_assume(sts, role, key, expires=NOW + timedelta(hours=1)):
    sts.add_response(
        "assume_role",
        {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": "s",
                "SessionToken": "token",
                "Expiration": expires,
            }
        },
        {"RoleArn": role, "RoleSessionName": "stacksets"},
    )


def signer(account):
    """Give the access key with which an account is asked."""
    return account._clients.cloudformation._request_signer._credentials.access_key


def test_the_caller_is_known_with_the_accounts_alias(aws):
    known_caller(aws)

    assert aws.identity() == Identity(account=ONE, arn=CALLER["Arn"], alias="acme")


def test_the_caller_is_asked_for_once(aws):
    sts, _ = known_caller(aws)
    aws.identity()
    aws.identity()

    sts.assert_no_pending_responses()


def test_an_account_may_have_no_alias(aws):
    known_caller(aws, aliases=())

    assert aws.identity().alias is None


def test_an_alias_that_may_not_be_read_is_none(aws):
    clients = aws._own(HOME)
    with Stubber(clients.sts) as sts, Stubber(clients.iam) as iam:
        sts.add_response("get_caller_identity", CALLER)
        iam.add_client_error("list_account_aliases", "AccessDenied", "no", 403)

        assert aws.identity() == Identity(account=ONE, arn=CALLER["Arn"], alias=None)


def test_expired_credentials_say_what_to_type(aws):
    with Stubber(aws._own(HOME).sts) as sts:
        sts.add_client_error("get_caller_identity", "ExpiredToken", "expired", 403)

        with pytest.raises(CredentialsError, match="expired") as caught:
            aws.identity()
    assert "aws sso login" in caught.value.hint


def test_no_credentials_at_all_say_what_to_type(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CredentialsError, match="Unable to locate credentials") as caught:
        BotoAws().identity()
    assert "stacksets local run" in caught.value.hint


def test_the_regions_of_every_partition_are_known_without_a_call(aws):
    known = aws.known_regions()

    partitions = {region: known[region] for region in ("us-west-2", "cn-north-1", "us-gov-west-1")}
    assert list(partitions.values()) == ["aws", "aws-cn", "aws-us-gov"]
    assert not {"eu-nort-1", "eu-north-9", ""} & set(known)


def test_an_unknown_profile_is_told_before_any_call():
    with pytest.raises(CredentialsError, match="nobody") as caught:
        BotoAws("nobody")
    assert "AWS_PROFILE" in caught.value.hint


def test_a_broken_config_file_is_told_before_any_call(monkeypatch, tmp_path):
    broken = tmp_path / "config"
    broken.write_text("[profile x\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))

    with pytest.raises(InputError, match="cannot be read"):
        BotoAws()


def test_the_named_profile_is_used_and_named_in_hints(monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text("[profile acme]\nregion = eu-west-1\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    clients = BotoAws("acme")._own(HOME)

    assert clients.origin.profile == "acme"
    assert clients.cloudformation.meta.region_name == HOME


def test_the_region_is_the_one_asked_for_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    stack_sets = BotoAws().stack_sets(HOME, CallAs.SELF)

    assert stack_sets._clients.cloudformation.meta.region_name == HOME


def test_organizations_is_asked_from_the_home_region():
    organizations = BotoAws(home_region=HOME).organizations()

    assert organizations._clients.region == HOME


def test_the_endpoint_of_the_environment_is_honoured(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    clients = BotoAws()._own(HOME)

    assert clients.cloudformation.meta.endpoint_url == "http://127.0.0.1:1"


def test_an_endpoint_that_is_none_is_an_input_error(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")

    with pytest.raises(InputError, match="Invalid endpoint"):
        BotoAws().identity()


def test_a_region_that_is_none_is_an_input_error(aws):
    with pytest.raises(InputError, match="us east"):
        aws.stack_sets(Region("us east"), CallAs.SELF).delete_stack_set("svc")


def test_calls_are_tried_a_bounded_number_of_times_and_name_this_tool(aws):
    config = aws._own(HOME).cloudformation.meta.config

    assert config.retries == {"mode": "adaptive", "total_max_attempts": 8}
    assert "stacksets" in config.user_agent_extra
    assert (config.connect_timeout, config.read_timeout) == (5, 60)


def test_every_thread_that_asks_has_a_connection(aws):
    assert aws._own(HOME).cloudformation.meta.config.max_pool_connections == AT_ONCE


def test_the_clients_that_were_used_the_longest_ago_are_let_go(aws):
    home, east = aws._own(HOME), aws._own(EAST)
    for number in range(63):
        aws._own(Region(f"xx-test-{number}"))
        assert aws._own(HOME) is home

    assert aws._own(EAST) is not east


def test_who_calls_is_asked_with_few_tries(aws):
    assert aws._own(HOME).sts.meta.config.retries["total_max_attempts"] == 3


def test_the_callers_own_account_is_opened_without_a_role(aws):
    known_caller(aws)

    assert signer(aws.account(ONE, HOME, None)) == "AKID"


def test_another_account_is_opened_through_the_role_of_its_partition(aws):
    sts, _ = known_caller(aws)
    will_assume(sts, "arn:aws-cn:iam::222222222222:role/read", "ASIATEMPORARY0000")

    account = aws.account(TWO, HOME, "read")

    assert signer(account) == "ASIATEMPORARY0000"


def test_a_role_is_assumed_once_for_all_regions(aws):
    sts, _ = known_caller(aws)
    will_assume(sts, "arn:aws-cn:iam::222222222222:role/read", "ASIATEMPORARY0000")
    aws.account(TWO, HOME, "read")

    assert signer(aws.account(TWO, EAST, "read")) == "ASIATEMPORARY0000"


def test_a_role_is_assumed_once_though_many_regions_ask_at_the_same_time(aws, monkeypatch):
    known_caller(aws)
    aws.identity()
    assumed = []

    def assume_role(**request):
        assumed.append(request["RoleArn"])
        sleep(0.05)
        keys = {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "token"}
        return {"Credentials": keys | {"Expiration": NOW + timedelta(hours=1)}}

    monkeypatch.setattr(aws._own(HOME).sts, "assume_role", assume_role)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: aws.account(TWO, HOME, "read"), range(4)))

    assert len(assumed) == 1


def test_the_roles_of_several_accounts_are_assumed_at_the_same_time(aws, monkeypatch):
    known_caller(aws)
    aws.identity()
    both = Barrier(2)

    def assume_role(**request):
        both.wait(5)
        keys = {"AccessKeyId": request["RoleArn"], "SecretAccessKey": "s", "SessionToken": "token"}
        return {"Credentials": keys | {"Expiration": NOW + timedelta(hours=1)}}

    monkeypatch.setattr(aws._own(HOME).sts, "assume_role", assume_role)
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda one: aws.account(one, HOME, "read"), (TWO, THREE)))

    assert [TWO in signer(opened[0]), THREE in signer(opened[1])] == [True, True]


def test_a_role_is_assumed_again_before_its_credentials_end(aws, time):
    sts, _ = known_caller(aws)
    role = "arn:aws-cn:iam::222222222222:role/read"
    will_assume(sts, role, "ASIAFIRST00000000")
    will_assume(sts, role, "ASIASECOND0000000", NOW + timedelta(hours=2))
    aws.account(TWO, HOME, "read")
    time.now += timedelta(minutes=56)

    assert signer(aws.account(TWO, HOME, "read")) == "ASIASECOND0000000"


def test_another_account_without_a_read_role_cannot_be_opened(aws):
    known_caller(aws)

    with pytest.raises(PermissionDeniedError, match="names no read role") as caught:
        aws.account(TWO, HOME, None)
    assert "read_role_name" in caught.value.hint


def test_a_role_that_may_not_be_assumed_is_a_denial(aws):
    sts, _ = known_caller(aws)
    said = "User: arn:u is not authorized to perform: sts:AssumeRole on resource: arn:r"
    sts.add_client_error("assume_role", "AccessDenied", said, 403)

    with pytest.raises(PermissionDeniedError, match="sts:AssumeRole"):
        aws.account(TWO, HOME, "read")


def test_without_a_clock_of_its_own_the_session_uses_the_machines():
    aws = BotoAws(home_region=HOME)
    sts, _ = known_caller(aws)
    will_assume(
        sts,
        "arn:aws-cn:iam::222222222222:role/read",
        "ASIAOLD0000000000",
        NOW - timedelta(days=9999),
    )
    future = datetime.now(UTC) + timedelta(hours=1)
    will_assume(sts, "arn:aws-cn:iam::222222222222:role/read", "ASIANEW0000000000", future)
    aws.account(TWO, HOME, "read")

    assert signer(aws.account(TWO, HOME, "read")) == "ASIANEW0000000000"
