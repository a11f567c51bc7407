from __future__ import annotations

import json
from dataclasses import replace
from threading import Barrier

import pytest

from stacksets.aws.door import TemplateSummary
from stacksets.errors import (
    CredentialsError,
    InputError,
    PermissionDeniedError,
    Problem,
    ServiceError,
    TemplateError,
)
from stacksets.model.desired import (
    DeploymentTargets,
    KeptValue,
    ParameterOverride,
    PermissionModel,
    Region,
)
from stacksets.model.observed import InstanceStatus, OperationStatus
from stacksets.preflight import Readiness
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
)
from tests.preflight_world import (
    BOOTSTRAP,
    DENIED,
    EUROPE,
    READY,
    World,
    logging_template,
    refuse,
)
from tests.roles import ADMINISTRATION, SERVICE, trust


@pytest.fixture
def world():
    return World()


def test_an_account_that_has_everything_is_ready(world):
    assert world.check() == READY


def everything_wrong():
    """A template with a fault of each kind that a template may have; `long` makes it too long."""
    stage = {"Type": "AWS::ApiGateway::Stage", "Properties": {"AccessLogSetting": {"Format": "$"}}}
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"ReservedConcurrentExecutions": 1000},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "svc"}}
    return {
        "Parameters": {"Size": {"Type": "String", "AllowedValues": ["s", "m"], "Default": "s"}},
        "Resources": {"Stage": stage, "Function": function, "Role": role},
        "Outputs": {f"Out{number}": {"Value": "x"} for number in range(201)},
    }


def test_one_problem_of_each_kind_is_told_in_one_list(world):
    running = an_operation(id="op-7", status=OperationStatus.RUNNING)
    for account in world.here.values():
        account.gateway_role = None
        account.roles = {"administration": trust({"Service": "lambda.amazonaws.com"})}
    world.summary = TemplateSummary(
        capabilities=("CAPABILITY_IAM",), capabilities_reason="it makes roles", no_echo=frozenset()
    )
    milan = Region("eu-south-1")
    both = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, WEST, milan)),)

    ready = world.check(
        a_stack_set(operations=(running,)),
        template=a_template(everything_wrong()),
        parameters={"Size": "xl", "Typo": "1"},
        targets=both,
    )

    everywhere = f"{EAST}, {WEST}"
    assert [(one.where, one.what) for one in ready.problems] == [
        (f"account {ACCOUNT}", "region eu-south-1 is not enabled"),
        (
            f"account {ACCOUNT}",
            "role administration does not trust cloudformation.amazonaws.com",
        ),
        (
            f"account {ACCOUNT}",
            "role administration does not trust cloudformation.eu-south-1.amazonaws.com",
        ),
        (f"account {ACCOUNT}", "no role execution"),
        ("[stack_set] capabilities", "the template needs CAPABILITY_IAM: it makes roles"),
        ("t.json", "201 Outputs, AWS takes at most 200"),
        ("[stack_set.parameters] Typo", "t.json has no such parameter"),
        ("[stack_set.parameters] Size", '"xl" is none of s, m'),
        (
            "Resources Role",
            (
                'AWS::IAM::Role "svc" would be made more than once, and its name is one for all '
                f"regions of an account: in {ACCOUNT} (eu-south-1, {everywhere})"
            ),
        ),
        (
            f"account {ACCOUNT}",
            f"API Gateway has no CloudWatch role in {everywhere}; logging needs one",
        ),
        *(
            (
                f"{ACCOUNT}/{region}",
                (
                    "the functions reserve 1000 concurrent executions of 1000, and Lambda keeps at "
                    "least 10 unreserved"
                ),
            )
            for region in (EAST, WEST)
        ),
        (f"stack set {NAME}", "operation op-7 (CREATE) is RUNNING"),
    ]
    assert ready.unchecked == ()


def test_what_only_a_stack_set_that_is_to_be_made_can_meet_is_told_in_one_list(world):
    world.homes = {EAST: (NAME,)}
    content = {**everything_wrong(), "Metadata": "x" * 60_000}
    content["Parameters"] = {"Size": {"Type": "String"}}

    template = a_template(content)

    problems = world.check(template=template, execution_role_name="nobody").problems

    assert [one.what for one in problems] == [
        (
            f"{EAST} has a stack set {NAME} already; one in {HOME} would deploy everything a "
            "second time"
        ),
        "no role nobody",
        f"{len(template.body):,} bytes, AWS takes at most 51,200",
        "201 Outputs, AWS takes at most 200",
        "t.json needs a value and has no default",
    ]


def test_an_operation_that_runs_is_waited_for_where_nothing_else_is_wrong(world):
    running = an_operation(status=OperationStatus.RUNNING)

    assert world.check(a_stack_set(operations=(running,))) == READY


def test_credentials_of_another_account_are_the_only_problem_told(world):
    for account in world.here.values():
        account.roles = {}

    assert world.check(admin_account=OTHER_ACCOUNT) == Readiness(
        problems=(
            Problem(
                where="admin_account",
                what=f"the credentials are of account {ACCOUNT}, the file names {OTHER_ACCOUNT}",
                hint=f"export AWS_PROFILE=<a profile of {OTHER_ACCOUNT}>",
            ),
        ),
        unchecked=(),
    )


NEWER = "A brand-new region needs a newer botocore"


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-nort-1", f'did you mean "eu-north-1"? {NEWER}'),
        ("eu-north-9", f'did you mean "eu-north-1"? {NEWER}'),
        ("mars", NEWER),
    ],
)
def test_a_target_region_that_is_misspelled_is_a_problem(world, region, hint):
    wrong = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, Region(region))),)

    assert world.check(targets=wrong) == Readiness(
        problems=(
            Problem(
                where="[[targets]] regions",
                what=f'"{region}" is no region that botocore knows',
                hint=hint,
                is_input=True,
            ),
        ),
        unchecked=(),
    )


def test_a_misspelled_home_region_is_told_beside_the_targets(world):
    wrong = (DeploymentTargets(accounts=(ACCOUNT,), regions=(Region("us-eats-1"),)),)

    problems = world.check(home_region=Region("us-wets-2"), targets=wrong).problems

    assert [one.where for one in problems] == ["home_region", "[[targets]] regions"]
    assert [one.hint.split("?")[0] for one in problems] == [
        'did you mean "us-west-2"',
        'did you mean "us-east-1"',
    ]


def test_nothing_is_asked_in_a_region_that_does_not_exist(world):
    wrong = Region("eu-nort-1")
    refused = InputError("AWS answers nowhere in region eu-nort-1")
    world.homes = {wrong: refused}
    world.here[EAST].find_role_trust = refuse(refused)
    both = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, wrong)),)

    ready = world.check(targets=both)

    assert len(ready.problems) == 1
    assert ready.unchecked == ()


def test_a_variable_that_names_no_region_stops_nothing(world):
    world.homes = {Region("nowhere"): InputError("AWS answers nowhere in region nowhere")}

    assert world.check(other_regions=(Region("nowhere"),)) == Readiness(
        problems=(),
        unchecked=(
            (
                f"could not check whether nowhere has a stack set {NAME} already: "
                "AWS answers nowhere in region nowhere"
            ),
        ),
    )


def test_a_file_that_names_no_administrator_takes_the_callers_account(world):
    assert world.check(admin_account=None) == READY


def test_a_missing_administration_role_is_looked_for_in_the_home_region(world):
    world.here[HOME].roles = {}

    assert world.check().problems == (
        Problem(
            where=f"account {ACCOUNT}", what="no role administration", hint="`stacksets bootstrap`"
        ),
    )


@pytest.mark.parametrize(
    "policy",
    [
        trust({"Service": "lambda.amazonaws.com"}),
        trust({"AWS": "*"}),
        trust(SERVICE, effect="Deny"),
        trust(SERVICE, action="sts:TagSession"),
        {"Statement": []},
        {"Statement": "nonsense"},
        {},
    ],
)
def test_an_administration_role_must_trust_cloudformation(world, policy):
    world.here[HOME].roles["administration"] = policy

    (problem,) = world.check().problems

    assert problem.what == "role administration does not trust cloudformation.amazonaws.com"


@pytest.mark.parametrize(
    "policy",
    [
        trust({"Service": ["cloudformation.eu-south-1.amazonaws.com", SERVICE["Service"]]}),
        trust(SERVICE, action=["sts:TagSession", "sts:AssumeRole"]),
        trust(SERVICE, action="sts:*"),
        trust("*"),
        {"Statement": trust(SERVICE)["Statement"][0]},
    ],
)
def test_a_trust_policy_may_be_written_in_several_ways(world, policy):
    world.here[HOME].roles["administration"] = policy

    assert world.check() == READY


@pytest.mark.parametrize(
    "principal",
    [ADMINISTRATION["AWS"], f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "*"],
)
def test_an_execution_role_may_trust_the_role_or_its_whole_account(world, principal):
    world.here[EAST].roles["execution"] = trust({"AWS": principal})

    assert world.check() == READY


def source_arn(*, region=HOME, account=ACCOUNT, name=NAME, end="*"):
    return f"arn:aws:cloudformation:{region}:{account}:stackset/{name}:{end}"


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringEquals": {"AWS:sourceaccount": [OTHER_ACCOUNT, ACCOUNT]}},
        {"StringLike": {"aws:SourceAccount": "1111*"}},
        {"StringLike": {"aws:SourceAccount": "?11111111111"}},
        {"ArnLike": {"aws:SourceArn": source_arn()}},
        {"ArnLike": {"aws:SourceArn": source_arn(region="*")}},
        {"ArnEquals": {"aws:SourceArn": [source_arn(name="other"), source_arn()]}},
        {"ArnLike": {"aws:SourceArn": source_arn(name="greeting-*", end="????????-*")}},
        {"StringLike": {"aws:SourceArn": f"arn:aws:cloudformation:*:stackset/{NAME}:*"}},
        {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": source_arn(region="*")},
        },
    ],
)
def test_conditions_that_the_stack_set_meets_are_fine(world, condition):
    world.here[HOME].roles["administration"] = trust(SERVICE, condition=condition)

    assert world.check() == READY


@pytest.mark.parametrize(
    ("condition", "unmet"),
    [
        (
            {"StringEquals": {"aws:SourceAccount": [OTHER_ACCOUNT, "333333333333"]}},
            f"StringEquals aws:SourceAccount {OTHER_ACCOUNT} or 333333333333",
        ),
        (
            {"StringEquals": {"aws:SourceAccount": "1*"}},
            "StringEquals aws:SourceAccount 1*",
        ),
        ({"StringLike": {"aws:SourceAccount": "1?"}}, "StringLike aws:SourceAccount 1?"),
        (
            {"ArnLike": {"aws:SourceArn": source_arn(region=EUROPE)}},
            f"ArnLike aws:SourceArn {source_arn(region=EUROPE)}",
        ),
        (
            {"ArnLike": {"aws:SourceArn": source_arn(name="greeting")}},
            f"ArnLike aws:SourceArn {source_arn(name='greeting')}",
        ),
        (
            {"ArnEquals": {"aws:SourceArn": "arn:aws:cloudformation:*"}},
            "ArnEquals aws:SourceArn arn:aws:cloudformation:*",
        ),
        (
            {"StringEquals": {"aws:SourceArn": source_arn()}},
            f"StringEquals aws:SourceArn {source_arn()}",
        ),
        (
            {"Bool": {"aws:Odd": "true"}, "StringEquals": {"aws:SourceAccount": "1"}},
            "StringEquals aws:SourceAccount 1",
        ),
        (
            {"StringEquals": {"aws:SourceAccount": "1", "aws:SourceArn": "2"}},
            "StringEquals aws:SourceAccount 1, StringEquals aws:SourceArn 2",
        ),
    ],
)
def test_conditions_that_would_keep_cloudformation_out_are_a_problem(world, condition, unmet):
    world.here[HOME].roles["administration"] = trust(SERVICE, condition=condition)

    assert world.check() == Readiness(
        problems=(
            Problem(
                where=f"account {ACCOUNT}",
                what="role administration does not trust cloudformation.amazonaws.com for stack "
                f"set {NAME} of {HOME}: its conditions want {unmet}",
                hint="`stacksets bootstrap`; where the conditions stay, mend them in t.json",
            ),
        ),
        unchecked=(),
    )


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:SourceAccount": OTHER_ACCOUNT}},
        {"StringEquals": {"aws:SourceOrgID": "o-1"}},
        {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "Bool": {"aws:Odd": "true"}},
    ],
)
def test_conditions_that_nobody_here_can_tell_are_unchecked(world, condition):
    world.here[HOME].roles["administration"] = trust(SERVICE, condition=condition)

    assert world.check() == Readiness(
        problems=(),
        unchecked=(
            (f"the trust of role administration in {ACCOUNT} has conditions that were not checked"),
        ),
    )


def statements(*policies):
    return {"Statement": [one["Statement"][0] for one in policies]}


def test_one_statement_that_lets_the_caller_in_is_enough(world):
    foreign = trust(SERVICE, condition={"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}})
    odd = trust(SERVICE, condition={"Bool": {"aws:Odd": "true"}})
    world.here[HOME].roles["administration"] = statements(foreign, odd, trust(SERVICE))

    assert world.check() == READY


def test_a_statement_that_might_let_the_caller_in_is_no_problem(world):
    foreign = trust(SERVICE, condition={"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}})
    odd = trust(SERVICE, condition={"Bool": {"aws:Odd": "true"}})
    world.here[HOME].roles["administration"] = statements(odd, foreign)

    ready = world.check()

    assert ready.problems == ()
    assert len(ready.unchecked) == 1


def test_a_stack_set_that_is_there_is_judged_by_its_own_id(world):
    condition = {"StringEquals": {"aws:SourceArn": source_arn(end="0001")}}
    world.here[HOME].roles["administration"] = trust(SERVICE, condition=condition)

    assert world.check(a_stack_set()) == READY
    assert len(world.check().problems) == 1


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": ADMINISTRATION["AWS"]}}, "ready"),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "ready"),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER_ACCOUNT}}, "problem"),
        ({"StringEquals": {"sts:ExternalId": "x"}}, "unchecked"),
    ],
)
def test_the_conditions_of_an_execution_role_are_looked_at_too(world, condition, expected):
    world.here[EAST].roles["execution"] = world.here[WEST].roles["execution"] = trust(
        ADMINISTRATION, condition=condition
    )

    ready = world.check()

    assert bool(ready.problems) is (expected == "problem")
    assert bool(ready.unchecked) is (expected == "unchecked")


def test_an_execution_role_that_trusts_a_role_of_former_days_is_a_problem(world):
    world.here[EAST].roles["execution"] = trust({"AWS": "AROAEXAMPLE"})

    (problem,) = world.check().problems

    assert problem.what == f"role execution does not trust {ADMINISTRATION['AWS']}"


def test_without_names_the_default_roles_of_aws_are_looked_for(world):
    ready = world.check(administration_role_arn=None, execution_role_name=None)

    assert [one.what for one in ready.problems] == [
        "no role AWSCloudFormationStackSetAdministrationRole",
        "no role AWSCloudFormationStackSetExecutionRole",
    ]


def test_the_execution_role_is_looked_for_once_in_every_account(world):
    other = world.ready_account(EAST, OTHER_ACCOUNT)
    other.roles = {}
    both = (DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST, WEST)),)

    assert world.check(targets=both).problems == (
        Problem(
            where=f"account {OTHER_ACCOUNT}",
            what="no role execution",
            hint=f"`stacksets bootstrap` with credentials of account {OTHER_ACCOUNT}",
        ),
    )


def test_an_account_that_cannot_be_read_is_unchecked_and_not_fine(world):
    both = (DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST,)),)
    world.closed.add(a_key(OTHER_ACCOUNT, EAST))

    ready = world.check(targets=both)

    assert ready.problems == ()
    assert ready.unchecked == (
        (
            f"could not check the role execution in {OTHER_ACCOUNT} ({EAST}): "
            f"may not enter {OTHER_ACCOUNT}/{EAST}"
        ),
    )


@pytest.mark.parametrize(
    ("bootstrap", "mending"),
    [
        (BOOTSTRAP, f"run `stacksets bootstrap` with credentials of account {OTHER_ACCOUNT}"),
        (None, "the role reader of that account must trust the caller"),
    ],
)
def test_a_read_role_that_may_not_be_assumed_is_told_with_what_mends_it(world, bootstrap, mending):
    there = world.ready_account(EAST, OTHER_ACCOUNT)
    there.find_role_trust = refuse(PermissionDeniedError("not allowed", api="sts:AssumeRole"))
    both = (DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST,)),)

    ready = world.check(targets=both, bootstrap=bootstrap, read_role_name="reader")

    assert ready.unchecked == (
        f"could not check the role execution in {OTHER_ACCOUNT} ({EAST}): not allowed ({mending})",
    )


def test_accounts_are_asked_at_the_same_time(world):
    both_are_asked = Barrier(2, timeout=10)

    def role():
        both_are_asked.wait()
        return "arn:logs"

    for region in (EAST, WEST):
        world.here[region].api_gateway_role = role

    assert world.check(template=logging_template()) == READY


def test_a_denied_read_is_unchecked_and_not_fine(world):
    world.here[HOME].find_role_trust = refuse(DENIED)

    assert world.check() == Readiness(
        problems=(),
        unchecked=(
            f"could not check the role administration in {ACCOUNT} ({HOME}): no iam:GetRole",
        ),
    )


def test_credentials_that_end_during_the_checks_end_them(world):
    world.here[HOME].find_role_trust = refuse(CredentialsError("expired"))

    with pytest.raises(CredentialsError, match="expired"):
        world.check()


def test_service_managed_permissions_need_no_roles_of_ours(world):
    for account in world.here.values():
        account.roles = {}

    assert world.check(permission_model=PermissionModel.SERVICE_MANAGED) == READY


def test_without_a_bootstrap_the_hint_names_the_guide(world):
    world.here[HOME].roles = {}

    (problem,) = world.check(bootstrap=None).problems

    assert problem.hint == "see StackSets user guide, stacksets-prereqs-self-managed"


@pytest.mark.parametrize(
    ("size", "fits"), [(51_200, True), (51_201, False)], ids=["at the limit", "beyond"]
)
def test_a_template_must_fit_into_the_call(world, size, fits):
    content = {"Resources": {}, "Metadata": ""}
    empty = len(json.dumps(content))
    template = a_template(content | {"Metadata": "x" * (size - empty)})

    problems = world.check(template=template).problems

    assert (not problems) is fits
    assert fits or problems[0].what == "51,201 bytes, AWS takes at most 51,200"
    assert all(one.is_input for one in problems)


def test_a_template_that_is_too_long_is_not_sent_to_be_summarized(world):
    world.summary = TemplateError("AWS refuses the template: too long")

    problems = world.check(template=a_template({"Resources": {}, "x": "x" * 60_000})).problems

    assert ["AWS takes at most 51,200" in one.what for one in problems] == [True]


def test_bytes_are_counted_not_letters(world):
    template = a_template()
    body = json.dumps({**template.content, "Description": "ü" * 26_000}, ensure_ascii=False)
    long = type(template)(path="t.json", body=body, sha256="", content=template.content)

    assert "AWS takes at most" in world.check(template=long).problems[0].what


@pytest.mark.parametrize(
    ("needed", "given", "is_ready"),
    [
        ("CAPABILITY_IAM", (), False),
        ("CAPABILITY_IAM", ("CAPABILITY_IAM",), True),
        ("CAPABILITY_IAM", ("CAPABILITY_NAMED_IAM",), True),
        ("CAPABILITY_NAMED_IAM", ("CAPABILITY_IAM",), False),
        ("CAPABILITY_AUTO_EXPAND", ("CAPABILITY_NAMED_IAM",), False),
    ],
)
def test_the_capabilities_that_the_template_needs_must_be_named(world, needed, given, is_ready):
    world.summary = TemplateSummary(
        capabilities=(needed,), capabilities_reason="it makes roles", no_echo=frozenset()
    )

    problems = world.check(capabilities=given).problems

    expected = Problem(
        where="[stack_set] capabilities",
        what=f"the template needs {needed}: it makes roles",
        hint=f"capabilities = {json.dumps([*given, needed])}",
        is_input=True,
    )
    assert problems == (() if is_ready else (expected,))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"Transform": "AWS::Serverless-2016-10-31"}, "AWS::Serverless-2016-10-31"),
        ({"Transform": ["B", "A"]}, "A, B"),
        ({"Outputs": {"Out": [{"Fn::Transform": {"Name": "Mine"}}]}}, "Mine"),
    ],
)
def test_every_capability_has_its_own_reason_and_one_line_mends_all(world, content, why):
    world.summary = TemplateSummary(
        capabilities=("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
        capabilities_reason="it makes roles",
        no_echo=frozenset(),
    )

    found = world.check(template=a_template({**CONTENT, **content})).problems

    needs = [one for one in found if one.where == "[stack_set] capabilities"]
    assert [one.what for one in needs] == [
        "the template needs CAPABILITY_IAM: it makes roles",
        f"the template needs CAPABILITY_AUTO_EXPAND: it is expanded by {why}",
    ]
    assert {one.hint for one in needs} == {
        'capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]'
    }


def test_a_template_that_aws_refuses_is_one_of_the_problems(world):
    world.summary = TemplateError("AWS refuses the template: no Type", hint="look")

    assert world.check().problems == (
        Problem(
            where="t.json", what="AWS refuses the template: no Type", hint="look", is_input=True
        ),
    )


def test_capabilities_that_cannot_be_asked_for_are_unchecked(world):
    world.summary = ServiceError("throttled")

    assert world.check() == Readiness(
        problems=(), unchecked=("could not check the capabilities: throttled",)
    )


def test_expired_credentials_are_no_unchecked_capability(world):
    world.summary = CredentialsError("expired")

    with pytest.raises(CredentialsError):
        world.check()


def test_a_parameter_without_value_and_default_is_a_problem(world):
    content = {"Parameters": {"Size": {"Type": "String"}}, "Resources": {}}

    assert world.check(template=a_template(content)).problems == (
        Problem(
            where="[stack_set.parameters] Size",
            what="t.json needs a value and has no default",
            hint='Size = "…"',
            is_input=True,
        ),
    )


def test_an_unknown_parameter_names_those_that_there_are(world):
    (problem,) = world.check(parameters={"Sufix": "x"}).problems
    (bare,) = world.check(
        parameters={"Sufix": "x"}, template=a_template({"Resources": {}})
    ).problems

    assert (problem.where, problem.hint) == ("[stack_set.parameters] Sufix", "it has Suffix")
    assert problem.is_input
    assert bare.hint == "it has none"


def test_a_template_that_cannot_be_resolved_is_a_problem(world):
    loop = {"Loop": {"Fn::Not": [{"Condition": "Loop"}]}}
    template = a_template({"Conditions": loop, "Resources": {}})

    (problem,) = world.check(template=template).problems

    assert problem.where == "t.json"
    assert "Loop" in problem.what
    assert problem.is_input


def test_a_stack_set_of_the_name_in_a_target_region_is_refused(world):
    world.homes = {EAST: (NAME,)}

    assert world.check().problems == (
        Problem(
            where="home_region",
            what=f"{EAST} has a stack set {NAME} already; one in {HOME} would deploy everything a "
            "second time",
            hint=f'home_region = "{EAST}", or destroy that one first',
        ),
    )


def test_a_stack_set_of_the_name_in_the_region_of_the_environment_is_refused(world):
    unheard_of = Region("eu-east-1")
    world.homes = {unheard_of: (NAME,)}

    assert world.check() == READY
    assert len(world.check(other_regions=(unheard_of, unheard_of)).problems) == 1


def test_the_home_region_itself_is_where_the_stack_set_belongs(world):
    world.homes = {HOME: (NAME,)}

    assert world.check(other_regions=(HOME,)) == READY


def test_a_stack_set_that_exists_is_not_looked_for_elsewhere(world):
    world.homes = {EAST: (NAME,)}

    assert world.check(a_stack_set()) == READY


def test_a_region_that_cannot_be_asked_for_the_name_is_unchecked(world):
    world.homes = {EAST: DENIED}

    assert world.check().unchecked == (
        f"could not check whether {EAST} has a stack set {NAME} already: no iam:GetRole",
    )


def test_expired_credentials_are_no_unchecked_region(world):
    world.homes = {EAST: CredentialsError("expired")}

    with pytest.raises(CredentialsError):
        world.check()


@pytest.mark.parametrize(
    ("stage", "is_logging"),
    [
        ({"AccessLogSetting": {"Format": "$"}}, True),
        ({"MethodSettings": [{"LoggingLevel": "INFO"}]}, True),
        ({"MethodSettings": [{"LoggingLevel": "OFF"}, {"HttpMethod": "*"}, "?"]}, False),
        ({"MethodSettings": {"Ref": "Unknown"}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_api_gateways_role_is_needed_where_a_stage_logs(world, stage, is_logging):
    resource = {"Type": "AWS::ApiGateway::Stage"} | ({} if stage is None else {"Properties": stage})
    for account in world.here.values():
        account.gateway_role = None

    problems = world.check(template=a_template({"Resources": {"Stage": resource}})).problems

    expected = Problem(
        where=f"account {ACCOUNT}",
        what=f"API Gateway has no CloudWatch role in {EAST}, {WEST}; logging needs one",
        hint="`stacksets bootstrap`",
    )
    assert problems == ((expected,) if is_logging else ())


def test_only_the_regions_without_the_role_are_named(world):
    world.here[WEST].gateway_role = None

    (problem,) = world.check(template=logging_template()).problems

    assert f"in {WEST};" in problem.what


def test_a_region_in_which_the_template_does_not_log_needs_no_role(world):
    world.here[WEST].gateway_role = None
    in_the_east = {"Fn::Equals": [{"Ref": "AWS::Region"}, EAST]}

    assert world.check(template=logging_template(in_the_east)) == READY


def switched_by_parameter():
    switch = {"Fn::Equals": [{"Ref": "Logging"}, "on"]}
    content = dict(logging_template(switch).content)
    return a_template(content | {"Parameters": {"Logging": {"Type": "String"}}})


@pytest.mark.parametrize(
    ("value", "deployed", "is_logging"),
    [
        ("on", None, True),
        ("off", None, False),
        (KeptValue(fallback="on"), None, True),
        (KeptValue(fallback="on"), "off", False),
    ],
    ids=["on", "off", "kept, not deployed yet", "kept, deployed"],
)
def test_the_template_is_judged_with_the_values_that_will_be_sent(
    world, value, deployed, is_logging
):
    world.here[EAST].gateway_role = None
    observed = a_stack_set(parameters={"Logging": deployed}) if deployed else None

    ready = world.check(observed, template=switched_by_parameter(), parameters={"Logging": value})

    assert bool(ready.problems) is is_logging


def test_an_override_counts_in_its_region_only(world):
    for account in world.here.values():
        account.gateway_role = None
    override = ParameterOverride(accounts=(), regions=(WEST,), parameters={"Logging": "on"})

    (problem,) = world.check(
        template=switched_by_parameter(), parameters={"Logging": "off"}, overrides=(override,)
    ).problems

    assert f"in {WEST};" in problem.what


def many_instances(*, unhealthy=()):
    """A stack set with so many instances that nobody has looked up their stacks."""
    return a_stack_set(
        *(
            an_instance(a_key(region=one), status=InstanceStatus.OUTDATED)
            if one in unhealthy
            else an_instance(a_key(region=one))
            for one in (EAST, WEST)
        ),
        stacks_looked_up=False,
    )


def test_of_many_instances_the_healthy_are_not_asked_and_that_is_told(world):
    for account in world.here.values():
        account.gateway_role = None

    ready = world.check(many_instances(), template=logging_template())

    assert ready.problems == ()
    assert [one.split(" where ")[1] for one in ready.unchecked] == [
        "2 healthy stack instances stand; `stacksets plan --audit` does"
    ]


def test_a_single_healthy_instance_is_told_in_the_singular(world):
    ready = world.check(many_instances(unhealthy=(WEST,)), template=logging_template())

    assert [one.split(" where ")[1] for one in ready.unchecked] == [
        "1 healthy stack instance stands; `stacksets plan --audit` does"
    ]


def test_of_many_instances_those_that_are_not_healthy_are_asked(world):
    for account in world.here.values():
        account.gateway_role = None

    ready = world.check(many_instances(unhealthy=(WEST,)), template=logging_template())

    assert [one.what for one in ready.problems] == [
        f"API Gateway has no CloudWatch role in {WEST}; logging needs one"
    ]
    assert "1 healthy" in ready.unchecked[0]


def test_what_was_not_asked_is_not_told_where_the_template_has_nothing_to_ask_for(world):
    assert world.check(many_instances()) == READY


def test_a_template_that_cannot_be_resolved_is_found_though_every_instance_is_healthy(world):
    broken = a_template({"Resources": {"Topic": {"Type": "A::B::C", "Condition": "Missing"}}})

    ready = world.check(many_instances(), template=broken)

    assert [one.where for one in ready.problems] == ["t.json"]


def test_a_role_of_api_gateway_that_cannot_be_read_is_unchecked_once_an_account(world):
    for region in (EAST, WEST):
        world.here[region].api_gateway_role = refuse(PermissionDeniedError("no apigateway:GET"))

    assert world.check(template=logging_template()).unchecked == (
        (
            f"could not check API Gateway's CloudWatch role in {ACCOUNT} ({EAST}, {WEST}): "
            "no apigateway:GET"
        ),
    )


def a_function(reserved=None):
    properties = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    function = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return a_template({"Resources": {"Function": function}})


@pytest.mark.parametrize(
    ("reserved", "limit", "fits"),
    [
        (None, 10, True),
        (0, 10, True),
        (1, 10, False),
        (990, 1000, True),
        (991, 1000, False),
        ("20", 20, False),
        ({"Ref": "Known later"}, 10, True),
    ],
)
def test_reserved_concurrency_must_leave_what_lambda_keeps(world, reserved, limit, fits):
    world.here[EAST].concurrency = limit

    problems = world.check(template=a_function(reserved)).problems

    assert (not problems) is fits
    assert fits or problems[0].where == f"{ACCOUNT}/{EAST}"


def test_a_quota_that_cannot_be_read_is_unchecked(world):
    denied = PermissionDeniedError("no lambda:GetAccountSettings")
    world.here[WEST].lambda_concurrency = refuse(denied)

    assert world.check(template=a_function()) == Readiness(
        problems=(),
        unchecked=(
            f"could not check the Lambda quota in {ACCOUNT} ({WEST}): no lambda:GetAccountSettings",
        ),
    )


def test_a_template_without_functions_has_no_use_for_the_quota(world):
    world.here[WEST].lambda_concurrency = refuse(DENIED)

    assert world.check() == READY


def test_what_is_no_resource_is_no_reason_to_fail(world):
    assert world.check(template=a_template({"Resources": {"Odd": "text"}})) == READY


def test_a_value_that_the_bootstrap_is_left_without_is_told_and_refuses_nothing(world):
    content = {"Parameters": {"Zone": {"Type": "String", "Default": ""}}, "Resources": {}}
    bootstrap = replace(BOOTSTRAP, template=a_template(content))

    ready = world.check(
        template=a_template(content), parameters={"Zone": "Z1"}, bootstrap=bootstrap
    )

    assert ready.problems == ()
    (told,) = ready.unchecked
    assert told.startswith('Zone is "Z1" in [stack_set.parameters] and empty in [bootstrap')


def a_bootstrap(*names, **parameters):
    """A bootstrap whose template makes roles of these names, and one that AWS names."""
    roles = {
        f"Role{at}": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name}}
        for at, name in enumerate(names)
    }
    content = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {**roles, "Own": {"Type": "AWS::IAM::Role"}, **CONTENT["Resources"]},
    }
    return replace(BOOTSTRAP, template=a_template(content), parameters=parameters)


@pytest.mark.parametrize(
    ("bootstrap", "hint"),
    [
        (a_bootstrap({"Fn::Sub": "svc-${Stage}"}, "exec", Stage="dev"), "makes are svc-dev, exec:"),
        (a_bootstrap(Stage="dev"), "it makes none:"),
        (a_bootstrap({"Ref": "Stage"}, Stage="execution"), "`stacksets bootstrap`"),
        (a_bootstrap({"Ref": "Stage"}, Stage=KeptValue(fallback="")), "`stacksets bootstrap`"),
        (a_bootstrap({"Ref": "Stage"}), "`stacksets bootstrap`"),
        (a_bootstrap({"Fn::If": ["No", "a", "b"]}), "`stacksets bootstrap`"),
    ],
)
def test_a_bootstrap_is_not_named_for_a_role_that_it_does_not_make(world, bootstrap, hint):
    for account in world.here.values():
        account.roles.pop("execution", None)

    problems = world.check(bootstrap=bootstrap).problems

    [missing] = [one for one in problems if one.what == "no role execution"]
    assert hint in missing.hint
    assert ("`stacksets bootstrap`" in missing.hint) is (hint == "`stacksets bootstrap`")


def test_conditions_of_a_role_that_the_bootstrap_does_not_make_are_not_mended_by_it(world):
    elsewhere = {"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}}
    world.here[HOME].roles["administration"] = trust(SERVICE, condition=elsewhere)

    [problem] = world.check(bootstrap=a_bootstrap("execution")).problems

    assert problem.hint.startswith("t.json of [bootstrap] makes no role administration")
    assert "where the conditions stay" not in problem.hint
