"""What the simulated control plane holds and answers: one stack set, its instances, operations."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import ApiError
from tests.bench.scale.world import (
    ADMIN,
    ADMINISTRATION_ROLE,
    EXECUTION_ROLE,
    HOME,
    NAME,
    template,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.scale.world import World

Form = dict[str, str]
Answer = dict[str, Any]

_PAGE = 100
_ID = f"{NAME}:00000000-0000-0000-0000-000000000000"
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST = "made-by-hand"
_REASON = (
    "Resource handler returned message: the simulated cause (Service: Lambda, Status Code: 400)"
)


class StackSetState:
    """The stack set as prefilled, and what was accepted since; safe for many readers."""

    def __init__(self, world: World, *, operation_seconds: float, failed_every: int) -> None:
        self._world = world
        self._seconds = operation_seconds
        self._failed_every = failed_every
        self._body = template(timeout=10)
        self._places = {key: at for at, key in enumerate(world.keys)}
        self._overrides = {key: world.overrides(*key) for key in world.keys}
        self._operations: dict[str, tuple[str, float | None]] = {_FIRST: ("CREATE", None)}
        self._actions: dict[str, Callable[[Form], Answer]] = {
            "DescribeEvents": self._events,
            "DescribeStackEvents": self._stack_events,
            "DescribeStackInstance": self._describe_instance,
            "DescribeStackSet": self._describe,
            "DescribeStackSetOperation": self._describe_operation,
            "DescribeStacks": self._stacks,
            "GetTemplateSummary": self._summarize,
            "ListStackInstances": self._list_instances,
            "ListStackSetOperationResults": self._list_results,
            "ListStackSetOperations": self._list_operations,
            "UpdateStackInstances": self._update,
            "UpdateStackSet": self._update,
        }

    def answer(self, action: str, form: Form) -> Answer:
        """Give the result of an action as botocore's model has it.

        Raises:
            ApiError: the action is not simulated, or what it names is not there.
        """
        if action not in self._actions:
            raise ApiError("InvalidAction", f"{action} is not simulated")
        if form.get("StackSetName", NAME) != NAME:
            raise ApiError(
                "StackSetNotFoundException", f"StackSet {form['StackSetName']} not found"
            )
        return self._actions[action](form)

    def _describe(self, _: Form) -> Answer:
        return {
            "StackSet": {
                "StackSetName": NAME,
                "StackSetId": _ID,
                "Status": "ACTIVE",
                "TemplateBody": self._body,
                "Parameters": [],
                "Capabilities": [],
                "Tags": [],
                "StackSetARN": f"arn:aws:cloudformation:{HOME}:{ADMIN}:stackset/{_ID}",
                "AdministrationRoleARN": ADMINISTRATION_ROLE,
                "ExecutionRoleName": EXECUTION_ROLE,
                "PermissionModel": "SELF_MANAGED",
                "ManagedExecution": {"Active": False},
            }
        }

    def _list_instances(self, form: Form) -> Answer:
        done = self._done(self._latest)
        return _page(form, self._world.keys, lambda at: self._instance(at, done))

    def _describe_instance(self, form: Form) -> Answer:
        key = (form["StackInstanceAccount"], form["StackInstanceRegion"])
        overrides = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in self._overrides[key].items()
        ]
        # What the tool reads of it: the row itself is in the list already.
        return {
            "StackInstance": {
                "StackSetId": _ID,
                "Account": key[0],
                "Region": key[1],
                "Status": "CURRENT",
                "ParameterOverrides": overrides,
            }
        }

    def _instance(self, at: int, done: int) -> Answer:
        account, region = self._world.keys[at]
        status, detailed, reason = ("OUTDATED", "PENDING", "User initiated operation")
        if at < done:
            status, detailed, reason = ("CURRENT", "SUCCEEDED", None)
        if at < done and self._fails(at):
            status, detailed, reason = ("OUTDATED", "FAILED", _REASON)
        return {
            "StackSetId": _ID,
            "Region": region,
            "Account": account,
            "StackId": _stack_id(account, region),
            "Status": status,
            "StatusReason": reason,
            "StackInstanceStatus": {"DetailedStatus": detailed},
            "LastOperationId": self._latest,
        }

    def _list_operations(self, form: Form) -> Answer:
        newest_first = list(reversed(self._operations))
        return _page(form, newest_first, lambda at: self._operation(newest_first[at]))

    def _describe_operation(self, form: Form) -> Answer:
        return {"StackSetOperation": {**self._operation(form["OperationId"]), "StackSetId": _ID}}

    def _operation(self, operation_id: str) -> Answer:
        if operation_id not in self._operations:
            raise ApiError("OperationNotFoundException", f"Operation {operation_id} not found")
        action, _ = self._operations[operation_id]
        over = self._done(operation_id) == self._world.size
        failed = self._failed_count if over and operation_id == _FIRST else 0
        ended = {"EndTimestamp": _CREATED} if over else {}
        return {
            "OperationId": operation_id,
            "Action": action,
            "Status": ("FAILED" if failed else "SUCCEEDED") if over else "RUNNING",
            "CreationTimestamp": _CREATED,
            "StatusDetails": {"FailedStackInstancesCount": failed},
            **ended,
        }

    def _list_results(self, form: Form) -> Answer:
        done = self._done(form["OperationId"])
        wanted = form.get("Filters.member.1.Values")
        places = [
            at for at in range(self._world.size) if not wanted or self._result(at, done) == wanted
        ]
        return _page(form, places, lambda at: self._result_row(places[at], done))

    def _result(self, at: int, done: int) -> str:
        if at >= done:
            return "PENDING"
        return "FAILED" if self._fails(at) else "SUCCEEDED"

    def _result_row(self, at: int, done: int) -> Answer:
        account, region = self._world.keys[at]
        status = self._result(at, done)
        reason = _REASON if status == "FAILED" else None
        return {"Account": account, "Region": region, "Status": status, "StatusReason": reason}

    def _update(self, form: Form) -> Answer:
        operation_id = form["OperationId"]
        if self._done(self._latest) < self._world.size:
            raise ApiError(
                "OperationInProgressException",
                f"Another Operation on StackSet {_ID} is in progress: {self._latest}",
            )
        self._body = form.get("TemplateBody", self._body)
        self._operations[operation_id] = ("UPDATE", time.monotonic())
        return {"OperationId": operation_id}

    def _summarize(self, _: Form) -> Answer:
        return {"Parameters": [{"ParameterKey": "LogLevel"}], "Capabilities": []}

    def _stacks(self, form: Form) -> Answer:
        stack = {
            "StackId": form["StackName"],
            "StackName": form["StackName"].split("/")[1],
            "CreationTime": _CREATED,
            "StackStatus": self._stack_status(form["StackName"]),
        }
        return {"Stacks": [stack]}

    def _stack_status(self, stack_id: str) -> str:
        _, _, _, region, account, *_ = stack_id.split(":")
        failed = self._fails(self._places[account, region])
        return "UPDATE_ROLLBACK_COMPLETE" if failed else "UPDATE_COMPLETE"

    def _stack_events(self, form: Form) -> Answer:
        return {"StackEvents": [self._failure(form["StackName"]), self._start(form["StackName"])]}

    def _events(self, form: Form) -> Answer:
        of_update = {"OperationId": "1", "OperationType": "UPDATE_STACK"}
        return {"OperationEvents": [{**self._failure(form["StackName"]), **of_update}]}

    @staticmethod
    def _start(stack_id: str) -> Answer:
        return {
            "StackId": stack_id,
            "EventId": "1",
            "StackName": stack_id.split("/")[1],
            "LogicalResourceId": stack_id.split("/")[1],
            "PhysicalResourceId": stack_id,
            "ResourceType": "AWS::CloudFormation::Stack",
            "Timestamp": _CREATED,
            "ResourceStatus": "UPDATE_IN_PROGRESS",
        }

    @staticmethod
    def _failure(stack_id: str) -> Answer:
        return {
            "StackId": stack_id,
            "EventId": "2",
            "LogicalResourceId": "Function",
            "PhysicalResourceId": "scale-function",
            "ResourceType": "AWS::Lambda::Function",
            "Timestamp": _CREATED,
            "ResourceStatus": "UPDATE_FAILED",
            "ResourceStatusReason": _REASON,
        }

    @property
    def _latest(self) -> str:
        return next(reversed(self._operations))

    def _done(self, operation_id: str) -> int:
        """Give how many instances an operation has gone over: evenly, one after the other."""
        began = self._operations[operation_id][1]
        if began is None:
            return self._world.size
        share = (time.monotonic() - began) / self._seconds if self._seconds else 1.0
        return int(min(share, 1.0) * self._world.size)

    def _fails(self, at: int) -> bool:
        """Tell whether the prefilled operation failed in an instance; a later one mends it."""
        first = self._latest == _FIRST
        return bool(first and self._failed_every) and at % self._failed_every == 0

    @property
    def _failed_count(self) -> int:
        return sum(map(self._fails, range(self._world.size)))


def _page(form: Form, rows: Sequence[object], show: Callable[[int], Answer]) -> Answer:
    """Cut a page as AWS does: the token says where the next one begins."""
    begin = int(form.get("NextToken", "0"))
    end = min(begin + min(int(form.get("MaxResults", _PAGE)), _PAGE), len(rows))
    return {
        "Summaries": [show(at) for at in range(begin, end)],
        "NextToken": str(end) if end < len(rows) else None,
    }


def _stack_id(account: str, region: str) -> str:
    name = f"StackSet-{NAME}-00000000-0000-0000-0000-000000000000"
    return f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{account}"
