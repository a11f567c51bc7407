"""What is to happen to each stack instance, one rule each: pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stacksets.differences import MASK
from stacksets.model.layers import OverrideLayers
from stacksets.model.observed import InstanceStatus
from stacksets.model.plan import ChangeKind, InstanceChange, Retention
from stacksets.operation_ids import is_import_unfinished
from stacksets.reasons import says_no_update_began
from stacksets.traffic import HeldTraffic
from stacksets.unlisted import Surplus, Unlisted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance, StackSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A stack instance's change and the calls that it takes beside an update of the definition.

    `create` and `update` say whether CreateStackInstances or UpdateStackInstances must name it,
    with `overrides` (None leaves them as they are, and a value None that one). `kept` are the
    overrides that it keeps when others are taken back before the definition changes.
    """

    instance: InstanceChange
    create: bool = False
    update: bool = False
    overrides: Mapping[str, str | None] | None = None
    kept: Mapping[str, None] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for every stack instance alike.

    `redefined` says that the definition is updated, which brings every operable instance along,
    `declared` names the parameters of the template.
    `hidden` are the NoEcho parameters, `sent` those of them that are to be sent uncompared.
    `given` are the values that the stack set gives: an override that says the same is no difference
    until the stack set says something else (imports leave such overrides).
    `retention` says which stacks of surplus instances stay although they could be deleted.
    """

    redefined: bool
    declared: frozenset[str]
    hidden: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    given: Mapping[str, str] = field(default_factory=dict)
    retention: Retention = Retention.NONE

    def overrides_differ(self, there: StackInstance, wanted: Mapping[str, str]) -> bool:
        """Compare overrides where they were read; what was not read is not guessed at.

        AWS does not say whether it masks NoEcho values of overrides as it does those of stack sets,
        so a mask counts as the value that is wanted.
        """
        if self.sent & wanted.keys():
            return True
        if there.overrides is None:
            return False
        effective = {**self.given, **wanted}
        return not wanted.keys() <= there.overrides.keys() or any(
            value != effective.get(name) and not self._is_masked(name, value, wanted)
            for name, value in there.overrides.items()
        )

    def find_lost(self, there: StackInstance) -> tuple[str, ...]:
        """Name the overrides that have to go before the definition does without their parameters.

        Nobody knows whether AWS updates a stack that overrides what its template has not, and
        CloudFormation refuses such a parameter. What failed already is mended by the new
        definition, and not by one more update to the old.
        """
        if not self.redefined or not there.is_healthy:
            return ()
        return tuple(sorted((there.overrides or {}).keys() - self.declared))

    def _is_masked(self, name: str, value: str, wanted: Mapping[str, str]) -> bool:
        return name in self.hidden and value == MASK and name in wanted


def find_changes(
    deployment: Deployment, observed: StackSet | None, rules: Rules
) -> tuple[Change, ...]:
    """Decide for every stack instance, desired or there, sorted by account and region."""
    there = {one.key: one for one in observed.instances} if observed else {}
    desired = deployment.instance_keys()
    layers = OverrideLayers(deployment.overrides)
    held = HeldTraffic(deployment, observed)

    def wanted(key: InstanceKey) -> dict[str, str]:
        return layers.values_at(key) | held.at(key, there.get(key))

    unlisted = Unlisted(deployment)
    others = sorted(set(there) - set(desired))
    changes = [
        *(_change(key, there.get(key), wanted(key), rules) for key in desired),
        *(
            _surplus(surplus, there[key], rules.retention)
            if (surplus := _find_surplus(unlisted, there[key], rules.retention))
            else _kept(unlisted, there[key], wanted(key), rules)
            for key in others
        ),
    ]
    return tuple(sorted(changes, key=lambda one: one.instance.key))


def group_by_overrides(
    changes: Iterable[Change],
) -> list[tuple[Mapping[str, str | None] | None, list[Change]]]:
    """Group changes by the overrides that their call sends, in a steady order."""
    groups: dict[str, tuple[Mapping[str, str | None] | None, list[Change]]] = {}
    for one in changes:
        name = json.dumps(one.overrides, sort_keys=True)
        groups.setdefault(name, (one.overrides, []))[1].append(one)
    return [groups[name] for name in sorted(groups)]


def _find_surplus(unlisted: Unlisted, there: StackInstance, retention: Retention) -> Surplus | None:
    """Say why an instance goes; one that would be left alone for ever may be let go on request."""
    is_asked = unlisted.is_left_alone(there) and _lets_go(there, retention)
    return unlisted.find_surplus(there) or (Surplus(why="let go as asked") if is_asked else None)


def _lets_go(there: StackInstance, retention: Retention) -> bool:
    return there.stack_exists is not False and retention.covers(there)


def _surplus(surplus: Surplus, there: StackInstance, retention: Retention) -> Change:
    """Remove what the file does not ask for, without its stack where that has to stay."""
    is_inoperable = there.status is InstanceStatus.INOPERABLE
    is_asked = _lets_go(there, retention)
    kind = ChangeKind.RETAIN if is_asked or surplus.retain_stack else ChangeKind.DELETE
    why = f"INOPERABLE, {surplus.why}" if is_inoperable else surplus.why
    note = f"{there.key}: the stack {there.stack_id} stays in the account; delete it there"
    return Change(
        instance=InstanceChange(key=there.key, kind=kind, why=why, in_file=False),
        note=surplus.note or (note if is_asked and there.stack_id else ""),
    )


def _kept(
    unlisted: Unlisted, there: StackInstance, wanted: Mapping[str, str], rules: Rules
) -> Change:
    """Decide on an instance that the file does not ask for, and that stays where it is."""
    kept = unlisted.tell_kept(there)
    if unlisted.is_left_alone(there):
        is_inoperable = there.status is InstanceStatus.INOPERABLE
        way_out = "; INOPERABLE, --retain-inoperable lets it go" if is_inoperable else ""
        return Change(
            instance=InstanceChange(key=there.key, kind=ChangeKind.LEAVE, why=kept, in_file=False),
            note=f"{there.key} is left alone: {kept}{way_out}",
        )
    change = _change(there.key, there, wanted, rules)
    why = kept if change.instance.kind is ChangeKind.LEAVE else change.instance.why
    return replace(change, instance=replace(change.instance, why=why, in_file=False))


def _change(
    key: InstanceKey, there: StackInstance | None, wanted: Mapping[str, str], rules: Rules
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
    if there.stack_exists is False and _had_stack(there):
        return _create(key, ChangeKind.REPLACE, "its stack is gone", wanted)
    if not there.is_healthy and (there.stack_id is None or there.stack_exists is False):
        return _retry_create(key, there, wanted, rules)
    return _update(key, there, wanted, rules)


def _had_stack(there: StackInstance) -> bool:
    """Tell whether AWS takes a stack that is gone for one to update, and fails ever again.

    It notices only by an update that fails, and says so in the reason. A creation that failed has
    another reason, and is just sent again.
    """
    failed_update = says_no_update_began(there.status_reason or "")
    return there.status is InstanceStatus.CURRENT or failed_update


def _update(
    key: InstanceKey, there: StackInstance, wanted: Mapping[str, str], rules: Rules
) -> Change:
    """Bring along what exists: by the definition, by its overrides, or because it failed before."""
    whys = []
    lost = rules.find_lost(there)
    if lost:
        whys.append(f"its override of {', '.join(lost)} goes, which the template has not any more")
    if rules.redefined:
        whys.append("the definition changes")
    if not there.is_healthy:
        whys.append(_words(there))
    moved = rules.overrides_differ(_without(there, lost), wanted)
    if moved:
        whys.append("its parameter overrides change")
    if not whys:
        return _simple(key, ChangeKind.LEAVE, "as desired")
    retried = not there.is_healthy and not rules.redefined
    return Change(
        instance=InstanceChange(
            key=key,
            kind=ChangeKind.RETRY if retried and not moved else ChangeKind.UPDATE,
            why="; ".join(whys),
        ),
        update=moved or retried,
        overrides=wanted if moved else None,
        kept=dict.fromkeys(sorted(_without(there, lost).overrides or {})) if lost else None,
    )


def _without(there: StackInstance, lost: Collection[str]) -> StackInstance:
    """Give a stack instance as it is once these overrides are taken back."""
    if there.overrides is None:
        return there
    kept = {name: value for name, value in there.overrides.items() if name not in lost}
    return replace(there, overrides=kept)


def _retry_create(
    key: InstanceKey, there: StackInstance, wanted: Mapping[str, str], rules: Rules
) -> Change:
    """Create again what never came to be; an update of the definition does so by itself."""
    if rules.redefined:
        moved = rules.overrides_differ(there, wanted)
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
