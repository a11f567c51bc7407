"""What is to happen to each stack instance, one rule each: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.model.layers import OverrideLayers
from stacksets.model.observed import InstanceStatus
from stacksets.model.plan import ChangeKind, InstanceChange
from stacksets.operation_ids import is_import_unfinished
from stacksets.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance, StackSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A stack instance's change and the calls that it takes beside an update of the definition.

    `create` and `update` say whether CreateStackInstances or UpdateStackInstances must name it,
    with `overrides` (None leaves them as they are). `retain_stack` leaves the stack of a removed
    instance where it is.
    """

    instance: InstanceChange
    create: bool = False
    update: bool = False
    overrides: Mapping[str, str] | None = None
    note: str = ""
    retain_stack: bool = False


def find_changes(
    deployment: Deployment, observed: StackSet | None, *, redefined: bool
) -> tuple[Change, ...]:
    """Decide for every stack instance, desired or there, sorted by account and region.

    `redefined` says that the definition is updated, which brings every operable instance along.
    """
    there = {one.key: one for one in observed.instances} if observed else {}
    desired = deployment.instance_keys()
    layers = OverrideLayers(deployment.overrides)
    unlisted = Unlisted(deployment)
    others = sorted(set(there) - set(desired))
    changes = [
        *(
            _change(key, there.get(key), layers.values_at(key), redefined=redefined)
            for key in desired
        ),
        *(
            _unlisted(unlisted, there[key], layers.values_at(key), redefined=redefined)
            for key in others
        ),
    ]
    return tuple(sorted(changes, key=lambda one: one.instance.key))


def _unlisted(
    unlisted: Unlisted, there: StackInstance, wanted: Mapping[str, str], *, redefined: bool
) -> Change:
    """Decide on an instance that the file does not ask for: surplus, or kept where it is."""
    surplus = unlisted.find_surplus(there)
    if surplus:
        instance = InstanceChange(key=there.key, kind=ChangeKind.DELETE, why=surplus.why)
        return Change(instance=instance, note=surplus.note, retain_stack=surplus.retain_stack)
    kept = unlisted.tell_kept(there)
    if unlisted.is_left_alone(there):
        return replace(
            _simple(there.key, ChangeKind.LEAVE, kept), note=f"{there.key} is left alone: {kept}"
        )
    change = _change(there.key, there, wanted, redefined=redefined)
    if change.instance.kind is not ChangeKind.LEAVE:
        return change
    return replace(change, instance=replace(change.instance, why=kept))


def _change(
    key: InstanceKey, there: StackInstance | None, wanted: Mapping[str, str], *, redefined: bool
) -> Change:
    if there is None:
        return _create(key, ChangeKind.CREATE, "not there yet", wanted)
    if is_import_unfinished(there):
        return _create(
            key,
            ChangeKind.REPLACE,
            f"its import was not finished ({_words(there)})",
            wanted,
            note=f"{key}: `stacksets import {there.stack_id}` would adopt the stack instead; it "
            "stays in the account",
        )
    if there.status is InstanceStatus.INOPERABLE:
        return _create(
            key,
            ChangeKind.REPLACE,
            "INOPERABLE",
            wanted,
            note=f"{key}: the stack {there.stack_id} stays in the account; delete it there",
        )
    if there.stack_exists is False and there.status is InstanceStatus.CURRENT:
        return _create(key, ChangeKind.REPLACE, "its stack is gone", wanted)
    if not there.is_healthy and (there.stack_id is None or there.stack_exists is False):
        return _retry_create(key, there, wanted, redefined=redefined)
    return _update(key, there, wanted, redefined=redefined)


def _update(
    key: InstanceKey, there: StackInstance, wanted: Mapping[str, str], *, redefined: bool
) -> Change:
    """Bring along what exists: by the definition, by its overrides, or because it failed before."""
    whys = []
    if redefined:
        whys.append("the definition changes")
    if not there.is_healthy:
        whys.append(_words(there))
    moved = _overrides_differ(there, wanted)
    if moved:
        whys.append("its parameter overrides change")
    if not whys:
        return _simple(key, ChangeKind.LEAVE, "as desired")
    retried = not there.is_healthy and not redefined
    return Change(
        instance=InstanceChange(
            key=key,
            kind=ChangeKind.RETRY if retried and not moved else ChangeKind.UPDATE,
            why="; ".join(whys),
        ),
        update=moved or retried,
        overrides=wanted if moved else None,
    )


def _retry_create(
    key: InstanceKey, there: StackInstance, wanted: Mapping[str, str], *, redefined: bool
) -> Change:
    """Create again what never came to be; an update of the definition does so by itself."""
    if redefined:
        moved = _overrides_differ(there, wanted)
        why = f"{_words(there)}; the definition changes"
        return Change(
            instance=InstanceChange(key=key, kind=ChangeKind.RETRY, why=why),
            update=moved,
            overrides=wanted if moved else None,
        )
    return _create(key, ChangeKind.RETRY, _words(there), wanted)


def _create(
    key: InstanceKey, kind: ChangeKind, why: str, wanted: Mapping[str, str], *, note: str = ""
) -> Change:
    instance = InstanceChange(key=key, kind=kind, why=why)
    return Change(instance=instance, create=True, overrides=wanted, note=note)


def _simple(key: InstanceKey, kind: ChangeKind, why: str) -> Change:
    return Change(instance=InstanceChange(key=key, kind=kind, why=why))


def _words(there: StackInstance) -> str:
    status = f"{there.status}, {there.detailed_status}" if there.detailed_status else there.status
    return f"{status}: {there.status_reason}" if there.status_reason else str(status)


def _overrides_differ(there: StackInstance, wanted: Mapping[str, str]) -> bool:
    """Compare overrides where they were read; what was not read is not guessed at."""
    return there.overrides is not None and dict(there.overrides) != dict(wanted)
