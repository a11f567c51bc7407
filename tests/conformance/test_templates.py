"""Templates in request bodies, in S3 and in stacks, and the summary of a stack set's template."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stack_sets import ADMIN, EAST, HANDLE, TARGET, template

pytestmark = pytest.mark.conformance

URL = "https://templates.s3.us-east-1.amazonaws.com/site.json"


def put(cloud, body, account=ADMIN, bucket="templates"):
    s3 = cloud.aws("s3", account)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="site.json", Body=body)


def error_of(caught):
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def padded(size):
    """Give a template of so many bytes."""
    short = template(Metadata={"Padding": ""})
    return template(Metadata={"Padding": "x" * (size - len(short))})


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    "url",
    [
        "https://templates.s3.amazonaws.com/site.json",
        "https://s3.us-east-1.amazonaws.com/templates/site.json",
        URL,
    ],
)
def test_a_template_may_lie_in_s3_and_is_shown_in_full(cloud, url):
    put(cloud, template())
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName=cloud.site, TemplateURL=url)
    shown = client.describe_stack_set(StackSetName=cloud.site)["StackSet"]
    assert shown["TemplateBody"] == template()


@pytest.mark.emulator_only
def test_a_changed_object_under_the_same_url_is_only_seen_by_a_new_update(cloud):
    cloud.make_roles()
    put(cloud, template())
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName=cloud.site, TemplateURL=URL)
    cloud.create(EAST)
    changed = template(Resources={"Handle": HANDLE, "Second": HANDLE})
    cloud.aws("s3").put_object(Bucket="templates", Key="site.json", Body=changed)
    same = cloud.update(UsePreviousTemplate=True)
    assert same["Status"] == "SUCCEEDED"
    assert cloud.results(same)[EAST][1] == "No updates are to be performed."
    update = cloud.update(TemplateURL=URL)
    assert update["Status"] == "SUCCEEDED"
    assert cloud.results(update)[EAST] == ("SUCCEEDED", None)


def test_a_51_200_byte_body_is_the_longest(cloud):
    cloud.create_stack_set(padded(51_200))
    with pytest.raises(ClientError) as caught:
        cloud.create_stack_set(padded(51_201), f"{cloud.site}-longer")
    code, message = error_of(caught)
    assert code == "ValidationError"
    assert "length less than or equal to 51200" in message


@pytest.mark.emulator_only
def test_a_template_by_url_may_have_one_megabyte(cloud):
    put(cloud, padded(1_000_000))
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName=cloud.site, TemplateURL=URL)
    put(cloud, padded(1_000_001), bucket="larger")
    with pytest.raises(ClientError) as caught:
        cloud.update(TemplateURL="https://larger.s3.amazonaws.com/site.json")
    assert error_of(caught) == (
        "ValidationError",
        "Template may not exceed 1000000 bytes in size.",
    )


@pytest.mark.emulator_only
def test_a_template_longer_than_a_body_reaches_its_stacks_and_leaves_no_bucket(cloud):
    cloud.make_roles(TARGET)
    put(cloud, padded(60_000))
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName=cloud.site, TemplateURL=URL)
    assert cloud.create(EAST, accounts=(TARGET,))["Status"] == "SUCCEEDED"
    cloud.aws("s3").put_object(Bucket="templates", Key="site.json", Body=padded(70_000))
    update = cloud.update(TemplateURL=URL)
    assert update["Status"] == "SUCCEEDED"
    assert cloud.aws("s3", TARGET).list_buckets()["Buckets"] == []


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "ssm-doc://arn:aws:ssm:us-east-1:111111111111:document/site",
            "A template in a Systems Manager document is not in this emulator",
        ),
        ("https://example.com/site.json", "TemplateURL must be a supported URL."),
        (
            "https://templates.s3-website-us-east-1.amazonaws.com/site.json",
            "TemplateURL must be a supported URL.",
        ),
        (
            "https://templates.s3.amazonaws.com/none.json",
            "S3 error: The specified key does not exist.",
        ),
        ("https://foreign.s3.amazonaws.com/site.json", "S3 error: "),
    ],
)
def test_a_template_that_the_caller_cannot_read_is_refused(cloud, url, message):
    put(cloud, template())
    put(cloud, template(), TARGET, "foreign")
    with pytest.raises(ClientError) as caught:
        cloud.stack_sets().create_stack_set(StackSetName=cloud.site, TemplateURL=url)
    code, said = error_of(caught)
    assert code == "ValidationError"
    assert said.startswith(message)


@pytest.mark.emulator_only
def test_a_body_and_a_url_together_are_refused(cloud):
    put(cloud, template())
    client = cloud.stack_sets()
    both = {"StackSetName": cloud.site, "TemplateBody": template(), "TemplateURL": URL}
    with pytest.raises(ClientError) as caught:
        client.create_stack_set(**both)
    expected = (
        "ValidationError",
        "Exactly one of TemplateBody or TemplateUrl must be specified",
    )
    assert error_of(caught) == expected
    client.create_stack_set(StackSetName=cloud.site, TemplateBody=template())
    for sent in (both, {**both, "UsePreviousTemplate": True}, {"StackSetName": cloud.site}):
        with pytest.raises(ClientError) as caught:
            client.update_stack_set(**sent)
        assert error_of(caught) == expected


def test_the_summary_of_a_stack_sets_template(cloud):
    parameters = {
        "Suffix": {
            "Type": "String",
            "Default": "dev",
            "AllowedValues": ["dev", "prod"],
            "Description": "words",
        },
        "Key": {"Type": "String", "NoEcho": True},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    body = template(
        AWSTemplateFormatVersion="2010-09-09",
        Description="a site",
        Metadata={"Owner": "me"},
        Transform="AWS::LanguageExtensions",
        Parameters=parameters,
        Resources={"Handle": HANDLE, "Second": HANDLE, "Role": role},
    )
    client = cloud.stack_sets()
    client.create_stack_set(
        StackSetName=cloud.site,
        TemplateBody=body,
        Parameters=[{"ParameterKey": "Key", "ParameterValue": "secret"}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    summary = client.get_template_summary(StackSetName=cloud.site)
    del summary["ResponseMetadata"]
    assert summary == {
        "Parameters": [
            {
                "ParameterKey": "Suffix",
                "DefaultValue": "dev",
                "ParameterType": "String",
                "NoEcho": False,
                "Description": "words",
                "ParameterConstraints": {"AllowedValues": ["dev", "prod"]},
            },
            {
                "ParameterKey": "Key",
                "ParameterType": "String",
                "NoEcho": True,
                "ParameterConstraints": {},
            },
        ],
        "Description": "a site",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Role]",
        "ResourceTypes": ["AWS::CloudFormation::WaitConditionHandle", "AWS::IAM::Role"],
        "Version": "2010-09-09",
        "Metadata": json.dumps({"Owner": "me"}),
        "DeclaredTransforms": ["AWS::LanguageExtensions"],
    }


def test_the_summary_of_a_plain_template_says_no_more_than_there_is(cloud):
    client = cloud.stack_sets()
    body = template(Transform=["AWS::LanguageExtensions"])
    listed_name = f"{cloud.site}-listed"
    cloud.create_stack_set(template())
    cloud.create_stack_set(body, listed_name, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    plain = client.get_template_summary(StackSetName=cloud.site)
    assert not {"CapabilitiesReason", "Metadata", "Version", "Description"} & plain.keys()
    assert plain["Parameters"] == plain["Capabilities"] == plain["DeclaredTransforms"] == []
    listed = client.get_template_summary(StackSetName=listed_name)
    assert listed["DeclaredTransforms"] == ["AWS::LanguageExtensions"]


def test_the_summary_of_an_unknown_stack_set_or_of_two_templates_is_refused(cloud):
    client = cloud.stack_sets()
    with pytest.raises(client.exceptions.StackSetNotFoundException):
        client.get_template_summary(StackSetName=cloud.site)
    with pytest.raises(ClientError, match="You cannot specify both TemplateBody and StackSetName"):
        client.get_template_summary(StackSetName=cloud.site, TemplateBody=template())


def test_a_template_that_is_none_is_refused_before_anything_is_made_of_it(cloud):
    client = cloud.stack_sets()
    cloud.create_stack_set(template())
    broken = template(Outputs={"Url": {"Value": {"Ref": "Nobody"}}})
    for refused in (
        lambda: client.get_template_summary(TemplateBody=broken),
        lambda: cloud.create_stack_set(broken, f"{cloud.site}-broken"),
        lambda: client.update_stack_set(StackSetName=cloud.site, TemplateBody=broken),
    ):
        with pytest.raises(ClientError, match="Unresolved resource dependencies") as caught:
            refused()
        assert error_of(caught)[0] == "ValidationError"
    shown = client.describe_stack_set(StackSetName=cloud.site)["StackSet"]
    assert shown["TemplateBody"] == template()


def test_the_summary_of_a_template_of_no_stack_set_is_cloudformations_own(cloud):
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName=cloud.site, TemplateBody=template())
    for asked in ({"StackSetName": cloud.site}, {"TemplateBody": template()}):
        assert client.get_template_summary(**asked)["ResourceTypes"] == [
            "AWS::CloudFormation::WaitConditionHandle"
        ]
