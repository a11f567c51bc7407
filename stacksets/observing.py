"""What AWS holds of a deployment's stack set, by describe and list calls only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.errors import AwsError
from stacksets.last_changes import pass_over_detections
from stacksets.masked import mask_again
from stacksets.model.desired import PermissionModel
from stacksets.model.layers import OverrideLayers
from stacksets.model.observed import Refusal
from stacksets.parameter_values import declared_parameters
from stacksets.template import parse_template
from stacksets.traffic import without_traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet

MANY = 100
"""From so many stack instances on, what takes a call an instance is asked for an audit only: a page
of instances is a call, and so are the overrides and the stack of every single one."""


def observe_stack_set(
    aws: Aws,
    deployment: Deployment,
    *,
    audit: bool = False,
    overrides: bool = True,
    before: StackSet | None = None,
) -> StackSet | None:
    """Read the stack set, its instances and latest operations; None where there is no stack set.

    Two things take a call an instance, are asked of many instances at once, and of fewer than
    `MANY` always: the overrides, since one that no file names would stay unseen, and the stack by
    its ARN, since one that was deleted by hand leaves its instance CURRENT. Of more the overrides
    are read where the deployment has any, or a traffic parameter, or where its template does
    without a parameter that the deployed one has. An `audit` asks both in any case.

    Args:
        aws: the way to AWS.
        deployment: which stack set, and whether it has overrides.
        audit: ask everything, however many instances there are.
        overrides: False where nobody will look at them.
        before: what was observed before. Only an operation changes overrides, so an instance that
            had those of the file is not asked again while its last operation is the same.
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    described = stack_sets.describe_stack_set(deployment.name)
    if described is None:
        return None
    # Before the instances: an operation that ends in between would leave rows of its middle, and
    # nothing that runs to explain them.
    operations = stack_sets.list_operations(deployment.name)
    listed = stack_sets.list_instances(deployment.name)
    instances = pass_over_detections(stack_sets, deployment.name, listed, operations)
    looks_up = audit or len(instances) < MANY
    if overrides and (looks_up or _may_override(deployment, described)):
        instances = _with_overrides(aws, deployment, instances, before)
    if looks_up:
        instances = _with_stacks(aws, deployment, instances, described.tags)
    read = replace(
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
    return mask_again(aws, read)


def reads_overrides(deployment: Deployment, observed: StackSet) -> bool:
    """Tell whether a plan reads the overrides without an audit: of few, or if it may be of them."""
    return len(observed.instances) < MANY or _may_override(deployment, observed)


def _may_override(deployment: Deployment, described: StackSet) -> bool:
    """Tell whether a plan is likely to be about overrides."""
    there = declared_parameters(parse_template(described.template_body))
    lost = there.keys() - declared_parameters(deployment.template.content).keys()
    return bool(deployment.overrides or deployment.traffic or lost)


def _with_overrides(
    aws: Aws,
    deployment: Deployment,
    instances: Iterable[StackInstance],
    before: StackSet | None,
) -> tuple[StackInstance, ...]:
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    layers = OverrideLayers(deployment.overrides)
    known = {(one.key, one.last_operation_id): one for one in before.instances} if before else {}

    def read(instance: StackInstance) -> StackInstance:
        same = known.get((instance.key, instance.last_operation_id))
        there = same and without_traffic(deployment.traffic, same.overrides)
        if same and there == layers.values_at(instance.key):
            return replace(instance, overrides=same.overrides)
        overrides = stack_sets.read_overrides(deployment.name, instance.key)
        return replace(instance, overrides=overrides)

    return ask_each(read, instances)


def _with_stacks(
    aws: Aws,
    deployment: Deployment,
    instances: Iterable[StackInstance],
    tags: Mapping[str, str],
) -> tuple[StackInstance, ...]:
    return ask_each(lambda instance: _look_up(aws, deployment, instance, tags), instances)


def _look_up(
    aws: Aws, deployment: Deployment, instance: StackInstance, tags: Mapping[str, str]
) -> StackInstance:
    """Add whether the stack is there, or why nobody can tell; nothing where none is known.

    Of the stack set's `tags` it adds those that the stack has not: an update of some stack
    instances alone leaves the others CURRENT (API reference, UpdateStackSet).
    """
    if instance.stack_id is None:
        return instance
    try:
        account = aws.account(instance.account, instance.region, deployment.read_role_name)
        stack = account.find_stack(instance.stack_id)
    except AwsError as error:
        refusal = Refusal(why=error.message, hint=error.hint)
        return replace(instance, stack_exists=None, unread=refusal)
    if stack is None or stack.is_deleted:
        return replace(instance, stack_exists=False)
    lacking = [name for name, value in tags.items() if stack.tags.get(name) != value]
    return replace(instance, stack_exists=True, lacking_tags=tuple(sorted(lacking)))
