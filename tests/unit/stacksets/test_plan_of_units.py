"""Whatever the organization, the file and the stack set are: a plan leads there and no further."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AccountFilter,
    AccountId,
    AutoDeployment,
    DeploymentTargets,
    InstanceKey,
    OrganizationalUnitId,
    ParameterOverride,
    PermissionModel,
)
from stacksets.model.observed import AutoDeploymentTarget, DetailedStatus, InstanceStatus
from stacksets.model.plan import (
    ChangeKind,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    Retention,
    StopAutoDeployment,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.organization import find_reached
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from tests.builders import EAST, HOME, WEST, a_deployment, a_stack_set, an_instance
from tests.fakes import FakeAws
from tests.organizations import MANAGEMENT, ROOT, FakeOrganizations

REGIONS = (EAST, WEST, HOME)
UNITS = tuple(OrganizationalUnitId(f"ou-abcd-{number:08}") for number in range(4))
ACCOUNTS = tuple(AccountId(str(number) * 12) for number in range(2, 8))


@dataclass
class SimulatedStackSets:
    """What StackSets does with the steps of a plan, and which pairs it touched on the way."""

    organization: FakeOrganizations
    rows: dict[InstanceKey, object]
    targets: set[tuple[str, str]]
    touched: set[InstanceKey] = field(default_factory=set)
    deleted: set[InstanceKey] = field(default_factory=set)
    automatic: AutoDeployment | None = None
    exists: bool = True
    reading: str = "home or origin"
    description: str | None = None

    def apply(self, step):
        match step:
            case CreateStackSet() | UpdateStackSet():
                self.exists = True
                self.automatic = step.definition.auto_deployment
                self.description = step.definition.description
                self._bring_along(set(self.rows))
            case StopAutoDeployment():
                self.automatic = AutoDeployment(enabled=False)
            case CreateStackInstances():
                self._create(step.where)
            case UpdateStackInstances():
                self._bring_along(self._named(step, set(self.rows)))
            case DeleteStackInstances():
                self._delete(step)
            case DeleteStackSet():
                assert not self.rows
                self.exists = False

    def _create(self, where):
        for key in self._pairs(where):
            there = self.rows.get(key)
            if not self.organization.takes_stacks(key.account):
                self.rows.setdefault(key, self._skipped(key, where))
            elif not (there and there.is_healthy):
                self._touch(key, where)
                if there is None or there.status is not InstanceStatus.INOPERABLE:
                    unit = there and there.organizational_unit_id
                    made = self._healthy(key, where)
                    self.rows[key] = replace(made, organizational_unit_id=unit) if unit else made
        self.targets |= {(u, r) for u in where.organizational_units for r in where.regions}

    def _delete(self, step):
        for key in self._named(step, set(self.rows)):
            self._touch(key, step.where)
            if not step.retain_stacks:
                self.deleted.add(key)
            if step.retain_stacks or self.organization.takes_stacks(key.account):
                del self.rows[key]
        if not step.where.accounts:
            units, regions = step.where.organizational_units, step.where.regions
            self.targets -= {(unit, region) for unit in units for region in regions}

    def _bring_along(self, keys):
        for key in keys:
            there = self.rows[key]
            reachable = self.organization.takes_stacks(key.account) and self._is_member(key)
            if reachable and there.status is not InstanceStatus.INOPERABLE:
                if there.stack_exists is False:
                    continue
                self.rows[key] = replace(
                    there,
                    status=InstanceStatus.CURRENT,
                    detailed_status=DetailedStatus.SUCCEEDED,
                    stack_id="arn",
                )

    def _named(self, step, keys):
        """Give the rows that a call is about, by their accounts' units or by their own or both."""
        where = step.where
        listed = set(where.accounts)
        homes = self._pairs(where) & keys
        origins = {
            key
            for key in keys
            if self.rows[key].organizational_unit_id in where.organizational_units
            and key.region in where.regions
            and (
                (where.account_filter is AccountFilter.INTERSECTION and key.account in listed)
                or (where.account_filter is AccountFilter.DIFFERENCE and key.account not in listed)
                or where.account_filter is AccountFilter.NONE
            )
        }
        lost = {key for key in origins if not self._is_member(key)}
        found = {
            "home": homes | lost,
            "origin": origins,
            "home or origin": homes | origins,
        }[self.reading]
        for key in found:
            self._touch(key, where)
        return found

    def _pairs(self, where):
        return {
            InstanceKey(account, region)
            for account in self.organization.reached(where)
            for region in where.regions
            if account != self.organization.management
        }

    def _touch(self, key, where):
        assert key.account in where.targeted_accounts, f"{key} is not named by {where}"
        assert key.region in where.regions
        self.touched.add(key)

    def _skipped(self, key, where):
        return replace(
            self._healthy(key, where),
            status=InstanceStatus.OUTDATED,
            detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
            stack_id=None,
            stack_exists=None,
        )

    def _is_member(self, key):
        return key.account in self.organization.homes

    def _healthy(self, key, where):
        below = (u for u in where.organizational_units if key.account in self.organization.below(u))
        return an_instance(key, organizational_unit_id=next(below))

    def observed(self):
        if not self.exists:
            return None
        regions: dict[str, list[str]] = {}
        for unit, region in sorted(self.targets):
            regions.setdefault(unit, []).append(region)
        return a_stack_set(
            *self.rows.values(),
            permission_model=PermissionModel.SERVICE_MANAGED,
            administration_role_arn="arn:aws:iam::1:role/aws-service-role/x",
            execution_role_name="stacksets-exec-1",
            auto_deployment=self.automatic,
            description=self.description,
            organizational_unit_ids=tuple(regions),
            auto_deployment_targets=tuple(
                AutoDeploymentTarget(organizational_unit_id=unit, regions=tuple(where))
                for unit, where in regions.items()
            ),
        )


@st.composite
def organizations(draw):
    above = {ROOT: None}
    for unit in UNITS:
        above[unit] = draw(st.sampled_from(sorted(above)))
    homes = {MANAGEMENT: draw(st.sampled_from(sorted(above)))}
    for account in ACCOUNTS:
        home = draw(st.sampled_from([*sorted(above), None]))
        if home:
            homes[account] = home
    suspended = draw(st.sets(st.sampled_from(ACCOUNTS), max_size=2)) & set(homes)
    states = dict.fromkeys(sorted(suspended), "SUSPENDED")
    return FakeOrganizations(above=above, homes=homes, states=states)


@st.composite
def groups(draw, *, automatic):
    filters = [one for one in AccountFilter if not (automatic and one is AccountFilter.UNION)]
    kind = draw(st.sampled_from(filters))
    listed = () if kind is AccountFilter.NONE else draw(some_of(ACCOUNTS))
    return DeploymentTargets(
        accounts=listed,
        regions=draw(some_of(REGIONS)),
        organizational_units=draw(some_of((ROOT, *UNITS))),
        account_filter=kind,
    )


def some_of(items):
    return st.lists(st.sampled_from(items), min_size=1, max_size=4, unique=True).map(tuple)


def instances():
    return st.builds(
        lambda account, region, unit, kind: an_instance(
            InstanceKey(account, region), organizational_unit_id=unit, **kind
        ),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(REGIONS),
        st.sampled_from((ROOT, *UNITS)),
        st.sampled_from(
            [
                {},
                {},
                {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.FAILED},
                {"status": InstanceStatus.OUTDATED, "stack_id": None, "stack_exists": None},
                {"status": InstanceStatus.INOPERABLE, "detailed_status": DetailedStatus.INOPERABLE},
                {"stack_exists": False},
            ]
        ),
    )


@st.composite
def worlds(draw):
    """Give a deployment, and a stack set in an organization that knows nothing of it yet."""
    automatic = draw(st.booleans())
    targets = draw(st.lists(groups(automatic=automatic), min_size=1, max_size=3))
    places = [(u, r) for one in targets for u in one.organizational_units for r in one.regions]
    assume(len(places) == len(set(places)))
    override = ParameterOverride(
        accounts=draw(some_of(ACCOUNTS)), regions=(), parameters={"Suffix": "x"}
    )
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        administration_role_arn=None,
        execution_role_name=None,
        auto_deployment=AutoDeployment(enabled=automatic),
        targets=tuple(targets),
        overrides=draw(st.sampled_from([(), (override,)])),
        description=draw(st.sampled_from([None, "new"])),
    )
    rows = {one.key: one for one in draw(st.lists(instances(), max_size=6))}
    listed = draw(
        st.sets(st.tuples(st.sampled_from((ROOT, *UNITS)), st.sampled_from(REGIONS)), max_size=3)
    )
    # AWS lists every unit that an instance was made through.
    listed |= {(one.organizational_unit_id, one.region) for one in rows.values()}
    exists = bool(listed) or draw(st.booleans())
    simulated = SimulatedStackSets(
        organization=draw(organizations()),
        rows=rows,
        targets=listed,
        automatic=AutoDeployment(enabled=draw(st.booleans())) if exists else None,
        exists=exists,
        reading=draw(st.sampled_from(["home", "origin", "home or origin"])),
    )
    return deployment, simulated


def expanded(deployment, simulated):
    aws = FakeAws()
    aws.fake_organizations = simulated.organization
    return expand_targets(aws, deployment, simulated.observed())


def carry_out(plan, simulated):
    for step in plan.steps:
        simulated.apply(step)


@settings(max_examples=40, deadline=None)
@given(worlds(), st.booleans())
def test_a_plan_leads_to_what_is_desired_touches_only_what_it_names_and_leaves_nothing_to_do(
    world, remove_first
):
    check_plan(*world, remove_first=remove_first)


@pytest.mark.exhaustive
@settings(max_examples=1500, deadline=None)
@given(worlds(), st.booleans())
def test_a_plan_does_so_in_very_many_worlds(world, remove_first):
    check_plan(*world, remove_first=remove_first)


def check_plan(deployment, simulated, *, remove_first):
    desired = expanded(deployment, simulated)
    there = set(simulated.rows)
    plan = make_plan(desired, simulated.observed(), PlanOptions(remove_first=remove_first))
    carry_out(plan, simulated)

    reached = set(find_reached(desired))
    assert set(desired.instance_keys()) <= set(simulated.rows)
    assert all(simulated.rows[key].is_healthy for key in desired.instance_keys())
    assert there & reached <= set(simulated.rows)
    assert set(simulated.rows) <= reached
    changed = {one.key for one in plan.instances if one.kind is not ChangeKind.LEAVE}
    assert simulated.touched <= changed
    again = make_plan(expanded(deployment, simulated), simulated.observed())
    assert again.steps == ()


@settings(max_examples=25, deadline=None)
@given(worlds(), st.sampled_from(Retention))
def test_a_destroy_leaves_nothing_and_turns_auto_deployment_off_before_it_removes_anything(
    world, retention
):
    deployment, simulated = world
    plan = make_destroy_plan(expanded(deployment, simulated), simulated.observed(), retention)
    retained = {one.key for one in plan.instances if one.kind is ChangeKind.RETAIN}
    automatic = simulated.exists and simulated.automatic.enabled
    assert [isinstance(step, StopAutoDeployment) for step in plan.steps[:1]] == (
        [automatic] if simulated.exists else []
    )
    carry_out(plan, simulated)

    assert simulated.rows == {}
    assert not simulated.exists
    assert simulated.deleted.isdisjoint(retained)
    assert retention is not Retention.ALL or not simulated.deleted


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_the_same_world_gives_the_same_plan(world):
    deployment, simulated = world
    first, second = (
        make_plan(expanded(deployment, simulated), simulated.observed()) for _ in range(2)
    )
    assert first == second
