import re
from datetime import UTC, datetime

import pytest

from stacksets.model.observed import OperationStatus
from stacksets.operation_ids import Purpose, find_purpose, make_operation_id, tell_operation
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
