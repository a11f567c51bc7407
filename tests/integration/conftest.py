"""A deployer with credentials of the embedded AWS, and with the roles that StackSets needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT
from tests.integration.deployer import Deployer, make_roles

if TYPE_CHECKING:
    from tests.local_aws import LocalAws


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
