"""What failed is tried once more by what began it."""

from __future__ import annotations

import pytest

from stacksets.model.observed import OperationAction
from stacksets.model.outcome import Retry
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.retries import DEPLOYS, find_latest_retry, find_retry
from tests.builders import an_operation


def _began(purpose, action=OperationAction.UPDATE):
    operation_id = make_operation_id(purpose, "0" * 40, 1) if purpose else "by-another"
    return an_operation(id=operation_id, action=action)


@pytest.mark.parametrize(
    ("purpose", "again"),
    [
        (None, "`stacksets deploy` retries it"),
        (Purpose.DEPLOY, "`stacksets deploy` retries it"),
        (Purpose.DEPLOY_RETAIN_INOPERABLE, "`stacksets deploy --retain-inoperable` retries it"),
        (Purpose.DESTROY, "`stacksets destroy --allow-delete` tries it again"),
        (
            Purpose.DESTROY_RETAIN_STACKS,
            "`stacksets destroy --retain-stacks --allow-delete` tries it again",
        ),
        (
            Purpose.DESTROY_RETAIN_INOPERABLE,
            "`stacksets destroy --retain-inoperable --allow-delete` tries it again",
        ),
        (Purpose.DRAIN, "`stacksets drain REGION` retries it"),
        (Purpose.UNDRAIN, "`stacksets undrain REGION` retries it"),
        (Purpose.DRIFT, "`stacksets drift` retries it"),
    ],
)
def test_what_failed_is_tried_again_by_the_command_that_began_it(purpose, again):
    assert find_retry(_began(purpose)).again == again


def test_no_deploy_goes_on_with_a_deletion_by_another_client():
    retry = find_retry(_began(None, OperationAction.DELETE))
    assert retry == Retry(who="whoever asked for the deletion", removes=True)
    assert find_retry(_began(Purpose.DEPLOY, OperationAction.DELETE)) == DEPLOYS


def test_what_was_last_wanted_of_the_stack_set_is_no_look_and_no_drain():
    looks = [_began(one) for one in (Purpose.DRIFT, Purpose.DRAIN, Purpose.IMPORT)]
    destroy = _began(Purpose.DESTROY, OperationAction.DELETE)

    assert find_latest_retry([*looks, destroy, _began(Purpose.DEPLOY)]).removes
    assert find_latest_retry([_began(Purpose.DEPLOY), destroy]) == DEPLOYS
    assert find_latest_retry(looks) == DEPLOYS


def test_a_detection_by_another_client_takes_no_destroy_for_a_deploy():
    looked = _began(None, OperationAction.DETECT_DRIFT)
    destroy = _began(Purpose.DESTROY, OperationAction.DELETE)

    assert find_latest_retry([looked, destroy]).removes
