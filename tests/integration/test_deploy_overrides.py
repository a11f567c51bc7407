"""Other parameter values for some stack instances: set, changed, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.model.desired import ParameterOverride, Region
from stacksets.model.outcome import Verdict
from tests.builders import EAST, WEST
from tests.integration.deployer import a_regional_deployment, regional_template

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration


def test_an_override_reaches_its_region_alone(deployer: Deployer) -> None:
    outcome = deployer.deploy(_overridden("east"))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert _suffixes(deployer) == {EAST: "east", WEST: "dev"}
    assert deployer.plan(_overridden("east")).is_empty


def test_a_changed_override_updates_its_stack_and_leaves_the_other_alone(
    deployer: Deployer,
) -> None:
    deployer.deploy(_overridden("one"))
    [other] = deployer.stacks(region=WEST).values()
    calls = len(deployer.local.journal())

    outcome = deployer.deploy(_overridden("two"))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["UpdateStackInstances"]
    assert _suffixes(deployer) == {EAST: "two", WEST: "dev"}
    assert [*deployer.stacks(region=WEST).values()] == [other]


def test_a_parameter_that_changes_everywhere_does_not_touch_an_override(
    deployer: Deployer,
) -> None:
    deployer.deploy(_overridden("east"))

    outcome = deployer.deploy(_overridden("east", suffix="new"))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert _suffixes(deployer) == {EAST: "east", WEST: "new"}


def test_an_override_that_left_the_file_is_taken_back_where_overrides_are_read(
    deployer: Deployer,
) -> None:
    deployer.deploy(_overridden("east", WEST, "west"))

    outcome = deployer.deploy(_overridden("east"))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert _suffixes(deployer) == {EAST: "east", WEST: "dev"}


def test_a_parameter_that_leaves_the_template_is_first_taken_back_where_it_is_overridden(
    deployer: Deployer,
) -> None:
    both = {"Suffix": {"Type": "String", "Default": "dev"}, "Gone": {"Type": "String"}}
    east = ParameterOverride(
        accounts=(), regions=(Region(EAST),), parameters={"Suffix": "east", "Gone": "x"}
    )
    before = a_regional_deployment(
        content={**regional_template(), "Parameters": both},
        parameters={"Gone": "y"},
        overrides=(east,),
    )
    assert deployer.deploy(before).verdict is Verdict.SUCCEEDED
    calls = len(deployer.local.journal())

    outcome = deployer.deploy(_overridden("east"))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["UpdateStackInstances", "UpdateStackSet"]
    assert _suffixes(deployer) == {EAST: "east", WEST: "dev"}
    assert deployer.plan(_overridden("east")).is_empty


@pytest.mark.emulator_only
@pytest.mark.parametrize("masks", [False, True], ids=["shown", "masked"])
def test_a_noecho_override_is_settled_whether_aws_shows_it_or_masks_it(
    deployer: Deployer, masks: bool
) -> None:
    deployer.local.set_control_plane(masks_overrides=masks)
    content = regional_template()
    secret = {"Suffix": {"Type": "String", "NoEcho": True, "Default": "open"}}
    override = ParameterOverride(accounts=(), regions=(Region(EAST),), parameters={"Suffix": "x"})
    deployment = a_regional_deployment(
        content={**content, "Parameters": secret}, overrides=(override,)
    )

    outcome = deployer.deploy(deployment)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.plan(deployment).is_empty


def _overridden(east: str, *other: str, suffix: str = "dev") -> Deployment:
    """Override the suffix in the east, and in another region as `other` says."""
    pairs = [(EAST, east), *([other] if other else [])]
    overrides = tuple(
        ParameterOverride(accounts=(), regions=(Region(region),), parameters={"Suffix": value})
        for region, value in pairs
    )
    return a_regional_deployment(overrides=overrides, parameters={"Suffix": suffix})


def _suffixes(deployer: Deployer) -> dict[str, str]:
    """Give the value of the parameter in each region's stack."""
    found = {}
    for region in (EAST, WEST):
        [stack] = deployer.stacks(region=region).values()
        [found[region]] = [one["ParameterValue"] for one in stack["Parameters"]]
    return found
