"""Operations from their acceptance to their end, stacks left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.local.control_plane.model import Outcome, TaskKind
from stacksets.local.control_plane.settings import Failure, Replay
from tests.unit.stacksets.local.control_plane.bench import (
    ADMIN,
    EAST,
    EU,
    HOME,
    OTHER_TEMPLATE,
    TEMPLATE,
    WEST,
    failed,
    refusal,
)

CURRENT = ("CURRENT", "SUCCEEDED", None)
PARALLEL = {"RegionConcurrencyType": "PARALLEL"}
CANCELLED = "Cancelled since failure tolerance has exceeded"


def test_an_accepted_operation_shows_its_instances_before_anything_has_happened(bench):
    bench.work.at_once = None
    operation = bench.create(EAST, WEST)
    bench.work.await_running(EAST)
    assert bench.rows() == {
        EAST: ("OUTDATED", "RUNNING", None),
        WEST: ("OUTDATED", "PENDING", "User initiated operation"),
    }
    assert bench.results(operation) == {EAST: ("RUNNING", None), WEST: ("PENDING", None)}
    found = bench.operation(operation)
    assert found["Status"] == "RUNNING"
    assert found["EndTimestamp"] is None
    assert found["StatusDetails"] == {"FailedStackInstancesCount": 0}
    assert found["OperationPreferences"] == {"RegionOrder": []}


def test_a_finished_operation_leaves_current_instances(bench):
    operation = bench.finish(bench.create(EAST, WEST))
    assert (operation["Action"], operation["Status"]) == ("CREATE", "SUCCEEDED")
    assert bench.rows() == {EAST: CURRENT, WEST: CURRENT}
    assert bench.instance(EAST)["LastOperationId"] == operation["OperationId"]


def test_a_region_that_does_not_exist_is_refused_and_nothing_begins(bench):
    with refusal("ValidationError", "nowhere-1"):
        bench.create(EAST, "nowhere-1")
    assert bench.rows() == {}


def test_create_on_an_existing_pair_skips_what_is_current(bench):
    bench.finish(bench.create(EAST))
    second = bench.create(EAST, WEST)
    bench.finish(second)
    assert bench.results(second) == {WEST: ("SUCCEEDED", None)}


def test_create_on_an_existing_pair_retries_what_is_outdated_with_a_fresh_stack(bench):
    bench.work.at_once = failed
    bench.finish(bench.create(EAST))
    bench.work.at_once = lambda task: Outcome(succeeded=True, stack_id=f"new for {task.kind}")
    bench.finish(bench.create(EAST))
    assert [task.kind for task in bench.work.done] == [TaskKind.CREATE, TaskKind.CREATE]
    assert bench.instance(EAST)["StackId"] == "new for CREATE"
    assert bench.rows() == {EAST: CURRENT}


def test_a_retried_create_that_makes_no_stack_shows_no_stack(bench):
    bench.work.at_once = lambda task: Outcome(succeeded=False, reason="no", stack_id="arn:dead")
    bench.finish(bench.create(EAST))
    assert bench.instance(EAST)["StackId"] == "arn:dead"
    bench.work.at_once = failed
    bench.finish(bench.create(EAST))
    assert bench.instance(EAST)["StackId"] is None


def test_cancelled_propagation_and_exact_reason_text(bench):
    bench.work.at_once = failed
    operation = bench.finish(bench.create(EAST, WEST))
    assert operation["Status"] == "FAILED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    results = bench.results(operation["OperationId"])
    assert results == {EAST: ("FAILED", "because"), WEST: ("CANCELLED", CANCELLED)}
    assert bench.rows() == {
        EAST: ("OUTDATED", "FAILED", "because"),
        WEST: ("OUTDATED", "CANCELLED", CANCELLED),
    }


def test_succeeded_with_failed_stack_instances_count_above_zero(bench):
    bench.work.at_once = failed
    tolerant = {"FailureToleranceCount": 1}
    operation = bench.finish(bench.create(EAST, WEST, OperationPreferences=tolerant))
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 2}


def test_no_updates_are_to_be_performed_is_current(bench):
    bench.finish(bench.create(EAST))
    nothing = "No updates are to be performed."
    bench.work.at_once = lambda task: Outcome(
        succeeded=True, reason=nothing, stack_id=task.stack_id
    )
    operation = bench.update_set()
    bench.finish(operation)
    assert bench.results(operation) == {EAST: ("SUCCEEDED", nothing)}
    assert bench.rows() == {EAST: ("CURRENT", "SUCCEEDED", nothing)}


def test_outdated_before_update_for_all(bench):
    bench.finish(bench.create(EAST, WEST, EU))
    bench.work.at_once = None
    operation = bench.update_set(TemplateBody=OTHER_TEMPLATE)
    bench.work.await_running(EAST)
    assert {row[0] for row in bench.rows().values()} == {"OUTDATED"}
    for region in (EAST, WEST, EU):
        bench.work.await_running(region)
        bench.work.end(region)
    assert bench.finish(operation)["Status"] == "SUCCEEDED"
    assert set(bench.rows().values()) == {CURRENT}


@pytest.mark.parametrize("change", [{"TemplateBody": OTHER_TEMPLATE}, {"Parameters": []}])
def test_a_targeted_update_of_template_or_parameters_outdates_the_rest(bench, change):
    bench.finish(bench.create(EAST, WEST))
    bench.finish(bench.update_set(Accounts=[ADMIN], Regions=[WEST], **change))
    assert bench.rows() == {EAST: ("OUTDATED", "SUCCEEDED", None), WEST: CURRENT}


def test_a_targeted_update_of_tags_leaves_the_rest_current(bench):
    bench.finish(bench.create(EAST, WEST))
    tags = [{"Key": "a", "Value": "b"}]
    bench.finish(bench.update_set(Accounts=[ADMIN], Regions=[WEST], Tags=tags))
    assert bench.rows() == {EAST: CURRENT, WEST: CURRENT}
    assert [task.key.region for task in bench.work.done] == [EAST, WEST, WEST]


def test_the_definition_is_kept_on_failure(bench):
    bench.finish(bench.create(EAST, WEST))
    bench.work.at_once = failed
    assert bench.finish(bench.update_set(TemplateBody=OTHER_TEMPLATE))["Status"] == "FAILED"
    assert bench.stack_set()["TemplateBody"] == OTHER_TEMPLATE


def test_update_stack_instances_brings_outdated_ones_to_the_present_definition(bench):
    bench.finish(bench.create(EAST, WEST))
    bench.finish(bench.update_set(TemplateBody=OTHER_TEMPLATE, Accounts=[ADMIN], Regions=[EAST]))
    bench.finish(bench.on("UpdateStackInstances", WEST))
    assert bench.work.done[-1].stack_set.definition.template == OTHER_TEMPLATE
    assert bench.rows() == {EAST: CURRENT, WEST: CURRENT}


def test_update_stack_set_also_retries_failed_creates(bench):
    bench.work.at_once = failed
    bench.finish(bench.create(EAST))
    assert bench.finish(bench.update_set())["Status"] == "FAILED"
    assert [task.kind for task in bench.work.done] == [TaskKind.CREATE, TaskKind.CREATE]


def test_a_failed_update_is_retried_as_an_update(bench):
    bench.finish(bench.create(EAST))
    bench.work.at_once = failed
    bench.finish(bench.update_set(TemplateBody=OTHER_TEMPLATE))
    bench.finish(bench.on("UpdateStackInstances", EAST))
    assert [task.kind for task in bench.work.done][1:] == [TaskKind.UPDATE, TaskKind.UPDATE]


def test_an_update_of_an_empty_stack_set_is_over_at_once(bench):
    operation = bench.operation(bench.update_set(TemplateBody=OTHER_TEMPLATE))
    assert operation["Status"] == "SUCCEEDED"
    assert bench.results(operation["OperationId"]) == {}


def test_an_update_names_accounts_and_regions_or_neither(bench):
    with refusal("ValidationError", "Accounts and Regions must both be specified"):
        bench.update_set(Regions=[EAST])


@pytest.mark.parametrize("action", ["UpdateStackInstances", "UpdateStackSet"])
def test_an_update_of_an_unknown_pair_is_refused(bench, action):
    bench.finish(bench.create(EAST))
    with refusal("StackInstanceNotFoundException", f"{ADMIN} and region {WEST}"):
        bench.on(action, EAST, WEST, UsePreviousTemplate=True)
    assert bench.rows() == {EAST: CURRENT}


def test_inoperable_exclusion_and_retain_stacks_clean_up(bench):
    bench.finish(bench.create(EAST, WEST))
    bench.work.at_once = failed
    bench.finish(bench.delete(EAST))
    assert bench.rows()[EAST] == ("INOPERABLE", "INOPERABLE", "because")
    bench.work.at_once = lambda task: Outcome(succeeded=True, stack_id=task.stack_id)
    updated = bench.update_set(TemplateBody=OTHER_TEMPLATE)
    bench.finish(updated)
    assert bench.results(updated).keys() == {WEST}
    assert bench.rows()[EAST][0] == "INOPERABLE"
    retained = bench.delete(EAST, retain=True)
    assert bench.finish(retained)["RetainStacks"] is True
    assert bench.work.done[-1].kind is TaskKind.RETAIN
    assert bench.rows().keys() == {WEST}


def test_an_inoperable_instance_is_so_until_a_delete_succeeds(bench):
    bench.finish(bench.create(EAST))
    bench.work.at_once = failed
    bench.finish(bench.delete(EAST))
    bench.work.at_once = None
    operation = bench.delete(EAST)
    bench.work.await_running(EAST)
    assert bench.rows()[EAST][0] == "INOPERABLE"
    bench.work.end(EAST)
    bench.finish(operation)
    assert bench.rows() == {}


def test_deleting_pairs_that_are_not_there_does_nothing(bench):
    operation = bench.operation(bench.delete(EAST))
    assert (operation["Status"], operation["Action"]) == ("SUCCEEDED", "DELETE")


def test_stopping_then_stopped_with_in_flight_completion(bench):
    bench.work.at_once = None
    operation = bench.create(EAST, WEST)
    bench.work.await_running(EAST)
    bench.stop(operation)
    assert bench.operation(operation)["Status"] == "STOPPING"
    assert bench.results(operation)[WEST][0] == "CANCELLED"
    bench.stop(operation)
    bench.work.end(EAST)
    assert bench.finish(operation)["Status"] == "STOPPED"
    assert bench.rows()[EAST] == CURRENT
    assert bench.rows()[WEST][:2] == ("OUTDATED", "CANCELLED")


def test_a_finished_operation_cannot_be_stopped(bench):
    operation = bench.finish(bench.create(EAST))["OperationId"]
    with refusal("InvalidOperationException", "SUCCEEDED"):
        bench.stop(operation)


def test_parallel_regions_and_in_flight_ones_of_a_failed_operation_finish(bench):
    bench.work.at_once = None
    operation = bench.create(EAST, WEST, OperationPreferences=PARALLEL)
    bench.work.await_running(EAST, WEST)
    bench.work.end(EAST, failed)
    bench.await_result(operation, EAST, "FAILED")
    assert bench.operation(operation)["Status"] == "RUNNING"
    bench.work.end(WEST)
    assert bench.finish(operation)["Status"] == "FAILED"
    assert bench.rows()[WEST] == CURRENT


def test_operation_in_progress_message_with_operation_id(bench):
    bench.work.at_once = None
    first = bench.create(EAST)
    arn = bench.stack_set()["StackSetARN"]
    with refusal(
        "OperationInProgressException",
        f"^Another Operation on StackSet {arn} is in progress: {first}$",
    ):
        bench.create(WEST)
    with refusal("OperationInProgressException"):
        bench.update_set()
    with refusal("OperationInProgressException"):
        bench.call("DeleteStackSet", StackSetName="site")


def test_queued_under_managed_execution(bench):
    bench.finish(bench.update_set(ManagedExecution={"Active": True}))
    bench.work.at_once = None
    first, second, third = bench.create(EAST), bench.create(WEST), bench.create(EU)
    bench.work.await_running(EAST)
    states = [bench.operation(operation)["Status"] for operation in (first, second, third)]
    assert states == ["RUNNING", "QUEUED", "QUEUED"]
    assert bench.results(second) == {}
    for region in (EAST, WEST, EU):
        bench.work.await_running(region)
        bench.work.end(region)
    assert bench.finish(third)["Status"] == "SUCCEEDED"
    assert set(bench.rows().values()) == {CURRENT}


def test_a_queued_operation_can_be_stopped_before_its_turn(bench):
    bench.finish(bench.update_set(ManagedExecution={"Active": True}))
    bench.work.at_once = None
    bench.create(EAST)
    second, third = bench.create(WEST), bench.create(EU)
    bench.stop(second)
    assert bench.operation(second)["Status"] == "STOPPED"
    bench.work.await_running(EAST)
    bench.work.end(EAST)
    bench.work.await_running(EU)
    bench.work.end(EU)
    bench.finish(third)
    assert bench.rows().keys() == {EAST, EU}


def test_a_queued_operation_that_fits_no_more_when_its_turn_comes_fails_and_the_next_begins(bench):
    bench.finish(bench.update_set(ManagedExecution={"Active": True}))
    bench.finish(bench.create(EAST))
    bench.work.at_once = None
    deletion = bench.delete(EAST)
    update, creation = bench.on("UpdateStackInstances", EAST), bench.create(WEST)
    bench.work.await_running(EAST)
    bench.work.end(EAST)
    bench.finish(deletion)
    found = bench.operation(update)
    assert found["Status"] == "FAILED"
    assert "not found" in found["StatusReason"]
    bench.work.await_running(WEST)
    bench.work.end(WEST)
    assert bench.finish(creation)["Status"] == "SUCCEEDED"


def test_managed_execution_cannot_change_while_an_operation_runs(bench):
    bench.finish(bench.update_set(ManagedExecution={"Active": True}))
    bench.work.at_once = None
    bench.create(EAST)
    with refusal("InvalidOperationException", "ManagedExecution"):
        bench.update_set(ManagedExecution={"Active": False})
    queued = bench.update_set(ManagedExecution={"Active": True})
    assert bench.operation(queued)["Status"] == "QUEUED"
    assert bench.stack_set()["ManagedExecution"] == {"Active": True}


def test_the_same_operation_id_with_the_same_request_is_accepted_once(bench):
    bench.work.at_once = None
    assert bench.create(EAST, OperationId="mine") == "mine"
    assert bench.create(EAST, OperationId="mine") == "mine"
    bench.work.await_running(EAST)
    bench.work.end(EAST)
    bench.finish("mine")
    assert bench.create(EAST, OperationId="mine") == "mine"
    assert len(bench.work.done) == 1


def test_the_same_operation_id_with_another_request_is_refused(bench):
    bench.finish(bench.create(EAST, OperationId="mine"))
    with refusal("OperationIdAlreadyExistsException", "mine"):
        bench.create(WEST, OperationId="mine")


def test_a_replay_may_be_answered_by_the_exception_always(bench):
    bench.finish(bench.create(EAST, OperationId="mine"))
    bench.settings = replace(bench.settings, replay=Replay.EXCEPTION)
    with refusal("OperationIdAlreadyExistsException"):
        bench.create(EAST, OperationId="mine")


def test_a_refused_request_leaves_its_operation_id_free(bench):
    with refusal("StackInstanceNotFoundException"):
        bench.on("UpdateStackInstances", EAST, OperationId="mine")
    assert bench.create(EAST, OperationId="mine") == "mine"


def test_eventual_consistency_of_lists_with_lag_injected(bench):
    bench.settings = replace(bench.settings, list_lag_seconds=5)
    bench.clock.advance(10)
    operation = bench.finish(bench.create(EAST))["OperationId"]
    assert bench.operation(operation)["Status"] == "SUCCEEDED"
    late = bench.call("ListStackSetOperations", StackSetName="site")["Summaries"]
    assert (late, bench.results(operation), bench.rows()) == ([], {}, {})
    bench.clock.advance(5)
    (seen,) = bench.call("ListStackSetOperations", StackSetName="site")["Summaries"]
    assert seen["Status"] == "SUCCEEDED"
    assert bench.results(operation) == {EAST: ("SUCCEEDED", None)}
    assert bench.rows() == {EAST: CURRENT}


def test_each_stack_instance_takes_the_time_that_is_set(bench):
    bench.settings = replace(bench.settings, instance_seconds=30)
    operation = bench.create(EAST)
    assert bench.results(operation) == {EAST: ("RUNNING", None)}
    assert bench.work.done == []
    bench.clock.advance(30)
    bench.finish(operation)
    assert len(bench.work.done) == 1


def test_a_chosen_account_and_region_fails_with_the_reason_that_is_set(bench):
    bench.settings = replace(
        bench.settings, failures={(ADMIN, WEST): Failure(reason="the weather")}
    )
    operation = bench.finish(bench.create(EAST, WEST))["OperationId"]
    assert bench.results(operation) == {
        EAST: ("SUCCEEDED", None),
        WEST: ("FAILED", "the weather"),
    }


def test_an_operation_ends_even_if_its_work_breaks(bench):
    def broken(_):
        raise RuntimeError("no answer")

    bench.work.at_once = broken
    operation = bench.finish(bench.create(EAST))
    assert bench.results(operation["OperationId"]) == {
        EAST: ("FAILED", "Internal failure: no answer")
    }


def test_the_id_of_a_new_stack_is_seen_while_the_stack_is_being_made(bench):
    seen = []

    def carry_out(task, on_stack):
        on_stack("arn:new")
        seen.append(bench.instance(EAST)["StackId"])
        return failed(task)

    bench.engine._carry_out = carry_out
    bench.finish(bench.create(EAST))
    assert seen == ["arn:new"]
    assert bench.instance(EAST)["StackId"] == "arn:new"


def test_an_ended_control_plane_starts_and_notes_nothing_more(bench):
    bench.settings = replace(bench.settings, instance_seconds=30)
    operation = bench.create(EAST, WEST)
    bench.ending.set()
    bench.engine.join()
    assert bench.results(operation) == {EAST: ("RUNNING", None), WEST: ("PENDING", None)}
    assert bench.work.done == []


def test_list_stack_set_operations_shows_the_newest_first_page_by_page(bench):
    ids = [bench.finish(bench.create(region))["OperationId"] for region in (EAST, WEST, EU)]
    first = bench.call("ListStackSetOperations", StackSetName="site", MaxResults=2)
    second = bench.call("ListStackSetOperations", StackSetName="site", NextToken=first["NextToken"])
    assert second["NextToken"] is None
    shown = [item["OperationId"] for item in first["Summaries"] + second["Summaries"]]
    assert shown == ids[::-1]


@pytest.mark.parametrize("token", ["x", "!!", "YXQ6eA==", "b246MQ=="])
def test_a_foreign_page_token_is_refused(bench, token):
    with refusal("ValidationError", "Invalid NextToken"):
        bench.call("ListStackSets", NextToken=token)


def test_results_are_filtered_by_their_status(bench):
    bench.work.at_once = failed
    operation = bench.finish(bench.create(EAST, WEST))["OperationId"]
    found = bench.call(
        "ListStackSetOperationResults",
        StackSetName="site",
        OperationId=operation,
        Filters=[{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}],
    )["Summaries"]
    assert [item["Region"] for item in found] == [EAST]


def test_stack_instances_are_filtered_by_status_operation_drift_account_and_region(bench):
    bench.finish(bench.create(EAST))
    bench.work.at_once = failed
    failing = bench.finish(bench.create(WEST))["OperationId"]

    def regions(**params):
        return set(bench.rows(**params))

    def filtered(name, value):
        return regions(Filters=[{"Name": name, "Values": value}])

    assert filtered("DETAILED_STATUS", "FAILED") == {WEST}
    assert filtered("LAST_OPERATION_ID", failing) == {WEST}
    assert filtered("DRIFT_STATUS", "NOT_CHECKED") == {EAST, WEST}
    assert filtered("DRIFT_STATUS", "DRIFTED") == set()
    assert regions(StackInstanceRegion=EAST) == {EAST}
    assert regions(StackInstanceAccount="999999999999") == set()
    both = [
        {"Name": "DETAILED_STATUS", "Values": "SUCCEEDED"},
        {"Name": "LAST_OPERATION_ID", "Values": failing},
    ]
    assert regions(Filters=both) == set()


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("DescribeStackSetOperation", {"OperationId": "x"}, "OperationNotFoundException"),
        ("ListStackSetOperationResults", {"OperationId": "x"}, "OperationNotFoundException"),
        ("StopStackSetOperation", {"OperationId": "x"}, "OperationNotFoundException"),
        (
            "DescribeStackInstance",
            {"StackInstanceAccount": ADMIN, "StackInstanceRegion": HOME},
            "StackInstanceNotFoundException",
        ),
    ],
)
def test_what_is_not_there_is_not_found(bench, action, params, code):
    with refusal(code):
        bench.call(action, StackSetName="site", **params)
    with refusal("StackSetNotFoundException", "StackSet other not found"):
        bench.call(action, StackSetName="other", **params)


def test_parameter_overrides_are_set_kept_and_reset_by_lists(bench):
    def overrides():
        return bench.instance(EAST)["ParameterOverrides"]

    prod = {"ParameterKey": "Suffix", "ParameterValue": "prod"}
    bench.finish(bench.create(EAST, ParameterOverrides=[prod]))
    assert overrides() == [prod]
    assert bench.work.done[-1].parameters == {"Suffix": "prod"}
    bench.finish(bench.on("UpdateStackInstances", EAST))
    assert overrides() == [prod]
    kept = {"ParameterKey": "Suffix", "UsePreviousValue": True}
    bench.finish(bench.on("UpdateStackInstances", EAST, ParameterOverrides=[kept]))
    assert overrides() == [prod]
    bench.finish(bench.update_set(Parameters=[{"ParameterKey": "Suffix", "ParameterValue": "all"}]))
    assert bench.work.done[-1].parameters == {"Suffix": "prod"}
    bench.finish(bench.on("UpdateStackInstances", EAST, ParameterOverrides=[]))
    assert overrides() == []
    assert bench.work.done[-1].parameters == {"Suffix": "all"}


def test_an_override_of_a_parameter_that_the_template_lacks_is_refused(bench):
    with refusal("ValidationError", r"Parameters: \[X\] do not exist in the template"):
        bench.create(EAST, ParameterOverrides=[{"ParameterKey": "X", "ParameterValue": "1"}])
    assert bench.rows() == {}


def test_accounts_are_named_once(bench):
    with refusal("ValidationError", "Accounts or DeploymentTargets, but not both"):
        bench.create(EAST, DeploymentTargets={"Accounts": [ADMIN]})
    with refusal("ValidationError", "must both be specified"):
        bench.create(EAST, Accounts=[])


def test_deployment_targets_may_name_the_accounts(bench):
    operation = bench.call(
        "CreateStackInstances",
        StackSetName="site",
        DeploymentTargets={"Accounts": [ADMIN]},
        Regions=[EAST],
    )["OperationId"]
    bench.finish(operation)
    assert bench.rows() == {EAST: CURRENT}


def test_the_template_of_an_operation_is_that_of_its_acceptance(bench):
    bench.finish(bench.create(EAST))
    assert bench.work.done[0].stack_set.definition.template == TEMPLATE
