"""The results of the commands that plan, change or write something."""

from typing import Any, Literal

from stacksets.schemas.nouns import (
    BootstrapStack,
    InstanceName,
    Resource,
    RootCause,
    StackInstance,
)
from stacksets.schemas.plans import (
    Parameters,
    Plan,
    Step,
)
from stacksets.schemas.record import Record


class BootstrapResult(Record):
    """The account is prepared."""

    command: Literal["bootstrap"]
    """The command."""
    code: Literal["bootstrapped"]
    """How it ended."""
    stacks: list[BootstrapStack]
    """What was done to each stack."""


class PlanResult(Record):
    """What deploy would do."""

    command: Literal["plan"]
    """The command."""
    code: Literal["changes", "no_changes"]
    """Whether there is something to do."""
    plan: Plan
    """The plan."""
    parameters: Parameters
    """The values of the parameters once it is carried out."""
    warnings: list[str]
    """Things to know before agreeing, for people."""


class ShowResult(Record):
    """A plan as it was saved."""

    command: Literal["show"]
    """The command."""
    code: Literal["saved_plan"]
    """How it ended."""
    plan: Plan
    """The plan."""
    parameters: Parameters
    """The values of the parameters once it is carried out."""
    warnings: list[str]
    """Things to know before agreeing, for people."""
    basis: dict[str, Any]
    """What it was made from: `basis` in the schema `plan`."""
    options: dict[str, Any]
    """What was asked for beyond the deployment file: `options` in the schema `plan`."""


class _Changed(Record):
    """What every change that was carried out comes to."""

    plan: Plan
    """What was to be done."""
    instances: list[StackInstance]
    """Every stack instance as it is now."""
    root_causes: list[RootCause]
    """Why stack instances failed, each cause once."""
    not_attempted: list[InstanceName]
    """The stack instances that were not attempted because of it."""
    unsent: list[Step]
    """The steps that were never sent because of it."""
    remaining: Plan | None
    """What is still to be done, null where nothing is."""


class DeployResult(_Changed):
    """What came of a deploy that was carried out."""

    command: Literal["deploy", "resume"]
    """The command."""
    code: Literal["succeeded", "partial", "failed", "stopped"]
    """How it ended: `partial` where some stack instances are as desired."""
    verdict: Literal["succeeded", "partial", "failed", "stopped"]
    """The same as `code`."""


class NoChangesResult(Record):
    """Nothing was to be done."""

    command: Literal["deploy", "resume"]
    """The command."""
    code: Literal["no_changes"]
    """How it ended."""
    verdict: Literal["no_changes"]
    """The same as `code`."""
    plan: Plan
    """The plan, which is empty."""
    instances: list[StackInstance]
    """Every stack instance."""


class DestroyFailedResult(_Changed):
    """What came of a destroy that did not succeed."""

    command: Literal["destroy"]
    """The command; a resumed destroy that fails has the shape of a deploy."""
    code: Literal["partial", "failed", "stopped"]
    """How it ended: `partial` where some stack instances are gone."""
    verdict: Literal["partial", "failed", "stopped"]
    """The same as `code`."""


class DestroyResult(_Changed):
    """The stack set is removed; `removed` tells a resumed destroy from a resumed deploy."""

    command: Literal["destroy", "resume"]
    """The command."""
    code: Literal["succeeded", "leftovers"]
    """How it ended: `leftovers` where something is there that should not be."""
    verdict: Literal["succeeded"]
    """How the removal itself ended."""
    removed: list[InstanceName]
    """The stack instances that were removed."""
    found: list[Resource]
    """What is there and should not be."""
    kept: list[Resource]
    """What is there by design: retained by the template, or logs that a service wrote."""
    unchecked: list[str]
    """What could not be looked for, one sentence each."""


class NothingToDestroyResult(Record):
    """There is no stack set; what it may have left was looked for all the same."""

    command: Literal["destroy"]
    """The command."""
    code: Literal["no_changes", "leftovers"]
    """How it ended: `leftovers` where something is there that should not be."""
    verdict: Literal["no_changes"]
    """How the removal itself ended."""
    instances: list[StackInstance]
    """None."""
    removed: list[InstanceName]
    """None."""
    found: list[Resource]
    """What is there and should not be."""
    kept: list[Resource]
    """What is there by design: retained by the template, or logs that a service wrote."""
    unchecked: list[str]
    """What could not be looked for, one sentence each."""


class ResolveResult(Record):
    """The templates as each stack instance has them were written."""

    command: Literal["resolve"]
    """The command."""
    code: Literal["resolved"]
    """How it ended."""
    files: list[str]
    """The paths of the files."""
    skipped: list[str]
    """The environments of the file that are patterns, which name no environment."""


class NotAttemptedResult(Record):
    """Nothing was done for this stack set, because of a failure before it."""

    command: Literal["deploy", "destroy"]
    """The command."""
    code: Literal["not_attempted"]
    """How it ended."""
