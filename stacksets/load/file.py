"""The tables and keys of a deployment file, one model a table; pydantic is used here only.

Every key is optional, because any of them may stand in the base or in an environment: `rules` sees
what is missing once both are laid together. Strings are never made from numbers: an account id that
was written as a number has lost its zeros already.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

# Spelled out, because \d and \w take digits and letters of every script.
ACCOUNT_PATTERN = r"^([0-9]{12}|self)$"
ADMIN_ACCOUNT_PATTERN = r"^[0-9]{12}$"
NAME_PATTERN = r"^[a-zA-Z][a-zA-Z0-9-]*$"
REGION_PATTERN = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
ROLE_ARN_PATTERN = r"^arn:aws[a-z-]*:iam::([0-9]{12}|\{admin_account\}):role/[a-zA-Z0-9_+=,.@/-]+$"
ROLE_NAME_PATTERN = r"^[a-zA-Z0-9_+=,.@-]+$"
SERVICE_PATTERN = r"^[a-z0-9-]+$"
UNIT_PATTERN = r"^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$"

PATTERN_WORDS = {
    ACCOUNT_PATTERN: 'an account id, a string of 12 digits, or "self"',
    ADMIN_ACCOUNT_PATTERN: "an account id, a string of 12 digits",
    NAME_PATTERN: "a letter, then letters, digits and hyphens",
    REGION_PATTERN: 'a region such as "us-east-1"',
    ROLE_ARN_PATTERN: 'a role such as "arn:aws:iam::{admin_account}:role/NAME"',
    ROLE_NAME_PATTERN: "a role name: letters, digits and +=,.@_-",
    SERVICE_PATTERN: 'a service as signatures name it, such as "execute-api"',
    UNIT_PATTERN: 'an organizational unit such as "ou-ab12-cdef3456", or a root such as "r-ab12"',
}
"""What each pattern means, for people."""

# The patterns hold once the placeholders are filled: an editor that reads the schema must not
# refuse `{environment}`, so the schema says only that these are strings.
_FILLED = WithJsonSchema({"type": "string"})

AccountText = Annotated[str, Field(pattern=ACCOUNT_PATTERN)]
UnitText = Annotated[str, Field(pattern=UNIT_PATTERN)]
RegionText = Annotated[str, Field(pattern=REGION_PATTERN)]
RoleName = Annotated[str, Field(pattern=ROLE_NAME_PATTERN, max_length=64), _FILLED]
Capability = Literal["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
Percentage = Annotated[int, Field(ge=0, le=100)]


class Table(BaseModel):
    """What all tables share: no unknown keys, no coercion, docstrings as descriptions."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class StackSetTable(Table):
    """The stack set: what AWS stores of it, and the accounts and roles behind it."""

    name: Annotated[str, Field(pattern=NAME_PATTERN, max_length=80), _FILLED] | None = None
    """Name of the stack set: at most 80 characters, so that the names of its stacks fit."""
    template: Annotated[str, Field(min_length=1)] | None = None
    """Path of the rendered template, JSON or YAML, relative to this file."""
    admin_account: Annotated[str, Field(pattern=ADMIN_ACCOUNT_PATTERN)] | None = None
    """The account whose credentials deploy: the administrator account, or the delegated
    administrator's; required outside the environment dev."""
    read_role_name: RoleName | None = None
    """The role through which stacks in other accounts are read."""
    description: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Description of the stack set."""
    capabilities: list[Capability] | None = None
    """What the template needs to be allowed to create."""
    permission_model: Literal["SELF_MANAGED", "SERVICE_MANAGED"] | None = None
    """Who makes the roles that StackSets assumes: you, or StackSets itself in an organization."""
    auto_deployment: bool | None = None
    """Whether accounts that join a targeted unit get stack instances by themselves."""
    retain_stacks_on_account_removal: bool | None = None
    """Whether an account that leaves a targeted unit keeps its stacks; for auto-deployment."""
    call_as: Literal["SELF", "DELEGATED_ADMIN"] | None = None
    """DELEGATED_ADMIN for a delegated administrator; SELF, the default, for anybody else."""
    administration_role_arn: Annotated[str, Field(pattern=ROLE_ARN_PATTERN), _FILLED] | None = None
    """The role of the administrator account that CloudFormation assumes."""
    execution_role_name: RoleName | None = None
    """The role of each target account that the administration role assumes."""
    managed_execution: bool | None = None
    """Whether operations that do not collide run at once, set when the stack set is created."""
    home_region: RegionText | None = None
    """Where the stack set lives; best a region that is no target."""
    informational: list[str] | None = None
    """Tags and parameters whose change alone is no difference."""
    unique_across_accounts: list[str] | None = None
    """Parameters whose value, unless empty, may be in effect in one account only: what it names can
    be there once in all of AWS."""
    parameters: dict[str, str] | None = None
    """Values of the template's parameters."""
    tags: dict[str, str] | None = None
    """Tags of the stack set, its stacks and their resources."""


class TargetsTable(Table):
    """A group of accounts, each of which gets a stack instance in each of the group's regions."""

    accounts: Annotated[list[AccountText], Field(min_length=1)] | None = None
    """Account ids, or "self" for the account of the credentials."""
    organizational_units: Annotated[list[UnitText], Field(min_length=1)] | None = None
    """Organizational units or the root: all accounts below them, nested units included."""
    account_filter: Literal["NONE", "INTERSECTION", "DIFFERENCE", "UNION"] | None = None
    """What `accounts` means beside units: only those, all but those, or those as well."""
    regions: Annotated[list[RegionText], Field(min_length=1)] | None = None
    """The regions."""


class OverridesTable(Table):
    """Other parameter values for some stack instances; later entries win."""

    accounts: list[AccountText] | None = None
    """Where: account ids or "self"; without it, all accounts."""
    organizational_units: list[UnitText] | None = None
    """Where: the accounts below these units, beside `accounts`."""
    regions: list[RegionText] | None = None
    """Where: regions; without it, all regions."""
    parameters: dict[str, str] | None = None
    """The values."""


class OperationPreferencesTable(Table):
    """How operations go about their stack instances; numbers are of accounts per region."""

    region_order: list[RegionText] | None = None
    """The order of the regions."""
    region_concurrency: Literal["SEQUENTIAL", "PARALLEL"] | None = None
    """One region after the other, or all at once."""
    max_concurrent_count: Annotated[int, Field(ge=1)] | None = None
    """How many accounts at once."""
    max_concurrent_percentage: Annotated[int, Field(ge=1, le=100)] | None = None
    """How many accounts at once, as a percentage."""
    failure_tolerance_count: Annotated[int, Field(ge=0)] | None = None
    """How many accounts may fail in a region before the operation stops there."""
    failure_tolerance_percentage: Percentage | None = None
    """How many accounts may fail in a region, as a percentage."""
    concurrency_mode: Literal["STRICT_FAILURE_TOLERANCE", "SOFT_FAILURE_TOLERANCE"] | None = None
    """Whether concurrency shrinks with every failure (STRICT) or stays (SOFT)."""


class BootstrapTable(Table):
    """What every account needs first, as plain stacks."""

    stack_name: Annotated[str, Field(pattern=NAME_PATTERN, max_length=128), _FILLED] | None = None
    """Name of the plain stacks."""
    template: Annotated[str, Field(min_length=1)] | None = None
    """Path of the bootstrap template, relative to this file."""
    parameters: dict[str, str] | None = None
    """Values of its parameters."""
    tags: dict[str, str] | None = None
    """Tags of the stacks; without them, those of the stack set."""


class SmokeTable(Table):
    """How to see from outside that a stack instance answers."""

    output: Annotated[str, Field(min_length=1)] | None = None
    """The stack output that holds the base URL."""
    path: str | None = None
    """What is appended to the base URL."""
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    """The HTTP status of a good answer (default 200)."""
    body: str | None = None
    """The whole body of a good answer; may hold {region} and {account}."""
    burst: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many requests are sent at once (default 8)."""
    sign: Annotated[str, Field(pattern=SERVICE_PATTERN)] | None = None
    """The service that requests are signed for by Signature Version 4, as "execute-api" for API
    Gateway; without it, none is signed."""
    sign_where: Annotated[dict[str, str], Field(min_length=1)] | None = None
    """Parameters and values of the stacks whose endpoints want signatures; without it, all."""


class TrafficTable(Table):
    """The parameter by which a region is drained; it belongs to operations, not to this file."""

    parameter: Annotated[str, Field(min_length=1)] | None = None
    """The parameter of the template; nothing else in this file names it."""
    normal: str | None = None
    """Its value in a region that takes traffic: the template's default."""
    drained: str | None = None
    """Its value in a region whose traffic goes elsewhere."""


class Tables(Table):
    """All the tables that a deployment is made of."""

    stack_set: StackSetTable | None = None
    targets: Annotated[list[TargetsTable], Field(min_length=1)] | None = None
    overrides: list[OverridesTable] | None = None
    operation_preferences: OperationPreferencesTable | None = None
    bootstrap: BootstrapTable | None = None
    smoke: SmokeTable | None = None
    traffic: TrafficTable | None = None


class DeploymentFile(Tables):
    """The deployment file of a CloudFormation stack set."""

    environments: dict[str, Tables] | None = None
    """Any of the tables again, laid over the base; a name may be a pattern such as "pr-*"."""


TABLES: dict[str, type[Table]] = {
    "stack_set": StackSetTable,
    "targets": TargetsTable,
    "overrides": OverridesTable,
    "operation_preferences": OperationPreferencesTable,
    "bootstrap": BootstrapTable,
    "smoke": SmokeTable,
    "traffic": TrafficTable,
}
"""The tables by the name that they have in the file."""
