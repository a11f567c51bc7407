"""What makes a stack a stack instance, or keeps it from becoming one; the stack is not touched.

Source: StackSets user guide, "Importing a stack into StackSets": a stack with NoEcho parameters is
not imported, and a stack's own parameter values are not affected. That the stack's template must
say what the stack set's says is assumed: both are one definition afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.local.control_plane.model import Outcome
from stacksets.local.control_plane.outside import read_stack
from stacksets.local.control_plane.templates import is_secret, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from types_boto3_cloudformation import CloudFormationClient

    from stacksets.local.control_plane.model import Task
    from stacksets.local.control_plane.outside import FoundStack

IMPORTABLE = frozenset(
    {"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
)


def adopt(client: CloudFormationClient, task: Task, stack_id: str) -> Outcome:
    """Take a stack over as it is, its parameters as overrides."""
    found = read_stack(client, stack_id, task.key)
    if found is None:
        return _refusal(f"Stack {stack_id} does not exist.")
    if found.status not in IMPORTABLE:
        return _refusal(f"Stack:{stack_id} is in {found.status} state and can not be imported.")
    definition = task.stack_set.definition
    template = parse_template(definition.template)
    if parse_template(found.template) != template:
        return _refusal(
            f"The template of stack {stack_id} does not match the template of the stack set."
        )
    if secrets := _secrets(template):
        return _refusal(f"Stacks with NoEcho parameters can not be imported: [{secrets}].")
    return Outcome(succeeded=True, stack_id=stack_id, overrides=_overrides(found, task))


def _secrets(template: Mapping[str, Any]) -> str:
    declared = template.get("Parameters", {})
    return ", ".join(name for name, declaration in declared.items() if is_secret(declaration))


def _overrides(found: FoundStack, task: Task) -> dict[str, str]:
    """Give the stack's values; those that its task has are no overrides."""
    return {
        name: value
        for name, value in found.parameters.items()
        if task.parameters.get(name) != value
    }


def _refusal(reason: str) -> Outcome:
    return Outcome(succeeded=False, reason=reason)
