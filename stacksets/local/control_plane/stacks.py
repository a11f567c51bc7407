"""The real stacks behind stack instances: made, changed and removed by plain CloudFormation calls.

A failed create is rolled back and then deleted, as StackSets does it (StackSets user guide,
"Troubleshooting"); its events stay readable by the stack's ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from stacksets.local.control_plane import stack_drift, stack_import
from stacksets.local.control_plane.model import Outcome
from stacksets.local.control_plane.stack_events import find_failure_reason
from stacksets.local.control_plane.templates import parse_template

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from types_boto3_cloudformation import CloudFormationClient

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.large_templates import TemplateLender
    from stacksets.local.control_plane.model import Task

NO_UPDATES = "No updates are to be performed."
GONE = "DELETE_COMPLETE"
DELETED = frozenset({GONE, "DELETE_FAILED"})
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
FIRST_POLL_SECONDS = 0.005
LONGEST_POLL_SECONDS = 0.25


class Stacks:
    """Carries tasks out on the stacks of their accounts and regions, each until its stack rests.

    `ending` cuts all waiting short, when the control plane is closed.
    """

    def __init__(
        self,
        client_for: Callable[[str, str], CloudFormationClient],
        templates: TemplateLender,
        *,
        clock: Clock,
        ending: threading.Event,
    ) -> None:
        self._client_for = client_for
        self._templates = templates
        self._clock = clock
        self._ending = ending

    def create(self, task: Task, name: str, on_stack: Callable[[str], None]) -> Outcome:
        """Make a new stack; `on_stack` hears its id as soon as there is one."""
        if refusal := _find_refusal(task):
            return refusal
        client = self._client_for(*task.key)
        definition = task.stack_set.definition
        try:
            with self._templates.lend(task.key.account, definition.template) as template:
                created = client.create_stack(StackName=name, **template, **_definition(task))
        except ClientError as error:
            return _failure(error)
        stack_id = created["StackId"]
        on_stack(stack_id)
        status = self._wait(client, stack_id, _rests)
        if status == "CREATE_COMPLETE":
            return Outcome(succeeded=True, stack_id=stack_id)
        if not _rests(status):
            return Outcome(succeeded=False, stack_id=stack_id)
        reason = self._read_reason(client, stack_id)
        client.delete_stack(StackName=stack_id)
        self._wait(client, stack_id, _is_deleted)
        return Outcome(succeeded=False, reason=reason, stack_id=stack_id)

    def update(self, task: Task, stack_id: str) -> Outcome:
        """Bring a stack to the definition; an update that changes nothing succeeds and says so.

        A stack that was deleted by hand fails: that AWS does so is assumed.
        """
        if refusal := _find_refusal(task):
            return refusal
        client = self._client_for(*task.key)
        definition = task.stack_set.definition
        status = _status_of(client, stack_id)
        if status not in UPDATABLE:
            reason = f"Stack:{stack_id} is in {status} state and can not be updated."
            return Outcome(succeeded=False, reason=reason)
        try:
            with self._templates.lend(task.key.account, definition.template) as template:
                client.update_stack(StackName=stack_id, **template, **_definition(task))
        except ClientError as error:
            return _unchanged(stack_id) if _message(error) == NO_UPDATES else _failure(error)
        if self._wait(client, stack_id, _rests) == "UPDATE_COMPLETE":
            return Outcome(succeeded=True, stack_id=stack_id)
        return Outcome(succeeded=False, reason=self._read_reason(client, stack_id))

    def delete(self, task: Task, stack_id: str) -> Outcome:
        """Delete a stack; one that is not there any more is deleted."""
        client = self._client_for(*task.key)
        try:
            client.delete_stack(StackName=stack_id)
        except ClientError as error:
            return _failure(error)
        if self._wait(client, stack_id, _is_deleted) == GONE:
            return Outcome(succeeded=True)
        return Outcome(succeeded=False, reason=self._read_reason(client, stack_id))

    def detect_drift(self, task: Task, stack_id: str) -> Outcome:
        """Detect what differs between a stack's resources and its template."""
        return stack_drift.detect(self._client_for(*task.key), stack_id, self._pause)

    def adopt(self, task: Task, stack_id: str) -> Outcome:
        """Take over a stack that is there."""
        return stack_import.adopt(self._client_for(*task.key), task, stack_id)

    def _pause(self, seconds: float) -> bool:
        return self._clock.wait(self._ending, seconds)

    def _wait(
        self, client: CloudFormationClient, stack_id: str, rests: Callable[[str], bool]
    ) -> str:
        """Poll until the stack rests, or the control plane ends; give its last status."""
        seconds = FIRST_POLL_SECONDS
        status = _status_of(client, stack_id)
        while not rests(status) and not self._pause(seconds):
            seconds = min(2 * seconds, LONGEST_POLL_SECONDS)
            status = _status_of(client, stack_id)
        return status

    def _read_reason(self, client: CloudFormationClient, stack_id: str) -> str | None:
        pages = client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return find_failure_reason(event for page in pages for event in page["StackEvents"])


def _rests(status: str) -> bool:
    return not status.endswith("_IN_PROGRESS")


def _is_deleted(status: str) -> bool:
    return status in DELETED


def _status_of(client: CloudFormationClient, stack_id: str) -> str:
    """Give a stack's status; one that CloudFormation has forgotten counts as deleted."""
    try:
        return client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in _message(error):
            return GONE
        raise


def _definition(task: Task) -> dict[str, Any]:
    """Give all but the template that CreateStack and UpdateStack ask for."""
    definition = task.stack_set.definition
    return {
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in task.parameters.items()
        ],
        "Capabilities": list(definition.capabilities),
        "Tags": [{"Key": key, "Value": value} for key, value in definition.tags],
    }


def _find_refusal(task: Task) -> Outcome | None:
    """Give the failure of a stack whose instance overrides what the template has lost.

    CreateStack and UpdateStack refuse such a parameter on AWS, ministack does not; that StackSets
    sends it all the same is assumed.
    """
    declared = parse_template(task.stack_set.definition.template).get("Parameters", {})
    lost = [name for name in task.parameters if name not in declared]
    if not lost:
        return None
    reason = f"Parameters: [{', '.join(lost)}] do not exist in the template"
    return Outcome(succeeded=False, reason=reason)


def _unchanged(stack_id: str) -> Outcome:
    return Outcome(succeeded=True, reason=NO_UPDATES, stack_id=stack_id)


def _failure(error: ClientError) -> Outcome:
    return Outcome(succeeded=False, reason=_message(error))


def _message(error: ClientError) -> str:
    return error.response["Error"]["Message"]
