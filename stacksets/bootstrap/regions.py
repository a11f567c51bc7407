"""The account of the credentials, region by region; the home region first, for it has the roles.

Run it with the credentials of each account that the file names; what is there already is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.bootstrap.fitness import refuse_unready
from stacksets.bootstrap.stack import BootstrapChange, Job, create, find_usable, update
from stacksets.bootstrap.values import (
    is_same,
    refuse_foreign_roles,
    settle,
    settle_parameters,
)
from stacksets.errors import InputError
from stacksets.model.desired import InstanceKey
from stacksets.same_named import find_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapResult:
    """The bootstrap stack of one account and region, and what was done to it."""

    key: InstanceKey
    stack_name: str
    change: BootstrapChange


def bootstrap(
    deployment: Deployment,
    aws: Aws,
    identity: Identity,
    clock: Clock,
    notify: Callable[[str], None],
    *,
    agree: Callable[[], None] = lambda: None,
) -> tuple[BootstrapResult, ...]:
    """Create or update the bootstrap stacks of the caller's account, region by region.

    All regions are looked at first: what is refused is refused before anybody is asked, and before
    anything is changed.

    Args:
        deployment: bound to the caller's account.
        aws: the door to AWS.
        identity: who calls; only that account is changed.
        clock: time, so that waiting can be tested.
        notify: is told in words what is being done.
        agree: is called before the first change; what it raises ends the bootstrap.

    Raises:
        InputError: the file has no bootstrap, or does not name the caller's account.
        NotReadyError: a region is not enabled; or, an UnfitInputError, the template or a value is
            one that CloudFormation would refuse. Nothing was changed.
        ConflictError: a role of the name is there from elsewhere, or a stack is stuck.
        OperationFailedError: a stack failed; its root cause is the first failing resource.
        StillRunningError: a stack took too long.
    """
    wanted = deployment.bootstrap
    if wanted is None:
        raise InputError(
            f"{deployment.path} has no [bootstrap]", hint="name its stack_name and template"
        )
    jobs = [
        Job(
            key=key,
            account=aws.account(key.account, key.region, None),
            bootstrap=wanted,
            clock=clock,
            notify=notify,
        )
        for key in _keys(deployment, identity)
    ]
    refuse_unready(jobs, deployment, aws, identity)
    for said in find_apart(deployment):
        notify(said)
    agree()
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


def _bring_about(job: Job, deployment: Deployment, identity: Identity) -> BootstrapResult:
    stack = find_usable(job)
    parameters = settle_parameters(job, deployment, identity, stack)
    tags = settle(job.bootstrap.tags, stack.tags if stack else {})
    if stack is None:
        refuse_foreign_roles(job, parameters, identity)
        change = create(job, parameters, tags)
    elif is_same(job, stack, parameters, tags, deployment.informational):
        change = BootstrapChange.UNCHANGED
    else:
        change = update(job, stack, parameters, tags)
    return BootstrapResult(key=job.key, stack_name=job.bootstrap.stack_name, change=change)
