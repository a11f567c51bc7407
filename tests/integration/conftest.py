"""A deployer with credentials of the embedded AWS, and with the roles that StackSets needs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import botocore.session
import pytest

from tests.builders import ACCOUNT
from tests.integration.deployer import Deployer, make_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws


@pytest.fixture(scope="session", autouse=True)
def _read_service_models_once() -> Iterator[None]:
    """Let all boto3 sessions share what they read: 20 to 100 ms of JSON a session and service."""
    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(botocore.session.create_loader)
        patch.setattr(botocore.session, "create_loader", once)
        yield


@pytest.fixture
def stranger(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Deployer:
    """A deployer in an account that has never seen StackSets."""
    for name, value in local_aws.environ(ACCOUNT).items():
        monkeypatch.setenv(name, value)
    return Deployer(local=local_aws)


@pytest.fixture
def deployer(stranger: Deployer) -> Deployer:
    """A deployer in an account with the role chain of self-managed permissions."""
    make_roles(stranger.local)
    return stranger
