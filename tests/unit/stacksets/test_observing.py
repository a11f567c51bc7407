from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace

import pytest

from stacksets.errors import PermissionDeniedError, ServiceError
from stacksets.model.desired import AccountId, OperationId, ParameterOverride
from stacksets.model.observed import Refusal
from stacksets.observing import MANY, observe_stack_set
from tests.builders import (
    CONTENT,
    EAST,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.fakes import FakeAws, put_stack

OVERRIDES = (ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "x"}),)


def many_keys(number):
    return tuple(a_key(f"{at // 2:012}", EAST if at % 2 else WEST) for at in range(1, number + 1))


class Counting:
    """Stack sets that count what is asked of them; asked at once by many threads."""

    def __init__(self, there):
        self._there = there
        self._lock = threading.Lock()
        self.asked = Counter()

    def __getattr__(self, name):
        def ask(*arguments):
            with self._lock:
                self.asked[name] += 1
            return getattr(self._there, name)(*arguments)

        return ask


def a_world(number):
    """An AWS with so many stack instances, and what counts the calls for its stack sets."""
    aws = FakeAws()
    aws.fake_stack_sets.sets[NAME] = a_stack_set(
        *(replace(an_instance(key), stack_exists=None) for key in many_keys(number))
    )
    aws.fake_stack_sets.overrides = {key: {"Suffix": str(key)} for key in many_keys(number)}
    aws.fake_stack_sets = Counting(aws.fake_stack_sets)
    entered = []
    enter = aws.account
    aws.account = lambda *place: entered.append(place) or enter(*place)
    return aws, aws.fake_stack_sets.asked, entered


def test_without_overrides_a_thousand_instances_take_the_three_lists_and_nothing_else():
    aws, asked, entered = a_world(1_000)
    observed = observe_stack_set(aws, a_deployment())
    assert asked == {"describe_stack_set": 1, "list_operations": 1, "list_instances": 1}
    assert entered == []
    assert len(observed.instances) == 1_000
    assert {one.overrides for one in observed.instances} == {None}


def test_overrides_of_the_file_take_a_describe_an_instance_and_keep_the_order():
    aws, asked, _ = a_world(1_000)
    observed = observe_stack_set(aws, a_deployment(overrides=OVERRIDES))
    assert asked["read_overrides"] == 1_000
    assert [one.key for one in observed.instances] == sorted(many_keys(1_000))
    assert all(one.overrides == {"Suffix": str(one.key)} for one in observed.instances)


@pytest.mark.parametrize(("number", "looked_up"), [(MANY - 1, True), (MANY, False)])
def test_overrides_are_read_and_stacks_looked_up_while_the_instances_are_few(number, looked_up):
    aws, asked, entered = a_world(number)
    observed = observe_stack_set(aws, a_deployment())
    assert (observed.overrides_read, observed.stacks_looked_up) == (looked_up, looked_up)
    assert asked["read_overrides"] == (number if looked_up else 0)
    assert len(entered) == (number if looked_up else 0)
    assert {one.stack_exists for one in observed.instances} == {False if looked_up else None}


def test_overrides_of_many_are_read_where_the_template_loses_a_parameter_that_they_may_be_of():
    aws, asked, _ = a_world(MANY)
    without = a_template({**CONTENT, "Parameters": {}})
    assert observe_stack_set(aws, a_deployment(template=without)).overrides_read
    assert asked["read_overrides"] == MANY


def test_an_audit_looks_up_every_stack_and_reads_every_override():
    aws, asked, entered = a_world(MANY)
    observed = observe_stack_set(aws, a_deployment(), audit=True)
    assert (asked["read_overrides"], len(entered)) == (MANY, MANY)
    assert observed.stacks_looked_up


def test_overrides_that_nobody_will_look_at_are_not_read_even_where_the_file_has_some():
    aws, asked, _ = a_world(3)
    observed = observe_stack_set(aws, a_deployment(overrides=OVERRIDES), overrides=False)
    assert asked["read_overrides"] == 0
    assert not observed.overrides_read


def test_looking_again_asks_where_an_operation_ran_or_the_overrides_were_not_those_of_the_file():
    aws, asked, _ = a_world(0)
    here, there, moved = many_keys(3)
    aws.fake_stack_sets._there.sets[NAME] = a_stack_set(*map(an_instance, (here, there, moved)))
    wanted = {"Suffix": "x"} if here.region == EAST else {}
    of_the_file = {key: {"Suffix": "x"} if key.region == EAST else {} for key in (here, moved)}
    aws.fake_stack_sets._there.overrides = {**of_the_file, there: {"Suffix": "mine"}}
    deployment = a_deployment(overrides=OVERRIDES)
    before = observe_stack_set(aws, deployment)
    asked.clear()
    aws.fake_stack_sets._there.sets[NAME] = a_stack_set(
        an_instance(here),
        an_instance(there),
        replace(an_instance(moved), last_operation_id=OperationId("another")),
    )
    again = observe_stack_set(aws, deployment, before=before)
    assert asked["read_overrides"] == 2
    assert {one.key: one.overrides for one in again.instances}[here] == wanted


def test_one_describe_that_fails_is_the_one_error():
    aws, _, _ = a_world(300)
    fails = many_keys(300)[150]
    there = aws.fake_stack_sets._there

    def read_overrides(name, key):
        if key == fails:
            raise ServiceError("cloudformation:DescribeStackInstance: Rate exceeded", hint="wait")
        return {}

    there.read_overrides = read_overrides
    with pytest.raises(ServiceError, match="Rate exceeded"):
        observe_stack_set(aws, a_deployment(overrides=OVERRIDES))


def test_an_account_that_may_not_be_entered_leaves_its_stacks_unknown():
    aws, _, _ = a_world(4)

    def enter(account, region, role_name):
        if account == OTHER_ACCOUNT:
            raise PermissionDeniedError("no", hint="ask")
        return FakeAws().account(account, region, role_name)

    aws.account = enter
    aws.fake_stack_sets._there.sets[NAME] = a_stack_set(
        an_instance(a_key(AccountId("111111111111"))), an_instance(a_key(OTHER_ACCOUNT))
    )
    observed = observe_stack_set(aws, a_deployment())
    assert [one.stack_exists for one in observed.instances] == [False, None]
    assert [one.unread for one in observed.instances] == [None, Refusal(why="no", hint="ask")]


def test_tags_of_the_stack_set_that_a_stack_has_not_are_seen_where_it_is_looked_up():
    aws = FakeAws()
    stacks = {"with": {"Owner": "z", "Own": "1"}, "other": {"Owner": "y"}}
    keys = dict(zip(stacks, (a_key(region=EAST), a_key(region=WEST)), strict=True))
    rows = [
        an_instance(key, stack_id=put_stack(aws, key, name=name, tags=stacks[name]))
        for name, key in keys.items()
    ]
    aws.fake_stack_sets.sets[NAME] = a_stack_set(*rows, tags={"Owner": "z"})

    seen = observe_stack_set(aws, a_deployment()).instances

    assert {one.key: one.lacking_tags for one in seen} == {
        keys["with"]: (),
        keys["other"]: ("Owner",),
    }


def test_an_instance_without_a_stack_is_not_looked_up():
    aws, _, entered = a_world(0)
    aws.fake_stack_sets._there.sets[NAME] = a_stack_set(an_instance(stack_id=None))
    observed = observe_stack_set(aws, a_deployment())
    assert entered == []
    assert observed.stacks_looked_up


def test_where_there_is_no_stack_set_nothing_more_is_asked():
    aws, asked, _ = a_world(1)
    assert observe_stack_set(aws, a_deployment(name="another")) is None
    assert asked == {"describe_stack_set": 1}
