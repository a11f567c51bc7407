"""The door behind which no reason and no error quotes a NoEcho value of the file."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stacksets.aws.door import StackEvent
from stacksets.differences import MASK
from stacksets.errors import ServiceError, TemplateError
from stacksets.masked import find_secret_texts, mask_reasons
from stacksets.model.desired import Bootstrap, CallAs, KeptValue, ParameterOverride
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
    a_template,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAws, put_stack
from tests.worlds import FILE, TEMPLATE

SECRET = "hunter2-of-prod"
QUOTED = f"Value '{SECRET}' at 'password' failed to satisfy constraint"
TOLD = f"Value '{MASK}' at 'password' failed to satisfy constraint"
CONTENT = {
    "Parameters": {
        "Password": {"Type": "String", "NoEcho": True},
        "Keys": {"Type": "CommaDelimitedList", "NoEcho": "true", "Default": ""},
        "Open": {"Type": "String", "Default": "openly"},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}


def _deployment(password=SECRET, **changes):
    values = {"template": a_template(CONTENT), "parameters": {"Password": password}}
    return a_deployment(**(values | changes))


def _override(**parameters):
    return ParameterOverride(accounts=(), regions=(WEST,), parameters=parameters)


def _tell(reason, password):
    """Let AWS say a reason of an operation; gives what comes through the door."""
    there = FakeAws()
    there.fake_stack_sets.operations["op-1"] = an_operation(status_reason=reason)
    door = mask_reasons(there, _deployment(password)).stack_sets(HOME, CallAs.SELF)
    return door.find_operation(NAME, "op-1").status_reason


def test_every_reason_of_the_stack_set_comes_in_masked():
    there = FakeAws()
    sets = there.fake_stack_sets
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=QUOTED), an_instance(a_key("2" * 12)))
    sets.operations["op-1"] = an_operation(status_reason=QUOTED)
    sets.results["op-1"] = (a_result(status_reason=QUOTED),)

    door = mask_reasons(there, _deployment()).stack_sets(HOME, CallAs.SELF)

    assert [one.status_reason for one in door.list_instances(NAME)] == [TOLD, ""]
    assert door.find_operation(NAME, "op-1") == an_operation(status_reason=TOLD)
    assert door.list_results(NAME, "op-1") == (a_result(status_reason=TOLD),)
    assert there.called_as == [CallAs.SELF]


def test_every_reason_of_a_stack_comes_in_masked():
    there, key = FakeAws(), a_key()
    stack_id = put_stack(there, key, status_reason=QUOTED, outputs={"Url": SECRET})
    event = StackEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id="Topic",
        physical_id="topic",
        resource_type="AWS::SNS::Topic",
        status="CREATE_FAILED",
        reason=QUOTED,
    )
    there.accounts[key].failures[stack_id] = (event,)

    door = mask_reasons(there, _deployment()).account(ACCOUNT, key.region, None)

    stack = door.find_stack(stack_id)
    assert stack.status_reason == TOLD
    assert stack.outputs == {"Url": SECRET}, "an output is no reason"
    assert door.list_failures(stack_id) == (replace(event, reason=TOLD),)
    assert door.read_template(stack_id)


def test_an_error_is_masked_and_its_cause_goes():
    there = FakeAws()
    error = ServiceError(f"AWS refused: {QUOTED}", hint="mend it", api="cloudformation:Create")
    error.__cause__ = ValueError(QUOTED)
    there.fake_stack_sets.refuse = [error]
    door = mask_reasons(there, _deployment()).stack_sets(HOME, CallAs.SELF)

    with pytest.raises(ServiceError) as refused:
        door.create_stack_set(None, "token")

    assert refused.value.message == f"AWS refused: {TOLD}"
    assert refused.value.hint == "mend it"
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_an_error_that_quotes_nothing_keeps_its_cause():
    there = FakeAws()
    error, cause = TemplateError("no such thing"), ValueError("why")
    error.__cause__ = cause
    there.fake_stack_sets.refuse = [error]
    door = mask_reasons(there, _deployment()).stack_sets(HOME, CallAs.SELF)

    with pytest.raises(TemplateError, match="no such thing") as refused:
        door.create_stack_set(None, "token")

    assert refused.value.__cause__ is cause


def test_the_rest_of_the_door_is_as_it_was():
    there = FakeAws()
    door = mask_reasons(there, _deployment())

    assert door.identity() is there.identity()
    assert door.organizations() is there.organizations()
    assert door.known_regions() == there.known_regions()


def test_without_a_noecho_value_the_door_is_the_same():
    there = FakeAws()
    assert mask_reasons(there, a_deployment()) is there


def test_values_of_overrides_lists_and_the_bootstrap_are_known_and_no_open_ones():
    deployment = _deployment(
        parameters={"Password": KeptValue(fallback="kept-as-it-is"), "Open": "said-openly"},
        overrides=(
            _override(Password="elsewhere"),
            _override(Keys="first-key, second-key"),
        ),
        bootstrap=Bootstrap(
            stack_name="roles",
            template=a_template(CONTENT),
            parameters={"Password": "of the bootstrap"},
            tags={},
        ),
    )
    assert find_secret_texts(deployment) == {
        "elsewhere",
        "first-key, second-key",
        "first-key",
        "second-key",
        "of the bootstrap",
    }


@pytest.mark.parametrize("value", ["abc", "", "true", "None", NAME, ACCOUNT, EAST, HOME, "dev"])
def test_a_value_that_would_garble_every_reason_is_left(value):
    assert find_secret_texts(_deployment(value)) == frozenset()


def test_a_value_is_found_as_json_spells_it():
    value = 'a"quote\nin it'
    spelt = json.dumps({"Password": value})
    assert _tell(f"{spelt} is refused", value) == f'{{"Password": "{MASK}"}} is refused'


def test_a_short_value_is_masked_as_a_word_only_and_a_long_one_anywhere():
    assert (
        _tell("role: the role 'role' of roles", "role") == f"{MASK}: the {MASK} '{MASK}' of roles"
    )
    assert _tell("nlong-long1", "long-long") == f"n{MASK}1"


def test_of_values_within_one_another_the_longest_is_masked():
    there = FakeAws()
    there.fake_stack_sets.operations["op-1"] = an_operation(status_reason="no password-of-prod")
    deployment = _deployment("password", overrides=(_override(Password="password-of-prod"),))
    door = mask_reasons(there, deployment).stack_sets(HOME, CallAs.SELF)
    assert door.find_operation(NAME, "op-1").status_reason == f"no {MASK}"


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", ["deploy", "diagnose", "status", "plan", "events"])
def test_no_command_says_a_quoted_value(run, aws, command, output, request):
    path = request.getfixturevalue("file")
    (path.parent / "template.json").write_text(json.dumps({**TEMPLATE, **CONTENT}))
    table = f'[stack_set.parameters]\nPassword = "{SECRET}"\n\n'
    path.write_text(FILE.replace("[[targets]]", f"{table}[[targets]]", 1))
    summary = path.parent / "summary.md"
    environ = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(path.parent / "outputs")}
    aws.fake_stack_sets.fail[a_key(region=WEST)] = QUOTED
    if command != "deploy":
        run("deploy", "--yes", "--no-lint")
    flags = {"deploy": ["--yes", "--no-lint"], "events": [_latest(aws)]}.get(command, [])

    _, out, err = run(command, *flags, "--output", output, "--github", environ=environ)

    assert SECRET not in out + err + summary.read_text()
    assert TOLD in out + err


def _latest(there):
    return next((one.id for one in there.fake_stack_sets.list_operations(NAME)), "")
