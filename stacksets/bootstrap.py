"""What an account needs before the first deploy, as one plain stack in each of its regions.

The home region comes first, because the roles are made there. Run it with the credentials of each
account that the file names; what is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.aws.first_failure import find_first_failure
from stacksets.definition import declared_parameters, no_echo_parameters
from stacksets.errors import ConflictError, InputError, OperationFailedError, StillRunningError
from stacksets.model.desired import InstanceKey, KeptValue
from stacksets.model.outcome import RootCause
from stacksets.resolve import resolve
from stacksets.template import parse_template
from stacksets.waiting import poll

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacksets.aws.door import Account, Aws, Stack
    from stacksets.clock import Clock
    from stacksets.model.desired import Bootstrap, Deployment
    from stacksets.model.outcome import Identity

LIMIT_SECONDS = 1800.0
"""How long one stack of roles and settings may take."""

_CAPABILITIES = ("CAPABILITY_NAMED_IAM",)
_NEVER_WORKED = frozenset(
    {"CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
)
"""Statuses of a stack that only a deletion helps (user guide, "Stack status codes")."""

_STUCK = frozenset({"DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"})


class BootstrapChange(StrEnum):
    """What was done to one stack."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapResult:
    """The bootstrap stack of one account and region, and what was done to it."""

    key: InstanceKey
    stack_name: str
    change: BootstrapChange


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One stack: where it belongs and what it shall hold."""

    key: InstanceKey
    account: Account
    bootstrap: Bootstrap
    clock: Clock
    notify: Callable[[str], None]

    def tell(self, doing: str) -> None:
        self.notify(f"{self.key}: {doing} stack {self.bootstrap.stack_name}")


def bootstrap(
    deployment: Deployment,
    aws: Aws,
    identity: Identity,
    clock: Clock,
    notify: Callable[[str], None],
) -> tuple[BootstrapResult, ...]:
    """Create or update the bootstrap stacks of the caller's account, region by region.

    Args:
        deployment: bound to the caller's account.
        aws: the door to AWS.
        identity: who calls; only that account is changed.
        clock: time, so that waiting can be tested.
        notify: is told in words what is being done.

    Raises:
        InputError: the file has no bootstrap, or does not name the caller's account.
        ConflictError: a role of the name is there from elsewhere, or a stack is stuck.
        OperationFailedError: a stack failed; its root cause is the first failing resource.
        StillRunningError: a stack took too long.
    """
    wanted = deployment.bootstrap
    if wanted is None:
        raise InputError(
            f"{deployment.path} has no [bootstrap]", hint="name its stack_name and template"
        )
    jobs = (
        _Job(
            key=key,
            account=aws.account(key.account, key.region, None),
            bootstrap=wanted,
            clock=clock,
            notify=notify,
        )
        for key in _keys(deployment, identity)
    )
    return tuple(_bring_about(job, deployment, identity) for job in jobs)


def _keys(deployment: Deployment, identity: Identity) -> Iterator[InstanceKey]:
    account = identity.account
    regions = [one.region for one in deployment.instance_keys() if one.account == account]
    if not regions and account != deployment.admin_account:
        raise InputError(
            f"account {account} is neither the administrator account nor a target of "
            f"{deployment.path}, environment {deployment.environment}",
            hint="use credentials of an account that the file names",
        )
    for region in dict.fromkeys((deployment.home_region, *regions)):
        yield InstanceKey(account, region)


def _bring_about(job: _Job, deployment: Deployment, identity: Identity) -> BootstrapResult:
    stack = _find_usable(job)
    parameters = _parameters(job, deployment, stack)
    tags = _settle(job.bootstrap.tags, stack.tags if stack else {})
    if stack is None:
        _refuse_foreign_roles(job, parameters, identity)
        change = _create(job, parameters, tags)
    elif _is_same(job, stack, parameters, tags, deployment.informational):
        change = BootstrapChange.UNCHANGED
    else:
        change = _update(job, stack, parameters, tags)
    return BootstrapResult(key=job.key, stack_name=job.bootstrap.stack_name, change=change)


def _find_usable(job: _Job) -> Stack | None:
    """Give the stack once it rests; one that never worked is deleted, as CloudFormation asks."""
    name = job.bootstrap.stack_name
    stack = job.account.find_stack(name)
    if stack and stack.status not in _NEVER_WORKED:
        stack = _wait(job, stack.id)
    if stack and stack.status in _NEVER_WORKED:
        job.tell("deleting what is left of")
        job.account.delete_stack(name)
        stack = _wait(job, stack.id)
    if stack and stack.status in _STUCK:
        raise ConflictError(
            f"stack {name} in {job.key} is in status {stack.status}: {stack.status_reason}",
            hint="mend it in the CloudFormation console, then `make bootstrap` again",
        )
    return None if stack is None or stack.status == "DELETE_COMPLETE" else stack


def _create(job: _Job, parameters: Mapping[str, str], tags: Mapping[str, str]) -> BootstrapChange:
    job.tell("creating")
    stack_id = job.account.create_stack(
        job.bootstrap.stack_name,
        job.bootstrap.template.body,
        parameters=parameters,
        tags=tags,
        capabilities=_CAPABILITIES,
    )
    _wait_for(job, stack_id, "CREATE_COMPLETE")
    return BootstrapChange.CREATED


def _update(
    job: _Job, stack: Stack, parameters: Mapping[str, str], tags: Mapping[str, str]
) -> BootstrapChange:
    job.tell("updating")
    if not job.account.update_stack(
        job.bootstrap.stack_name,
        job.bootstrap.template.body,
        parameters=parameters,
        tags=tags,
        capabilities=_CAPABILITIES,
    ):
        return BootstrapChange.UNCHANGED
    _wait_for(job, stack.id, "UPDATE_COMPLETE")
    return BootstrapChange.UPDATED


def _wait_for(job: _Job, stack_id: str, status: str) -> None:
    stack = _wait(job, stack_id)
    if stack and stack.status == status:
        return
    found = stack.status if stack else "gone"
    cause = find_first_failure(job.account, stack_id)
    reason = cause.reason if cause else stack.status_reason if stack else ""
    raise OperationFailedError(
        f"stack {job.bootstrap.stack_name} in {job.key} is {found}, not {status}",
        hint="mend the cause, then `make bootstrap` again: it begins anew",
        root_causes=[
            RootCause(
                account=job.key.account,
                region=job.key.region,
                reason=reason or "AWS gives no reason",
                logical_id=cause.logical_id if cause else "",
                resource_type=cause.resource_type if cause else "",
                stack_id=stack_id,
            )
        ],
    )


def _wait(job: _Job, stack_id: str) -> Stack | None:
    for _ in poll(job.clock, limit_seconds=LIMIT_SECONDS):
        stack = job.account.find_stack(stack_id)
        if stack is None or not stack.status.endswith("_IN_PROGRESS"):
            return stack
    raise StillRunningError(
        f"stack {job.bootstrap.stack_name} in {job.key} is still at work after "
        f"{LIMIT_SECONDS / 60:.0f} minutes",
        hint="make bootstrap, once more: it waits on",
    )


def _parameters(job: _Job, deployment: Deployment, stack: Stack | None) -> dict[str, str]:
    """Give the file's parameters and, where the template has them, those that only we know."""
    known = {
        "AdminAccountId": deployment.admin_account or job.key.account,
        "HomeRegion": deployment.home_region,
        "TargetAccountIds": ",".join(deployment.accounts()),
        "ApiGatewayAccountRole": _api_gateway_role(job, deployment, stack),
    }
    declared = declared_parameters(job.bootstrap.template.content)
    given = _settle(job.bootstrap.parameters, stack.parameters if stack else {})
    return {name: value for name, value in known.items() if name in declared} | given


def _api_gateway_role(job: _Job, deployment: Deployment, stack: Stack | None) -> str:
    """Decide who keeps API Gateway's role here: another's is never overwritten, ours goes on.

    A home region that is no target has no API, and so no need.
    """
    if job.key not in deployment.instance_keys():
        return "leave"
    ours = stack is not None and stack.parameters.get("ApiGatewayAccountRole") == "create"
    return "create" if ours or job.account.api_gateway_role() is None else "leave"


def _refuse_foreign_roles(job: _Job, parameters: Mapping[str, str], identity: Identity) -> None:
    view = resolve(
        job.bootstrap.template.content,
        parameters=parameters,
        account=job.key.account,
        region=job.key.region,
        partition=identity.arn.split(":")[1],
    )
    foreign = [name for name in _role_names(view) if job.account.has_role(name)]
    if foreign:
        raise ConflictError(
            f"account {job.key.account} has {', '.join(foreign)} already, and not from stack "
            f"{job.bootstrap.stack_name} in {job.key.region}",
            hint="delete what is not needed any more, or use another environment",
        )


def _role_names(view: Mapping[str, object]) -> Iterator[str]:
    resources = view["Resources"]
    for resource in resources.values() if isinstance(resources, Mapping) else ():
        if resource["Type"] == "AWS::IAM::Role":
            name = resource.get("Properties", {}).get("RoleName")
            if isinstance(name, str):
                yield name


def _is_same(
    job: _Job,
    stack: Stack,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    informational: frozenset[str],
) -> bool:
    content = job.bootstrap.template.content
    defaults = {
        name: str(spec["Default"])
        for name, spec in declared_parameters(content).items()
        if "Default" in spec
    }
    apart = informational | no_echo_parameters(content)
    return (
        _without(stack.tags, informational) == _without(tags, informational)
        and _without(defaults | dict(stack.parameters), apart)
        == _without(defaults | dict(parameters), apart)
        and parse_template(job.account.read_template(stack.id)) == content
    )


def _without(values: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def _settle(wanted: Mapping[str, str | KeptValue], there: Mapping[str, str]) -> dict[str, str]:
    return {
        name: there.get(name, value.fallback) if isinstance(value, KeptValue) else value
        for name, value in wanted.items()
    }
