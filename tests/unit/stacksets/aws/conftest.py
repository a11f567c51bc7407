from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from stacksets.aws.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def clients(service_models) -> Clients:
    """Clients that every test may stub: boto3 takes a tenth of a second to make one."""
    session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret")
    return Clients(session, "us-west-2")


@pytest.fixture
def cloudformation(clients) -> Iterator[Stubber]:
    with Stubber(clients.cloudformation) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
