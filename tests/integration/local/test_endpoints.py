"""Endpoints of stacks, called as any HTTPS client calls them."""

from __future__ import annotations

import pytest

from tests.integration.local.templates import api_template, deploy
from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("account", ["000000000000", "111122223333"])
@pytest.mark.parametrize("region", ["us-east-1", "us-west-1"])
def test_a_stacks_endpoint_answers_over_verified_https(
    local_aws: LocalAws, account: str, region: str
) -> None:
    outputs = deploy(local_aws.client("cloudformation", account, region), api_template())

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert (response.status, response.data) == (
        200,
        f"Hello from Lambda in region: {region}".encode(),
    )
