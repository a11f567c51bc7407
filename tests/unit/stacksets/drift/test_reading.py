"""What a detection found, as the lists and the operation tell it, and what they do not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacksets.drift import read_drift
from stacksets.errors import ServiceError, StalePlanError
from stacksets.model.desired import OperationId
from stacksets.model.drift import DriftState
from stacksets.model.observed import (
    DetailedStatus,
    DriftStatus,
    DriftSummary,
    InstanceStatus,
    OperationAction,
    OperationStatus,
    ResultStatus,
)
from stacksets.report.drift import drift_result
from tests.builders import (
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_resource_drift,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAws, FakeClock

DETECTION = OperationId("detection")
BEGAN = datetime(2026, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC)
CHECKED = BEGAN + timedelta(seconds=2)
E, W = a_key(region=EAST), a_key(region=WEST)
DRIFTED, IN_SYNC = DriftStatus.DRIFTED, DriftStatus.IN_SYNC


class Case:
    """A detection that has ended in two stack instances; a test says what AWS tells of it."""

    def __init__(self, *, east=IN_SYNC, west=IN_SYNC):
        self.aws = FakeAws()
        self.sets = self.aws.fake_stack_sets
        self.clock = FakeClock()
        self.row(E, drift_status=east)
        self.row(W, drift_status=west)
        self.result(E)
        self.result(W)
        both = (east, west)
        self.operation(drifted=both.count(DRIFTED), in_sync=both.count(IN_SYNC))

    def row(self, key, **changes):
        rows = {one.key: one for one in self.sets.sets[NAME].instances} if self.sets.sets else {}
        rows[key] = an_instance(key, **({"drift_checked": CHECKED} | changes))
        self.sets.sets[NAME] = a_stack_set(*rows.values())

    def result(self, key, status=ResultStatus.SUCCEEDED, reason=""):
        rows = {one.key: one for one in self.sets.results.get(DETECTION, ())}
        rows[key] = a_result(key, status=status, status_reason=reason)
        self.sets.results[DETECTION] = tuple(rows.values())

    def operation(self, *, drifted=0, in_sync=0, **changes):
        counts = DriftSummary(
            status=DRIFTED if drifted else IN_SYNC,
            detection_status="COMPLETED",
            total=2,
            drifted=drifted,
            in_sync=in_sync,
        )
        values = {
            "id": DETECTION,
            "action": OperationAction.DETECT_DRIFT,
            "created": BEGAN,
            "drift": counts,
        }
        self.sets.operations[DETECTION] = an_operation(**(values | changes))

    def read(self):
        return read_drift(self.aws, a_deployment(), DETECTION, self.clock)


def test_what_was_left_alone_is_in_sync_at_the_first_look():
    case = Case()

    drift = case.read()

    assert (drift.state, drift.in_sync, drift.total) == (DriftState.IN_SYNC, (E, W), 2)
    assert (drift.state.exit_code, case.clock.slept) == (0, [])


def test_what_drifted_is_told_with_its_resources_and_only_of_that_they_are_asked_for():
    case = Case(west=DRIFTED)
    case.sets.drifts = {W: (a_resource_drift(),), E: (a_resource_drift(logical_id="Unasked"),)}

    drift = case.read()

    [one] = drift.drifted
    assert (one.key, one.resources, one.unread) == (W, (a_resource_drift(),), "")
    assert drift.in_sync == (E,)
    assert (drift.state, drift.state.exit_code) == (DriftState.DRIFTED, 8)


def test_resources_that_cannot_be_listed_leave_the_instance_drifted(monkeypatch):
    case = Case(east=DRIFTED)

    def refuse(*_):
        raise StalePlanError("not there any more")

    monkeypatch.setattr(case.sets, "list_resource_drifts", refuse)
    drift = case.read()

    [one] = drift.drifted
    assert (one.key, one.resources, one.unread) == (E, (), "not there any more")
    assert drift.state is DriftState.DRIFTED


def test_an_examination_that_failed_is_no_verdict_and_says_why_and_what_to_do():
    case = Case()
    case.row(W, drift_status=IN_SYNC)
    case.result(W, ResultStatus.FAILED, f"Stack [{W}] does not exist")
    case.operation(in_sync=1, failed_count=1)

    drift = case.read()

    [cause] = drift.causes
    assert (cause.key, cause.reason) == (W, f"Stack [{W}] does not exist")
    assert cause.hint.code == "stack_gone"
    assert (drift.in_sync, drift.unread) == ((E,), ())
    assert (drift.state, drift.state.exit_code) == (DriftState.FAILED, 5)


@pytest.mark.parametrize(
    ("row", "told"), [("said by the row", "said by the row"), ("", "AWS gives no reason")]
)
def test_a_failure_without_a_reason_takes_that_of_the_row(row, told):
    case = Case()
    case.row(W, status_reason=row)
    case.result(W, ResultStatus.FAILED)
    case.operation(in_sync=1, failed_count=1)

    assert [one.reason for one in case.read().causes] == [told]


def test_what_was_cancelled_was_not_examined():
    case = Case()
    case.result(W, ResultStatus.CANCELLED)
    case.operation(in_sync=1, status=OperationStatus.STOPPED)

    drift = case.read()

    assert drift.not_examined == (W,)
    assert drift.state is DriftState.FAILED


def test_a_detection_that_failed_as_a_whole_is_no_in_sync():
    case = Case()
    case.operation(in_sync=2, status=OperationStatus.FAILED)

    assert case.read().state is DriftState.FAILED


def test_a_drift_that_was_seen_is_told_before_a_failure():
    case = Case(east=DRIFTED)
    case.result(W, ResultStatus.FAILED, "no role")
    case.operation(drifted=1, failed_count=1)

    drift = case.read()

    assert drift.state is DriftState.DRIFTED
    assert [one.key for one in drift.causes] == [W]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"stack_id": None}, "it has no stack"),
        ({"status": InstanceStatus.INOPERABLE}, "it is INOPERABLE, and StackSets leaves it out"),
        ({}, "the detection left it out"),
    ],
)
def test_what_the_detection_left_out_is_never_in_sync(changes, why):
    case = Case()
    case.row(W, **changes)
    case.sets.results[DETECTION] = (a_result(E),)
    case.operation(in_sync=1)

    drift = case.read()

    assert [(one.key, one.why) for one in drift.unread] == [(W, why)]
    assert (drift.state, drift.state.exit_code) == (DriftState.UNKNOWN, 4)
    assert case.clock.slept == []


def test_what_stands_in_a_closed_account_is_told_and_leaves_no_doubt_about_the_rest():
    case = Case()
    case.row(W, detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT)
    case.sets.results[DETECTION] = (a_result(E),)
    case.operation(in_sync=1)

    drift = case.read()

    assert [one.key for one in drift.left_alone] == [W]
    assert (drift.state, drift.unread, drift.total) == (DriftState.IN_SYNC, (), 2)
    assert any(
        f"left alone: {W}: its account is suspended or closed" in line.text
        for line in drift_result(drift, NAME, {}).lines
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [(DriftStatus.NOT_CHECKED, "NOT_CHECKED"), (DriftStatus.UNKNOWN, "UNKNOWN"), (None, "nothing")],
)
def test_a_status_that_says_nothing_is_never_in_sync(status, word):
    case = Case(west=status)

    drift = case.read()

    assert [one.why for one in drift.unread] == [
        f"it was examined, and AWS says {word} of its drift"
    ]
    assert drift.state is DriftState.UNKNOWN


def test_nothing_found_is_never_in_sync():
    case = Case()
    case.sets.sets[NAME] = a_stack_set()
    case.sets.results[DETECTION] = ()
    case.operation()

    assert case.read().state is DriftState.UNKNOWN


class Lagging(FakeClock):
    """A clock by which AWS's lists catch up after so many looks."""

    def __init__(self, looks, catch_up):
        super().__init__()
        self.looks, self.catch_up = looks, catch_up

    def sleep(self, seconds):
        super().sleep(seconds)
        if len(self.slept) == self.looks:
            self.catch_up()


@pytest.mark.parametrize(
    "late",
    [
        lambda case: case.row(W, drift_status=IN_SYNC, drift_checked=BEGAN - timedelta(hours=1)),
        lambda case: case.row(W, drift_status=IN_SYNC, drift_checked=None),
        lambda case: case.row(W, drift_status=IN_SYNC),
        lambda case: case.result(W, ResultStatus.RUNNING),
        lambda case: case.result(W, ResultStatus.PENDING),
    ],
    ids=["old row", "no check", "old status", "running", "pending"],
)
def test_lists_that_lag_behind_the_operation_are_read_until_they_agree(late):
    case = Case(west=DRIFTED)
    late(case)

    def catch_up():
        case.row(W, drift_status=DRIFTED)
        case.result(W)

    case.clock = Lagging(3, catch_up)
    drift = case.read()

    assert [one.key for one in drift.drifted] == [W]
    assert len(case.clock.slept) == 3


def test_failures_that_the_list_does_not_show_yet_are_waited_for():
    case = Case()
    case.operation(in_sync=1, failed_count=1)
    case.clock = Lagging(2, lambda: case.result(W, ResultStatus.FAILED, "no role"))

    assert [one.reason for one in case.read().causes] == ["no role"]
    assert len(case.clock.slept) == 2


def test_what_the_lists_do_not_show_within_half_a_minute_is_told_as_unknown():
    case = Case()
    case.row(W, drift_status=IN_SYNC, drift_checked=BEGAN - timedelta(hours=1))

    drift = case.read()

    assert [one.why for one in drift.unread] == ["AWS's lists do not show yet what was found"]
    assert drift.state is DriftState.UNKNOWN
    assert case.clock.seconds == pytest.approx(30, abs=0.1)


def test_drift_that_only_the_operation_counts_is_drift():
    case = Case()
    case.operation(drifted=1, in_sync=1)

    drift = case.read()

    assert (drift.unlisted, drift.drifted) == (1, ())
    assert drift.state is DriftState.DRIFTED


def test_a_check_in_the_second_of_the_beginning_is_of_this_detection():
    case = Case()
    case.row(W, drift_status=IN_SYNC, drift_checked=BEGAN.replace(microsecond=0))

    assert case.read().state is DriftState.IN_SYNC


def test_an_operation_without_times_or_counts_is_believed_by_its_rows():
    case = Case(east=DRIFTED)
    case.operation(created=None, drift=None)

    drift = case.read()

    assert [one.key for one in drift.drifted] == [E]
    assert drift.in_sync == (W,)


def test_once_another_operation_has_begun_it_is_said_and_nothing_is_waited_for():
    case = Case()
    case.row(W, drift_checked=None)
    later = an_operation(id=OperationId("later"))
    case.sets.operations["later"] = later

    drift = case.read()

    assert drift.since == (later,)
    assert case.clock.slept == []


def test_a_list_that_does_not_show_the_detection_yet_tells_of_nothing_later(monkeypatch):
    case = Case()
    earlier = an_operation(id=OperationId("earlier"))
    monkeypatch.setattr(case.sets, "list_operations", lambda _: (earlier,))

    assert case.read().since == ()


@pytest.mark.parametrize("gone", ["operations", "sets"])
def test_a_detection_that_is_not_there_any_more_cannot_be_read(gone):
    case = Case()
    getattr(case.sets, gone).clear()

    with pytest.raises(ServiceError, match="does not know operation detection"):
        case.read()


def test_secrets_are_masked_before_anything_sees_them():
    case = Case(east=DRIFTED)
    body = '{"Parameters": {"Key": {"Type": "String", "NoEcho": true, "Default": "bye"}}}'
    described = replace(case.sets.sets[NAME], template_body=body)
    case.sets.sets[NAME] = described
    case.sets.drifts = {E: (a_resource_drift(),)}

    [one] = case.read().drifted

    assert [it.actual for it in one.resources[0].properties] == ["****"]


@st.composite
def worlds(draw):
    """What AWS may tell of a few stack instances, every list as right or wrong as it likes."""
    rows = []
    for number in range(draw(st.integers(1, 4))):
        checked = draw(st.sampled_from([CHECKED, BEGAN - timedelta(hours=1), None]))
        row = an_instance(
            a_key(f"{number:012}"),
            stack_id=draw(st.sampled_from(["arn:stack", None])),
            drift_status=draw(st.sampled_from([*DriftStatus, None])),
            drift_checked=checked,
        )
        rows.append((row, draw(st.sampled_from([*ResultStatus, None]))))
    final = [one for one in OperationStatus if one.is_final]
    return rows, draw(st.sampled_from(final)), draw(st.integers(0, 2)), draw(st.booleans())


@settings(max_examples=100)
@given(worlds())
def test_in_sync_is_said_only_where_every_single_instance_was_found_so(world):
    rows, status, drifted, fails = world
    case = Case()
    case.sets.sets[NAME] = a_stack_set(*(row for row, _ in rows))
    case.sets.results[DETECTION] = tuple(
        a_result(row.key, status=result) for row, result in rows if result
    )
    case.operation(drifted=drifted, in_sync=len(rows), status=status, failed_count=int(fails))

    drift = case.read()

    told = [
        *(one.key for one in (*drift.drifted, *drift.causes, *drift.unread)),
        *drift.in_sync,
        *drift.not_examined,
    ]
    assert sorted(told) == [row.key for row, _ in rows]
    found = [
        row.drift_status
        if result is ResultStatus.SUCCEEDED and row.drift_checked == CHECKED
        else None
        for row, result in rows
    ]
    well = status is OperationStatus.SUCCEEDED and not fails and not drifted
    assert (drift.state is DriftState.IN_SYNC) is (well and set(found) == {IN_SYNC})
    assert (drift.state is DriftState.DRIFTED) is (drifted > 0 or DRIFTED in found)
    assert (drift.state.exit_code == 0) is (drift.state is DriftState.IN_SYNC)
