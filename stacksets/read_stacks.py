"""The stacks that are to be imported, read in their own accounts and regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.aws.instance_stacks import find_stack_set_name
from stacksets.errors import CredentialsError, StackSetsError
from stacksets.model.observed import StackToImport
from stacksets.stack_ids import get_stack_key, get_stack_name
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment


def read_stacks(
    aws: Aws, deployment: Deployment, stack_ids: Iterable[str]
) -> tuple[StackToImport, ...]:
    """Read stacks by their ARNs, in their order; a stack that cannot be read says why.

    A stack that a stack set has made says so by its name; where that stack set is one of the
    caller's in the home region it is asked whether it has the stack still.

    Raises:
        CredentialsError: nobody will be answered any more.
    """

    def read(stack_id: str) -> StackToImport:
        try:
            return _read(aws, deployment, stack_id)
        except CredentialsError:
            raise
        except StackSetsError as error:
            return StackToImport(id=stack_id, key=get_stack_key(stack_id), unread=error.message)

    return ask_each(read, stack_ids)


def _read(aws: Aws, deployment: Deployment, stack_id: str) -> StackToImport:
    key = get_stack_key(stack_id)
    account = aws.account(key.account, key.region, deployment.read_role_name)
    stack = account.find_stack(stack_id)
    if stack is None or stack.is_deleted:
        return StackToImport(id=stack_id, key=key)
    return StackToImport(
        id=stack_id,
        key=key,
        status=stack.status,
        template=parse_template(account.read_template(stack_id)),
        parameters=stack.parameters,
        tags=stack.tags,
        nested_in=stack.parent_id,
        owner=_find_owner(aws, deployment, stack_id),
    )


def _find_owner(aws: Aws, deployment: Deployment, stack_id: str) -> str | None:
    """Find another stack set that has the stack; one that was retained belongs to none."""
    name = find_stack_set_name(get_stack_name(stack_id))
    if name is None or name == deployment.name:
        return None
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    if stack_sets.describe_stack_set(name) is None:
        return None
    there = {one.stack_id for one in stack_sets.list_instances(name)}
    return name if stack_id in there else None
