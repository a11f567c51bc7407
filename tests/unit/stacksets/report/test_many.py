"""Very many stack instances in few lines, and every failure whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stacksets.events import ResultEvents
from stacksets.model.desired import DeploymentTargets, OperationId, ParameterOverride
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus, ResultStatus
from stacksets.model.outcome import Outcome, Verdict
from stacksets.plan import make_plan
from stacksets.report.many import MANY, Row, name_or_count, row_lines
from stacksets.report.message import Tone
from stacksets.report.operations import events_result
from stacksets.report.outcome import outcome_lines
from stacksets.report.plan import plan_message
from stacksets.report.status import status_result
from tests.builders import (
    EAST,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)

ACCOUNTS = tuple(f"{number:012}" for number in range(1, 5_001))
FAILED = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.FAILED}
CANCELLED = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.CANCELLED}


def _keys(number):
    return [a_key(account, region) for region in (EAST, WEST) for account in ACCOUNTS[:number]]


def _row(key, words="current", *, alone=False):
    return Row(key=key, cells=(words,), tone=Tone.BAD if alone else Tone.GOOD, alone=alone)


def _texts(lines):
    return [line.text for line in lines]


def _deployment(number):
    group = DeploymentTargets(accounts=ACCOUNTS[:number], regions=(EAST, WEST))
    return a_deployment(targets=(group,))


def test_so_many_have_a_line_each_and_one_more_makes_them_share():
    keys = [a_key(account) for account in ACCOUNTS[: MANY + 1]]

    assert len(row_lines([_row(key) for key in keys[:-1]])) == MANY
    assert _texts(row_lines([_row(key) for key in keys])) == ["  41 accounts in us-east-1  current"]


def test_only_those_that_are_alike_share_a_line_and_what_stands_out_has_its_own():
    keys = _keys(30)
    rows = [
        _row(keys[0], "failed: no quota", alone=True),
        _row(keys[1], "failed: no quota", alone=True),
        _row(keys[2], "outdated"),
        *(_row(key) for key in keys[3:]),
    ]

    lines = row_lines(rows)

    assert _texts(lines) == [
        "  000000000003/us-east-1    outdated",
        "  27 accounts in us-east-1  current",
        "  30 accounts in us-west-1  current",
        "  000000000001/us-east-1    failed: no quota",
        "  000000000002/us-east-1    failed: no quota",
    ]
    assert [line.tone for line in lines] == [Tone.GOOD] * 3 + [Tone.BAD] * 2


def test_where_the_regions_are_many_too_a_line_is_of_all_of_them():
    keys = [a_key(account, f"xx-{at:02}") for at in range(MANY + 1) for account in ACCOUNTS[:2]]
    rows = [_row(keys[0], "failed", alone=True), *(_row(key) for key in keys[1:-1])]

    assert _texts(row_lines([*rows, _row(keys[-1], "outdated")])) == [
        "  80 in 41 regions    current",
        "  000000000002/xx-40  outdated",
        "  000000000001/xx-00  failed",
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "000000000001/us-east-1, 000000000001/us-west-1"),
        (21, "21 in us-east-1, 21 in us-west-1"),
    ],
)
def test_few_are_named_and_many_are_counted_by_region(number, words):
    assert name_or_count(_keys(number)) == words


def test_the_status_of_ten_thousand_fits_on_a_screen_and_holds_every_failure():
    failing = {
        at: an_instance(key, **FAILED, status_reason="no quota")
        for at, key in enumerate(_keys(5_000))
        if at % 2_500 == 7
    }
    cancelled = {at: an_instance(key, **CANCELLED) for at, key in enumerate(_keys(5_000)[:99])}
    instances = [
        failing.get(at) or cancelled.get(at) or an_instance(key)
        for at, key in enumerate(_keys(5_000))
    ]

    result = status_result(_deployment(5_000), a_stack_set(*instances), {})

    texts = _texts(result.lines)
    assert len(texts) < 20
    assert sum("no quota" in one for one in texts) == len(failing) == 4
    assert sum("/us-" in one for one in texts) == 4
    assert any(one.startswith("  98 accounts in us-east-1    OUTDATED  CANCELLED") for one in texts)
    assert len(result.data["instances"]) == 10_000


def test_a_stack_that_is_gone_stands_out_though_its_operation_was_cancelled():
    gone = an_instance(_keys(50)[0], **CANCELLED, stack_exists=False)
    others = [an_instance(key, **CANCELLED) for key in _keys(50)[1:]]

    result = status_result(_deployment(50), a_stack_set(gone, *others), {})

    assert any(one.startswith("  000000000001/us-east-1") for one in _texts(result.lines))


def test_very_many_that_are_not_there_yet_are_counted_and_few_are_named():
    def missing(number):
        result = status_result(_deployment(number), a_stack_set(), {})
        assert len(result.data["missing"]) == 2 * number
        return [one for one in _texts(result.lines) if "not there yet" in one]

    assert len(missing(20)) == 40
    assert missing(21) == ["  not there yet (42): 21 in us-east-1, 21 in us-west-1"]


def _events(*results):
    operation = an_operation(status=OperationStatus.FAILED)
    result = events_result(operation, [ResultEvents(result=one) for one in results], 20, {})
    assert len(result.data["results"]) == len(results)
    return _texts(result.lines)[1:]


def test_the_events_of_a_thousand_fit_on_a_screen_and_hold_every_failure():
    results = [a_result(key) for key in _keys(500)]
    results[3] = a_result(results[3].key, status=ResultStatus.FAILED, status_reason="no quota")

    assert _events(*results) == [
        "  499 accounts in us-east-1  done",
        "  500 accounts in us-west-1  done",
        "  000000000004/us-east-1  failed  no quota",
    ]


def test_the_events_of_few_stand_in_their_order():
    results = [a_result(key) for key in _keys(2)]
    results[0] = a_result(results[0].key, status=ResultStatus.FAILED, status_reason="no quota")

    assert [line.split()[0] for line in _events(*results)] == [str(one.key) for one in results]


def _failed_deploy(number):
    keys = _keys(number)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    outcome = Outcome(
        verdict=Verdict.FAILED,
        plan=make_plan(a_deployment(), None),
        operation_ids=(OperationId("op-1"),),
        instances=(
            an_instance(keys[0], **FAILED, status_reason="no quota"),
            *(an_instance(key, **CANCELLED) for key in keys[1:]),
        ),
        root_causes=(),
        not_attempted=tuple(keys[1:]),
        remaining=None,
        started=now,
        ended=now,
    )
    return _texts(outcome_lines(outcome))


def test_a_failed_deploy_names_all_that_was_not_attempted_where_they_are_not_many():
    told = "\n".join(_failed_deploy(20)).split("Not attempted (39): ")[1]

    assert all(str(key) in told for key in _keys(20)[1:])
    assert max(map(len, told.splitlines())) <= 100


def test_a_failed_deploy_of_thousands_says_few_lines_and_its_failure():
    lines = _failed_deploy(5_000)

    assert len(lines) < 8
    assert "  000000000001/us-east-1      outdated  failed, no quota" in lines
    assert "Not attempted (9999): 4999 in us-east-1, 5000 in us-west-1" in lines


def _planned_lines(accounts, regions, overridden):
    """Plan an override for some accounts of stack instances that are there without it."""
    override = ParameterOverride(accounts=overridden, regions=(), parameters={"Suffix": "x"})
    deployment = a_deployment(
        targets=(DeploymentTargets(accounts=accounts, regions=regions),), overrides=(override,)
    )
    there = [
        an_instance(a_key(account, region), overrides={})
        for account in accounts
        for region in regions
    ]
    lines = _texts(plan_message(make_plan(deployment, a_stack_set(*there))).lines)
    return " ".join(" ".join(lines[1 : lines.index("Steps")]).split())


def test_a_plan_of_very_many_names_what_changes_of_a_region_and_not_what_is_all_of_it():
    some = ACCOUNTS[:21]
    change = "update its parameter overrides change"
    assert _planned_lines(ACCOUNTS[:36], (EAST, WEST), some) == (
        f"~ 21 accounts in us-east-1 {change}; in {', '.join(some)} "
        f"~ 21 accounts in us-west-1 {change}; in {', '.join(some)} "
        "15 accounts in us-east-1 leave as desired 15 accounts in us-west-1 leave as desired"
    )
    assert _planned_lines(some, (EAST, WEST), some) == (
        f"~ 21 accounts in us-east-1 {change} ~ 21 accounts in us-west-1 {change}"
    )


def test_a_plan_names_a_few_of_very_many_that_change_of_a_region():
    told = _planned_lines(ACCOUNTS[:99], (EAST,), ACCOUNTS[: MANY + 1])
    assert f"change; in {', '.join(ACCOUNTS[:5])} and 36 more 58 accounts in" in told


def test_a_plan_of_many_regions_names_accounts_with_their_regions():
    regions = tuple(f"xx-{at:02}" for at in range(MANY + 1))
    told = _planned_lines(ACCOUNTS[:2], regions, ACCOUNTS[:1])
    first = ", ".join(f"{ACCOUNTS[0]}/{one}" for one in regions[:5])
    assert told.startswith(
        f"~ 41 in 41 regions update its parameter overrides change; in {first} and 36 more "
    )
