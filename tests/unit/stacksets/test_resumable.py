"""Which operation can be gone on with, by what the list of the latest tells."""

from __future__ import annotations

import pytest

from stacksets.errors import ConflictError, InputError
from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationAction
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.resumable import get_resumable
from tests.builders import NAME, a_stack_set, an_operation

DIGEST = "0" * 64


def _by(purpose, **changes):
    return an_operation(id=make_operation_id(purpose, DIGEST, 1), **changes)


def _drift(number=1):
    operation_id = OperationId(f"detection-{number}")
    return an_operation(id=operation_id, action=OperationAction.DETECT_DRIFT)


def _find(*operations):
    return get_resumable(a_stack_set(operations=operations))


@pytest.mark.parametrize(
    "purpose",
    [
        one
        for one in Purpose
        if one not in {Purpose.DRAIN, Purpose.UNDRAIN, Purpose.IMPORT, Purpose.DRIFT}
    ],
)
def test_the_latest_operation_tells_what_was_interrupted(purpose):
    latest = _by(purpose)

    found = _find(latest, _by(Purpose.IMPORT), _drift())

    assert (found.operation, found.purpose, found.passed_over) == (latest, purpose, ())


@pytest.mark.parametrize("number", [1, 2, 99])
def test_drift_detections_are_passed_over_however_many_there_are(number):
    detections = [_drift(one) for one in range(number)]
    deploy = _by(Purpose.DEPLOY)

    found = _find(*detections, deploy, _drift(), _by(Purpose.DESTROY))

    assert (found.operation, found.purpose) == (deploy, Purpose.DEPLOY)
    assert found.passed_over == tuple(detections)


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ((), "could be gone on with"),
        ((_drift(),), "could be gone on with: AWS lists a drift detection and nothing else"),
        (
            (_drift(1), _drift(2)),
            "could be gone on with: AWS lists 2 drift detections and nothing else",
        ),
    ],
)
def test_where_nothing_was_changed_there_is_nothing_to_go_on_with(operations, words):
    with pytest.raises(InputError) as caught:
        _find(*operations)

    assert caught.value.message == f"stack set {NAME} has seen no operation that {words}"


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (Purpose.IMPORT, "is of an import: "),
        (Purpose.DRAIN, "moves traffic: "),
        (Purpose.UNDRAIN, "moves traffic: "),
    ],
)
@pytest.mark.parametrize(
    ("since", "besides"),
    [
        ((), " "),
        ((_drift(),), ", besides a drift detection since, "),
        ((_drift(1), _drift(2)), ", besides 2 drift detections since, "),
    ],
)
def test_what_its_own_command_alone_knows_is_left_to_that(purpose, words, since, besides):
    with pytest.raises(InputError) as caught:
        _find(*since, _by(purpose), _by(Purpose.DEPLOY))

    assert f", by stacksets {purpose}){besides}{words}" in caught.value.message
    assert purpose in caught.value.hint


def test_another_clients_operation_is_not_gone_on_with_nor_looked_past():
    with pytest.raises(ConflictError, match=r"by another client\), besides a .* is not of this"):
        _find(_drift(), an_operation(), _by(Purpose.DEPLOY))
