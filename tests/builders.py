"""Valid nouns by default: a test names only what it is about."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from stacksets.model.desired import (
    AccountId,
    Deployment,
    DeploymentTargets,
    InstanceKey,
    OperationId,
    Region,
    Template,
)
from stacksets.model.diagnosis import Diagnosis
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    Operation,
    OperationAction,
    OperationResult,
    OperationStatus,
    PropertyDrift,
    ResourceDrift,
    ResultStatus,
    StackInstance,
    StackSet,
    StackToImport,
)
from stacksets.retries import DEPLOYS

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = AccountId("111111111111")
OTHER_ACCOUNT = AccountId("222222222222")
EAST = Region("us-east-1")
WEST = Region("us-west-1")
HOME = Region("us-west-2")
NAME = "greeting-dev"
CONTENT: Mapping[str, object] = {
    "Parameters": {"Suffix": {"Type": "String", "Default": "dev"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}


def a_key(account: str = ACCOUNT, region: str = EAST) -> InstanceKey:
    return InstanceKey(AccountId(account), Region(region))


def a_template(content: Mapping[str, object] | None = None, *, path: str = "t.json") -> Template:
    said = CONTENT if content is None else content
    body = json.dumps(said)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Template(path=path, body=body, sha256=digest, content=said)


def targets(*pairs: tuple[str, str]) -> tuple[DeploymentTargets, ...]:
    """Name exact pairs: a group each."""
    return tuple(
        DeploymentTargets(accounts=(AccountId(account),), regions=(Region(region),))
        for account, region in pairs
    )


def a_deployment(**changes) -> Deployment:
    values = {
        "path": "stacksets.toml",
        "sha256": "0" * 64,
        "environment": "dev",
        "environment_source": "default",
        "name": NAME,
        "template": a_template(),
        "home_region": HOME,
        "targets": (DeploymentTargets(accounts=(ACCOUNT,), regions=(WEST, EAST)),),
        "admin_account": ACCOUNT,
        "administration_role_arn": f"arn:aws:iam::{ACCOUNT}:role/administration",
        "execution_role_name": "execution",
    }
    return Deployment(**(values | changes))


def an_instance(key: InstanceKey | None = None, **changes) -> StackInstance:
    where = key or a_key()
    values = {
        "account": where.account,
        "region": where.region,
        "status": InstanceStatus.CURRENT,
        "detailed_status": DetailedStatus.SUCCEEDED,
        "stack_id": (
            f"arn:aws:cloudformation:{where.region}:{where.account}:stack/StackSet-{NAME}-1/1"
        ),
        "last_operation_id": OperationId("op-1"),
        "stack_exists": True,
    }
    return StackInstance(**(values | changes))


def a_stack_set(*instances: StackInstance, **changes) -> StackSet:
    """A stack set as `a_deployment` would have left it."""
    values = {
        "name": NAME,
        "id": f"{NAME}:0001",
        "arn": f"arn:aws:cloudformation:{HOME}:{ACCOUNT}:stackset/{NAME}:0001",
        "template_body": json.dumps(CONTENT),
        "parameters": {"Suffix": "dev"},
        "administration_role_arn": f"arn:aws:iam::{ACCOUNT}:role/administration",
        "execution_role_name": "execution",
        "instances": tuple(sorted(instances, key=lambda one: one.key)),
    }
    return StackSet(**(values | changes))


def a_stack_id(key: InstanceKey | None = None, name: str = "mine") -> str:
    where = key or a_key()
    return f"arn:aws:cloudformation:{where.region}:{where.account}:stack/{name}/1"


def a_stack_to_import(
    key: InstanceKey | None = None, name: str = "mine", **changes
) -> StackToImport:
    """A stack as `a_deployment` would take it into its stack set."""
    where = key or a_key()
    values = {
        "id": a_stack_id(where, name),
        "key": where,
        "status": "CREATE_COMPLETE",
        "template": CONTENT,
        "parameters": {"Suffix": "dev"},
    }
    return StackToImport(**(values | changes))


def an_operation(**changes) -> Operation:
    values = {
        "id": OperationId("op-1"),
        "action": OperationAction.CREATE,
        "status": OperationStatus.SUCCEEDED,
    }
    return Operation(**(values | changes))


def a_result(key: InstanceKey | None = None, **changes) -> OperationResult:
    where = key or a_key()
    values = {
        "account": where.account,
        "region": where.region,
        "status": ResultStatus.SUCCEEDED,
    }
    return OperationResult(**(values | changes))


def a_diagnosis(**changes) -> Diagnosis:
    """Nothing wrong, and everything told."""
    values = {
        "operation": None,
        "causes": (),
        "not_attempted": (),
        "missing": (),
        "moving": (),
        "unread": (),
        "stacks_looked_up": True,
        "retry": DEPLOYS,
    }
    return Diagnosis(**(values | changes))


def a_property_drift(**changes) -> PropertyDrift:
    values = {"path": "/DisplayName", "kind": "NOT_EQUAL", "expected": "hello", "actual": "bye"}
    return PropertyDrift(**(values | changes))


def a_resource_drift(*properties: PropertyDrift, **changes) -> ResourceDrift:
    values = {
        "logical_id": "Topic",
        "physical_id": f"arn:aws:sns:{EAST}:{ACCOUNT}:greeting",
        "resource_type": "AWS::SNS::Topic",
        "kind": "MODIFIED",
        "properties": properties or (a_property_drift(),),
    }
    return ResourceDrift(**(values | changes))
