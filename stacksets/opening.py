"""What comes before every plan: who calls, what is there, and whether a change may begin.

The command line and programs (`stacksets.api`) go through the same stages; the one has a voice, the
other has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, InputError, NotReadyError, UnfitInputError
from stacksets.expand import expand_targets
from stacksets.masked import mask_reasons
from stacksets.model.desired import SELF, PermissionModel, Region
from stacksets.observing import observe_stack_set
from stacksets.parameter_values import no_echo_parameters
from stacksets.preflight import Readiness, check_ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import AccountId, Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Identity


@dataclass(slots=True, kw_only=True)
class Opened:
    """A deployment bound to the account of the credentials, the door to AWS, and who calls.

    `observe` puts the accounts behind its organizational units in, as they are at that moment.
    """

    deployment: Deployment
    aws: Aws
    identity: Identity
    clock: Clock


def open_boto(profile: str | None, home_region: Region) -> Aws:
    """Open AWS by boto3; an empty profile leaves it to what every AWS tool honours.

    Raises:
        CredentialsError: there is no such profile.
        InputError: the AWS config files cannot be read.
    """
    # boto3 takes 0.2 s, which --help need not pay. pylint: disable-next=import-outside-toplevel
    from stacksets.aws.session import BotoAws  # noqa: PLC0415 - as above

    return BotoAws(profile, home_region=home_region)


def open_deployment(
    unbound: Deployment, aws: Aws, clock: Clock, *, as_admin: bool = True
) -> Opened:
    """Find out who calls, and put that account into the deployment.

    From here on AWS is spoken to through a door that masks the NoEcho values of the file.

    Raises:
        CredentialsError: there are none, or (`as_admin`) they are another account's than the file
            names: a stack set of the same name there would be a second one.
        InputError: they may be another account's, and the file does not tell which account is the
            administrator's (only without `as_admin`).
    """
    identity = aws.identity()
    if as_admin and unbound.admin_account not in {None, identity.account}:
        raise CredentialsError(
            f"these are credentials of account {identity.account}, {unbound.path} names "
            f"{unbound.admin_account} for environment {unbound.environment}",
            hint=f"`aws sso login --profile P`, then `--profile P`, with a profile of account "
            f"{unbound.admin_account}",
        )
    if not as_admin:
        _refuse_unknown_admin(unbound, identity.account)
    bound = unbound.bound_to(identity.account)
    masked = mask_reasons(aws, bound)
    return Opened(deployment=bound, aws=masked, identity=identity, clock=clock)


def _refuse_unknown_admin(unbound: Deployment, caller: AccountId) -> None:
    """Refuse to take the caller for the administrator where it may be one of its targets.

    Where the file names one account alone, by its number or as "self", that is the administrator.
    Of several the roles of each would trust its own account, and let nobody in.
    """
    named = {account for group in unbound.targets for account in group.accounts}
    is_told = unbound.admin_account or unbound.permission_model is PermissionModel.SERVICE_MANAGED
    if is_told or named in ({SELF}, {caller}):
        return
    raise InputError(
        f"{unbound.path} deploys over several accounts and does not say which of them is the "
        f"administrator account; these are credentials of {caller}",
        hint='write admin_account = "<the administrator account>" into [stack_set]: the roles of '
        "every other account trust its role",
    )


def observe(opened: Opened, *, audit: bool = False, overrides: bool = True) -> StackSet | None:
    """Read what AWS holds, by describe and list calls only; None where there is no stack set.

    The accounts behind organizational units are put into `opened.deployment` thereby.

    Args:
        opened: what `open_aws` gave.
        audit: read every instance's overrides and look its stack up, two calls each; else only
            where it matters.
        overrides: False where nobody will look at the overrides; a drain must be seen always.

    Raises:
        AwsError: AWS refused a call, or Organizations may not be read.
    """
    observed = observe_stack_set(
        opened.aws,
        opened.deployment,
        audit=audit,
        overrides=overrides or opened.deployment.traffic is not None,
    )
    opened.deployment = expand_targets(opened.aws, opened.deployment, observed)
    return observed


def get_stack_set(opened: Opened) -> StackSet:
    """Observe a stack set that has to be there.

    Raises:
        InputError: there is none of that name.
    """
    observed = observe(opened, overrides=False)
    if observed is None:
        raise InputError(
            f"there is no stack set {opened.deployment.name} in {opened.identity.account}, "
            f"{opened.deployment.home_region}",
            hint="`stacksets deploy` makes it",
        )
    return observed


def look_ready(
    opened: Opened,
    observed: StackSet | None,
    environ: Mapping[str, str],
    *,
    makes_stacks: bool = True,
) -> Readiness:
    """Look for all that a change would fail on half-way; AWS_REGION is where else to look.

    Without `makes_stacks` it is not asked for what only new stacks need.

    Raises:
        CredentialsError: the credentials are refused.
    """
    variables = (environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    return check_ready(
        opened.deployment,
        opened.aws,
        opened.identity,
        observed,
        other_regions=tuple(Region(name) for name in variables if name),
        makes_stacks=makes_stacks,
    )


def refuse_unready(readiness: Readiness) -> None:
    """Let a change begin where nothing is missing.

    Raises:
        NotReadyError: with all that is missing; its notes are what could not be checked. An
            UnfitInputError where the accounts lack nothing.
    """
    if not readiness.problems:
        return
    unfit = all(one.is_input for one in readiness.problems)
    kind = UnfitInputError if unfit else NotReadyError
    error = kind("Not ready, nothing was changed", problems=readiness.problems)
    for one in readiness.unchecked:
        error.add_note(one)
    raise error


def refuse_compared(deployment: Deployment, names: frozenset[str]) -> None:
    """Refuse to send by name (`PlanOptions.send`) what is compared anyway.

    Raises:
        InputError: a name is no NoEcho parameter of the template.
    """
    hidden = no_echo_parameters(deployment.template.content)
    wrong = sorted(names - hidden)
    if wrong:
        raise InputError(
            f"--send {', '.join(wrong)}: no NoEcho parameter of {deployment.template.path}",
            hint=f"NoEcho parameters: {', '.join(sorted(hidden)) or 'none'}; others are compared",
        )
