"""Brings a CloudFormation stack set to the state that a deployment file describes.

    from stacksets import deploy, load_deployment, make_plan, observe, open_aws

    opened = open_aws(load_deployment("stacksets.toml", environment="dev"))
    plan = make_plan(opened, observe(opened))
    outcome = deploy(opened, plan)

`stacksets.api` says what each function does, `stacksets.errors` what they raise. No name below is
that of a module too, so that it means the same whatever was imported before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.api import (
        check_ready,
        deploy,
        destroy,
        diagnose,
        load_deployment,
        make_destroy_plan,
        make_plan,
        open_aws,
        read_outputs,
    )
    from stacksets.errors import (
        AwsError,
        ConflictError,
        CredentialsError,
        DeploymentFileError,
        DetachedError,
        ImportRefusedError,
        InputError,
        NoActiveRegionError,
        NotReadyError,
        OperationError,
        OperationFailedError,
        OperationInProgressError,
        OperationStoppedError,
        PermissionDeniedError,
        Problem,
        ProblemsError,
        ServiceError,
        StackSetsError,
        StalePlanError,
        StillRunningError,
        TemplateError,
        UnfitInputError,
        UnsafePlanError,
    )
    from stacksets.model.desired import AccountId, Deployment, InstanceKey, OperationId, Region
    from stacksets.model.diagnosis import Diagnosis, DiagnosisState
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.outcome import (
        Event,
        Identity,
        InstanceProgressed,
        OperationObserved,
        Outcome,
        RootCause,
        StepFinished,
        StepStarted,
        Verdict,
        Verified,
        Waited,
    )
    from stacksets.model.plan import ChangeKind, InstanceChange, Plan, Retention
    from stacksets.opening import Opened, observe
    from stacksets.outputs import InstanceOutputs
    from stacksets.plan import PlanOptions
    from stacksets.preflight import Readiness
    from stacksets.waiting import IfBusy, Patience

__all__ = [
    "AccountId",
    "AwsError",
    "ChangeKind",
    "ConflictError",
    "CredentialsError",
    "Deployment",
    "DeploymentFileError",
    "DetachedError",
    "Diagnosis",
    "DiagnosisState",
    "Event",
    "Identity",
    "IfBusy",
    "ImportRefusedError",
    "InputError",
    "InstanceChange",
    "InstanceKey",
    "InstanceOutputs",
    "InstanceProgressed",
    "NoActiveRegionError",
    "NotReadyError",
    "Opened",
    "OperationError",
    "OperationFailedError",
    "OperationId",
    "OperationInProgressError",
    "OperationObserved",
    "OperationStoppedError",
    "Outcome",
    "Patience",
    "PermissionDeniedError",
    "Plan",
    "PlanOptions",
    "Problem",
    "ProblemsError",
    "Readiness",
    "Region",
    "Retention",
    "RootCause",
    "ServiceError",
    "StackInstance",
    "StackSet",
    "StackSetsError",
    "StalePlanError",
    "StepFinished",
    "StepStarted",
    "StillRunningError",
    "TemplateError",
    "UnfitInputError",
    "UnsafePlanError",
    "Verdict",
    "Verified",
    "Waited",
    "check_ready",
    "deploy",
    "destroy",
    "diagnose",
    "load_deployment",
    "make_destroy_plan",
    "make_plan",
    "observe",
    "open_aws",
    "read_outputs",
]

# Where the names are, errors and nouns first: a program that wants only those need not wait.
_MODULES = (
    "stacksets.errors",
    "stacksets.model.desired",
    "stacksets.model.observed",
    "stacksets.model.plan",
    "stacksets.model.outcome",
    "stacksets.model.diagnosis",
    "stacksets.waiting",
    "stacksets.api",
    "stacksets.plan",
    "stacksets.outputs",
    "stacksets.opening",
    "stacksets.preflight",
)


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562).

    `import stacksets` stays quick, and so does `--help`.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return next(vars(one)[name] for one in map(import_module, _MODULES) if name in vars(one))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
