import re
from datetime import UTC, datetime

import pytest

from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus
from stacksets.operation_ids import (
    Purpose,
    find_purpose,
    is_import_unfinished,
    make_operation_id,
    tell_operation,
)
from stacksets.plan import make_destroy_plan, make_plan
from tests.builders import a_deployment, a_stack_set, an_instance, an_operation

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("purpose", Purpose)
def test_an_id_tells_what_it_is_for_and_is_one_that_aws_takes(purpose):
    made = make_operation_id(purpose, DIGEST, 123456)

    assert find_purpose(made) is purpose
    assert len(made) <= 128
    assert re.fullmatch(r"[a-zA-Z0-9][-a-zA-Z0-9]*", made)


@pytest.mark.parametrize(
    "other",
    [
        "f2b3c2a0-8d0c-4a52-9c6b-3d1d5f1f2a11",
        "stacksets-other-7",
        f"stacksets-wish-{DIGEST[:40]}-1",
        f"stacksets-deploy-{DIGEST[:39]}-1",
        f"x-stacksets-deploy-{DIGEST[:40]}-1",
    ],
)
def test_the_id_of_another_client_tells_nothing(other):
    assert find_purpose(other) is None


def test_plans_name_their_operations_after_the_command():
    observed = a_stack_set(an_instance())
    [create] = make_plan(a_deployment(), observed).steps
    delete = make_destroy_plan(a_deployment(), observed).steps[0]

    assert find_purpose(create.operation_id) is Purpose.DEPLOY
    assert find_purpose(delete.operation_id) is Purpose.DESTROY


def test_an_operation_is_named_with_all_that_aws_tells():
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    theirs = an_operation(status=OperationStatus.RUNNING, created=created)
    ours = an_operation(id=make_operation_id(Purpose.DESTROY, DIGEST, 1))

    assert tell_operation(theirs) == (
        "operation op-1 (CREATE, RUNNING since 2026-01-02 03:04:05Z, by another client)"
    )
    assert tell_operation(ours).endswith("(CREATE, SUCCEEDED, by stacksets destroy)")


OUTDATED, CURRENT = InstanceStatus.OUTDATED, InstanceStatus.CURRENT


@pytest.mark.parametrize(
    ("status", "detailed", "purpose", "unfinished"),
    [
        (InstanceStatus.INOPERABLE, DetailedStatus.FAILED_IMPORT, None, True),
        (OUTDATED, DetailedStatus.CANCELLED, Purpose.IMPORT, True),
        (OUTDATED, DetailedStatus.FAILED, Purpose.IMPORT, True),
        (OUTDATED, None, Purpose.IMPORT, True),
        (CURRENT, DetailedStatus.SUCCEEDED, Purpose.IMPORT, False),
        (CURRENT, None, Purpose.IMPORT, False),
        (OUTDATED, DetailedStatus.SUCCEEDED, Purpose.IMPORT, False),
        (OUTDATED, DetailedStatus.CANCELLED, Purpose.DEPLOY, False),
        (InstanceStatus.INOPERABLE, DetailedStatus.INOPERABLE, None, False),
    ],
)
def test_what_an_import_has_left_unfinished_is_told_by_status_and_operation(
    status, detailed, purpose, unfinished
):
    last = purpose and make_operation_id(purpose, DIGEST, 1)
    instance = an_instance(status=status, detailed_status=detailed, last_operation_id=last)

    assert is_import_unfinished(instance) is unfinished
