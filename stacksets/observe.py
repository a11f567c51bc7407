"""What AWS holds of a deployment's stack set, by describe and list calls only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.errors import AwsError
from stacksets.model.desired import PermissionModel
from stacksets.model.observed import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet

MANY = 100
"""From so many stack instances on their stacks are looked up for an audit only: a page of instances
is a call, and so is every single stack, in its own account and region."""


def observe_stack_set(aws: Aws, deployment: Deployment, *, audit: bool = False) -> StackSet | None:
    """Read the stack set, its instances and latest operations; None where there is no stack set.

    Two things take a call an instance, and are asked of many instances at once. Overrides are read
    where the deployment has any. The stack of each instance is looked up by its ARN while there are
    fewer than `MANY`, since a stack that was deleted by hand leaves its instance CURRENT. An
    `audit` does both in any case.
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    described = stack_sets.describe_stack_set(deployment.name)
    if described is None:
        return None
    # Before the instances: an operation that ends in between would leave rows of its middle, and
    # nothing that runs to explain them.
    operations = stack_sets.list_operations(deployment.name)
    instances = stack_sets.list_instances(deployment.name)
    looks_up = audit or len(instances) < MANY
    if audit or deployment.overrides:
        instances = _with_overrides(aws, deployment, instances)
    if looks_up:
        instances = _with_stacks(aws, deployment, instances)
    return replace(
        described,
        instances=instances,
        stacks_looked_up=looks_up,
        operations=operations,
        auto_deployment_targets=(
            stack_sets.list_auto_deployment_targets(deployment.name)
            if described.permission_model is PermissionModel.SERVICE_MANAGED
            else ()
        ),
    )


def _with_overrides(
    aws: Aws, deployment: Deployment, instances: Iterable[StackInstance]
) -> tuple[StackInstance, ...]:
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)

    def read(instance: StackInstance) -> StackInstance:
        overrides = stack_sets.read_overrides(deployment.name, instance.key)
        return replace(instance, overrides=overrides)

    return ask_each(read, instances)


def _with_stacks(
    aws: Aws, deployment: Deployment, instances: Iterable[StackInstance]
) -> tuple[StackInstance, ...]:
    return ask_each(lambda instance: _look_up(aws, deployment, instance), instances)


def _look_up(aws: Aws, deployment: Deployment, instance: StackInstance) -> StackInstance:
    """Add whether the stack is there, or why nobody can tell; nothing where none is known."""
    if instance.stack_id is None:
        return instance
    try:
        account = aws.account(instance.account, instance.region, deployment.read_role_name)
        stack = account.find_stack(instance.stack_id)
    except AwsError as error:
        refusal = Refusal(why=error.message, hint=error.hint)
        return replace(instance, stack_exists=None, unread=refusal)
    exists = stack is not None and stack.status != "DELETE_COMPLETE"
    return replace(instance, stack_exists=exists)
