"""Whether units, account filters and the permission model fit one another.

Sources: CloudFormation API reference, CreateStackSet, AutoDeployment and DeploymentTargets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.load.places import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.load.file import StackSetTable, Tables, TargetsTable
    from stacksets.load.places import Path

_SERVICE_MANAGED = 'permission_model = "SERVICE_MANAGED"'
_ROLE_KEYS = ("administration_role_arn", "execution_role_name")


def find_organization_misfits(tables: Tables) -> Iterator[Misfit]:
    """List what an organization is needed for and has not, and the other way round."""
    stack_set = tables.stack_set
    service_managed = bool(stack_set and stack_set.permission_model == "SERVICE_MANAGED")
    if stack_set and service_managed:
        yield from _service_managed_misfits(stack_set)
    elif stack_set:
        yield from _self_managed_misfits(stack_set)
    for index, group in enumerate(tables.targets or ()):
        path: Path = ("targets", index)
        if group.organizational_units:
            yield from _filter_misfits(path, group)
            yield from _union_misfits(path, group, stack_set)
        elif group.account_filter:
            yield Misfit(
                path=(*path, "account_filter"),
                what="filters the accounts below units, and there are none",
                hint="add organizational_units",
            )
        yield from _model_misfits(path, group, service_managed=service_managed)
    for index, override in enumerate(tables.overrides or ()):
        if override.organizational_units and not service_managed:
            yield _needs_service_managed(("overrides", index, "organizational_units"))
    yield from _repeated_units(tables)


def _service_managed_misfits(stack_set: StackSetTable) -> Iterator[Misfit]:
    for key in _ROLE_KEYS:
        if getattr(stack_set, key) is not None:
            yield Misfit(
                path=("stack_set", key),
                what="stands beside SERVICE_MANAGED, which brings roles of its own",
                hint="leave it out",
            )
    if stack_set.auto_deployment is None:
        yield Misfit(
            path=("stack_set", "auto_deployment"),
            what="is missing, and the permission model is SERVICE_MANAGED",
            hint="true or false: whether accounts that join a unit get stacks by themselves",
        )
    if stack_set.retain_stacks_on_account_removal is not None and not stack_set.auto_deployment:
        yield Misfit(
            path=("stack_set", "retain_stacks_on_account_removal"),
            what="is for auto-deployment, which is not on",
            hint="auto_deployment = true, or leave it out",
        )


def _self_managed_misfits(stack_set: StackSetTable) -> Iterator[Misfit]:
    for key in ("auto_deployment", "retain_stacks_on_account_removal"):
        if getattr(stack_set, key) is not None:
            yield _needs_service_managed(("stack_set", key))
    if stack_set.call_as == "DELEGATED_ADMIN":
        yield _needs_service_managed(("stack_set", "call_as"))


def _model_misfits(path: Path, group: TargetsTable, *, service_managed: bool) -> Iterator[Misfit]:
    if group.organizational_units and not service_managed:
        yield _needs_service_managed((*path, "organizational_units"))
    if service_managed and group.accounts and not group.organizational_units:
        yield Misfit(
            path=(*path, "accounts"),
            what="stands without organizational_units, and the permission model is SERVICE_MANAGED",
            hint='name the unit that holds them, with account_filter = "INTERSECTION"',
        )


def _filter_misfits(path: Path, group: TargetsTable) -> Iterator[Misfit]:
    filters = group.account_filter not in {None, "NONE"}
    if filters and not group.accounts:
        yield Misfit(
            path=(*path, "account_filter"),
            what=f'is "{group.account_filter}" and there are no accounts',
            hint="add accounts",
        )
    if group.accounts and not filters:
        yield Misfit(
            path=(*path, "accounts"),
            what='stands beside account_filter = "NONE", which looks at no accounts'
            if group.account_filter
            else "stands beside organizational_units without saying what it means there",
            hint='account_filter = "INTERSECTION" for only these, "DIFFERENCE" for all but these, '
            '"UNION" for these as well',
        )


def _union_misfits(
    path: Path, group: TargetsTable, stack_set: StackSetTable | None
) -> Iterator[Misfit]:
    """Refuse what would deploy to more accounts than named.

    An account can only be reached through a unit that holds it, and auto-deployment then takes the
    newcomers of that whole unit (StackSets user guide, stacksets-orgs-manage-auto-deployment).
    """
    if group.account_filter == "UNION" and stack_set and stack_set.auto_deployment:
        yield Misfit(
            path=(*path, "account_filter"),
            what='is "UNION" beside auto-deployment, which would take in the other accounts of '
            "the added accounts' units",
            hint="auto_deployment = false, or name units that hold the accounts",
        )


def _repeated_units(tables: Tables) -> Iterator[Misfit]:
    first: dict[tuple[str, str], int] = {}
    for index, group in enumerate(tables.targets or ()):
        for unit in group.organizational_units or ():
            for region in group.regions or ():
                if (unit, region) in first:
                    before = first[unit, region]
                    where = "here" if before == index else f"in [[targets]] {before + 1}"
                    yield Misfit(
                        path=("targets", index),
                        what=f"{unit} in {region} stands {where} already",
                        hint="every unit and region once",
                    )
                first.setdefault((unit, region), index)


def _needs_service_managed(path: Path) -> Misfit:
    return Misfit(path=path, what="needs SERVICE_MANAGED permissions", hint=_SERVICE_MANAGED)
