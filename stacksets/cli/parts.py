"""One command for several deployment files: the same stages for each, one consent, one result.

For one file all of this comes to that file's own result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from stacksets.cli.stages import load
from stacksets.cli.typed import complete_result
from stacksets.errors import DetachedError, InputError, OperationStoppedError, StackSetsError
from stacksets.report.failure import error_result
from stacksets.report.leftovers import COULD_NOT_LOOK
from stacksets.report.message import Result
from stacksets.report.several import (
    PartResult,
    begun_message,
    not_attempted_result,
    several_result,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from stacksets.cli.consent import Consent
    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Plan

T = TypeVar("T")

_INTERRUPTED = {DetachedError.code, OperationStoppedError.code}
"""What becomes of an operation where somebody typed Ctrl-C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """The change of one stack set, ready to be carried out."""

    opened: Opened
    observed: StackSet | None
    plan: Plan


def look_at_each(session: Session, look: Callable[[Session, Deployment], Result]) -> Result:
    """Look at the stack set of every file; what cannot be told of one leaves the others alone.

    Only where somebody typed Ctrl-C, the rest is not attempted.
    """
    parts = session.parts()
    return _join(session, parts, list(_look(parts, _load_each(parts), look)))


def _look(
    parts: Sequence[Session],
    loaded: Sequence[Deployment | Result],
    look: Callable[[Session, Deployment], Result],
) -> Iterator[Result]:
    interrupted = 0
    for part, one in zip(parts, loaded, strict=True):
        if interrupted:
            yield not_attempted_result(part.record, interrupted)
            continue
        [result] = _with_each([part], [one], look)
        interrupted = result.exit_code if result.code in _INTERRUPTED else 0
        yield result


def change_each(
    session: Session,
    prepare: Callable[[Session, Deployment], PlannedChange],
    consent: Consent,
    carry_out: Callable[[Session, PlannedChange], Result],
) -> Result:
    """Plan the change of every stack set, ask once, and carry all out in the order of the files.

    Nothing is begun unless all could be planned; after a failure the rest is not attempted.

    Raises:
        UnsafePlanError: the plans were not agreed to.
    """
    parts = session.parts()
    planned = _with_each(parts, _load_each(parts), prepare)
    refusals = [one for one in planned if isinstance(one, Result)]
    if refusals:
        left = refusals[0].exit_code
        results = [
            one if isinstance(one, Result) else not_attempted_result(part.record, left)
            for part, one in zip(parts, planned, strict=True)
        ]
        return _join(session, parts, results)
    ready = [one for one in planned if not isinstance(one, Result)]
    consent.to_plans([one.plan for one in ready])
    session.changing = any(not one.plan.is_empty for one in ready)
    return _join(session, parts, list(_carry_out(parts, ready, carry_out)))


def _carry_out(
    parts: Sequence[Session],
    ready: Sequence[PlannedChange],
    carry_out: Callable[[Session, PlannedChange], Result],
) -> Iterator[Result]:
    failed = 0
    for number, (part, one) in enumerate(zip(parts, ready, strict=True), 1):
        if failed:
            yield not_attempted_result(part.record, failed)
            continue
        if len(parts) > 1:
            part.report.tell(begun_message(part.record, number, len(parts)))
        part.changing = not one.plan.is_empty
        result = _attempt(part, partial(carry_out, part, one))
        # What could not be looked for after a removal may never be, and is no failure of it.
        failed = 0 if result.code == COULD_NOT_LOOK else result.exit_code
        yield result


def _load_each(parts: Sequence[Session]) -> list[Deployment | Result]:
    loaded = [_attempt(part, partial(load, part)) for part in parts]
    _refuse_twins([one for one in loaded if not isinstance(one, Result)])
    return loaded


def _refuse_twins(deployments: Sequence[Deployment]) -> None:
    """Refuse two files of the same stack set: each would undo what the other does."""
    for one, other in combinations(deployments, 2):
        same = (one.name, one.home_region) == (other.name, other.home_region)
        # A file that names no account means that of the credentials, which may be the other's.
        elsewhere = one.admin_account and other.admin_account not in {None, one.admin_account}
        if same and not elsewhere:
            raise InputError(
                f"{one.path} and {other.path} both name the stack set {one.name} in "
                f"{one.home_region}",
                hint="name each stack set once",
            )


def _with_each(
    parts: Sequence[Session],
    before: Sequence[Deployment | Result],
    stage: Callable[[Session, Deployment], T],
) -> list[T | Result]:
    """Go on with every part that has not ended yet."""
    return [
        one if isinstance(one, Result) else _attempt(part, partial(stage, part, one))
        for part, one in zip(parts, before, strict=True)
    ]


def _attempt(part: Session, stage: Callable[[], T]) -> T | Result:
    try:
        return stage()
    except StackSetsError as error:
        return error_result(error, part.record.data(), begun=part.may_have_begun(error))


def _join(session: Session, parts: Sequence[Session], results: Sequence[Result]) -> Result:
    if len(results) == 1:
        return results[0]
    told = [
        PartResult(
            file=str(part.flags.file),
            stack_set=part.record.deployment.name if part.record.deployment else None,
            result=complete_result(part.flags, result),
        )
        for part, result in zip(parts, results, strict=True)
    ]
    return several_result(told, session.record.data())
