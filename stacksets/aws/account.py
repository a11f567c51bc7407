"""The calls into one target account and region, as `door.Account` has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from stacksets.aws.failed_events import find_last_failures
from stacksets.aws.failures import AbsentError, NameTakenError, NothingToUpdateError
from stacksets.aws.look_ups import list_log_groups, look_up
from stacksets.aws.requests import Request, parameters_to, tags_to
from stacksets.aws.resources import ResourceState
from stacksets.aws.signing import sign_get
from stacksets.aws.translate import event_from, region_status_from, stack_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_cloudformation.type_defs import StackSummaryTypeDef
    from types_boto3_iam.type_defs import RoleTypeDef

    from stacksets.aws.clients import Clients
    from stacksets.aws.door import RegionOptStatus, Stack, StackEvent
    from stacksets.model.desired import Region

_DELETED = "DELETE_COMPLETE"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class BotoAccount:
    """`door.Account` by boto3."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._asking = clients.origin.asking

    def find_stack(self, name_or_id: str) -> Stack | None:
        """Give a stack; by its id also one that was deleted (for 90 days)."""
        try:
            with self._asking("cloudformation:DescribeStacks"):
                answer = self._clients.cloudformation.describe_stacks(StackName=name_or_id)
        except AbsentError:
            return None
        return stack_from(answer["Stacks"][0])

    def list_stacks(self, name_prefix: str) -> tuple[Stack, ...]:
        """List the stacks that exist (deleted ones are not) whose name begins so."""
        there = (
            self.find_stack(row["StackId"])
            for row in self._list_summaries(name_prefix)
            if row["StackStatus"] != _DELETED
        )
        return tuple(stack for stack in there if stack is not None and not stack.is_deleted)

    def list_deleted_stacks(self, name_prefix: str) -> tuple[str, ...]:
        """List the ids of deleted stacks whose name begins so, the latest deletion first."""
        deleted = (
            (row.get("DeletionTime", _LONG_AGO), row["StackId"])
            for row in self._list_summaries(name_prefix)
            if row["StackStatus"] == _DELETED
        )
        return tuple(stack_id for _, stack_id in sorted(deleted, reverse=True))

    def read_template(self, name_or_id: str) -> str:
        """Give the template body of a stack; a JSON one with boto's spacing, not as it was sent."""
        with self._asking("cloudformation:GetTemplate"):
            answer = self._clients.cloudformation.get_template(
                StackName=name_or_id, TemplateStage="Original"
            )
        body: object = answer["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    def list_failures(self, stack_id: str) -> tuple[StackEvent, ...]:
        """List the failures of a stack's last operation, oldest first, as DescribeEvents has them.

        Also of a deleted stack, by its id. Empty where that operation went well, and where AWS
        keeps no such events of it.
        """
        stack = self.find_stack(stack_id)
        if stack is None:
            return ()
        with self._asking("cloudformation:DescribeEvents"):
            pages = self._clients.cloudformation.get_paginator("describe_events").paginate(
                StackName=stack_id, Filters={"FailedEvents": True}
            )
            rows = [row for page in pages for row in page.get("OperationEvents", ())]
        return find_last_failures(stack.status, rows)

    def list_events(self, stack_id: str) -> tuple[StackEvent, ...]:
        """List a stack's events, oldest first; by its id also those of a deleted stack."""
        with self._asking("cloudformation:DescribeStackEvents"):
            pages = self._clients.cloudformation.get_paginator("describe_stack_events").paginate(
                StackName=stack_id
            )
            newest_first = [event_from(row) for page in pages for row in page["StackEvents"]]
        return tuple(reversed(newest_first))

    def create_stack(
        self,
        name: str,
        body: str,
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        capabilities: tuple[str, ...],
    ) -> str:
        """Start the creation of a plain stack and give its id.

        Where the reply is lost, botocore sends the call again, and the name is taken then; whether
        by that very call, the stack's events tell: they carry its token (API reference,
        StackEvent).
        """
        request = _stack_request(name, body, parameters, tags, capabilities)
        try:
            with self._asking("cloudformation:CreateStack"):
                return self._clients.cloudformation.create_stack(**request)["StackId"]
        except NameTakenError:
            stack_id = self._find_stack_made_by(request["ClientRequestToken"], name)
            if stack_id is None:
                raise
            return stack_id

    def _find_stack_made_by(self, token: str, name: str) -> str | None:
        with self._asking("cloudformation:DescribeStackEvents"):
            answer = self._clients.cloudformation.describe_stack_events(StackName=name)
        events = answer["StackEvents"]
        made = (one["StackId"] for one in events if one.get("ClientRequestToken") == token)
        return next(made, None)

    def update_stack(
        self,
        name: str,
        body: str,
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        capabilities: tuple[str, ...],
    ) -> bool:
        """Start the update of a plain stack; False where AWS finds nothing to update."""
        request = _stack_request(name, body, parameters, tags, capabilities)
        try:
            with self._asking("cloudformation:UpdateStack"):
                self._clients.cloudformation.update_stack(**request)
        except NothingToUpdateError:
            return False
        return True

    def delete_stack(self, name: str) -> None:
        """Start the deletion of a plain stack."""
        with self._asking("cloudformation:DeleteStack"):
            self._clients.cloudformation.delete_stack(StackName=name)

    def has_role(self, name: str) -> bool:
        """Tell whether the account has an IAM role of that name."""
        return self.look_up("AWS::IAM::Role", name) is ResourceState.THERE

    def find_role_trust(self, name: str) -> Mapping[str, object] | None:
        """Give a role's trust policy, None where there is no such role."""
        role = self._find_role(name)
        return role and cast("Mapping[str, object]", role["AssumeRolePolicyDocument"])

    def find_role_creation(self, name: str) -> datetime | None:
        """Tell when a role was made, in UTC, None where there is no such role."""
        role = self._find_role(name)
        return role and role["CreateDate"].astimezone(UTC)

    def _find_role(self, name: str) -> RoleTypeDef | None:
        try:
            with self._asking("iam:GetRole"):
                return self._clients.iam.get_role(RoleName=name)["Role"]
        except AbsentError:
            return None

    def has_policy(self, arn: str) -> bool:
        """Tell whether IAM has a managed policy of that ARN."""
        try:
            with self._asking("iam:GetPolicy"):
                self._clients.iam.get_policy(PolicyArn=arn)
        except AbsentError:
            return False
        return True

    def has_identity_provider(self, host: str) -> bool:
        """Tell whether the account trusts an OpenID Connect provider of this address in IAM."""
        with self._asking("iam:ListOpenIDConnectProviders"):
            answer = self._clients.iam.list_open_id_connect_providers()
        arns = [one["Arn"] for one in answer["OpenIDConnectProviderList"]]
        return any(arn.endswith(f":oidc-provider/{host}") for arn in arns)

    def api_gateway_role(self) -> str | None:
        """Give the CloudWatch role ARN of API Gateway in this account and region, if one is set."""
        with self._asking("apigateway:GET /account"):
            return self._clients.apigateway.get_account().get("cloudwatchRoleArn") or None

    def list_region_statuses(self) -> Mapping[Region, RegionOptStatus]:
        """Tell of every region of the partition whether the account has it enabled."""
        with self._asking("account:ListRegions"):
            pages = self._clients.account.get_paginator("list_regions").paginate()
            return dict(region_status_from(row) for page in pages for row in page["Regions"])

    def lambda_concurrency(self) -> int:
        """Give the account's limit of concurrent Lambda executions in this region."""
        with self._asking("lambda:GetAccountSettings"):
            answer = self._clients.functions.get_account_settings()
        return answer["AccountLimit"]["ConcurrentExecutions"]

    def look_up(self, resource_type: str, physical_id: str) -> ResourceState:
        """Ask a resource's own service for it; the type is one of `resources.CHECKED_TYPES`."""
        return look_up(self._clients, resource_type, physical_id)

    def sign_get(self, url: str, service: str) -> Mapping[str, str]:
        """Give the headers that sign a GET for a service of this region; nothing is sent."""
        with self._asking(f"{service}:GET"):
            return sign_get(self._clients.credentials(), url, service, self._clients.region)

    def list_log_groups(self, name_prefix: str) -> tuple[str, ...]:
        """List the names of the log groups whose name begins so."""
        return list_log_groups(self._clients, name_prefix)

    def _list_summaries(self, name_prefix: str) -> list[StackSummaryTypeDef]:
        """List stacks by ListStacks, which a role may call that can describe only some stacks."""
        with self._asking("cloudformation:ListStacks"):
            pages = self._clients.cloudformation.get_paginator("list_stacks").paginate()
            return [
                row
                for page in pages
                for row in page["StackSummaries"]
                if row["StackName"].startswith(name_prefix)
            ]


def _stack_request(
    name: str,
    body: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    capabilities: tuple[str, ...],
) -> Request:
    return {
        "StackName": name,
        "TemplateBody": body,
        "Parameters": parameters_to(parameters),
        "Tags": tags_to(tags),
        "Capabilities": list(capabilities),
        "ClientRequestToken": f"stacksets-{uuid4()}",
    }
