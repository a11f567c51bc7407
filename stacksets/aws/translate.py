"""What AWS answers as the model: no dict of boto3 goes further than this package.

What AWS may leave out, may be left out here; a status that this version does not know is a
ServiceError, since guessing at it could delete the wrong thing. Only drift, by which nothing is
decided, is UNKNOWN then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from stacksets.aws.door import RegionOptStatus, Stack, StackEvent, TemplateSummary
from stacksets.errors import ServiceError
from stacksets.model.desired import (
    AccountId,
    AutoDeployment,
    OperationId,
    OrganizationAccount,
    OrganizationalUnitId,
    PermissionModel,
    Region,
)
from stacksets.model.observed import (
    AccountGateStatus,
    AutoDeploymentTarget,
    DetailedStatus,
    DriftStatus,
    DriftSummary,
    InstanceStatus,
    Operation,
    OperationAction,
    OperationResult,
    OperationStatus,
    ResultStatus,
    StackInstance,
    StackSet,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from enum import StrEnum

    from types_boto3_account.type_defs import RegionTypeDef
    from types_boto3_cloudformation.type_defs import (
        AutoDeploymentOutputTypeDef,
        GetTemplateSummaryOutputTypeDef,
        ParameterTypeDef,
        StackEventTypeDef,
        StackInstanceSummaryTypeDef,
        StackSetAutoDeploymentTargetSummaryTypeDef,
        StackSetDriftDetectionDetailsTypeDef,
        StackSetOperationResultSummaryTypeDef,
        StackSetOperationSummaryTypeDef,
        StackSetOperationTypeDef,
        StackSetTypeDef,
        StackTypeDef,
        TagTypeDef,
    )
    from types_boto3_organizations.type_defs import AccountTypeDef

    Word = TypeVar("Word", bound=StrEnum)


def stack_set_from(answer: StackSetTypeDef) -> StackSet:
    """Read DescribeStackSet; AWS gives the body also where it was sent by URL."""
    return StackSet(
        name=answer["StackSetName"],
        id=answer["StackSetId"],
        arn=answer.get("StackSetARN", ""),
        template_body=answer.get("TemplateBody", ""),
        description=answer.get("Description") or None,
        parameters=parameters_from(answer.get("Parameters", ())),
        tags=tags_from(answer.get("Tags", ())),
        capabilities=tuple(answer.get("Capabilities", ())),
        permission_model=_known(PermissionModel, answer.get("PermissionModel", "SELF_MANAGED")),
        administration_role_arn=answer.get("AdministrationRoleARN"),
        execution_role_name=answer.get("ExecutionRoleName"),
        managed_execution=answer.get("ManagedExecution", {}).get("Active", False),
        auto_deployment=_auto_deployment_from(answer.get("AutoDeployment")),
        organizational_unit_ids=tuple(
            OrganizationalUnitId(one) for one in answer.get("OrganizationalUnitIds", ())
        ),
        drift=_drift_from(answer.get("StackSetDriftDetectionDetails")),
    )


def _auto_deployment_from(answer: AutoDeploymentOutputTypeDef | None) -> AutoDeployment | None:
    if not answer:
        return None
    return AutoDeployment(
        enabled=answer.get("Enabled", False),
        retain_stacks_on_account_removal=answer.get("RetainStacksOnAccountRemoval", False),
        depends_on=tuple(answer.get("DependsOn", ())),
    )


def _drift_from(details: StackSetDriftDetectionDetailsTypeDef | None) -> DriftSummary | None:
    """Read how a drift detection went; AWS tells NOT_CHECKED where there never was one."""
    if not details:
        return None
    return DriftSummary(
        status=_drift_status(details.get("DriftStatus", "NOT_CHECKED")),
        detection_status=details.get("DriftDetectionStatus", ""),
        checked=_utc(details.get("LastDriftCheckTimestamp")),
        total=details.get("TotalStackInstancesCount", 0),
        drifted=details.get("DriftedStackInstancesCount", 0),
        in_sync=details.get("InSyncStackInstancesCount", 0),
        in_progress=details.get("InProgressStackInstancesCount", 0),
        failed=details.get("FailedStackInstancesCount", 0),
    )


def _drift_status(word: str) -> DriftStatus:
    return DriftStatus(word) if word in {*DriftStatus} else DriftStatus.UNKNOWN


def instance_from(row: StackInstanceSummaryTypeDef) -> StackInstance:
    """Read a row of ListStackInstances, which holds no overrides."""
    detailed = row.get("StackInstanceStatus", {}).get("DetailedStatus")
    operation_id = row.get("LastOperationId")
    drift = row.get("DriftStatus")
    return StackInstance(
        account=AccountId(row["Account"]),
        region=Region(row["Region"]),
        status=_known(InstanceStatus, row["Status"]),
        detailed_status=_known(DetailedStatus, detailed) if detailed else None,
        status_reason=row.get("StatusReason", ""),
        stack_id=row.get("StackId") or None,
        last_operation_id=OperationId(operation_id) if operation_id else None,
        organizational_unit_id=_unit(row.get("OrganizationalUnitId")),
        drift_status=_drift_status(drift) if drift else None,
        drift_checked=_utc(row.get("LastDriftCheckTimestamp")),
    )


def described_operation_from(answer: StackSetOperationTypeDef) -> Operation:
    """Read DescribeStackSetOperation; more than the list it tells of detections and deletions."""
    drift = _drift_from(answer.get("StackSetDriftDetectionDetails"))
    retains = answer.get("RetainStacks", False)
    return replace(operation_from(answer), drift=drift, retains_stacks=retains)


def operation_from(row: StackSetOperationTypeDef | StackSetOperationSummaryTypeDef) -> Operation:
    """Read an operation; its end is absent while it runs."""
    return Operation(
        id=OperationId(row["OperationId"]),
        action=_known(OperationAction, row["Action"]),
        status=_known(OperationStatus, row["Status"]),
        status_reason=row.get("StatusReason", ""),
        created=_utc(row.get("CreationTimestamp")),
        ended=_utc(row.get("EndTimestamp")),
        failed_count=row.get("StatusDetails", {}).get("FailedStackInstancesCount", 0),
    )


def result_from(row: StackSetOperationResultSummaryTypeDef) -> OperationResult:
    """Read how an operation went in one account and region."""
    gate = row.get("AccountGateResult", {}).get("Status")
    return OperationResult(
        account=AccountId(row["Account"]),
        region=Region(row["Region"]),
        status=_known(ResultStatus, row["Status"]),
        status_reason=row.get("StatusReason", ""),
        organizational_unit_id=_unit(row.get("OrganizationalUnitId")),
        gate=AccountGateStatus(gate) if gate and gate in {*AccountGateStatus} else None,
    )


def auto_deployment_target_from(
    row: StackSetAutoDeploymentTargetSummaryTypeDef,
) -> AutoDeploymentTarget:
    """Read a unit whose newcomers get stack instances by themselves."""
    return AutoDeploymentTarget(
        organizational_unit_id=OrganizationalUnitId(row.get("OrganizationalUnitId", "")),
        regions=tuple(Region(one) for one in row.get("Regions", ())),
    )


def organization_account_from(
    row: AccountTypeDef, parent: OrganizationalUnitId
) -> OrganizationAccount:
    """Read an account of the organization; `State` has taken the place of `Status`."""
    state = row.get("State") or row.get("Status") or "UNKNOWN"
    return OrganizationAccount(id=AccountId(row.get("Id", "")), state=state, parent=parent)


def region_status_from(row: RegionTypeDef) -> tuple[Region, RegionOptStatus]:
    """Read a row of the regions of an account."""
    return Region(row["RegionName"]), _known(RegionOptStatus, row["RegionOptStatus"])


def summary_from(answer: GetTemplateSummaryOutputTypeDef) -> TemplateSummary:
    """Read GetTemplateSummary."""
    declared = answer.get("Parameters", [])
    return TemplateSummary(
        capabilities=tuple(answer.get("Capabilities", ())),
        capabilities_reason=answer.get("CapabilitiesReason", ""),
        no_echo=frozenset(one["ParameterKey"] for one in declared if one.get("NoEcho")),
    )


def stack_from(answer: StackTypeDef) -> Stack:
    """Read a stack as DescribeStacks gives it."""
    return Stack(
        id=answer.get("StackId", ""),
        name=answer["StackName"],
        status=answer["StackStatus"],
        status_reason=answer.get("StackStatusReason", ""),
        outputs={one["OutputKey"]: one.get("OutputValue", "") for one in answer.get("Outputs", ())},
        parameters=parameters_from(answer.get("Parameters", ())),
        tags=tags_from(answer.get("Tags", ())),
        parent_id=answer.get("ParentId"),
        is_protected=answer.get("EnableTerminationProtection", False),
    )


def event_from(row: StackEventTypeDef) -> StackEvent:
    """Read one line of a stack's history."""
    return StackEvent(
        at=row["Timestamp"].astimezone(UTC),
        logical_id=row.get("LogicalResourceId", ""),
        physical_id=row.get("PhysicalResourceId", ""),
        resource_type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus", ""),
        reason=row.get("ResourceStatusReason", ""),
    )


def parameters_from(rows: Iterable[ParameterTypeDef]) -> dict[str, str]:
    """Read parameters or parameter overrides."""
    return {
        row["ParameterKey"]: row.get("ParameterValue", "") for row in rows if "ParameterKey" in row
    }


def tags_from(rows: Iterable[TagTypeDef]) -> dict[str, str]:
    """Read tags, without those that AWS sets itself (`aws:` is reserved)."""
    return {row["Key"]: row["Value"] for row in rows if not row["Key"].startswith("aws:")}


def _unit(unit: str | None) -> OrganizationalUnitId | None:
    return OrganizationalUnitId(unit) if unit else None


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def _known(words: type[Word], word: str) -> Word:
    try:
        return words(word)
    except ValueError as error:
        raise ServiceError(
            f"AWS answered with a {words.__name__} that this version does not know: {word}",
            hint="is there a newer version of this tool?",
        ) from error
