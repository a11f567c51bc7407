"""Stack sets with service-managed permissions: trusted access, delegates, units, refusals."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.integration.control_plane.organizations import World, make_organization
from tests.integration.control_plane.stack_sets import (
    EAST,
    TARGET,
    WEST,
)

pytestmark = pytest.mark.integration

DELEGATE, OTHER, NESTED = "333333333333", "444444444444", "555555555555"
DELEGATED = {"CallAs": "DELEGATED_ADMIN"}


@pytest.fixture
def world(local_aws) -> World:
    """Accounts in a unit, in one below it, and beside it; StackSets may reach them."""
    units = {"Apps": [TARGET, OTHER], "Apps/Prod": [NESTED], "Other": [DELEGATE]}
    world = make_organization(local_aws, units)
    world.trust_stack_sets(DELEGATE)
    return world


def refusal(message: str, code: str = "ValidationError"):
    """Expect an answer that is an error."""
    return pytest.raises(ClientError, match=rf"\({code}\).*{message}")


def targets(*units: str, **more):
    return {"OrganizationalUnitIds": list(units), **more}


def test_a_unit_comes_to_the_accounts_in_it_and_in_its_child_units(world):
    world.create_stack_set()
    operation = world.create_instances([world.units["Apps"]], [EAST, WEST])
    assert operation["Status"] == "SUCCEEDED"
    assert {key: row["Status"] for key, row in world.instances().items()} == {
        (account, region): "CURRENT"
        for account in (TARGET, OTHER, NESTED)
        for region in (EAST, WEST)
    }
    (name,) = world.stacks(NESTED, WEST)
    assert name.startswith("StackSet-site-")
