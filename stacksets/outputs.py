"""The outputs of every stack instance: what could not be read is told, never shown as empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.errors import AwsError, CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.aws.door import Aws, Stack
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance, StackSet


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceOutputs:
    """The outputs and parameters of one stack instance, or why there are none.

    `problem` is None where the stack was read. `unreadable` tells a lack of access, which says
    nothing of the stack, from a stack that is not there.
    """

    key: InstanceKey
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    unreadable: bool = False


def read_outputs(
    aws: Aws, deployment: Deployment, observed: StackSet
) -> tuple[InstanceOutputs, ...]:
    """Read every stack instance that is there or should be, many at once, sorted by key.

    Raises:
        CredentialsError: the credentials stopped working, which no other instance would mend.
    """
    instances = {instance.key: instance for instance in observed.instances}
    keys = sorted({*instances, *deployment.instance_keys()})
    return ask_each(lambda key: _read_instance(aws, deployment, key, instances.get(key)), keys)


def _read_instance(
    aws: Aws, deployment: Deployment, key: InstanceKey, instance: StackInstance | None
) -> InstanceOutputs:
    if instance is None:
        return InstanceOutputs(key=key, problem="there is no stack instance yet")
    if instance.stack_id is None:
        return InstanceOutputs(key=key, problem=_without_stack(instance))
    try:
        account = aws.account(key.account, key.region, deployment.read_role_name)
        stack = account.find_stack(instance.stack_id)
    except CredentialsError:
        raise
    except AwsError as error:
        return InstanceOutputs(key=key, problem=error.message, unreadable=True)
    return InstanceOutputs(
        key=key,
        outputs=stack.outputs if stack else {},
        parameters=stack.parameters if stack else {},
        problem=_find_problem(stack),
    )


def _without_stack(instance: StackInstance) -> str:
    reason = f": {instance.status_reason}" if instance.status_reason else ""
    return f"the stack instance is {instance.status} and has no stack{reason}"


def _find_problem(stack: Stack | None) -> str | None:
    if stack is None or stack.is_deleted:
        return "its stack is gone"
    if not stack.outputs and not stack.status.endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE")):
        return f"its stack is {stack.status} and has no outputs"
    return None
