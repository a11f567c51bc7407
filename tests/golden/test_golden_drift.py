"""What people read of a drift detection."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stacksets.hints import find_hint
from stacksets.model.desired import InstanceKey, OperationId
from stacksets.model.diagnosis import Unread
from stacksets.model.drift import Drift, InstanceDrift
from stacksets.model.observed import (
    DriftStatus,
    DriftSummary,
    OperationAction,
    OperationStatus,
)
from stacksets.model.outcome import RootCause
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.report.drift import drift_result
from stacksets.report.status import status_result
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_property_drift,
    a_resource_drift,
    a_stack_set,
    an_instance,
    an_operation,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
ID = make_operation_id(Purpose.DRIFT, "0a1b2c3d" * 5, 1)
STACK_ID = f"arn:aws:cloudformation:{WEST}:{ACCOUNT}:stack/StackSet-greeting-dev-1/1"
POLICY = '{\n  "Statement": [\n    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}\n  ]\n}'
ROLE = a_resource_drift(
    a_property_drift(path="/Policies/0", kind="ADD", expected="null", actual=POLICY * 3),
    a_property_drift(path="/Tags/1", kind="REMOVE", expected='{"Key":"a"}', actual="null"),
    a_property_drift(path="/Environment/Variables/TOKEN", expected="****", actual="****"),
    logical_id="Role",
    physical_id="greeting-role",
    resource_type="AWS::IAM::Role",
)
GONE = replace(
    a_resource_drift(logical_id="Logs", physical_id="", resource_type="AWS::Logs::LogGroup"),
    kind="DELETED",
    properties=(),
)


def _text(lines):
    return "".join(f"{line.text}\n" for line in lines)


def _detection(**changes):
    values = {
        "id": ID,
        "action": OperationAction.DETECT_DRIFT,
        "created": START,
        "ended": START + timedelta(seconds=75),
    }
    return an_operation(**(values | changes))


def _drift(**changes):
    return drift_result(Drift(**({"operation": _detection()} | changes)), NAME, {}).lines


def _drifted():
    return _drift(
        drifted=(
            InstanceDrift(key=a_key(), resources=(a_resource_drift(), ROLE, GONE)),
            InstanceDrift(key=a_key(region=WEST), resources=()),
            InstanceDrift(
                key=a_key(OTHER_ACCOUNT),
                resources=(),
                unread="not allowed to call cloudformation:ListStackInstanceResourceDrifts",
            ),
        ),
        in_sync=(a_key(OTHER_ACCOUNT, WEST),),
    )


def _in_sync():
    return _drift(in_sync=(a_key(), a_key(region=WEST)))


def _failed():
    missing = f"Stack [{STACK_ID}] does not exist"
    return _drift(
        operation=_detection(failed_count=1),
        in_sync=(a_key(),),
        causes=(
            RootCause(
                account=ACCOUNT,
                region=WEST,
                reason=missing,
                hint=find_hint(missing, a_key(region=WEST), stack_id=STACK_ID),
            ),
        ),
    )


def _stopped():
    keys = tuple(InstanceKey(f"{number:012}", EAST) for number in range(1, 9))
    return _drift(
        operation=_detection(status=OperationStatus.STOPPED),
        in_sync=keys[:1],
        not_examined=keys[1:],
    )


def _could_not_tell():
    left_out = tuple(
        Unread(key=InstanceKey(f"{number:012}", EAST), why="the detection left it out")
        for number in range(1, 8)
    )
    return _drift(
        in_sync=(a_key(),),
        unread=(*left_out, Unread(key=a_key(region=WEST), why="it has no stack")),
    )


def _many_alike():
    alike = tuple(
        InstanceDrift(
            key=InstanceKey(f"{number:012}", EAST),
            resources=(a_resource_drift(physical_id=f"arn:{number}"),),
        )
        for number in range(1, 13)
    )
    other = InstanceDrift(key=a_key(), resources=(ROLE,))
    return _drift(
        drifted=(*alike, other), in_sync=tuple(InstanceKey(f"{n:012}", WEST) for n in range(1, 988))
    )


def _counted_only_and_changed_since():
    counted = DriftSummary(status=DriftStatus.DRIFTED, detection_status="COMPLETED", drifted=1)
    later = an_operation(
        id=OperationId("op-9"), action=OperationAction.UPDATE, created=START + timedelta(hours=1)
    )
    return _drift(
        operation=_detection(drift=counted, created=None, ended=None),
        in_sync=(a_key(),),
        since=(later, later),
    )


def _status(**counts):
    values = {
        "status": DriftStatus.DRIFTED,
        "detection_status": "COMPLETED",
        "checked": START,
        "total": 2,
    }
    summary = DriftSummary(**(values | counts))
    instances = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
    lines = status_result(a_deployment(), a_stack_set(*instances, drift=summary), {}).lines
    return [line for line in lines if line.text.startswith("  drift")]


def _as_status_tells_it():
    return [
        *_status(drifted=1, in_sync=1),
        *_status(status=DriftStatus.IN_SYNC, in_sync=2),
        *_status(status=DriftStatus.NOT_CHECKED, in_sync=1, failed=1),
        *_status(status=DriftStatus.NOT_CHECKED),
        *_status(checked=None),
    ]


@pytest.mark.parametrize(
    "make",
    [
        _drifted,
        _in_sync,
        _failed,
        _stopped,
        _could_not_tell,
        _many_alike,
        _counted_only_and_changed_since,
        _as_status_tells_it,
    ],
    ids=lambda make: make.__name__,
)
def test_a_drift_detection_reads_as_reviewed(make, golden):
    golden(f"drift{make.__name__}.txt", _text(make()))
