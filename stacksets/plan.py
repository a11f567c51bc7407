"""From what is desired and what was observed to the steps between them.

Pure: the same deployment and the same observation give the same plan, byte for byte. `changes`
decides about each stack instance, `steps` turns the decisions into calls, this module joins them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.changes import Rules, find_changes
from stacksets.definition import compare_definition, settle_definition
from stacksets.errors import InputError, NoActiveRegionError
from stacksets.model.desired import PermissionModel
from stacksets.model.plan import (
    CreateStackSet,
    InstanceChange,
    Plan,
    Retention,
)
from stacksets.operation_ids import DESTROYS, Purpose
from stacksets.organization import missing_units
from stacksets.parameter_values import declared_parameters, no_echo_parameters
from stacksets.plan_digest import digest_plan
from stacksets.plan_notes import deploy_notes
from stacksets.removals import (
    find_removals,
    removal_notes,
    unimportable_notes,
    waiting_notes,
)
from stacksets.step_context import Context
from stacksets.steps import (
    Decisions,
    attach_to,
    find_destroy_steps,
    find_steps,
    with_operation_id,
)
from stacksets.traffic import find_stranded, name_few
from stacksets.unit_targets import find_unit_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.desired import Deployment, Region
    from stacksets.model.observed import Operation, StackSet
    from stacksets.model.plan import Definition, Difference, Step
    from stacksets.unit_targets import UnitTargets


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a person may ask for beyond the deployment file.

    `remove_first` removes surplus stack instances before anything is created, for names or quotas
    that would collide. `send` names NoEcho parameters whose value is to be sent although it cannot
    be compared. `audit` is for observing: what takes a call an instance is read in any case.
    `retain_inoperable` lets surplus INOPERABLE stack instances go without trying to delete their
    stacks again.
    """

    remove_first: bool = False
    send: frozenset[str] = frozenset()
    audit: bool = False
    retain_inoperable: bool = False

    @property
    def retention(self) -> Retention:
        """Give which stacks of surplus stack instances stay."""
        return Retention.INOPERABLE if self.retain_inoperable else Retention.NONE

    @property
    def purpose(self) -> Purpose:
        """Give what the ids of the plan's operations tell."""
        return Purpose.DEPLOY_RETAIN_INOPERABLE if self.retain_inoperable else Purpose.DEPLOY


def make_plan(
    deployment: Deployment, observed: StackSet | None, options: PlanOptions | None = None
) -> Plan:
    """Plan the way to the desired state; an empty plan means that it is reached.

    Raises:
        InputError: the deployment asks for what AWS cannot change in place, or for units that the
            organization does not have.
        NoActiveRegionError: an account would keep drained regions alone.
    """
    chosen = options or PlanOptions()
    _refuse_missing_units(deployment)
    if observed:
        _refuse_other_permission_model(deployment, observed)
    definition = settle_definition(deployment, observed)
    context = make_context(deployment, observed, definition, chosen, chosen.purpose)
    running = observed.running_operation if observed else None
    if observed and running:
        return attach(context, running)
    decisions = _decide(deployment, observed, definition, chosen)
    _refuse_stranded(deployment, observed, decisions)
    steps = tuple(find_steps(context, decisions))
    return number_steps(
        context,
        steps,
        instances=tuple(one.instance for one in decisions.changes),
        differences=decisions.differences,
        notes=(
            *deploy_notes(deployment, observed, decisions, busy=bool(steps)),
            *(context.units.notes if context.units else ()),
        ),
    )


def make_destroy_plan(
    deployment: Deployment, observed: StackSet | None, retention: Retention = Retention.NONE
) -> Plan:
    """Plan the removal of every stack instance and then of the stack set.

    Stacks go with their instances unless `retention` covers them, or nobody can reach them.
    """
    context = make_context(deployment, observed, None, PlanOptions(), DESTROYS[retention])
    if observed is None:
        return number_steps(context, (), instances=(), differences=(), notes=())
    if observed.running_operation:
        running = observed.running_operation
        return attach(context, running, notes=tuple(waiting_notes(running, retention)))
    removals = find_removals(deployment, observed, retention)
    changes = removals.changes()
    return number_steps(
        context,
        tuple(find_destroy_steps(context, observed, removals)),
        instances=changes,
        differences=(),
        notes=(
            *removal_notes(observed, removals, retention),
            *unimportable_notes(deployment, observed, changes),
        ),
    )


def _decide(
    deployment: Deployment,
    observed: StackSet | None,
    definition: Definition,
    options: PlanOptions,
) -> Decisions:
    """Decide what becomes of the definition and of every stack instance."""
    differences = (
        compare_definition(definition, observed, informational=deployment.informational)
        if observed
        else ()
    )
    hidden = no_echo_parameters(deployment.template.content)
    sent = sorted(options.send & hidden)
    rules = Rules(
        redefined=bool(differences or sent),
        declared=frozenset(declared_parameters(deployment.template.content)),
        hidden=hidden,
        sent=frozenset(sent),
        given=definition.parameters,
        retention=options.retention,
    )
    return Decisions(
        definition=definition,
        differences=differences,
        sent=tuple(sent),
        changes=find_changes(deployment, observed, rules),
        remove_first=options.remove_first,
    )


def make_context(
    deployment: Deployment,
    observed: StackSet | None,
    definition: Definition | None,
    options: PlanOptions,
    purpose: Purpose,
) -> Context:
    """Gather what every step needs to know; without `definition` none is updated."""
    regions = {one.region for one in observed.instances} if observed else set()
    for target in observed.auto_deployment_targets if observed else ():
        regions.update(target.regions)
    order = dict.fromkeys(
        [*deployment.operation_preferences.region_order, *deployment.regions(), *sorted(regions)]
    )
    # A destroy wants nothing: whatever is there goes, units as a whole.
    wanted = replace(deployment, targets=()) if purpose in DESTROYS.values() else deployment
    return Context(
        deployment=deployment,
        observed=observed,
        digest=digest_plan(
            deployment,
            observed,
            definition,
            (options.remove_first, sorted(options.send)),
            purpose,
        ),
        region_order=tuple(order),
        purpose=purpose,
        units=_find_units(wanted, observed, tuple(order)),
    )


def _find_units(
    wanted: Deployment, observed: StackSet | None, region_order: tuple[Region, ...]
) -> UnitTargets | None:
    """Find how calls name units; None where they name accounts."""
    model = observed.permission_model if observed and observed.instances else None
    if (model or wanted.permission_model) is PermissionModel.SELF_MANAGED:
        return None
    if wanted.organization is None:
        # Every stack instance would look surplus.
        raise ValueError("the units were not expanded: see expand_targets")
    return find_unit_targets(wanted, wanted.organization, observed, region_order)


def number_steps(
    context: Context,
    steps: Sequence[Step],
    *,
    instances: tuple[InstanceChange, ...],
    differences: tuple[Difference, ...],
    notes: tuple[str, ...],
) -> Plan:
    """Put a plan together, with the ids that its operations always get."""
    # Operations are numbered alike whether the stack set is there already or created first.
    first = 0 if steps and isinstance(steps[0], CreateStackSet) else 1
    return Plan(
        stack_set_name=context.deployment.name,
        home_region=context.deployment.home_region,
        environment=context.deployment.environment,
        steps=tuple(
            with_operation_id(step, context.digest, at, context.purpose)
            for at, step in enumerate(steps, first)
        ),
        instances=instances,
        differences=differences,
        notes=notes,
        digest=context.digest,
        overrides_read=(
            context.observed is None
            or context.purpose in DESTROYS.values()
            or context.observed.overrides_read
        ),
    )


def attach(context: Context, running: Operation, notes: tuple[str, ...] = ()) -> Plan:
    """Plan to wait for what runs; what it leaves is planned when it has ended."""
    return number_steps(context, (attach_to(running),), instances=(), differences=(), notes=notes)


def _refuse_missing_units(deployment: Deployment) -> None:
    """Refuse to plan for a unit that is not there: its instances would look surplus."""
    missing = missing_units(deployment)
    if missing:
        raise InputError(
            f"the organization has no unit {', '.join(missing)}",
            hint="check organizational_units in the deployment file",
        )


def _refuse_other_permission_model(deployment: Deployment, observed: StackSet) -> None:
    if observed.instances and deployment.permission_model is not observed.permission_model:
        raise InputError(
            f"stack set {observed.name} is {observed.permission_model}, the deployment file says "
            f"{deployment.permission_model}: AWS changes it only while there are no instances",
            hint="run `stacksets destroy` first, or give the stack set another name",
        )


def _refuse_stranded(
    deployment: Deployment, observed: StackSet | None, decisions: Decisions
) -> None:
    """Keep a region that takes traffic, as a drain does: all drained is as if none were."""
    stranded = find_stranded(deployment, observed, [one.instance for one in decisions.changes])
    if stranded:
        raise NoActiveRegionError(
            f"nothing is removed: {name_few(stranded)} would have no region left that takes "
            "traffic",
            hint="`stacksets undrain REGION` takes one back that is drained; or leave another in "
            "the targets",
        )
