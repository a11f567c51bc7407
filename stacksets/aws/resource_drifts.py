"""boto3's rows of ListStackInstanceResourceDrifts as model objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.observed import PropertyDrift, ResourceDrift

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackInstanceResourceDriftsSummaryTypeDef


def resource_drift_from(row: StackInstanceResourceDriftsSummaryTypeDef) -> ResourceDrift:
    """Read one drifted resource of a stack instance."""
    return ResourceDrift(
        logical_id=row["LogicalResourceId"],
        physical_id=row.get("PhysicalResourceId", ""),
        resource_type=row["ResourceType"],
        kind=row["StackResourceDriftStatus"],
        properties=tuple(
            PropertyDrift(
                path=one["PropertyPath"],
                kind=one["DifferenceType"],
                expected=one["ExpectedValue"],
                actual=one["ActualValue"],
            )
            for one in row.get("PropertyDifferences", ())
        ),
    )
