"""A region is drained, deployed past, and taken back: on stacks that really exist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stacksets.draining import turn_traffic
from stacksets.model.desired import ParameterOverride, Region
from stacksets.model.outcome import Verdict
from stacksets.model.traffic import Traffic, TrafficState, TrafficTurn
from stacksets.traffic import find_traffic
from stacksets.traffic_plan import make_traffic_plan
from tests.builders import ACCOUNT, EAST, WEST, a_template
from tests.integration.deployer import HastyClock, a_regional_deployment, regional_template

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Outcome
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration


def _content(retention: int = 7) -> dict[str, object]:
    content = regional_template(retention=retention)
    switch = {"Type": "String", "Default": "auto", "AllowedValues": ["auto", "drain"]}
    return {
        **content,
        "Parameters": {
            "Suffix": {"Type": "String", "Default": "dev"},
            "Traffic": switch,
        },
        "Outputs": {
            "Suffix": {"Value": {"Ref": "Suffix"}},
            "Traffic": {"Value": {"Ref": "Traffic"}},
        },
    }


def _deployment(retention: int = 7, suffix: str | None = None) -> Deployment:
    overrides = (
        (ParameterOverride(accounts=(), regions=(), parameters={"Suffix": suffix}),)
        if suffix
        else ()
    )
    return a_regional_deployment(
        content=_content(retention),
        overrides=overrides,
        traffic=Traffic(parameter="Traffic", normal="auto", drained="drain"),
    )


def _turn(deployer: Deployer, deployment: Deployment, *, drains: bool) -> Outcome:
    turn = TrafficTurn(region=Region(EAST), drains=drains)
    return turn_traffic(
        deployment,
        deployer.aws,
        HastyClock(),
        turn=turn,
        first=make_traffic_plan(deployment, deployer.observe(deployment), turn),
        consent=lambda _: None,
        notify=lambda _: None,
    )


def _values(deployer: Deployer, name: str) -> dict[str, str]:
    """Give what the stack of each region says of a parameter."""
    found = {}
    for region in (EAST, WEST):
        [stack] = deployer.stacks(region=region).values()
        found[region] = next(
            one["OutputValue"] for one in stack["Outputs"] if one["OutputKey"] == name
        )
    return found


def test_a_drain_outlives_a_template_change_and_an_override_change_until_it_is_taken_back(
    deployer: Deployer,
) -> None:
    first = _deployment()
    assert deployer.deploy(first).verdict is Verdict.SUCCEEDED
    calls = len(deployer.local.journal())

    assert _turn(deployer, first, drains=True).verdict is Verdict.SUCCEEDED

    assert deployer.writes(since=calls) == ["UpdateStackInstances"]
    drained = {EAST: "drain", WEST: "auto"}
    assert _values(deployer, "Traffic") == drained
    assert deployer.plan(first).is_empty

    changed = _deployment(retention=14)
    assert deployer.deploy(changed).verdict is Verdict.SUCCEEDED
    assert _values(deployer, "Traffic") == drained

    overridden = _deployment(retention=14, suffix="x")
    assert deployer.deploy(overridden).verdict is Verdict.SUCCEEDED
    assert _values(deployer, "Traffic") == drained
    assert _values(deployer, "Suffix") == {EAST: "x", WEST: "x"}
    states = find_traffic(overridden, deployer.observe(overridden))
    assert [one.state for one in states] == [TrafficState.DRAINED, TrafficState.ACTIVE]

    assert _turn(deployer, overridden, drains=False).verdict is Verdict.SUCCEEDED

    assert _values(deployer, "Traffic") == {EAST: "auto", WEST: "auto"}
    assert _values(deployer, "Suffix") == {EAST: "x", WEST: "x"}
    assert deployer.plan(overridden).is_empty


@pytest.mark.emulator_only
def test_an_override_that_aws_masks_survives_a_drain(deployer: Deployer) -> None:
    deployer.local.set_control_plane(masks_overrides=True)
    content = _content()
    secret = {"Type": "String", "NoEcho": True, "Default": "open"}
    switched = {**content, "Parameters": {**content["Parameters"], "Suffix": secret}}
    deployment = replace(_deployment(suffix="sesame"), template=a_template(switched))
    assert deployer.deploy(deployment).verdict is Verdict.SUCCEEDED

    assert _turn(deployer, deployment, drains=True).verdict is Verdict.SUCCEEDED

    assert _values(deployer, "Suffix") == {EAST: "sesame", WEST: "sesame"}
    assert _values(deployer, "Traffic") == {EAST: "drain", WEST: "auto"}


def test_a_deploy_brings_back_what_a_drain_found_deleted_by_hand(deployer: Deployer) -> None:
    deployment = _deployment()
    deployer.deploy(deployment)
    key = f"{ACCOUNT}/{EAST}"
    lost = deployer.instances(deployment)[key].stack_id
    client = deployer.local.client("cloudformation", ACCOUNT, EAST)
    client.delete_stack(StackName=lost)
    client.get_waiter("stack_delete_complete").wait(
        StackName=lost, WaiterConfig={"Delay": 0.02, "MaxAttempts": 500}
    )
    assert _turn(deployer, deployment, drains=True).verdict is Verdict.FAILED

    assert deployer.deploy(deployment).verdict is Verdict.SUCCEEDED

    assert deployer.instances(deployment)[key].stack_id != lost
    assert deployer.plan(deployment).is_empty
