"""The door behind which no reason and no error quotes a NoEcho value of the file."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
import yaml

from stacksets.aws.door import StackEvent
from stacksets.differences import MASK
from stacksets.errors import PermissionDeniedError, ServiceError, TemplateError
from stacksets.masked import find_secret_texts, mask_reasons
from stacksets.model.desired import Bootstrap, CallAs, KeptValue, ParameterOverride
from stacksets.observing import observe_stack_set
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


def test_without_a_noecho_parameter_nothing_is_masked_and_nothing_more_is_asked():
    there = FakeAws()
    sets = there.fake_stack_sets
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=QUOTED))
    reads = _count_reads(sets, {a_key(): {"Open": SECRET}})
    sets.results["op-1"] = (a_result(status_reason=QUOTED),)
    door = mask_reasons(there, a_deployment()).stack_sets(HOME, CallAs.SELF)

    assert door.describe_stack_set(NAME) is not None
    assert door.list_instances(NAME)[0].status_reason == QUOTED
    assert door.list_results(NAME, "op-1")[0].status_reason == QUOTED
    assert not reads


def _count_reads(sets, overrides):
    """Let AWS hold overrides; gives the instances whose were read."""
    reads: list[object] = []

    def read(name, key):
        assert name == NAME
        reads.append(key)
        return overrides.get(key)

    sets.read_overrides = read
    return reads


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


def _hiding(**more):
    """A template whose NoEcho parameter has a default, and more of its Parameters."""
    hidden = {"Type": "String", "NoEcho": True, "Default": "defaulttoken"}
    return {**CONTENT, "Parameters": {"Token": hidden, **more}}


def test_the_default_of_a_noecho_parameter_is_masked_also_where_the_file_replaces_it():
    for given in ({}, {"Token": "of-the-file"}):
        deployment = a_deployment(template=a_template(_hiding()), parameters=given)
        assert find_secret_texts(deployment) == {"defaulttoken", *given.values()}


def test_a_default_of_the_bootstrap_is_masked():
    roles = Bootstrap(stack_name="roles", template=a_template(_hiding()), parameters={}, tags={})
    assert find_secret_texts(a_deployment(bootstrap=roles)) == {"defaulttoken"}


@pytest.mark.parametrize("body", [json.dumps(_hiding()), yaml.safe_dump(_hiding())])
def test_what_the_template_on_aws_calls_noecho_is_masked_though_the_file_does_not(body):
    there, reason = FakeAws(), "bad defaulttoken and handoverride1"
    sets = there.fake_stack_sets
    sets.overrides[a_key()] = {"Token": "handoverride1"}
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=reason), template_body=body)

    observed = observe_stack_set(mask_reasons(there, a_deployment()), a_deployment())

    assert observed.instances[0].status_reason == f"bad {MASK} and {MASK}"
    assert observed.instances[0].overrides == {"Token": "handoverride1"}, "it is compared"


def test_an_override_of_what_no_template_has_any_more_may_be_secret():
    there = FakeAws()
    sets = there.fake_stack_sets
    plain = json.dumps({"Parameters": {"Old": {"Type": "String"}}})
    said = "neither s3cret-of-old nor of-gone-s3cret"
    sets.overrides[a_key()] = {"Old": "s3cret-of-old", "Gone": "of-gone-s3cret"}
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=said), template_body=plain)

    [seen] = observe_stack_set(mask_reasons(there, _deployment()), _deployment()).instances

    assert seen.status_reason == f"neither s3cret-of-old nor {MASK}"


def test_a_template_on_aws_that_nobody_can_parse_teaches_nothing():
    there = FakeAws()
    row = an_instance(status_reason="bad defaulttoken")
    there.fake_stack_sets.sets[NAME] = a_stack_set(row, template_body="{NoEcho")
    door = mask_reasons(there, a_deployment()).stack_sets(HOME, CallAs.SELF)

    assert door.describe_stack_set(NAME).template_body == "{NoEcho"
    assert door.list_instances(NAME)[0].status_reason == "bad defaulttoken"


@pytest.mark.parametrize("found_by", ["list_instances", "list_results"])
def test_the_overrides_of_an_instance_are_read_before_its_reason_comes_in(found_by):
    there, reason = FakeAws(), "bad handoverride1 and first"
    sets = there.fake_stack_sets
    reads = _count_reads(sets, {a_key(): {"Password": "handoverride1", "Keys": "first,second"}})
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=reason), an_instance(a_key("2" * 12)))
    sets.results["op-1"] = (a_result(status_reason=reason),)
    door = mask_reasons(there, _deployment()).stack_sets(HOME, CallAs.SELF)
    asked = {"list_instances": [NAME], "list_results": [NAME, "op-1"]}[found_by]

    for _ in range(2):
        told = getattr(door, found_by)(*asked)[0].status_reason
        assert told == f"bad {MASK} and {MASK}"

    assert reads == [a_key()], "once, and not of an instance that gives no reason"


def test_an_override_that_may_not_be_read_hides_no_reason():
    there = FakeAws()
    sets = there.fake_stack_sets
    sets.sets[NAME] = a_stack_set(an_instance(status_reason=QUOTED))
    door = mask_reasons(there, _deployment()).stack_sets(HOME, CallAs.SELF)
    refused = Mock(side_effect=PermissionDeniedError("not you"))
    sets.read_overrides = refused

    assert door.list_instances(NAME)[0].status_reason == TOLD
    assert refused.called


def test_a_reason_may_quote_the_override_of_another_instance():
    there = FakeAws()
    sets = there.fake_stack_sets
    sets.sets[NAME] = a_stack_set(
        an_instance(status_reason="bad handoverride1"),
        an_instance(a_key("2" * 12)),
    )
    sets.overrides[a_key("2" * 12)] = {"Password": "handoverride1"}
    sets.operations["op-1"] = an_operation(status_reason="handoverride1 again")

    observed = observe_stack_set(mask_reasons(there, _deployment()), _deployment())

    assert [one.status_reason for one in observed.instances] == [f"bad {MASK}", ""]
    assert [one.status_reason for one in observed.operations] == [f"{MASK} again"]


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", ["deploy", "diagnose", "status", "plan", "events"])
def test_no_command_says_a_default_or_an_override_of_aws(run, aws, command, output, file):
    (file.parent / "template.json").write_text(json.dumps({**TEMPLATE, **_hiding()}))
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "bad defaulttoken and handoverride1 here"
    assert run("deploy", "--yes", "--no-lint")[0] == 5
    aws.fake_stack_sets.overrides[a_key(region=WEST)] = {"Token": "handoverride1"}
    flags = {"deploy": ["--yes", "--no-lint"], "events": [_latest(aws)]}.get(command, [])

    _, out, err = run(command, *flags, "--output", output)

    assert "defaulttoken" not in out + err
    assert "handoverride1" not in out + err
    assert f"bad {MASK} and {MASK} here" in out + err


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
