"""What AWS holds of a deployment's stack set, by describe and list calls only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.errors import AwsError

if TYPE_CHECKING:
    from stacksets.aws.door import Aws, StackSets
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet


def observe_stack_set(aws: Aws, deployment: Deployment, *, read_overrides: bool) -> StackSet | None:
    """Read the stack set, its instances and latest operations; None where there is no stack set.

    Each instance's stack is looked up by its ARN, since a stack that was deleted by hand leaves its
    instance CURRENT. Overrides take a call an instance and are read where the caller asks, or where
    the deployment has any.
    """
    stack_sets = aws.stack_sets(deployment.home_region)
    described = stack_sets.describe_stack_set(deployment.name)
    if described is None:
        return None
    deep = read_overrides or bool(deployment.overrides)
    # Before the instances: an operation that ends in between would leave rows of its middle, and
    # nothing that runs to explain them.
    operations = stack_sets.list_operations(deployment.name)
    return replace(
        described,
        instances=tuple(
            _look_closer(aws, stack_sets, deployment, one, read_overrides=deep)
            for one in stack_sets.list_instances(deployment.name)
        ),
        operations=operations,
    )


def _look_closer(
    aws: Aws,
    stack_sets: StackSets,
    deployment: Deployment,
    instance: StackInstance,
    *,
    read_overrides: bool,
) -> StackInstance:
    overrides = stack_sets.read_overrides(deployment.name, instance.key) if read_overrides else None
    return replace(
        instance, overrides=overrides, stack_exists=_stack_exists(aws, deployment, instance)
    )


def _stack_exists(aws: Aws, deployment: Deployment, instance: StackInstance) -> bool | None:
    """Tell whether the stack is there; None where there is none to look for, or no access."""
    if instance.stack_id is None:
        return None
    try:
        account = aws.account(instance.account, instance.region, deployment.read_role_name)
        stack = account.find_stack(instance.stack_id)
    except AwsError:
        return None
    return stack is not None and stack.status != "DELETE_COMPLETE"
