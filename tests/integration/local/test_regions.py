"""A region that an account has not enabled: nothing there knows the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

MILAN = "eu-south-1"
UNKNOWN = "The security token included in the request is invalid"


def test_a_region_answers_in_the_words_of_each_protocol_until_it_is_enabled(
    local_aws: LocalAws,
) -> None:
    stacks, logs = (local_aws.client(one, region=MILAN) for one in ("cloudformation", "logs"))

    with pytest.raises(ClientError, match=UNKNOWN) as by_query:
        stacks.describe_stacks()
    with pytest.raises(ClientError, match=UNKNOWN) as by_json:
        logs.describe_log_groups()

    refused = [one.value.response for one in (by_query, by_json)]
    assert [one["Error"]["Code"] for one in refused] == [
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    ]
    assert {one["ResponseMetadata"]["HTTPStatusCode"] for one in refused} == {403}
    local_aws.client("account").enable_region(RegionName=MILAN)
    assert stacks.describe_stacks()["Stacks"] == []
    assert logs.describe_log_groups()["logGroups"] == []
