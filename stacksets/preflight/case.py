"""What every rule looks at, and how a rule asks an account without failing over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stacksets.asking import ask_each
from stacksets.errors import CredentialsError, PermissionDeniedError, Problem, StackSetsError
from stacksets.model.desired import InstanceKey
from stacksets.opt_in import has_to_be_enabled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from stacksets.aws.door import Account, Aws
    from stacksets.model.desired import AccountId, Deployment, Region
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Identity

Answer = TypeVar("Answer")

_ENTERING = "sts:AssumeRole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """Something that could not be read, in a sentence: it is not thereby fine."""

    what: str


Finding = Problem | Unchecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The deployment, bound to the caller's account, and what is known of the world.

    `other_regions` are those besides the targets in which a stack set of the name may have been
    made by mistake (AWS_REGION). `not_enabled` are accounts and
    regions where nothing would answer: nobody is asked there, since that is a problem already.
    """

    deployment: Deployment
    aws: Aws
    identity: Identity
    observed: StackSet | None
    other_regions: tuple[Region, ...]
    not_enabled: frozenset[InstanceKey] = frozenset()

    @property
    def partition(self) -> str:
        """Give the partition of the caller's account: the second part of any ARN."""
        return self.identity.arn.split(":")[1]

    def is_opt_in(self, region: Region) -> bool:
        """Tell whether accounts have the region only after they asked for it."""
        return has_to_be_enabled(region, self.partition)

    def mended_by_bootstrap(self, account: AccountId) -> str:
        """Say what makes a role or setting that an account lacks."""
        if self.deployment.bootstrap is None:
            return "see StackSets user guide, stacksets-prereqs-self-managed"
        if account == self.identity.account:
            return "`stacksets bootstrap`"
        return f"`stacksets bootstrap` with credentials of account {account}"

    def unproven(self) -> tuple[InstanceKey, ...]:
        """Give the desired instances whose account and region are to be asked, a call each.

        Of many stack instances those are left out that are healthy, unless this is an audit: what
        their stacks needed was there. The observation tells, which counts and knows (`observe`).
        """
        keys = self.deployment.instance_keys()
        if self.observed is None or self.observed.stacks_looked_up:
            return keys
        healthy = {one.key for one in self.observed.instances if one.is_healthy}
        return tuple(key for key in keys if key not in healthy)

    def one_region_each(self) -> tuple[InstanceKey, ...]:
        """Give one pair of each account: IAM answers the same in every region that is enabled."""
        home = self.deployment.home_region
        first: dict[AccountId, InstanceKey] = {}
        for key in self.deployment.instance_keys():
            there = InstanceKey(key.account, home) if self.is_opt_in(key.region) else key
            first.setdefault(key.account, there)
        return tuple(first.values())

    def ask(
        self, keys: Iterable[InstanceKey], question: Callable[[Account], Answer]
    ) -> tuple[Mapping[InstanceKey, Answer], Mapping[InstanceKey, StackSetsError]]:
        """Ask each account and region the same, see `ask_about`."""
        return self.ask_about(keys, lambda _, account: question(account))

    def ask_about(
        self,
        keys: Iterable[InstanceKey],
        question: Callable[[InstanceKey, Account], Answer],
    ) -> tuple[Mapping[InstanceKey, Answer], Mapping[InstanceKey, StackSetsError]]:
        """Ask each account and region, several at once; give the answers, or why there is none.

        Regions that are known not to be enabled are left out. One of which that could not be told
        may refuse the credentials, which is then no more than that.

        Raises:
            CredentialsError: nobody will be answered any more.
        """
        role = self.deployment.read_role_name
        answers: dict[InstanceKey, Answer] = {}
        refusals: dict[InstanceKey, StackSetsError] = {}

        def ask(key: InstanceKey) -> None:
            try:
                answers[key] = question(key, self.aws.account(key.account, key.region, role))
            except StackSetsError as error:
                if isinstance(error, CredentialsError) and not self.is_opt_in(key.region):
                    raise
                refusals[key] = error

        asked = tuple(key for key in keys if key not in self.not_enabled)
        ask_each(ask, asked)
        return (
            {key: answers[key] for key in asked if key in answers},
            {key: refusals[key] for key in asked if key in refusals},
        )


def by_account(keys: Iterable[InstanceKey]) -> dict[AccountId, str]:
    """Join the regions of each account to words."""
    regions: dict[AccountId, list[str]] = {}
    for key in keys:
        regions.setdefault(key.account, []).append(key.region)
    return {account: ", ".join(names) for account, names in regions.items()}


def tell_places(keys: Iterable[InstanceKey]) -> str:
    """Say where something is: the first account with its regions, and how many more accounts."""
    (account, regions), *others = by_account(keys).items()
    more = "more account" if len(others) == 1 else "more accounts"
    rest = f" and in {len(others)} {more}" if others else ""
    return f"in {account} ({regions}){rest}"


def unread(
    case: Case, what: str, refusals: Mapping[InstanceKey, StackSetsError]
) -> Iterator[Unchecked]:
    """Say once an account what could not be read there, with the first reason for it."""
    reasons: dict[AccountId, str] = {}
    for key, error in refusals.items():
        reasons.setdefault(key.account, f"{error.message}{_tell_mending(case, key, error)}")
    for account, regions in by_account(refusals).items():
        yield Unchecked(what=f"could not check {what} in {account} ({regions}): {reasons[account]}")


def _tell_mending(case: Case, key: InstanceKey, error: StackSetsError) -> str:
    """Say what makes the read role that the account lacks, or that does not trust the caller."""
    if not isinstance(error, PermissionDeniedError) or error.api != _ENTERING:
        return ""
    if case.deployment.bootstrap is None:
        return f" (the role {case.deployment.read_role_name} of that account must trust the caller)"
    return f" (run `stacksets bootstrap` with credentials of account {key.account})"
