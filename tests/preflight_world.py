"""An account in which everything is as a deploy needs it, for tests of the pre-flight."""

from __future__ import annotations

from stacksets.aws.door import TemplateSummary
from stacksets.errors import PermissionDeniedError
from stacksets.model.desired import Bootstrap, Region
from stacksets.preflight import Readiness, check_ready
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
)
from tests.fakes import FakeAccount, FakeAws
from tests.roles import ready_roles

EUROPE = Region("eu-west-1")
ROLES = {
    name: {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name}}
    for name in ("administration", "execution")
}
BOOTSTRAP = Bootstrap(
    stack_name="boot", template=a_template({"Resources": ROLES}), parameters={}, tags={}
)
DENIED = PermissionDeniedError("no iam:GetRole")


def logging_template(condition=None):
    """A template whose stage asks for access logs, under a condition if one is given."""
    stage = {"Type": "AWS::ApiGateway::Stage", "Properties": {"AccessLogSetting": {"Format": "$"}}}
    if condition:
        stage["Condition"] = "Logging"
    content = {"Resources": {"Stage": stage}, "Conditions": {"Logging": condition or {}}}
    if not condition:
        del content["Conditions"]
    return a_template(content)


def refuse(error):
    def call(*_, **__):
        raise error

    return call


class OneHome:
    """A home region that holds the given stack sets, and says what it says of a template."""

    def __init__(self, names, summary):
        self.names, self.summary = names, summary

    def describe_stack_set(self, name):
        if isinstance(self.names, Exception):
            raise self.names
        return a_stack_set() if name in self.names else None

    def summarize_template(self, body):
        if isinstance(self.summary, Exception):
            raise self.summary
        return self.summary


class World(FakeAws):
    """An account in which everything is as a deploy of two regions needs it."""

    def __init__(self):
        super().__init__()
        self.summary = TemplateSummary(capabilities=(), capabilities_reason="", no_echo=frozenset())
        self.homes: dict[Region, object] = {}
        self.here = {region: self.ready_account(region) for region in (HOME, EAST, WEST)}

    def ready_account(self, region, account=ACCOUNT):
        ready = FakeAccount(roles=ready_roles(), gateway_role="arn:logs")
        self.accounts[a_key(account, region)] = ready
        return ready

    def stack_sets(self, home_region, call_as):
        return OneHome(self.homes.get(home_region, ()), self.summary)

    def check(self, observed=None, *, other_regions=(), **changes):
        deployment = a_deployment(**({"bootstrap": BOOTSTRAP} | changes))
        return check_ready(deployment, self, self.identity(), observed, other_regions=other_regions)


READY = Readiness(problems=(), unchecked=())
