"""The results of the commands that plan, change or write something."""

from typing import Any, Literal, TypedDict

from stacksets.schemas.nouns import (
    BootstrapStack,
    InstanceName,
    KeptStack,
    Place,
    RegionTraffic,
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
    left_alone: list[InstanceName]
    """The stack instances that stay as they are although the file does not ask for them."""
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
    way_out: str | None
    """The command that lets INOPERABLE stack instances go which cannot be deleted, or null."""


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
    way_out: str | None
    """The command that lets INOPERABLE stack instances go which cannot be deleted, or null."""


class DestroyResult(_Changed):
    """The stack set is removed; `removed` tells a resumed destroy from a resumed deploy."""

    command: Literal["destroy", "resume"]
    """The command."""
    code: Literal["succeeded", "leftovers", "stacks_lost", "could_not_look"]
    """How it ended: `leftovers` where something is there that should not be, `could_not_look` where
    all was removed and nobody could tell whether anything is left (`unchecked`)."""
    verdict: Literal["succeeded"]
    """How the removal itself ended."""
    removed: list[InstanceName]
    """The stack instances that were removed."""
    found: list[Resource]
    """What is there and should not be."""
    kept: list[Resource]
    """What is there by design: retained by the template, or logs that a service wrote."""
    pending: list[Resource]
    """What is out of use, and what AWS deletes after a waiting period (a KMS key)."""
    unchecked: list[str]
    """What could not be looked for, one sentence each."""
    beyond: list[str]
    """What was not looked into, since it is older than what is; one sentence each."""
    kept_stacks: list[KeptStack]
    """The stacks that stay as asked, each looked up."""
    lost_stacks: list[KeptStack]
    """The stacks that were to stay and are not there."""
    adopt: str | None
    """The command that takes the kept stacks into a stack set again, null where there are none, and
    where AWS would import none."""


class NothingToDestroyResult(Record):
    """There is no stack set; what it may have left was looked for all the same."""

    command: Literal["destroy"]
    """The command."""
    code: Literal["no_changes", "leftovers", "could_not_look"]
    """How it ended: `leftovers` where something is there that should not be, `could_not_look` where
    nobody could tell (`unchecked`)."""
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
    pending: list[Resource]
    """What is out of use, and what AWS deletes after a waiting period (a KMS key)."""
    unchecked: list[str]
    """What could not be looked for, one sentence each."""
    beyond: list[str]
    """What was not looked into, since it is older than what is; one sentence each."""
    kept_stacks: list[KeptStack]
    """The stacks that stay as asked, each looked up."""
    lost_stacks: list[KeptStack]
    """The stacks that were to stay and are not there."""
    adopt: str | None
    """The command that takes the kept stacks into a stack set again, null where there are none, and
    where AWS would import none."""


class MovingParameter(Place):
    """A parameter whose value in an imported stack is not the stack set's."""

    name: str
    """The parameter's name."""
    there: str
    """Its value in the stack; a NoEcho value is `****`."""
    other: str
    """The stack set's value, or with `by_import` the one that it had before."""
    by_import: bool
    """Whether the import has changed it; else the next update does."""


class UnreadStack(TypedDict):
    """An imported stack that could not be read again."""

    stack_id: str
    """The stack's ARN."""
    why: str
    """Why it could not be read."""


class Imported(TypedDict):
    """What imported stacks have become."""

    stack_ids: list[str]
    """The ARNs of the stacks."""
    parameters: Parameters
    """The values of their parameters."""
    moving: list[MovingParameter]
    """The parameters whose values change, or have."""
    unread: list[UnreadStack]
    """The stacks that could not be read again."""
    deploy: Plan
    """What a deploy would still do."""


class ImportResult(_Changed):
    """What came of an import that was carried out."""

    command: Literal["import"]
    """The command."""
    code: Literal["succeeded", "partial", "failed", "stopped"]
    """How it ended: `partial` where some stacks are stack instances."""
    verdict: Literal["succeeded", "partial", "failed", "stopped"]
    """The same as `code`."""
    way_out: str | None
    """The command that lets INOPERABLE stack instances go which cannot be deleted, or null."""
    imported: Imported | None
    """What the stacks have become, null where it went wrong or could not be read."""
    untold: str
    """Why that could not be read; empty where it was."""


class NothingToImportResult(Record):
    """Every stack was a stack instance already."""

    command: Literal["import"]
    """The command."""
    code: Literal["no_changes"]
    """How it ended."""
    verdict: Literal["no_changes"]
    """The same as `code`."""
    plan: Plan
    """The plan, which is empty."""
    instances: list[StackInstance]
    """Every stack instance."""
    imported: Imported | None
    """What the stacks are, null where it could not be read."""


class TrafficResult(_Changed):
    """What came of moving a region's traffic."""

    command: Literal["drain", "undrain"]
    """The command."""
    code: Literal["succeeded", "partial", "failed", "stopped"]
    """How it ended: `partial` where some stack instances of the region were changed."""
    verdict: Literal["succeeded", "partial", "failed", "stopped"]
    """The same as `code`."""
    way_out: str | None
    """Null: nothing is deleted."""
    traffic: list[RegionTraffic]
    """Where the traffic of each region goes now."""


class NoTrafficMovedResult(Record):
    """The region's traffic was so already."""

    command: Literal["drain", "undrain"]
    """The command."""
    code: Literal["no_changes"]
    """How it ended."""
    verdict: Literal["no_changes"]
    """The same as `code`."""
    plan: Plan
    """The plan, which is empty."""
    instances: list[StackInstance]
    """Every stack instance."""
    traffic: list[RegionTraffic]
    """Where the traffic of each region goes."""


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
    units: list[str]
    """The organizational units in the targets, whose accounts AWS was not asked for."""


class NotAttemptedResult(Record):
    """Nothing was done for this stack set, because of a failure before it."""

    command: Literal["deploy", "destroy", "drift"]
    """The command."""
    code: Literal["not_attempted"]
    """How it ended."""
