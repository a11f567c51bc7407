"""No two stacks of one account claim the same name: of several regions and several environments."""

from __future__ import annotations

import functools
import itertools
import json
from importlib import resources as files

import botocore
import pytest

from tests.evidence.mutations import GONE, mutated, path_of, resource, sub
from tests.evidence.names import REGIONAL, UNSAID, Place, clashes, name_properties
from tests.evidence.schemas import load, regions_of
from tests.options import ACCOUNT, REGION, covering, factors_of, parameters_of

ADMIN, OTHER = "111111111111", "222222222222"
# Two that are not prod, so that a word for each of the two kinds is found out.
ENVIRONMENTS = ("dev", "test", "prod")
HOME = "us-west-2"
GIVEN = {
    "service": {},
    "bootstrap": {
        "AdminAccountId": ADMIN,
        "HomeRegion": HOME,
        "TargetAccountIds": f"{ADMIN},{OTHER}",
        "TargetRegions": "us-east-1,us-west-1",
    },
}
NAMES = tuple(GIVEN)


def environment_of(number, chosen):
    """What differs between environments beside their name.

    Each has a domain of its own, if any. What an account or region has once is made for the first
    and left for the others, as the bootstrap command fills it in.
    """
    name = ENVIRONMENTS[number]
    values = {**chosen, "EnvironmentSuffix": name}
    if values.get("DomainName"):
        values["DomainName"] = f"{name}.example.com"
    once = [name for name, value in chosen.items() if value == "create" and number]
    return {**values, **dict.fromkeys(once, "leave")}


@functools.cache
def choices_of(name, strength):
    places = [{ACCOUNT: ADMIN, REGION: HOME}]
    factors = factors_of(load(name), places, GIVEN[name])
    return [parameters_of(chosen) for chosen in covering(factors, strength)]


def places_of(name, chosen):
    """Every stack that stands at once: environments by regions, the bootstrap's by accounts too."""
    accounts = (ADMIN, OTHER) if name == "bootstrap" else (ADMIN,)
    for number, region, account in itertools.product(
        range(len(ENVIRONMENTS)), regions_of(name), accounts
    ):
        values = {**GIVEN[name], **environment_of(number, chosen)}
        yield Place(account=account, region=region, parameters=tuple(values.items()))


def clashing(name, template, strength=1):
    """What clashes with any choice of options, each at least once, or together with any other."""
    found = (clashes(template, places_of(name, chosen)) for chosen in choices_of(name, strength))
    return set().union(*found)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_stacks_of_an_account_claim_one_name_whatever_is_chosen(name):
    assert clashing(name, load(name), strength=2) == set()


BOTH = sub("x-${AWS::AccountId}-${EnvironmentSuffix}-${AWS::Region}")
OF_ENVIRONMENT, OF_REGION = sub("x-${EnvironmentSuffix}"), sub("x-${AWS::Region}")
OF_PROD = {"Fn::If": ["IsProd", "x-prod", sub("x-${AWS::Region}")]}


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        # The whole account's: both region and environment have to be in it.
        *(
            ("service", "FunctionRole.RoleName", value)
            for value in ("x", OF_ENVIRONMENT, OF_REGION, OF_PROD)
        ),
        *(
            ("bootstrap", "ArtifactBucket.BucketName", value)
            for value in (
                "x",
                OF_ENVIRONMENT,
                OF_REGION,
                sub("x-${EnvironmentSuffix}-${AWS::Region}"),
            )
        ),
        # A region's own: the environment has to be in it.
        *(("service", "Function.FunctionName", value) for value in ("x", OF_REGION, OF_PROD)),
        ("service", "FunctionLogs.LogGroupName", "x"),
        # One name of a record is every region's: its identifier tells them apart.
        ("service", "GlobalRecordA.SetIdentifier", "x"),
        ("service", "GlobalRecordAAAA.SetIdentifier", GONE),
        ("service", "RegionalRecordA.Name", {"Ref": "DomainName"}),
        ("service", "GlobalDomain.DomainName", "x.example.com"),
        ("service", "GlobalDomain.DomainName", sub("${AWS::Region}.${DomainName}")),
        ("bootstrap", "ExecutionRole.RoleName", "x"),
        ("bootstrap", "ServiceBoundary.ManagedPolicyName", "x"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value, default=str),
)
def test_a_name_that_two_stacks_would_claim_is_found(name, place, value):
    (title, *_) = path = path_of(place)
    found = clashing(name, mutated(name, path, value))
    assert found == {title, *({"RegionalDomain"} if "AWS::Region}.${" in str(value) else ())}


@pytest.mark.parametrize("title", ["AdministrationRole", "ExecutionRole", "ReadRole"])
def test_a_role_that_stands_in_more_than_one_region_is_found(title):
    assert clashing("bootstrap", mutated("bootstrap", [title, "Condition"], GONE)) == {title}


@pytest.mark.parametrize("title", ["ApiGatewayAccount", "GitHubProvider"])
def test_what_there_can_be_once_only_is_found_where_each_environment_makes_it(title):
    always = {"ApiGatewayAccount": GONE, "GitHubProvider": "IsAdminHome"}[title]
    assert clashing("bootstrap", mutated("bootstrap", [title, "Condition"], always)) == {title}


@pytest.mark.parametrize(
    ("kind", "least", "names"),
    [
        ("AWS::CloudWatch::Alarm", OF_ENVIRONMENT, "AlarmName"),
        ("AWS::CloudWatch::CompositeAlarm", OF_ENVIRONMENT, "AlarmName"),
        ("AWS::CloudWatch::Dashboard", BOTH, "DashboardName"),
        ("AWS::IAM::ManagedPolicy", BOTH, "ManagedPolicyName"),
        ("AWS::KMS::Alias", OF_ENVIRONMENT, "AliasName"),
        ("AWS::S3::Bucket", BOTH, "BucketName"),
        ("AWS::SNS::Topic", OF_ENVIRONMENT, "TopicName"),
        ("AWS::SQS::Queue", BOTH, "QueueName"),
        ("AWS::XRay::SamplingRule", OF_ENVIRONMENT, "SamplingRule/RuleName"),
    ],
)
def test_what_is_added_is_held_to_it_too(kind, least, names):
    """Named by all that it takes it is no clash, nor without a name; with less than that it is."""
    outer, *inner = names.split("/")

    def clash(value):
        said = {outer: {inner[0]: value} if inner else value} if value else {}
        return clashing("service", mutated("service", ["Extra"], resource(kind, **said)))

    assert clash(least) == clash(None) == set()
    assert clash("x") == {"Extra"}
    assert clash(OF_REGION) == {"Extra"}
    assert (clash(OF_ENVIRONMENT) == {"Extra"}) is (least == BOTH)


def test_a_name_that_holds_what_only_the_stack_has_is_its_own():
    for own in (sub("x-${Api}"), sub("${AWS::StackName}-x"), {"Ref": "Api"}):
        named = mutated("service", path_of("FunctionRole.RoleName"), own)
        assert clashing("service", named) == set()
    foreign = {"Fn::ImportValue": "somebody-s"}
    assert clashing("service", mutated("service", path_of("Function.FunctionName"), foreign)) == {
        "Function"
    }


@pytest.mark.parametrize("kind", UNSAID)
def test_no_schema_says_yet_what_is_said_beside_the_schemas(kind):
    derived = [names for names in name_properties(kind, HOME) if names != UNSAID[kind]]
    assert derived == []


def test_no_service_without_regions_is_taken_for_one_with_names_of_its_own_in_each():
    endpoints = json.loads(files.files(botocore).joinpath("data/endpoints.json").read_text())
    (aws,) = [one for one in endpoints["partitions"] if one["partition"] == "aws"]
    everywhere = {
        service for service, said in aws["services"].items() if not said.get("isRegionalized", True)
    }
    assert {"iam", "route53"} <= everywhere
    regional = {kind.split("::")[1].lower() for kind in REGIONAL}
    assert regional & everywhere == set()
