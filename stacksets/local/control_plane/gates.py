"""Account gates: a function in the target account and Region that an operation there is asked by.

Source: StackSets user guide, "Prevent failed StackSets deployments using target account gates", and
API reference, AccountGateResult. What the function is sent is not documented: an empty object here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.local.control_plane.model import AccountGate, GateStatus, PermissionModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_lambda import LambdaClient

    from stacksets.local.control_plane.model import Task
    from stacksets.local.control_plane.roles import RoleChain

FUNCTION = "AWSCloudFormationStackSetAccountGate"
CLOSED = "AccountGate check failed"
"""The reason of a stack instance whose gate let nothing through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Asks gates; `client_for(account, region)` gives the client for the functions there."""

    client_for: Callable[[str, str], LambdaClient]
    roles: RoleChain

    def ask(self, task: Task) -> AccountGate:
        """Give what the gate of the task's account and Region says, SKIPPED where there is none."""
        client = self.client_for(*task.key)
        arn = f"arn:aws:lambda:{task.key.region}:{task.key.account}:function:{FUNCTION}"
        try:
            client.get_function_configuration(FunctionName=FUNCTION)
        except client.exceptions.ResourceNotFoundException:
            return AccountGate(status=GateStatus.SKIPPED, reason=f"Function not found: {arn}")
        if not self._may_invoke(task, arn):
            return AccountGate(
                status=GateStatus.SKIPPED,
                reason=f"The execution role is not authorized to perform: lambda:InvokeFunction "
                f"on resource: {arn}",
            )
        return _invoke(client)

    def _may_invoke(self, task: Task, arn: str) -> bool:
        """Tell whether the execution role may invoke; that of StackSets itself always may."""
        if task.stack_set.permission_model is PermissionModel.SERVICE_MANAGED:
            return True
        return self.roles.may_execute(task, action="lambda:InvokeFunction", resource=arn)


def _invoke(client: LambdaClient) -> AccountGate:
    """Invoke the gate; whatever is not `{"Status": "SUCCEEDED"}` keeps it closed."""
    answer = client.invoke(FunctionName=FUNCTION, Payload=b"{}")
    said = answer["Payload"].read()
    if not answer.get("FunctionError") and _is_open(said):
        return AccountGate(status=GateStatus.SUCCEEDED)
    return AccountGate(
        status=GateStatus.FAILED, reason=f"Function answered: {said.decode(errors='replace')}"
    )


def _is_open(said: bytes) -> bool:
    answer = json.loads(said)
    return isinstance(answer, dict) and answer.get("Status") == GateStatus.SUCCEEDED
