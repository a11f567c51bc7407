"""A plan that is kept: written as a canonical document, read back, and held against the world."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from stacksets.basis import Basis, find_moved, make_basis
from stacksets.definition import hidden_parameters, mask_values
from stacksets.differences import MASK, find_differences
from stacksets.effective import EffectiveParameters, find_effective
from stacksets.errors import InputError, OperationInProgressError, StalePlanError
from stacksets.model.desired import PermissionModel
from stacksets.model.plan import (
    AttachToOperation,
    CreateStackInstances,
    CreateStackSet,
    Plan,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.plain import NotPlainError, from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.model.desired import Deployment, OperationId
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Definition, Difference, Step
    from stacksets.plan import PlanOptions

FORMAT: Final = "stacksets-plan"
VERSION: Final = 3
"""Grows with every change of what a saved plan holds; a plan of another version is not applied."""

_NAMED_PLACES = 10
_LONGEST = 120
_NOTHING = "none"
_HINT = "`stacksets plan --out FILE` writes one"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan with all that was shown of it and all that it was made from.

    NoEcho values are masked in it, and the template's text is left out of its steps: what is sent
    comes from the deployment file, once it is found to be the same.
    """

    basis: Basis
    options: PlanOptions
    plan: Plan
    parameters: EffectiveParameters
    warnings: tuple[str, ...]


def save_plan(
    deployment: Deployment,
    observed: StackSet | None,
    plan: Plan,
    options: PlanOptions,
    warnings: tuple[str, ...],
) -> SavedPlan:
    """Keep a plan that was made from this deployment and observation."""
    hidden = hidden_parameters(deployment, observed)
    return SavedPlan(
        basis=make_basis(deployment, observed),
        options=options,
        plan=replace(plan, steps=tuple(_masked(step, hidden) for step in plan.steps)),
        parameters=find_effective(deployment, observed),
        warnings=warnings,
    )


def refuse_waiting(plan: Plan) -> None:
    """Refuse to keep a plan that only waits.

    Raises:
        OperationInProgressError: what is to be done is planned when the operation has ended.
    """
    for step in plan.steps:
        if isinstance(step, AttachToOperation):
            raise OperationInProgressError(
                f"operation {step.operation_id} runs ({step.why}), and a plan that waits for it "
                "cannot be saved",
                hint="save a plan when it has ended",
                operation_id=step.operation_id,
            )


def write_saved_plan(saved: SavedPlan) -> str:
    """Give the document: JSON with sorted keys and no time in it, so that equal plans are equal."""
    plain = to_plain(saved)
    document = {"format": FORMAT, "version": VERSION, "sha256": _digest(plain), **plain}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_saved_plan(text: str, name: str) -> SavedPlan:
    """Read a document back.

    Args:
        text: what the file holds.
        name: how the file is called in messages.

    Raises:
        InputError: it is no saved plan, or a broken one.
        StalePlanError: another version of the format.
    """
    document = _parse(text, name)
    version = document.pop("version", None)
    if document.pop("format", None) != FORMAT or not str(version).isdecimal():
        raise InputError(f"{name} is no saved plan of stacksets", hint=_HINT)
    if version != VERSION:
        raise StalePlanError(
            f"{name} has version {version} of the format, this stacksets writes and applies "
            f"version {VERSION}",
            hint="plan anew with this version",
        )
    digest = document.pop("sha256", None)
    try:
        saved: SavedPlan = from_plain(SavedPlan, document, "plan")
    except NotPlainError as error:
        raise InputError(f"{name} is a broken plan: {error}", hint=_HINT) from None
    if digest != _digest(document):
        raise InputError(
            f"{name} was changed since stacksets wrote it: its sha256 says otherwise",
            hint="plan anew; a change of the deployment file changes the plan",
        )
    return saved


def _digest(document: Mapping[str, object]) -> str:
    """Give the sha256 of what is kept: it tells a slip of the hand, and is no signature."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_moved(planned: SavedPlan, now: SavedPlan, name: str) -> None:
    """Let a saved plan pass that is made again from the world as it is.

    Raises:
        StalePlanError: with everything that has moved.
    """
    if planned == now:
        return
    begun = _find_begun(planned, now)
    way_on = f"operation {begun} is this plan's own: `stacksets resume` goes on with it; or "
    raise StalePlanError(
        f"{name} no longer holds; nothing was changed",
        hint=f"{way_on if begun else ''}plan anew, and look at it again",
        moved=tuple(_find_moved(planned, now)),
    )


def _find_begun(planned: SavedPlan, now: SavedPlan) -> OperationId | None:
    """Find the operation by which the plan was begun, where none came after it."""
    newest = now.basis.seen.last_operation if now.basis.seen else None
    own = (getattr(step, "operation_id", None) for step in planned.plan.steps)
    return next((one for one in own if one and newest and newest.startswith(f"{one} ")), None)


def _find_moved(planned: SavedPlan, now: SavedPlan) -> Iterator[str]:
    """Name everything that has moved; of another stack set nothing is compared that AWS has."""
    moved = [*_moved_identity(planned.plan, now.plan), *_moved_options(planned, now)]
    basis = now.basis
    if _place(planned) != _place(now):
        basis = replace(basis, seen=planned.basis.seen)
    moved += find_moved(planned.basis, basis)
    yield from moved or _find_otherwise(planned, now)


def _place(saved: SavedPlan) -> tuple[str | None, str, str]:
    """Say where a stack set is and how it is called: what AWS knows one by."""
    return saved.basis.account, saved.plan.home_region, saved.plan.stack_set_name


def _moved_identity(planned: Plan, now: Plan) -> Iterator[str]:
    if planned.stack_set_name != now.stack_set_name:
        yield f"the stack set: {planned.stack_set_name} → {now.stack_set_name}"
    if planned.environment != now.environment:
        yield f"the environment: {planned.environment} → {now.environment}"


def _moved_options(planned: SavedPlan, now: SavedPlan) -> Iterator[str]:
    """Name the flags of `plan` that were given on one side only."""
    for one in fields(planned.options):
        was, shall = getattr(planned.options, one.name), getattr(now.options, one.name)
        if was != shall:
            yield f"--{one.name.replace('_', '-')}: {_flag_words(was)} → {_flag_words(shall)}"


def _flag_words(given: bool | frozenset[str]) -> str:
    if isinstance(given, bool):
        return "given" if given else "not given"
    return ", ".join(sorted(given)) or "not given"


def _find_otherwise(planned: SavedPlan, now: SavedPlan) -> Iterator[str]:
    """Name what may be at fault where the plans differ that come of the same, and where they do."""
    yield f"{_causes(planned, now)}:"
    was, shall = ({**to_plain(one), "basis": None} for one in (planned, now))
    found = find_differences(was, shall, "")
    yield from map(_place_words, found[:_NAMED_PLACES])
    if (rest := len(found) - _NAMED_PLACES) > 0:
        yield f"and {rest} places more"


def _causes(planned: SavedPlan, now: SavedPlan) -> str:
    """Say what the document cannot tell apart: of NoEcho values it keeps nothing to compare."""
    causes = ["the document was edited, or another version of stacksets wrote it"]
    if planned.plan.digest != now.plan.digest and _is_of_units(now):
        causes.insert(0, "accounts or organizational units have moved")
    if names := _hidden_overrides(now.basis):
        who = f"an override of NoEcho parameter {', '.join(names)}"
        causes.insert(0, f"{who} has another value than when the plan was saved")
    return ", or ".join(causes)


def _is_of_units(saved: SavedPlan) -> bool:
    return saved.basis.desired.settings["permission_model"] == PermissionModel.SERVICE_MANAGED


def _hidden_overrides(basis: Basis) -> list[str]:
    """Name the NoEcho parameters that are overridden by the file or on AWS, and so are compared."""
    seen = basis.seen.instances.values() if basis.seen else ()
    everywhere = (*basis.targets.values(), *(one.overrides or {} for one in seen))
    return sorted({name for one in everywhere for name, value in one.items() if value == MASK})


def _place_words(one: Difference) -> str:
    """Name a place with both its values, where these are no longer than a line: ids stay whole."""
    place = one.path.removeprefix(".")
    whole = f"{place}: {one.observed or _NOTHING} → {one.desired or _NOTHING}"
    if len(whole) <= _LONGEST:
        return whole
    if one.observed is None:
        return f"{place} is new"
    return f"{place} is gone" if one.desired is None else f"{place} is another"


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{name} is not JSON", hint=_HINT) from None
    if not isinstance(document, dict):
        raise InputError(f"{name} is no saved plan of stacksets", hint=_HINT)
    return document


def _masked(step: Step, hidden: frozenset[str]) -> Step:
    match step:
        case CreateStackSet() | UpdateStackSet():
            return replace(step, definition=_masked_definition(step.definition, hidden))
        case CreateStackInstances():
            return replace(step, overrides=mask_values(step.overrides, hidden))
        case UpdateStackInstances() if step.overrides is not None:
            return replace(step, overrides=mask_values(step.overrides, hidden))
        case _:
            return step


def _masked_definition(definition: Definition, hidden: frozenset[str]) -> Definition:
    return replace(
        definition, template_body="", parameters=mask_values(definition.parameters, hidden)
    )
