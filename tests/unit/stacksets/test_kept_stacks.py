from dataclasses import replace

import pytest

from stacksets.aws.door import Stack
from stacksets.kept_stacks import KeptStack, KeptStacks, find_kept_stacks, list_let_go
from stacksets.model.observed import OperationAction, ResultStatus
from stacksets.operation_ids import Purpose, make_operation_id
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAccount, FakeAws

EAST_KEY, WEST_KEY, HOME_KEY = (a_key(region=one) for one in (EAST, WEST, HOME))
DIGEST = "0" * 64


def an_id(region=EAST):
    uuid = "0a1b2c3d-0000-4000-8000-000000000001"
    return f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/StackSet-{NAME}-{uuid}/1"


def an_account(region=EAST, status="CREATE_COMPLETE"):
    stack_id = an_id(region)
    stack = Stack(
        id=stack_id,
        name=stack_id.split("/")[1],
        status=status,
        status_reason="",
        outputs={},
        parameters={},
        tags={},
    )
    return FakeAccount(stacks={stack_id: stack})


def an_expected(key=EAST_KEY):
    return an_instance(key, stack_id=an_id(key.region))


def there(region=EAST, status="CREATE_COMPLETE"):
    return KeptStack(key=a_key(region=region), id=an_id(region), status=status)


@pytest.fixture
def aws():
    return FakeAws()


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"])
def test_a_stack_that_goes_on_is_kept_with_its_status(aws, status):
    aws.accounts[EAST_KEY] = an_account(status=status)

    kept = find_kept_stacks(aws, a_deployment(), [an_expected()])

    assert kept == KeptStacks(there=(there(status=status),))
    assert kept.keys == {EAST_KEY}


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "DELETE_IN_PROGRESS"])
def test_a_stack_that_is_deleted_or_being_deleted_is_lost(aws, status):
    aws.accounts[EAST_KEY] = an_account(status=status)

    kept = find_kept_stacks(aws, a_deployment(), [an_expected()])

    assert kept == KeptStacks(lost=(there(status=status),))
    assert kept.keys == frozenset()


def test_a_stack_that_cloudformation_has_forgotten_is_lost(aws):
    kept = find_kept_stacks(aws, a_deployment(), [an_expected()])

    assert kept.lost == (there(status=""),)


def test_a_stack_that_could_not_be_looked_up_is_neither_kept_nor_lost(aws):
    aws.closed.add(EAST_KEY)

    kept = find_kept_stacks(aws, a_deployment(), [an_expected()])

    words = f"{EAST_KEY}: could not look for the stack {an_id()} (may not enter {EAST_KEY})"
    assert kept == KeptStacks(unread=((EAST_KEY, words),))
    assert kept.keys == {EAST_KEY}


def test_what_an_earlier_run_let_go_is_found_by_its_name(aws):
    aws.accounts[EAST_KEY] = an_account()
    aws.accounts[WEST_KEY] = an_account(WEST)
    aws.closed.add(HOME_KEY)

    kept = find_kept_stacks(
        aws, a_deployment(), [an_expected(WEST_KEY)], [EAST_KEY, WEST_KEY, HOME_KEY]
    )

    assert kept == KeptStacks(there=(there(), there(WEST)))


def test_where_an_earlier_run_let_go_what_has_another_name_is_told(aws):
    aws.accounts[EAST_KEY] = an_account()
    aws.accounts[WEST_KEY] = FakeAccount()
    aws.accounts[HOME_KEY] = FakeAccount()

    kept = find_kept_stacks(
        aws, a_deployment(), [], [EAST_KEY, WEST_KEY, HOME_KEY], {EAST_KEY, WEST_KEY}
    )

    assert kept == KeptStacks(there=(there(),), untold=(WEST_KEY,))


def test_a_stack_with_another_name_is_not_told_by_the_one_that_was_made_in_its_place(aws):
    aws.accounts[EAST_KEY] = an_account()

    kept = find_kept_stacks(aws, a_deployment(), [an_expected()], [EAST_KEY], {EAST_KEY})

    assert kept == KeptStacks(there=(there(),), untold=(EAST_KEY,))


def test_what_was_let_go_is_told_also_where_nothing_counts_as_kept(aws):
    aws.accounts[EAST_KEY] = an_account()
    aws.accounts[WEST_KEY] = FakeAccount()

    kept = find_kept_stacks(aws, a_deployment(), [], (), {EAST_KEY, WEST_KEY})

    assert kept == KeptStacks(untold=(WEST_KEY,))


def test_the_operations_that_retained_tell_where_stacks_were_let_go(aws):
    sets = aws.fake_stack_sets
    failed = a_result(HOME_KEY, status=ResultStatus.FAILED)
    operations = {
        "retaining": an_operation(action=OperationAction.DELETE, retains_stacks=True),
        make_operation_id(Purpose.DESTROY_RETAIN_INOPERABLE, DIGEST, 1): an_operation(
            action=OperationAction.DELETE
        ),
        make_operation_id(Purpose.DEPLOY_RETAIN_INOPERABLE, DIGEST, 1): an_operation(
            action=OperationAction.UPDATE
        ),
    }
    sets.operations = {key: replace(one, id=key) for key, one in operations.items()}
    listed = [replace(one, retains_stacks=False) for one in sets.operations.values()]
    gone = an_operation(id="gone", action=OperationAction.DELETE)
    sets.results = dict.fromkeys(sets.operations, (a_result(WEST_KEY),))
    sets.results["retaining"] = (a_result(EAST_KEY), failed)

    let_go = list_let_go(aws, a_deployment(), a_stack_set(operations=(*listed, gone)))

    assert let_go == {EAST_KEY}
    assert sorted(sets.reads) == ["find_operation"] * 3 + ["list_results"]


def test_a_stack_that_is_protected_is_told_so(aws):
    aws.accounts[EAST_KEY] = an_account()
    [stack] = aws.accounts[EAST_KEY].stacks.values()
    aws.accounts[EAST_KEY].stacks[stack.id] = replace(stack, is_protected=True)

    kept = find_kept_stacks(aws, a_deployment(), [an_expected()])

    assert kept == KeptStacks(there=(replace(there(), is_protected=True),))
