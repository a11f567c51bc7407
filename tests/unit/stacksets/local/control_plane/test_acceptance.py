"""In which order a request is checked, what of it is read and when, and which quotas it meets.

The order: what the request alone tells, the stack set, the operation id, other operations, the
targets, the template. Each case breaks one rule and a later one.
"""

from __future__ import annotations

import itertools
import json

import pytest

from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.operations import stack_instances, stack_sets
from tests.unit.stacksets.local.control_plane.bench import (
    ADMIN,
    EAST,
    OTHER_TEMPLATE,
    TEMPLATE,
    WEST,
    refusal,
)

URL = "https://templates.s3.amazonaws.com/site.json"
NOBODYS = {"StackSetName": "nobodys"}
PLACE = {"Accounts": [ADMIN], "Regions": [EAST]}
UNREADABLE = {"TemplateURL": URL, "UsePreviousTemplate": False}
NO_ROOM_FOR_BOTH = {"FailureToleranceCount": 1, "FailureTolerancePercentage": 1}
ROLE = json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role"}}})


class Shelf:
    """What lies in S3, as it is now; counts how often it is looked for."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.reads = 0

    def read_template(self, account: str, url: str) -> str:
        self.reads += 1
        if not self.texts:
            raise validation_error("S3 error: nothing there")
        return self.texts["template"]

    def read_stack_ids(self, account: str, url: str) -> list[str]:
        raise AssertionError("read too early")

    read_accounts = read_stack_ids


@pytest.fixture
def site(bench):
    """A stack set with an instance that an operation is busy with."""
    bench.finish(bench.create(EAST))
    return bench


@pytest.fixture
def busy(site):
    """The same, with an operation under way."""
    site.work.at_once = None
    site.on("UpdateStackInstances", EAST, OperationId="first")
    yield site
    site.work.end(EAST)
    site.finish("first")


@pytest.mark.parametrize(
    ("action", "sent", "complaint"),
    [
        ("UpdateStackSet", {"TemplateBody": TEMPLATE, "TemplateURL": URL}, "Exactly one of"),
        ("UpdateStackSet", {"TemplateBody": "x" * 51_201}, "51200"),
        ("UpdateStackInstances", {**PLACE, "OperationPreferences": NO_ROOM_FOR_BOTH}, "either"),
        ("DetectStackSetDrift", {"OperationPreferences": NO_ROOM_FOR_BOTH}, "either"),
        ("CreateStackInstances", {**PLACE, "DeploymentTargets": {}}, "but not both"),
        ("ImportStacksToStackSet", {"StackIds": [], "StackIdsUrl": URL}, "Specify either"),
    ],
)
def test_what_the_request_alone_tells_comes_before_the_stack_set(bench, action, sent, complaint):
    with refusal("ValidationError", complaint):
        bench.call(action, **NOBODYS, **sent)


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("UpdateStackSet", UNREADABLE),
        ("UpdateStackSet", {"TemplateBody": "no template"}),
        ("ImportStacksToStackSet", {"StackIdsUrl": URL}),
        ("ImportStacksToStackSet", {"StackIds": [f"stack-{number}" for number in range(11)]}),
        ("CreateStackInstances", {"DeploymentTargets": {"AccountsUrl": URL}, "Regions": [EAST]}),
    ],
)
def test_the_stack_set_comes_before_whatever_must_be_read(bench, action, sent):
    bench.outside = Shelf()
    with refusal("StackSetNotFoundException"):
        bench.call(action, **NOBODYS, **sent)
    assert bench.outside.reads == 0


def test_the_operation_id_comes_before_other_operations(busy):
    assert busy.on("UpdateStackInstances", EAST, OperationId="first") == "first"
    with refusal("OperationIdAlreadyExistsException"):
        busy.on("UpdateStackInstances", WEST, OperationId="first")


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("UpdateStackInstances", {"Accounts": [ADMIN], "Regions": [WEST]}),
        ("UpdateStackSet", UNREADABLE),
        ("CreateStackInstances", {"DeploymentTargets": {"AccountsUrl": URL}, "Regions": [EAST]}),
        ("ImportStacksToStackSet", {"StackIdsUrl": URL}),
    ],
)
def test_other_operations_come_before_targets_and_templates(busy, action, sent):
    busy.outside = Shelf()
    with refusal("OperationInProgressException", "is in progress: first"):
        busy.call(action, StackSetName="site", **sent)
    assert busy.outside.reads == 0


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (UNREADABLE, "ValidationError"),
        ({"TemplateBody": ROLE}, "InsufficientCapabilitiesException"),
    ],
)
def test_targets_come_before_the_template(site, template, code):
    site.outside = Shelf()
    with refusal("StackInstanceNotFoundException"):
        site.call(
            "UpdateStackSet", StackSetName="site", Accounts=[ADMIN], Regions=[WEST], **template
        )
    assert site.outside.reads == 0
    with refusal(code):
        site.call("UpdateStackSet", StackSetName="site", **PLACE, **template)


@pytest.mark.parametrize("template", [{"TemplateBody": "no template"}, {"TemplateURL": URL}])
def test_a_taken_name_comes_before_the_template(site, template):
    site.outside = Shelf()
    with refusal("NameAlreadyExistsException"):
        site.call("CreateStackSet", StackSetName="site", **template)
    assert site.outside.reads == 0


def test_a_repeated_request_reads_its_template_once(bench):
    bench.outside = Shelf(template=TEMPLATE)
    create = {"StackSetName": "other", "TemplateURL": URL, "ClientRequestToken": "once"}
    made = bench.call("CreateStackSet", **create)
    bench.outside.texts.clear()
    assert bench.call("CreateStackSet", **create) == made
    bench.outside.texts["template"] = OTHER_TEMPLATE
    update = {"StackSetName": "other", "TemplateURL": URL, "OperationId": "twice"}
    bench.call("UpdateStackSet", **update)
    bench.outside.texts.clear()
    assert bench.call("UpdateStackSet", **update) == {"OperationId": "twice"}
    assert bench.outside.reads == 2
    assert bench.stack_set("other")["TemplateBody"] == OTHER_TEMPLATE


def test_an_account_has_so_many_stack_sets_and_deleted_ones_do_not_count(bench, monkeypatch):
    monkeypatch.setattr(stack_sets, "MOST_STACK_SETS", 2)
    bench.create_set("second")
    with refusal("LimitExceededException", "up to 2 stack sets"):
        bench.create_set("third")
    bench.call("DeleteStackSet", StackSetName="second")
    assert bench.create_set("third").startswith("third:")


def test_a_stack_set_has_so_many_instances_and_those_that_are_there_count_once(bench, monkeypatch):
    monkeypatch.setattr(stack_instances, "MOST_INSTANCES", 2)
    for _ in range(2):
        bench.finish(bench.create(EAST, WEST))
    with refusal("LimitExceededException", "up to 2 stack instances"):
        bench.create("eu-west-1")


@pytest.mark.exhaustive
def test_the_quotas_are_a_thousand_stack_sets_and_a_hundred_thousand_stack_instances(bench):
    for number in range(999):
        bench.create_set(f"site{number}")
    with refusal("LimitExceededException", "up to 1000 stack sets"):
        bench.create_set("last")
    accounts = [f"{number:012}" for number in range(50_001)]
    with refusal("LimitExceededException", "up to 100000 stack instances"):
        bench.create(EAST, WEST, Accounts=accounts)
    assert bench.call("ListStackSetOperations", StackSetName="site")["Summaries"] == []


@pytest.mark.parametrize("half", [{"Name": "DETAILED_STATUS"}, {"Values": "FAILED"}, {}])
def test_half_a_filter_is_refused(site, half):
    with refusal("ValidationError", "Every filter must have a Name and Values"):
        site.rows(Filters=[half])


def test_all_filters_of_one_name_must_hold(site):
    current = {"Name": "DETAILED_STATUS", "Values": "SUCCEEDED"}
    assert site.rows(Filters=[current, current]).keys() == {EAST}
    for other in itertools.permutations([current, {**current, "Values": "FAILED"}]):
        assert site.rows(Filters=list(other)) == {}
