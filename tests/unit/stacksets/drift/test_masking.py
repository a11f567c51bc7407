"""What stands nowhere although AWS shows it: values that may be secrets."""

from __future__ import annotations

import json

import pytest

from stacksets.drift.masking import find_secrets, mask_secrets
from stacksets.model.desired import KeptValue, ParameterOverride
from tests.builders import (
    ACCOUNT,
    EAST,
    a_deployment,
    a_property_drift,
    a_resource_drift,
    a_stack_set,
    a_template,
)

PARAMETERS = {
    "Password": {"Type": "String", "NoEcho": True},
    "Token": {"Type": "String", "NoEcho": "true", "Default": "t0ken"},
    "Size": {"Type": "Number"},
}
PROPERTIES = {
    "DisplayName": "plain",
    "Environment": {
        "Variables": {
            "A/B": {"Ref": "Password"},
            "URL": {"Fn::Sub": "https://user:${ Password }@host/${Size}"},
            "MAPPED": {"Fn::Sub": ["${Word}", {"Word": {"Ref": "Token"}}]},
            "LITERAL": {"Fn::Sub": "${!Password} is no reference"},
            "LEVEL": {"Fn::If": ["Big", {"Ref": "Size"}, "INFO"]},
            "EITHER": {"Fn::If": ["Big", {"Ref": "Token"}, {"Name": "Size"}]},
            "VAULT": "{{resolve:secretsmanager:db:SecretString:password}}",
            "STORE": "{{resolve:ssm-secure:/db/password:1}}",
            "OPEN": "{{resolve:ssm:/db/name:1}}",
            "NUMBER": 3,
        }
    },
    "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": {"Ref": "Password"}}],
    "Subnets": ["one", "two"],
}
CONTENT = {
    "Parameters": PARAMETERS,
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": PROPERTIES}},
}


def mask(path, *, deployment=None, content=None, logical_id="Topic", **changes):
    """Give what is shown of a property that drifted: expected and actual value."""
    described = a_stack_set(template_body=json.dumps(content or CONTENT))
    secrets = find_secrets(deployment or a_deployment(), described)
    drift = a_resource_drift(a_property_drift(path=path, **changes), logical_id=logical_id)
    [shown] = mask_secrets(secrets, drift).properties
    assert (shown.path, shown.kind) == (path, "NOT_EQUAL")
    return shown.expected, shown.actual


HIDDEN = ("****", "****")
SHOWN = ("hello", "bye")


@pytest.mark.parametrize(
    "path",
    [
        "/Environment/Variables/A~1B",
        "/Environment/Variables/URL",
        "/Environment/Variables/MAPPED",
        "/Environment/Variables/EITHER",
        "/Environment/Variables/VAULT",
        "/Environment/Variables/STORE",
        "/Environment/Variables/URL/Below",
        "/Environment",
        "/Tags/0/Value",
    ],
)
def test_a_property_that_a_secret_went_into_is_masked_on_both_sides(path):
    assert mask(path) == HIDDEN


@pytest.mark.parametrize(
    "path",
    [
        "/DisplayName",
        "/Environment/Variables/LITERAL",
        "/Environment/Variables/LEVEL",
        "/Environment/Variables/OPEN",
        "/Environment/Variables/NUMBER",
        "/Environment/Variables/ADDED_BY_HAND",
        "/Subnets/1",
        "/AddedByHand",
    ],
)
def test_any_other_property_is_shown_as_it_is(path):
    assert mask(path) == SHOWN


def test_a_resource_without_properties_in_the_template_hides_nothing():
    content = {**CONTENT, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}

    assert mask("/DisplayName", content=content) == SHOWN


@pytest.mark.parametrize("content", [CONTENT, {"Parameters": PARAMETERS, "Resources": []}])
def test_of_a_resource_that_a_macro_made_everything_is_masked_where_there_is_a_secret(content):
    used = {**content, "Outputs": {"Url": {"Value": {"Fn::Sub": "${Password}"}}}}

    assert mask("/Any", content=used, logical_id="MadeByMacro") == HIDDEN


def test_of_a_resource_that_a_macro_made_all_is_shown_where_there_is_no_secret():
    content = {"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}

    assert mask("/Any", content=content, logical_id="MadeByMacro") == SHOWN


def test_a_secret_of_the_file_is_masked_wherever_it_turns_up():
    given = a_deployment(
        parameters={"Password": "s3cret", "Size": "hello", "Token": KeptValue(fallback="kept")},
        overrides=(
            ParameterOverride(
                accounts=(ACCOUNT,), regions=(EAST,), parameters={"Password": "0verride"}
            ),
        ),
    )

    for value in ("s3cret", "user:s3cret@host", "0verride", "t0ken"):
        assert mask("/DisplayName", deployment=given, expected=value) == HIDDEN
        assert mask("/DisplayName", deployment=given, actual=value) == HIDDEN
    assert mask("/DisplayName", deployment=given) == SHOWN


def test_an_empty_secret_is_found_nowhere():
    given = a_deployment(parameters={"Password": ""})

    assert mask("/DisplayName", deployment=given) == SHOWN


def test_a_parameter_counts_as_secret_where_either_template_says_so():
    says_so = a_deployment(template=a_template(CONTENT), parameters={"Password": "s3cret"})
    said = {**PARAMETERS, "Password": {"Type": "String"}}

    shown = mask("/DisplayName", deployment=says_so, content={**CONTENT, "Parameters": said})
    assert shown == SHOWN
    for deployed in (CONTENT, {**CONTENT, "Parameters": said}):
        found = mask("/Environment/Variables/URL", deployment=says_so, content=deployed)
        assert found == HIDDEN
