"""Who may say yes to what."""

from __future__ import annotations

import pytest

from stacksets.cli.consent import Consent
from stacksets.cli.session import Flags, Session
from stacksets.errors import UnsafePlanError
from stacksets.model.observed import OperationStatus
from stacksets.plan import make_destroy_plan, make_plan
from tests.builders import NAME, a_deployment, a_key, a_stack_set, an_instance, an_operation
from tests.worlds import a_world

CREATE = make_plan(a_deployment(), None)
DESTROY = make_destroy_plan(a_deployment(), a_stack_set(an_instance()))
SURPLUS = make_plan(a_deployment(), a_stack_set(an_instance(a_key("999999999999"))))
RUNNING = an_operation(status=OperationStatus.RUNNING)
ATTACH = make_plan(a_deployment(), a_stack_set(operations=(RUNNING,)))


def _consent(typed=None, *, output="text", **changes):
    world = a_world(typed=typed)
    session = Session(world, Flags(output=output))
    return Consent(session=session, **({"yes": False, "allow_delete": False} | changes))


@pytest.mark.parametrize("answer", ["y", "Y", "yes", " yes "])
def test_a_yes_on_a_terminal_is_consent(answer):
    consent = _consent(answer)

    consent.to_plan(CREATE)

    assert consent.session.world.stderr.getvalue() == "Carry this out? [y/N] "


@pytest.mark.parametrize("answer", ["n", "", "yeah", "multi"])
def test_anything_else_on_a_terminal_is_none(answer):
    with pytest.raises(UnsafePlanError, match="not agreed to; nothing was changed"):
        _consent(answer).to_plan(CREATE)


def test_the_flag_answers_without_asking():
    consent = _consent("", yes=True)

    consent.to_plan(CREATE)

    assert consent.session.world.stderr.getvalue() == ""


@pytest.mark.parametrize("output", ["text", "json"])
def test_where_nobody_can_be_asked_the_flag_is_needed(output):
    with pytest.raises(UnsafePlanError, match="was not agreed to") as caught:
        _consent(None, output=output).to_plan(CREATE)

    assert caught.value.hint == "read the plan, then add --yes"


def test_where_nobody_can_be_asked_for_what_is_no_plan_the_question_is_told():
    with pytest.raises(UnsafePlanError) as caught:
        _consent(None).to_write("Make the roles?")

    assert caught.value.message == (
        "Make the roles? Nobody is there to be asked; nothing was changed"
    )
    assert caught.value.hint == "add --yes to agree"


def test_json_never_asks_although_a_terminal_is_there():
    with pytest.raises(UnsafePlanError):
        _consent("y", output="json").to_plan(CREATE)


def test_a_deletion_needs_its_own_flag_on_a_terminal_too():
    with pytest.raises(UnsafePlanError, match="deletes") as caught:
        _consent("y").to_plan(SURPLUS)

    assert caught.value.hint == "read the plan, then add --allow-delete"


def test_all_missing_flags_are_named_at_once():
    with pytest.raises(UnsafePlanError) as caught:
        _consent(None).to_plan(DESTROY)

    assert caught.value.hint == "read the plan, then add --yes --allow-delete"


def test_both_flags_consent_to_a_deletion():
    _consent(None, yes=True, allow_delete=True).to_plan(DESTROY)


def test_a_destroy_asks_for_the_name_of_the_stack_set():
    _consent(NAME, allow_delete=True, by_name=True).to_plan(DESTROY)


@pytest.mark.parametrize("typed", ["y", "", NAME.upper()])
def test_another_name_is_no_consent(typed):
    with pytest.raises(UnsafePlanError, match="the name was not typed"):
        _consent(typed, allow_delete=True, by_name=True).to_plan(DESTROY)


def test_waiting_for_an_operation_needs_no_consent():
    _consent(None).to_plan(ATTACH)


def test_a_plan_that_came_up_on_the_way_is_shown_and_asked_for():
    consent = _consent("y")

    consent(CREATE)

    written = consent.session.world.stderr.getvalue()
    assert written.startswith("Plan for stack set")
    assert written.endswith("[y/N] ")


def test_a_change_without_a_plan_is_asked_for_in_its_own_words():
    consent = _consent("y")

    consent.to_write("Make the roles?")

    assert consent.session.world.stderr.getvalue() == "Make the roles? [y/N] "


def test_a_change_without_a_plan_passes_with_the_flag():
    _consent(None, yes=True).to_write("Make the roles?")
