"""Why an import failed: what AWS says of it is all there is, since it does not touch the stack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.hints import FAILED_IMPORT, find_hint
from stacksets.model.desired import CallAs

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import RootCause

_AGAIN = "`stacksets import` with the same stacks tries again"


def explain_failed_import(
    deployment: Deployment, cause: RootCause, instance: StackInstance
) -> RootCause:
    """Add what the reason means, how to try again, and how to give it up without losing the stack.

    An entry of the stack's own events would be of earlier days. A failed import may be repeated
    (API reference, StackInstanceComprehensiveStatus); a deploy would make a new stack instead.
    """
    known = find_hint(
        cause.reason,
        cause.key,
        stack_id=cause.stack_id,
        again=_AGAIN,
        bootstraps=deployment.bootstrap is not None,
    )
    hint = known or replace(FAILED_IMPORT, action=f"{FAILED_IMPORT.action}; {_AGAIN}")
    give_up = f"to give it up, and keep the stack: `{_removal(deployment, instance)}`"
    told = replace(hint, action=f"{hint.action}; {give_up}")
    return replace(cause, hint=told, of_import=True)


def _removal(deployment: Deployment, instance: StackInstance) -> str:
    """Give the command that takes out the stack instance and leaves the stack."""
    unit = instance.organizational_unit_id
    where = (
        f"--deployment-targets OrganizationalUnitIds={unit},Accounts={instance.account},"
        "AccountFilterType=INTERSECTION"
        if unit
        else f"--accounts {instance.account}"
    )
    call_as = "" if deployment.call_as is CallAs.SELF else f" --call-as {deployment.call_as}"
    return (
        f"aws cloudformation delete-stack-instances --stack-set-name {deployment.name} {where} "
        f"--regions {instance.region} --retain-stacks --region {deployment.home_region}{call_as}"
    )
