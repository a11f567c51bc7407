"""What the deployment file asks for: the nouns that `load` makes and every later stage reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.model.smoke import Smoke
    from stacksets.model.traffic import Traffic

AccountId = NewType("AccountId", str)
Region = NewType("Region", str)
OperationId = NewType("OperationId", str)
OrganizationalUnitId = NewType("OrganizationalUnitId", str)

SELF = AccountId("self")
"""Stands in a deployment file for the account whose credentials are used; see `bound_to`."""

ADMIN_ACCOUNT = "{admin_account}"
"""Stands in the strings of a deployment file for the id of the administrator account."""

DEFAULT_EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"
"""The role of the target accounts where none is named (API reference, CreateStackSet)."""


@dataclass(frozen=True, slots=True, order=True)
class InstanceKey:
    """One stack instance: an account and a region, the unit of desired state."""

    account: AccountId
    region: Region

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


class PermissionModel(StrEnum):
    """Who makes the roles that StackSets assumes."""

    SELF_MANAGED = "SELF_MANAGED"
    SERVICE_MANAGED = "SERVICE_MANAGED"


class AccountFilter(StrEnum):
    """Which accounts a group means by its units and accounts (API reference, DeploymentTargets).

    NONE: all below the units. INTERSECTION: those of the listed accounts that are below them.
    DIFFERENCE: all below them but the listed accounts. UNION: all below them and the listed ones.
    """

    NONE = "NONE"
    INTERSECTION = "INTERSECTION"
    DIFFERENCE = "DIFFERENCE"
    UNION = "UNION"


class CallAs(StrEnum):
    """In whose name StackSets is called: the caller's own account, or the organization's."""

    SELF = "SELF"
    DELEGATED_ADMIN = "DELEGATED_ADMIN"


class RegionConcurrency(StrEnum):
    """Whether the regions of an operation go one after the other or at once."""

    SEQUENTIAL = "SEQUENTIAL"
    PARALLEL = "PARALLEL"


class ConcurrencyMode(StrEnum):
    """Whether the number of concurrent stacks shrinks with every failure."""

    STRICT_FAILURE_TOLERANCE = "STRICT_FAILURE_TOLERANCE"
    SOFT_FAILURE_TOLERANCE = "SOFT_FAILURE_TOLERANCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The rendered template: the bytes that are sent, and what they say once parsed."""

    path: str
    body: str
    sha256: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptValue:
    """A value that this run does not know: the deployed one stays, a first deploy sends `fallback`.

    `{repository}` and `{author}` become one where their variables are unset, so that setting them
    once and not the next time is no change.
    """

    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoDeployment:
    """Whether an account that joins a targeted unit gets stack instances by itself.

    An account that leaves it loses them, and its stacks unless `retain_stacks_on_account_removal`.
    `depends_on` are the ARNs of the stack sets whose automatic operations go first; no file names
    them, those that are there are kept.
    """

    enabled: bool
    retain_stacks_on_account_removal: bool = False
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationAccount:
    """An account of the organization: its state as AWS spells it, and the unit right above it."""

    id: AccountId
    state: str
    parent: OrganizationalUnitId

    @property
    def is_active(self) -> bool:
        """Tell whether stacks can be made there; a suspended or closing account takes none."""
        return self.state == "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """What of the organization a deployment has to do with.

    `units` gives all accounts below a unit, those of nested units included; a unit that the
    organization does not have is not among them. `others` are accounts that were looked for on
    their own: named beside the units, or with a stack instance that no unit accounts for.
    """

    management_account: AccountId
    units: Mapping[OrganizationalUnitId, tuple[OrganizationAccount, ...]]
    others: tuple[OrganizationAccount, ...] = ()

    def accounts_below(self, unit: OrganizationalUnitId) -> frozenset[AccountId]:
        """Give every account below a unit, whatever its state."""
        return frozenset(one.id for one in self.units.get(unit, ()))

    def targets_below(self, unit: OrganizationalUnitId) -> frozenset[AccountId]:
        """Give the accounts below a unit that StackSets deploys to."""
        return frozenset(one.id for one in self.units.get(unit, ()) if self.takes_stacks(one))

    def takes_stacks(self, account: OrganizationAccount) -> bool:
        """Tell whether StackSets deploys to an account: never to the management account.

        Source: StackSets user guide, stacksets-concepts, "Service-managed permissions".
        """
        return account.is_active and account.id != self.management_account


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTargets:
    """A group of accounts, each of which gets a stack instance in each of the group's regions.

    With `organizational_units` the accounts are those that `account_filter` makes of the units and
    `accounts`: `members`, which is None until Organizations was asked.
    """

    accounts: tuple[AccountId, ...]
    regions: tuple[Region, ...]
    organizational_units: tuple[OrganizationalUnitId, ...] = ()
    account_filter: AccountFilter = AccountFilter.NONE
    members: tuple[AccountId, ...] | None = None

    @property
    def adds_accounts(self) -> bool:
        """Tell whether `accounts` beside units are to get stack instances, and are not left out."""
        return self.account_filter in {AccountFilter.INTERSECTION, AccountFilter.UNION}

    @property
    def targeted_accounts(self) -> tuple[AccountId, ...]:
        """Give the accounts that get stack instances; none of a unit that was not expanded."""
        return self.members or () if self.organizational_units else self.accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterOverride:
    """Other parameter values for some stack instances.

    Empty `accounts` and `organizational_units` mean all accounts, empty `regions` all regions; of
    several overrides that meet in one instance, the last one of the file wins, parameter by
    parameter. `members` are the accounts below the units, None until Organizations was asked.
    """

    accounts: tuple[AccountId, ...]
    regions: tuple[Region, ...]
    parameters: Mapping[str, str]
    organizational_units: tuple[OrganizationalUnitId, ...] = ()
    members: tuple[AccountId, ...] | None = None

    def applies_to(self, key: InstanceKey) -> bool:
        """Tell whether this override speaks of that stack instance."""
        everywhere = not self.accounts and not self.organizational_units
        meant = everywhere or key.account in (*self.accounts, *(self.members or ()))
        return meant and (not self.regions or key.region in self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPreferences:
    """How one operation goes about its stack instances; AWS never stores them on the stack set.

    Counts and percentages are of accounts per region. The defaults are AWS's own: one stack at a
    time, no failure tolerated (API reference, StackSetOperationPreferences).
    """

    region_order: tuple[Region, ...] = ()
    region_concurrency: RegionConcurrency = RegionConcurrency.SEQUENTIAL
    max_concurrent_count: int | None = None
    max_concurrent_percentage: int | None = None
    failure_tolerance_count: int | None = None
    failure_tolerance_percentage: int | None = None
    concurrency_mode: ConcurrencyMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The template that every account needs first (roles and account settings), as plain stacks."""

    stack_name: str
    template: Template
    parameters: Mapping[str, str | KeptValue]
    tags: Mapping[str, str | KeptValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stack set as a deployment file and an environment describe it.

    `path` and `sha256` name the deployment file; `environment_source` says where the environment
    came from (`--environment`, `ENVIRONMENT_SUFFIX` or `default`). `informational` are the tags and
    parameters whose change alone is no difference, `unique_across_accounts` the parameters of which
    no two accounts may have the same value. `organization` is what Organizations said of the units
    in it, None until it was asked and for self-managed permissions.
    """

    path: str
    sha256: str
    environment: str
    environment_source: str
    name: str
    template: Template
    home_region: Region
    targets: tuple[DeploymentTargets, ...]
    admin_account: AccountId | None = None
    read_role_name: str | None = None
    description: str | None = None
    capabilities: tuple[str, ...] = ()
    permission_model: PermissionModel = PermissionModel.SELF_MANAGED
    administration_role_arn: str | None = None
    execution_role_name: str | None = None
    managed_execution: bool = False
    auto_deployment: AutoDeployment | None = None
    call_as: CallAs = CallAs.SELF
    parameters: Mapping[str, str | KeptValue] = field(default_factory=dict)
    tags: Mapping[str, str | KeptValue] = field(default_factory=dict)
    overrides: tuple[ParameterOverride, ...] = ()
    operation_preferences: OperationPreferences = field(default_factory=OperationPreferences)
    informational: frozenset[str] = frozenset()
    unique_across_accounts: tuple[str, ...] = ()
    bootstrap: Bootstrap | None = None
    smoke: Smoke | None = None
    traffic: Traffic | None = None
    organization: Organization | None = None

    def bound_to(self, caller: AccountId) -> Deployment:
        """Put the caller's account where the file says "self" and the admin account in the strings.

        Everything but this can be checked without AWS, so a file is loaded first and bound once the
        caller is known. `{admin_account}` is `admin_account`, else the caller's account.
        """
        admin = self.admin_account or caller
        arn = self.administration_role_arn
        return replace(
            self,
            admin_account=admin,
            administration_role_arn=arn and arn.replace(ADMIN_ACCOUNT, admin),
            parameters=_bound_values(self.parameters, admin),
            tags=_bound_values(self.tags, admin),
            targets=tuple(
                replace(group, accounts=_bound_accounts(group.accounts, caller))
                for group in self.targets
            ),
            overrides=tuple(
                replace(one, accounts=_bound_accounts(one.accounts, caller))
                for one in self.overrides
            ),
            bootstrap=self.bootstrap
            and replace(
                self.bootstrap,
                parameters=_bound_values(self.bootstrap.parameters, admin),
                tags=_bound_values(self.bootstrap.tags, admin),
            ),
        )

    def instance_keys(self) -> tuple[InstanceKey, ...]:
        """Give every stack instance that the file asks for, once, sorted."""
        return tuple(sorted(set(self._pairs())))

    def accounts(self) -> tuple[AccountId, ...]:
        """Give the target accounts, once each, sorted."""
        return tuple(sorted({key.account for key in self._pairs()}))

    def regions(self) -> tuple[Region, ...]:
        """Give the target regions, once each, in the order in which the file first names them."""
        return tuple(dict.fromkeys(region for group in self.targets for region in group.regions))

    def overrides_of(self, key: InstanceKey) -> dict[str, str]:
        """Give the parameter overrides that the file asks for in one stack instance."""
        return {
            name: value
            for override in self.overrides
            if override.applies_to(key)
            for name, value in override.parameters.items()
        }

    def _pairs(self) -> Iterator[InstanceKey]:
        for group in self.targets:
            for account in group.targeted_accounts:
                for region in group.regions:
                    yield InstanceKey(account, region)


def _bound_accounts(accounts: tuple[AccountId, ...], caller: AccountId) -> tuple[AccountId, ...]:
    return tuple(caller if account == SELF else account for account in accounts)


def _bound_values(
    values: Mapping[str, str | KeptValue], admin: AccountId
) -> dict[str, str | KeptValue]:
    return {
        name: value.replace(ADMIN_ACCOUNT, admin)
        if isinstance(value, str)
        else KeptValue(fallback=value.fallback.replace(ADMIN_ACCOUNT, admin))
        for name, value in values.items()
    }
