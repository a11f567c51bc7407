"""Stacks that are to be imported, read where they are."""

from __future__ import annotations

import json

import pytest

from stacksets.errors import CredentialsError
from stacksets.model.observed import StackToImport
from stacksets.read_stacks import read_stacks
from tests.builders import (
    CONTENT,
    HOME,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_stack_id,
    a_stack_set,
    an_instance,
)
from tests.fakes import FakeAccount, FakeAws, put_stack

UUID = "00000000-0000-0000-0000-000000000000"


def test_a_stack_tells_its_state_template_parameters_and_tags():
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(), tags={"Team": "blue"})

    [found] = read_stacks(aws, a_deployment(), [stack_id])

    assert found == StackToImport(
        id=stack_id,
        key=a_key(),
        status="CREATE_COMPLETE",
        template=CONTENT,
        parameters={"Suffix": "dev"},
        tags={"Team": "blue"},
    )


def test_a_template_in_yaml_is_read_as_what_it_says():
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(), body="Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")

    [found] = read_stacks(aws, a_deployment(), [stack_id])

    assert found.template == {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", None])
def test_a_stack_that_is_deleted_or_was_never_there_has_no_state(status):
    aws = FakeAws()
    if status:
        put_stack(aws, a_key(), status=status)

    [found] = read_stacks(aws, a_deployment(), [a_stack_id()])

    assert found == StackToImport(id=a_stack_id(), key=a_key())


def test_a_nested_stack_names_the_stack_around_it():
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(), parent_id=a_stack_id(name="around"))

    [found] = read_stacks(aws, a_deployment(), [stack_id])

    assert found.nested_in == a_stack_id(name="around")


def test_what_may_not_be_read_says_why_and_the_others_are_read():
    aws = FakeAws()
    aws.closed.add(a_key(region=WEST))
    stack_ids = [a_stack_id(a_key(region=WEST)), put_stack(aws, a_key())]

    closed, opened = read_stacks(aws, a_deployment(), stack_ids)

    assert closed == StackToImport(
        id=stack_ids[0],
        key=a_key(region=WEST),
        unread=f"may not enter {a_key(region=WEST)}",
    )
    assert opened.status == "CREATE_COMPLETE"


def test_a_template_that_cannot_be_parsed_says_so():
    aws = FakeAws()

    [found] = read_stacks(aws, a_deployment(), [put_stack(aws, a_key(), body="{")])

    assert found.unread.startswith("the template is not valid JSON")


def test_without_credentials_nothing_is_read():
    class Expired(FakeAccount):
        def find_stack(self, name_or_id):
            raise CredentialsError("expired")

    aws = FakeAws()
    aws.accounts[a_key()] = Expired()

    with pytest.raises(CredentialsError):
        read_stacks(aws, a_deployment(), [a_stack_id()])


@pytest.mark.parametrize("holds", [True, False])
def test_a_stack_that_another_stack_set_made_belongs_to_it_as_long_as_it_is_an_instance(holds):
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(), name=f"StackSet-other-set-{UUID}")
    instance = an_instance(a_key(), **({"stack_id": stack_id} if holds else {}))
    aws.fake_stack_sets.sets["other-set"] = a_stack_set(instance, name="other-set")

    [found] = read_stacks(aws, a_deployment(), [stack_id])

    assert found.owner == ("other-set" if holds else None)


@pytest.mark.parametrize("maker", ["unknown", NAME])
def test_a_stack_of_a_stack_set_that_is_gone_or_of_our_own_has_no_other_owner(maker):
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(region=HOME), name=f"StackSet-{maker}-{UUID}")
    own = an_instance(a_key(region=HOME), stack_id=stack_id)
    aws.fake_stack_sets.sets[NAME] = a_stack_set(own)

    [found] = read_stacks(aws, a_deployment(), [stack_id])

    assert found.owner is None


def test_stacks_come_in_the_order_in_which_they_were_named():
    aws = FakeAws()
    ids = [put_stack(aws, a_key(region=one), body=json.dumps(CONTENT)) for one in (WEST, HOME)]

    assert [one.id for one in read_stacks(aws, a_deployment(), ids)] == ids
