"""What CloudFormation says of its types, held against what is rendered, region by region."""

from __future__ import annotations

import pytest

from generator.settings import HOME_REGION, TAGS, TARGET_REGIONS, TEMPLATE_BODY_LIMIT_BYTES
from tests.evidence.mutations import GONE, mutated, path_of, resource
from tests.evidence.schemas import (
    ROOT,
    load,
    regions_of,
    schema_of,
    tag_property,
    unknown,
    untagged,
)

NAMES = ("service", "bootstrap")
SOMEWHERE = "us-east-1"
# CloudFormation has no way to tag these, each for a reason.
UNTAGGABLE = {
    "AWS::ApiGateway::Account": "a setting of the region, not a thing of ours",
    "AWS::ApiGateway::BasePathMapping": "part of a DomainName",
    "AWS::ApiGateway::Deployment": "part of a RestApi",
    "AWS::ApiGateway::GatewayResponse": "part of a RestApi",
    "AWS::ApiGateway::Method": "part of a RestApi",
    "AWS::ApiGateway::Resource": "part of a RestApi",
    "AWS::IAM::ManagedPolicy": "IAM tags policies, CloudFormation does not",
    "AWS::Lambda::Alias": "part of a Function",
    "AWS::Lambda::Permission": "part of a Function",
    "AWS::Lambda::Version": "part of a Function",
    "AWS::Route53::RecordSet": "part of a hosted zone",
    "AWS::S3::BucketPolicy": "part of a Bucket",
    "AWS::SNS::Subscription": "part of a Topic",
    "AWS::SNS::TopicInlinePolicy": "part of a Topic",
    "AWS::SNS::TopicPolicy": "part of a Topic",
}


# --- every type and property is there


def test_the_regions_that_are_linted_for_are_those_of_the_deployment_file():
    assert regions_of("service") == sorted(TARGET_REGIONS)
    assert regions_of("bootstrap") == sorted({*TARGET_REGIONS, HOME_REGION})


@pytest.mark.parametrize(
    ("name", "region"), [(name, region) for name in NAMES for region in regions_of(name)]
)
def test_every_type_and_property_is_known_in_every_region_that_it_goes_to(name, region):
    assert unknown(load(name), region) == set()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("service", "Function.Runtimes"),
        ("service", "Function.LoggingConfig.Format"),
        ("service", "Stage.MethodSettings.0.Throttling"),
        # What is known of the object above it is not known of the object itself.
        ("service", "Stage.MethodSettings.0.TracingEnabled"),
        ("service", "Stage.Tags.0.Name"),
        # What stands with one of two choices only.
        ("service", "Stage.AccessLogSetting.Fn::If.1.Formats"),
        ("service", "EndpointCheck.HealthCheckConfig.Region"),
        ("service", "GlobalRecordA.AliasTarget.DNSname"),
        ("bootstrap", "DeployRole.Policies.0.Name"),
        ("bootstrap", "ArtifactBucket.BucketEncryption.ServerSideEncryptionConfiguration.0.Key"),
    ],
)
def test_a_property_that_there_is_not_is_found_however_deep(name, place):
    path = path_of(place)
    title, _, *below = [step for step in path if step != "Fn::If"]
    found = unknown(mutated(name, path, "x"), SOMEWHERE)
    expected = [step for step in below if not ("Fn::If" in place and step == 1)]
    assert found == {(title, *expected)}


@pytest.mark.parametrize("name", NAMES)
def test_what_any_object_may_hold_is_not_taken_for_a_property(name):
    """Policies and variables are free: the words in them are ours."""
    free = {
        "service": "Function.Environment.Variables.ANYTHING",
        "bootstrap": "ExecutionPolicy1.PolicyDocument.Anything",
    }
    assert unknown(mutated(name, path_of(free[name]), "x"), SOMEWHERE) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_type_that_one_region_lacks_is_found_there_alone(name):
    kind = "AWS::Route53RecoveryControl::Cluster"
    template = mutated(name, ["Extra"], resource(kind, Name="x"))
    found = {region: unknown(template, region) for region in regions_of(name)}
    assert found.pop("us-west-1") == {("Extra", kind)}
    assert found["us-east-1"] == set()


# --- tags


@pytest.mark.parametrize(
    ("name", "region"), [(name, region) for name in NAMES for region in regions_of(name)]
)
def test_whatever_can_carry_tags_carries_the_three(name, region):
    assert untagged(load(name), region) == set()


TAGGED = [
    (name, title, tag_property(rendered["Type"], SOMEWHERE).rpartition("/")[2])
    for name in NAMES
    for title, rendered in load(name)["Resources"].items()
    if tag_property(rendered["Type"], SOMEWHERE)
]


@pytest.mark.parametrize(("name", "title", "where"), TAGGED)
def test_a_tag_that_is_missing_or_says_something_else_is_found(name, title, where):
    everything = {(title, tag) for tag in TAGS}
    assert untagged(mutated(name, [title, "Properties", where], GONE), SOMEWHERE) == everything
    for at, tag in enumerate(load(name)["Resources"][title]["Properties"][where]):
        path = [title, "Properties", where, at]
        ours = {(title, tag["Key"])} & everything
        assert untagged(mutated(name, path, GONE), SOMEWHERE) == ours
        assert untagged(mutated(name, [*path, "Value"], "somebody"), SOMEWHERE) == ours
        assert untagged(mutated(name, [*path, "Key"], "Else"), SOMEWHERE) == ours


@pytest.mark.parametrize(
    "added",
    [
        resource("AWS::SNS::Topic"),
        resource("AWS::CloudWatch::Dashboard", DashboardBody="{}"),
        resource("AWS::Route53::HealthCheck", Tags=[{"Key": tag, "Value": "x"} for tag in TAGS]),
        # This one carries its tags as an object.
        resource("AWS::SSM::Parameter", Tags={"Environment": {"Ref": "Author"}}),
    ],
    ids=lambda added: added["Type"],
)
def test_what_is_added_without_tags_is_found(added):
    assert untagged(mutated("service", ["Extra"], added), SOMEWHERE) == {
        ("Extra", tag) for tag in TAGS
    }


def test_an_object_of_tags_is_as_good_as_a_list():
    tags = {tag: {"Ref": parameter} for tag, parameter in TAGS.items()}
    added = resource("AWS::SSM::Parameter", Tags=tags)
    assert untagged(mutated("service", ["Extra"], added), SOMEWHERE) == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_carry_tags_is_known_with_the_reason(name):
    kinds = {rendered["Type"] for rendered in load(name)["Resources"].values()}
    assert {kind for kind in kinds if not tag_property(kind, SOMEWHERE)} <= UNTAGGABLE.keys()


@pytest.mark.parametrize("kind", UNTAGGABLE)
def test_no_reason_stands_for_what_can_carry_tags_by_now(kind):
    assert schema_of(kind, SOMEWHERE)["typeName"] == kind
    assert tag_property(kind, SOMEWHERE) is None
    assert UNTAGGABLE[kind]


# --- bytes


def too_long(body):
    return len(body) > TEMPLATE_BODY_LIMIT_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_fits_a_request_with_every_option_in_it(name):
    body = (ROOT / "templates" / f"{name}.json").read_bytes()
    assert TEMPLATE_BODY_LIMIT_BYTES == 51_200
    assert not too_long(body)
    # Bytes are counted, not characters.
    assert too_long(body + ("é" * ((51_202 - len(body)) // 2)).encode())
