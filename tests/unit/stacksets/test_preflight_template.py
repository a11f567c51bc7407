"""What the template asks for: values within its constraints, quotas, and names of its own."""

from __future__ import annotations

import pytest

from stacksets.errors import PermissionDeniedError, Problem
from stacksets.model.desired import DeploymentTargets, KeptValue, ParameterOverride
from stacksets.preflight.case import Case, Unchecked
from stacksets.preflight.names import check_names
from stacksets.preflight.parameters import check_constraints, check_parameters
from stacksets.preflight.template import check_quotas
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.fakes import FakeAccount, FakeAws

BOTH = (ACCOUNT, OTHER_ACCOUNT)
ROLE = "AWS::IAM::Role"


@pytest.fixture
def aws():
    return FakeAws()


def a_case(aws, content, *, observed=None, **changes):
    return Case(
        deployment=a_deployment(template=a_template(content), **changes),
        aws=aws,
        identity=aws.identity(),
        observed=observed,
        other_regions=(),
    )


def a_template_of(**resources):
    return {
        "Parameters": {"Suffix": {"Type": "String", "Default": "dev"}},
        "Conditions": {"East": {"Fn::Equals": [{"Ref": "AWS::Region"}, EAST]}},
        "Resources": resources,
    }


def a_role(name="svc", **changes):
    return {"Type": ROLE, "Properties": {"RoleName": name}, **changes}


def whats(findings):
    return [one.what for one in findings]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (ROLE, {"RoleName": "svc"}),
        ("AWS::IAM::User", {"UserName": "svc"}),
        ("AWS::IAM::ManagedPolicy", {"ManagedPolicyName": {"Fn::Sub": "svc"}}),
        ("AWS::IAM::InstanceProfile", {"InstanceProfileName": "svc"}),
        ("AWS::CloudFront::CachePolicy", {"CachePolicyConfig": {"Name": "svc"}}),
        ("AWS::S3::Bucket", {"BucketName": "svc"}),
    ],
)
def test_a_name_that_two_regions_of_an_account_would_both_make_is_a_problem(aws, kind, properties):
    content = a_template_of(Thing={"Type": kind, "Properties": properties})

    (problem,) = check_names(a_case(aws, content))

    assert isinstance(problem, Problem)
    assert problem.where == "Resources Thing"
    assert problem.what.startswith(f'{kind} "svc" would be made more than once')
    assert problem.what.endswith(f"in {ACCOUNT} ({EAST}, {WEST})")
    assert "${AWS::Region}" in problem.hint
    assert problem.is_input


@pytest.mark.parametrize(
    "resource",
    [
        a_role({"Fn::Sub": "svc-${AWS::Region}"}),
        a_role({"Fn::Sub": "svc-${AWS::StackId}"}),
        a_role({"Ref": "AWS::NoValue"}),
        a_role(Condition="East"),
        {"Type": ROLE},
        {"Type": ROLE, "Properties": []},
        {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "svc"}},
        {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "svc"}},
    ],
)
def test_a_name_that_differs_or_is_made_once_or_is_a_regions_own_is_fine(aws, resource):
    assert list(check_names(a_case(aws, a_template_of(Thing=resource)))) == []


@pytest.mark.parametrize("content", [{}, {"Resources": []}, {"Resources": {"Thing": "x"}}])
def test_a_template_without_resources_names_nothing(aws, content):
    assert list(check_names(a_case(aws, content))) == []


def test_roles_of_two_accounts_may_have_one_name_and_buckets_may_not(aws):
    one_region = {"targets": (DeploymentTargets(accounts=BOTH, regions=(EAST,)),)}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "svc"}}

    assert list(check_names(a_case(aws, a_template_of(Role=a_role()), **one_region))) == []
    (problem,) = check_names(a_case(aws, a_template_of(Bucket=bucket), **one_region))
    assert "one for the whole partition" in problem.what
    assert problem.what.endswith(f"in {ACCOUNT} ({EAST}) and in 1 more account")


def test_a_clash_in_many_accounts_is_told_once(aws):
    targets = (DeploymentTargets(accounts=BOTH, regions=(EAST, WEST)),)

    (problem,) = check_names(a_case(aws, a_template_of(Role=a_role()), targets=targets))

    assert problem.what.endswith(f"in {ACCOUNT} ({EAST}, {WEST}) and in 1 more account")


def test_an_override_that_gives_a_region_its_own_name_mends_the_clash(aws):
    content = a_template_of(Role=a_role({"Fn::Sub": "svc-${Suffix}"}))
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "east"})

    assert len(list(check_names(a_case(aws, content)))) == 1
    assert list(check_names(a_case(aws, content, overrides=(override,)))) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ROLE, "RoleName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
    ],
)
def test_a_name_that_somebody_else_has_is_a_problem_where_the_stack_is_still_to_be_made(
    aws, kind, name
):
    content = a_template_of(Thing={"Type": kind, "Properties": {name: "svc"}, "Condition": "East"})
    aws.accounts[a_key()] = FakeAccount(resources=((kind, "svc"),))

    (problem,) = check_names(a_case(aws, content))

    assert problem.what == (
        f'{kind} "svc" is there already, and not from this stack set: in {ACCOUNT} ({EAST})'
    )
    there = a_stack_set(an_instance())
    assert list(check_names(a_case(aws, content, observed=there))) == []


def test_a_row_without_a_stack_has_made_nothing_yet(aws):
    content = a_template_of(Role=a_role(Condition="East"))
    aws.accounts[a_key()] = FakeAccount(resources=((ROLE, "svc"),))

    row = a_stack_set(an_instance(stack_id=None))
    assert len(list(check_names(a_case(aws, content, observed=row)))) == 1


def test_names_that_cannot_be_asked_for_are_unchecked_and_not_fine(aws):
    account = FakeAccount()

    def refuse(*_):
        raise PermissionDeniedError("no iam:GetRole")

    account.look_up = refuse
    aws.accounts[a_key()] = account

    (finding,) = check_names(a_case(aws, a_template_of(Role=a_role(Condition="East"))))

    assert isinstance(finding, Unchecked)
    assert finding.what == (
        f'could not check whether {ROLE} "svc" is there in {ACCOUNT} ({EAST}): no iam:GetRole'
    )


PARAMETERS = {
    "Level": {"Type": "String", "AllowedValues": ["on", "off"], "Default": "on"},
    "Secret": {"Type": "String", "NoEcho": True, "MinLength": 8, "Default": "x" * 8},
    "Author": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "unknown"},
}


def constrained(aws, **changes):
    content = {"Parameters": PARAMETERS, "Resources": {}}
    return list(check_constraints(a_case(aws, content, **changes)))


def test_values_that_the_template_allows_are_fine(aws):
    given = {"Level": "off", "Secret": "12345678", "Author": KeptValue(fallback="unknown")}

    assert constrained(aws, parameters=given) == []


def test_a_value_that_the_template_refuses_is_a_problem(aws):
    (problem,) = constrained(aws, parameters={"Level": "maybe"})

    assert problem == Problem(
        where="[stack_set.parameters] Level", what='"maybe" is none of on, off', is_input=True
    )


def test_a_secret_that_the_template_refuses_is_not_quoted(aws):
    (problem,) = constrained(aws, parameters={"Secret": "short"})

    assert problem.what == "its value has 5 characters, at least 8 are asked for"


def test_the_values_of_overrides_are_judged_as_well(aws):
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Level": "maybe"})

    (problem,) = constrained(aws, overrides=(override,))

    assert problem.where == "[[overrides]] 1, parameters Level"


def test_a_kept_value_is_judged_as_it_will_be_sent(aws):
    kept = {"Author": KeptValue(fallback="UNKNOWN")}

    assert len(constrained(aws, parameters=kept)) == 1
    observed = a_stack_set(parameters={"Author": "ada"})
    assert constrained(aws, parameters=kept, observed=observed) == []


def test_a_pattern_that_only_aws_reads_is_told(aws):
    content = {"Parameters": {"Name": {"Type": "String", "AllowedPattern": r"\p{L}+"}}}

    assert whats(check_constraints(a_case(aws, content))) == [
        "could not check the AllowedPattern of Name: only AWS reads it"
    ]


def test_an_override_of_a_parameter_that_there_is_not_is_a_problem(aws):
    override = ParameterOverride(accounts=(), regions=(), parameters={"Typo": "x"})
    case = a_case(aws, {"Parameters": PARAMETERS}, overrides=(override,))

    (problem,) = check_parameters(case)

    assert problem.where == "[[overrides]] 1, parameters Typo"
    assert problem.hint == "it has Author, Level, Secret"


def test_what_the_template_has_too_much_of_is_a_problem(aws):
    outputs = {f"O{number}": {"Value": "x"} for number in range(201)}

    assert list(check_quotas(a_case(aws, {"Outputs": outputs}))) == [
        Problem(
            where="t.json",
            what="201 Outputs, AWS takes at most 200",
            hint="split the template",
            is_input=True,
        )
    ]
