"""What a drain calls and what it leaves alone, and what deploys make of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stacksets.effective import ValueSource, find_deployed, find_effective
from stacksets.errors import InputError, NoActiveRegionError
from stacksets.model.desired import ParameterOverride, Region
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus
from stacksets.model.plan import AttachToOperation, CreateStackInstances, UpdateStackInstances
from stacksets.model.traffic import Traffic, TrafficState, TrafficTurn
from stacksets.plan import make_plan
from stacksets.report.traffic import traffic_lines, traffic_message
from stacksets.traffic import find_traffic, without_traffic
from stacksets.traffic_plan import make_traffic_plan
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

SWITCHED = {
    **CONTENT,
    "Parameters": {
        "Suffix": {"Type": "String", "Default": "dev"},
        "Traffic": {"Type": "String", "Default": "auto"},
    },
}
DRAINED = {"Traffic": "drain"}
DRAIN_EAST = TrafficTurn(region=EAST, drains=True)
UNDRAIN_EAST = TrafficTurn(region=EAST, drains=False)
BOTH = targets((ACCOUNT, EAST), (ACCOUNT, WEST))


def switched(**changes):
    values = {
        "template": a_template(SWITCHED),
        "targets": BOTH,
        "traffic": Traffic(parameter="Traffic", normal="auto", drained="drain"),
    }
    return a_deployment(**(values | changes))


def there(*instances, **changes):
    values = {
        "template_body": json.dumps(SWITCHED),
        "parameters": {"Suffix": "dev", "Traffic": "auto"},
    }
    return a_stack_set(*instances, **(values | changes))


def east(**changes):
    return an_instance(a_key(region=EAST), **({"overrides": {}} | changes))


def west(**changes):
    return an_instance(a_key(region=WEST), **({"overrides": {}} | changes))


def updates(plan):
    """Give accounts, regions and overrides of every update."""
    assert all(isinstance(step, UpdateStackInstances) for step in plan.steps)
    return [(step.where.accounts, step.where.regions, step.overrides) for step in plan.steps]


def whys(plan):
    return {str(one.key): (one.kind.value, one.why) for one in plan.instances}


def states(observed, deployment=None):
    found = find_traffic(deployment or switched(), observed)
    return {one.region: one.state for one in found}


def test_a_drain_overrides_one_parameter_in_every_stack_instance_of_the_region():
    elsewhere = an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={})
    other_west = an_instance(a_key(OTHER_ACCOUNT, WEST), overrides={})
    plan = make_traffic_plan(switched(), there(east(), west(), elsewhere, other_west), DRAIN_EAST)
    assert updates(plan) == [((ACCOUNT, OTHER_ACCOUNT), (EAST,), DRAINED)]
    assert whys(plan) == {
        f"{ACCOUNT}/{EAST}": ("update", "Traffic: auto -> drain"),
        f"{OTHER_ACCOUNT}/{EAST}": ("update", "Traffic: auto -> drain"),
    }


def test_the_end_of_a_drain_takes_that_override_back_and_no_other():
    observed = there(east(overrides={**DRAINED, "Suffix": "x"}), west())
    plan = make_traffic_plan(switched(), observed, UNDRAIN_EAST)
    assert updates(plan) == [((ACCOUNT,), (EAST,), {"Suffix": None})]
    assert whys(plan) == {f"{ACCOUNT}/{EAST}": ("update", "Traffic: drain -> auto")}


def test_other_overrides_keep_what_they_are_without_being_sent():
    observed = there(east(overrides={"Suffix": "x"}), west())
    plan = make_traffic_plan(switched(), observed, DRAIN_EAST)
    assert updates(plan) == [((ACCOUNT,), (EAST,), {"Suffix": None, "Traffic": "drain"})]


@pytest.mark.parametrize(
    ("overrides", "turn", "why"),
    [(DRAINED, DRAIN_EAST, "drained already"), ({}, UNDRAIN_EAST, "not drained")],
)
def test_what_is_so_already_takes_no_call(overrides, turn, why):
    plan = make_traffic_plan(switched(), there(east(overrides=overrides), west()), turn)
    assert plan.is_empty
    assert whys(plan) == {f"{ACCOUNT}/{EAST}": ("leave", why)}
    assert plan.notes == ()


def test_a_value_of_an_operator_that_is_neither_is_taken_back_too():
    observed = there(east(overrides={"Traffic": "force"}), west())
    assert updates(make_traffic_plan(switched(), observed, UNDRAIN_EAST)) == [
        ((ACCOUNT,), (EAST,), {})
    ]
    assert states(observed) == {EAST: TrafficState.OTHER, WEST: TrafficState.ACTIVE}


UNUSABLE = {
    "inoperable": {"status": InstanceStatus.INOPERABLE},
    "gone": {"stack_exists": False},
    "never made": {"stack_id": None, "status": InstanceStatus.OUTDATED},
}


@pytest.mark.parametrize(
    "other", [{"overrides": DRAINED}, *UNUSABLE.values()], ids=["drained", *UNUSABLE]
)
def test_the_last_region_of_an_account_is_not_drained(other):
    observed = there(east(), west(**other))
    with pytest.raises(NoActiveRegionError, match=f"{EAST} is not drained: {ACCOUNT} would"):
        make_traffic_plan(switched(), observed, DRAIN_EAST)
    assert states(observed)[WEST] is not TrafficState.ACTIVE


def test_a_region_that_the_stack_set_itself_drains_takes_no_traffic():
    observed = there(
        east(overrides={"Traffic": "auto"}), west(), parameters={"Suffix": "dev", **DRAINED}
    )
    with pytest.raises(NoActiveRegionError, match=f"{EAST} is not drained: {ACCOUNT} would"):
        make_traffic_plan(switched(), observed, DRAIN_EAST)


def test_an_outdated_region_still_answers_and_may_take_the_traffic():
    outdated = west(status=InstanceStatus.OUTDATED, detailed_status=DetailedStatus.FAILED)
    observed = there(east(), outdated)
    assert updates(make_traffic_plan(switched(), observed, DRAIN_EAST))
    assert states(observed)[WEST] is TrafficState.ACTIVE


def test_a_stack_that_nobody_looked_up_may_take_the_traffic():
    observed = there(east(), west(stack_exists=None))
    assert updates(make_traffic_plan(switched(), observed, DRAIN_EAST))
    assert states(observed)[WEST] is TrafficState.ACTIVE


@pytest.mark.parametrize("lack", UNUSABLE.values(), ids=UNUSABLE)
def test_a_region_is_active_only_where_its_stacks_could_answer(lack):
    elsewhere = an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={})
    alone, beside = there(east(**lack)), there(east(**lack), elsewhere)

    assert states(alone) == {EAST: TrafficState.WITHOUT_USABLE_STACK}
    assert states(beside) == {EAST: TrafficState.PARTLY_WITHOUT_USABLE_STACK}
    for observed in (alone, beside):
        [region] = find_traffic(switched(), observed)
        assert region.without_usable_stack == (a_key(region=EAST),)
        assert traffic_message([region]) is None
    assert [line.text for line in traffic_lines(find_traffic(switched(), alone))] == [
        "Traffic",
        f"  {EAST}  without a usable stack  auto",
    ]
    assert [line.text for line in traffic_lines(find_traffic(switched(), beside))] == [
        "Traffic",
        f"  {EAST}  partly without a usable stack  auto; no usable stack in 1 stack instance",
    ]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (DRAINED, "drained: drain; no usable stack in 1 stack instance"),
        ({"Traffic": "force"}, "neither active nor drained: force; no usable stack in"),
        (None, "unknown: no usable stack in 1 stack instance"),
    ],
)
def test_what_an_operator_has_set_is_told_though_there_is_no_stack(overrides, words):
    found = find_traffic(switched(), there(east(overrides=overrides, stack_exists=False)))
    message = traffic_message(found)
    assert message.lines[0].text.startswith(f"  ! {EAST} is {words}")
    assert message.data["traffic"][0]["without_usable_stack"] == 1


def test_every_account_keeps_a_region_and_few_are_named():
    many = [an_instance(a_key(f"{number:012}", EAST), overrides={}) for number in range(7)]
    with pytest.raises(NoActiveRegionError, match=r"000000000004 and 2 more would have"):
        make_traffic_plan(switched(), there(*many, west()), DRAIN_EAST)


def test_a_region_can_be_taken_back_although_no_other_takes_traffic():
    observed = there(east(overrides=DRAINED), west(overrides=DRAINED))
    assert updates(make_traffic_plan(switched(), observed, UNDRAIN_EAST))


def test_while_an_operation_runs_the_plan_is_to_wait_for_it():
    running = an_operation(status=OperationStatus.RUNNING)
    observed = there(east(), west(overrides=DRAINED), operations=(running,))
    [step] = make_traffic_plan(switched(), observed, DRAIN_EAST).steps
    assert isinstance(step, AttachToOperation)


@pytest.mark.parametrize(
    ("deployment", "observed", "words"),
    [
        (switched(traffic=None), there(east()), "has no table \\[traffic\\]"),
        (switched(), None, "there is no stack set"),
        (switched(), there(west()), f"no stack instance in {EAST}"),
        (
            switched(),
            there(east(), west(), template_body=json.dumps(CONTENT), parameters={"Suffix": "dev"}),
            "on AWS has no parameter Traffic",
        ),
    ],
    ids=["no table", "no stack set", "no instance", "older template"],
)
def test_what_cannot_be_drained_is_refused_with_the_reason(deployment, observed, words):
    with pytest.raises(InputError, match=words):
        make_traffic_plan(deployment, observed, DRAIN_EAST)


def test_ids_tell_a_drain_from_its_end_and_one_region_from_another():
    both = there(east(), west())
    ids = {
        make_traffic_plan(switched(), both, DRAIN_EAST).steps[0].operation_id,
        make_traffic_plan(switched(), both, TrafficTurn(region=WEST, drains=True))
        .steps[0]
        .operation_id,
        make_traffic_plan(switched(), there(east(overrides=DRAINED), west()), UNDRAIN_EAST)
        .steps[0]
        .operation_id,
    }
    assert len(ids) == 3
    assert {one.rsplit("-", 2)[0] for one in ids} == {"stacksets-drain", "stacksets-undrain"}


def test_an_instance_that_is_not_current_is_named_since_more_than_the_override_changes():
    outdated = east(status=InstanceStatus.OUTDATED, detailed_status=DetailedStatus.FAILED)
    plan = make_traffic_plan(switched(), there(outdated, west()), DRAIN_EAST)
    _, note = plan.notes
    assert note.startswith(f"{ACCOUNT}/{EAST} is not CURRENT: the definition of the stack set")


def test_only_regions_that_can_take_the_traffic_are_named_as_left():
    europe, asia, africa = (Region(one) for one in ("eu-west-1", "ap-east-1", "af-south-1"))
    observed = there(
        east(),
        west(),
        an_instance(a_key(region=europe), overrides={}),
        an_instance(a_key(region=asia), overrides=DRAINED),
        an_instance(a_key(region=africa), overrides={}, stack_id=None),
    )

    [note] = make_traffic_plan(switched(), observed, DRAIN_EAST).notes

    assert note == (
        f"left to take the traffic of {EAST}: {europe}, {WEST}; "
        "a drain does not look at their health"
    )
    assert make_traffic_plan(switched(), observed, UNDRAIN_EAST).is_empty


def test_a_deploy_leaves_a_drain_alone():
    assert make_plan(switched(), there(east(overrides=DRAINED), west())).is_empty


def test_a_deploy_that_changes_overrides_sends_the_drain_along():
    override = ParameterOverride(accounts=(), regions=(), parameters={"Suffix": "x"})
    plan = make_plan(switched(overrides=(override,)), there(east(overrides=DRAINED), west()))
    assert sorted(updates(plan), key=str) == [
        ((ACCOUNT,), (EAST,), {"Suffix": "x", "Traffic": "drain"}),
        ((ACCOUNT,), (WEST,), {"Suffix": "x"}),
    ]


def test_a_forgotten_override_is_taken_back_and_the_drain_beside_it_is_not():
    observed = there(east(overrides={**DRAINED, "Suffix": "old"}), west())
    assert updates(make_plan(switched(), observed)) == [((ACCOUNT,), (EAST,), DRAINED)]


def test_a_stack_instance_that_is_created_again_is_drained_as_it_was():
    plan = make_plan(switched(), there(east(overrides=DRAINED, stack_exists=False), west()))
    [created] = [step for step in plan.steps if isinstance(step, CreateStackInstances)]
    assert created.overrides == DRAINED


ONLY_EAST = targets((ACCOUNT, EAST))


@pytest.mark.parametrize(
    ("observed", "desired"),
    [
        (there(east(overrides=DRAINED), west()), ONLY_EAST),
        # The region that comes is one that is drained for the other account.
        (
            there(an_instance(a_key(OTHER_ACCOUNT, EAST), overrides=DRAINED), west()),
            targets((OTHER_ACCOUNT, EAST), (ACCOUNT, EAST)),
        ),
    ],
    ids=["it stays", "it comes"],
)
def test_a_deploy_does_not_remove_the_last_region_that_takes_traffic(observed, desired):
    with pytest.raises(NoActiveRegionError, match=f"nothing is removed: {ACCOUNT} would have"):
        make_plan(switched(targets=desired), observed)


@pytest.mark.parametrize(
    ("observed", "desired"),
    [
        (there(east(), west()), ONLY_EAST),
        (there(east(), west(overrides=DRAINED)), ONLY_EAST),
        (there(west()), ONLY_EAST),
        # They took no traffic before.
        (there(east(overrides=DRAINED), west(overrides=DRAINED)), ONLY_EAST),
        # The account goes as a whole.
        (there(an_instance(a_key(OTHER_ACCOUNT, WEST), overrides={}), east()), ONLY_EAST),
    ],
    ids=["another stays", "a drained one goes", "another comes", "all drained", "none stays"],
)
def test_a_deploy_removes_what_leaves_a_region_that_takes_traffic(observed, desired):
    plan = make_plan(switched(targets=desired), observed)
    assert "delete" in {kind for kind, _ in whys(plan).values()}


@pytest.mark.parametrize(
    ("others", "expected"),
    [({"overrides": DRAINED}, DRAINED), ({"overrides": {}}, {})],
    ids=["a drained region", "an active region"],
)
def test_an_account_that_joins_a_region_gets_the_traffic_of_that_region(others, expected):
    deployment = switched(targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (OTHER_ACCOUNT, EAST)))
    observed = there(east(**others), west())
    [step] = make_plan(deployment, observed).steps
    assert isinstance(step, CreateStackInstances)
    assert step.overrides == expected
    [joined] = [
        one
        for one in find_effective(deployment, observed).instances
        if one.account == OTHER_ACCOUNT
    ]
    assert ("Traffic", expected.get("Traffic", "auto")) in {
        (one.name, one.value) for one in joined.parameters
    }


def test_the_override_of_a_drain_is_the_operators_and_never_forgotten():
    observed = there(east(overrides=DRAINED), west())
    for found in (find_effective(switched(), observed), find_deployed(switched(), observed)):
        by_drain = [
            (one.region, parameter.value)
            for one in found.instances
            for parameter in one.parameters
            if parameter.source is ValueSource.TRAFFIC
        ]
        assert by_drain == [(EAST, "drain")]
        assert found.forgotten == ()


def test_a_region_whose_overrides_nobody_read_is_unknown():
    assert states(there(east(overrides=None), west())) == {
        EAST: TrafficState.UNKNOWN,
        WEST: TrafficState.ACTIVE,
    }


def test_a_region_that_is_drained_in_some_accounts_is_partly_drained():
    elsewhere = an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={})
    observed = there(east(overrides=DRAINED), elsewhere)
    assert states(observed) == {EAST: TrafficState.PARTLY_DRAINED}


@pytest.mark.parametrize(
    ("deployment", "observed"),
    [
        (switched(traffic=None), there(east())),
        (switched(), None),
        (switched(), a_stack_set(east())),
    ],
    ids=["no table", "no stack set", "older template"],
)
def test_without_a_traffic_parameter_there_is_nothing_to_tell(deployment, observed):
    assert find_traffic(deployment, observed) == ()


def test_a_partly_drained_region_is_told_with_a_count_of_each_value():
    elsewhere = an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={})
    message = traffic_message(find_traffic(switched(), there(east(overrides=DRAINED), elsewhere)))
    assert [line.text for line in message.lines] == [
        f"  ! {EAST} is partly drained: auto in 1 stack instance, drain in 1 stack instance",
        f"    → `stacksets undrain {EAST}` takes it back",
    ]


def test_what_the_file_has_a_say_in_is_all_but_the_traffic():
    traffic = switched().traffic
    assert without_traffic(traffic, {**DRAINED, "Suffix": "x"}) == {"Suffix": "x"}
    assert without_traffic(None, DRAINED) == DRAINED
    assert without_traffic(traffic, None) is None


def test_a_default_that_the_stack_set_does_not_list_counts():
    observed = replace(there(east()), parameters={})
    assert states(observed) == {EAST: TrafficState.ACTIVE}
