from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from stacksets.aws.door import RegionOptStatus, Stack, StackEvent
from stacksets.bootstrap import BootstrapChange, BootstrapResult, bootstrap
from stacksets.errors import (
    ConflictError,
    CredentialsError,
    InputError,
    NotReadyError,
    OperationFailedError,
    PermissionDeniedError,
    Problem,
    StackSetsError,
    StillRunningError,
    UnfitInputError,
)
from stacksets.model.desired import Bootstrap, DeploymentTargets, KeptValue, Region
from stacksets.model.outcome import RootCause, WrittenAt
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_template,
)
from tests.fakes import FakeAws, FakeClock
from tests.preflight_world import refuse

STACK = "boot-dev"
CONTENT = {
    "Parameters": {
        "Suffix": {"Type": "String"},
        "Author": {"Type": "String", "Default": "unknown"},
        "Secret": {"Type": "String", "Default": "x", "NoEcho": True},
        "AdminAccountId": {"Type": "String"},
        "HomeRegion": {"Type": "String"},
        "TargetAccountIds": {"Type": "CommaDelimitedList"},
        "TargetRegions": {"Type": "CommaDelimitedList"},
        "StackSetsPrincipals": {"Type": "CommaDelimitedList"},
        "GitHubRepository": {"Type": "String", "Default": ""},
        "GitHubOidcProvider": {"Type": "String"},
        "ApiGatewayAccountRole": {"Type": "String"},
    },
    "Conditions": {"IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "HomeRegion"}]}},
    "Resources": {
        "Execution": {
            "Type": "AWS::IAM::Role",
            "Condition": "IsHome",
            "Properties": {"RoleName": {"Fn::Sub": "execution-${Suffix}"}},
        },
        "Unnamed": {"Type": "AWS::IAM::Role"},
        "Account": {"Type": "AWS::ApiGateway::Account"},
    },
}
BOOTSTRAP = Bootstrap(
    stack_name=STACK,
    template=a_template(CONTENT),
    parameters={"Suffix": "dev", "Author": KeptValue(fallback="unknown")},
    tags={"Author": KeptValue(fallback="unknown"), "Team": "blue"},
)
SENT = {
    "AdminAccountId": ACCOUNT,
    "HomeRegion": HOME,
    "TargetAccountIds": ACCOUNT,
    "TargetRegions": EAST,
    "StackSetsPrincipals": "cloudformation.amazonaws.com",
    "GitHubOidcProvider": "leave",
    "ApiGatewayAccountRole": "create",
    "Suffix": "dev",
    "Author": "unknown",
}
TAGS = {"Author": "unknown", "Team": "blue"}
REPOSITORY = "example/service"
MILAN, HONG_KONG = Region("eu-south-1"), Region("ap-east-1")
OURS = {"GitHubOidcProvider": "create", "GitHubRepository": REPOSITORY}


@dataclass
class Account:
    """One account and region whose stack goes through the statuses that a test lays out.

    `statuses` are told one a look, the last of them for ever.
    """

    body: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    statuses: deque[str] = field(default_factory=deque)
    after_create: tuple[str, ...] = ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    after_update: tuple[str, ...] = ("UPDATE_COMPLETE",)
    after_delete: tuple[str, ...] = ("DELETE_COMPLETE",)
    nothing_to_update: bool = False
    gateway_role: str | None = None
    identity_providers: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    region_statuses: dict[Region, RegionOptStatus] | StackSetsError = field(default_factory=dict)
    events: tuple[StackEvent, ...] = ()
    calls: list[tuple] = field(default_factory=list)

    def find_stack(self, name_or_id):
        if not self.statuses:
            return None
        status = self.statuses.popleft() if len(self.statuses) > 1 else self.statuses[0]
        if status == "GONE" or (status == "DELETE_COMPLETE" and name_or_id == STACK):
            return None
        return Stack(
            id=f"arn:{STACK}",
            name=STACK,
            status=status,
            status_reason="it is stuck",
            outputs={},
            parameters=self.parameters,
            tags=self.tags,
        )

    def read_template(self, name_or_id):
        return self.body

    def list_region_statuses(self):
        if isinstance(self.region_statuses, StackSetsError):
            raise self.region_statuses
        return self.region_statuses

    def list_failures(self, stack_id):
        return ()

    def list_events(self, stack_id):
        return self.events

    def create_stack(self, name, body, *, parameters, tags, capabilities):
        self.calls.append(("create", parameters, tags, capabilities))
        self._hold(body, parameters, tags, self.after_create)
        return f"arn:{name}"

    def update_stack(self, name, body, *, parameters, tags, capabilities):
        self.calls.append(("update", parameters, tags, capabilities))
        if self.nothing_to_update:
            return False
        self._hold(body, parameters, tags, self.after_update)
        return True

    def delete_stack(self, name):
        self.calls.append(("delete",))
        self.statuses = deque(self.after_delete)

    def has_role(self, name):
        return name in self.roles

    def has_identity_provider(self, host):
        self.calls.append(("has_identity_provider",))
        return host in self.identity_providers

    def api_gateway_role(self):
        return self.gateway_role

    def _hold(self, body, parameters, tags, statuses):
        self.body, self.parameters, self.tags = body, dict(parameters), dict(tags)
        self.statuses = deque(statuses)


def as_deployed(**changes):
    """An account whose stack is as a bootstrap left it."""
    values = {
        "body": json.dumps(CONTENT, indent=2),
        "parameters": SENT | {"Secret": "****"},
        "tags": dict(TAGS),
        "statuses": deque(["CREATE_COMPLETE"]),
    }
    return Account(**(values | changes))


def to(*regions):
    return (DeploymentTargets(accounts=(ACCOUNT,), regions=regions),)


class World:
    """The caller's account in all its regions, and what a bootstrap does there."""

    def __init__(self):
        self.aws = FakeAws()
        self.clock = FakeClock()
        self.told: list[str] = []
        self.home, self.east, self.west = Account(), Account(), Account()
        for region, account in ((HOME, self.home), (EAST, self.east), (WEST, self.west)):
            self.put(region, account)

    def put(self, region, account):
        self.aws.accounts[a_key(region=region)] = account
        return account

    def bootstrap(self, **changes):
        deployment = a_deployment(**({"bootstrap": BOOTSTRAP} | changes))
        return bootstrap(deployment, self.aws, self.aws.identity(), self.clock, self.told.append)

    def bring_about(self, account, **changes):
        """Bootstrap east only, and give what was done there."""
        self.put(EAST, account)
        self.put(HOME, as_deployed(parameters=SENT | {"ApiGatewayAccountRole": "leave"}))
        targets = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST,)),)
        home, east = self.bootstrap(targets=targets, **changes)
        assert home.change is BootstrapChange.UNCHANGED
        return east.change


@pytest.fixture
def world():
    return World()


def test_the_home_region_comes_first_then_each_target_region_of_the_account(world):
    assert world.bootstrap() == tuple(
        BootstrapResult(key=a_key(region=region), stack_name=STACK, change=BootstrapChange.CREATED)
        for region in (HOME, EAST, WEST)
    )
    assert world.told == [
        f"{ACCOUNT}/{region}: creating stack {STACK}" for region in (HOME, EAST, WEST)
    ]


def test_a_home_region_that_is_a_target_as_well_is_brought_about_once(world):
    targets = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, HOME)),)

    assert [one.key.region for one in world.bootstrap(targets=targets)] == [HOME, EAST]


def test_the_regions_of_other_accounts_are_not_ours_to_bootstrap(world):
    targets = (
        DeploymentTargets(accounts=(OTHER_ACCOUNT,), regions=(WEST,)),
        DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST,)),
    )

    assert [one.key for one in world.bootstrap(targets=targets)] == [
        a_key(region=HOME),
        a_key(region=EAST),
    ]


def test_an_administrator_that_is_no_target_gets_the_home_region_alone(world):
    targets = (DeploymentTargets(accounts=(OTHER_ACCOUNT,), regions=(WEST,)),)

    assert [one.key for one in world.bootstrap(targets=targets)] == [a_key(region=HOME)]


def test_an_account_that_the_file_does_not_name_is_refused(world):
    targets = (DeploymentTargets(accounts=(OTHER_ACCOUNT,), regions=(WEST,)),)

    with pytest.raises(InputError, match="neither the administrator account nor a target"):
        world.bootstrap(targets=targets, admin_account=OTHER_ACCOUNT)


def test_a_target_bootstraps_itself_for_the_administrator(world):
    world.bootstrap(admin_account=OTHER_ACCOUNT)

    assert world.home.parameters["AdminAccountId"] == OTHER_ACCOUNT


def test_a_file_without_a_bootstrap_is_told_so(world):
    with pytest.raises(InputError, match=r"has no \[bootstrap\]"):
        world.bootstrap(bootstrap=None)


def test_the_template_gets_the_files_values_and_those_that_only_we_know(world):
    world.bootstrap()

    capabilities = ("CAPABILITY_NAMED_IAM",)
    sent = SENT | {"TargetRegions": f"{EAST},{WEST}"}
    assert world.east.calls == [("create", sent, TAGS, capabilities)]


def test_a_file_may_say_what_we_would_have_known(world):
    given = {"Suffix": "dev", "ApiGatewayAccountRole": "leave"}
    world.bootstrap(bootstrap=replace(BOOTSTRAP, parameters=given))

    assert world.east.parameters["ApiGatewayAccountRole"] == "leave"


def test_a_template_without_our_parameters_does_not_get_them(world):
    plain = a_template({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    world.bootstrap(bootstrap=replace(BOOTSTRAP, template=plain, parameters={}))

    assert world.east.parameters == {}


def test_all_target_accounts_are_named_for_the_administration_role(world):
    both = (DeploymentTargets(accounts=(OTHER_ACCOUNT, ACCOUNT), regions=(EAST,)),)
    world.bootstrap(targets=both)

    assert world.home.parameters["TargetAccountIds"] == f"{ACCOUNT},{OTHER_ACCOUNT}"


def test_regions_that_accounts_opt_into_are_named_with_cloudformations_names_there(world):
    for region in (MILAN, HONG_KONG):
        world.put(region, Account())
    world.home.region_statuses = dict.fromkeys((MILAN, HONG_KONG), RegionOptStatus.ENABLED)
    world.bootstrap(targets=to(MILAN, EAST, HONG_KONG))

    assert world.home.parameters["TargetRegions"] == "ap-east-1,eu-south-1,us-east-1"
    assert world.home.parameters["StackSetsPrincipals"] == (
        "cloudformation.amazonaws.com,cloudformation.ap-east-1.amazonaws.com,"
        "cloudformation.eu-south-1.amazonaws.com"
    )


def test_githubs_provider_is_not_asked_for_where_no_repository_is_named(world):
    world.bootstrap()

    for account in (world.home, world.east):
        assert account.parameters["GitHubOidcProvider"] == "leave"
        assert [name for name, *_ in account.calls] == ["create"]


def named(**more):
    return replace(BOOTSTRAP, parameters={"Suffix": "dev", "GitHubRepository": REPOSITORY, **more})


@pytest.mark.parametrize(
    ("there", "expected"), [((), "create"), (("token.actions.githubusercontent.com",), "leave")]
)
def test_githubs_provider_is_made_once_an_account_in_the_admins_home(world, there, expected):
    world.home.identity_providers = world.east.identity_providers = there
    world.bootstrap(bootstrap=named())

    assert world.home.parameters["GitHubOidcProvider"] == expected
    assert world.east.parameters["GitHubOidcProvider"] == "leave"
    assert ("has_identity_provider",) not in world.east.calls


def test_another_account_than_the_admins_trusts_no_github(world):
    world.bootstrap(bootstrap=named(), admin_account=OTHER_ACCOUNT)

    assert world.home.parameters["GitHubOidcProvider"] == "leave"
    assert ("has_identity_provider",) not in world.home.calls


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (OURS, "create"),
        (OURS | {"GitHubOidcProvider": "leave"}, "leave"),
        # "create" came of nothing while no repository was named.
        (OURS | {"GitHubRepository": ""}, "leave"),
    ],
)
def test_the_provider_that_our_own_stack_made_stays_in_its_care(world, before, expected):
    account = as_deployed(
        parameters=SENT | before, identity_providers=("token.actions.githubusercontent.com",)
    )
    world.put(HOME, account)
    world.bootstrap(bootstrap=named())

    assert account.parameters["GitHubOidcProvider"] == expected


@pytest.mark.parametrize(("role", "expected"), [(None, "create"), ("arn:theirs", "leave")])
def test_the_role_of_api_gateway_is_made_only_where_there_is_none(world, role, expected):
    world.bring_about(account := Account(gateway_role=role))

    assert account.parameters["ApiGatewayAccountRole"] == expected


def test_a_home_region_without_an_api_needs_no_role_of_api_gateway(world):
    world.bootstrap()

    assert world.home.parameters["ApiGatewayAccountRole"] == "leave"


def test_the_role_that_our_own_stack_made_stays_in_its_care(world):
    account = as_deployed(gateway_role="arn:ours", body="{}")
    world.bring_about(account)

    assert account.parameters["ApiGatewayAccountRole"] == "create"


def test_a_stack_of_ours_that_left_the_role_alone_goes_on_doing_so(world):
    left = SENT | {"ApiGatewayAccountRole": "leave"}
    account = as_deployed(gateway_role="arn:theirs", parameters=left)

    assert world.bring_about(account) is BootstrapChange.UNCHANGED


def test_a_stack_that_is_as_it_should_be_is_left_alone(world):
    account = as_deployed()

    assert world.bring_about(account) is BootstrapChange.UNCHANGED
    assert account.calls == []
    assert world.told == []


@pytest.mark.parametrize(
    "changes",
    [
        {"body": json.dumps({**CONTENT, "Description": "older"})},
        {"parameters": SENT | {"Suffix": "older"}},
        {"tags": TAGS | {"Team": "red"}},
        {"tags": {}},
    ],
    ids=["template", "parameter", "tag", "no tags"],
)
def test_a_stack_that_differs_is_updated(world, changes):
    account = as_deployed(**changes)

    assert world.bring_about(account) is BootstrapChange.UPDATED
    assert world.told == [f"{ACCOUNT}/{EAST}: updating stack {STACK}"]
    assert (account.parameters, account.tags) == (SENT, TAGS)


def test_a_kept_value_stays_what_the_stack_has(world):
    theirs = {"parameters": SENT | {"Author": "ann"}, "tags": TAGS | {"Author": "ann"}}

    assert world.bring_about(as_deployed(**theirs)) is BootstrapChange.UNCHANGED


def test_another_author_alone_is_no_difference(world):
    wanted = replace(BOOTSTRAP, parameters={"Suffix": "dev", "Author": "bob"}, tags=TAGS)

    changed = world.bring_about(
        as_deployed(), bootstrap=wanted, informational=frozenset({"Author"})
    )

    assert changed is BootstrapChange.UNCHANGED


def test_an_update_in_which_aws_finds_nothing_is_no_change(world):
    account = as_deployed(body="{}", nothing_to_update=True)

    assert world.bring_about(account) is BootstrapChange.UNCHANGED


def test_a_stack_at_work_is_waited_for_before_it_is_judged(world):
    account = as_deployed(statuses=deque(["UPDATE_IN_PROGRESS"] * 3 + ["UPDATE_COMPLETE"]))

    assert world.bring_about(account) is BootstrapChange.UNCHANGED
    assert world.clock.slept


def test_a_stack_that_goes_away_while_it_is_waited_for_is_created(world):
    going = ["DELETE_IN_PROGRESS"] * 3
    account = as_deployed(statuses=deque([*going, "DELETE_COMPLETE"]))

    assert world.bring_about(account) is BootstrapChange.CREATED
    assert world.clock.slept


@pytest.mark.parametrize(
    "status", ["CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"]
)
def test_a_stack_that_never_worked_is_deleted_and_created_again(world, status):
    account = as_deployed(statuses=deque([status]), after_delete=("DELETE_IN_PROGRESS", "GONE"))

    assert world.bring_about(account) is BootstrapChange.CREATED
    assert [call[0] for call in account.calls] == ["delete", "create"]
    assert world.told[0] == f"{ACCOUNT}/{EAST}: deleting what is left of stack {STACK}"


@pytest.mark.parametrize("status", ["DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_is_stuck_is_for_a_person_to_mend(world, status):
    account = as_deployed(statuses=deque([status]))

    with pytest.raises(ConflictError, match=f"{status}: it is stuck"):
        world.bring_about(account)
    assert account.calls == []


def test_a_role_of_the_name_from_elsewhere_is_never_taken_over(world):
    world.home.roles = frozenset({"execution-dev"})

    with pytest.raises(ConflictError, match=f"execution-dev already, and not from stack {STACK}"):
        world.bootstrap()
    assert world.home.calls == []


def test_roles_that_this_region_does_not_make_are_not_looked_for(world):
    world.east.roles = frozenset({"execution-dev"})

    assert [one.change for one in world.bootstrap()] == [BootstrapChange.CREATED] * 3


def failing(logical_id, reason):
    return StackEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id=logical_id,
        physical_id="x",
        resource_type="AWS::IAM::Role",
        status="CREATE_FAILED",
        reason=reason,
    )


def test_a_creation_that_fails_is_told_with_its_first_failure(world):
    account = Account(
        after_create=("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"),
        events=(failing("Execution", "quota"), failing("Unnamed", "later")),
    )

    with pytest.raises(OperationFailedError, match="is ROLLBACK_COMPLETE, not CREATE") as caught:
        world.bring_about(account)
    assert caught.value.root_causes == (
        RootCause(
            account=ACCOUNT,
            region=EAST,
            reason="quota",
            logical_id="Execution",
            resource_type="AWS::IAM::Role",
            stack_id=f"arn:{STACK}",
            source=WrittenAt(path="t.json", line=1),
        ),
    )


def test_an_update_that_fails_without_an_event_is_told_as_that(world):
    account = as_deployed(body="{}", after_update=("UPDATE_ROLLBACK_COMPLETE",))

    with pytest.raises(OperationFailedError, match="is UPDATE_ROLLBACK_COMPLETE") as caught:
        world.bring_about(account)
    assert [one.reason for one in caught.value.root_causes] == ["AWS gives no reason"]


def test_a_stack_that_vanishes_while_it_is_made_is_a_failure(world):
    with pytest.raises(OperationFailedError, match="is gone, not CREATE_COMPLETE"):
        world.bring_about(Account(after_create=("CREATE_IN_PROGRESS", "GONE")))


def test_a_stack_that_does_not_end_is_not_waited_for_without_end(world):
    with pytest.raises(StillRunningError, match="after 30 minutes"):
        world.bring_about(Account(after_create=("CREATE_IN_PROGRESS",)))
    assert 1800 <= world.clock.seconds < 1830


def test_a_template_or_value_that_cloudformation_would_refuse_is_told_before_anything_is_made(
    world,
):
    declared = {
        "Level": {"Type": "String", "AllowedValues": ["on"]},
        "Secret": {"Type": "String", "NoEcho": "true", "MinLength": 8},
        "Missing": {"Type": "String"},
        "Given": {"Type": "String", "Default": "x"},
    }
    content = {
        "Parameters": declared,
        "Resources": {},
        "Outputs": {f"O{number}": {"Value": "x"} for number in range(201)},
    }
    wanted = replace(
        BOOTSTRAP,
        template=a_template(content),
        parameters={"Level": "maybe", "Secret": "short"},
    )

    with pytest.raises(UnfitInputError, match="Not ready, nothing was changed") as caught:
        world.bootstrap(bootstrap=wanted)

    assert [(one.where, one.what) for one in caught.value.problems] == [
        ("t.json", "201 Outputs, AWS takes at most 200"),
        ("[bootstrap.parameters] Level", '"maybe" is none of on'),
        (
            "[bootstrap.parameters] Secret",
            "its value has 5 characters, at least 8 are asked for",
        ),
        ("[bootstrap.parameters] Missing", "needs a value and has no default"),
    ]
    assert [world.home.calls, world.east.calls, world.told] == [[], [], []]


def test_a_value_that_comes_of_too_many_targets_is_told_before_anything_is_made(world):
    accounts = tuple(f"{number:012}" for number in range(400))

    with pytest.raises(UnfitInputError) as caught:
        world.bootstrap(targets=(DeploymentTargets(accounts=accounts, regions=(EAST,)),))

    [problem] = caught.value.problems
    assert problem.where == "[bootstrap.parameters] TargetAccountIds"
    assert "has 5,199 bytes, CloudFormation takes at most 4,096" in problem.what
    assert [world.home.calls, world.told] == [[], []]


def test_a_value_that_only_a_later_region_would_refuse_is_told_before_the_first_is_changed(world):
    role = {"Type": "String", "AllowedValues": ["leave"]}
    content = CONTENT | {"Parameters": CONTENT["Parameters"] | {"ApiGatewayAccountRole": role}}

    with pytest.raises(UnfitInputError) as caught:
        world.bootstrap(bootstrap=replace(BOOTSTRAP, template=a_template(content)))

    assert [str(one) for one in caught.value.problems] == [
        '[bootstrap.parameters] ApiGatewayAccountRole: "create" is none of leave'
    ]
    assert [world.home.calls, world.told] == [[], []]


@pytest.mark.parametrize("statuses", [{}, {MILAN: RegionOptStatus.DISABLED}])
def test_a_region_that_is_not_enabled_is_told_before_anything_is_changed(world, statuses):
    milan = world.put(MILAN, Account())
    milan.find_stack = refuse(CredentialsError("AWS does not accept these credentials"))
    world.home.region_statuses = statuses

    with pytest.raises(NotReadyError, match="nothing was changed") as caught:
        world.bootstrap(targets=to(EAST, MILAN))

    assert not isinstance(caught.value, UnfitInputError)
    assert caught.value.problems == (
        Problem(
            where=f"account {ACCOUNT}",
            what="region eu-south-1 is not enabled",
            hint="`aws account enable-region --region-name eu-south-1`, and wait until it is "
            "ENABLED",
        ),
    )
    assert [world.home.calls, world.east.calls, world.told] == [[], [], []]


def test_what_is_wrong_with_regions_and_with_values_is_told_at_once(world):
    wanted = replace(BOOTSTRAP, parameters={})

    with pytest.raises(NotReadyError) as caught:
        world.bootstrap(targets=to(EAST, MILAN), bootstrap=wanted)

    assert not isinstance(caught.value, UnfitInputError)
    assert [one.what for one in caught.value.problems] == [
        "region eu-south-1 is not enabled",
        "needs a value and has no default",
    ]


def test_where_nobody_may_say_whether_a_region_is_enabled_the_bootstrap_goes_on(world):
    world.home.region_statuses = PermissionDeniedError("no account:ListRegions")
    world.put(MILAN, Account())

    assert len(world.bootstrap(targets=to(MILAN))) == 2
    assert world.told[0] == ("could not check that eu-south-1 is enabled: no account:ListRegions")


def test_credentials_that_are_refused_end_the_bootstrap(world):
    world.home.region_statuses = CredentialsError("expired")

    with pytest.raises(CredentialsError):
        world.bootstrap(targets=to(MILAN))


def test_no_account_is_asked_for_regions_that_everybody_has(world):
    world.home.region_statuses = CredentialsError("was asked")

    assert len(world.bootstrap()) == 3


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"targets": to(EAST, "us-wset-1")}, "[[targets]] regions"),
        ({"home_region": Region("us-wset-1")}, "home_region"),
    ],
)
def test_a_region_that_there_is_not_is_told_before_anything_is_changed(world, changes, where):
    with pytest.raises(UnfitInputError) as caught:
        world.bootstrap(**changes)

    assert [str(one) for one in caught.value.problems] == [
        (
            f'{where}: "us-wset-1" is no region that botocore knows (did you mean "us-west-1"? '
            "A brand-new region needs a newer botocore)"
        )
    ]
    assert [world.home.calls, world.east.calls, world.told] == [[], [], []]


def test_a_value_that_the_stacks_have_and_the_bootstrap_has_not_is_told_before_any_change(world):
    repository = {"GitHubRepository": {"Type": "String", "Default": ""}}
    world.bootstrap(
        template=a_template({"Parameters": repository, "Resources": {}}),
        parameters={"GitHubRepository": REPOSITORY},
    )

    assert world.told[0].startswith(
        f'GitHubRepository is "{REPOSITORY}" in [stack_set.parameters] and empty in [bootstrap'
    )
    assert world.told[1] == f"{ACCOUNT}/{HOME}: creating stack {STACK}"
