"""The door to AWS, in memory: operations end at the first poll, unless a test says otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from stacksets.aws.door import RegionOptStatus, Stack, StackEvent, TemplateSummary
from stacksets.aws.resources import ResourceState
from stacksets.errors import OperationInProgressError, PermissionDeniedError
from stacksets.model.desired import (
    AccountId,
    AutoDeployment,
    CallAs,
    InstanceKey,
    OperationId,
    OrganizationalUnitId,
    Region,
)
from stacksets.model.observed import (
    AutoDeploymentTarget,
    DetailedStatus,
    DriftStatus,
    DriftSummary,
    InstanceStatus,
    Operation,
    OperationAction,
    OperationResult,
    OperationStatus,
    ResourceDrift,
    ResultStatus,
    StackInstance,
    StackSet,
)
from stacksets.model.outcome import Identity
from stacksets.operation_ids import Purpose, find_purpose
from stacksets.stack_ids import get_stack_key
from tests.builders import ACCOUNT, CONTENT, EAST, HOME, WEST, a_stack_id
from tests.organizations import FakeOrganizations


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Keyboard(FakeClock):
    """A clock at whose n-th sleeps somebody types Ctrl-C."""

    def __init__(self, *at: int) -> None:
        super().__init__()
        self.at = at

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) in self.at:
            raise KeyboardInterrupt


@dataclass
class FakeAccount:
    """One account and region; whatever a test puts into its fields is what AWS holds."""

    stacks: dict[str, Stack] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    events: dict[str, tuple[StackEvent, ...]] = field(default_factory=dict)
    failures: dict[str, tuple[StackEvent, ...]] = field(default_factory=dict)
    roles: dict[str, dict] = field(default_factory=dict)
    roles_made: dict[str, datetime] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    gateway_role: str | None = None
    identity_providers: tuple[str, ...] = ()
    concurrency: int = 1000
    region_statuses: dict[str, RegionOptStatus] = field(default_factory=dict)
    deleted_stacks: tuple[str, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    pending: tuple[tuple[str, str], ...] = ()
    log_groups: tuple[str, ...] = ()
    calls: list[str] = field(default_factory=list)

    def find_stack(self, name_or_id):
        return self.stacks.get(name_or_id)

    def list_stacks(self, name_prefix):
        return tuple(s for s in self.stacks.values() if s.name.startswith(name_prefix))

    def read_template(self, name_or_id):
        return self.templates[name_or_id]

    def list_failures(self, stack_id):
        return self.failures.get(stack_id, ())

    def list_events(self, stack_id):
        return self.events.get(stack_id, ())

    def create_stack(self, name, body, *, parameters, tags, capabilities):
        self.calls.append("create_stack")
        self._put(name, body, parameters, tags, "CREATE_COMPLETE")
        return name

    def update_stack(self, name, body, *, parameters, tags, capabilities):
        self.calls.append("update_stack")
        self._put(name, body, parameters, tags, "UPDATE_COMPLETE")
        return True

    def delete_stack(self, name):
        self.calls.append("delete_stack")
        self.stacks.pop(name, None)

    def has_role(self, name):
        return name in self.roles

    def find_role_trust(self, name):
        return self.roles.get(name)

    def find_role_creation(self, name):
        return self.roles_made.get(name)

    def has_policy(self, arn):
        self.calls.append("has_policy")
        return arn in self.policies

    def has_identity_provider(self, host):
        self.calls.append("has_identity_provider")
        return host in self.identity_providers

    def api_gateway_role(self):
        return self.gateway_role

    def list_region_statuses(self):
        return self.region_statuses

    def lambda_concurrency(self):
        return self.concurrency

    def list_deleted_stacks(self, name_prefix):
        return self.deleted_stacks

    def look_up(self, resource_type, physical_id):
        if (resource_type, physical_id) in self.pending:
            return ResourceState.PENDING_DELETION
        is_there = (resource_type, physical_id) in self.resources
        return ResourceState.THERE if is_there else ResourceState.GONE

    def sign_get(self, url, service):
        return {"Authorization": f"{service} {url}"}

    def list_log_groups(self, name_prefix):
        return tuple(one for one in self.log_groups if one.startswith(name_prefix))

    def _put(self, name, body, parameters, tags, status):
        self.templates[name] = body
        self.stacks[name] = Stack(
            id=name,
            name=name,
            status=status,
            status_reason="",
            outputs={},
            parameters=dict(parameters),
            tags=dict(tags),
        )


class FakeStackSets:
    """Stack sets in memory.

    `fail` names instances whose next operations fail with the given reason; `refuse` is raised once
    by the next call that would start an operation; `polls_until_done` lets operations run a while;
    `drifts` are the resources that the next drift detections find to differ;
    `calls` lists every call that changes something, in order, `reads` those that polling makes.
    `pins` says whether an imported stack's parameters become overrides: AWS does not document it.
    """

    def __init__(self, accounts: FakeAws) -> None:
        self.aws = accounts
        self.sets: dict[str, StackSet] = {}
        self.operations: dict[str, Operation] = {}
        self.results: dict[str, tuple[OperationResult, ...]] = {}
        self.overrides: dict[InstanceKey, dict[str, str]] = {}
        self.units: dict[InstanceKey, OrganizationalUnitId] = {}
        self.imported: dict[InstanceKey, str] = {}
        self.pins = True
        self.fail: dict[InstanceKey, str] = {}
        self.drifts: dict[InstanceKey, tuple[ResourceDrift, ...]] = {}
        self.tolerated = 0
        self.refuse: list[Exception] = []
        self.polls_until_done = 0
        self.calls: list[tuple] = []
        self.reads: list[str] = []
        self.summary = TemplateSummary(capabilities=(), capabilities_reason="", no_echo=frozenset())

    def describe_stack_set(self, name):
        found = self.sets.get(name)
        return found and replace(found, instances=(), operations=())

    def list_instances(self, name):
        there = self.sets[name].instances if name in self.sets else ()
        return tuple(replace(one, overrides=None) for one in there)

    def read_overrides(self, name, key):
        return self.overrides.get(key, {})

    def list_operations(self, name):
        return tuple(reversed(self.operations.values()))

    def find_operation(self, name, operation_id):
        self.reads.append("find_operation")
        self._begin_queued()
        found = self.operations.get(operation_id)
        if found and found.status is OperationStatus.RUNNING:
            if self.polls_until_done <= 0:
                self._finish(name, found)
            self.polls_until_done -= 1
        return self.operations.get(operation_id)

    def list_results(self, name, operation_id, status=None):
        self.reads.append("list_results")
        rows = self.results.get(operation_id, ())
        return tuple(one for one in rows if status in {None, one.status})

    def summarize_template(self, body):
        return self.summary

    def create_stack_set(self, definition, token):
        self._refuse()
        self.calls.append(("create_stack_set", token))
        self.sets[definition.name] = self._defined(definition, instances=())

    def update_stack_set(self, definition, preferences, operation_id):
        self._refuse()
        self.calls.append(("update_stack_set", operation_id))
        there = self.sets[definition.name]
        keys = [one.key for one in there.instances]
        self._start(definition.name, operation_id, OperationAction.UPDATE, keys)
        self.sets[definition.name] = replace(
            self._defined(definition, instances=there.instances),
            organizational_unit_ids=there.organizational_unit_ids,
            auto_deployment_targets=there.auto_deployment_targets,
        )

    def create_instances(self, name, where, overrides, preferences, operation_id):
        self._refuse()
        self.calls.append(("create_instances", where, dict(overrides), operation_id))
        keys = self._missing(name, where)
        self.overrides |= {key: dict(overrides) for key in keys}
        self._start(name, operation_id, OperationAction.CREATE, keys)
        self._target(name, where)

    def update_instances(self, name, where, overrides, preferences, operation_id):
        self._refuse()
        self.calls.append(("update_instances", where, overrides, operation_id))
        keys = self._there(name, where)
        if overrides is not None:
            self.overrides |= {key: dict(overrides) for key in keys}
        self._start(name, operation_id, OperationAction.UPDATE, keys)

    def delete_instances(self, name, where, preferences, operation_id, *, retain_stacks):
        self._refuse()
        self.calls.append(("delete_instances", where, retain_stacks, operation_id))
        self._start(name, operation_id, OperationAction.DELETE, self._there(name, where))
        self.operations[operation_id] = replace(
            self.operations[operation_id], retains_stacks=retain_stacks
        )
        self._untarget(name, where)

    def import_stacks(self, name, stack_ids, organizational_units, preferences, operation_id):
        self._refuse()
        self.calls.append(("import_stacks", stack_ids, organizational_units, operation_id))
        new = {get_stack_key(one): one for one in stack_ids}
        self._start(name, operation_id, OperationAction.CREATE, new)
        self.imported |= new

    def stop_auto_deployment(self, name, parameters, capabilities, preferences, operation_id):
        self._refuse()
        self.calls.append(("stop_auto_deployment", parameters, capabilities, operation_id))
        there = self.sets[name]
        keys = [one.key for one in there.instances]
        self._start(name, operation_id, OperationAction.UPDATE, keys)
        self.sets[name] = replace(there, auto_deployment=AutoDeployment(enabled=False))

    def detect_drift(self, name, preferences, operation_id):
        self._refuse()
        self.calls.append(("detect_drift", preferences, operation_id))
        keys = [one.key for one in self.sets[name].instances]
        self._start(name, operation_id, OperationAction.DETECT_DRIFT, keys)

    def list_resource_drifts(self, name, key, operation_id):
        return self.drifts.get(key, ())

    def list_auto_deployment_targets(self, name):
        return self.sets[name].auto_deployment_targets if name in self.sets else ()

    def delete_stack_set(self, name):
        self._refuse()
        self.calls.append(("delete_stack_set",))
        self.sets.pop(name, None)

    def stop_operation(self, name, operation_id):
        self.calls.append(("stop_operation", operation_id))
        operation = self.operations[operation_id]
        if not operation.status.is_final:
            self.operations[operation_id] = replace(operation, status=OperationStatus.STOPPED)
            self.results[operation_id] = tuple(
                replace(one, status=ResultStatus.CANCELLED) for one in self.results[operation_id]
            )

    def _refuse(self):
        if self.refuse:
            raise self.refuse.pop(0)

    def _defined(self, definition, *, instances):
        return StackSet(
            name=definition.name,
            id=f"{definition.name}:0001",
            arn=f"arn:aws:cloudformation:us-west-2:{ACCOUNT}:stackset/{definition.name}:0001",
            template_body=definition.template_body,
            description=definition.description,
            parameters=dict(definition.parameters),
            tags=dict(definition.tags),
            capabilities=definition.capabilities,
            permission_model=definition.permission_model,
            administration_role_arn=definition.administration_role_arn,
            execution_role_name=definition.execution_role_name,
            managed_execution=definition.managed_execution,
            auto_deployment=definition.auto_deployment,
            instances=instances,
        )

    def _reached(self, where):
        """Give the pairs that a call is about; of an organization, those that take stacks."""
        if not where.organizational_units:
            return [InstanceKey(a, r) for a in where.accounts for r in where.regions]
        organization = self.aws.fake_organizations
        accounts = sorted(filter(organization.takes_stacks, organization.reached(where)))
        return [InstanceKey(a, r) for a in accounts for r in where.regions]

    def _missing(self, name, where):
        """Give the pairs that a creation is about: of units those that are not CURRENT yet."""
        there = {one.key for one in self.sets[name].instances if one.is_healthy}
        keys = self._reached(where)
        return [one for one in keys if one not in there] if where.organizational_units else keys

    def _there(self, name, where):
        there = {one.key for one in self.sets[name].instances}
        keys = self._reached(where)
        return [one for one in keys if one in there] if where.organizational_units else keys

    def _target(self, name, where):
        """Remember the units of a creation as AWS does: their newcomers get stack instances."""
        for key in self._reached(where) if where.organizational_units else ():
            below = self.aws.fake_organizations.below
            holding = (one for one in where.organizational_units if key.account in below(one))
            self.units.setdefault(key, next(holding))
        regions = {
            one.organizational_unit_id: one.regions
            for one in self.sets[name].auto_deployment_targets
        }
        for unit in where.organizational_units:
            regions[unit] = tuple(sorted({*regions.get(unit, ()), *where.regions}))
        self._put_targets(name, regions)

    def _untarget(self, name, where):
        """Forget units that were removed as a whole, region by region."""
        gone = where.organizational_units if not where.accounts else ()
        regions = {
            one.organizational_unit_id: tuple(
                region
                for region in one.regions
                if one.organizational_unit_id not in gone or region not in where.regions
            )
            for one in self.sets[name].auto_deployment_targets
        }
        self._put_targets(name, {unit: left for unit, left in regions.items() if left})

    def _put_targets(self, name, regions):
        self.sets[name] = replace(
            self.sets[name],
            organizational_unit_ids=tuple(sorted(regions)),
            auto_deployment_targets=tuple(
                AutoDeploymentTarget(organizational_unit_id=unit, regions=regions[unit])
                for unit in sorted(regions)
            ),
        )

    def _start(self, name, operation_id, action, keys):
        if operation_id in self.operations:
            return
        running = next((o for o in self.operations.values() if not o.status.is_final), None)
        if running and not self.sets[name].managed_execution:
            raise OperationInProgressError("busy", operation_id=running.id)
        status = OperationStatus.QUEUED if running else OperationStatus.RUNNING
        self.operations[operation_id] = Operation(id=operation_id, action=action, status=status)
        self.results[operation_id] = tuple(
            OperationResult(account=k.account, region=k.region, status=ResultStatus.PENDING)
            for k in keys
        )

    def _begin_queued(self):
        unfinished = [one for one in self.operations.values() if not one.status.is_final]
        if unfinished and unfinished[0].status is OperationStatus.QUEUED:
            begun = replace(unfinished[0], status=OperationStatus.RUNNING)
            self.operations[begun.id] = begun

    def _finish(self, name, operation):
        results = tuple(
            replace(
                one,
                status=ResultStatus.FAILED if one.key in self.fail else ResultStatus.SUCCEEDED,
                status_reason=self.fail.get(one.key, ""),
            )
            for one in self.results[operation.id]
        )
        failed = sum(one.status is ResultStatus.FAILED for one in results)
        status = OperationStatus.FAILED if failed > self.tolerated else OperationStatus.SUCCEEDED
        self.results[operation.id] = results
        self.operations[operation.id] = replace(operation, status=status, failed_count=failed)
        if operation.action is OperationAction.DETECT_DRIFT:
            self._examine(name, operation.id)
            return
        there = {one.key: one for one in self.sets[name].instances}
        for one in results:
            if operation.action is OperationAction.DELETE and one.key not in self.fail:
                gone = there.pop(one.key, None)
                if gone and not operation.retains_stacks:
                    self.aws.accounts[one.key].stacks.pop(gone.stack_id, None)
            else:
                there[one.key] = self._moved(one, there.get(one.key), operation.id)
        self.sets[name] = replace(
            self.sets[name], instances=tuple(there[key] for key in sorted(there))
        )

    def _examine(self, name, operation_id):
        """Put what a detection found into the rows, and its counts into operation and stack set."""
        succeeded = {
            one.key for one in self.results[operation_id] if one.status is ResultStatus.SUCCEEDED
        }
        drifted = succeeded & {key for key, found in self.drifts.items() if found}
        rows = tuple(
            replace(
                one,
                last_operation_id=operation_id,
                drift_status=DriftStatus.DRIFTED
                if self.drifts.get(one.key)
                else DriftStatus.IN_SYNC,
                drift_checked=FakeClock().now(),
            )
            if one.key in succeeded
            else one
            for one in self.sets[name].instances
        )
        operation = self.operations[operation_id]
        whole = DriftStatus.IN_SYNC if not operation.failed_count else DriftStatus.NOT_CHECKED
        summary = DriftSummary(
            status=DriftStatus.DRIFTED if drifted else whole,
            detection_status="PARTIAL_SUCCESS" if operation.failed_count else "COMPLETED",
            checked=FakeClock().now(),
            total=len(rows),
            drifted=len(drifted),
            in_sync=len(succeeded - drifted),
            failed=operation.failed_count,
        )
        self.operations[operation_id] = replace(operation, drift=summary)
        self.sets[name] = replace(self.sets[name], instances=rows, drift=summary)

    def _moved(self, result, there, operation_id):
        good = result.status is ResultStatus.SUCCEEDED
        if find_purpose(operation_id) is Purpose.IMPORT:
            return self._adopted(result, operation_id)
        return StackInstance(
            account=result.account,
            region=result.region,
            status=InstanceStatus.CURRENT if good else InstanceStatus.OUTDATED,
            detailed_status=DetailedStatus.SUCCEEDED if good else DetailedStatus.FAILED,
            status_reason=result.status_reason,
            stack_id=self._stack(result.key) if good or (there and there.stack_id) else None,
            last_operation_id=OperationId(operation_id),
            organizational_unit_id=self.units.get(result.key),
        )

    def _adopted(self, result, operation_id):
        good = result.status is ResultStatus.SUCCEEDED
        stack_id = self.imported[result.key]
        if good and self.pins:
            stack = self.aws.accounts[result.key].stacks[stack_id]
            self.overrides[result.key] = dict(stack.parameters)
        return StackInstance(
            account=result.account,
            region=result.region,
            status=InstanceStatus.CURRENT if good else InstanceStatus.INOPERABLE,
            detailed_status=DetailedStatus.SUCCEEDED if good else DetailedStatus.FAILED_IMPORT,
            status_reason=result.status_reason,
            stack_id=stack_id,
            last_operation_id=OperationId(operation_id),
        )

    def _stack(self, key):
        stack_id = f"arn:aws:cloudformation:{key.region}:{key.account}:stack/StackSet-x-1/1"
        account = self.aws.accounts.setdefault(key, FakeAccount())
        account.stacks[stack_id] = Stack(
            id=stack_id,
            name="StackSet-x-1",
            status="CREATE_COMPLETE",
            status_reason="",
            outputs={},
            parameters={},
            tags={},
        )
        return stack_id


class FakeAws:
    """Every account and region in memory; `closed` names those that may not be entered."""

    def __init__(self) -> None:
        self.accounts: dict[InstanceKey, FakeAccount] = {}
        self.closed: set[InstanceKey] = set()
        self.caller = Identity(
            account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/tester", alias="acme"
        )
        self.fake_stack_sets = FakeStackSets(self)
        self.fake_organizations = FakeOrganizations()
        self.called_as: list[CallAs] = []

    def identity(self):
        return self.caller

    def known_regions(self):
        more = map(Region, ("ap-east-1", "eu-north-1", "eu-south-1", "eu-west-1"))
        return dict.fromkeys((EAST, HOME, WEST, *more), "aws")

    def stack_sets(self, home_region, call_as=CallAs.SELF):
        self.called_as.append(call_as)
        return self.fake_stack_sets

    def organizations(self):
        return self.fake_organizations

    def account(self, account, region, role_name):
        key = InstanceKey(AccountId(account), Region(region))
        if key in self.closed:
            raise PermissionDeniedError(f"may not enter {key}", hint="ask for the read role")
        return self.accounts.setdefault(key, FakeAccount())


def put_stack(aws: FakeAws, key: InstanceKey, *, name="mine", body=None, **changes) -> str:
    """Put a plain stack of the usual template into an account and region; gives its id."""
    stack_id = a_stack_id(key, name)
    values = {
        "status": "CREATE_COMPLETE",
        "status_reason": "",
        "outputs": {},
        "parameters": {"Suffix": "dev"},
        "tags": {},
    }
    account = aws.accounts.setdefault(key, FakeAccount())
    account.stacks[stack_id] = Stack(id=stack_id, name=name, **(values | changes))
    account.templates[stack_id] = body or json.dumps(CONTENT)
    return stack_id
