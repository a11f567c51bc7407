"""What a plan was made from, as far as it may be written down, and what of it has moved: pure.

NoEcho values are no part of it, nor is a digest that they enter: a short value could be guessed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from stacksets.definition import file_sha256, hidden_parameters, mask_values, settle_definition
from stacksets.plain import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.model.desired import AccountId, Deployment, DeploymentTargets
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.plan import Definition

_SETTINGS = (
    "description",
    "capabilities",
    "permission_model",
    "administration_role_arn",
    "execution_role_name",
    "managed_execution",
    "auto_deployment",
)
_SHORT = 12
_NONE = "none"
_EXISTENCE = {True: "is there now", False: "is gone", None: "was not looked up, or not readable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A definition on one of both sides, all values as text."""

    template_sha256: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSeen:
    """What a plan depends on in a stack instance; None is what nobody read, or AWS does not say."""

    status: str
    last_operation: str | None
    stack: str | None
    stack_exists: bool | None
    overrides: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a plan depends on in the stack set as it was observed; instances by account/region."""

    id: str
    definition: Side
    last_operation: str | None
    instances: Mapping[str, InstanceSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan was made from.

    `deployment_file_sha256` is None where a template of the deployment has NoEcho parameters: then
    the file may hold their values. `targets` are the overrides of every desired stack instance, by
    account/region. `seen` is None where there was no stack set.
    """

    account: AccountId | None
    deployment_file_sha256: str | None
    desired: Side
    targets: Mapping[str, Mapping[str, str]]
    seen: Seen | None


def make_basis(deployment: Deployment, observed: StackSet | None) -> Basis:
    """Take down what a plan depends on; the deployment is bound to an account and expanded."""
    hidden = hidden_parameters(deployment, observed)
    definition = settle_definition(deployment, observed)
    return Basis(
        account=deployment.admin_account,
        deployment_file_sha256=file_sha256(deployment),
        desired=_desired_side(deployment, definition, hidden),
        targets={
            str(key): mask_values(deployment.overrides_of(key), hidden)
            for key in deployment.instance_keys()
        },
        seen=_see(observed, hidden) if observed else None,
    )


def _desired_side(deployment: Deployment, definition: Definition, hidden: frozenset[str]) -> Side:
    preferences = deployment.operation_preferences
    return Side(
        template_sha256=definition.template_sha256,
        parameters=mask_values(definition.parameters, hidden),
        tags=definition.tags,
        settings={
            **{name: _as_text(getattr(definition, name)) for name in _SETTINGS},
            "home_region": deployment.home_region,
            "call_as": deployment.call_as.value,
            "targets": _sha256(_as_text(tuple(map(_unexpanded, deployment.targets))))[:_SHORT],
            **{
                f"operation_preferences.{one.name}": _as_text(getattr(preferences, one.name))
                for one in fields(preferences)
            },
            "informational": _as_text(deployment.informational),
        },
    )


def _see(observed: StackSet, hidden: frozenset[str]) -> Seen:
    newest = observed.operations[0] if observed.operations else None
    return Seen(
        id=observed.id,
        definition=Side(
            template_sha256=_sha256(observed.template_body),
            parameters=mask_values(observed.parameters, hidden),
            tags=observed.tags,
            settings={
                name: _as_text(getattr(observed, name))
                for name in (*_SETTINGS, "organizational_unit_ids", "auto_deployment_targets")
            },
        ),
        last_operation=f"{newest.id} {newest.status}" if newest else None,
        instances={str(one.key): _see_instance(one, hidden) for one in observed.instances},
    )


def _see_instance(instance: StackInstance, hidden: frozenset[str]) -> InstanceSeen:
    status = filter(None, (instance.status, instance.detailed_status))
    return InstanceSeen(
        status=", ".join(status),
        last_operation=instance.last_operation_id,
        stack=instance.stack_id,
        stack_exists=instance.stack_exists,
        overrides=None if instance.overrides is None else mask_values(instance.overrides, hidden),
    )


def _unexpanded(group: DeploymentTargets) -> DeploymentTargets:
    return replace(group, members=None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: object) -> str:
    if value is None:
        return _NONE
    return str(value) if isinstance(value, str) else json.dumps(to_plain(value), sort_keys=True)


def find_moved(planned: Basis, now: Basis) -> Iterator[str]:
    """Name everything that is no longer as it was when the plan was made."""
    if planned.account != now.account:
        yield f"the account: {planned.account} → {now.account}"
    if planned.deployment_file_sha256 != now.deployment_file_sha256:
        yield "the deployment file was edited"
    yield from _moved_side(planned.desired, now.desired, "", note=_variables_note(planned, now))
    yield from _moved_targets(planned.targets, now.targets)
    if planned.seen is None or now.seen is None:
        if planned.seen != now.seen:
            yield "the stack set was created" if now.seen else "the stack set was deleted"
        return
    yield from _moved_seen(planned.seen, now.seen)


def _variables_note(planned: Basis, now: Basis) -> str:
    """Blame what placeholders stand for, or who edited the plan, where nothing else can be."""
    file = planned.deployment_file_sha256
    same = file is not None and file == now.deployment_file_sha256
    blamed = " (an environment variable, REPOSITORY or COMMIT_AUTHOR, or the plan was edited)"
    return blamed if same else ""


def _moved_side(planned: Side, now: Side, where: str, *, note: str = "") -> Iterator[str]:
    if planned.template_sha256 != now.template_sha256:
        was, shall = planned.template_sha256[:_SHORT], now.template_sha256[:_SHORT]
        yield f"the template{where}: sha256 {was}… → {shall}…"
    for text in _moved_values(planned.parameters, now.parameters, "parameter {name}" + where):
        yield f"{text}{note}"
    for text in _moved_values(planned.tags, now.tags, "tag {name}" + where):
        yield f"{text}{note}"
    yield from _moved_values(planned.settings, now.settings, "{name}" + where)


def _moved_targets(
    planned: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for key in sorted({*planned, *now}):
        if key not in now:
            yield f"stack instance {key} is no longer in the targets"
        elif key not in planned:
            yield f"stack instance {key} is a target now"
        else:
            yield from _moved_values(planned[key], now[key], "override {name} in " + key)


def _moved_seen(planned: Seen, now: Seen) -> Iterator[str]:
    if planned.id != now.id:
        yield "the stack set was deleted and created anew"
    yield from _moved_side(planned.definition, now.definition, " on AWS")
    for key in sorted({*planned.instances, *now.instances}):
        if key not in now.instances:
            yield f"stack instance {key} was removed"
        elif key not in planned.instances:
            yield f"stack instance {key} was added"
        else:
            yield from _moved_instance(key, planned.instances[key], now.instances[key])
    if planned.last_operation != now.last_operation:
        yield f"an operation since: {now.last_operation or 'none is listed any more'}"


def _moved_instance(key: str, planned: InstanceSeen, now: InstanceSeen) -> Iterator[str]:
    if planned.status != now.status:
        yield f"stack instance {key}: {planned.status} → {now.status}"
    if planned.last_operation != now.last_operation:
        yield f"stack instance {key}: an operation since, {now.last_operation or 'unnamed'}"
    if planned.stack != now.stack:
        yield f"stack instance {key}: its stack is {now.stack or 'not there'} now"
    elif planned.stack_exists != now.stack_exists:
        yield f"stack instance {key}: its stack {_EXISTENCE[now.stack_exists]}"
    if (planned.overrides is None) is not (now.overrides is None):
        yield f"stack instance {key}: its overrides were read on one side only"
        return
    yield from _moved_values(
        planned.overrides or {}, now.overrides or {}, "override {name} in " + key + " on AWS"
    )


def _moved_values(planned: Mapping[str, str], now: Mapping[str, str], what: str) -> Iterator[str]:
    for name in sorted({*planned, *now}):
        if planned.get(name) != now.get(name):
            was, shall = planned.get(name, _NONE), now.get(name, _NONE)
            yield f"{what.replace('{name}', name)}: {was} → {shall}"
